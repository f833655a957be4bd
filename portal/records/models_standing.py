"""That a statement, an ending or an action is there, without a word of it: a review may not be finished over the head
of a child who told something to one adult only, and nobody else may learn what it was.

Each class reads a few columns of a table whose rows are fenced by their readers. These columns hold no words and name
no author, so they are fenced by the child alone. They are only ever read."""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import String, cast, func, or_
from sqlalchemy.orm import Mapped, column_property

from portal.contributions.models import Statement
from portal.contributions.rules import NOT_TOLD
from portal.kernel.db import Base
from portal.kernel.rows import AboutAPupil
from portal.profiles.rules import Party
from portal.records.models import Action, Ending
from portal.records.rules import ActionState

_OWN = ("id", "school_id", "pupil_id", "review_id")
_STATEMENT = Statement.__table__
_PICKS: Any = cast(_STATEMENT.c.picks, String)
for _answer in sorted(NOT_TOLD):
    _PICKS = func.replace(_PICKS, f': "{_answer}"', "")


class StatementStanding(AboutAPupil, Base):
    """Whether a statement counts, whether it says anything, and for which one adult it was meant."""

    if TYPE_CHECKING:
        id: Mapped[uuid.UUID]
        review_id: Mapped[uuid.UUID]
        side: Mapped[str]
        current: Mapped[bool]
        sent_at: Mapped[datetime | None]
        one_adult_id: Mapped[uuid.UUID | None]

    __table__ = _STATEMENT
    __mapper_args__ = {"include_properties": [*_OWN, "side", "current", "sent_at", "one_adult_id"]}
    # picks are kept as JSON text: what is left of them after "not now" and "I don't want to say" is an answer
    says_something = column_property(or_(_STATEMENT.c.text != "", _PICKS.contains(': "')))


class EndingStanding(AboutAPupil, Base):
    """Which statement has an ending, and which action an ending names."""

    if TYPE_CHECKING:
        id: Mapped[uuid.UUID]
        review_id: Mapped[uuid.UUID]
        statement_id: Mapped[uuid.UUID]
        action_id: Mapped[uuid.UUID | None]

    __table__ = Ending.__table__
    __mapper_args__ = {"include_properties": [*_OWN, "statement_id", "action_id"]}


class ActionStanding(AboutAPupil, Base):
    """Which places of a review's list of actions are taken, by whom they are to be done, how they stand, and which was
    carried on."""

    if TYPE_CHECKING:
        id: Mapped[uuid.UUID]
        review_id: Mapped[uuid.UUID]
        position: Mapped[int]
        party: Mapped[Party]
        state: Mapped[ActionState]
        carried_from: Mapped[uuid.UUID | None]

    __table__ = Action.__table__
    __mapper_args__ = {"include_properties": [*_OWN, "position", "party", "state", "carried_from"]}
