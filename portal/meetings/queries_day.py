"""The meetings of a day as staff need them at the door: when, where, who comes, and what they asked for."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from portal.kernel.clock import LONDON
from portal.kernel.scope import PortalSession
from portal.meetings.models import Booking, Guest, Meeting, Participation, Room, Slot, TakenSlot
from portal.meetings.queries_times import own_school, staff_of
from portal.meetings.rules import Mode, Need, Part
from portal.people.actor import Actor
from portal.people.models import Person, Pupil, PupilContact, SchoolClass
from portal.people.rules import WHOLE_SCHOOL, Role

DAYS_AHEAD = timedelta(days=120)
SEES_PHONES = (Role.OFFICE, Role.SENDCO)
SEES_TOPICS = (Role.SENDCO, Role.HEADTEACHER, Role.CLASS_TEACHER, Role.TEACHING_ASSISTANT, Role.SUPPLY_TEACHER)
STAFF = aliased(Person)
MEETINGS = (
    select(
        Meeting.id,
        Meeting.staff_id,
        Meeting.starts_at,
        Meeting.ends_at,
        Meeting.mode,
        Meeting.join_link,
        STAFF.full_name,
        STAFF.known_as,
        Room.name.label("room"),
        Room.step_free,
        Slot.with_ids,
    )
    .join(STAFF, STAFF.id == Meeting.staff_id)
    .outerjoin(TakenSlot, and_(TakenSlot.meeting_id == Meeting.id, TakenSlot.released_at.is_(None)))
    .outerjoin(Slot, Slot.id == TakenSlot.slot_id)
    .outerjoin(Room, Room.id == Meeting.room_id)
    .where(
        Meeting.school_id == bindparam("school_id"),
        Meeting.released_at.is_(None),
        Meeting.starts_at >= bindparam("since"),
        Meeting.starts_at < bindparam("until"),
    )
    .order_by(Meeting.starts_at, STAFF.full_name, Meeting.id, Slot.starts_at)
)
BOOKINGS = (
    select(
        Booking.meeting_id,
        Booking.review_id,
        Booking.pupil_id,
        Booking.adult_id,
        Booking.language,
        Booking.interpreter,
        Booking.needs,
        Booking.need_words,
        Booking.brings,
        Booking.wishes,
        Booking.phone,
        Pupil.forename,
        Pupil.surname,
        Pupil.known_as.label("child_known_as"),
        SchoolClass.name.label("class_name"),
        Person.full_name,
        Person.known_as,
        PupilContact.relationship,
        Participation.part,
    )
    .join(Pupil, Pupil.id == Booking.pupil_id)
    .join(Person, Person.id == Booking.adult_id)
    .outerjoin(SchoolClass, SchoolClass.id == Pupil.class_id)
    .outerjoin(PupilContact, and_(PupilContact.pupil_id == Booking.pupil_id, PupilContact.adult_id == Booking.adult_id))
    .outerjoin(Participation, Participation.review_id == Booking.review_id)
    .join(Meeting, Meeting.id == Booking.meeting_id)
    .where(
        Booking.cancelled_at.is_(None),
        Meeting.school_id == bindparam("school_id"),
        Meeting.released_at.is_(None),
        Meeting.starts_at >= bindparam("since"),
        Meeting.starts_at < bindparam("until"),
    )
    .order_by(PupilContact.priority, Person.full_name, Booking.id)
)
GUESTS = (
    select(Guest.review_id, Guest.name, Guest.works_as, Guest.organisation)
    .join(Booking, and_(Booking.review_id == Guest.review_id, Booking.pupil_id == Guest.pupil_id))
    .join(Meeting, Meeting.id == Booking.meeting_id)
    .where(
        Booking.cancelled_at.is_(None),
        or_(Guest.adult_id.is_(None), Guest.adult_id == Booking.adult_id),
        Meeting.school_id == bindparam("school_id"),
        Meeting.starts_at >= bindparam("since"),
        Meeting.starts_at < bindparam("until"),
    )
    .order_by(Guest.name, Guest.id)
)
# the day's slots of everybody, for whoever must cancel them
SLOTS = (
    select(Slot.staff_id, func.count(Slot.id), func.count(TakenSlot.id))
    .outerjoin(TakenSlot, and_(TakenSlot.slot_id == Slot.id, TakenSlot.released_at.is_(None)))
    .where(
        Slot.school_id == bindparam("school_id"),
        Slot.withdrawn_at.is_(None),
        Slot.starts_at >= bindparam("since"),
        Slot.starts_at < bindparam("until"),
    )
    .group_by(Slot.staff_id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comer:
    """One adult who comes. `phone` and `topics` are empty for staff who need not know them."""

    adult_id: uuid.UUID
    name: str
    relationship: str
    language: str
    interpreter: bool
    needs: tuple[Need, ...]
    need_words: str
    brings: str
    topics: str
    phone: str

    @property
    def needs_interpreter(self) -> bool:
        """Whether somebody must be ordered who interprets, in speech or in sign."""
        return self.interpreter or Need.SIGN_LANGUAGE in self.needs


@dataclass(slots=True, kw_only=True)
class ChildHere:
    """One child who is spoken about, and who comes for it."""

    pupil_id: uuid.UUID
    review_id: uuid.UUID
    name: str
    class_name: str
    part: Part | None
    adults: list[Comer] = field(default_factory=list)
    guests: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingHere:
    """One meeting. `children` is empty for a member of staff who may not read about that child."""

    meeting_id: uuid.UUID
    staff_id: uuid.UUID
    staff_name: str
    starts_at: datetime
    ends_at: datetime
    mode: Mode
    join_link: str
    room: str
    step_free: bool
    colleagues: tuple[str, ...]
    children: tuple[ChildHere, ...]

    @property
    def day(self) -> date:
        """The school's day."""
        return self.starts_at.astimezone(LONDON).date()


@dataclass(frozen=True, slots=True)
class Interpreting:
    """One interpreter to order: when, where, which language (a tag, or empty for sign language), for whom."""

    meeting: MeetingHere
    adult: Comer


@dataclass(frozen=True, slots=True)
class StaffOfDay:
    """One member of staff with times on a day: how many, and how many of them are taken."""

    person_id: uuid.UUID
    name: str
    times: int
    taken: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPage:
    """One day. `days` are the other days with meetings; `staff` is empty for whoever may not cancel a day."""

    day: date
    meetings: tuple[MeetingHere, ...]
    staff: tuple[StaffOfDay, ...] = ()
    shows_all: bool
    may_show_all: bool
    shows_phones: bool
    shows_plans: bool

    @property
    def interpreters(self) -> tuple[Interpreting, ...]:
        """Who must be ordered, once for an adult and a meeting."""
        found = {}
        for meeting in self.meetings:
            for child in meeting.children:
                for adult in child.adults:
                    if adult.needs_interpreter:
                        found.setdefault((meeting.meeting_id, adult.adult_id), Interpreting(meeting, adult))
        return tuple(found.values())


@dataclass(frozen=True, slots=True)
class DayLine:
    """One day that has meetings: how many, from when to when."""

    day: date
    number: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class DaysPage:
    """The days to come that have meetings."""

    days: tuple[DayLine, ...]
    shows_all: bool
    may_show_all: bool


def days_page(session: PortalSession, *, viewer: Actor, mine: bool, today: date) -> DaysPage:
    """The days from today on; 1 statement."""
    shows_all = _sees_all(viewer) and not mine
    days: dict[date, list[Any]] = {}
    for row in _chosen(session.execute(MEETINGS, span_of(viewer, today, today + DAYS_AHEAD)).all(), viewer, shows_all):
        days.setdefault(row.starts_at.astimezone(LONDON).date(), []).append(row)
    lines = [DayLine(day, len(rows), rows[0].starts_at, max(row.ends_at for row in rows)) for day, rows in days.items()]
    return DaysPage(tuple(lines), shows_all, _sees_all(viewer))


def day_page(session: PortalSession, *, viewer: Actor, day: date, mine: bool, today: date) -> DayPage:
    """One day in full; 4 statements, 5 for whoever may cancel it."""
    span = span_of(viewer, day, day)
    shows_all = _sees_all(viewer) and not mine
    rows = session.execute(MEETINGS, span).all()
    names = {key: each.name for key, each in staff_of(session, school_id=own_school(viewer), today=today).items()}
    children = _children(session, viewer, span)
    partners = _partners(rows, names)
    meetings = tuple(
        MeetingHere(
            meeting_id=row.id,
            staff_id=row.staff_id,
            staff_name=row.known_as or row.full_name,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            mode=row.mode,
            join_link=row.join_link,
            room=row.room or "",
            step_free=bool(row.step_free),
            colleagues=partners[row.id],
            children=tuple(children.get(row.id, {}).values()),
        )
        for row in _chosen(rows, viewer, shows_all)
    )
    return DayPage(
        day=day,
        meetings=meetings,
        staff=_staff_of_day(session, span, names) if viewer.has(*SEES_PHONES) else (),
        shows_all=shows_all,
        may_show_all=_sees_all(viewer),
        shows_phones=viewer.has(*SEES_PHONES),
        shows_plans=viewer.has(*SEES_TOPICS),
    )


def _sees_all(viewer: Actor) -> bool:
    return viewer.has(*WHOLE_SCHOOL)


def span_of(viewer: Actor, first: date, last: date) -> dict[str, Any]:
    """The values of the statements for the days from the first to the last."""
    since = datetime.combine(first, time(), LONDON)
    until = datetime.combine(last + timedelta(days=1), time(), LONDON)
    return {"school_id": own_school(viewer), "since": since, "until": until}


def _chosen(rows: Sequence[Any], viewer: Actor, shows_all: bool) -> list[Any]:
    """Each meeting once; for one person those that are theirs or in which they sit in."""
    seen: dict[uuid.UUID, Any] = {}
    me = str(viewer.person_id)
    for row in rows:
        if shows_all or row.staff_id == viewer.person_id or me in (row.with_ids or ()):
            seen.setdefault(row.id, row)
    return list(seen.values())


def _partners(rows: Iterable[Any], names: dict[uuid.UUID, str]) -> dict[uuid.UUID, tuple[str, ...]]:
    found: dict[uuid.UUID, tuple[str, ...]] = {}
    for row in rows:
        found.setdefault(row.id, tuple(sorted(names.get(uuid.UUID(key), "–") for key in row.with_ids or ())))
    return found


def _children(
    session: PortalSession, viewer: Actor, span: dict[str, Any]
) -> dict[uuid.UUID, dict[uuid.UUID, ChildHere]]:
    guests: dict[uuid.UUID, list[str]] = {}
    for guest in session.execute(GUESTS, span):
        words = ", ".join(part for part in (guest.name, guest.works_as, guest.organisation) if part)
        if words not in guests.setdefault(guest.review_id, []):
            guests[guest.review_id].append(words)
    found: dict[uuid.UUID, dict[uuid.UUID, ChildHere]] = {}
    for row in session.execute(BOOKINGS, span):
        child = found.setdefault(row.meeting_id, {}).setdefault(
            row.review_id,
            ChildHere(
                pupil_id=row.pupil_id,
                review_id=row.review_id,
                name=f"{row.child_known_as or row.forename} {row.surname}",
                class_name=row.class_name or "",
                part=row.part,
                guests=guests.get(row.review_id, []),
            ),
        )
        child.adults.append(_comer(row, viewer))
    return found


def _comer(row: Any, viewer: Actor) -> Comer:
    return Comer(
        adult_id=row.adult_id,
        name=row.known_as or row.full_name,
        relationship=row.relationship or "",
        language=row.language,
        interpreter=row.interpreter,
        needs=tuple(Need(need) for need in row.needs),
        need_words=row.need_words,
        brings=row.brings,
        topics=row.wishes if viewer.has(*SEES_TOPICS) else "",
        phone=row.phone if viewer.has(*SEES_PHONES) else "",
    )


def _staff_of_day(session: PortalSession, span: dict[str, Any], names: dict[uuid.UUID, str]) -> tuple[StaffOfDay, ...]:
    found = [StaffOfDay(key, names.get(key, "–"), made, taken) for key, made, taken in session.execute(SLOTS, span)]
    return tuple(sorted(found, key=lambda each: (each.name, each.person_id)))
