"""Kinds of review, the steps each goes through, and the words for both (domain.md 1.1, 2.2 and 8)."""

import enum

from portal.kernel.errors import Conflict
from portal.kernel.words import N_


class Season(enum.StrEnum):
    """The three terms of an English school year."""

    AUTUMN = "autumn"
    SPRING = "spring"
    SUMMER = "summer"


SEASONS = {
    Season.AUTUMN: N_("Autumn term"),
    Season.SPRING: N_("Spring term"),
    Season.SUMMER: N_("Summer term"),
}


class DayKind(enum.StrEnum):
    """Why a day of term is no school day, or why another day is one."""

    INSET = "inset"
    CLOSURE = "closure"
    BANK_HOLIDAY = "bank_holiday"
    OPEN = "open"


DAY_KINDS = {
    DayKind.INSET: N_("Staff training (INSET): children stay at home"),
    DayKind.CLOSURE: N_("School is closed"),
    DayKind.BANK_HOLIDAY: N_("Bank holiday that was declared this year"),
    DayKind.OPEN: N_("School is open after all"),
}


class ReviewKind(enum.StrEnum):
    """Which review it is; the three a year are of the first kind."""

    SEN_SUPPORT = "sen_support"
    ANNUAL = "annual"
    TRANSITION_2 = "transition_2"
    TRANSITION_6 = "transition_6"
    EARLY = "early"
    CONCERN = "concern"


KINDS = {
    ReviewKind.SEN_SUPPORT: N_("Termly review"),
    ReviewKind.ANNUAL: N_("Annual review of the EHC plan"),
    ReviewKind.TRANSITION_2: N_("Move to the juniors (Year 2)"),
    ReviewKind.TRANSITION_6: N_("Move to secondary school (Year 6)"),
    ReviewKind.EARLY: N_("Early review"),
    ReviewKind.CONCERN: N_("Meeting about a worry"),
}


class RoundState(enum.StrEnum):
    """Where a review round stands."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"


ROUND_STATES = {
    RoundState.PLANNED: N_("Being prepared"),
    RoundState.OPEN: N_("Families can choose times"),
    RoundState.CLOSED: N_("Finished"),
}


class Stage(enum.StrEnum):
    """How far one review has come."""

    PLANNED = "planned"
    INVITED = "invited"
    BOOKED = "booked"
    NOT_ATTENDED = "not_attended"
    ADVICE_REQUESTED = "advice_requested"
    NOTICE_SENT = "notice_sent"
    PAPERS_CIRCULATED = "papers_circulated"
    HELD = "held"
    RECORD_SHARED = "record_shared"
    REPORT_SENT = "report_sent"
    DECIDED_MAINTAIN = "decided_maintain"
    DECIDED_CEASE = "decided_cease"
    DECIDED_AMEND = "decided_amend"
    AMENDMENT_NOTICE = "amendment_notice"
    FINAL_ISSUED = "final_issued"
    CLOSED = "closed"
    CANCELLED = "cancelled"


STAGES = {
    Stage.PLANNED: N_("Planned"),
    Stage.INVITED: N_("Family invited"),
    Stage.BOOKED: N_("Time chosen"),
    Stage.NOT_ATTENDED: N_("Family did not come"),
    Stage.ADVICE_REQUESTED: N_("Advice asked for"),
    Stage.NOTICE_SENT: N_("Date announced"),
    Stage.PAPERS_CIRCULATED: N_("Papers sent round"),
    Stage.HELD: N_("Meeting held"),
    Stage.RECORD_SHARED: N_("Record shared"),
    Stage.REPORT_SENT: N_("Report sent"),
    Stage.DECIDED_MAINTAIN: N_("Council keeps the plan as it is"),
    Stage.DECIDED_CEASE: N_("Council ends the plan"),
    Stage.DECIDED_AMEND: N_("Council will change the plan"),
    Stage.AMENDMENT_NOTICE: N_("Proposed changes sent to the family"),
    Stage.FINAL_ISSUED: N_("Final plan issued"),
    Stage.CLOSED: N_("Finished"),
    Stage.CANCELLED: N_("Cancelled"),
}

# A time let go again brings BOOKED back to INVITED; a family that did not come is offered new times. HELD can be taken
# back to NOT_ATTENDED while nobody has read a record: on a phone the wrong line is soon tapped.
TERMLY_STEPS: dict[Stage, frozenset[Stage]] = {
    Stage.PLANNED: frozenset({Stage.INVITED, Stage.CANCELLED}),
    Stage.INVITED: frozenset({Stage.BOOKED, Stage.HELD, Stage.NOT_ATTENDED, Stage.CANCELLED}),
    Stage.BOOKED: frozenset({Stage.INVITED, Stage.HELD, Stage.NOT_ATTENDED, Stage.CANCELLED}),
    Stage.NOT_ATTENDED: frozenset({Stage.INVITED, Stage.BOOKED, Stage.HELD, Stage.CANCELLED}),
    Stage.HELD: frozenset({Stage.RECORD_SHARED, Stage.NOT_ATTENDED}),
    Stage.RECORD_SHARED: frozenset({Stage.CLOSED}),
}
ANNUAL_STEPS: dict[Stage, frozenset[Stage]] = {
    Stage.PLANNED: frozenset({Stage.ADVICE_REQUESTED, Stage.NOTICE_SENT, Stage.CANCELLED}),
    Stage.ADVICE_REQUESTED: frozenset({Stage.NOTICE_SENT, Stage.CANCELLED}),
    Stage.NOTICE_SENT: frozenset({Stage.PAPERS_CIRCULATED, Stage.HELD, Stage.CANCELLED}),
    Stage.PAPERS_CIRCULATED: frozenset({Stage.HELD, Stage.CANCELLED}),
    Stage.HELD: frozenset({Stage.REPORT_SENT}),
    Stage.REPORT_SENT: frozenset({Stage.DECIDED_MAINTAIN, Stage.DECIDED_CEASE, Stage.DECIDED_AMEND}),
    Stage.DECIDED_MAINTAIN: frozenset({Stage.CLOSED}),
    Stage.DECIDED_CEASE: frozenset({Stage.CLOSED}),
    Stage.DECIDED_AMEND: frozenset({Stage.AMENDMENT_NOTICE}),
    Stage.AMENDMENT_NOTICE: frozenset({Stage.FINAL_ISSUED}),
    Stage.FINAL_ISSUED: frozenset({Stage.CLOSED}),
}
BEFORE_THE_MEETING = frozenset(
    {
        *(Stage.PLANNED, Stage.INVITED, Stage.BOOKED, Stage.NOT_ATTENDED),
        *(Stage.ADVICE_REQUESTED, Stage.NOTICE_SENT, Stage.PAPERS_CIRCULATED),
    }
)


def next_stages(kind: ReviewKind, stage: Stage) -> frozenset[Stage]:
    """The steps that may follow."""
    steps = ANNUAL_STEPS if kind == ReviewKind.ANNUAL else TERMLY_STEPS
    return steps.get(stage, frozenset())


def check_step(kind: ReviewKind, stage: Stage, wanted: Stage) -> None:
    """Raises Conflict for a step out of order."""
    if wanted not in next_stages(kind, stage):
        raise Conflict(N_("This review is not at that step. Look at it again: somebody may have been faster."))


class Ask(enum.StrEnum):
    """What staff say to the family before it chooses a time."""

    NOTHING = ""
    PLEASE_COME = "please_come"
    NO_NEED = "no_need"


ASKS = {
    Ask.NOTHING: N_("Nothing special"),
    Ask.PLEASE_COME: N_("Please come: we would like to see you"),
    Ask.NO_NEED: N_("No need this time, but you are welcome"),
}
