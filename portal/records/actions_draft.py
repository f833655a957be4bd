"""A record's draft, as those find it who agree actions in it: nobody has shared it, and its actions are numbered.

Every write begins with the review, locked, so that two writers come one after the other."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from portal.kernel.clock import LONDON
from portal.kernel.db import renamed
from portal.kernel.errors import Conflict, NotFound
from portal.kernel.rows import ForReaders, whose
from portal.kernel.scope import PortalSession
from portal.meetings.actions_pupil import held_review
from portal.people.actor import Actor
from portal.people.rules import Readers
from portal.records.models import Record
from portal.records.models_standing import ActionStanding
from portal.records.rules_actions import RecordIsShared

TAKEN = Conflict()
REFUSED = {
    "uq_actions_of_a_review_are_numbered": TAKEN,
    "action.review_id": TAKEN,
    "uq_an_action_is_carried_on_once": TAKEN,
    "action.carried_from": TAKEN,
    "pk_action": NotFound(),
    "action.id": NotFound(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Who writes about which review of which child, and when."""

    actor: Actor
    pupil_id: uuid.UUID
    review_id: uuid.UUID
    now: datetime

    @property
    def today(self) -> date:
        """The school's day."""
        return self.now.astimezone(LONDON).date()


def draft_record(session: PortalSession, at: Place) -> Record:
    """The record of a review, which nobody has shared yet. Raises NotFound, RecordIsShared."""
    review = held_review(session, pupil_id=at.pupil_id, review_id=at.review_id)
    found = select(Record).where(Record.review_id == review.id, Record.pupil_id == at.pupil_id)
    record = session.scalars(found.execution_options(populate_existing=True)).first()
    if record is None:
        raise NotFound
    if record.shared_at is not None:
        raise RecordIsShared
    return record


def drafted(row: ForReaders) -> dict[str, Any]:
    """Author, side and readers for what is made of a row in a draft: for school only; one adult's stays that
    adult's."""
    is_narrow = row.readers == Readers.ONE_ADULT
    return whose(row) | ({} if is_narrow else {"readers": Readers.TEACHERS})


def next_place(session: PortalSession, at: Place) -> int:
    """The number of the next action. All count, also those that this writer may not read."""
    last = session.scalar(
        select(func.max(ActionStanding.position)).where(
            ActionStanding.review_id == at.review_id, ActionStanding.pupil_id == at.pupil_id
        )
    )
    return (last or 0) + 1


def keep(session: PortalSession) -> None:
    """Writes the actions down. Raises Conflict, NotFound for an id that is somebody else's."""
    try:
        session.flush()
    except IntegrityError as error:
        raise renamed(error, REFUSED) from None
