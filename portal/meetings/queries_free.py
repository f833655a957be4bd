"""The times that one adult may still take. A time kept free of somebody is missing like one that is taken."""

import json
import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Date, Row, String, Uuid, bindparam, cast, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute

from portal.kernel.clock import LONDON, minutes
from portal.kernel.db import UtcDateTime
from portal.kernel.scope import PortalSession
from portal.meetings.models import Meeting, Slot, TakenSlot, TimeClaim
from portal.meetings.rules import APART, CELL
from portal.meetings.rules_booking import run_of
from portal.people.models import KeptApart


class FreeTime(NamedTuple):
    """A time that can be taken; it ends when the whole meeting ends, with the minutes for an interpreter. A tuple,
    because three hundred are made for one page."""

    slot_id: uuid.UUID
    starts_at: datetime
    ends_at: datetime
    modes: tuple[str, ...]


def is_taken(slot_id: InstrumentedAttribute[uuid.UUID]) -> ColumnElement[bool]:
    """Whether a meeting has the slot."""
    return exists().where(TakenSlot.slot_id == slot_id, TakenSlot.released_at.is_(None))


def keeps_apart(adult_id: ColumnElement[uuid.UUID]) -> ColumnElement[bool]:
    """Whether there is anybody whom the adult must not meet."""
    return exists().where(KeptApart.adult_id == adult_id)


FARTHEST = timedelta(days=400)  # no round is planned further ahead
MOST_SLOTS = 24  # of the shortest meetings; the longest meeting takes no more in a row
FREE = (
    select(
        *(Slot.id, Slot.starts_at, Slot.ends_at),
        cast(Slot.modes, String).label("modes"),  # read as text: the same few lists, three hundred times
        *(Slot.pause_minutes, Slot.room_id),
        keeps_apart(bindparam("adult", type_=Uuid())).label("apart"),
    )
    .where(
        Slot.school_id == bindparam("school"),
        Slot.round_id == bindparam("round"),
        Slot.staff_id == bindparam("staff"),
        Slot.withdrawn_at.is_(None),
        Slot.starts_at > bindparam("after"),
        Slot.starts_at < bindparam("before"),
        ~is_taken(Slot.id),
    )
    .order_by(Slot.starts_at, Slot.id)
)
# cells of those whom the adult must not meet, within a span of time
NEAR = (
    select(TimeClaim.at)
    .join(KeptApart, KeptApart.from_id == TimeClaim.holder_id)
    .outerjoin(Meeting, Meeting.id == TimeClaim.meeting_id)
    .outerjoin(Slot, Slot.id == TimeClaim.slot_id)
    .where(
        func.coalesce(Meeting.school_id, Slot.school_id) == bindparam("school", type_=Uuid()),
        KeptApart.adult_id == bindparam("adult"),
        KeptApart.since <= bindparam("day", type_=Date()),
        TimeClaim.in_building,
        TimeClaim.at > bindparam("after", type_=UtcDateTime()),
        TimeClaim.at < bindparam("before", type_=UtcDateTime()),
    )
    .order_by(TimeClaim.at)
)


def others_near(
    session: PortalSession, *, school_id: uuid.UUID, adult_id: uuid.UUID, starts_at: datetime, ends_at: datetime
) -> list[datetime]:
    """The five minutes in which somebody whom the adult must not meet is in the school's
    building, within APART of a span."""
    facts = {
        "school": school_id,
        "adult": adult_id,
        "day": ends_at.astimezone(LONDON).date(),
        "after": starts_at - APART - CELL,
        "before": ends_at + APART,
    }
    return list(session.scalars(NEAR, facts))


def free_times(
    session: PortalSession,
    *,
    school_id: uuid.UUID,
    round_id: uuid.UUID,
    staff_id: uuid.UUID,
    adult_id: uuid.UUID,
    minutes_needed: int,
    in_building: bool,
    now: datetime,
    day: date | None = None,
) -> list[FreeTime]:
    """The free times with one member of staff, the earliest first: long enough, and far enough from anybody whom the
    adult must not meet; of one day only when it is named, which reads a tenth. One statement, or two for an adult who
    is kept apart from somebody."""
    facts = {"school": school_id, "round": round_id, "staff": staff_id, "adult": adult_id, **_span(now, day)}
    rows = session.execute(FREE, facts).all()
    times = list(_long_enough(rows, minutes_needed))
    if times and in_building and rows[0].apart:
        near = others_near(
            session, school_id=school_id, adult_id=adult_id, starts_at=times[0].starts_at, ends_at=times[-1].ends_at
        )
        times = [time for time in times if not _too_close(time, near)]
    return times


def _span(now: datetime, day: date | None) -> dict[str, datetime]:
    if day is None:
        return {"after": now, "before": now + FARTHEST}
    midnight = datetime.combine(day, time(), LONDON)
    return {"after": max(now, midnight), "before": midnight + timedelta(days=1)}


def _long_enough(rows: Sequence[Row[*tuple[Any, ...]]], length: int) -> Iterator[FreeTime]:
    needed = minutes(length)
    for number, (slot_id, starts_at, ends_at, modes, *_more) in enumerate(rows):
        until = starts_at + needed
        if until <= ends_at:
            yield FreeTime(slot_id, starts_at, ends_at, _modes(modes))
        elif run_of(rows[number : number + MOST_SLOTS], length):
            yield FreeTime(slot_id, starts_at, until, _modes(modes))


@cache
def _modes(written: str) -> tuple[str, ...]:
    return tuple(json.loads(written))


def _too_close(time: FreeTime, near: Iterable[datetime]) -> bool:
    return any(time.starts_at - APART - CELL < at < time.ends_at + APART for at in near)
