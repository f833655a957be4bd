"""Which days are school days, as a school keeps them (domain.md 6). The law's own weeks never ask this calendar: it is
for slots, reminders and “once a term”."""

import enum
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import holidays

from portal.kernel.words import N_
from portal.people.rules import school_year_starts
from portal.reviews.rules import DayKind, Season

DAY = timedelta(days=1)
SATURDAY = 5
HOLIDAY_NAMES = {
    "New Year's Day": N_("New Year's Day"),
    "New Year's Day (observed)": N_("New Year's Day (day off instead)"),
    "Good Friday": N_("Good Friday"),
    "Easter Monday": N_("Easter Monday"),
    "May Day": N_("Early May bank holiday"),
    "Spring Bank Holiday": N_("Spring bank holiday"),
    "Late Summer Bank Holiday": N_("Summer bank holiday"),
    "Christmas Day": N_("Christmas Day"),
    "Christmas Day (observed)": N_("Christmas Day (day off instead)"),
    "Boxing Day": N_("Boxing Day"),
    "Boxing Day (observed)": N_("Boxing Day (day off instead)"),
}
OTHER_HOLIDAY = N_("Bank holiday")


@lru_cache(maxsize=64)
def bank_holidays(year: int) -> Mapping[date, str]:
    """The bank holidays of England in a calendar year by day, each with the message id of its name. A day that is
    proclaimed later comes with a newer `holidays` or from the school."""
    # without the subdivision there would be no Easter Monday and no August bank holiday
    found = holidays.country_holidays("GB", subdiv="ENG", years=year)
    return {day: HOLIDAY_NAMES.get(name, OTHER_HOLIDAY) for day, name in sorted(found.items()) if day.year == year}


def days_of(first: date, last: date) -> Iterator[date]:
    """Every day from the first to the last, both included."""
    return (first + DAY * count for count in range((last - first).days + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class SchoolTerm:
    """One term with the half-term break in it, if it has one."""

    season: Season
    starts_on: date
    ends_on: date
    half_term_from: date | None = None
    half_term_until: date | None = None
    id: uuid.UUID | None = None

    def __contains__(self, day: date) -> bool:
        return self.starts_on <= day <= self.ends_on

    def breaks_on(self, day: date) -> bool:
        """Whether the day lies in the half-term break."""
        first, last = self.half_term_from, self.half_term_until
        return first is not None and last is not None and first <= day <= last


@dataclass(frozen=True, slots=True, kw_only=True)
class HalfTerm:
    """One of the six parts of a school year, without the break between two of them."""

    season: Season
    half: int
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialDays:
    """Days on which the term says one thing and the school does another; `label` is what staff call them."""

    kind: DayKind
    first_day: date
    last_day: date
    label: str = ""
    id: uuid.UUID | None = None

    def __contains__(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day


class DayIs(enum.StrEnum):
    """What a day is to a school."""

    SCHOOL = "school"
    OPEN = "open"
    WEEKEND = "weekend"
    BANK_HOLIDAY = "bank_holiday"
    INSET = "inset"
    CLOSURE = "closure"
    HALF_TERM = "half_term"
    HOLIDAY = "holiday"


SCHOOL_IS = frozenset({DayIs.SCHOOL, DayIs.OPEN})
OF_KIND = {
    DayKind.INSET: DayIs.INSET,
    DayKind.CLOSURE: DayIs.CLOSURE,
    DayKind.BANK_HOLIDAY: DayIs.BANK_HOLIDAY,
}


@dataclass(frozen=True, slots=True)
class TermCalendar:
    """The years that a school has written down. In a year that is not written down every weekday but the bank holidays
    counts as a school day, so that nothing waits for a calendar that nobody has made yet."""

    terms: tuple[SchoolTerm, ...] = ()
    exceptions: tuple[SpecialDays, ...] = ()

    def what_is(self, day: date) -> DayIs:
        """What the day is. “Open after all” beats everything, a bank holiday beats what the school says else."""
        kinds = {special.kind for special in self.exceptions if day in special}
        if DayKind.OPEN in kinds:
            return DayIs.OPEN
        if day.weekday() >= SATURDAY:
            return DayIs.WEEKEND
        if day in bank_holidays(day.year):
            return DayIs.BANK_HOLIDAY
        if kinds:
            return next(is_ for kind, is_ in OF_KIND.items() if kind in kinds)
        term = self.term_of(day)
        if term is not None:
            return DayIs.HALF_TERM if term.breaks_on(day) else DayIs.SCHOOL
        return DayIs.HOLIDAY if self.knows(day) else DayIs.SCHOOL

    def is_school_day(self, day: date) -> bool:
        """Whether children come to school."""
        return self.what_is(day) in SCHOOL_IS

    def is_bank_holiday(self, day: date) -> bool:
        """Whether it is a bank holiday of England or one that the school wrote down as declared."""
        declared = (special for special in self.exceptions if special.kind == DayKind.BANK_HOLIDAY)
        return day in bank_holidays(day.year) or any(day in special for special in declared)

    def is_working_day(self, day: date) -> bool:
        """Neither a weekend nor a bank holiday, whatever the school does."""
        return day.weekday() < SATURDAY and not self.is_bank_holiday(day)

    def knows(self, day: date) -> bool:
        """Whether the year of this day has been written down."""
        year = school_year_starts(day)
        return any(school_year_starts(term.ends_on) == year for term in self.terms)

    def next_school_day(self, day: date) -> date:
        """The day itself, or the first school day after it."""
        while not self.is_school_day(day):
            day += DAY
        return day

    def last_school_day(self, day: date) -> date:
        """The day itself, or the last school day before it."""
        while not self.is_school_day(day):
            day -= DAY
        return day

    def school_days_after(self, day: date, count: int) -> date:
        """The count-th school day after the day, which is not counted itself; the day itself for none."""
        for _ in range(count):
            day = self.next_school_day(day + DAY)
        return day

    def school_days_before(self, day: date, count: int) -> date:
        """The count-th school day before the day, which is not counted itself; the day itself for none."""
        for _ in range(count):
            day = self.last_school_day(day - DAY)
        return day

    def term_of(self, day: date) -> SchoolTerm | None:
        """The term around the day, its weekends and its half-term break included; none in the holidays."""
        return next((term for term in self.terms if day in term), None)

    def half_term_of(self, day: date) -> HalfTerm | None:
        """The half of a term around the day; none in the break and in the holidays. A term without a break is one
        half, the first."""
        term = self.term_of(day)
        if term is None or term.breaks_on(day):
            return None
        first, last = term.half_term_from, term.half_term_until
        if first is None or last is None:
            return HalfTerm(season=term.season, half=1, starts_on=term.starts_on, ends_on=term.ends_on)
        if day < first:
            return HalfTerm(season=term.season, half=1, starts_on=term.starts_on, ends_on=first - DAY)
        return HalfTerm(season=term.season, half=2, starts_on=last + DAY, ends_on=term.ends_on)

    def school_days(self, first: date, last: date) -> int:
        """How many school days lie from the first to the last day, both included."""
        return sum(self.is_school_day(day) for day in days_of(first, last))


NO_YEAR = TermCalendar()
