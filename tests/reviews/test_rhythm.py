"""Three a year (domain.md 8, invariant 4): what is expected pro rata, what is held, and where the gaps are."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.reviews.rules import ReviewKind, Season, Stage
from portal.reviews.rules_rhythm import Counted, Support, TermDates, rhythm

AUTUMN, SPRING, SUMMER = Season.AUTUMN, Season.SPRING, Season.SUMMER
TERMS = (
    TermDates(AUTUMN, date(2026, 9, 2), date(2026, 12, 18)),
    TermDates(SPRING, date(2027, 1, 4), date(2027, 3, 25)),
    TermDates(SUMMER, date(2027, 4, 12), date(2027, 7, 21)),
)
ALL_YEAR = (Support(date(2025, 1, 1)),)


def held(season, **more):
    return Counted(ReviewKind.SEN_SUPPORT, Stage.HELD, season, **more)


def planned(season, stage=Stage.PLANNED):
    return Counted(ReviewKind.SEN_SUPPORT, stage, season)


def test_a_whole_year_expects_three():
    year = rhythm(TERMS, ALL_YEAR, [held(AUTUMN)], today=date(2027, 2, 1))
    assert (year.expected, year.held, year.gaps, year.unplanned) == (3, 1, (), (SPRING,))


def test_a_term_that_went_by_is_a_gap():
    year = rhythm(TERMS, ALL_YEAR, [held(SPRING)], today=date(2027, 5, 1))
    assert year.gaps == (AUTUMN,)
    assert year.unplanned == (SUMMER,)
    assert not year.is_kept


def test_a_review_that_was_only_planned_does_not_fill_a_term_that_is_over():
    year = rhythm(TERMS, ALL_YEAR, [planned(AUTUMN, Stage.BOOKED)], today=date(2027, 1, 10))
    assert year.gaps == (AUTUMN,)
    assert year.planned == 1


@pytest.mark.parametrize(
    ("joined", "expected", "gaps"),
    [
        (date(2026, 9, 2), 3, (AUTUMN, SPRING)),
        (date(2026, 10, 1), 3, (AUTUMN, SPRING)),
        (date(2026, 11, 20), 2, (SPRING,)),
        (date(2027, 1, 4), 2, (SPRING,)),
        (date(2027, 4, 1), 1, ()),
        (date(2027, 7, 1), 0, ()),
        (date(2027, 9, 1), 0, ()),
    ],
)
def test_expected_is_pro_rata_from_the_day_the_child_joined(joined, expected, gaps):
    year = rhythm(TERMS, (Support(joined),), [], today=date(2027, 5, 1))
    assert (year.expected, year.gaps) == (expected, gaps)


def test_support_that_stopped_expects_nothing_more():
    stopped = (Support(date(2025, 1, 1), date(2026, 12, 31)),)
    year = rhythm(TERMS, stopped, [held(AUTUMN)], today=date(2027, 5, 1))
    assert (year.expected, year.gaps, year.unplanned) == (1, (), ())


def test_support_in_two_pieces_is_added_up():
    pieces = (Support(date(2026, 9, 1), date(2026, 10, 1)), Support(date(2026, 11, 15), date(2026, 12, 18)))
    assert rhythm(TERMS, pieces, [], today=date(2026, 12, 1)).expected == 1


def test_other_kinds_and_cancelled_ones_do_not_count():
    others = [
        Counted(ReviewKind.ANNUAL, Stage.HELD, AUTUMN),
        Counted(ReviewKind.CONCERN, Stage.HELD, AUTUMN),
        planned(AUTUMN, Stage.CANCELLED),
    ]
    year = rhythm(TERMS, ALL_YEAR, others, today=date(2026, 10, 1))
    assert (year.held, year.planned, year.unplanned) == (0, 0, (AUTUMN,))


@pytest.mark.parametrize(
    ("day", "season"),
    [(date(2026, 9, 20), AUTUMN), (date(2026, 12, 30), AUTUMN), (date(2027, 1, 4), SPRING), (date(2027, 8, 1), SUMMER)],
)
def test_a_review_of_no_round_counts_in_the_term_of_its_day(day, season):
    year = rhythm(TERMS, ALL_YEAR, [held(None, held_on=day)], today=date(2027, 8, 2))
    assert season not in year.gaps
    assert len(year.gaps) == 2


def test_a_review_of_the_autumn_held_in_january_is_the_autumns():
    late = held(AUTUMN, held_on=date(2027, 1, 8))
    assert rhythm(TERMS, ALL_YEAR, [late], today=date(2027, 1, 10)).gaps == ()


def test_held_without_the_family_is_held_and_said():
    year = rhythm(TERMS, ALL_YEAR, [held(AUTUMN, without_family=True)], today=date(2026, 10, 1))
    assert (year.held, year.without_family) == (1, 1)


def test_a_school_may_promise_more():
    assert rhythm(TERMS, ALL_YEAR, [], today=date(2026, 10, 1), a_year=6).expected == 6
    assert rhythm(TERMS, (Support(date(2027, 4, 1)),), [], today=date(2026, 10, 1), a_year=6).expected == 2


def test_without_terms_nothing_is_expected():
    assert rhythm((), ALL_YEAR, [], today=date(2026, 10, 1)).expected == 0


@given(
    joined=st.dates(date(2026, 8, 1), date(2027, 9, 1)),
    later=st.integers(0, 300),
    done=st.sets(st.sampled_from(list(Season))),
    today=st.dates(date(2026, 8, 1), date(2027, 9, 1)),
)
def test_joining_later_never_expects_more_and_a_kept_promise_has_no_gap(joined, later, done, today):
    reviews = [held(season) for season in done]
    early = rhythm(TERMS, (Support(joined),), reviews, today=today)
    late = rhythm(TERMS, (Support(date.fromordinal(joined.toordinal() + later)),), reviews, today=today)
    assert late.expected <= early.expected <= 3
    assert set(late.gaps) <= set(early.gaps)
    assert not set(early.gaps) & done
    assert rhythm(TERMS, (Support(joined),), [held(season) for season in Season], today=today).is_kept
