"""Review rounds as the SENDCO sees them: the year with its three terms, one round to change, the children to choose."""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, func, select

from portal.kernel.clock import LONDON
from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.people.models import School
from portal.reviews.models import AcademicYear, Review, ReviewRound, Term
from portal.reviews.rules import ReviewKind, RoundState, Season, Stage
from portal.reviews.rules_rhythm import HELD_STAGES
from portal.reviews.rules_rounds import RoundFacts

ROUND_TO_SET = (
    select(ReviewRound, Term.season, Term.starts_on, Term.ends_on)
    .join(Term, Term.id == ReviewRound.term_id)
    .where(ReviewRound.school_id == bindparam("school_id"), ReviewRound.id == bindparam("round_id"))
)
TERMS = (
    select(Term.id, Term.season, Term.starts_on, Term.ends_on, AcademicYear.starts_on.label("year_starts"))
    .join(AcademicYear, AcademicYear.id == Term.year_id)
    .where(Term.school_id == bindparam("school_id"))
    .order_by(Term.starts_on, Term.id)
)
ROUNDS = (
    select(
        ReviewRound.id,
        ReviewRound.term_id,
        ReviewRound.kind,
        ReviewRound.state,
        ReviewRound.first_day,
        ReviewRound.last_day,
        ReviewRound.booking_closes_at,
        Term.season,
        Term.starts_on,
    )
    .join(Term, Term.id == ReviewRound.term_id)
    .where(ReviewRound.school_id == bindparam("school_id"))
    .order_by(ReviewRound.first_day.desc(), ReviewRound.made_at.desc(), ReviewRound.id)
)
COUNTS = (
    select(Review.round_id, Review.stage, func.count().label("number"))
    .where(Review.school_id == bindparam("school_id"), Review.round_id.is_not(None))
    .group_by(Review.round_id, Review.stage)
)
HABITS = select(School.slot_minutes, School.reviews_a_year).where(School.id == bindparam("school_id"))


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundRow:
    """One round: how many children are in it, and how far they have come."""

    round_id: uuid.UUID
    term_id: uuid.UUID
    season: Season
    term_starts: date
    kind: ReviewKind
    state: RoundState
    first_day: date
    last_day: date
    booking_closes_at: datetime
    children: int
    booked: int
    held: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TermPicture:
    """One of the three terms of the year, and what is planned and held in it."""

    term_id: uuid.UUID
    season: Season
    starts_on: date
    ends_on: date
    is_over: bool
    rounds: tuple[RoundRow, ...]

    @property
    def children(self) -> int:
        """How many reviews there are in its rounds."""
        return sum(row.children for row in self.rounds)

    @property
    def held(self) -> int:
        """How many of them were held."""
        return sum(row.held for row in self.rounds)

    @property
    def is_gap(self) -> bool:
        """A term that went by without one review."""
        return self.is_over and not self.held


@dataclass(frozen=True, slots=True)
class RoundsPage:
    """The three terms of this school year, and all rounds, newest first."""

    terms: tuple[TermPicture, ...]
    rounds: tuple[RoundRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TermChoice:
    """A term in which a round may be."""

    term_id: uuid.UUID
    season: Season
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class NewRound:
    """The terms that are not over, the one that is likely meant, and how long this school's meetings are."""

    terms: tuple[TermChoice, ...]
    likely: TermChoice | None
    minutes: int


@dataclass(frozen=True, slots=True)
class RoundToChange:
    """A round as it is set."""

    round_id: uuid.UUID
    season: Season
    term_starts: date
    state: RoundState
    version: int
    facts: RoundFacts


def rounds_page(session: PortalSession, *, viewer: Actor, today: date) -> RoundsPage:
    """All rounds of the viewer's school; 3 statements."""
    school = {"school_id": viewer.school_id}
    stages: dict[Any, Counter[Stage]] = {}
    for count in session.execute(COUNTS, school):
        stages.setdefault(count.round_id, Counter())[count.stage] = count.number
    rounds = tuple(_row(found, stages.get(found.id, Counter())) for found in session.execute(ROUNDS, school))
    terms = _terms_of_this_year(session.execute(TERMS, school).all(), today)
    return RoundsPage(tuple(_picture(term, rounds, today) for term in terms), rounds)


def _row(found: Any, stages: Mapping[Stage, int]) -> RoundRow:
    values = found._asdict()
    live = {stage: number for stage, number in stages.items() if stage != Stage.CANCELLED}
    return RoundRow(
        round_id=values.pop("id"),
        term_starts=values.pop("starts_on"),
        children=sum(live.values()),
        booked=live.get(Stage.BOOKED, 0),
        held=sum(number for stage, number in live.items() if stage in HELD_STAGES),
        **values,
    )


def _terms_of_this_year(terms: Sequence[Any], today: date) -> list[Any]:
    begun = [term.year_starts for term in terms if term.year_starts <= today]
    year = max(begun) if begun else min((term.year_starts for term in terms), default=None)
    return [term for term in terms if term.year_starts == year]


def _picture(term: Any, rounds: Iterable[RoundRow], today: date) -> TermPicture:
    return TermPicture(
        term_id=term.id,
        season=term.season,
        starts_on=term.starts_on,
        ends_on=term.ends_on,
        is_over=term.ends_on < today,
        rounds=tuple(row for row in rounds if row.term_id == term.id and row.kind == ReviewKind.SEN_SUPPORT),
    )


def new_round(session: PortalSession, *, viewer: Actor, today: date) -> NewRound:
    """Where a new round may lie: likely in the first term that has no round of the three a year yet; 3 statements."""
    school = {"school_id": viewer.school_id}
    terms = tuple(
        TermChoice(term_id=term.id, season=term.season, starts_on=term.starts_on, ends_on=term.ends_on)
        for term in session.execute(TERMS, school)
        if term.ends_on > today
    )
    taken = {row.term_id for row in session.execute(ROUNDS, school) if row.kind == ReviewKind.SEN_SUPPORT}
    free = [term for term in terms if term.term_id not in taken]
    habits = session.execute(HABITS, school).one()
    return NewRound(terms, next(iter(free or terms), None), habits.slot_minutes)


def round_to_change(session: PortalSession, *, viewer: Actor, round_id: uuid.UUID) -> RoundToChange:
    """One round as it is set. Raises NotFound for another school's."""
    found = session.execute(ROUND_TO_SET, {"school_id": viewer.school_id, "round_id": round_id}).first()
    if found is None:
        raise NotFound
    row: ReviewRound = found.ReviewRound
    opens, closes = row.booking_opens_at.astimezone(LONDON), row.booking_closes_at.astimezone(LONDON)
    facts = RoundFacts(
        term_id=row.term_id,
        kind=row.kind,
        first_day=row.first_day,
        last_day=row.last_day,
        opens_on=opens.date(),
        opens_at=opens.time(),
        closes_on=closes.date(),
        minutes=row.minutes,
        pause_minutes=row.pause_minutes,
        interpreter_minutes=row.interpreter_minutes,
        words=row.words,
    )
    return RoundToChange(row.id, found.season, found.starts_on, row.state, row.version, facts)
