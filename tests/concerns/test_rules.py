"""The ladder and the words, without any page."""

from datetime import date, timedelta

import pytest

from portal.concerns.rules import (
    ANSWERERS,
    STEP_NAMES,
    STEPS,
    WISHES,
    Standing,
    Step,
    Wish,
    is_late,
    may_answer,
    may_step_up,
    next_step,
    own_steps,
)
from portal.people.rules import Role

DAY = date(2026, 11, 24)
BEFORE, AFTER = DAY - timedelta(days=1), DAY + timedelta(days=1)


def test_the_ladder_goes_up_one_by_one_and_ends():
    assert [next_step(step) for step in STEPS] == [*STEPS[1:], None]


@pytest.mark.parametrize(
    ("standing", "step", "today", "may"),
    [
        (Standing.OPEN, Step.TEACHER, DAY, False),
        (Standing.OPEN, Step.TEACHER, AFTER, True),
        (Standing.ANSWERED, Step.TEACHER, BEFORE, True),
        (Standing.CLOSED, Step.DIRECTOR, BEFORE, True),
        (Standing.ANSWERED, Step.TRUSTEE, AFTER, False),
        (Standing.OPEN, Step.TRUSTEE, AFTER, False),
    ],
)
def test_who_may_go_one_step_further(standing, step, today, may):
    assert may_step_up(standing, step, DAY, today) is may


def test_only_what_nobody_answered_is_late():
    assert is_late(Standing.OPEN, DAY, AFTER)
    assert not is_late(Standing.OPEN, DAY, DAY)
    assert not is_late(Standing.ANSWERED, DAY, AFTER)


def test_each_role_owes_its_step_and_answers_below():
    assert own_steps({Role.CLASS_TEACHER}) == (Step.TEACHER,)
    assert own_steps({Role.HEADTEACHER}) == (Step.HEAD, Step.DIRECTOR, Step.TRUSTEE)
    assert own_steps({Role.OFFICE, Role.TEACHING_ASSISTANT, Role.SUPPLY_TEACHER}) == ()
    assert [may_answer({Role.SENDCO}, step) for step in STEPS] == [True, True, False, False, False]


def test_every_thing_has_its_words():
    assert set(WISHES) == set(Wish)
    assert set(STEP_NAMES) == set(ANSWERERS) == set(Step)
    assert all(1 <= len(wish.questions) <= 3 for wish in WISHES.values())
