"""The one step that a review's page puts first, and which times of two children lie close together."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from portal.meetings.queries_children import pairs
from portal.meetings.queries_choose import ELSEWHERE, NEAREST, spread
from portal.meetings.queries_free import FreeTime
from portal.meetings.rules import Answer
from portal.meetings.rules_family import Standing, Step, may_choose, step_of
from portal.reviews.rules import RoundState, Stage

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
OPEN = Standing(stage=Stage.INVITED, round_state=RoundState.OPEN, opens_at=NOW - HOUR, closes_at=NOW + HOUR)


@pytest.mark.parametrize(
    ("changes", "step", "chooses"),
    [
        ({}, Step.CHOOSE, True),
        ({"stage": Stage.BOOKED}, Step.CHOOSE, True),  # another household has a time: this one still chooses
        ({"has_booking": True, "ends_at": NOW + HOUR}, Step.BOOKED, True),
        ({"has_booking": True, "ends_at": NOW + HOUR, "closes_at": NOW}, Step.BOOKED, False),
        ({"has_booking": True, "ends_at": NOW}, Step.OVER, False),
        ({"answer": Answer.CALL_ME}, Step.ASKED, True),
        ({"answer": Answer.NO_TIME_SUITS}, Step.ASKED, True),
        ({"opens_at": NOW + HOUR}, Step.SOON, False),
        ({"round_state": RoundState.PLANNED}, Step.SOON, False),
        ({"closes_at": NOW}, Step.CLOSED, False),
        ({"round_state": RoundState.CLOSED}, Step.CLOSED, False),
        ({"may_book": False}, Step.READS, False),
        ({"may_book": False, "has_booking": True, "ends_at": NOW + HOUR}, Step.BOOKED, False),
        ({"invited": False}, Step.UNINVITED, False),
        ({"stage": Stage.CANCELLED, "has_booking": True, "ends_at": NOW + HOUR}, Step.CANCELLED, False),
        ({"stage": Stage.HELD}, Step.HELD, False),
        ({"stage": Stage.CLOSED}, Step.HELD, False),
        ({"round_state": None, "ends_at": NOW + HOUR}, Step.DATED, False),
        ({"round_state": None, "ends_at": NOW + HOUR, "answer": Answer.COMING}, Step.ANSWERED, False),
        ({"round_state": None, "answer": Answer.CALL_ME}, Step.ASKED, False),
        ({"round_state": None}, Step.SOON, False),
    ],
)
def test_one_step_comes_first(changes, step, chooses):
    standing = replace(OPEN, **changes)
    assert step_of(standing, NOW) == step
    assert may_choose(standing, NOW) == chooses


def free(minute, length=20):
    starts_at = NOW + timedelta(minutes=minute)
    return FreeTime(uuid.uuid4(), starts_at, starts_at + timedelta(minutes=length), ("in_person",))


def test_two_meetings_follow_each_other_within_twenty_minutes():
    a, b = free(0), free(60)
    at_once, near, far = free(20), free(40), free(45)
    assert pairs([a], [at_once, near]) == [(a, at_once)]
    assert pairs([a], [near]) == [(a, near)]
    assert pairs([a], [far]) == []
    assert pairs([a], [free(0), free(15)]) == []  # at the same time, or before the first has ended
    assert pairs([a, b], [near]) == [(a, near)]
    assert pairs([], [near]) == pairs([a], []) == []


def test_those_who_lost_together_are_led_to_the_nearest_times_and_each_to_others():
    times = [free(20 * place) for place in range(60)]
    lost = times[30].starts_at
    first, second = (spread(times, lost, uuid.UUID(int=number)) for number in (1, 2))
    near = {time for time in times if abs(time.starts_at - lost) <= timedelta(minutes=20 * (NEAREST // 2 - 1))}
    assert near <= set(first) & set(second)
    assert len(first) == len(second) == NEAREST + ELSEWHERE
    assert len(set(first) & set(second)) == NEAREST
    assert [time.starts_at for time in first] == sorted(time.starts_at for time in first)
    assert spread(times[:3], None, uuid.UUID(int=1)) == times[:3]
    assert spread([], lost, uuid.UUID(int=1)) == []
