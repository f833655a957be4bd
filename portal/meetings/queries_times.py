"""The times of staff in one round: what they said, what was made of it, and what making it again would change."""

import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select

from portal.kernel.clock import LONDON
from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.meetings.models import Room, Slot, StaffTime, TakenSlot
from portal.meetings.rules import Mode
from portal.meetings.rules_times import Availability, Weekday
from portal.people.actor import Actor
from portal.people.models import Person, StaffRole
from portal.people.rules import Role
from portal.reviews.models import Review, ReviewRound, Term
from portal.reviews.rules import BEFORE_THE_MEETING, ReviewKind, RoundState, Season

ROUND = (
    select(
        ReviewRound.id,
        Term.season,
        ReviewRound.kind,
        ReviewRound.state,
        ReviewRound.first_day,
        ReviewRound.last_day,
        ReviewRound.minutes,
        ReviewRound.pause_minutes,
    )
    .join(Term, Term.id == ReviewRound.term_id)
    .where(ReviewRound.id == bindparam("round_id"), ReviewRound.school_id == bindparam("school_id"))
)
STAFF = (
    select(Person.id, Person.full_name, Person.known_as, StaffRole.role)
    .join(StaffRole, StaffRole.person_id == Person.id)
    .where(
        StaffRole.school_id == bindparam("school_id"),
        StaffRole.starts_on <= bindparam("today"),
        or_(StaffRole.ends_on.is_(None), StaffRole.ends_on >= bindparam("today")),
    )
    .order_by(Person.full_name, Person.id, StaffRole.role)
)
TIMES = select(StaffTime).where(StaffTime.round_id == bindparam("round_id")).order_by(StaffTime.starts, StaffTime.id)
LIVE_SLOTS = (
    select(Slot.staff_id, Slot.starts_at, TakenSlot.id.label("taken"))
    .outerjoin(TakenSlot, and_(TakenSlot.slot_id == Slot.id, TakenSlot.released_at.is_(None)))
    .where(
        Slot.round_id == bindparam("round_id"), Slot.withdrawn_at.is_(None), Slot.school_id == bindparam("school_id")
    )
    .order_by(Slot.starts_at, Slot.id)
)
ROOMS = (
    select(Room.id, Room.name, Room.step_free, Room.closed)
    .where(Room.school_id == bindparam("school_id"))
    .order_by(Room.closed, Room.name, Room.id)
)


@dataclass(frozen=True, slots=True)
class RoundLine:
    """One round: its days, and how long a meeting and the pause after it are (minutes)."""

    round_id: uuid.UUID
    season: Season
    kind: ReviewKind
    state: RoundState
    first_day: date
    last_day: date
    minutes: int
    pause_minutes: int


@dataclass(frozen=True, slots=True)
class StaffLine:
    """One member of staff; the first of several roles."""

    person_id: uuid.UUID
    name: str
    role: Role


@dataclass(frozen=True, slots=True)
class RoomLine:
    """One room."""

    room_id: uuid.UUID
    name: str
    step_free: bool
    closed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLine:
    """One stretch that somebody entered."""

    time_id: uuid.UUID
    facts: Availability
    room: str
    colleagues: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MadeDay:
    """How many times there are on one day, and how many of them a family has."""

    day: date
    made: int
    taken: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TimesPage:
    """One person's times in one round, and those in which they sit in with somebody else."""

    round: RoundLine
    person_id: uuid.UUID
    name: str
    lines: tuple[TimeLine, ...]
    sits_in: tuple[tuple[str, TimeLine], ...]
    days: tuple[MadeDay, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffTimesRow:
    """One member of staff in the overview: children to meet, times made and taken."""

    person_id: uuid.UUID
    name: str
    role: Role
    children: int
    made: int
    taken: int

    @property
    def is_short(self) -> bool:
        """Whether there are fewer times than children."""
        return self.made < self.children


@dataclass(frozen=True, slots=True)
class TimesOverview:
    """All staff of the school in one round, those with children to meet first."""

    round: RoundLine
    rows: tuple[StaffTimesRow, ...]


def round_line(session: PortalSession, *, viewer: Actor, round_id: uuid.UUID) -> RoundLine:
    """One round of the viewer's school. Raises NotFound."""
    row = session.execute(ROUND, {"round_id": round_id, "school_id": viewer.school_id}).first()
    if row is None:
        raise NotFound
    return RoundLine(*row)


def round_not_over(session: PortalSession, *, viewer: Actor) -> uuid.UUID | None:
    """The round of the viewer's school that is prepared or open; of several the one that begins first."""
    wanted = select(ReviewRound.id).where(
        ReviewRound.school_id == viewer.school_id, ReviewRound.state != RoundState.CLOSED
    )
    return session.scalars(wanted.order_by(ReviewRound.first_day, ReviewRound.id).limit(1)).first()


def staff_of(session: PortalSession, *, school_id: uuid.UUID, today: date) -> dict[uuid.UUID, StaffLine]:
    """Everybody who works at the school today, by the last word of what they are called."""
    found: dict[uuid.UUID, StaffLine] = {}
    for row in session.execute(STAFF, {"school_id": school_id, "today": today}):
        found.setdefault(row.id, StaffLine(row.id, row.known_as or row.full_name, row.role))
    return dict(sorted(found.items(), key=lambda pair: (pair[1].name.split()[-1:], pair[1].name, pair[0])))


def rooms_of(session: PortalSession, *, school_id: uuid.UUID) -> tuple[RoomLine, ...]:
    """The rooms of a school, closed ones last."""
    return tuple(RoomLine(*row) for row in session.execute(ROOMS, {"school_id": school_id}))


def room_line(session: PortalSession, *, viewer: Actor, room_id: uuid.UUID) -> RoomLine:
    """One room of the viewer's school. Raises NotFound."""
    found = {room.room_id: room for room in rooms_of(session, school_id=own_school(viewer))}
    if room_id not in found:
        raise NotFound
    return found[room_id]


def times_of_round(session: PortalSession, round_id: uuid.UUID) -> list[tuple[uuid.UUID, Availability]]:
    """All that staff entered for one round."""
    return [(row.id, availability_of(row)) for row in session.scalars(TIMES, {"round_id": round_id})]


def availability_of(row: StaffTime) -> Availability:
    """A stored stretch as plain facts."""
    return Availability(
        person_id=row.person_id,
        weekday=None if row.weekday is None else Weekday(row.weekday),
        day=row.day,
        starts=row.starts,
        ends=row.ends,
        pause_minutes=row.pause_minutes,
        room_id=row.room_id,
        modes=tuple(Mode(mode) for mode in row.modes),
        with_ids=tuple(uuid.UUID(person_id) for person_id in row.with_ids),
        join_link=row.join_link,
    )


def overview(session: PortalSession, *, viewer: Actor, round_id: uuid.UUID, today: date) -> TimesOverview:
    """Who has how many times, for whom; 4 statements."""
    line = round_line(session, viewer=viewer, round_id=round_id)
    school = own_school(viewer)
    staff = staff_of(session, school_id=school, today=today)
    children: Counter[uuid.UUID] = Counter()
    waiting = (
        select(Review.lead_id, func.count())
        .where(Review.round_id == round_id, Review.school_id == school, Review.stage.in_(sorted(BEFORE_THE_MEETING)))
        .group_by(Review.lead_id)
    )
    for lead_id, number in session.execute(waiting):
        children[lead_id] = number
    made, taken = _counted(session.execute(LIVE_SLOTS, {"round_id": round_id, "school_id": school}), "staff_id")
    rows = [
        StaffTimesRow(
            person_id=key, name=each.name, role=each.role, children=children[key], made=made[key], taken=taken[key]
        )
        for key, each in staff.items()
    ]
    return TimesOverview(line, tuple(sorted(rows, key=lambda row: (not row.children, not row.made))))


def _counted(rows: Iterable[Any], name: str) -> tuple[Counter[Any], Counter[Any]]:
    made: Counter[Any] = Counter()
    taken: Counter[Any] = Counter()
    for row in rows:
        made[getattr(row, name)] += 1
        taken[getattr(row, name)] += row.taken is not None
    return made, taken


def times_page(
    session: PortalSession, *, viewer: Actor, round_id: uuid.UUID, person_id: uuid.UUID, today: date
) -> TimesPage:
    """One person's times in one round; 5 statements. Raises NotFound."""
    line = round_line(session, viewer=viewer, round_id=round_id)
    school = own_school(viewer)
    staff = staff_of(session, school_id=school, today=today)
    if person_id not in staff:
        raise NotFound
    rooms = {room.room_id: room.name for room in rooms_of(session, school_id=school)}
    names = {key: each.name for key, each in staff.items()}
    own, others = [], []
    for time_id, facts in sorted(times_of_round(session, round_id), key=_in_order):
        colleagues = tuple(sorted(names.get(key, "–") for key in facts.people - {facts.person_id}))
        shown = TimeLine(time_id=time_id, facts=facts, room=_room(rooms, facts), colleagues=colleagues)
        if facts.person_id == person_id:
            own.append(shown)
        elif person_id in facts.with_ids:
            others.append((names.get(facts.person_id, "–"), shown))
    slots = session.execute(
        LIVE_SLOTS.where(Slot.staff_id == person_id), {"round_id": round_id, "school_id": school}
    ).all()
    return TimesPage(
        round=line,
        person_id=person_id,
        name=names[person_id],
        lines=tuple(own),
        sits_in=tuple(others),
        days=_days(slots),
    )


def _room(rooms: dict[uuid.UUID, str], facts: Availability) -> str:
    return rooms.get(facts.room_id, "") if facts.room_id else ""


def _in_order(pair: tuple[uuid.UUID, Availability]) -> tuple[bool, int, date, Any, uuid.UUID]:
    time_id, facts = pair
    weekday = facts.weekday if facts.weekday is not None else 0
    return facts.day is not None, weekday, facts.day or date.min, facts.starts, time_id


def _days(slots: Iterable[Any]) -> tuple[MadeDay, ...]:
    made: Counter[date] = Counter()
    taken: Counter[date] = Counter()
    for slot in slots:
        day = slot.starts_at.astimezone(LONDON).date()
        made[day] += 1
        taken[day] += slot.taken is not None
    return tuple(MadeDay(day, made[day], taken[day]) for day in sorted(made))


def own_school(viewer: Actor) -> uuid.UUID:
    """The school of a member of staff. Raises NotFound for somebody without one."""
    if viewer.school_id is None:
        raise NotFound
    return viewer.school_id
