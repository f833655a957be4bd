"""Dates and times are those of London, in Gregorian months and Latin digits, whatever the language."""

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta

import pytest
from markupsafe import Markup

from portal.web.i18n import (
    LANGUAGES,
    date_and_time,
    day_and_month,
    full_date,
    list_of,
    month_and_year,
    number,
    speaking,
    time_of_day,
    when,
)

pytestmark = pytest.mark.usefixtures("all_spoken")
every_tag = pytest.mark.parametrize("tag", LANGUAGES)
TUESDAY = date(2026, 10, 13)


@pytest.mark.parametrize(
    ("tag", "full", "short", "month"),
    [
        ("en", "Tuesday 13 October 2026", "Tuesday 13 October", "October 2026"),
        ("ur", "منگل، 13 اکتوبر، 2026", "منگل، 13 اکتوبر", "اکتوبر 2026"),
        ("pa", "ਮੰਗਲਵਾਰ, 13 ਅਕਤੂਬਰ 2026", "ਮੰਗਲਵਾਰ, 13 ਅਕਤੂਬਰ", "ਅਕਤੂਬਰ 2026"),
        ("bn", "মঙ্গলবার, 13 অক্টোবর, 2026", "মঙ্গলবার, 13 অক্টোবর", "অক্টোবর 2026"),
        ("pl", "wtorek, 13 października 2026", "wtorek, 13 października", "październik 2026"),
        ("ro", "marți, 13 octombrie 2026", "marți, 13 octombrie", "octombrie 2026"),
        ("ar", "الثلاثاء، 13 أكتوبر 2026", "الثلاثاء، 13 أكتوبر", "أكتوبر 2026"),
        ("so", "Talaado, Oktoobar 13, 2026", "Talaado, Oktoobar 13", "Oktoobar 2026"),
    ],
)
def test_a_day_is_written_out_with_its_weekday(tag: str, full: str, short: str, month: str) -> None:
    with speaking(tag):
        assert (full_date(TUESDAY), day_and_month(TUESDAY), month_and_year(TUESDAY)) == (full, short, month)


@every_tag
def test_every_day_of_a_year_is_unmistakable(tag: str) -> None:
    with speaking(tag):
        written = [full_date(date(2026, 1, 1) + timedelta(days=day)) for day in range(365)]
        shorter = [day_and_month(date(2026, 1, 1) + timedelta(days=day)) for day in range(365)]
    assert len(set(written)) == len(set(shorter)) == 365
    for day, text in enumerate(written):
        numbers = re.findall(r"[0-9]+", text)
        assert sorted(numbers, key=len) == [str((date(2026, 1, 1) + timedelta(days=day)).day), "2026"]
        assert all(character.isascii() for character in text if unicodedata.category(character) == "Nd")


@pytest.mark.parametrize(
    ("moment", "english", "elsewhere"),
    [
        (datetime(2026, 10, 13, 14, 40, tzinfo=UTC), "3.40 pm", "15:40"),
        (datetime(2026, 12, 1, 9, 5, tzinfo=UTC), "9.05 am", "09:05"),
        (datetime(2026, 12, 1, 12, 0, tzinfo=UTC), "midday", "12:00"),
        (datetime(2026, 12, 1, 12, 30, tzinfo=UTC), "12.30 pm", "12:30"),
        (datetime(2026, 12, 1, 0, 0, tzinfo=UTC), "midnight", "00:00"),
        (datetime(2026, 12, 1, 0, 10, tzinfo=UTC), "12.10 am", "00:10"),
        # The clocks go forward on 29 March 2026 and back on 25 October 2026, both at 1 in the morning, UTC.
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "12.59 am", "00:59"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "2.00 am", "02:00"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "1.30 am", "01:30"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "1.30 am", "01:30"),
        (datetime(2026, 10, 25, 2, 30, tzinfo=UTC), "2.30 am", "02:30"),
    ],
)
def test_times_are_those_of_london(moment: datetime, english: str, elsewhere: str) -> None:
    for tag in LANGUAGES:
        with speaking(tag):
            assert time_of_day(moment) == (english if tag == "en" else elsewhere)


def test_a_moment_late_in_the_evening_falls_on_londons_day() -> None:
    late = datetime(2026, 6, 30, 23, 15, tzinfo=UTC)
    assert date_and_time(late) == "Wednesday 1 July 2026 at 12.15 am"
    assert day_and_month(late) == "Wednesday 1 July"


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        time_of_day(datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0, "today"),
        (1, "tomorrow"),
        (-1, "yesterday"),
        (2, "in 2 days"),
        (13, "in 13 days"),
        (-2, "2 days ago"),
        (14, "Tuesday 27 October 2026"),
        (-14, "Tuesday 29 September 2026"),
    ],
)
def test_near_days_are_told_by_their_distance(days: int, words: str) -> None:
    assert when(TUESDAY + timedelta(days=days), TUESDAY) == words


def test_lists_are_joined_as_the_language_joins_them() -> None:
    assert list_of([]) == ""
    assert list_of(["Ana"]) == "Ana"
    assert list_of(["Ana", "Ben"]) == "Ana and Ben"
    assert list_of(["Ana", "Ben", "Cal"]) == "Ana, Ben and Cal"
    with speaking("pl"):
        assert list_of(["Ana", "Ben", "Cal"]) == "Ana, Ben i Cal"


def test_an_item_in_the_other_direction_is_kept_apart() -> None:
    assert list_of(["Ana", "علی"]) == "Ana and \u2068علی\u2069"
    with speaking("ur"):
        assert list_of(["علی", "Ana"]) == "علی اور \u2068Ana\u2069"


def test_a_list_with_markup_escapes_what_is_not_markup() -> None:
    joined = list_of([Markup("<b>Ana</b>"), "<script>"])
    assert isinstance(joined, Markup)
    assert joined == "<b>Ana</b> and &lt;script&gt;"
    assert not isinstance(list_of(["<script>"]), Markup)


@every_tag
def test_numbers_have_latin_digits(tag: str) -> None:
    with speaking(tag):
        assert re.sub(r"[^0-9]", "", number(1234567)) == "1234567"
        assert number(7) == "7"
        assert number(1234567).isascii() or "\u00a0" in number(1234567)
