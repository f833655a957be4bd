"""How somebody would like to hear of news, and where that leads today."""

import uuid
from dataclasses import fields

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.accounts.models import MessageWishes
from portal.accounts.rules import as_written
from portal.accounts.rules_wishes import Wishes
from portal.kernel.outbox import Channel
from portal.people.models import ContactPoint, Person
from portal.people.rules import ContactKind

NAMES = tuple(field.name for field in fields(Wishes))
POINTS = (
    select(
        *(ContactPoint.kind, ContactPoint.value, ContactPoint.wanted, ContactPoint.bounced_at),
        MessageWishes.channel.label("wish"),
    )
    .select_from(Person)
    .outerjoin(MessageWishes, MessageWishes.adult_id == Person.id)
    .outerjoin(ContactPoint, ContactPoint.adult_id == Person.id)
    .where(Person.id == bindparam("person_id"))
    .order_by(ContactPoint.verified_at.is_(None), ContactPoint.id)
)


def wishes_of(session: Session, person_id: uuid.UUID) -> Wishes:
    """What this person wants, or what everybody gets who said nothing."""
    kept = session.get(MessageWishes, person_id)
    return Wishes(**{name: getattr(kept, name) for name in NAMES}) if kept else Wishes()


def where_to(session: Session, person_id: uuid.UUID, reachable: frozenset[ContactKind]) -> tuple[Channel, str]:
    """The channel that somebody wants and their address on it; another good address of theirs when it has none, and a
    letter when there is no good address at all. `reachable`: the channels that this installation can send by."""
    rows = session.execute(POINTS, {"person_id": person_id}).all()
    wanted = next((row.wish for row in rows if row.wish is not None), Wishes().channel)
    if wanted in (Channel.LETTER, Channel.NONE):
        return wanted, ""
    points = [row for row in rows if row.value is not None]
    if points and not any(point.wanted for point in points):
        return Channel.NONE, ""
    good = [point for point in points if point.wanted and point.bounced_at is None and point.kind in reachable]
    best = min(good, key=lambda point: point.kind != wanted, default=None)
    return (Channel(best.kind), best.value) if best else (Channel.LETTER, "")


def lost_addresses(session: Session, person_id: uuid.UUID) -> list[str]:
    """Their own addresses at which nobody is, as one writes them."""
    points = session.execute(POINTS, {"person_id": person_id})
    return [as_written(point.kind, point.value) for point in points if point.bounced_at is not None]
