"""What must be true of an annual review's meeting, its guests and its steps; a breach is said and explained, never
silent (domain.md 2.2 and 8, invariant 6)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any

from portal.kernel.errors import Conflict, Invalid
from portal.kernel.words import N_
from portal.meetings.rules import STATUTORY, Answer, Basis, Mode
from portal.reviews.rules import Stage
from portal.reviews.rules_calendar import TermCalendar
from portal.reviews.rules_clock import ClockFacts, deadline_of
from portal.reviews.rules_deadlines import act_by, latest_meeting, notice_by

SHORTEST, LONGEST = 30, 240  # minutes of a meeting
OWN_GUESTS = 10
OVER = frozenset({Stage.CLOSED, Stage.CANCELLED})
ANNOUNCED = frozenset({Stage.NOTICE_SENT, Stage.PAPERS_CIRCULATED})
RECEIVING_YEARS = frozenset({"2", "6"})  # a policy asks for the next school in these years (domain.md 1.5)
GUEST_ANSWERS = (Answer.COMING, Answer.NOT_COMING)
NEEDS_REASON = N_("This is outside the dates above. Say why: the reason is kept.")


@dataclass(frozen=True, slots=True)
class PlanDates:
    """The dates of an EHC plan as its papers have them."""

    issued_on: date
    last_reviewed_on: date | None = None
    local_authority: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingPlan:
    """When and where an annual review meets; the school's wall clock."""

    day: date
    at: time
    minutes: int
    mode: Mode = Mode.IN_PERSON
    room_id: Any = None
    join_link: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestFacts:
    """Somebody who is invited, as staff write them down."""

    basis: Basis
    name: str
    works_as: str = ""
    organisation: str = ""
    email: str = ""
    advice_asked_on: date | None = None
    advice_received_on: date | None = None


@dataclass(frozen=True, slots=True)
class Warned:
    """Something about a date that staff must see: a message id with its values."""

    message: str
    values: Mapping[str, date] = field(default_factory=dict)


def check_dates(dates: PlanDates, today: date) -> None:
    """Raises Invalid at the field that does not fit."""
    if dates.issued_on > today:
        raise Invalid(N_("The plan cannot be issued in the future."), field="issued_on")
    last = dates.last_reviewed_on
    if last and not dates.issued_on <= last <= today:
        raise Invalid(N_("The last review lies between the day of the plan and today."), field="last_reviewed_on")


def check_meeting(plan: MeetingPlan, today: date) -> None:
    """Raises Invalid at the field that does not fit."""
    if plan.day <= today:
        raise Invalid(N_("Choose a day in the future."), field="day")
    if plan.at.minute % 5:
        raise Invalid(N_("Meetings begin on a full five minutes."), field="at")
    if plan.minutes % 5 or not SHORTEST <= plan.minutes <= LONGEST:
        raise Invalid(N_("The meeting takes from 30 minutes to four hours."), field="minutes")
    if plan.mode == Mode.VIDEO and not plan.join_link.startswith("https://"):
        raise Invalid(N_("A meeting by video needs a link that begins with https://"), field="join_link")


def warnings_about(meets_on: date, *, due: date, school: TermCalendar, today: date) -> tuple[Warned, ...]:
    """What is wrong with a day for the meeting; empty when nothing is."""
    notice, found = notice_by(meets_on), []
    if meets_on > latest_meeting(due).on:
        last = latest_meeting(due).on
        found.append(Warned(N_("The council has too little time to decide. Last good day: %(day)s."), {"day": last}))
    if notice.on < today:
        found.append(
            Warned(N_("Everybody must know the date two weeks before. That day was: %(day)s."), {"day": notice.on})
        )
    elif not school.is_school_day(notice.on):
        last = act_by(notice, school)
        found.append(
            Warned(N_("The last day to announce it is no school day. Announce it by: %(day)s."), {"day": last})
        )
    if not school.is_school_day(meets_on):
        found.append(Warned(N_("The meeting would be on a day without school: %(day)s."), {"day": meets_on}))
    return tuple(found)


def missing_from(bases: Collection[Basis]) -> tuple[Basis, ...]:
    """Those whom the law names and who are not on the list yet. The family is invited by itself."""
    return tuple(basis for basis in STATUTORY if basis not in bases)


def check_all_invited(bases: Collection[Basis]) -> None:
    """Raises Invalid as long as somebody is missing whom the law names (reg 20(2))."""
    if missing_from(bases):
        raise Invalid(N_("The law wants more people on the list before the date is announced. See who is missing."))


def check_may_go(basis: Basis, others: Collection[Basis], stage: Stage) -> None:
    """Raises Conflict when nobody would be left whom the law names, after they were told the date."""
    if stage in ANNOUNCED and basis in STATUTORY and basis not in others:
        raise Conflict(N_("The law wants this person there, and the date is announced. Add the new person first."))


def check_step_day(stage: Stage, on_day: date, reason: str, facts: ClockFacts, today: date) -> None:
    """Raises Invalid for a day that cannot be, and for one that is late while nobody says why."""
    if on_day > today:
        raise Invalid(N_("This day is in the future. Note the step when it is done."), field="on_day")
    before = max((day for taken, day in facts.taken.items() if taken != Stage.PLANNED), default=None)
    if before and on_day < before:
        raise Invalid(N_("The step before was on a later day."), field="on_day")
    deadline = deadline_of(stage, facts)
    if deadline and deadline.statutory and on_day > deadline.on and not reason:
        raise Invalid(N_("This is later than the law allows. Say why: the reason is kept."), field="reason")
    if stage == Stage.CANCELLED and not reason:
        raise Invalid(N_("Say why the review is cancelled. The family reads it."), field="reason")


def link_ends_on(meets_on: date) -> date:
    """The last day of a guest's link: the day after the meeting, so that nobody is locked out at the door."""
    return meets_on + timedelta(days=1)
