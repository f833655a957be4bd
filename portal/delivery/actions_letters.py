"""News that no message could bring is printed: what is in a letter has left."""

from collections.abc import Iterable
from datetime import datetime

from portal.delivery.queries_staff import Waiting
from portal.kernel import audit
from portal.kernel.outbox import Channel, OutboxItem, OutboxState
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor


def mark_printed(session: PortalSession, letters: Iterable[Waiting], *, actor: Actor, now: datetime) -> None:
    """These letters are printed now."""
    items = [item_id for letter in letters for item_id in letter.items]
    for item_id in items:
        item = session.get_one(OutboxItem, item_id)
        item.state, item.channel, item.sent_at = OutboxState.SENT, Channel.LETTER, now
    audit.record(
        session,
        "printed letters about news",
        now=now,
        actor_id=actor.person_id,
        school_id=actor.school_id,
        letters=len(items),
    )
    session.flush()
