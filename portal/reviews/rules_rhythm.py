"""Three a year: what a child could expect so far, what was held, and in which term there is a gap (domain.md 8,
invariant 4; Code of Practice 6.65)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from portal.kernel.words import N_
from portal.reviews.rules import ReviewKind, Season, Stage

A_YEAR = 3
COUNTED_KINDS = frozenset({ReviewKind.SEN_SUPPORT})
HELD_STAGES = frozenset({Stage.HELD, Stage.RECORD_SHARED, Stage.CLOSED})
NONE_HELD = {
    Season.AUTUMN: N_("None in the autumn term"),
    Season.SPRING: N_("None in the spring term"),
    Season.SUMMER: N_("None in the summer term"),
}
NONE_PLANNED = {
    Season.AUTUMN: N_("None planned yet for the autumn term"),
    Season.SPRING: N_("None planned yet for the spring term"),
    Season.SUMMER: N_("None planned yet for the summer term"),
}


@dataclass(frozen=True, slots=True)
class TermDates:
    """One term of the year that is counted."""

    season: Season
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class Support:
    """A span in which the child had SEN support or an EHC plan; without an end it goes on."""

    starts_on: date
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """One review: the day it was held, or the term it is for while it is not held."""

    kind: ReviewKind
    stage: Stage
    season: Season | None
    held_on: date | None = None
    without_family: bool = False


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How one child's year stands. `gaps` are terms that are over without a review; `unplanned` is the running one
    when nothing is held or planned in it."""

    expected: int
    held: int
    planned: int
    without_family: int
    gaps: tuple[Season, ...]
    unplanned: tuple[Season, ...]

    @property
    def is_kept(self) -> bool:
        """Whether nothing is missing so far."""
        return not self.gaps and not self.unplanned


def rhythm(
    terms: Sequence[TermDates],
    support: Sequence[Support],
    reviews: Iterable[Counted],
    *,
    today: date,
    a_year: int = A_YEAR,
) -> Rhythm:
    """The count of one school year. A term counts when the child had support in at least half of its days, so that
    the number expected is pro rata from the day the child joined the register."""
    counted = [review for review in reviews if review.kind in COUNTED_KINDS and review.stage != Stage.CANCELLED]
    held = [review for review in counted if review.stage in HELD_STAGES]
    seasons_held = {_season(review, terms) for review in held}
    seasons_planned = {review.season for review in counted if review.stage not in HELD_STAGES}
    due = [term for term in terms if _days_of_support(term, support) * 2 >= _days(term.starts_on, term.ends_on)]
    return Rhythm(
        expected=(2 * a_year * len(due) + len(terms)) // (2 * len(terms)) if terms else 0,
        held=len(held),
        planned=len(counted) - len(held),
        without_family=sum(review.without_family for review in held),
        gaps=tuple(term.season for term in due if term.ends_on < today and term.season not in seasons_held),
        unplanned=tuple(
            term.season
            for term in due
            if term.starts_on <= today <= term.ends_on and term.season not in seasons_held | seasons_planned
        ),
    )


def _season(review: Counted, terms: Sequence[TermDates]) -> Season | None:
    # the autumn review that slips into January is still the autumn's; one of no round counts by its day
    if review.season is not None or review.held_on is None:
        return review.season
    begun = [term.season for term in terms if term.starts_on <= review.held_on]
    return begun[-1] if begun else None


def _days(first: date, last: date) -> int:
    return max(0, (last - first).days + 1)


def _days_of_support(term: TermDates, support: Sequence[Support]) -> int:
    return sum(
        _days(max(term.starts_on, span.starts_on), min(term.ends_on, span.ends_on or term.ends_on)) for span in support
    )
