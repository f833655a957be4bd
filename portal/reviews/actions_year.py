"""The SENDCO sets the school year. Everything that counts school days follows it from the next click on."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import flag_modified

from portal.kernel import audit
from portal.kernel.db import renamed
from portal.kernel.errors import NotFound, StaleVersion
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.reviews.models import AcademicYear, SchoolDayException, Term
from portal.reviews.queries_calendar import calendar_between
from portal.reviews.rules_calendar import SpecialDays
from portal.reviews.rules_year import TERM_DATES, TermFacts, bounds, check_special, term_problems

SET_MEANWHILE = {
    name: StaleVersion()
    for name in ("uq_a_school_year_starts_once", "academic_year.school_id, academic_year.starts_on")
}


def save_terms(
    session: PortalSession, *, actor: Actor, start: int, version: int, terms: Sequence[TermFacts], now: datetime
) -> None:
    """Stores the three terms of the year that begins in `start`; the same terms again change nothing.

    Raises Invalid at `<season>_<date>`, and StaleVersion when somebody else saved the year meanwhile.
    """
    for problem in term_problems(start, terms):
        raise problem
    year = _year(session, actor, start)
    rows = _terms(session, year)
    if year is not None and all(_same(rows.get(term.season), term) for term in terms):
        return
    if version != (year.version if year else 0):
        raise StaleVersion
    if year is None:
        year = AcademicYear(school_id=actor.school_id, starts_on=date(start, 9, 1), ends_on=date(start + 1, 8, 31))
        session.add(year)
    else:
        flag_modified(year, "starts_on")  # the lock is the year's, also when only a term has changed
    try:
        session.flush()
    except IntegrityError as error:
        raise renamed(error, SET_MEANWHILE) from error
    for term in terms:
        row = rows.get(term.season) or Term(year_id=year.id, school_id=year.school_id, season=term.season)
        for name in TERM_DATES:
            setattr(row, name, getattr(term, name))
        session.add(row)
    _record(session, actor, now, "set the school year", year.id, str(start))


def add_special(session: PortalSession, *, actor: Actor, start: int, wanted: SpecialDays, now: datetime) -> uuid.UUID:
    """Adds special days and returns the row's id; a form sent twice adds one row.

    Raises Invalid at `first_day` or `last_day`, and NotFound when the year is not written down yet.
    """
    year = _year(session, actor, start)
    if year is None:
        raise NotFound
    calendar = calendar_between(session, year.school_id, *bounds(start))
    same = ("kind", "first_day", "last_day", "label")
    for other in calendar.exceptions:
        if other.id is not None and all(getattr(other, name) == getattr(wanted, name) for name in same):
            return other.id
    check_special(start, wanted, calendar)
    row = SchoolDayException(school_id=year.school_id, **{name: getattr(wanted, name) for name in same})
    session.add(row)
    session.flush()
    _record(session, actor, now, "added special days", row.id, wanted.kind.value)
    return row.id


def remove_special(session: PortalSession, *, actor: Actor, special_id: uuid.UUID, now: datetime) -> None:
    """Takes special days away. Raises NotFound, also when they are another school's or gone already."""
    row = session.scalars(
        select(SchoolDayException).where(
            SchoolDayException.id == special_id, SchoolDayException.school_id == actor.school_id
        )
    ).first()
    if row is None:
        raise NotFound
    session.delete(row)
    _record(session, actor, now, "removed special days", row.id, row.kind.value)


def _year(session: PortalSession, actor: Actor, start: int) -> AcademicYear | None:
    first, last = bounds(start)
    # held, so that two saves come one after the other
    return session.scalars(
        select(AcademicYear)
        .where(
            AcademicYear.school_id == actor.school_id,
            AcademicYear.starts_on >= first,
            AcademicYear.starts_on <= last,
        )
        .order_by(AcademicYear.starts_on)
        .with_for_update()
    ).first()


def _terms(session: PortalSession, year: AcademicYear | None) -> dict[str, Term]:
    if year is None:
        return {}
    return {row.season: row for row in session.scalars(select(Term).where(Term.year_id == year.id))}


def _same(row: Term | None, term: TermFacts) -> bool:
    return row is not None and all(getattr(row, name) == getattr(term, name) for name in TERM_DATES)


def _record(session: PortalSession, actor: Actor, now: datetime, action: str, subject_id: uuid.UUID, what: str) -> None:
    audit.record(
        session,
        action,
        now=now,
        actor_id=actor.person_id,
        school_id=actor.school_id,
        subject_id=subject_id,
        what=what,
    )
    session.flush()
