"""A review round before it opens: what staff set, what cannot be, and days that suit a term."""

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Protocol

from portal.kernel.clock import LONDON
from portal.kernel.errors import Conflict, Invalid
from portal.kernel.words import N_
from portal.reviews.rules import Ask, ReviewKind

ROUND_KINDS = (ReviewKind.SEN_SUPPORT, ReviewKind.TRANSITION_2, ReviewKind.TRANSITION_6)
OPENS_AT = time(18)  # when most people are home from work
CLOSES_AT = time(23, 55)
NOTICE_DAYS = 15  # school days between the letter to families and the first meeting
MEETING_DAYS = 10
DAYS_TO_SPARE = 10  # school days between the last meeting and the end of the term


class SchoolDays(Protocol):
    """The part of the term calendar that suggestions need."""

    def school_days_after(self, day: date, count: int) -> date:
        """So many school days later."""

    def school_days_before(self, day: date, count: int) -> date:
        """So many school days earlier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundFacts:
    """What staff set for a round. Days are days of the school, minutes are multiples of five."""

    term_id: uuid.UUID
    kind: ReviewKind
    first_day: date | None
    last_day: date | None
    opens_on: date | None
    opens_at: time
    closes_on: date | None
    minutes: int
    pause_minutes: int
    interpreter_minutes: int
    words: str

    @property
    def booking_opens_at(self) -> datetime:
        """The moment from which families may choose."""
        return _moment(self.opens_on, self.opens_at)

    @property
    def booking_closes_at(self) -> datetime:
        """The end of the last day on which families may choose."""
        return _moment(self.closes_on, CLOSES_AT)


def _moment(day: date | None, at: time) -> datetime:
    if day is None:
        raise Invalid(N_("Fill in the day."))
    return datetime.combine(day, at, LONDON).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class RoundDays:
    """Days of a round, suggested or set."""

    first_day: date
    last_day: date
    opens_on: date
    closes_on: date


class RoundClosed(Conflict):
    """The round is over."""

    message = N_("This round is finished. Nothing can be added to it.")


def suggest_days(calendar: SchoolDays, term_ends: date, today: date) -> RoundDays:
    """Two weeks of meetings that leave two weeks of the term, or the soonest that families can be told in time."""
    last = calendar.school_days_before(term_ends, DAYS_TO_SPARE)
    first = calendar.school_days_before(last, MEETING_DAYS - 1)
    soonest = calendar.school_days_after(today, NOTICE_DAYS)
    if first < soonest:
        first = soonest
        last = max(first, min(term_ends, calendar.school_days_after(first, MEETING_DAYS - 1)))
    return RoundDays(
        first_day=first,
        last_day=last,
        opens_on=max(today, calendar.school_days_before(first, NOTICE_DAYS)),
        closes_on=calendar.school_days_before(first, 1),
    )


def check_round(facts: RoundFacts, *, term_starts: date, term_ends: date) -> None:
    """Raises Invalid at the first field that does not fit."""
    first, last = _given(facts.first_day, "first_day"), _given(facts.last_day, "last_day")
    opens, closes = _given(facts.opens_on, "opens_on"), _given(facts.closes_on, "closes_on")
    if facts.kind not in ROUND_KINDS:
        raise Invalid(N_("Choose one of the answers."), field="kind")
    if last < first:
        raise Invalid(N_("The last meeting day is before the first one."), field="last_day")
    for day, name in ((first, "first_day"), (last, "last_day")):
        if not term_starts <= day <= term_ends:
            raise Invalid(N_("The meeting days must lie in the term."), field=name)
    if closes < opens:
        raise Invalid(N_("The last day to choose a time is before the first one."), field="closes_on")
    if closes > last:
        raise Invalid(N_("Families cannot choose a time after the last meeting day."), field="closes_on")


def _given(day: date | None, name: str) -> date:
    if day is None:
        raise Invalid(N_("Fill in the day."), field=name)
    return day


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildChoice:
    """One child chosen for a round: who meets the family, and what the family is told before it chooses."""

    pupil_id: uuid.UUID
    lead_id: uuid.UUID
    ask: Ask = Ask.NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class AskFor:
    """What staff say to one family, and what stood there when the page was opened."""

    review_id: uuid.UUID
    ask: Ask
    words: str
    seen: str


def ask_key(ask: Ask, words: str) -> str:
    """What a page showed, in a few letters, so that a change by somebody else meanwhile is noticed."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"{ask}\n{words}").hex
