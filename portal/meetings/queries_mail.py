"""The mail about a meeting: it says that something new is there and no more, and only while that is so."""

import uuid
from datetime import datetime
from functools import partial

from sqlalchemy import bindparam
from sqlalchemy.orm import Session

from portal.kernel.outbox import Envelope, Kind, OutboxItem
from portal.meetings.queries_messages import NOW, Present, present_of, still_true
from portal.meetings.rules_messages import Message
from portal.people.rules import ContactKind
from portal.profiles.queries_mail import news
from portal.reviews.models import Review

NOW_OF_ONE = NOW.where(Review.id == bindparam("review_id"))


def kinds(*, base_url: str, reachable: frozenset[ContactKind]) -> dict[str, Kind]:
    """How each message of this feature is made; what it says stands in the portal alone."""
    told = Kind(partial(_told, base_url=base_url, reachable=reachable))
    return {message.value: told for message in Message}


def _told(
    session: Session, item: OutboxItem, now: datetime, *, base_url: str, reachable: frozenset[ContactKind]
) -> Envelope | None:
    asked = {"me": item.person_id, "review_id": uuid.UUID(item.facts["review_id"])}
    row = session.execute(NOW_OF_ONE, asked).first()
    if not still_true(Message(item.kind), item.facts, present_of(row, now) if row else Present(), now):
        return None
    return news(session, item, now, base_url=base_url, reachable=reachable)
