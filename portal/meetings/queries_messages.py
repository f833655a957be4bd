"""What school told one adult about meetings: the portal's own list, read in the reader's language of today.

The rows are those of the outbox. What is no longer true is left out, and nothing is told about a child whom the reader
may not read about any more.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, or_, select

from portal.kernel.clock import LONDON
from portal.kernel.outbox import OutboxItem, OutboxState
from portal.kernel.scope import PortalSession
from portal.meetings.models import Booking, Invitation, Meeting
from portal.meetings.rules import Answer, Mode
from portal.meetings.rules_messages import BEFORE_BOOKING, TITLES, Message
from portal.people.actor import Actor
from portal.people.models import Pupil, School
from portal.reviews.models import Review, ReviewRound
from portal.reviews.rules import BEFORE_THE_MEETING, RoundState

SHOWN = 100
KINDS = tuple(message.value for message in Message)
# A row that the worker looked at is due, wherever its next try was put off to. And it is marked as withheld also when
# there was no address to send it to: only what was withheld before that is no longer true.
DUE = (
    select(
        *(OutboxItem.id, OutboxItem.kind, OutboxItem.due_at, OutboxItem.facts),
        *(Pupil.id.label("pupil_id"), Pupil.forename, Pupil.known_as, School.name.label("school")),
    )
    .join(Pupil, Pupil.id == OutboxItem.about_pupil_id)
    .join(School, School.id == Pupil.school_id)
    .where(
        OutboxItem.person_id == bindparam("me"),
        OutboxItem.kind.in_(KINDS),
        or_(OutboxItem.due_at <= bindparam("now"), OutboxItem.tries > 0),
        or_(OutboxItem.state != OutboxState.WITHHELD, OutboxItem.tries > 0),
    )
    .order_by(OutboxItem.due_at.desc(), OutboxItem.id)
    .limit(SHOWN)
)
NOW = (
    select(
        *(Review.id, Review.stage, Invitation.answer, ReviewRound.state, ReviewRound.booking_closes_at),
        *(Meeting.id.label("meeting_id"), func.coalesce(Meeting.starts_at, Review.meets_at).label("starts_at")),
    )
    .join(Invitation, Invitation.review_id == Review.id)
    .outerjoin(ReviewRound, ReviewRound.id == Review.round_id)
    .outerjoin(Booking, (Booking.invitation_id == Invitation.id) & Booking.cancelled_at.is_(None))
    .outerjoin(Meeting, Meeting.id == Booking.meeting_id)
    .where(Invitation.adult_id == bindparam("me"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One message in the list. `title` is a message id; `starts_at` and `mode` are those it was written about.
    `outdated`: the time it names is not the reader's time any more."""

    item_id: uuid.UUID
    kind: Message
    title: str
    at: datetime
    pupil_id: uuid.UUID
    child: str
    school: str
    review_id: uuid.UUID
    starts_at: datetime | None
    mode: Mode | None
    reason: str
    outdated: bool


@dataclass(frozen=True, slots=True)
class Present:
    """How one review stands for its adult just now; `meeting_id` and `starts_at` are those of the adult's own time."""

    awaits_a_choice: bool = False
    meeting_id: uuid.UUID | None = None
    starts_at: datetime | None = None


def messages(session: PortalSession, *, viewer: Actor, now: datetime) -> list[Note]:
    """The reader's messages, newest first; two statements."""
    me = {"me": viewer.person_id}
    rows = session.execute(DUE, {**me, "now": now}).all()
    if not rows:
        return []
    present = {row.id: present_of(row, now) for row in session.execute(NOW, me)}
    notes = (_note(row, present.get(uuid.UUID(row.facts["review_id"]), Present()), now) for row in rows)
    return [note for note in notes if note is not None]


def present_of(row: Any, now: datetime) -> Present:
    """From stage, answer, state, booking_closes_at, meeting_id and starts_at of a row."""
    chooses = row.state == RoundState.OPEN and row.booking_closes_at > now and row.answer == Answer.NONE
    waits = chooses and row.meeting_id is None and row.stage in BEFORE_THE_MEETING
    return Present(waits, row.meeting_id, row.starts_at)


def still_true(kind: Message, facts: Mapping[str, str], present: Present, now: datetime) -> bool:
    """Whether a message may still be told: the reminders until a time is chosen, tomorrow's until tomorrow is today."""
    if kind in BEFORE_BOOKING:
        return present.awaits_a_choice
    if kind == Message.TOMORROW:
        return _is_mine(facts, present) and _day(present.starts_at) == _day(now) + timedelta(days=1)
    return True


def _is_mine(facts: Mapping[str, str], present: Present) -> bool:
    """Whether the time that a message names is still the reader's."""
    told = facts.get("starts_at")
    return present.starts_at is not None and bool(told) and datetime.fromisoformat(str(told)) == present.starts_at


def _day(moment: datetime | None) -> Any:
    return moment.astimezone(LONDON).date() if moment else None


def _note(row: Any, present: Present, now: datetime) -> Note | None:
    kind, facts = Message(row.kind), row.facts
    if not still_true(kind, facts, present, now):
        return None
    told = facts.get("starts_at")
    names_my_time = kind in {Message.BOOKED, Message.MOVED, Message.TOMORROW}
    return Note(
        item_id=row.id,
        kind=kind,
        title=TITLES[kind],
        at=row.due_at,
        pupil_id=row.pupil_id,
        child=row.known_as or row.forename,
        school=row.school,
        review_id=uuid.UUID(facts["review_id"]),
        starts_at=datetime.fromisoformat(told) if told else None,
        mode=Mode(facts["mode"]) if facts.get("mode") else None,
        reason=facts.get("reason", ""),
        outdated=names_my_time and not _is_mine(facts, present),
    )
