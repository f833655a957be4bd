"""What families of the demo were told about meetings: rows of the outbox as the actions leave them."""

import uuid
from datetime import datetime, timedelta

from portal.demo.world import World
from portal.kernel.outbox import OutboxItem, OutboxState
from portal.meetings.rules_messages import Message
from portal.reviews.models import Review


def tell(
    world: World,
    message: Message,
    review: Review,
    person_id: uuid.UUID,
    event: str,
    at: datetime,
    due: datetime | None = None,
    **told: str,
) -> OutboxItem:
    """One message to one adult; it waits until it is due, and what was to leave at once has been sent."""
    row = OutboxItem(kind=message.value, event_key=f"{message.value}:{review.id}:{event}:{person_id}")
    row.person_id, row.about_pupil_id = person_id, review.pupil_id
    row.facts = {"review_id": str(review.id), "reason": "", **told}
    row.created_at, row.due_at, row.state, row.tries = at, due or at, OutboxState.QUEUED, 0
    if due is None:
        row.state, row.tries, row.sent_at = OutboxState.SENT, 1, at + timedelta(minutes=1)
    return world.keep(row)
