"""What a school year may look like when the SENDCO writes it down, and last year's pattern as a suggestion for the next
(domain.md 6)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from portal.kernel.errors import Invalid
from portal.kernel.words import N_
from portal.reviews.rules import DayKind, Season
from portal.reviews.rules_calendar import (
    DAY,
    HOLIDAY_NAMES,
    NO_YEAR,
    DayIs,
    SchoolTerm,
    SpecialDays,
    TermCalendar,
    bank_holidays,
    days_of,
)

FIRST_YEAR, LAST_YEAR = 2000, 2100
A_YEAR_OF_WEEKS = timedelta(weeks=52)
WEEK = timedelta(weeks=1)
USUAL_SCHOOL_DAYS, USUAL_INSET_DAYS = 190, 5
TERM_DATES = ("starts_on", "ends_on", "half_term_from", "half_term_until")
DAYS_ARE = {
    DayIs.WEEKEND: N_("Weekend"),
    DayIs.BANK_HOLIDAY: N_("Bank holiday"),
    DayIs.INSET: N_("INSET"),
    DayIs.CLOSURE: N_("Closed"),
    DayIs.OPEN: N_("Open"),
    DayIs.HALF_TERM: N_("Half term"),
    DayIs.HOLIDAY: N_("Holiday"),
}
OUTSIDE = N_("This day is not in this school year.")
NO_FIRST, NO_LAST = N_("Write the first day of the term."), N_("Write the last day of the term.")
ENDS_FIRST = N_("The last day must be after the first day.")
HALF_TERM_HALF = N_("Write the first and the last day of the half-term break, or neither.")
HALF_TERM_BACKWARDS = N_("The last day cannot be before the first day.")
HALF_TERM_OUTSIDE = N_("The half-term break must lie within its term.")
OVERLAP = N_("This term must begin after the last one has ended.")


@dataclass(frozen=True, slots=True, kw_only=True)
class TermFacts:
    """A term as it was typed: any of its days may be missing or wrong."""

    season: Season
    starts_on: date | None = None
    ends_on: date | None = None
    half_term_from: date | None = None
    half_term_until: date | None = None


def bounds(start: int) -> tuple[date, date]:
    """The days that may belong to the school year: some schools begin in the last weeks of August."""
    return date(start, 8, 15), date(start + 1, 8, 14)


def term_problems(start: int, terms: Sequence[TermFacts]) -> list[Invalid]:
    """Everything that cannot be about the terms of a year, each at its field `<season>_<date>`."""
    found = [problem for term in terms for problem in _problems_of(term, *bounds(start))]
    for before, term in pairwise(terms):
        if before.ends_on and term.starts_on and term.starts_on <= before.ends_on:
            found.append(_at(term, "starts_on", OVERLAP))
    return found


def _problems_of(term: TermFacts, first: date, last: date) -> list[Invalid]:
    found = []
    for name, missing in (("starts_on", NO_FIRST), ("ends_on", NO_LAST)):
        day = getattr(term, name)
        if day is None or not first <= day <= last:
            found.append(_at(term, name, missing if day is None else OUTSIDE))
    if not found and term.starts_on and term.ends_on and term.ends_on <= term.starts_on:
        found.append(_at(term, "ends_on", ENDS_FIRST))
    # beside a term that is wrong itself, a word about its break would only be an echo
    return found or list(_problems_of_half_term(term))


def _problems_of_half_term(term: TermFacts) -> Iterable[Invalid]:
    first, last = term.half_term_from, term.half_term_until
    if first is None or last is None:
        if first != last:
            yield _at(term, "half_term_from" if first is None else "half_term_until", HALF_TERM_HALF)
    elif last < first:
        yield _at(term, "half_term_until", HALF_TERM_BACKWARDS)
    elif term.starts_on and first <= term.starts_on:
        yield _at(term, "half_term_from", HALF_TERM_OUTSIDE)
    elif term.ends_on and last >= term.ends_on:
        yield _at(term, "half_term_until", HALF_TERM_OUTSIDE)


def _at(term: TermFacts, name: str, message: str) -> Invalid:
    return Invalid(message, field=f"{term.season}_{name}")


def check_special(start: int, wanted: SpecialDays, calendar: TermCalendar) -> None:
    """Raises Invalid at the field that does not fit: backwards, outside the year, in the list already, or without any
    effect."""
    first, last = bounds(start)
    if wanted.last_day < wanted.first_day:
        raise Invalid(N_("The last day cannot be before the first day."), field="last_day")
    for name, day in (("first_day", wanted.first_day), ("last_day", wanted.last_day)):
        if not first <= day <= last:
            raise Invalid(OUTSIDE, field=name)
    opens = wanted.kind == DayKind.OPEN
    for other in calendar.exceptions:
        meet = other.first_day <= wanted.last_day and wanted.first_day <= other.last_day
        if meet and (other.kind == DayKind.OPEN) is opens:
            raise Invalid(N_("One of these days is in the list already."), field="first_day")
    days = tuple(days_of(wanted.first_day, wanted.last_day))
    if opens and all(calendar.is_school_day(day) for day in days):
        raise Invalid(N_("School is open on these days anyway."), field="first_day")
    after = replace(calendar, exceptions=(*calendar.exceptions, wanted))
    if not opens and all(calendar.what_is(day) == after.what_is(day) for day in days):
        raise Invalid(N_("School is closed on these days anyway."), field="first_day")


def suggested(terms: Sequence[SchoolTerm]) -> tuple[TermFacts, ...]:
    """The same terms a year later on the same weekdays. A term begins and ends on a working day, none begins before
    September that did not before, and the break of the spring bank holiday stays with it."""
    return tuple(_moved(term) for term in terms)


def _moved(term: SchoolTerm) -> TermFacts:
    starts_on, ends_on = term.starts_on + A_YEAR_OF_WEEKS, term.ends_on + A_YEAR_OF_WEEKS
    september = date(term.starts_on.year + 1, 9, 1)
    if term.starts_on.month == 9:
        starts_on = max(starts_on, september)
    while not NO_YEAR.is_working_day(starts_on):
        starts_on += DAY
    while not NO_YEAR.is_working_day(ends_on):
        ends_on -= DAY
    first, last = term.half_term_from, term.half_term_until
    if first is None or last is None:
        return TermFacts(season=term.season, starts_on=starts_on, ends_on=ends_on)
    shift = A_YEAR_OF_WEEKS
    if _has_spring_holiday(first, last) and not _has_spring_holiday(first + shift, last + shift):
        shift += WEEK
    return TermFacts(
        season=term.season,
        starts_on=starts_on,
        ends_on=ends_on,
        half_term_from=first + shift,
        half_term_until=last + shift,
    )


def _has_spring_holiday(first: date, last: date) -> bool:
    spring = HOLIDAY_NAMES["Spring Bank Holiday"]
    return any(bank_holidays(day.year).get(day) == spring for day in days_of(first, last))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Days side by side in one week of a month that are the same to the school; `width` columns of the calendar.
    Without days it is the empty room before the first or after the last of the month."""

    width: int
    first: date | None = None
    last: date | None = None
    what: DayIs = DayIs.SCHOOL


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """One month as weeks of stretches."""

    first_day: date
    weeks: tuple[tuple[Stretch, ...], ...]


def months_of(calendar: TermCalendar, first: date, last: date, weekdays: int) -> tuple[Month, ...]:
    """The months from one day's to the other's, with so many days in a week: 5, or 7 where a weekend is a school
    day."""
    months, day = [], first.replace(day=1)
    while day <= last:
        following = (day + timedelta(days=31)).replace(day=1)
        monday = day - timedelta(days=day.weekday())
        weeks = []
        while monday < following:
            week = [monday + timedelta(days=count) for count in range(weekdays)]
            if any(day <= one < following for one in week):
                weeks.append(_stretches(calendar, [one if day <= one < following else None for one in week]))
            monday += WEEK
        months.append(Month(first_day=day, weeks=tuple(weeks)))
        day = following
    return tuple(months)


def _stretches(calendar: TermCalendar, week: Iterable[date | None]) -> tuple[Stretch, ...]:
    found: list[Stretch] = []
    for day in week:
        what, before = _drawn(calendar, day), found[-1] if found else None
        alike = before is not None and (before.first is None, before.what) == (day is None, what)
        if before is not None and alike and (day is None or what != DayIs.SCHOOL):
            found[-1] = replace(before, width=before.width + 1, last=day)
        else:
            found.append(Stretch(width=1, first=day, last=day, what=what))
    return tuple(found)


def _drawn(calendar: TermCalendar, day: date | None) -> DayIs:
    if day is None:
        return DayIs.SCHOOL
    what = calendar.what_is(day)
    # beside the terms of a year that is written down nothing is drawn as a school day
    return DayIs.HOLIDAY if what == DayIs.SCHOOL and calendar.term_of(day) is None else what


def counts_of(calendar: TermCalendar, start: int) -> Mapping[DayIs, int]:
    """How many days of the year children come (under SCHOOL) and staff are trained (under INSET)."""
    drawn = [_drawn(calendar, day) for day in days_of(*bounds(start))]
    return {
        DayIs.SCHOOL: drawn.count(DayIs.SCHOOL) + drawn.count(DayIs.OPEN),
        DayIs.INSET: drawn.count(DayIs.INSET),
    }
