"""Which days the demo's schools are open, so that reviews and notes fall on days when somebody is there."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from portal.reviews.rules import Season

DAY = timedelta(days=1)
# first and last day away, as (month, day); the schools of the demo have the same holidays each year
AWAY = (
    ((1, 1), (1, 4)),
    ((2, 13), (2, 21)),
    ((5, 24), (6, 1)),
    ((7, 19), (9, 3)),
    ((10, 24), (11, 1)),
    ((12, 19), (12, 31)),
)


@dataclass(frozen=True, slots=True)
class Span:
    """One term from its first to its last day, with the half-term holiday in it; `year` is that of its September."""

    year: int
    season: Season
    starts_on: date
    ends_on: date
    half_term_from: date
    half_term_until: date


def easter(year: int) -> date:
    """Easter Sunday (Gregorian; the method of Meeus, Jones and Butcher)."""
    a, (b, c) = year % 19, divmod(year, 100)
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * e) // 451
    month, day = divmod(h + e - 7 * m + 114, 31)
    return date(year, month, day + 1)


def _in_term(day: date) -> bool:
    if day.weekday() >= 5 or any(first <= (day.month, day.day) <= last for first, last in AWAY):
        return False
    may_day = day.month == 5 and day.weekday() == 0 and day.day <= 7
    return not may_day and not -9 <= (day - easter(day.year)).days <= 7


def _first_from(day: date) -> date:
    while not _in_term(day):
        day += DAY
    return day


def _last_until(day: date) -> date:
    while not _in_term(day):
        day -= DAY
    return day


@cache
def terms(year: int) -> tuple[Span, Span, Span]:
    """The three terms of the school year that starts in September of this year."""
    after, sunday = year + 1, easter(year + 1)
    return (
        Span(
            *(year, Season.AUTUMN, _first_from(date(year, 9, 4)), _last_until(date(year, 12, 18))),
            *(date(year, 10, 24), date(year, 11, 1)),
        ),
        Span(
            *(year, Season.SPRING, _first_from(date(after, 1, 5)), _last_until(sunday - 10 * DAY)),
            *(date(after, 2, 13), date(after, 2, 21)),
        ),
        Span(
            *(year, Season.SUMMER, _first_from(sunday + 8 * DAY), _last_until(date(after, 7, 18))),
            *(date(after, 5, 24), date(after, 6, 1)),
        ),
    )


@cache
def inset_days(year: int) -> tuple[date, ...]:
    """The five training days of a school year: the first day of each term and of two second halves."""
    autumn, spring, summer = terms(year)
    halves = (_first_from(half.half_term_until + DAY) for half in (autumn, summer))
    return tuple(sorted((autumn.starts_on, spring.starts_on, summer.starts_on, *halves)))


def school_year(day: date) -> int:
    """The year in whose September the school year of this day started."""
    return day.year if day.month >= 9 else day.year - 1


def is_school_day(day: date) -> bool:
    """Whether the children of the demo's schools are there."""
    return _in_term(day) and day not in inset_days(school_year(day))


def school_day_from(day: date) -> date:
    """The day itself, or the next one on which school is open."""
    while not is_school_day(day):
        day += DAY
    return day


def school_day_until(day: date) -> date:
    """The day itself, or the last one before it on which school was open."""
    while not is_school_day(day):
        day -= DAY
    return day


def school_days_after(day: date) -> Iterator[date]:
    """Every school day after this one, without end."""
    while True:
        day = school_day_from(day + DAY)
        yield day


def school_days_before(day: date, count: int) -> date:
    """The school day so many school days before this one."""
    for _ in range(count):
        day = school_day_until(day - DAY)
    return day


def term_from(day: date) -> Span:
    """The term in which the day lies, or the next one."""
    return next(span for year in (day.year - 1, day.year) for span in terms(year) if span.ends_on >= day)


def term_before(span: Span) -> Span:
    """The term before this one."""
    place = list(Season).index(span.season)
    return terms(span.year)[place - 1] if place else terms(span.year - 1)[2]
