"""Which step comes first, and which numbers may be said."""

import pytest

from portal.home.rules import Count, NextStep, next_step, told


@pytest.mark.parametrize(
    ("unread", "version", "is_new", "step"),
    [
        (1, 2, True, NextStep.NEWS),
        (1, 0, False, NextStep.NEWS),
        (0, 0, False, NextStep.WAIT),
        (0, 0, True, NextStep.WAIT),
        (0, 2, True, NextStep.CHANGES),
        (0, 2, False, NextStep.PLAN),
    ],
)
def test_the_one_next_step(unread, version, is_new, step):
    assert next_step(unread=unread, version=version, is_new=is_new) is step


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
