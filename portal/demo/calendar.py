"""Which days the demo's schools are open, so that reviews and notes fall on days when somebody is there."""

from datetime import date, timedelta

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


def easter(year: int) -> date:
    """Easter Sunday (Gregorian; the method of Meeus, Jones and Butcher)."""
    a, (b, c) = year % 19, divmod(year, 100)
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * e) // 451
    month, day = divmod(h + e - 7 * m + 114, 31)
    return date(year, month, day + 1)


def is_school_day(day: date) -> bool:
    """Whether the demo's schools are open."""
    if day.weekday() >= 5 or any(first <= (day.month, day.day) <= last for first, last in AWAY):
        return False
    may_day = day.month == 5 and day.weekday() == 0 and day.day <= 7
    return not may_day and not -9 <= (day - easter(day.year)).days <= 7


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
