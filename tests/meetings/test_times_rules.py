"""The arithmetic of when staff can meet families: which meetings fit, what is refused, and the nights of the clock changes."""

import uuid
from datetime import UTC, date, datetime, time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.errors import Invalid
from portal.meetings.rules import Mode
from portal.meetings.rules_times import (
    Availability,
    Weekday,
    by_day,
    check_availability,
    planned_on,
    read_clock,
    who_is_needed_twice,
)

ME, COLLEAGUE, OTHER, ROOM = (uuid.UUID(int=n) for n in range(1, 5))
TUESDAY = date(2026, 10, 13)
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


def stretch(**facts):
    given = {"person_id": ME, "weekday": Weekday.TUESDAY, "starts": time(15, 30), "ends": time(17, 0), **facts}
    if given.get("day"):
        given["weekday"] = None
    return Availability(**given)


def check(availability, minutes=30, first_day=date(2026, 10, 12), last_day=date(2026, 10, 23)):
    check_availability(availability, minutes=minutes, first_day=first_day, last_day=last_day)


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("15:30", time(15, 30)),
        ("15.30", time(15, 30)),
        ("3.30 pm", time(15, 30)),
        ("3:30pm", time(15, 30)),
        ("3.30 p.m.", time(15, 30)),
        ("3pm", time(15)),
        ("12 am", time(0)),
        ("12.05 pm", time(12, 5)),
        ("8.50", time(8, 50)),
        ("3.30", time(15, 30)),
        ("03:30", time(3, 30)),
        (" 9:00 AM ", time(9)),
    ],
)
def test_times_as_people_write_them(typed, means):
    assert read_clock(typed) == means


@pytest.mark.parametrize(
    "typed", ["", "soon", "25:00", "15:60", "15:33", "13 pm", "0 am", "-1:00", "15:3", "1530", "99"]
)
def test_what_is_no_time(typed):
    with pytest.raises(Invalid):
        read_clock(typed)


@given(st.text(max_size=12))
def test_whatever_is_typed_is_a_time_on_five_minutes_or_refused(typed):
    try:
        found = read_clock(typed)
    except Invalid:
        return
    assert found.minute % 5 == 0


def test_meetings_follow_each_other_with_the_pause():
    found = planned_on(stretch(pause_minutes=5), TUESDAY, 30)
    assert [(each.starts_at, each.ends_at) for each in found] == [
        (datetime(2026, 10, 13, 14, 30, tzinfo=UTC), datetime(2026, 10, 13, 15, 0, tzinfo=UTC)),
        (datetime(2026, 10, 13, 15, 5, tzinfo=UTC), datetime(2026, 10, 13, 15, 35, tzinfo=UTC)),
    ]
    assert found[0].free_again_at == found[1].starts_at
    assert len(planned_on(stretch(pause_minutes=0), TUESDAY, 30)) == 3
    assert by_day(reversed(found)) == {TUESDAY: found}


@given(
    minutes=st.integers(2, 24).map(lambda n: n * 5),
    pause=st.integers(0, 6).map(lambda n: n * 5),
    length=st.integers(1, 60).map(lambda n: n * 5),
)
def test_no_meeting_touches_the_next_and_none_leaves_its_stretch(minutes, pause, length):
    ends = 10 * 60 + length
    given = stretch(starts=time(10), ends=time(ends // 60, ends % 60), pause_minutes=pause)
    found = planned_on(given, TUESDAY, minutes)
    assert all(a.free_again_at <= b.starts_at for a, b in pairwise(found))
    first = datetime(2026, 10, 13, 9, tzinfo=UTC)
    assert all(first <= each.starts_at and (each.ends_at - first).seconds // 60 <= length for each in found)
    assert bool(found) == (length >= minutes)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"ends": time(15, 30)}, "ends"),
        ({"ends": time(15, 0)}, "ends"),
        ({"ends": time(15, 55)}, "ends"),
        ({"day": date(2026, 10, 24)}, "day"),
        ({"day": date(2026, 10, 11)}, "day"),
        ({"weekday": None}, "day"),
        ({"pause_minutes": 7}, "pause_minutes"),
        ({"pause_minutes": 65}, "pause_minutes"),
        ({"modes": ()}, "modes"),
        ({"modes": (Mode.VIDEO,)}, "join_link"),
        ({"join_link": "javascript:alert(1)"}, "join_link"),
        ({"join_link": "http://meet.example.org"}, "join_link"),
        ({"with_ids": (ME,)}, "with_ids"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(facts, field):
    with pytest.raises(Invalid) as refused:
        check(stretch(**facts))
    assert refused.value.field == field


def test_what_fits_is_taken():
    check(stretch())
    check(stretch(day=TUESDAY, modes=(Mode.VIDEO, Mode.PHONE), join_link="https://meet.example.org/a-b"))
    check(stretch(ends=time(16, 0)))


@pytest.mark.parametrize(
    ("day", "starts", "ends", "words"),
    [
        (SPRING, time(1, 0), time(1, 55), "clocks go forward"),  # the hour that is left out
        (SPRING, time(0, 30), time(2, 30), "clocks go forward"),  # its second meeting would begin in it
        (AUTUMN, time(1, 0), time(1, 55), "clocks go back"),  # the hour that comes twice
        (AUTUMN, time(0, 30), time(3, 0), "clocks go back"),
    ],
)
def test_the_nights_of_the_clock_changes(day, starts, ends, words):
    with pytest.raises(Invalid, match=words):
        check(stretch(day=day, starts=starts, ends=ends), first_day=day, last_day=day)


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_a_meeting_across_the_change_is_not_as_long_as_it_says(day):
    with pytest.raises(Invalid, match="clocks change"):
        check(stretch(day=day, starts=time(0, 0), ends=time(4, 0)), minutes=240, first_day=day, last_day=day)


def test_a_weekly_time_is_checked_on_each_of_its_days():
    sundays = stretch(weekday=Weekday.SUNDAY, starts=time(1, 0), ends=time(1, 40))
    check(sundays)
    with pytest.raises(Invalid):
        check(sundays, last_day=date(2026, 10, 30))


def test_the_same_clock_time_is_another_instant_after_the_change():
    before, after = planned_on(stretch(), TUESDAY, 30)[0], planned_on(stretch(), date(2026, 10, 27), 30)[0]
    assert (before.starts_at.hour, after.starts_at.hour) == (14, 15)


@pytest.mark.parametrize(
    ("other", "met"),
    [
        ({}, {ME}),
        ({"starts": time(16, 55), "ends": time(18, 0)}, {ME}),
        ({"starts": time(17, 0), "ends": time(18, 0)}, set()),
        ({"starts": time(14, 0), "ends": time(15, 30)}, set()),
        ({"weekday": Weekday.MONDAY}, set()),
        ({"day": TUESDAY}, {ME}),
        ({"day": date(2026, 10, 14)}, set()),
        ({"person_id": OTHER}, set()),
        ({"person_id": OTHER, "with_ids": (COLLEAGUE,)}, {COLLEAGUE}),
        ({"person_id": OTHER, "room_id": ROOM}, {ROOM}),
        ({"person_id": COLLEAGUE}, {COLLEAGUE}),
    ],
)
def test_who_would_be_in_two_places(other, met):
    mine = stretch(with_ids=(COLLEAGUE,), room_id=ROOM)
    theirs = stretch(**other)
    assert who_is_needed_twice(mine, theirs, minutes=30) - {COLLEAGUE} == met - {COLLEAGUE}
    assert (COLLEAGUE in met) <= (COLLEAGUE in who_is_needed_twice(mine, theirs, minutes=30))
    assert who_is_needed_twice(mine, theirs, minutes=30) == who_is_needed_twice(theirs, mine, minutes=30)


def test_the_pause_after_the_last_meeting_counts():
    """Two meetings fill 15:30 to 16:35; with a pause of ten minutes the next stretch may not begin at 16:40."""
    mine = stretch(ends=time(16, 40), pause_minutes=10)
    assert who_is_needed_twice(mine, stretch(starts=time(16, 45), ends=time(17, 30)), minutes=30) == {ME}
    assert who_is_needed_twice(mine, stretch(starts=time(16, 50), ends=time(17, 30)), minutes=30) == set()
