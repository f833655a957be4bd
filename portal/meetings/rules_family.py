"""Where one adult stands with one review: the one step that the page puts first. It follows from this adult's own
invitation and time alone, never from what another household did."""

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.meetings.rules import Answer
from portal.reviews.rules import BEFORE_THE_MEETING, RoundState, Stage

HELD_IS_NEWS = timedelta(days=30)  # so long a family's front page still speaks of a meeting that was held
HIDDEN = frozenset({Stage.PLANNED})  # until school invites, a review is school's own plan
WAITS_FOR_SCHOOL = frozenset({Answer.CALL_ME, Answer.NO_TIME_SUITS})


class Step(enum.StrEnum):
    """What comes next for one adult."""

    CANCELLED = "cancelled"
    HELD = "held"
    OVER = "over"
    BOOKED = "booked"
    DATED = "dated"
    ANSWERED = "answered"
    UNINVITED = "uninvited"
    READS = "reads"
    SOON = "soon"
    CLOSED = "closed"
    ASKED = "asked"
    CHOOSE = "choose"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The facts that decide. `ends_at` is the end of this adult's own time, or of the meeting that school set."""

    stage: Stage
    ends_at: datetime | None = None
    has_booking: bool = False
    invited: bool = True
    may_book: bool = True
    answer: Answer = Answer.NONE
    round_state: RoundState | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None


def step_of(standing: Standing, now: datetime) -> Step:
    """The first of these that is so."""
    if standing.stage == Stage.CANCELLED:
        return Step.CANCELLED
    if standing.stage not in BEFORE_THE_MEETING and not _is_still_to_come(standing, now):
        return Step.HELD
    if standing.ends_at is not None and standing.ends_at <= now:
        return Step.OVER
    if standing.has_booking:
        return Step.BOOKED
    return _without_a_round(standing) if standing.round_state is None else _without_a_time(standing, now)


def _is_still_to_come(standing: Standing, now: datetime) -> bool:
    """Whether this adult has a time of their own, although school has met another household already."""
    return standing.has_booking and standing.ends_at is not None and standing.ends_at > now


def _without_a_round(standing: Standing) -> Step:
    """A meeting whose day school sets, such as the annual review of an EHC plan."""
    if not standing.invited:
        return Step.UNINVITED
    if standing.answer in WAITS_FOR_SCHOOL:
        return Step.ASKED
    if standing.answer != Answer.NONE:
        return Step.ANSWERED
    if standing.ends_at is None:
        return Step.SOON
    return Step.DATED if standing.may_book else Step.READS


def _without_a_time(standing: Standing, now: datetime) -> Step:
    if not standing.invited:
        return Step.UNINVITED
    if not standing.may_book:
        return Step.READS
    if standing.round_state == RoundState.PLANNED or (standing.opens_at and now < standing.opens_at):
        return Step.SOON
    if standing.answer in WAITS_FOR_SCHOOL:
        return Step.ASKED
    if standing.round_state == RoundState.CLOSED or (standing.closes_at and now >= standing.closes_at):
        return Step.CLOSED
    return Step.CHOOSE


def may_choose(standing: Standing, now: datetime) -> bool:
    """Whether this adult may take a time, or move the one they have, right now."""
    open_now = standing.round_state == RoundState.OPEN and standing.closes_at is not None and now < standing.closes_at
    steps = {Step.CHOOSE, Step.ASKED, Step.BOOKED}
    return open_now and standing.may_book and step_of(standing, now) in steps
