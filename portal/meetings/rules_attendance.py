"""What staff may write down after a meeting, and what cannot be true of it."""

import enum
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from portal.kernel.clock import LONDON
from portal.kernel.errors import Conflict, Invalid
from portal.kernel.words import N_
from portal.meetings.rules import Attendance
from portal.reviews.rules import ReviewKind, Stage

TOOK_PART = frozenset({Attendance.PRESENT, Attendance.ONLINE})
BEFOREHAND = frozenset({Attendance.UNKNOWN, Attendance.SENT_VIEWS, Attendance.APOLOGIES})  # true before one's meeting


class Happened(enum.StrEnum):
    """What became of the meeting."""

    WITH_FAMILY = "with_family"
    WITHOUT_FAMILY = "without_family"
    NOT_HELD = "not_held"


HAPPENINGS = {
    Happened.WITH_FAMILY: N_("We met the family"),
    Happened.WITHOUT_FAMILY: N_("We met without the family"),
    Happened.NOT_HELD: N_("The family did not come, so we did not meet"),
}
LONGEST_HISTORY = 20


class TooEarly(Conflict):
    """The meeting has not been yet."""

    message = N_("The meeting has not been yet. You can write this down from its day on.")


@dataclass(frozen=True, slots=True)
class Seat:
    """One invited adult: which day they booked, if any, and how they took part."""

    invitation_id: uuid.UUID
    booked_for: date | None
    attendance: Attendance


def earliest_day(
    *, booked: Mapping[uuid.UUID, date], meets_at: datetime | None, first_day: date | None, made_at: datetime
) -> date:
    """The day of the meeting, before which nobody can have come: the first that was booked, else the one that school
    set, else the first of the round, else the day on which the review was made."""
    if booked:
        return min(booked.values())
    if meets_at is not None:
        return meets_at.astimezone(LONDON).date()
    return first_day or made_at.astimezone(LONDON).date()


def can_be_not_held(kind: ReviewKind) -> bool:
    """An annual review that did not happen gets another date instead: it has a clock of its own."""
    return kind != ReviewKind.ANNUAL


def check_day(held_on: date | None, *, earliest: date, today: date) -> date:
    """The day of the meeting. Raises TooEarly, and Invalid at `held_on`."""
    if today < earliest:
        raise TooEarly
    if held_on is None:
        raise Invalid(N_("Say on which day it was."), field="held_on")
    if held_on > today:
        raise Invalid(N_("This day has not come yet."), field="held_on")
    if held_on < earliest:
        raise Invalid(N_("This is before the day of the meeting."), field="held_on")
    return held_on


def check_written(happened: Happened, seats: list[Seat], kind: ReviewKind, today: date) -> None:
    """Raises Invalid at `happened`, or at the adult whose own meeting is still to come."""
    for seat in seats:
        if seat.booked_for and seat.booked_for > today and seat.attendance not in BEFOREHAND:
            raise Invalid(N_("The meeting with this adult has not been yet."), field=field_of(seat.invitation_id))
    came = any(seat.attendance in TOOK_PART for seat in seats)
    if happened == Happened.WITH_FAMILY and not came:
        raise Invalid(N_("Say who of the family took part, or that you met without the family."), field="happened")
    if happened != Happened.WITH_FAMILY and came:
        raise Invalid(N_("Somebody of the family took part. Choose that you met the family."), field="happened")
    if happened == Happened.NOT_HELD and not can_be_not_held(kind):
        raise Invalid(N_("An annual review needs a new date. Set it on the page of the review."), field="happened")


def field_of(who: uuid.UUID) -> str:
    """The name of the form's field for one adult or guest."""
    return f"who_{who.hex}"


def happened_of(stage: Stage, *, is_held: bool, without_family: bool) -> Happened | None:
    """What is written down so far."""
    if is_held:
        return Happened.WITHOUT_FAMILY if without_family else Happened.WITH_FAMILY
    return Happened.NOT_HELD if stage == Stage.NOT_ATTENDED else None
