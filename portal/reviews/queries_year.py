"""A school year as staff read it, and as the SENDCO finds it in the form."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, select

from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.people.rules import Role
from portal.reviews.models import AcademicYear
from portal.reviews.queries_calendar import calendar_between
from portal.reviews.rules import DayKind
from portal.reviews.rules_calendar import SATURDAY, DayIs, SchoolTerm, SpecialDays, TermCalendar, bank_holidays
from portal.reviews.rules_year import (
    FIRST_YEAR,
    LAST_YEAR,
    TERM_DATES,
    Month,
    TermFacts,
    bounds,
    counts_of,
    months_of,
    suggested,
)

WEEKDAYS, ALL_DAYS = 5, 7
YEAR = (
    select(AcademicYear.id, AcademicYear.version)
    .where(
        AcademicYear.school_id == bindparam("school_id"),
        AcademicYear.starts_on >= bindparam("first"),
        AcademicYear.starts_on <= bindparam("last"),
    )
    .order_by(AcademicYear.starts_on, AcademicYear.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TermLine:
    """A term with the number of its school days."""

    term: SchoolTerm
    school_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class YearPage:
    """One school year, from the September of `start`. Without terms nobody has written it down yet."""

    start: int
    may_edit: bool
    terms: tuple[TermLine, ...]
    specials: tuple[SpecialDays, ...]
    holidays: tuple[tuple[date, str], ...]
    school_days: int
    inset_days: int
    weekdays: int
    months: tuple[Month, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsPage:
    """What stands in the form: the stored terms with their version, or a suggestion with version 0."""

    start: int
    version: int
    terms: tuple[TermFacts, ...]

    @property
    def is_stored(self) -> bool:
        """Whether somebody has saved the year."""
        return self.version > 0

    @property
    def is_suggested(self) -> bool:
        """Whether the dates are last year's, moved."""
        return not self.is_stored and bool(self.terms)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialPage:
    """One row of special days."""

    start: int
    special: SpecialDays


def year_page(session: PortalSession, *, viewer: Actor, start: int) -> YearPage:
    """The year of the viewer's school. Raises NotFound for a year nobody will live to plan."""
    calendar, first, last = _calendar(session, viewer, start)
    terms = _terms_of(calendar, start)
    counts = counts_of(calendar, start)
    begins = min([date(start, 9, 1), *(term.starts_on for term in terms)])
    specials = tuple(special for special in calendar.exceptions if first <= special.first_day <= last)
    weekend = any(special.kind == DayKind.OPEN and _has_weekend(special) for special in specials)
    weekdays = ALL_DAYS if weekend else WEEKDAYS
    return YearPage(
        start=start,
        may_edit=viewer.has(Role.SENDCO),
        terms=tuple(
            TermLine(term=term, school_days=calendar.school_days(term.starts_on, term.ends_on)) for term in terms
        ),
        specials=specials,
        holidays=_holidays(start),
        school_days=counts[DayIs.SCHOOL],
        inset_days=counts[DayIs.INSET],
        weekdays=weekdays,
        months=months_of(calendar, begins, date(start + 1, 8, 31), weekdays) if terms else (),
    )


def terms_page(session: PortalSession, *, viewer: Actor, start: int) -> TermsPage:
    """The stored terms of the year; else last year's, moved, as a suggestion; else nothing."""
    calendar, first, last = _calendar(session, viewer, start)
    row = session.execute(YEAR, {"school_id": viewer.school_id, "first": first, "last": last}).first()
    stored = _terms_of(calendar, start)
    if row is not None and stored:
        facts = tuple(
            TermFacts(season=term.season, **{name: getattr(term, name) for name in TERM_DATES}) for term in stored
        )
        return TermsPage(start=start, version=row.version, terms=facts)
    return TermsPage(start=start, version=row.version if row else 0, terms=suggested(_terms_of(calendar, start - 1)))


def special_page(session: PortalSession, *, viewer: Actor, start: int, special_id: uuid.UUID) -> SpecialPage:
    """One row of the year's special days. Raises NotFound, also when it is another school's or gone already."""
    calendar, _first, _last = _calendar(session, viewer, start)
    special = next((special for special in calendar.exceptions if special.id == special_id), None)
    if special is None:
        raise NotFound
    return SpecialPage(start=start, special=special)


def _calendar(session: PortalSession, viewer: Actor, start: int) -> tuple[TermCalendar, date, date]:
    if viewer.school_id is None or not FIRST_YEAR <= start <= LAST_YEAR:
        raise NotFound
    first, last = bounds(start)
    # from the year before, whose pattern is the suggestion, to the next, which may begin in this August
    return calendar_between(session, viewer.school_id, bounds(start - 1)[0], date(start + 1, 9, 1)), first, last


def _terms_of(calendar: TermCalendar, start: int) -> tuple[SchoolTerm, ...]:
    first, last = bounds(start)
    return tuple(term for term in calendar.terms if first <= term.starts_on <= last)


def _holidays(start: int) -> tuple[tuple[date, str], ...]:
    first, last = date(start, 9, 1), date(start + 1, 8, 31)
    found: Sequence[tuple[date, str]] = [*bank_holidays(start).items(), *bank_holidays(start + 1).items()]
    return tuple((day, name) for day, name in found if first <= day <= last)


def _has_weekend(special: SpecialDays) -> bool:
    days = range(special.first_day.toordinal(), special.last_day.toordinal() + 1)
    return any(date.fromordinal(day).weekday() >= SATURDAY for day in days)
