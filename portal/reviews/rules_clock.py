"""The clock of one annual review: every date of the law, what it rests on, and whether it was kept (domain.md 2.2)."""

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from portal.kernel.words import N_
from portal.people.rules import school_year_starts
from portal.reviews.rules import Stage
from portal.reviews.rules_deadlines import (
    Deadline,
    Transfer,
    add_months,
    advice_asked_by,
    amendments_served_by,
    final_by,
    la_decision_by,
    latest_final,
    latest_meeting,
    notice_by,
    papers_by,
    phase_transfer_by,
    report_by,
    reps_end,
    review_due,
    term_list_by,
    under_five_review_by,
)

DECIDED = (Stage.DECIDED_MAINTAIN, Stage.DECIDED_AMEND, Stage.DECIDED_CEASE)
# The last year before a move between phases; after Year 2 only some children change school, and the words say so.
LAST_YEARS = {
    **dict.fromkeys(("2", "6"), Transfer.OTHER),
    "11": Transfer.TO_POST_16,
    **dict.fromkeys(("12", "13", "14"), Transfer.BETWEEN_POST_16),
}


class Hand(enum.StrEnum):
    """One date of the clock."""

    TERM_LIST = "term_list"
    ADVICE = "advice"
    NOTICE = "notice"
    PAPERS = "papers"
    LATEST_MEETING = "latest_meeting"
    REPORT = "report"
    DECISION = "decision"
    PROPOSAL = "proposal"
    REPLY = "reply"
    FINAL = "final"
    REVIEW_DUE = "review_due"
    PHASE = "phase"
    UNDER_FIVE = "under_five"


TITLES = {
    Hand.TERM_LIST: N_("The council lists the reviews of the term"),
    Hand.ADVICE: N_("Ask everybody invited for their advice"),
    Hand.NOTICE: N_("Announce the date"),
    Hand.PAPERS: N_("Send round the advice"),
    Hand.LATEST_MEETING: N_("Hold the meeting"),
    Hand.REPORT: N_("Send the report"),
    Hand.DECISION: N_("The council decides"),
    Hand.PROPOSAL: N_("The council sends the proposed changes"),
    Hand.REPLY: N_("The family answers the proposal"),
    Hand.FINAL: N_("The council issues the final plan"),
    Hand.REVIEW_DUE: N_("The review is complete"),
    Hand.PHASE: N_("The plan names the next school or college, if the child changes to one"),
    Hand.UNDER_FIVE: N_("A child under five: think about an earlier review"),
}
FOR_FAMILIES = {
    Hand.TERM_LIST: N_("The council tells school whose plans are looked at this term."),
    Hand.ADVICE: N_("School asks everybody who is invited to write what they know."),
    Hand.NOTICE: N_("School tells you the day of the meeting."),
    Hand.PAPERS: N_("School sends you what the others wrote, so that you can read it first."),
    Hand.LATEST_MEETING: N_("We meet and talk about the plan."),
    Hand.REPORT: N_("School sends its report to you and to the council. It also says where people disagreed."),
    Hand.DECISION: N_("The council tells you: the plan stays, changes or ends."),
    Hand.PROPOSAL: N_("If the plan changes, the council sends you what it wants to change."),
    Hand.REPLY: N_("You can tell the council what you think of the changes."),
    Hand.FINAL: N_("The council sends you the new plan."),
    Hand.REVIEW_DUE: N_("The whole review is done, with the decision of the council."),
    Hand.PHASE: N_("If your child changes school or college, the plan must name the new one by this day."),
    Hand.UNDER_FIVE: N_("Your child is under five. You can ask for an earlier look at the plan."),
}
STAGE_OF = {
    Hand.ADVICE: Stage.ADVICE_REQUESTED,
    Hand.NOTICE: Stage.NOTICE_SENT,
    Hand.PAPERS: Stage.PAPERS_CIRCULATED,
    Hand.LATEST_MEETING: Stage.HELD,
    Hand.REPORT: Stage.REPORT_SENT,
    Hand.PROPOSAL: Stage.AMENDMENT_NOTICE,
    Hand.FINAL: Stage.FINAL_ISSUED,
}
NOBODYS_TASK = frozenset({Hand.REPLY, Hand.TERM_LIST, Hand.PHASE, Hand.UNDER_FIVE})
ONLY_IF_AMENDED = frozenset({Hand.PROPOSAL, Hand.REPLY, Hand.FINAL})


class Mark(enum.StrEnum):
    """How a date stands today."""

    DONE = "done"
    DONE_LATE = "done_late"
    LATE = "late"
    AHEAD = "ahead"
    PASSED = "passed"
    OPEN = "open"
    NOT_NEEDED = "not_needed"


MARKS = {
    Mark.DONE: N_("Done"),
    Mark.DONE_LATE: N_("Done, but late"),
    Mark.LATE: N_("Late"),
    Mark.AHEAD: N_("To do"),
    Mark.PASSED: N_("This day has passed"),
    Mark.OPEN: N_("Date not known yet"),
    Mark.NOT_NEEDED: N_("Not needed"),
}
MARK_KINDS = {
    Mark.DONE: "good",
    Mark.DONE_LATE: "wait",
    Mark.LATE: "warn",
    Mark.AHEAD: "plain",
    Mark.PASSED: "plain",
    Mark.OPEN: "plain",
    Mark.NOT_NEEDED: "plain",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockFacts:
    """What the dates follow from. `taken` has the day of each step that was taken, `term_starts_on` the first
    day of the term in which the review is due."""

    issued_on: date
    last_reviewed_on: date | None = None
    due_on: date | None = None
    meets_on: date | None = None
    nc_year: str = ""
    born_on: date | None = None
    term_starts_on: date | None = None
    taken: Mapping[Stage, date] = field(default_factory=dict)

    @property
    def due(self) -> Deadline:
        """When the review must be complete; a review that has begun keeps the date it began with."""
        found = review_due(self.last_reviewed_on or self.issued_on)
        return replace(found, on=self.due_on) if self.due_on else found

    @property
    def meeting(self) -> date | None:
        """The day from which the law counts: on which it was held, else for which it is planned."""
        return self.taken.get(Stage.HELD, self.meets_on)

    @property
    def decided(self) -> tuple[Stage, date] | None:
        """What the council decided, and when."""
        return next(((stage, self.taken[stage]) for stage in DECIDED if stage in self.taken), None)


@dataclass(frozen=True, slots=True)
class Tick:
    """One line of the clock. `deadline` is None until the date it counts from is known."""

    hand: Hand
    deadline: Deadline | None
    done_on: date | None
    mark: Mark


def clock(facts: ClockFacts, today: date) -> tuple[Tick, ...]:
    """Every date of the law in the order in which it comes."""
    hands = [*_deadlines(facts), *_beside(facts, today)]
    return tuple(_tick(hand, deadline, facts, today) for hand, deadline in hands)


def deadline_of(stage: Stage, facts: ClockFacts) -> Deadline | None:
    """By when a step should be taken; None when nothing says so, or not yet."""
    wanted = Hand.DECISION if stage in DECIDED else next((h for h, s in STAGE_OF.items() if s == stage), None)
    return next((deadline for hand, deadline in _deadlines(facts) if hand == wanted), None)


def _deadlines(facts: ClockFacts) -> Iterator[tuple[Hand, Deadline | None]]:
    meeting, served = facts.meeting, facts.taken.get(Stage.AMENDMENT_NOTICE)
    if facts.term_starts_on:
        yield Hand.TERM_LIST, term_list_by(facts.term_starts_on)
    yield Hand.ADVICE, advice_asked_by(meeting) if meeting else None
    yield Hand.NOTICE, notice_by(meeting) if meeting else None
    yield Hand.PAPERS, papers_by(meeting) if meeting else None
    yield Hand.LATEST_MEETING, latest_meeting(facts.due.on)
    yield Hand.REPORT, report_by(meeting) if meeting else None
    yield Hand.DECISION, la_decision_by(meeting) if meeting else None
    yield Hand.PROPOSAL, amendments_served_by(meeting) if meeting else None
    yield Hand.REPLY, reps_end(served) if served else None
    yield Hand.FINAL, final_by(served, meeting) if served else latest_final(meeting) if meeting else None
    yield Hand.REVIEW_DUE, facts.due


def _beside(facts: ClockFacts, today: date) -> Iterator[tuple[Hand, Deadline]]:
    """What hangs on the child's age and year, not on this meeting."""
    if transfer := LAST_YEARS.get(facts.nc_year):
        moves_on = date(school_year_starts(today).year + 1, 9, 1)
        yield Hand.PHASE, phase_transfer_by(moves_on, transfer)
    early = under_five_review_by(facts.last_reviewed_on or facts.issued_on)
    if facts.born_on and early.on < add_months(facts.born_on, 60):
        yield Hand.UNDER_FIVE, early


def _tick(hand: Hand, deadline: Deadline | None, facts: ClockFacts, today: date) -> Tick:
    decided = facts.decided
    if hand in ONLY_IF_AMENDED and decided and decided[0] != Stage.DECIDED_AMEND:
        return Tick(hand, deadline, None, Mark.NOT_NEEDED)
    done_on = _done_on(hand, facts)
    return Tick(hand, deadline, done_on, _mark(hand, deadline, done_on, today))


def _done_on(hand: Hand, facts: ClockFacts) -> date | None:
    if hand in {Hand.DECISION, Hand.REVIEW_DUE}:
        return facts.decided[1] if facts.decided else None
    return facts.taken.get(STAGE_OF[hand]) if hand in STAGE_OF else None


def _mark(hand: Hand, deadline: Deadline | None, done_on: date | None, today: date) -> Mark:
    if done_on:
        return Mark.DONE_LATE if deadline and deadline.statutory and done_on > deadline.on else Mark.DONE
    if deadline is None:
        return Mark.OPEN
    if today <= deadline.on:
        return Mark.AHEAD
    return Mark.PASSED if hand in NOBODYS_TASK else Mark.LATE
