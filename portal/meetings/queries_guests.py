"""A family's page of guests and dates, and the one page that a guest sees. Each shows its own reader's part alone."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, or_, select

from portal.accounts.rules import fast_hash
from portal.kernel.clock import LONDON
from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.meetings.models import Guest, Room, Slot
from portal.meetings.queries_held import HELD_FOR_IT
from portal.meetings.queries_may_come import may_come
from portal.meetings.rules import Answer, Basis, Mode
from portal.meetings.rules_annual import link_ends_on
from portal.people.actor import Actor
from portal.people.models import Person, Pupil, School
from portal.reviews.models import EhcPlan, Review, ReviewStep
from portal.reviews.rules import BEFORE_THE_MEETING, ReviewKind, Stage
from portal.reviews.rules_clock import ClockFacts, Tick, clock

SEEN = (
    select(Guest.id, Guest.basis, Guest.name, Guest.works_as, Guest.organisation, Guest.adult_id)
    .where(
        Guest.pupil_id == bindparam("pupil_id"),
        Guest.review_id == bindparam("review_id"),
        or_(Guest.adult_id.is_(None), Guest.adult_id == bindparam("me")),
    )
    .order_by(Guest.invited_at, Guest.id)
)
PLAN = (
    select(EhcPlan.issued_on, EhcPlan.last_reviewed_on, Pupil.nc_year, Pupil.born_on, Review.due_on, Review.meets_at)
    .join(Pupil, Pupil.id == EhcPlan.pupil_id)
    .join(Review, Review.pupil_id == EhcPlan.pupil_id)
    .where(
        EhcPlan.pupil_id == bindparam("pupil_id"),
        EhcPlan.ceased_on.is_(None),
        Review.id == bindparam("review_id"),
        Review.kind == ReviewKind.ANNUAL,
    )
)
STEPS = (
    select(ReviewStep.stage, ReviewStep.on_day)
    .where(ReviewStep.pupil_id == bindparam("pupil_id"), ReviewStep.review_id == bindparam("review_id"))
    .order_by(ReviewStep.noted_at, ReviewStep.id)
)
LINK = (
    select(
        *(Guest.id, Guest.school_id, Guest.pupil_id, Guest.name, Guest.answer, Guest.link_ends_on),
        *(Review.stage, Review.meets_at, Review.meets_minutes, Pupil.forename, Pupil.known_as, Pupil.left_on),
        *(School.name.label("school"), School.address, School.phone, School.theme),
        *(Person.full_name.label("lead"), Slot.modes, Slot.join_link, Room.name.label("room")),
    )
    .join(Review, and_(Review.id == Guest.review_id, Review.pupil_id == Guest.pupil_id))
    .join(Pupil, Pupil.id == Guest.pupil_id)
    .join(School, School.id == Guest.school_id)
    .join(Person, Person.id == Review.lead_id)
    .outerjoin(Slot, HELD_FOR_IT)
    .outerjoin(Room, Room.id == Slot.room_id)
    # whom an adult named is told nothing more once that adult is kept out
    .where(
        Guest.link_hash == bindparam("link_hash"), or_(Guest.adult_id.is_(None), may_come(Guest, bindparam("today")))
    )
)


@dataclass(frozen=True, slots=True)
class SeenGuest:
    """Somebody who is invited; `mine` when the reader named them."""

    guest_id: uuid.UUID
    basis: Basis
    name: str
    works_as: str
    organisation: str
    mine: bool


@dataclass(frozen=True, slots=True)
class GuestsPage:
    """Who comes, as this reader may know it, and the clock of an annual review; empty for another review."""

    guests: tuple[SeenGuest, ...]
    clock: tuple[Tick, ...]


def guests_page(
    session: PortalSession, *, viewer: Actor, pupil_id: uuid.UUID, review_id: uuid.UUID, today: date
) -> GuestsPage:
    """The guests of school and of this very reader, and the dates; 3 statements."""
    here = {"pupil_id": pupil_id, "review_id": review_id}
    rows = session.execute(SEEN, {**here, "me": viewer.person_id})
    guests = tuple(SeenGuest(*row[:5], mine=row.adult_id == viewer.person_id) for row in rows)
    plan = session.execute(PLAN, here).first()
    if plan is None:
        return GuestsPage(guests, ())
    facts = ClockFacts(
        issued_on=plan.issued_on,
        last_reviewed_on=plan.last_reviewed_on,
        due_on=plan.due_on,
        meets_on=plan.meets_at.astimezone(LONDON).date() if plan.meets_at else None,
        nc_year=plan.nc_year,
        born_on=plan.born_on,
        taken={row.stage: row.on_day for row in session.execute(STEPS, here)},
    )
    return GuestsPage(guests, clock(facts, today))


@dataclass(frozen=True, slots=True, kw_only=True)
class OneMeeting:
    """All that a guest sees: when, where, the child's first name, whom to ask."""

    guest_id: uuid.UUID
    school_id: uuid.UUID
    pupil_id: uuid.UUID
    child: str
    school: str
    theme: str
    address: str
    phone: str
    lead: str
    starts_at: datetime
    minutes: int
    mode: Mode
    room: str
    join_link: str
    answer: Answer
    can_answer: bool


def one_meeting(session: PortalSession, token: str, *, now: datetime) -> OneMeeting:
    """The meeting behind a link. Needs the portal's own scope. Raises NotFound, the same for a link that is over, was
    stopped or was never made."""
    today = now.astimezone(LONDON).date()
    row = session.execute(LINK, {"link_hash": fast_hash(token), "today": today}).first()
    if row is None or not _still_open(row, today):
        raise NotFound
    mode = Mode(row.modes[0]) if row.modes else Mode.IN_PERSON
    return OneMeeting(
        guest_id=row.id,
        school_id=row.school_id,
        pupil_id=row.pupil_id,
        child=row.known_as or row.forename,
        school=row.school,
        theme=row.theme,
        address=row.address,
        phone=row.phone,
        lead=row.lead,
        starts_at=row.meets_at,
        minutes=row.meets_minutes,
        mode=mode,
        room=row.room or "",
        join_link=row.join_link or "",
        answer=row.answer,
        can_answer=row.meets_at > now and row.stage in BEFORE_THE_MEETING,
    )


def _still_open(row: Any, today: date) -> bool:
    if row.meets_at is None or row.left_on is not None or row.stage == Stage.CANCELLED:
        return False
    last = link_ends_on(row.meets_at.astimezone(LONDON).date())
    return row.link_ends_on is not None and today <= min(row.link_ends_on, last)
