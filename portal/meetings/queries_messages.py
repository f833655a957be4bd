"""How the messages about meetings stand for one adult: what is no longer true is not told, and a time that changed
since is said to have changed."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select

from portal.kernel.clock import LONDON
from portal.kernel.messages import Item, Room, Standing, Standings
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_
from portal.meetings.models import Booking, Invitation, Meeting
from portal.meetings.rules import MODES, Answer, Mode
from portal.meetings.rules_messages import BEFORE_BOOKING, TITLES, Message, open_at
from portal.people.actor import Actor
from portal.reviews.models import Review, ReviewRound
from portal.reviews.rules import BEFORE_THE_MEETING, RoundState

NOW = (
    select(
        *(Review.id, Review.stage, Review.live_bookings, Review.meets_at, Invitation.answer),
        *(ReviewRound.state, ReviewRound.booking_closes_at),
        *(Meeting.id.label("meeting_id"), func.coalesce(Meeting.starts_at, Review.meets_at).label("starts_at")),
    )
    .join(Invitation, Invitation.review_id == Review.id)
    .outerjoin(ReviewRound, ReviewRound.id == Review.round_id)
    .outerjoin(Booking, (Booking.invitation_id == Invitation.id) & Booking.cancelled_at.is_(None))
    .outerjoin(Meeting, Meeting.id == Booking.meeting_id)
    .where(Invitation.adult_id == bindparam("me"))
)
CHOICES = frozenset({Message.BOOKING_OPEN, *BEFORE_BOOKING})
NAMES_MY_TIME = frozenset({Message.BOOKED, Message.MOVED, Message.TOMORROW})
SORRY = N_("We are sorry. Open the meeting to see what comes next.")
CHANGED = N_("This has changed since. Open the meeting to see how it is now.")


@dataclass(frozen=True, slots=True)
class Present:
    """How one review stands for its adult just now; `meeting_id` and `starts_at` are those of the adult's own time.
    `awaits_an_answer`: school set the day and does not know yet who comes. `is_ahead`: somebody has a time, and it is
    not over."""

    awaits_a_choice: bool = False
    meeting_id: uuid.UUID | None = None
    starts_at: datetime | None = None
    awaits_an_answer: bool = False
    is_ahead: bool = False


def present_of(row: Any, now: datetime) -> Present:
    """From stage, answer, state, booking_closes_at, meeting_id and starts_at of a row."""
    silent = row.answer == Answer.NONE and row.stage in BEFORE_THE_MEETING
    chooses = silent and row.state == RoundState.OPEN and row.booking_closes_at > now and row.meeting_id is None
    answers = silent and row.state is None and row.starts_at is not None and row.starts_at > now
    is_ahead = row.stage in BEFORE_THE_MEETING and (row.live_bookings > 0 or row.meets_at is not None)
    return Present(chooses, row.meeting_id, row.starts_at, answers, is_ahead)


def still_true(kind: Message, facts: Mapping[str, str], present: Present, now: datetime) -> bool:
    """Whether a message may still be told: the reminders until a time is chosen, tomorrow's until tomorrow is today."""
    if kind in BEFORE_BOOKING:
        return present.awaits_a_choice
    if kind == Message.PAPERS:
        return present.is_ahead
    if kind == Message.TOMORROW:
        return _is_mine(facts, present) and _day(present.starts_at) == _day(now) + timedelta(days=1)
    return True


def standing(session: PortalSession, viewer: Actor, items: Sequence[Item], now: datetime, _language: str) -> Standings:
    """How these messages stand for their reader; one statement."""
    present = {str(row.id): present_of(row, now) for row in session.execute(NOW, {"me": viewer.person_id})}
    nothing = Present()
    return {item.item_id: _standing(item, present.get(item.facts["review_id"], nothing), now) for item in items}


def _standing(item: Item, present: Present, now: datetime) -> Standing:
    kind, facts = Message(item.kind), item.facts
    notes = (SORRY,) if kind == Message.CANCELLED_BY_SCHOOL else ()
    if kind in NAMES_MY_TIME and not _is_mine(facts, present):
        notes = (*notes, CHANGED)
    asks = present.awaits_a_choice if kind in CHOICES else kind == Message.INVITED and present.awaits_an_answer
    return Standing(
        holds=still_true(kind, facts, present, now),
        ask=f"time:{facts['review_id']}" if asks else "",
        moment=datetime.fromisoformat(facts["starts_at"]) if facts.get("starts_at") else None,
        how=MODES[Mode(facts["mode"])] if facts.get("mode") else "",
        notes=notes,
        reason=facts.get("reason", ""),
        reason_is_mine=kind == Message.CANCELLED,
    )


def _is_mine(facts: Mapping[str, str], present: Present) -> bool:
    """Whether the time that a message names is still the reader's."""
    told = facts.get("starts_at")
    return present.starts_at is not None and bool(told) and datetime.fromisoformat(str(told)) == present.starts_at


def _day(moment: datetime | None) -> Any:
    return moment.astimezone(LONDON).date() if moment else None


ROOM = Room(
    titles=TITLES,
    open_at=open_at,
    standing=standing,
    asks=CHOICES | {Message.INVITED},
    has_own_step=True,
)
