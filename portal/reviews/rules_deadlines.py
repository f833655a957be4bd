"""The clock of an EHC plan's annual review (domain.md 2.2) and of a young person's own rights (2.6), as pure functions.

The weeks of the law are calendar weeks: holidays, weekends and closed schools count. Rule references are to the SEND
Regulations 2014 (“reg”), the SEND Code of Practice 2015 (“CoP”) and the Acts by name. What the law does not demand is
marked as not statutory.
"""

import calendar
import enum
from dataclasses import dataclass
from datetime import date, timedelta

from portal.kernel.words import N_
from portal.people.rules import leaving_date
from portal.reviews.rules_calendar import TermCalendar

WEEK = timedelta(weeks=1)
ADVICE_DAYS = 42
RECORD_SCHOOL_DAYS = 10
OUR_CALCULATION = N_("This is our calculation. Check your letter or ask SENDIASS.")


@dataclass(frozen=True, slots=True)
class Deadline:
    """A day by which something is due, the rule that says so, what is due (a message id that stands before the day),
    and whether the law demands it."""

    on: date
    rule: str
    wording: str
    statutory: bool = True


def add_months(day: date, months: int) -> date:
    """The same day of the month so many months later; the month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def last_day_of(first: date, days: int) -> date:
    """The last day of a period of so many days that begins with the first, which counts as day 1."""
    return first + timedelta(days=days - 1)


# Before the meeting


def review_due(last: date) -> Deadline:
    """The next review: within 12 months of the plan, then of the review before it."""
    return Deadline(add_months(last, 12), "CFA 2014 s.44(1)", N_("Last day for the council to finish the review"))


def latest_meeting(due: date) -> Deadline:
    """The council needs four weeks after the meeting, and its decision belongs into the 12 months."""
    return Deadline(due - 4 * WEEK, "CFA 2014 s.44(1), reg 20(10)", N_("Last day for the meeting"))


def latest_notice(due: date) -> Deadline:
    """The last day to tell the date when the meeting is as late as it may be; often in the holidays, so warn early."""
    return notice_by(latest_meeting(due).on)


def advice_asked_by(meeting: date, days: int = ADVICE_DAYS) -> Deadline:
    """When to ask everybody invited for advice so that there is time to write it; a setting, not the law."""
    return Deadline(
        meeting - timedelta(days=days), "reg 20(4)", N_("Good day to ask everybody for advice"), statutory=False
    )


def notice_by(meeting: date) -> Deadline:
    """At least two weeks' notice of the date."""
    return Deadline(meeting - 2 * WEEK, "reg 20(3)", N_("Last day to tell everybody the date of the meeting"))


def papers_by(meeting: date) -> Deadline:
    """Advice from everybody invited goes round to everybody invited at least two weeks before."""
    return Deadline(meeting - 2 * WEEK, "reg 20(4)", N_("Last day to send the papers to everybody"))


def term_list_by(term_starts_on: date) -> Deadline:
    """The council tells each head whose reviews fall due, two weeks before each term."""
    return Deadline(
        term_starts_on - 2 * WEEK,
        "CoP 9.173",
        N_("Day by which the council lists the reviews of the term"),
        statutory=False,
    )


# After the meeting


def report_by(meeting: date) -> Deadline:
    """The head's report, differences of opinion included, to everybody invited."""
    return Deadline(meeting + 2 * WEEK, "reg 20(7)-(9)", N_("Last day to send the report of the meeting"))


def la_decision_by(meeting: date) -> Deadline:
    """The council says whether it keeps, changes or ends the plan."""
    return Deadline(meeting + 4 * WEEK, "reg 20(10)", N_("Last day for the council to say what it decided"))


def amendments_served_by(meeting: date) -> Deadline:
    """The proposed changes come with the decision (R (L, M and P) v Devon 2022)."""
    return Deadline(
        meeting + 4 * WEEK, "reg 20(10), 22(2)", N_("Last day for the council to send the changes it proposes")
    )


def reps_end(served: date) -> Deadline:
    """Fifteen days to answer, beginning with the day on which the proposed changes were served."""
    return Deadline(last_day_of(served, 15), "reg 22(2)", N_("You can answer the council at least until"))


def final_by(served: date, meeting: date | None = None) -> Deadline:
    """The changed plan: eight weeks after the proposed changes, and never later than twelve weeks after the
    meeting."""
    latest = served + 8 * WEEK
    return Deadline(
        latest if meeting is None else min(latest, meeting + 12 * WEEK),
        "reg 22(3)",
        N_("Last day for the council to send the changed plan"),
    )


def latest_final(meeting: date) -> Deadline:
    """The changed plan when the proposed changes were served as late as they may be: twelve weeks in all."""
    return final_by(amendments_served_by(meeting).on, meeting)


def annual_review_clock(meeting: date) -> tuple[Deadline, ...]:
    """All dates of a meeting in the order in which they come."""
    return (
        advice_asked_by(meeting),
        notice_by(meeting),
        papers_by(meeting),
        report_by(meeting),
        la_decision_by(meeting),
        latest_final(meeting),
    )


# Beside the year's rhythm


class Transfer(enum.StrEnum):
    """Between which phases of education a child moves."""

    TO_POST_16 = "to_post_16"
    BETWEEN_POST_16 = "between_post_16"
    OTHER = "other"


def phase_transfer_by(moves_on: date, transfer: Transfer) -> Deadline:
    """The plan that names the next place, in the calendar year in which the child moves."""
    days = {
        Transfer.TO_POST_16: (date(moves_on.year, 3, 31), "reg 18(1)(a)"),
        Transfer.OTHER: (date(moves_on.year, 2, 15), "reg 18(1)(b)"),
        Transfer.BETWEEN_POST_16: (add_months(moves_on, -5), "reg 18(2)"),
    }
    on, rule = days[transfer]
    return Deadline(on, rule, N_("Last day for the council to name the next school or college"))


def under_five_review_by(last: date) -> Deadline:
    """For a child under five the council should think about a review every three to six months."""
    return Deadline(
        add_months(last, 6), "CoP 9.178", N_("Good day to look at the plan of a child under five"), statutory=False
    )


def record_by(held: date, school: TermCalendar, school_days: int = RECORD_SCHOOL_DAYS) -> Deadline:
    """The record of a termly review to the family; so many school days, which the school sets."""
    return Deadline(
        school.school_days_after(held, school_days),
        "CoP 6.71",
        N_("Day by which the family has the record"),
        statutory=False,
    )


def rights_pass_on(born: date) -> Deadline:
    """From here on the rights are the young person's own; it may be before the sixteenth birthday."""
    return Deadline(
        leaving_date(born), "CFA 2014 s.80, s.83; Education Act 1996 s.8", N_("The rights pass to the young person on")
    )


def rights_told_by(born: date, days: int = 90) -> Deadline:
    """When the young person and the parents are told that the rights will pass."""
    return Deadline(
        leaving_date(born) - timedelta(days=days),
        "CoP 8.13",
        N_("Good day to tell the family that the rights will pass"),
        statutory=False,
    )


def act_by(deadline: Deadline, school: TermCalendar) -> date:
    """The last school day on which the school can still keep the date: the law does not wait for the holidays to
    end."""
    return school.last_school_day(deadline.on)
