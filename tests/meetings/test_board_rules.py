"""What is lit on the season board, and only that."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from portal.meetings.rules_board import FITTING, Batch, Facts, Look, looks
from portal.reviews.rules import ReviewKind, Stage, next_stages

NOW = datetime(2026, 10, 12, 9, tzinfo=UTC)
QUIET = Facts(
    stage=Stage.INVITED,
    is_open=True,
    closes_at=NOW + timedelta(days=20),
    round_ends_at=NOW + timedelta(days=30),
    invited=2,
    added=0,
    no_need=False,
    wants_call=False,
    no_time_suits=False,
    unbooked_without_account=False,
    meets_until=None,
    held_at=None,
)


def lit(**changes):
    return looks(replace(QUIET, **changes), NOW)


def test_a_family_that_was_just_invited_is_not_lit():
    assert lit() == ()


@pytest.mark.parametrize(
    ("changes", "look"),
    [
        ({"wants_call": True}, Look.CALL_ME),
        ({"no_time_suits": True}, Look.NO_TIME_SUITS),
        ({"closes_at": NOW + timedelta(days=3)}, Look.NOT_BOOKED),
        ({"closes_at": NOW - timedelta(days=1)}, Look.NOT_BOOKED),
        ({"unbooked_without_account": True}, Look.NO_ACCOUNT),
        ({"added": 1}, Look.ADULT_ADDED),
        ({"invited": 0, "added": 2, "stage": Stage.PLANNED}, Look.NOT_INVITED),
        ({"invited": 0}, Look.NOBODY_TO_INVITE),
        ({"stage": Stage.BOOKED, "meets_until": NOW - timedelta(minutes=1)}, Look.NOT_HELD),
        ({"round_ends_at": NOW - timedelta(days=1)}, Look.NOT_HELD),
        ({"stage": Stage.HELD, "held_at": NOW - timedelta(days=15)}, Look.NO_RECORD),
    ],
)
def test_each_reason_lights_the_row(changes, look):
    assert lit(**changes) == (look,)


@pytest.mark.parametrize(
    "changes",
    [
        {"closes_at": NOW + timedelta(days=3), "no_need": True},
        {"stage": Stage.BOOKED, "closes_at": NOW + timedelta(days=3)},
        {"stage": Stage.BOOKED, "meets_until": NOW + timedelta(minutes=1)},
        {"stage": Stage.HELD, "held_at": NOW - timedelta(days=3)},
        {"stage": Stage.RECORD_SHARED, "wants_call": True, "added": 1},
        {"stage": Stage.CANCELLED, "wants_call": True, "invited": 0},
        {"stage": Stage.PLANNED, "is_open": False, "invited": 0, "added": 2},
    ],
)
def test_what_is_in_order_stays_quiet(changes):
    assert lit(**changes) == ()


WHERE_TO = {
    Batch.CANCEL: Stage.CANCELLED,
    Batch.HELD_ALONE: Stage.HELD,
    Batch.RECORD_GIVEN: Stage.RECORD_SHARED,
}


@pytest.mark.parametrize(("batch", "stage"), WHERE_TO.items())
def test_an_action_fits_only_where_the_step_may_be_taken(batch, stage):
    for before in FITTING[batch]:
        assert stage in next_stages(ReviewKind.SEN_SUPPORT, before)
