"""What may be written down as a school year, last year's pattern moved, and the months as they are drawn."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.errors import Invalid
from portal.reviews.rules import DayKind, Season
from portal.reviews.rules_calendar import DayIs, SpecialDays, TermCalendar
from portal.reviews.rules_year import (
    TERM_DATES,
    TermFacts,
    check_special,
    counts_of,
    months_of,
    suggested,
    term_problems,
)
from tests.reviews.test_calendar_rules import BIRMINGHAM, SUMMER, TERMS


def facts(term):
    return TermFacts(season=term.season, **{name: getattr(term, name) for name in TERM_DATES})


GOOD = tuple(facts(term) for term in TERMS)


def broken(season, **changes):
    return tuple(replace(term, **changes) if term.season == season else term for term in GOOD)


def fields(terms, start=2025):
    return sorted(str(problem.field) for problem in term_problems(start, terms))


def test_a_real_year_has_no_problems():
    assert fields(GOOD) == []
    assert fields(broken(Season.AUTUMN, half_term_from=None, half_term_until=None)) == []
    assert fields(broken(Season.AUTUMN, starts_on=date(2025, 8, 20))) == []


@pytest.mark.parametrize(
    ("season", "changes", "at"),
    [
        (Season.AUTUMN, {"starts_on": None}, ["autumn_starts_on"]),
        (Season.SUMMER, {"ends_on": None}, ["summer_ends_on"]),
        (Season.SPRING, {"ends_on": date(2026, 1, 5)}, ["spring_ends_on"]),
        (Season.SPRING, {"half_term_from": None}, ["spring_half_term_from"]),
        (Season.SPRING, {"half_term_until": None}, ["spring_half_term_until"]),
        (Season.SPRING, {"half_term_until": date(2026, 2, 13)}, ["spring_half_term_until"]),
        (Season.SPRING, {"half_term_from": date(2026, 1, 5)}, ["spring_half_term_from"]),
        (Season.SPRING, {"half_term_until": date(2026, 3, 27)}, ["spring_half_term_until"]),
        (Season.SPRING, {"starts_on": date(2025, 12, 19)}, ["spring_starts_on"]),
        (Season.SPRING, {"ends_on": date(2026, 4, 13)}, ["summer_starts_on"]),
        (Season.AUTUMN, {"starts_on": date(2025, 8, 14)}, ["autumn_starts_on"]),
        (Season.SUMMER, {"ends_on": date(2026, 8, 15)}, ["summer_ends_on"]),
        (Season.SUMMER, {"ends_on": date(26, 7, 20)}, ["summer_ends_on"]),
    ],
)
def test_what_cannot_be_is_said_at_its_field(season, changes, at):
    assert fields(broken(season, **changes)) == at


def test_everything_wrong_is_said_at_once():
    assert len(term_problems(2025, tuple(TermFacts(season=season) for season in Season))) == 6


def special(kind, first, last=None):
    return SpecialDays(kind=kind, first_day=first, last_day=last or first)


@pytest.mark.parametrize(
    ("wanted", "at"),
    [
        (special(DayKind.CLOSURE, date(2025, 9, 3), date(2025, 9, 2)), "last_day"),
        (special(DayKind.INSET, date(2025, 8, 14)), "first_day"),
        (special(DayKind.INSET, date(2026, 8, 14), date(2026, 8, 15)), "last_day"),
        (special(DayKind.INSET, date(2025, 9, 6)), "first_day"),  # a Saturday
        (special(DayKind.CLOSURE, date(2025, 12, 25)), "first_day"),
        (special(DayKind.OPEN, date(2025, 9, 3)), "first_day"),
        (special(DayKind.CLOSURE, date(2025, 9, 1)), "first_day"),  # in the list already
    ],
)
def test_special_days_that_cannot_be(wanted, at):
    calendar = TermCalendar(TERMS, (special(DayKind.INSET, date(2025, 9, 1)),))
    with pytest.raises(Invalid) as caught:
        check_special(2025, wanted, calendar)
    assert caught.value.field == at


@pytest.mark.parametrize(
    "wanted",
    [
        special(DayKind.INSET, date(2025, 9, 2)),
        special(DayKind.INSET, date(2026, 7, 21)),  # a training day after the last day of term
        special(DayKind.CLOSURE, date(2026, 1, 8), date(2026, 1, 11)),
        special(DayKind.BANK_HOLIDAY, date(2026, 6, 19)),
        special(DayKind.OPEN, date(2025, 9, 1)),  # after all
        special(DayKind.OPEN, date(2025, 9, 6)),
    ],
)
def test_special_days_that_may_be(wanted):
    check_special(2025, wanted, TermCalendar(TERMS, (special(DayKind.INSET, date(2025, 9, 1)),)))


def test_next_year_is_suggested_from_this_one():
    autumn, spring, summer = suggested(TERMS)
    assert (autumn.starts_on, autumn.ends_on) == (date(2026, 9, 1), date(2026, 12, 18))  # 31 August is a bank holiday
    assert (autumn.half_term_from, autumn.half_term_until) == (date(2026, 10, 26), date(2026, 10, 30))
    assert (spring.starts_on, spring.ends_on) == (date(2027, 1, 4), date(2027, 3, 25))  # 26 March is Good Friday
    assert (spring.half_term_from, spring.half_term_until) == (date(2027, 2, 15), date(2027, 2, 19))
    assert (summer.starts_on, summer.ends_on) == (date(2027, 4, 12), date(2027, 7, 19))
    assert (summer.half_term_from, summer.half_term_until) == (date(2027, 5, 31), date(2027, 6, 4))
    assert fields((autumn, spring, summer), 2026) == []


def test_a_term_without_a_break_is_suggested_without_one():
    (summer,) = suggested([replace(SUMMER, half_term_from=None, half_term_until=None)])
    assert summer.half_term_from is summer.half_term_until is None


@given(st.integers(0, 6), st.integers(0, 6), st.integers(0, 6))
def test_a_suggestion_can_always_be_saved(one, two, three):
    shifts = (one, two, three)
    terms = [
        replace(term, starts_on=term.starts_on + timedelta(days=shift), ends_on=term.ends_on + timedelta(days=shift))
        for term, shift in zip(TERMS, shifts, strict=True)
    ]
    assert term_problems(2026, suggested(terms)) == []


def test_school_days_and_training_days_are_counted():
    assert counts_of(BIRMINGHAM, 2025) == {DayIs.SCHOOL: 195, DayIs.INSET: 0}
    five = (
        special(DayKind.INSET, date(2025, 9, 1), date(2025, 9, 2)),
        special(DayKind.INSET, date(2026, 1, 5)),
        special(DayKind.INSET, date(2026, 4, 13)),
        special(DayKind.INSET, date(2026, 7, 20)),
    )
    assert counts_of(TermCalendar(TERMS, five), 2025) == {DayIs.SCHOOL: 190, DayIs.INSET: 5}


def test_a_month_is_weeks_of_stretches():
    (october,) = months_of(BIRMINGHAM, date(2025, 10, 1), date(2025, 10, 31), 5)
    assert len(october.weeks) == 5
    first, last = october.weeks[0], october.weeks[-1]
    assert [(part.width, part.first and part.first.day) for part in first] == [(2, None), (1, 1), (1, 2), (1, 3)]
    assert [(part.width, part.first.day, part.last.day, part.what) for part in last] == [(5, 27, 31, DayIs.HALF_TERM)]


@pytest.mark.parametrize("weekdays", [5, 7])
def test_every_day_of_the_year_is_drawn_once_and_rightly(weekdays):
    months = months_of(BIRMINGHAM, date(2025, 9, 1), date(2026, 8, 31), weekdays)
    assert len(months) == 12
    drawn = {}
    for month in months:
        for week in month.weeks:
            assert sum(part.width for part in week) == weekdays
            for part in week:
                for count in range(part.width if part.first else 0):
                    day = part.first + timedelta(days=count)
                    assert day not in drawn
                    assert day.month == month.first_day.month
                    drawn[day] = part.what
    everything = [date(2025, 9, 1) + timedelta(days=count) for count in range(365)]
    assert drawn == {day: BIRMINGHAM.what_is(day) for day in everything if day.weekday() < weekdays}
