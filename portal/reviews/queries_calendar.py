"""The calendar of one school around a day, for whoever must count school days."""

import uuid
from datetime import date, timedelta

from sqlalchemy import bindparam, select

from portal.kernel.scope import PortalSession
from portal.reviews.models import AcademicYear, SchoolDayException, Term
from portal.reviews.rules_calendar import SchoolTerm, SpecialDays, TermCalendar

AROUND = timedelta(days=200)  # wherever the day lies, counting may cross the next holidays in both directions

TERMS = (
    select(Term.id, Term.season, Term.starts_on, Term.ends_on, Term.half_term_from, Term.half_term_until)
    .join(AcademicYear, AcademicYear.id == Term.year_id)
    .where(
        AcademicYear.school_id == bindparam("school_id"),
        AcademicYear.ends_on >= bindparam("first"),
        AcademicYear.starts_on <= bindparam("last"),
    )
    .order_by(Term.starts_on, Term.id)
)
SPECIAL_DAYS = (
    select(
        SchoolDayException.id,
        SchoolDayException.kind,
        SchoolDayException.first_day,
        SchoolDayException.last_day,
        SchoolDayException.label,
    )
    .where(
        SchoolDayException.school_id == bindparam("school_id"),
        SchoolDayException.last_day >= bindparam("first"),
        SchoolDayException.first_day <= bindparam("last"),
    )
    .order_by(SchoolDayException.first_day, SchoolDayException.last_day, SchoolDayException.id)
)


def calendar_of(session: PortalSession, school_id: uuid.UUID, on: date) -> TermCalendar:
    """The school's calendar of the year around the day and of its neighbours. Two statements; an empty calendar, in
    which weekdays are school days, when nothing is written down."""
    return calendar_between(session, school_id, on - AROUND, on + AROUND)


def calendar_between(session: PortalSession, school_id: uuid.UUID, first: date, last: date) -> TermCalendar:
    """The same for all school years that have a day between the first and the last."""
    given = {"school_id": school_id, "first": first, "last": last}
    return TermCalendar(
        terms=tuple(SchoolTerm(**row._asdict()) for row in session.execute(TERMS, given)),
        exceptions=tuple(SpecialDays(**row._asdict()) for row in session.execute(SPECIAL_DAYS, given)),
    )
