"""What a booking tells one adult: rows in the outbox, read in the portal and announced outside it."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import bindparam, select

from portal.kernel.outbox import OutboxItem, OutboxState, Posting, post_all
from portal.kernel.scope import PortalSession
from portal.meetings.models import Meeting
from portal.meetings.rules_messages import Message

WAITING = select(OutboxItem).where(
    OutboxItem.person_id == bindparam("adult"),
    OutboxItem.about_pupil_id == bindparam("pupil"),
    OutboxItem.kind.in_(bindparam("kinds", expanding=True)),
    OutboxItem.state == OutboxState.QUEUED,
)


def tell(
    session: PortalSession,
    message: Message,
    *,
    adult_id: uuid.UUID,
    pupil_id: uuid.UUID,
    review_id: uuid.UUID,
    event: str,
    now: datetime,
    due_at: datetime | None = None,
    meeting: Meeting | None = None,
    reason: str = "",
) -> None:
    """One message to one adult about one review; `event` makes it one of its kind, such as the number of the move."""
    about = {"adult_id": adult_id, "pupil_id": pupil_id, "review_id": review_id}
    one = message_of(message, **about, event=event, due_at=due_at, meeting=meeting, reason=reason)
    post_all(session, [one], now=now)


def message_of(
    message: Message,
    *,
    adult_id: uuid.UUID,
    pupil_id: uuid.UUID,
    review_id: uuid.UUID,
    event: str,
    due_at: datetime | None = None,
    meeting: Meeting | None = None,
    reason: str = "",
) -> Posting:
    """The same message, to be posted together with others."""
    facts = {"review_id": str(review_id), "reason": reason}
    if meeting is not None:
        facts |= {"meeting_id": str(meeting.id), "starts_at": meeting.starts_at.isoformat(), "mode": meeting.mode.value}
    return Posting(
        kind=message.value,
        event_key=f"{review_id}:{event}",
        person_id=adult_id,
        pupil_id=pupil_id,
        due_at=due_at,
        facts=facts,
    )


def withhold(
    session: PortalSession,
    messages: Iterable[Message],
    *,
    adult_id: uuid.UUID,
    pupil_id: uuid.UUID,
    review_id: uuid.UUID,
) -> None:
    """Messages that wait and are no longer true never leave."""
    asked = {"adult": adult_id, "pupil": pupil_id, "kinds": [message.value for message in messages]}
    waiting = session.scalars(WAITING, asked).all()
    for item in waiting:
        if item.facts.get("review_id") == str(review_id):
            item.state = OutboxState.WITHHELD
