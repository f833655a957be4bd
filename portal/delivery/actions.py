"""One round of sending. Each message is leased, looked at again, sent and written down in three short transactions, so
that nothing waits for a mail server and a crash sends twice at worst, under the same Message-ID."""

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import and_, or_, select

from portal.delivery.mail import Message, Sender, write
from portal.delivery.rules import AT_ONCE, LEASE, TRIES, pause_after
from portal.kernel.outbox import Kind, OutboxItem, OutboxState
from portal.kernel.scope import PortalSession

Sessions = Callable[[], PortalSession]


def send_due(sessions: Sessions, sender: Sender, kinds: Mapping[str, Kind], *, now: datetime) -> int:
    """Sends what is due, the oldest first, at most AT_ONCE; returns how many it took in hand. One bad message holds up
    no other."""
    leased = _lease(sessions, now)
    for item_id in leased:
        try:
            message = _prepare(sessions, kinds, item_id, now)
            if message is None:
                _settle(sessions, item_id, OutboxState.WITHHELD, now)
                continue
            sender.send(message)
        except Exception as trouble:
            _postpone(sessions, item_id, type(trouble).__name__, now)
        else:
            _settle(sessions, item_id, OutboxState.SENT, now, kinds)
    return len(leased)


def _lease(sessions: Sessions, now: datetime) -> list[uuid.UUID]:
    with sessions() as session:
        waiting = session.scalars(
            select(OutboxItem)
            .where(
                OutboxItem.due_at <= now,
                or_(
                    OutboxItem.state == OutboxState.QUEUED,
                    and_(OutboxItem.state == OutboxState.LEASED, OutboxItem.leased_until < now),
                ),
            )
            .order_by(OutboxItem.due_at, OutboxItem.id)
            .limit(AT_ONCE)
            .with_for_update(skip_locked=True)
        ).all()
        for item in waiting:
            item.state, item.leased_until, item.tries = OutboxState.LEASED, now + LEASE, item.tries + 1
        session.commit()
        return [item.id for item in waiting]


def _prepare(sessions: Sessions, kinds: Mapping[str, Kind], item_id: uuid.UUID, now: datetime) -> Message | None:
    with sessions() as session:
        item = session.get_one(OutboxItem, item_id)
        envelope = kinds[item.kind].prepare(session, item, now)
        return write(item.id, item.kind, envelope, now=now) if envelope else None


def _settle(
    sessions: Sessions,
    item_id: uuid.UUID,
    state: OutboxState,
    now: datetime,
    kinds: Mapping[str, Kind] | None = None,
) -> None:
    with sessions() as session:
        item = session.get_one(OutboxItem, item_id)
        item.state, item.leased_until, item.last_trouble = state, None, ""
        if kinds is not None:
            item.sent_at = now
            kinds[item.kind].sent(session, item, now)
        session.commit()


def _postpone(sessions: Sessions, item_id: uuid.UUID, trouble: str, now: datetime) -> None:
    with sessions() as session:
        item = session.get_one(OutboxItem, item_id)
        item.state = OutboxState.FAILED if item.tries >= TRIES else OutboxState.QUEUED
        item.leased_until, item.due_at = None, now + pause_after(item.tries)
        item.last_trouble = trouble
        session.commit()
