"""Attendance of one school in one school year, counted and at once told as it may be told: nothing else leaves here."""

import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby
from typing import Any

from sqlalchemy import and_, bindparam, func, select

from portal.kernel.clock import LONDON
from portal.kernel.scope import PortalSession
from portal.meetings.models import Invitation
from portal.meetings.rules import Attendance
from portal.meetings.rules_attendance import TOOK_PART
from portal.meetings.rules_figures import Counts, Told, tell
from portal.people.actor import Actor
from portal.people.models import Person
from portal.people.rules import school_year_starts
from portal.reviews.models import Review, Term
from portal.reviews.rules import ReviewKind, Season, Stage

KIND, TERM, LANGUAGE = "kind", "term", "language"
UNKNOWN = ""  # no term was set for the day, or no adult was invited
ENGLISH = "en"
HELD = (
    select(Review.id, Review.kind, Review.held_at, Invitation.attendance, Person.language)
    .outerjoin(Invitation, and_(Invitation.review_id == Review.id, Invitation.pupil_id == Review.pupil_id))
    .outerjoin(Person, Person.id == Invitation.adult_id)
    .where(
        Review.school_id == bindparam("school_id"),
        Review.stage != Stage.CANCELLED,
        Review.held_at >= bindparam("since"),
        Review.held_at < bindparam("until"),
    )
    .order_by(Review.id, Invitation.id)
)
SPAN = select(func.min(Review.held_at), func.max(Review.held_at)).where(Review.school_id == bindparam("school_id"))
TERMS = (
    select(Term.season, Term.starts_on)
    .where(
        Term.school_id == bindparam("school_id"),
        Term.ends_on >= bindparam("first_day"),
        Term.starts_on < bindparam("last_day"),
    )
    .order_by(Term.starts_on, Term.id)
)


@dataclass(frozen=True, slots=True)
class Figures:
    """One school year by the year in which it began, the years there are, newest first, and the tables: by `kind` of
    review, by `term` and by `language`, each row under its code."""

    year: int
    years: tuple[int, ...]
    told: Told


@dataclass(frozen=True, slots=True)
class _Held:
    """One review that was held."""

    kind: ReviewKind
    on: date
    language: str
    counts: Counts


def figures(session: PortalSession, *, viewer: Actor, year: int | None, today: date) -> Figures:
    """Three statements. Without a year, or with one that is not on offer, it is the last that had a meeting; years
    never overlap, so that no two answers can be taken from each other."""
    school = {"school_id": viewer.school_id}
    first, last = session.execute(SPAN, school).one()
    oldest, newest = (school_year_starts(_day(held) if held else today).year for held in (first, last))
    years = tuple(range(newest, oldest - 1, -1))
    shown = year if year in years else newest
    held = list(_reviews(session, school, shown))
    days = {"first_day": date(shown, 9, 1), "last_day": date(shown + 1, 9, 1)}
    terms = [(row.season, row.starts_on) for row in session.execute(TERMS, {**school, **days})]
    tables = {
        KIND: _counted((review.kind.value, review.counts) for review in held),
        TERM: _counted((_season(review.on, terms), review.counts) for review in held),
        LANGUAGE: _counted((review.language, review.counts) for review in held),
    }
    for code in [*(season.value for season, _starts in terms), *([] if terms else Season)]:
        tables[TERM].setdefault(str(code), Counts())
    order = {TERM: [season.value for season in Season], KIND: [kind.value for kind in ReviewKind], LANGUAGE: [ENGLISH]}
    return Figures(shown, years, tell({name: _in_order(table, order[name]) for name, table in tables.items()}))


def _reviews(session: PortalSession, school: Mapping[str, uuid.UUID | None], year: int) -> Iterator[_Held]:
    rows = session.execute(HELD, {**school, "since": _midnight(year), "until": _midnight(year + 1)})
    for _id, adults in groupby(rows, key=lambda row: row.id):
        yield _review(list(adults))


def _review(rows: Sequence[Any]) -> _Held:
    ways = {row.attendance for row in rows}
    came = not ways.isdisjoint(TOOK_PART)
    counts = Counts(1, int(came), int(not came and Attendance.SENT_VIEWS in ways))
    return _Held(rows[0].kind, _day(rows[0].held_at), _language(rows), counts)


def _language(rows: Iterable[Any]) -> str:
    """The language that the invited adults read here; of several the first that is not English."""
    spoken = sorted({row.language for row in rows if row.language})
    return next((tag for tag in spoken if tag != ENGLISH), ENGLISH if spoken else UNKNOWN)


def _season(day: date, terms: Sequence[tuple[Season, date]]) -> str:
    """The last term that had begun; days before the first belong to it."""
    begun = [season for season, starts_on in terms if starts_on <= day] or [season for season, _starts in terms[:1]]
    return begun[-1].value if begun else UNKNOWN


def _counted(found: Iterable[tuple[str, Counts]]) -> dict[str, Counts]:
    table: dict[str, Counts] = {}
    for code, counts in found:
        table[code] = table.get(code, Counts()) + counts
    return table


def _in_order(table: Mapping[str, Counts], order: Sequence[str]) -> dict[str, Counts]:
    """The rows in the order of the codes, others behind them by code, unknown ones last."""
    place = {code: number for number, code in enumerate(order)}
    codes = sorted(table, key=lambda code: (code == UNKNOWN, place.get(code, len(place)), code))
    return {code: table[code] for code in codes}


def _day(moment: datetime) -> date:
    return moment.astimezone(LONDON).date()


def _midnight(year: int) -> datetime:
    return datetime.combine(date(year, 9, 1), time(), LONDON)
