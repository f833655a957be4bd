"""Days of a round: those that are suggested suit the term, those that cannot be are refused at their field."""

import uuid
from dataclasses import replace
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.clock import LONDON
from portal.kernel.errors import Invalid
from portal.reviews.rules import Ask, ReviewKind, Season
from portal.reviews.rules_calendar import SchoolTerm, TermCalendar
from portal.reviews.rules_rounds import RoundFacts, ask_key, check_round, suggest_days

TERM = SchoolTerm(
    season=Season.AUTUMN,
    starts_on=date(2026, 9, 2),
    ends_on=date(2026, 12, 18),
    half_term_from=date(2026, 10, 26),
    half_term_until=date(2026, 10, 30),
)
CALENDAR = TermCalendar(terms=(TERM,))
FACTS = RoundFacts(
    term_id=uuid.uuid4(),
    kind=ReviewKind.SEN_SUPPORT,
    first_day=date(2026, 11, 16),
    last_day=date(2026, 11, 27),
    opens_on=date(2026, 10, 20),
    opens_at=time(18),
    closes_on=date(2026, 11, 13),
    minutes=30,
    pause_minutes=5,
    interpreter_minutes=15,
    words="",
)


def check(**changes):
    check_round(replace(FACTS, **changes), term_starts=TERM.starts_on, term_ends=TERM.ends_on)


def test_the_example_is_fine():
    check()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"first_day": None}, "first_day"),
        ({"closes_on": None}, "closes_on"),
        ({"last_day": date(2026, 11, 15)}, "last_day"),
        ({"first_day": date(2026, 9, 1)}, "first_day"),
        ({"last_day": date(2026, 12, 19)}, "last_day"),
        ({"closes_on": date(2026, 10, 19)}, "closes_on"),
        ({"closes_on": date(2026, 11, 28)}, "closes_on"),
        ({"kind": ReviewKind.ANNUAL}, "kind"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(changes, field):
    with pytest.raises(Invalid) as refused:
        check(**changes)
    assert refused.value.field == field


def test_the_moments_follow_the_schools_clock_through_the_autumn_change():
    assert FACTS.booking_opens_at.utcoffset().total_seconds() == 0
    assert FACTS.booking_opens_at.hour == 17  # still summer time on 20 October
    assert FACTS.booking_closes_at.astimezone(LONDON).time() == time(23, 55)


def test_a_round_early_in_the_term_is_put_where_two_weeks_are_left():
    days = suggest_days(CALENDAR, TERM.ends_on, date(2026, 9, 7))
    assert (days.first_day, days.last_day) == (date(2026, 11, 23), date(2026, 12, 4))
    assert days.opens_on == date(2026, 11, 2)
    assert days.closes_on == date(2026, 11, 20)


@given(today=st.dates(date(2026, 9, 2), date(2026, 11, 20)))
def test_what_is_suggested_can_be_saved(today):
    days = suggest_days(CALENDAR, TERM.ends_on, today)
    check(first_day=days.first_day, last_day=days.last_day, opens_on=days.opens_on, closes_on=days.closes_on)
    assert all(CALENDAR.is_school_day(day) for day in (days.first_day, days.closes_on))
    assert days.opens_on >= today


def test_what_a_page_showed_is_known_by_its_key():
    assert ask_key(Ask.NOTHING, "") != ask_key(Ask.NO_NEED, "")
    assert ask_key(Ask.NO_NEED, "a") != ask_key(Ask.NO_NEED, "b")
    assert ask_key(Ask.NO_NEED, "a") == ask_key(Ask.NO_NEED, "a")
