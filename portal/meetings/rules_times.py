"""When members of staff can meet families, and the meetings that fit: plain arithmetic on the school's own clock."""

import enum
import re
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from portal.kernel.errors import Conflict, Invalid
from portal.kernel.words import N_
from portal.meetings.rules import Mode, instant

GRID = 5  # minutes
LONGEST_PAUSE = 60
PAUSES = (0, 5, 10, 15, 20, 30)
EARLIEST_BARE_HOUR = 7  # "3.30" without am or pm is the afternoon, as no school meets anybody in the night


class Weekday(enum.IntEnum):
    """The days of a week, numbered as `date.weekday` does."""

    MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)


WEEKDAYS = {
    Weekday.MONDAY: N_("Every Monday"),
    Weekday.TUESDAY: N_("Every Tuesday"),
    Weekday.WEDNESDAY: N_("Every Wednesday"),
    Weekday.THURSDAY: N_("Every Thursday"),
    Weekday.FRIDAY: N_("Every Friday"),
    Weekday.SATURDAY: N_("Every Saturday"),
    Weekday.SUNDAY: N_("Every Sunday"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """One stretch in which somebody can meet families: each week on a weekday, or on one day."""

    person_id: uuid.UUID
    weekday: Weekday | None = None
    day: date | None = None
    starts: time
    ends: time
    pause_minutes: int = 5
    room_id: uuid.UUID | None = None
    modes: tuple[Mode, ...] = (Mode.IN_PERSON,)
    with_ids: tuple[uuid.UUID, ...] = ()
    join_link: str = ""

    @property
    def people(self) -> frozenset[uuid.UUID]:
        """Everybody who sits in, the member of staff whose time it is among them."""
        return frozenset({self.person_id, *self.with_ids})

    @property
    def when(self) -> Weekday | date:
        """The weekday or the one day, for a sentence about it."""
        return self.day if self.day is not None else Weekday(self.weekday or 0)

    def is_on(self, day: date) -> bool:
        """Whether it holds on this day."""
        return self.day == day if self.day is not None else self.weekday == day.weekday()


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One meeting that could be: from and to in UTC, and all that its slot will say."""

    day: date
    starts_at: datetime
    ends_at: datetime
    pause_minutes: int
    room_id: uuid.UUID | None
    modes: tuple[Mode, ...]
    with_ids: tuple[uuid.UUID, ...]
    join_link: str

    @property
    def free_again_at(self) -> datetime:
        """When staff and room are free again."""
        return self.ends_at + timedelta(minutes=self.pause_minutes)


class Overlap(Conflict):
    """Somebody, or a room, would be in two places. `values`: name, when (weekday or day), starts, ends."""

    status = 422


def read_clock(typed: str) -> time:
    """A time of day as people write it: 15:30, 15.30, 3.30 pm, 3pm. Raises Invalid."""
    found = re.fullmatch(r"(\d{1,2})(?:[:.](\d{2}))?\s*([ap])?\.?m?\.?", typed.strip().lower())
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (99, 0)
    half = found[3] if found else None
    if (half and not 1 <= hour <= 12) or hour > 23 or minute > 59:
        raise Invalid(N_("Write a time such as 15:30 or 3.30 pm."))
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    elif found and len(found[1]) == 1 and hour < EARLIEST_BARE_HOUR:
        hour += 12
    if minute % GRID:
        raise Invalid(N_("Meetings start and end on five minutes: 15:30, 15:35 and so on."))
    return time(hour, minute)


def check_availability(given: Availability, *, minutes: int, first_day: date, last_day: date) -> None:
    """Raises Invalid at the field that does not fit a round of meetings of so many minutes between these days."""
    if given.ends <= given.starts:
        raise Invalid(N_("The end must be after the start."), field="ends")
    if not _spans(given, minutes):
        raise Invalid(N_("Not even one meeting fits. A meeting takes %(num)s minutes."), field="ends", num=minutes)
    _check_day(given, first_day, last_day)
    _check_ways(given)
    for day in days_between(first_day, last_day):
        if given.is_on(day):
            planned_on(given, day, minutes)


def _check_day(given: Availability, first_day: date, last_day: date) -> None:
    if (given.day is None) == (given.weekday is None):
        raise Invalid(N_("Say which day it is."), field="day")
    if given.day is not None and not first_day <= given.day <= last_day:
        raise Invalid(
            N_("This day is outside the round. Its days: %(first)s to %(last)s."),
            field="day",
            first=first_day,
            last=last_day,
        )


def _check_ways(given: Availability) -> None:
    if given.pause_minutes % GRID or not 0 <= given.pause_minutes <= LONGEST_PAUSE:
        raise Invalid(N_("Choose one of the pauses."), field="pause_minutes")
    if not given.modes:
        raise Invalid(N_("Choose at least one way to meet."), field="modes")
    if Mode.VIDEO in given.modes and not given.join_link:
        raise Invalid(N_("Give the link for the video meeting."), field="join_link")
    if given.join_link and not re.fullmatch(r"https://[^\s\"'<>\\]+", given.join_link):
        raise Invalid(N_("The link starts with https:// and has no spaces."), field="join_link")
    if given.person_id in given.with_ids:
        raise Invalid(N_("Choose colleagues only: this person is there anyway."), field="with_ids")


def who_is_needed_twice(given: Availability, other: Availability, *, minutes: int) -> frozenset[uuid.UUID]:
    """The people and the room that both need at the same time, pauses included; empty when they go together."""
    if given.day is not None or other.day is not None:
        same_day = given.is_on(other.day) if other.day is not None else other.is_on(given.day or date.min)
    else:
        same_day = given.weekday == other.weekday
    if not same_day or _minute(given.starts) >= _busy_until(other, minutes):
        return frozenset()
    if _minute(other.starts) >= _busy_until(given, minutes):
        return frozenset()
    rooms = {given.room_id} & {other.room_id} - {None}
    return (given.people & other.people) | {room for room in rooms if room is not None}


def planned_on(given: Availability, day: date, minutes: int) -> list[Planned]:
    """The meetings of one day. Raises Invalid where the clocks change in between."""
    found = []
    for starts, ends in _spans(given, minutes):
        starts_at, ends_at = instant(day, starts), instant(day, ends)
        if ends_at - starts_at != timedelta(minutes=minutes):
            raise Invalid(N_("The clocks change in that time. Choose a time before or after."), field="starts")
        found.append(
            Planned(
                day=day,
                starts_at=starts_at,
                ends_at=ends_at,
                pause_minutes=given.pause_minutes,
                room_id=given.room_id,
                modes=given.modes,
                with_ids=given.with_ids,
                join_link=given.join_link,
            )
        )
    return found


def days_between(first: date, last: date) -> Iterator[date]:
    """Every day from the first to the last."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def by_day(moments: Iterable[Planned]) -> dict[date, list[Planned]]:
    """Planned meetings by their day, in order."""
    found: dict[date, list[Planned]] = {}
    for moment in sorted(moments, key=lambda planned: planned.starts_at):
        found.setdefault(moment.day, []).append(moment)
    return found


def _spans(given: Availability, minutes: int) -> list[tuple[time, time]]:
    starts = range(_minute(given.starts), _minute(given.ends) - minutes + 1, minutes + given.pause_minutes)
    return [(_clock(start), _clock(start + minutes)) for start in starts]


def _busy_until(given: Availability, minutes: int) -> int:
    spans = _spans(given, minutes)
    last = _minute(spans[-1][1]) + given.pause_minutes if spans else 0
    return max(_minute(given.ends), last)


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def _clock(minute: int) -> time:
    return time(minute // 60, minute % 60)
