"""The clock of an annual review: every date of domain.md 2.2, kept, late, ahead or not needed."""

from datetime import date, timedelta

import pytest

from portal.reviews.rules import STAGES, Stage
from portal.reviews.rules_clock import (
    FOR_FAMILIES,
    MARK_KINDS,
    MARKS,
    TITLES,
    ClockFacts,
    Hand,
    Mark,
    clock,
    deadline_of,
)

M = date(2026, 12, 3)
ISSUED = date(2026, 2, 10)


def hands(today=date(2026, 11, 1), **facts):
    return {tick.hand: tick for tick in clock(ClockFacts(issued_on=ISSUED, **facts), today)}


def test_every_date_of_the_law_stands_there_with_its_rule():
    found = hands(meets_on=M)
    days = {hand: tick.deadline.on for hand, tick in found.items() if tick.deadline}
    assert days == {
        Hand.ADVICE: date(2026, 10, 22),
        Hand.NOTICE: date(2026, 11, 19),
        Hand.PAPERS: date(2026, 11, 19),
        Hand.LATEST_MEETING: date(2027, 1, 13),
        Hand.REPORT: date(2026, 12, 17),
        Hand.DECISION: date(2026, 12, 31),
        Hand.PROPOSAL: date(2026, 12, 31),
        Hand.FINAL: date(2027, 2, 25),
        Hand.REVIEW_DUE: date(2027, 2, 10),
    }
    assert all(tick.deadline.rule for tick in found.values() if tick.deadline)
    assert not found[Hand.ADVICE].deadline.statutory
    assert found[Hand.NOTICE].deadline.statutory
    assert found[Hand.REPLY].deadline is None
    assert found[Hand.REPLY].mark == Mark.OPEN


def test_served_late_gives_fifteen_days_and_no_more_than_twelve_weeks():
    taken = {Stage.HELD: M, Stage.DECIDED_AMEND: date(2026, 12, 31), Stage.AMENDMENT_NOTICE: date(2026, 12, 31)}
    found = hands(meets_on=M, taken=taken)
    assert found[Hand.REPLY].deadline.on == date(2027, 1, 14)
    assert found[Hand.FINAL].deadline.on == date(2027, 2, 25)
    early = hands(meets_on=M, taken={**taken, Stage.AMENDMENT_NOTICE: date(2026, 12, 10)})
    assert early[Hand.FINAL].deadline.on == date(2027, 2, 4)


def test_without_a_day_only_what_hangs_on_the_plan_is_known():
    found = hands()
    assert {hand for hand, tick in found.items() if tick.deadline} == {Hand.LATEST_MEETING, Hand.REVIEW_DUE}
    assert found[Hand.NOTICE].mark == Mark.OPEN


@pytest.mark.parametrize(
    ("done", "today", "mark"),
    [
        (None, date(2026, 11, 19), Mark.AHEAD),
        (None, date(2026, 11, 20), Mark.LATE),
        (date(2026, 11, 19), date(2026, 12, 1), Mark.DONE),
        (date(2026, 11, 20), date(2026, 12, 1), Mark.DONE_LATE),
    ],
)
def test_how_a_date_stands(done, today, mark):
    taken = {Stage.NOTICE_SENT: done} if done else {}
    assert hands(today, meets_on=M, taken=taken)[Hand.NOTICE].mark == mark


def test_the_day_it_was_held_counts_not_the_day_it_was_planned():
    found = hands(meets_on=M, taken={Stage.HELD: M + timedelta(days=7)})
    assert found[Hand.REPORT].deadline.on == date(2026, 12, 24)


def test_a_plan_that_stays_needs_no_changes():
    found = hands(date(2027, 6, 1), meets_on=M, taken={Stage.HELD: M, Stage.DECIDED_MAINTAIN: date(2026, 12, 30)})
    assert found[Hand.FINAL].mark == found[Hand.PROPOSAL].mark == found[Hand.REPLY].mark == Mark.NOT_NEEDED
    assert found[Hand.DECISION].mark == found[Hand.REVIEW_DUE].mark == Mark.DONE


def test_time_to_answer_that_is_over_is_nobodys_fault():
    taken = {Stage.HELD: M, Stage.DECIDED_AMEND: date(2026, 12, 31), Stage.AMENDMENT_NOTICE: date(2026, 12, 31)}
    assert hands(date(2027, 1, 15), meets_on=M, taken=taken)[Hand.REPLY].mark == Mark.PASSED


@pytest.mark.parametrize(
    ("year", "on"),
    [
        ("6", date(2027, 2, 15)),
        ("2", date(2027, 2, 15)),
        ("11", date(2027, 3, 31)),
        ("13", date(2027, 4, 1)),
        ("4", None),
    ],
)
def test_the_move_to_the_next_school(year, on):
    tick = hands(nc_year=year).get(Hand.PHASE)
    assert (tick and tick.deadline.on) == on


def test_a_child_under_five_and_the_councils_list():
    found = hands(born_on=date(2022, 6, 1), term_starts_on=date(2027, 1, 4))
    assert found[Hand.UNDER_FIVE].deadline.on == date(2026, 8, 10)
    assert found[Hand.TERM_LIST].deadline.on == date(2026, 12, 21)
    assert Hand.UNDER_FIVE not in hands(born_on=date(2016, 6, 1))


def test_a_review_keeps_the_day_it_began_with():
    facts = ClockFacts(issued_on=ISSUED, last_reviewed_on=date(2026, 12, 31), due_on=date(2027, 2, 10))
    assert facts.due.on == date(2027, 2, 10)


def test_each_step_knows_its_last_day():
    facts = ClockFacts(issued_on=ISSUED, meets_on=M, taken={Stage.HELD: M})
    assert deadline_of(Stage.REPORT_SENT, facts).on == date(2026, 12, 17)
    assert deadline_of(Stage.DECIDED_AMEND, facts).on == date(2026, 12, 31)
    assert deadline_of(Stage.CLOSED, facts) is None


def test_everything_has_its_words():
    assert TITLES.keys() == FOR_FAMILIES.keys() == set(Hand)
    assert MARKS.keys() == MARK_KINDS.keys() == set(Mark)
    assert STAGES.keys() == set(Stage)
