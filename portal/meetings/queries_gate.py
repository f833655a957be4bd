"""What the office needs at the gate and on the phone: a child, its invited adults, their answers and their numbers."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, exists, or_, select
from sqlalchemy.orm import aliased

from portal.accounts.rules import as_written
from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.meetings.models import Booking, Invitation, JoinOffer, Meeting, Room
from portal.meetings.queries_choose import nearest, start_of
from portal.meetings.queries_free import FreeTime, free_times
from portal.meetings.queries_standing import Told
from portal.meetings.queries_times import own_school
from portal.meetings.rules import Answer, Mode
from portal.meetings.rules_booking import may_still_come, minutes_needed
from portal.people.actor import Actor
from portal.people.models import ContactPoint, Person, Pupil, PupilContact, SchoolClass
from portal.people.rules import ContactKind, ContactState, LinkFacts, PortalAccess
from portal.profiles.queries_staff import folded
from portal.reviews.models import Review, ReviewRound
from portal.reviews.rules import BEFORE_THE_MEETING, RoundState, Stage

MOST_FOUND = 30
ASKS = (Answer.CALL_ME, Answer.NO_TIME_SUITS)
OPEN_STAGES = sorted(BEFORE_THE_MEETING - {Stage.PLANNED})
Lead = aliased(Person, name="lead")
OPEN = and_(
    Review.school_id == bindparam("school_id"),
    Review.stage.in_(OPEN_STAGES),
    ReviewRound.state == RoundState.OPEN,
    Pupil.left_on.is_(None),
)
CHILDREN = (
    select(
        *(Review.id.label("review_id"), Review.pupil_id, Review.stage, Review.lead_id, Review.round_id),
        *(Pupil.forename, Pupil.surname, Pupil.known_as, SchoolClass.name.label("class_name")),
        *(ReviewRound.minutes, ReviewRound.interpreter_minutes, ReviewRound.booking_closes_at),
        *(Lead.full_name.label("lead_name"), Lead.known_as.label("lead_known_as")),
    )
    .join(ReviewRound, ReviewRound.id == Review.round_id)
    .join(Pupil, Pupil.id == Review.pupil_id)
    .join(Lead, Lead.id == Review.lead_id)
    .outerjoin(SchoolClass, SchoolClass.id == Pupil.class_id)
    .where(OPEN)
    .order_by(Pupil.surname, Pupil.forename, Review.id)
)
ADULTS = (
    select(
        *(Review.id.label("review_id"), Review.pupil_id, Review.stage, Invitation.adult_id, Invitation.answer),
        *(Invitation.answer_words, Invitation.answered_at, Invitation.dealt_with_at),
        *(Pupil.forename, Pupil.surname, Pupil.known_as.label("child_known_as"), Pupil.person_id),
        *(Pupil.rights_pass_on, Pupil.rights_stay_with_parents, Pupil.shares_with_parents, Pupil.left_on),
        *(SchoolClass.name.label("class_name"), Person.full_name, Person.known_as, Person.spoken_language),
        *(Person.interpreter_needed, PupilContact.relationship, PupilContact.state, PupilContact.access),
        *(PupilContact.restriction, PupilContact.restricted_from),
        *(Booking.id.label("booking_id"), Booking.version, Booking.language, Booking.interpreter, Booking.needs),
        *(Booking.need_words, Booking.brings, Booking.wishes, Booking.phone),
        *(Meeting.starts_at, Meeting.ends_at, Meeting.mode, Room.name.label("room")),
        exists()
        .where(
            JoinOffer.review_id == Review.id,
            JoinOffer.offered_by == Invitation.adult_id,
            JoinOffer.withdrawn_at.is_(None),
        )
        .label("offers"),
    )
    .join(Invitation, and_(Invitation.review_id == Review.id, Invitation.pupil_id == Review.pupil_id))
    .join(ReviewRound, ReviewRound.id == Review.round_id)
    .join(Pupil, Pupil.id == Review.pupil_id)
    .join(Person, Person.id == Invitation.adult_id)
    .outerjoin(SchoolClass, SchoolClass.id == Pupil.class_id)
    .outerjoin(
        PupilContact, and_(PupilContact.pupil_id == Review.pupil_id, PupilContact.adult_id == Invitation.adult_id)
    )
    .outerjoin(Booking, and_(Booking.invitation_id == Invitation.id, Booking.cancelled_at.is_(None)))
    .outerjoin(Meeting, Meeting.id == Booking.meeting_id)
    .outerjoin(Room, Room.id == Meeting.room_id)
    .where(OPEN)
    .order_by(Pupil.surname, Pupil.forename, Review.id, PupilContact.priority, Person.full_name, Invitation.id)
)
ASKING = ADULTS.where(Invitation.answer.in_(ASKS), Invitation.dealt_with_at.is_(None))
NOT_BOOKED = ADULTS.where(or_(Invitation.answer == Answer.NONE, Invitation.answer.in_(ASKS)))


@dataclass(frozen=True, slots=True, kw_only=True)
class GateTime:
    """The time that an adult has, and what was said with it."""

    starts_at: datetime
    ends_at: datetime
    mode: Mode
    room: str
    version: int
    told: Told
    offers: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GateAdult:
    """One invited adult of one child, for whom staff may act."""

    pupil_id: uuid.UUID
    review_id: uuid.UUID
    child: str
    class_name: str
    adult_id: uuid.UUID
    name: str
    relationship: str
    answer: Answer
    answer_words: str
    answered_at: datetime | None
    asks: bool
    child_has_time: bool
    phones: tuple[str, ...]
    spoken_language: str
    interpreter_needed: bool
    uses_portal: bool
    time: GateTime | None

    @property
    def told(self) -> Told:
        """What was said last, or what the adult's settings say."""
        if self.time is not None:
            return self.time.told
        phone = self.phones[0] if self.phones else ""
        return Told(language=self.spoken_language, interpreter=self.interpreter_needed, phone=phone)


@dataclass(frozen=True, slots=True, kw_only=True)
class GateChild:
    """One child with an open review; meetings take so many minutes."""

    pupil_id: uuid.UUID
    review_id: uuid.UUID
    round_id: uuid.UUID
    lead_id: uuid.UUID
    lead: str
    name: str
    class_name: str
    stage: Stage
    minutes: int
    interpreter_minutes: int
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class GatePage:
    """What was looked for and found, and who asks for a call or says that no time suits."""

    search: str
    found: tuple[GateChild, ...]
    more: bool
    asks: tuple[GateAdult, ...]


@dataclass(frozen=True, slots=True)
class ChildAtGate:
    """One child and everybody who is invited."""

    child: GateChild
    adults: tuple[GateAdult, ...]

    def adult(self, adult_id: uuid.UUID) -> GateAdult:
        """One of them. Raises NotFound."""
        for each in self.adults:
            if each.adult_id == adult_id:
                return each
        raise NotFound


def gate_page(session: PortalSession, *, viewer: Actor, search: str, today: date) -> GatePage:
    """The children whose name has all the parts that were typed, and the open questions; at most 3 statements."""
    school = {"school_id": own_school(viewer)}
    parts = folded(search).split()
    found = [child for child in map(_child, session.execute(CHILDREN, school)) if _fits(child, parts)] if parts else []
    asks = _adults(session, session.execute(ASKING, school).all(), today)
    return GatePage(search, tuple(found[:MOST_FOUND]), len(found) > MOST_FOUND, asks)


def call_list(session: PortalSession, *, viewer: Actor, today: date) -> tuple[GateAdult, ...]:
    """Invited adults without a time who have not said that they come or cannot come: first those of children about whom
    nobody has a time; 2 statements."""
    adults = _adults(session, session.execute(NOT_BOOKED, {"school_id": own_school(viewer)}).all(), today)
    return tuple(sorted(adults, key=lambda adult: adult.child_has_time))


def child_at_gate(
    session: PortalSession, *, viewer: Actor, pupil_id: uuid.UUID, review_id: uuid.UUID, today: date
) -> ChildAtGate:
    """One child's invited adults; 3 statements. Raises NotFound when there is no open review."""
    school = {"school_id": own_school(viewer)}
    one = (Review.id == review_id, Review.pupil_id == pupil_id)
    row = session.execute(CHILDREN.where(*one), school).first()
    if row is None:
        raise NotFound
    return ChildAtGate(_child(row), _adults(session, session.execute(ADULTS.where(*one), school).all(), today))


def times_at_gate(
    session: PortalSession,
    *,
    viewer: Actor,
    child: GateChild,
    adult_id: uuid.UUID,
    interpreter: bool,
    mode: Mode | None,
    now: datetime,
) -> list[FreeTime]:
    """The free times for one adult; with a mode only those that can be held that way; 1 or 2 statements."""
    found = free_times(
        session,
        school_id=own_school(viewer),
        round_id=child.round_id,
        staff_id=child.lead_id,
        adult_id=adult_id,
        minutes_needed=minutes_needed(child.minutes, child.interpreter_minutes, interpreter=interpreter),
        in_building=mode in (None, Mode.IN_PERSON),
        now=now,
    )
    return [time for time in found if mode is None or mode in time.modes]


def nearest_times(
    session: PortalSession, *, viewer: Actor, slot_id: uuid.UUID, times: Sequence[FreeTime]
) -> list[FreeTime]:
    """The free times nearest to one that is gone, in their order; 1 statement."""
    lost = start_of(session, slot_id, own_school(viewer))
    return nearest(times, lost) if lost else []


def _fits(child: GateChild, parts: list[str]) -> bool:
    name = folded(child.name)
    return all(part in name for part in parts)


def _child(row: Any) -> GateChild:
    called = f" ({row.known_as})" if row.known_as and row.known_as != row.forename else ""
    return GateChild(
        pupil_id=row.pupil_id,
        review_id=row.review_id,
        round_id=row.round_id,
        lead_id=row.lead_id,
        lead=row.lead_known_as or row.lead_name,
        name=f"{row.forename}{called} {row.surname}",
        class_name=row.class_name or "",
        stage=row.stage,
        minutes=row.minutes,
        interpreter_minutes=row.interpreter_minutes,
        closes_at=row.booking_closes_at,
    )


def _adults(session: PortalSession, rows: Iterable[Any], today: date) -> tuple[GateAdult, ...]:
    shown = [row for row in rows if _may_come(row, today)]
    phones: dict[uuid.UUID, list[str]] = {}
    if shown:
        numbers = (
            select(ContactPoint.adult_id, ContactPoint.value)
            .where(ContactPoint.kind == ContactKind.MOBILE, ContactPoint.adult_id.in_({row.adult_id for row in shown}))
            .order_by(ContactPoint.wanted.desc(), ContactPoint.id)
        )
        for adult_id, value in session.execute(numbers):
            phones.setdefault(adult_id, []).append(as_written(ContactKind.MOBILE, value))
    return tuple(_adult(row, tuple(phones.get(row.adult_id, ()))) for row in shown)


def _may_come(row: Any, today: date) -> bool:
    """Whether the invitation still holds today: an order or a pause since then takes the adult off every list."""
    if row.person_id == row.adult_id:
        return True
    if row.access is None:
        return False
    link = LinkFacts(
        access=row.access,
        state=row.state,
        restriction=row.restriction,
        restricted_from=row.restricted_from,
        rights_pass_on=row.rights_pass_on,
        rights_stay_with_parents=row.rights_stay_with_parents,
        shares_with_parents=row.shares_with_parents,
        left_on=row.left_on,
    )
    return may_still_come(link, today)


def _adult(row: Any, phones: tuple[str, ...]) -> GateAdult:
    return GateAdult(
        pupil_id=row.pupil_id,
        review_id=row.review_id,
        child=f"{row.child_known_as or row.forename} {row.surname}",
        class_name=row.class_name or "",
        adult_id=row.adult_id,
        name=row.known_as or row.full_name,
        relationship=row.relationship or "",
        answer=row.answer,
        answer_words=row.answer_words,
        answered_at=row.answered_at,
        asks=row.answer in ASKS and row.dealt_with_at is None,
        child_has_time=row.stage == Stage.BOOKED,
        phones=phones,
        spoken_language=row.spoken_language,
        interpreter_needed=row.interpreter_needed,
        uses_portal=row.state == ContactState.ACTIVE and row.access != PortalAccess.NONE,
        time=_time(row) if row.booking_id else None,
    )


def _time(row: Any) -> GateTime:
    return GateTime(
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        mode=row.mode,
        room=row.room or "",
        version=row.version,
        told=Told(
            language=row.language,
            interpreter=row.interpreter,
            needs=tuple(row.needs),
            need_words=row.need_words,
            brings=row.brings,
            wishes=row.wishes,
            phone=row.phone,
        ),
        offers=row.offers,
    )
