"""The council's 20 weeks to a first plan (domain.md 2.3), and the family's dates for mediation and appeal (2.5).

Families see these dates as our calculation, together with `rules_deadlines.OUR_CALCULATION`.
"""

import enum
from dataclasses import dataclass, replace
from datetime import date, timedelta

from portal.kernel.words import N_
from portal.reviews.rules_calendar import DAY, NO_YEAR, TermCalendar
from portal.reviews.rules_deadlines import WEEK, Deadline, add_months, last_day_of

LONG_CLOSURE = timedelta(weeks=4)


class Exemption(enum.StrEnum):
    """Why the council need not keep a time limit of the assessment, by the letter under which the regulations name
    it."""

    SCHOOL_CLOSED = "(a)"
    EARLY_YEARS_CLOSED = "(b)"
    CIRCUMSTANCES = "(c)"
    AWAY = "(d)"


def ehcna_milestones(received: date, exempt: Exemption | None = None) -> tuple[Deadline, ...]:
    """The three limits of an assessment, counted from the day on which the council received the request.

    With an exemption the council “need not comply” as far as that is impractical: the law names no other day, so the
    days stay as they are and are no longer demanded.
    """
    limits = (
        Deadline(
            received + 6 * WEEK, "reg 5(1)", N_("Last day for the council to say whether it will assess your child")
        ),
        Deadline(received + 16 * WEEK, "reg 10(1)", N_("Last day for the council to say if there will be no plan")),
        Deadline(received + 20 * WEEK, "reg 13(2)", N_("Last day for the council to send the final plan")),
    )
    if exempt is None:
        return limits
    return tuple(
        replace(limit, rule=f"{limit.rule}, {paragraph}{exempt}", statutory=False)
        for limit, paragraph in zip(limits, ("5(4)", "10(4)", "13(3) and 10(4)"), strict=True)
    )


def advice_due(asked: date) -> Deadline:
    """Bodies that the council asks for advice answer within six weeks."""
    return Deadline(asked + 6 * WEEK, "reg 8(1)", N_("Last day to answer the council's request for advice"))


def draft_comments_end(served: date) -> Deadline:
    """Fifteen days to comment on a draft plan, beginning with the day on which it was served."""
    return Deadline(last_day_of(served, 15), "reg 13(1)", N_("You can comment on the draft plan at least until"))


@dataclass(frozen=True, slots=True)
class Closure:
    """Days in a row without school, from the first closed day to the day on which the school opens again."""

    closed_on: date
    opens_on: date

    def excuses(self, asked: date) -> bool:
        """Whether advice that was asked for on this day falls under reg 10(4)(a): four weeks or more, and asked
        between a week before it closes and a week before it opens again."""
        is_long = self.opens_on - self.closed_on >= LONG_CLOSURE
        return is_long and self.closed_on - WEEK <= asked <= self.opens_on - WEEK


def closure_from(school: TermCalendar, day: date) -> Closure:
    """The days without school around the day or within the week after it; none at all when school is open then."""
    last = school.last_school_day(day + WEEK - DAY)
    return Closure(closed_on=last + DAY, opens_on=school.next_school_day(last + DAY))


def school_was_closed(school: TermCalendar, asked: date) -> bool:
    """Whether a long closure of the school, as its calendar has it, excuses the council for advice asked for on this
    day."""
    return closure_from(school, asked).excuses(asked)


# Mediation and appeal


def mediation_contact_by(letter: date) -> Deadline:
    """The family speaks to a mediation adviser before most appeals; not when only the school's name is in dispute."""
    return Deadline(add_months(letter, 2), "reg 33", N_("Last day to contact the mediation adviser"))


def certificate_by(declined: date, days: TermCalendar = NO_YEAR) -> Deadline:
    """Three working days after the family says that it does not want mediation."""
    on = declined
    for _ in range(3):
        on = _working_day(on + DAY, days)
    return Deadline(on, "reg 34", N_("Last day for the adviser to send the mediation certificate"))


def mediation_by(asked: date) -> Deadline:
    """The council arranges the meeting within 30 days of hearing that the family wants it."""
    return Deadline(asked + timedelta(days=30), "reg 36", N_("Last day for the council to hold the mediation meeting"))


def appeal_by(letter: date, certificate: date | None = None, days: TermCalendar = NO_YEAR) -> Deadline:
    """Two months from the letter or one month from the mediation certificate, whichever is later, rolled forward as
    the tribunal's rules say. `days` adds bank holidays that were declared."""
    ends = add_months(letter, 2)
    if certificate is not None:
        ends = max(ends, add_months(certificate, 1))
    return Deadline(
        roll_forward(ends, days), "Tribunal Procedure (HESC) Rules 2008 r.12, r.20", N_("Last day to appeal")
    )


def roll_forward(ends: date, days: TermCalendar = NO_YEAR) -> date:
    """The last day to start an appeal about special educational needs when the time ends on this day.

    From 25 December to 1 January and in August it is the first working day after them; on any other day that is no
    working day it is the next working day. A time that ends on the last Saturday of July is not carried over August:
    where the rules may be read in two ways the earlier day is the one that keeps the family's right.
    """
    if ends.month == 8:
        ends = date(ends.year, 9, 1)
    elif (ends.month, ends.day) >= (12, 25):
        ends = date(ends.year + 1, 1, 2)
    elif (ends.month, ends.day) == (1, 1):
        ends += DAY
    return _working_day(ends, days)


def discrimination_claim_by(happened: date) -> Deadline:
    """Six months beginning with the day on which it happened; nothing rolls forward here, so the day is on the safe
    side."""
    return Deadline(
        add_months(happened, 6) - DAY,
        "Equality Act 2010 sch.17 para 4",
        N_("Last day to claim that a school discriminated"),
    )


def _working_day(day: date, days: TermCalendar) -> date:
    while not days.is_working_day(day):
        day += DAY
    return day
