"""Which step comes first, and which numbers may be said."""

import pytest

from portal.home.rules import Count, NextStep, next_step, told


@pytest.mark.parametrize(
    ("unread", "version", "seen", "step"),
    [
        (1, 2, 1, NextStep.NEWS),
        (1, 0, None, NextStep.NEWS),
        (0, 0, None, NextStep.WAIT),
        (0, 0, 2, NextStep.WAIT),
        (0, 2, 1, NextStep.CHANGES),
        (0, 1, 0, NextStep.CHANGES),
        (0, 2, 2, NextStep.PLAN),
        (0, 2, None, NextStep.PLAN),
    ],
)
def test_the_one_next_step(unread, version, seen, step):
    assert next_step(unread=unread, version=version, seen_version=seen) is step


@pytest.mark.parametrize(
    ("count", "of", "how"),
    [
        (0, None, Count.FEW),
        (4, None, Count.FEW),
        (5, None, Count.EXACT),
        (4, 30, Count.FEW),
        (26, 30, Count.NEARLY_ALL),
        (29, 30, Count.NEARLY_ALL),
        (25, 30, Count.EXACT),
        (30, 30, Count.EXACT),
    ],
)
def test_small_numbers_are_hidden_also_when_they_are_what_is_left_over(count, of, how):
    shown = told(count, of)
    assert shown.how is how
    assert shown.value == (count if how is Count.EXACT else 0)
