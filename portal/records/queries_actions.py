"""The actions of a review, and those of the one before: who does what, by when, and whether it is late."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import aliased

from portal.kernel import clock
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_
from portal.people.actor import Actor
from portal.people.models import Person, StaffRole
from portal.profiles.queries_texts import SchoolText, Wordings
from portal.profiles.rules import Party
from portal.records.models import Action, Record
from portal.records.models_standing import ActionStanding
from portal.records.rules import ACTION_STATES, ActionState
from portal.records.rules_actions import CAN_PROMISE, DISPUTABLE, PARTY_NAMES, STATE_KINDS, UNFINISHED, is_late

Next = aliased(ActionStanding, name="carried_on")
NextRecord = aliased(Record, name="record_it_went_to")
LINE = (
    *(Action.id.label("action_id"), Action.pupil_id, Action.review_id, Action.party, Action.owner_id),
    *(Action.owner_words, Action.text, Action.language, Action.how_we_will_know, Action.pupil_words, Action.picture),
    *(Action.due_on, Action.state, Action.for_family, Action.statement_id),
    *(Action.readers, Action.version, Person.full_name, Person.known_as),
)
ACTIONS = (
    select(*LINE)
    .outerjoin(Person, Person.id == Action.owner_id)
    .where(Action.review_id == bindparam("review_id"))
    .order_by(Action.position, Action.id)
)
ONE = (
    select(*LINE)
    .outerjoin(Person, Person.id == Action.owner_id)
    .where(Action.id == bindparam("action_id"), Action.pupil_id == bindparam("pupil_id"))
)
# the day on which the record of the review in question was shared; while it is a draft, any record is an earlier one
_THIS_ONE = (
    select(Record.shared_at)
    .where(Record.review_id == bindparam("review_id"), Record.pupil_id == bindparam("pupil_id"))
    .scalar_subquery()
)
_LAST_ONE = (
    select(func.max(Record.shared_at))
    .where(
        Record.pupil_id == bindparam("pupil_id"),
        Record.review_id != bindparam("review_id"),
        or_(_THIS_ONE.is_(None), Record.shared_at < _THIS_ONE),
    )
    .scalar_subquery()
)
# a copy in a draft is nobody's promise yet
CARRIED_ON = (
    select(Next.id)
    .join(NextRecord, NextRecord.review_id == Next.review_id)
    .where(Next.carried_from == Action.id, NextRecord.shared_at.is_not(None))
    .exists()
)
LAST = (
    select(*LINE)
    .join(Record, Record.review_id == Action.review_id)
    .outerjoin(Person, Person.id == Action.owner_id)
    .where(
        Action.pupil_id == bindparam("pupil_id"),
        Record.shared_at <= _LAST_ONE,
        or_(Record.shared_at == _LAST_ONE, Action.state.in_(UNFINISHED) & ~CARRIED_ON),
    )
    .order_by(Record.shared_at.desc(), Action.position, Action.id)
)
COLLEAGUES = (
    select(Person.id, Person.full_name, Person.known_as)
    .where(
        Person.id.in_(
            select(StaffRole.person_id).where(
                StaffRole.school_id == bindparam("school_id"),
                StaffRole.role.in_(CAN_PROMISE),
                StaffRole.starts_on <= bindparam("today"),
                or_(StaffRole.ends_on.is_(None), StaffRole.ends_on >= bindparam("today")),
            )
        )
    )
    .order_by(Person.full_name, Person.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionLine:
    """One action as its readers see it. `owner` is the name of a member of staff or empty, `owner_words` are words such
    as "Mum and Dad"; at least one of the two says who."""

    action_id: uuid.UUID
    pupil_id: uuid.UUID
    review_id: uuid.UUID
    party: Party
    owner_id: uuid.UUID | None
    owner: str
    owner_words: str
    text: str
    language: str
    how_we_will_know: str
    pupil_words: str
    picture: str
    due_on: date | None
    state: ActionState
    late: bool
    for_family: bool
    readers: str
    statement_id: uuid.UUID | None
    version: int

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.state in UNFINISHED

    @property
    def can_be_disputed(self) -> bool:
        """Whether a family may say that it is not happening."""
        return self.state in DISPUTABLE

    @property
    def party_name(self) -> str:
        """Whose it is to do, as a message id."""
        return PARTY_NAMES[self.party]

    @property
    def state_name(self) -> str:
        """How it stands, as a message id."""
        return N_("Late") if self.late else ACTION_STATES[self.state]

    @property
    def state_kind(self) -> str:
        """The kind of badge for how it stands."""
        return "warn" if self.late else STATE_KINDS[self.state]


@dataclass(frozen=True, slots=True)
class ActionRead:
    """One action in the reader's words."""

    action: ActionLine
    text: SchoolText | None
    how_we_will_know: SchoolText | None
    owner_words: SchoolText | None


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of staff who can be named in an action."""

    person_id: uuid.UUID
    name: str


def lines(rows: Iterable[Any], today: date) -> list[ActionLine]:
    """Rows of LINE as actions, in their order."""
    return [
        ActionLine(
            owner=row.known_as or row.full_name or "",
            late=is_late(row.state, row.due_on, today),
            **{name: value for name, value in row._mapping.items() if name in ActionLine.__slots__},
        )
        for row in rows
    ]


def in_words(action: ActionLine, words: Wordings) -> ActionRead:
    """The action as the reader of these wordings reads it."""
    return ActionRead(
        action,
        words.text(action.text, action.language),
        words.text(action.how_we_will_know, action.language),
        words.text(action.owner_words, action.language),
    )


def actions_of(session: PortalSession, *, review_id: uuid.UUID, today: date | None = None) -> list[ActionLine]:
    """The actions of one review that the viewer may read, in their order; 1 statement."""
    return lines(session.execute(ACTIONS, {"review_id": review_id}), today or clock.today())


def last_actions(
    session: PortalSession, *, pupil_id: uuid.UUID, before_review_id: uuid.UUID, today: date | None = None
) -> list[ActionLine]:
    """What was agreed in the last review whose record was shared, with what became of it, and whatever older is still
    to be done; 1 statement. It stands first under "Progress"."""
    about = {"pupil_id": pupil_id, "review_id": before_review_id}
    return lines(session.execute(LAST, about), today or clock.today())


def one_action(session: PortalSession, *, pupil_id: uuid.UUID, action_id: uuid.UUID, today: date) -> ActionLine | None:
    """One action of the child, or none that the viewer may read."""
    found = lines(session.execute(ONE, {"pupil_id": pupil_id, "action_id": action_id}), today)
    return found[0] if found else None


def colleagues(session: PortalSession, *, viewer: Actor, today: date) -> list[Colleague]:
    """Who works at the viewer's school today and can be named, by name."""
    rows = session.execute(COLLEAGUES, {"school_id": viewer.school_id, "today": today})
    return [Colleague(row.id, row.known_as or row.full_name) for row in rows]
