"""The meetings of a day as staff need them at the door: when, where, who comes, and what they asked for."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import and_, bindparam, func, select

from portal.kernel.clock import LONDON, minutes
from portal.kernel.scope import PortalSession
from portal.meetings.models import Slot, TakenSlot
from portal.meetings.queries_day_rows import (
    MEETINGS,
    SEES_PHONES,
    SEES_TOPICS,
    SET_BY_SCHOOL,
    ChildHere,
    Comer,
    add_guests,
    booked_children,
    child_set,
    span_of,
)
from portal.meetings.queries_times import own_school, staff_of
from portal.meetings.rules import Mode
from portal.people.actor import Actor
from portal.people.rules import WHOLE_SCHOOL, Role

DAYS_AHEAD = timedelta(days=120)
DAYS_BACK = timedelta(days=21)  # who came is written down in these
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
class MeetingHere:
    """One meeting. `children` is empty for a member of staff who may not read about that child."""

    key: uuid.UUID
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
        found: dict[tuple[uuid.UUID, uuid.UUID], Interpreting] = {}
        for meeting in self.meetings:
            for child in meeting.children:
                for adult in child.adults:
                    if adult.needs_interpreter:
                        found.setdefault((meeting.key, adult.adult_id), Interpreting(meeting, adult))
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
    """The days that have meetings: those to come, and those of the last three weeks, the newest first."""

    days: tuple[DayLine, ...]
    over: tuple[DayLine, ...]
    shows_all: bool
    may_show_all: bool


def days_page(session: PortalSession, *, viewer: Actor, mine: bool, today: date) -> DaysPage:
    """The days from three weeks ago on; 2 statements."""
    shows_all = _sees_all(viewer) and not mine
    span = span_of(viewer, today - DAYS_BACK, today + DAYS_AHEAD)
    booked = _chosen(session.execute(MEETINGS, span).all(), viewer, shows_all)
    times = [(row.starts_at, row.ends_at) for row in booked]
    for rows in _set_by_school(session, viewer, {**span, "today": today}, shows_all):
        times.append((rows[0].starts_at, rows[0].starts_at + minutes(rows[0].meets_minutes)))
    days: dict[date, list[tuple[datetime, datetime]]] = {}
    for starts_at, ends_at in sorted(times):
        days.setdefault(starts_at.astimezone(LONDON).date(), []).append((starts_at, ends_at))
    lines = [DayLine(day, len(found), found[0][0], max(ends for _starts, ends in found)) for day, found in days.items()]
    over = [line for line in reversed(lines) if line.day < today]
    return DaysPage(tuple(lines[len(over) :]), tuple(over), shows_all, _sees_all(viewer))


def day_page(session: PortalSession, *, viewer: Actor, day: date, mine: bool, today: date) -> DayPage:
    """One day in full; 5 statements, 6 for whoever may cancel it."""
    span = span_of(viewer, day, day)
    shows_all = _sees_all(viewer) and not mine
    names = {key: each.name for key, each in staff_of(session, school_id=own_school(viewer), today=today).items()}
    rows = session.execute(MEETINGS, span).all()
    children = booked_children(session, viewer, span)
    meetings = [_booked(row, names, children.get(row.id, {})) for row in _chosen(rows, viewer, shows_all)]
    set_by_school = _set_by_school(session, viewer, {**span, "today": today}, shows_all)
    meetings += [_set(found, viewer, names) for found in set_by_school]
    add_guests(session, [child for meeting in meetings for child in meeting.children])
    return DayPage(
        day=day,
        meetings=tuple(sorted(meetings, key=lambda meeting: (meeting.starts_at, meeting.staff_name, meeting.key))),
        staff=_staff_of_day(session, span, names) if viewer.has(*SEES_PHONES) else (),
        shows_all=shows_all,
        may_show_all=_sees_all(viewer),
        shows_phones=viewer.has(*SEES_PHONES),
        shows_plans=viewer.has(*SEES_TOPICS),
    )


def _booked(row: Any, names: dict[uuid.UUID, str], children: dict[uuid.UUID, ChildHere]) -> MeetingHere:
    return MeetingHere(
        key=row.id,
        staff_id=row.staff_id,
        staff_name=row.known_as or row.full_name,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        mode=row.mode,
        join_link=row.join_link,
        room=row.room or "",
        step_free=bool(row.step_free),
        colleagues=_colleagues(row, names),
        children=tuple(children.values()),
    )


def _set(rows: list[Any], viewer: Actor, names: dict[uuid.UUID, str]) -> MeetingHere:
    first = rows[0]
    return MeetingHere(
        key=first.review_id,
        staff_id=first.staff_id,
        staff_name=first.staff_known_as or first.staff_full_name,
        starts_at=first.starts_at,
        ends_at=first.starts_at + minutes(first.meets_minutes),
        mode=Mode(first.modes[0]) if first.modes else Mode.IN_PERSON,
        join_link=first.join_link or "",
        room=first.room or "",
        step_free=bool(first.step_free),
        colleagues=_colleagues(first, names),
        children=(child_set(rows, viewer),),
    )


def _colleagues(row: Any, names: dict[uuid.UUID, str]) -> tuple[str, ...]:
    return tuple(sorted(names.get(uuid.UUID(key), "–") for key in row.with_ids or ()))


def _sees_all(viewer: Actor) -> bool:
    return viewer.has(*WHOLE_SCHOOL)


def _chosen(rows: Sequence[Any], viewer: Actor, shows_all: bool) -> list[Any]:
    """Each meeting once; for one person those that are theirs or in which they sit in."""
    seen: dict[uuid.UUID, Any] = {}
    me = str(viewer.person_id)
    for row in rows:
        if shows_all or row.staff_id == viewer.person_id or me in (row.with_ids or ()):
            seen.setdefault(row.id, row)
    return list(seen.values())


def _set_by_school(session: PortalSession, viewer: Actor, span: dict[str, Any], shows_all: bool) -> Iterable[list[Any]]:
    """The rows of each review whose day school set; class teachers meet those of their class, as they see no other."""
    everything = shows_all or (viewer.has(Role.CLASS_TEACHER) and not _sees_all(viewer))
    for _review, rows in groupby(session.execute(SET_BY_SCHOOL, span), key=lambda row: row.review_id):
        found = list(rows)
        if everything or found[0].staff_id == viewer.person_id:
            yield found


def _staff_of_day(session: PortalSession, span: dict[str, Any], names: dict[uuid.UUID, str]) -> tuple[StaffOfDay, ...]:
    found = [StaffOfDay(key, names.get(key, "–"), made, taken) for key, made, taken in session.execute(SLOTS, span)]
    return tuple(sorted(found, key=lambda each: (each.name, each.person_id)))
