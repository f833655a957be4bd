"""What making the times would do: which are new, which stay, which go, and who or what is busy then."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, select

from portal.kernel.clock import LONDON
from portal.kernel.scope import PortalSession
from portal.meetings.models import Slot, StaffAbsence, TakenSlot, TimeClaim
from portal.meetings.queries_times import RoundLine, own_school, rooms_of, round_line, staff_of, times_of_round
from portal.meetings.rules import Mode, cells
from portal.meetings.rules_times import Availability, Planned, by_day, days_between, planned_on
from portal.people.actor import Actor
from portal.reviews.queries_calendar import calendar_of

SLOTS = (
    select(
        Slot.id,
        Slot.starts_at,
        Slot.ends_at,
        Slot.pause_minutes,
        Slot.room_id,
        Slot.modes,
        Slot.with_ids,
        Slot.join_link,
        TakenSlot.id.label("taken"),
    )
    .outerjoin(TakenSlot, and_(TakenSlot.slot_id == Slot.id, TakenSlot.released_at.is_(None)))
    .where(
        Slot.round_id == bindparam("round_id"),
        Slot.staff_id == bindparam("staff_id"),
        Slot.withdrawn_at.is_(None),
        Slot.starts_at > bindparam("now"),
    )
    .order_by(Slot.starts_at, Slot.id)
)
ABSENCES = select(StaffAbsence.person_id, StaffAbsence.day).where(
    StaffAbsence.school_id == bindparam("school_id"),
    StaffAbsence.day.between(bindparam("first"), bindparam("last")),
)


@dataclass(frozen=True, slots=True)
class Busy:
    """Somebody, or a room, is taken at a moment at which a new meeting would need them."""

    name: str
    is_room: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TimesPlan:
    """What "Make the times" would do. `staying` are starts of times that a family has, though they are not wanted any
    more, or not in this way; `left_out` new ones that such a time is in the way of; `blocked` those that are busy."""

    round: RoundLine
    person_id: uuid.UUID
    name: str
    new: tuple[Planned, ...]
    blocked: tuple[Planned, ...]
    busy: tuple[Busy, ...]
    left_out: tuple[Planned, ...]
    kept: int
    going: tuple[uuid.UUID, ...]
    going_days: tuple[tuple[date, int], ...]
    staying: tuple[datetime, ...]
    away: tuple[date, ...]
    entered: int

    @property
    def new_days(self) -> dict[date, list[Planned]]:
        """The new times by day."""
        return by_day(self.new)

    @property
    def changes_nothing(self) -> bool:
        """Whether everything is as it should be."""
        return not self.new and not self.going


def times_plan(
    session: PortalSession, *, viewer: Actor, round_id: uuid.UUID, staff_id: uuid.UUID, now: datetime
) -> TimesPlan:
    """Holds what was entered against what there is; at most 9 statements. Raises NotFound, Invalid."""
    line = round_line(session, viewer=viewer, round_id=round_id)
    today, school = now.astimezone(LONDON).date(), own_school(viewer)
    names = {key: each.name for key, each in staff_of(session, school_id=school, today=today).items()}
    entered = [facts for _id, facts in times_of_round(session, round_id) if facts.person_id == staff_id]
    calendar = calendar_of(session, school, line.first_day)
    span = {"school_id": school, "first": line.first_day, "last": line.last_day}
    absent = {(person_id, day) for person_id, day in session.execute(ABSENCES, span)}
    days = [day for day in days_between(max(today, line.first_day), line.last_day) if calendar.is_school_day(day)]
    wanted = _wanted(entered, days, line.minutes, staff_id, absent, now)
    slots = session.execute(SLOTS, {"round_id": round_id, "staff_id": staff_id, "now": now}).all()
    good = {slot.id for slot in slots if _says(slot) in wanted}
    going = [slot for slot in slots if slot.id not in good and slot.taken is None]
    staying = [slot for slot in slots if slot.id not in good and slot.taken is not None]
    missing = [planned for says, planned in wanted.items() if says not in {_says(slot) for slot in slots}]
    rooms = {room.room_id: room.name for room in rooms_of(session, school_id=school)}
    new, blocked, left_out, busy = _sorted_out(
        session, missing, staff_id, {slot.id for slot in going}, {slot.id for slot in staying}, names, rooms
    )
    return TimesPlan(
        round=line,
        person_id=staff_id,
        name=names.get(staff_id, "–"),
        new=new,
        blocked=blocked,
        busy=busy,
        left_out=left_out,
        kept=len(good),
        going=tuple(slot.id for slot in going),
        going_days=_per_day(going),
        staying=tuple(slot.starts_at for slot in staying),
        away=tuple(day for day in days if (staff_id, day) in absent and any(each.is_on(day) for each in entered)),
        entered=len(entered),
    )


Says = tuple[datetime, datetime, int, uuid.UUID | None, frozenset[Mode], frozenset[uuid.UUID], str]


def _wanted(
    entered: Iterable[Availability],
    days: list[date],
    minutes: int,
    staff_id: uuid.UUID,
    absent: set[tuple[uuid.UUID, date]],
    now: datetime,
) -> dict[Says, Planned]:
    found: dict[Says, Planned] = {}
    for facts in entered:
        for day in days:
            if facts.is_on(day) and (staff_id, day) not in absent:
                for planned in planned_on(facts, day, minutes):
                    if planned.starts_at > now:
                        found[_says(planned)] = planned
    return found


def _says(slot: Any) -> Says:
    """All that a slot and a planned meeting have in common, to tell whether they are the same."""
    modes = frozenset(Mode(mode) for mode in slot.modes)
    people = frozenset(uuid.UUID(str(person_id)) for person_id in slot.with_ids)
    return slot.starts_at, slot.ends_at, slot.pause_minutes, slot.room_id, modes, people, slot.join_link


def _sorted_out(
    session: PortalSession,
    missing: list[Planned],
    staff_id: uuid.UUID,
    going: set[uuid.UUID],
    staying: set[uuid.UUID],
    names: dict[uuid.UUID, str],
    rooms: dict[uuid.UUID, str],
) -> tuple[tuple[Planned, ...], tuple[Planned, ...], tuple[Planned, ...], tuple[Busy, ...]]:
    """The missing times that can be made, those that somebody else's claim blocks, those that one's own taken time is
    in the way of, and who is busy then."""
    claims = _claims(session, missing, staff_id)
    new, blocked, left_out, busy = [], [], [], []
    for planned in sorted(missing, key=lambda each: each.starts_at):
        holders = holders_of(planned, staff_id)
        inside = cells(planned.starts_at, planned.free_again_at)
        met = [(claims[key], key) for at in inside for holder in holders if (key := (holder, at)) in claims]
        met = [(slot_id, key) for slot_id, key in met if slot_id not in going]
        if not met:
            new.append(planned)
        elif all(slot_id in staying for slot_id, _key in met):
            left_out.append(planned)
        else:
            blocked.append(planned)
            holder = next(key[0] for slot_id, key in met if slot_id not in staying)
            name = rooms.get(holder) or names.get(holder, "–")
            busy.append(Busy(name, holder in rooms, planned.starts_at))
    return tuple(new), tuple(blocked), tuple(left_out), tuple(busy)


def holders_of(planned: Planned, staff_id: uuid.UUID) -> list[uuid.UUID]:
    """Whom and what a time needs: staff and room."""
    people = {staff_id, *planned.with_ids}
    return sorted(people | {planned.room_id} if planned.room_id else people)


def _claims(
    session: PortalSession, missing: list[Planned], staff_id: uuid.UUID
) -> dict[tuple[uuid.UUID, datetime], uuid.UUID | None]:
    if not missing:
        return {}
    holders = {holder for planned in missing for holder in holders_of(planned, staff_id)}
    rows = session.execute(
        select(TimeClaim.holder_id, TimeClaim.at, TimeClaim.slot_id).where(
            TimeClaim.holder_id.in_(sorted(holders)),
            TimeClaim.at >= min(planned.starts_at for planned in missing),
            TimeClaim.at < max(planned.free_again_at for planned in missing),
        )
    )
    return {(holder, at): slot_id for holder, at, slot_id in rows}


def _per_day(slots: Iterable[Any]) -> tuple[tuple[date, int], ...]:
    found: dict[date, int] = {}
    for slot in slots:
        day = slot.starts_at.astimezone(LONDON).date()
        found[day] = found.get(day, 0) + 1
    return tuple(sorted(found.items()))
