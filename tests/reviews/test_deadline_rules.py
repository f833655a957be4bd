"""The test vectors of the law's clocks, and what must hold for every date."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.reviews import rules_deadlines as clock
from portal.reviews import rules_deadlines_council as council
from portal.reviews.rules import DayKind
from portal.reviews.rules_calendar import NO_YEAR, SpecialDays, TermCalendar, bank_holidays
from portal.reviews.rules_deadlines import Transfer
from portal.reviews.rules_deadlines_council import Closure, Exemption
from tests.reviews.test_calendar_rules import BIRMINGHAM

MEETING = date(2026, 12, 3)


def test_a_meeting_on_3_december_2026():
    assert clock.notice_by(MEETING).on == date(2026, 11, 19)
    assert clock.papers_by(MEETING).on == date(2026, 11, 19)
    assert clock.advice_asked_by(MEETING).on == date(2026, 10, 22)
    assert clock.report_by(MEETING).on == date(2026, 12, 17)
    assert clock.la_decision_by(MEETING).on == date(2026, 12, 31)
    assert clock.amendments_served_by(MEETING).on == date(2026, 12, 31)
    assert clock.latest_final(MEETING).on == date(2027, 2, 25)
    assert clock.final_by(date(2026, 12, 31)).on == date(2027, 2, 25)


def test_the_clock_of_a_meeting_is_in_order():
    days = [deadline.on for deadline in clock.annual_review_clock(MEETING)]
    assert days == sorted(days)
    assert [deadline.statutory for deadline in clock.annual_review_clock(MEETING)] == [False, *[True] * 5]


def test_a_plan_of_10_february_2026():
    due = clock.review_due(date(2026, 2, 10)).on
    assert due == date(2027, 2, 10)
    assert clock.latest_meeting(due).on == date(2027, 1, 13)
    assert clock.latest_notice(due).on == date(2026, 12, 30)


def test_a_notice_that_falls_into_the_holidays_is_warned_of_early():
    assert clock.act_by(clock.latest_notice(date(2026, 2, 10)), BIRMINGHAM) == date(2025, 12, 19)


def test_the_day_of_service_is_day_one():
    assert clock.reps_end(date(2026, 12, 31)).on == date(2027, 1, 14)


def test_a_review_of_29_february_is_due_on_28_february():
    assert clock.review_due(date(2028, 2, 29)).on == date(2029, 2, 28)


def test_the_changed_plan_never_comes_later_than_twelve_weeks_after_the_meeting():
    served_late = date(2027, 1, 20)
    assert clock.final_by(served_late).on == date(2027, 3, 17)
    assert clock.final_by(served_late, MEETING).on == date(2027, 2, 25)
    assert clock.final_by(date(2026, 12, 10), MEETING).on == date(2027, 2, 4)


@pytest.mark.parametrize(
    ("moves_on", "transfer", "on"),
    [
        (date(2027, 9, 1), Transfer.TO_POST_16, date(2027, 3, 31)),
        (date(2027, 9, 1), Transfer.OTHER, date(2027, 2, 15)),
        (date(2027, 9, 1), Transfer.BETWEEN_POST_16, date(2027, 4, 1)),
        (date(2027, 7, 31), Transfer.BETWEEN_POST_16, date(2027, 2, 28)),
    ],
)
def test_moves_to_the_next_phase(moves_on, transfer, on):
    assert clock.phase_transfer_by(moves_on, transfer).on == on


def test_what_is_good_practice_is_not_called_the_law():
    soft = (
        clock.advice_asked_by(MEETING),
        clock.term_list_by(date(2027, 1, 4)),
        clock.under_five_review_by(MEETING),
        clock.record_by(MEETING, NO_YEAR),
        clock.rights_told_by(date(2010, 11, 19)),
    )
    assert not any(deadline.statutory for deadline in soft)
    assert clock.term_list_by(date(2027, 1, 4)).on == date(2026, 12, 21)
    assert clock.under_five_review_by(date(2026, 8, 31)).on == date(2027, 2, 28)


def test_the_record_is_due_in_school_days():
    assert clock.record_by(date(2025, 10, 22), BIRMINGHAM).on == date(2025, 11, 12)
    assert clock.record_by(date(2025, 10, 22), BIRMINGHAM, 2).on == date(2025, 10, 24)


def test_an_assessment_asked_for_on_14_september_2026():
    decided, refused, final = council.ehcna_milestones(date(2026, 9, 14))
    assert (decided.on, refused.on, final.on) == (date(2026, 10, 26), date(2027, 1, 4), date(2027, 2, 1))
    assert council.advice_due(date(2026, 9, 14)).on == date(2026, 10, 26)
    assert council.draft_comments_end(date(2026, 12, 31)).on == date(2027, 1, 14)


@pytest.mark.parametrize("exempt", Exemption)
def test_an_exemption_takes_the_force_and_names_no_other_day(exempt):
    received = date(2026, 6, 1)
    plain, freed = council.ehcna_milestones(received), council.ehcna_milestones(received, exempt)
    assert [limit.on for limit in freed] == [limit.on for limit in plain]
    assert all(limit.statutory for limit in plain)
    assert not any(limit.statutory for limit in freed)
    assert all(exempt.value in limit.rule for limit in freed)


SUMMER = Closure(closed_on=date(2026, 7, 21), opens_on=date(2026, 9, 1))


@pytest.mark.parametrize(
    ("asked", "excused"),
    [
        (date(2026, 7, 13), False),
        (date(2026, 7, 14), True),
        (date(2026, 7, 21), True),
        (date(2026, 8, 25), True),
        (date(2026, 8, 26), False),
        (date(2026, 9, 1), False),
    ],
)
def test_the_summer_excuses_from_a_week_before_it_to_a_week_before_its_end(asked, excused):
    assert SUMMER.excuses(asked) is excused
    assert council.school_was_closed(BIRMINGHAM, asked) is excused


def test_four_weeks_are_long_and_a_day_less_is_not():
    assert Closure(date(2026, 7, 1), date(2026, 7, 29)).excuses(date(2026, 7, 2))
    assert not Closure(date(2026, 7, 1), date(2026, 7, 28)).excuses(date(2026, 7, 2))


def test_the_christmas_holidays_excuse_nobody():
    assert not council.school_was_closed(BIRMINGHAM, date(2025, 12, 18))


@pytest.mark.parametrize(
    ("letter", "certificate", "on"),
    [
        (date(2026, 10, 1), date(2026, 11, 29), date(2027, 1, 4)),
        (date(2026, 6, 10), None, date(2026, 9, 1)),
        (date(2026, 12, 31), None, date(2027, 3, 1)),
        (date(2026, 10, 1), None, date(2026, 12, 1)),
        (date(2026, 10, 1), date(2026, 10, 5), date(2026, 12, 1)),
        (date(2025, 10, 25), None, date(2026, 1, 2)),
        (date(2026, 11, 1), None, date(2027, 1, 4)),  # 1 January itself
        (date(2027, 1, 26), None, date(2027, 3, 30)),  # Good Friday, and Easter to Monday
        (date(2027, 5, 31), None, date(2027, 8, 2)),  # a Saturday in July is not carried over August
        (date(2024, 6, 30), None, date(2024, 9, 2)),  # 1 September is a Sunday
    ],
)
def test_the_last_day_to_appeal(letter, certificate, on):
    assert council.appeal_by(letter, certificate).on == on


def test_a_declared_bank_holiday_moves_the_last_day_on():
    declared = SpecialDays(kind=DayKind.BANK_HOLIDAY, first_day=date(2026, 12, 1), last_day=date(2026, 12, 1))
    assert council.appeal_by(date(2026, 10, 1), days=TermCalendar((), (declared,))).on == date(2026, 12, 2)


def test_mediation():
    assert council.mediation_contact_by(date(2026, 12, 31)).on == date(2027, 2, 28)
    assert council.certificate_by(date(2026, 12, 23)).on == date(2026, 12, 30)
    assert council.mediation_by(date(2026, 12, 23)).on == date(2027, 1, 22)


def test_a_claim_of_discrimination_has_six_months_with_the_day_itself():
    assert council.discrimination_claim_by(date(2026, 3, 1)).on == date(2026, 8, 31)


@pytest.mark.parametrize(
    ("born", "on"),
    [
        (date(2010, 11, 19), date(2027, 6, 25)),
        (date(2010, 8, 31), date(2026, 6, 26)),
        (date(2010, 9, 1), date(2027, 6, 25)),
    ],
)
def test_rights_pass_on_the_last_friday_of_june(born, on):
    assert clock.rights_pass_on(born).on == on
    assert clock.rights_told_by(born).on == on - timedelta(days=90)


anyday = st.dates(date(2015, 1, 1), date(2060, 12, 31))


@given(anyday)
def test_weeks_are_calendar_weeks_whatever_falls_into_them(meeting):
    """The same distance and the same weekday always: no weekend, bank holiday or closed school moves a date."""
    for deadline, days in (
        (clock.notice_by(meeting), -14),
        (clock.papers_by(meeting), -14),
        (clock.report_by(meeting), 14),
        (clock.la_decision_by(meeting), 28),
        (clock.amendments_served_by(meeting), 28),
        (clock.final_by(meeting), 56),
        (clock.latest_final(meeting), 84),
        (clock.latest_meeting(meeting), -28),
        (clock.latest_notice(meeting), -42),
        *zip(council.ehcna_milestones(meeting), (42, 112, 140), strict=True),
        (council.advice_due(meeting), 42),
    ):
        assert (deadline.on - meeting).days == days
        assert deadline.on.weekday() == meeting.weekday()
        assert deadline.statutory


@given(anyday)
def test_a_year_has_room_for_everything(last):
    due = clock.review_due(last).on
    meeting = clock.latest_meeting(due).on
    assert 365 <= (due - last).days <= 366
    assert clock.la_decision_by(meeting).on == due
    assert clock.latest_notice(due).on == clock.notice_by(meeting).on


@given(anyday)
def test_fifteen_days_with_the_day_of_service(served):
    for end in (clock.reps_end(served).on, council.draft_comments_end(served).on):
        assert len([day for day in range(served.toordinal(), end.toordinal() + 1)]) == 15


@given(anyday, st.integers(-30, 30))
def test_months_keep_the_day_where_there_is_one(day, months):
    moved = clock.add_months(day, months)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert moved.day == day.day or (moved.day < day.day and (moved + timedelta(days=1)).day == 1)


@given(anyday, st.none() | st.integers(0, 90))
def test_an_appeal_ends_on_a_day_when_the_tribunal_is_open_and_never_early(letter, later):
    certificate = None if later is None else letter + timedelta(days=later)
    on = council.appeal_by(letter, certificate).on
    plain = max(clock.add_months(letter, 2), clock.add_months(certificate, 1) if certificate else letter)
    assert on >= plain
    assert NO_YEAR.is_working_day(on)
    if plain.month == 8:
        assert on >= date(plain.year, 9, 1)
        assert (on - date(plain.year, 9, 1)).days <= 2
    if on != plain:
        between = [plain + timedelta(days=n) for n in range((on - plain).days)]
        assert all(
            day.weekday() >= 5
            or day in bank_holidays(day.year)
            or day.month == 8
            or (day.month, day.day) >= (12, 25)
            or (day.month, day.day) == (1, 1)
            for day in between
        )


@given(st.dates(date(2025, 9, 8), date(2026, 8, 31)))
def test_only_a_long_closure_excuses_and_only_an_assessment(asked):
    """The calendar of a school may free the council in an assessment; it never moves a date of an annual review."""
    excused = council.school_was_closed(BIRMINGHAM, asked)
    assert excused is (date(2026, 7, 14) <= asked <= date(2026, 8, 25))
    limits = council.ehcna_milestones(asked, Exemption.SCHOOL_CLOSED if excused else None)
    assert all(limit.statutory is not excused for limit in limits)
    assert clock.report_by(asked) == replace(clock.report_by(asked), on=asked + timedelta(days=14))


@given(anyday)
def test_every_deadline_says_its_rule_and_its_words(day):
    everything = (
        *clock.annual_review_clock(day),
        *council.ehcna_milestones(day),
        council.appeal_by(day),
        council.certificate_by(day),
        council.mediation_by(day),
        council.mediation_contact_by(day),
        council.discrimination_claim_by(day),
        clock.rights_pass_on(day),
    )
    assert all(deadline.rule and deadline.wording for deadline in everything)
    assert all(len(deadline.wording.split()) <= 15 for deadline in everything)
