"""Which days are school days: the dates of Birmingham and Dudley 2025/26, bank holidays with their substitutes, special days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.reviews.rules import DayKind, Season
from portal.reviews.rules_calendar import (
    HOLIDAY_NAMES,
    NO_YEAR,
    DayIs,
    SchoolTerm,
    SpecialDays,
    TermCalendar,
    bank_holidays,
)

AUTUMN = SchoolTerm(
    season=Season.AUTUMN,
    starts_on=date(2025, 9, 1),
    ends_on=date(2025, 12, 19),
    half_term_from=date(2025, 10, 27),
    half_term_until=date(2025, 10, 31),
)
SPRING = SchoolTerm(
    season=Season.SPRING,
    starts_on=date(2026, 1, 5),
    ends_on=date(2026, 3, 27),
    half_term_from=date(2026, 2, 16),
    half_term_until=date(2026, 2, 20),
)
SUMMER = SchoolTerm(
    season=Season.SUMMER,
    starts_on=date(2026, 4, 13),
    ends_on=date(2026, 7, 20),
    half_term_from=date(2026, 5, 25),
    half_term_until=date(2026, 5, 29),
)
TERMS = (AUTUMN, SPRING, SUMMER)
BIRMINGHAM = TermCalendar(TERMS)


def special(kind, first, last=None):
    return SpecialDays(kind=kind, first_day=first, last_day=last or first)


@pytest.mark.parametrize(
    "day",
    [
        date(2026, 12, 28),
        date(2027, 12, 27),
        date(2027, 12, 28),
        date(2028, 1, 3),
        date(2026, 4, 6),  # Easter Monday, which the library leaves out without the subdivision
        date(2027, 3, 29),
        date(2026, 8, 31),  # the August holiday, likewise
        date(2027, 8, 30),
    ],
)
def test_bank_holidays_of_england(day):
    assert day in bank_holidays(day.year)
    assert not NO_YEAR.is_school_day(day)
    assert NO_YEAR.is_bank_holiday(day)
    assert not NO_YEAR.is_working_day(day)


def test_a_bank_holiday_of_scotland_is_a_school_day():
    assert NO_YEAR.is_school_day(date(2026, 11, 30))
    assert date(2026, 8, 3) not in bank_holidays(2026)


@pytest.mark.parametrize("year", range(2024, 2045))
def test_every_bank_holiday_has_a_name_that_can_be_translated(year):
    names = bank_holidays(year)
    assert len(names) >= 8
    assert all(day.year == year for day in names)
    assert set(names.values()) <= set(HOLIDAY_NAMES.values())


def test_the_year_2025_26_of_birmingham_has_195_days():
    assert BIRMINGHAM.school_days(date(2025, 9, 1), date(2026, 8, 31)) == 195


@pytest.mark.parametrize(
    ("day", "what"),
    [
        (date(2025, 9, 1), DayIs.SCHOOL),
        (date(2025, 9, 6), DayIs.WEEKEND),
        (date(2025, 10, 26), DayIs.WEEKEND),
        (date(2025, 10, 27), DayIs.HALF_TERM),
        (date(2025, 11, 3), DayIs.SCHOOL),
        (date(2025, 12, 22), DayIs.HOLIDAY),
        (date(2025, 12, 25), DayIs.BANK_HOLIDAY),
        (date(2026, 4, 6), DayIs.BANK_HOLIDAY),
        (date(2026, 5, 4), DayIs.BANK_HOLIDAY),
        (date(2026, 5, 25), DayIs.BANK_HOLIDAY),
        (date(2026, 7, 20), DayIs.SCHOOL),
        (date(2026, 7, 21), DayIs.HOLIDAY),
    ],
)
def test_what_a_day_is(day, what):
    assert BIRMINGHAM.what_is(day) == what
    assert BIRMINGHAM.is_school_day(day) is (what == DayIs.SCHOOL)


def test_special_days_change_a_day_and_open_beats_them_all():
    monday, tuesday, may_day, saturday = (
        date(2025, 9, 1),
        date(2025, 9, 2),
        date(2026, 5, 4),
        date(2025, 9, 6),
    )
    calendar = TermCalendar(
        TERMS,
        (
            special(DayKind.INSET, monday),
            special(DayKind.CLOSURE, tuesday, date(2025, 9, 10)),
            special(DayKind.OPEN, date(2025, 9, 4)),
            special(DayKind.OPEN, may_day),
            special(DayKind.OPEN, saturday),
            special(DayKind.BANK_HOLIDAY, date(2025, 9, 19)),
        ),
    )
    assert calendar.what_is(monday) == DayIs.INSET
    assert calendar.what_is(tuesday) == DayIs.CLOSURE
    assert calendar.what_is(date(2025, 9, 4)) == DayIs.OPEN
    assert calendar.is_school_day(may_day)
    assert calendar.is_school_day(saturday)
    assert calendar.what_is(date(2025, 9, 7)) == DayIs.WEEKEND
    assert calendar.what_is(date(2025, 9, 19)) == DayIs.BANK_HOLIDAY
    assert not calendar.is_working_day(date(2025, 9, 19))
    assert calendar.is_working_day(tuesday), "a closed school is no holiday for the council"


def test_a_bank_holiday_beats_a_training_day():
    assert TermCalendar(TERMS, (special(DayKind.INSET, date(2026, 5, 4)),)).what_is(date(2026, 5, 4)) == (
        DayIs.BANK_HOLIDAY
    )


def test_counting_leaves_holidays_out():
    friday = date(2025, 10, 24)
    assert BIRMINGHAM.school_days_after(friday, 1) == date(2025, 11, 3)
    assert BIRMINGHAM.school_days_before(date(2025, 11, 3), 1) == friday
    assert BIRMINGHAM.school_days_before(date(2025, 11, 5), 5) == date(2025, 10, 22)
    assert BIRMINGHAM.school_days_after(date(2025, 12, 19), 1) == date(2026, 1, 5)
    assert BIRMINGHAM.school_days_after(friday, 0) == friday
    assert BIRMINGHAM.next_school_day(date(2025, 12, 20)) == date(2026, 1, 5)
    assert BIRMINGHAM.next_school_day(friday) == friday
    assert BIRMINGHAM.last_school_day(date(2026, 1, 4)) == date(2025, 12, 19)


def test_counting_goes_on_in_a_year_nobody_has_written_down():
    """Weekdays without bank holidays, so that a date comes out at all."""
    assert BIRMINGHAM.school_days_after(date(2026, 7, 20), 1) == date(2026, 9, 1)
    assert BIRMINGHAM.school_days_before(date(2025, 9, 1), 1) == date(2025, 8, 29)
    assert NO_YEAR.next_school_day(date(2026, 12, 25)) == date(2026, 12, 29)
    assert not NO_YEAR.knows(date(2026, 1, 1))
    assert BIRMINGHAM.knows(date(2026, 8, 31))
    assert not BIRMINGHAM.knows(date(2026, 9, 1))


def test_a_term_that_begins_in_august_belongs_to_the_year_it_begins():
    early = SchoolTerm(season=Season.AUTUMN, starts_on=date(2026, 8, 26), ends_on=date(2026, 12, 18))
    calendar = TermCalendar((*TERMS, early))
    assert calendar.is_school_day(date(2026, 8, 26))
    assert not calendar.is_school_day(date(2026, 8, 25))
    assert calendar.knows(date(2027, 2, 1))


def test_terms_and_their_halves():
    assert BIRMINGHAM.term_of(date(2025, 10, 29)) == AUTUMN
    assert BIRMINGHAM.term_of(date(2025, 12, 20)) is None
    first = BIRMINGHAM.half_term_of(date(2026, 2, 14))
    assert (first.season, first.half, first.starts_on, first.ends_on) == (
        Season.SPRING,
        1,
        date(2026, 1, 5),
        date(2026, 2, 15),
    )
    second = BIRMINGHAM.half_term_of(date(2026, 2, 23))
    assert (second.half, second.starts_on, second.ends_on) == (2, date(2026, 2, 21), date(2026, 3, 27))
    assert BIRMINGHAM.half_term_of(date(2026, 2, 18)) is None
    assert BIRMINGHAM.half_term_of(date(2026, 8, 3)) is None
    whole = TermCalendar((SchoolTerm(season=Season.AUTUMN, starts_on=date(2025, 9, 1), ends_on=date(2025, 12, 19)),))
    assert whole.half_term_of(date(2025, 10, 29)).half == 1


days = st.dates(date(2025, 9, 1), date(2026, 8, 31))


@given(days, st.integers(0, 40))
def test_so_many_days_after_are_so_many_days(day, count):
    last = BIRMINGHAM.school_days_after(day, count)
    assert last >= day
    assert BIRMINGHAM.school_days(day + timedelta(days=1), last) == count
    assert count == 0 or BIRMINGHAM.is_school_day(last)


@given(days, st.integers(0, 40))
def test_so_many_days_before_are_so_many_days(day, count):
    first = BIRMINGHAM.school_days_before(day, count)
    assert BIRMINGHAM.school_days(first, day - timedelta(days=1)) == count
    assert count == 0 or BIRMINGHAM.is_school_day(first)


@given(days, st.integers(1, 40))
def test_back_and_forth_is_the_same_day(day, count):
    day = BIRMINGHAM.next_school_day(day)
    assert BIRMINGHAM.school_days_before(BIRMINGHAM.school_days_after(day, count), count) == day


@given(days, st.lists(st.tuples(st.sampled_from(DayKind), days, st.integers(0, 20)), max_size=6))
def test_a_day_is_open_exactly_when_it_is_said_so_or_nothing_speaks_against_it(day, given_days):
    exceptions = tuple(special(kind, first, first + timedelta(days=more)) for kind, first, more in given_days)
    calendar = TermCalendar(TERMS, exceptions)
    kinds = {exception.kind for exception in exceptions if day in exception}
    if DayKind.OPEN in kinds:
        assert calendar.is_school_day(day)
    else:
        assert calendar.is_school_day(day) is (not kinds and BIRMINGHAM.is_school_day(day))
