"""Makes a message ready to leave: looks at rights and wishes once more, chooses the channel, and puts together what
waits for one adult's daily mail."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import bindparam, or_, select

from portal.accounts.models import MessageWishes
from portal.accounts.queries_wishes import wishes_of
from portal.accounts.rules_wishes import held_until
from portal.delivery.mail import Message, write
from portal.delivery.rules import DIGEST, LEASE, TRIES, pause_after
from portal.kernel.outbox import Channel, Envelope, Kind, OutboxItem, OutboxState
from portal.kernel.scope import PortalSession
from portal.people.rules import ContactKind

# what waits for one adult; what another mail carries just now is left to it
WAITING = (
    select(OutboxItem)
    .where(
        OutboxItem.person_id == bindparam("person_id"),
        OutboxItem.state.in_([OutboxState.QUEUED, OutboxState.LEASED]),
        OutboxItem.due_at <= bindparam("now"),
        or_(
            OutboxItem.sent_with.is_(None),
            OutboxItem.sent_with == bindparam("item_id"),
            OutboxItem.leased_until <= bindparam("now"),
        ),
        OutboxItem.kind.not_in(bindparam("urgent", expanding=True)),
    )
    .order_by(OutboxItem.created_at, OutboxItem.id)
    .with_for_update()
)


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message in its final words, and the rows that leave with it, leased `until`; the first gives it its name."""

    items: tuple[uuid.UUID, ...]
    person_id: uuid.UUID
    kind: str
    message: Message
    until: datetime

    @property
    def address(self) -> tuple[str, str]:
        """The channel, and the address or number."""
        return self.message.channel, self.message.address


@dataclass(frozen=True, slots=True)
class Packing:
    """One transaction's view of what may leave. `channels` are those that this installation can send by; `counts`: that
    this is a try."""

    session: PortalSession
    kinds: Mapping[str, Kind]
    channels: frozenset[ContactKind]
    now: datetime
    counts: bool = True

    def parcel(self, item: OutboxItem) -> Parcel | None:
        """The message of a leased row. None when it has to wait or may not go; the row then says so."""
        if self.counts and item.tries >= TRIES:  # whoever tried last did not live to write it down
            item.state, item.leased_until = OutboxState.FAILED, None
            return None
        kind = self.kinds.get(item.kind)
        if kind is not None and kind.urgent:
            return self._pack([item], item.kind)
        wishes = wishes_of(self.session, item.person_id)
        if wait := held_until(wishes, item.due_at, self.now):
            item.state, item.leased_until = OutboxState.QUEUED, wait
            return None
        return self._pack(self._together(item), DIGEST) if wishes.digest else self._pack([item], item.kind)

    def again(self, parcel: Parcel) -> Parcel:
        """The same message for the adult's next good address; the same parcel when there is none."""
        items = [self.session.get_one(OutboxItem, item_id) for item_id in parcel.items]
        made = [self.kinds[item.kind].prepare(self.session, item, self.now) for item in items]
        envelopes = [envelope for envelope in made if envelope is not None and envelope.channel in self.channels]
        return self._sealed(items, envelopes, parcel.kind) if len(envelopes) == len(items) else parcel

    def _together(self, item: OutboxItem) -> list[OutboxItem]:
        self.session.get(MessageWishes, item.person_id, with_for_update=True)  # one worker gathers for one adult
        urgent = [name for name, kind in self.kinds.items() if kind.urgent]
        asked = {"person_id": item.person_id, "item_id": item.id, "now": self.now, "urgent": urgent}
        waiting = list(self.session.scalars(WAITING, asked))
        return waiting if item in waiting else []  # another mail has just taken it along

    def _pack(self, items: Sequence[OutboxItem], kind: str) -> Parcel | None:
        going: list[OutboxItem] = []
        envelopes: list[Envelope] = []
        for item in items:
            item.tries += self.counts
            try:
                envelope = self.kinds[item.kind].prepare(self.session, item, self.now)
            except Exception as trouble:  # it holds up no other
                put_off(item, trouble, self.now)
                continue
            if envelope is not None and envelope.channel in self.channels:
                going.append(item)
                envelopes.append(envelope)
            else:
                _stays(item, envelope)
        if not going:
            return None
        for item in going:
            item.state, item.leased_until = OutboxState.LEASED, self.now + LEASE
            item.sent_with = going[0].id if item is not going[0] else None
        return self._sealed(going, envelopes, kind)

    def _sealed(self, items: Sequence[OutboxItem], envelopes: Sequence[Envelope], kind: str) -> Parcel:
        first, envelope = items[0], envelopes[0]
        if kind == DIGEST:
            daily = self.kinds[DIGEST].prepare(self.session, first, self.now)
            files = tuple(file for each in envelopes for file in each.attachments)
            values = {**envelope.values, **(daily.values if daily else {})}
            envelope = replace(envelope, values=values, attachments=files)
        ids = tuple(item.id for item in items)
        message = write(first.id, kind, envelope, now=self.now)
        return Parcel(ids, first.person_id, kind, message, self.now + LEASE)


def put_off(item: OutboxItem, trouble: Exception, now: datetime) -> None:
    """Later again, or a person is told. Of the trouble its kind is kept: its words may hold an address."""
    item.state = OutboxState.FAILED if item.tries >= TRIES else OutboxState.QUEUED
    item.leased_until, item.sent_with = now + pause_after(item.tries), None
    item.last_trouble = type(trouble).__name__


def _stays(item: OutboxItem, envelope: Envelope | None) -> None:
    """What may not leave is withheld; what nobody can be sent waits to be printed."""
    item.leased_until, item.sent_with = None, None
    item.channel = envelope.channel if envelope else ""
    printed = envelope is not None and envelope.channel == Channel.LETTER
    item.state = OutboxState.TO_PRINT if printed else OutboxState.WITHHELD
