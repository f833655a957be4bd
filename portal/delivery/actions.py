"""Sends what the outbox holds. Each message is leased, looked at again, sent and written down in short transactions, so
that nothing waits for a mail server and a crash sends twice at worst, under the same Message-ID."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Integer, bindparam, case, or_, select, update

from portal.delivery.actions_parcel import Packing, Parcel, put_off
from portal.delivery.mail import Send, Sender
from portal.delivery.rules import AT_ONCE, DIGEST, FRESH, LEASE, AddressRefused
from portal.kernel.outbox import Kind, OutboxItem, OutboxState
from portal.kernel.scope import PortalSession
from portal.people.models import ContactPoint

Sessions = Callable[[], PortalSession]
Clock = Callable[[], datetime]
FREE = or_(OutboxItem.leased_until.is_(None), OutboxItem.leased_until <= bindparam("now"))
DUE = (
    select(OutboxItem)
    .where(OutboxItem.state.in_([OutboxState.QUEUED, OutboxState.LEASED]), OutboxItem.due_at <= bindparam("now"), FREE)
    .order_by(
        case((OutboxItem.kind.in_(bindparam("urgent", expanding=True)), 0), else_=1), OutboxItem.due_at, OutboxItem.id
    )
    .limit(bindparam("at_most", type_=Integer))
    .with_for_update(skip_locked=True)
)
# in the order of people, so that two workers who gather daily mails never wait for each other
ROWS = (
    select(OutboxItem)
    .where(OutboxItem.id.in_(bindparam("ids", expanding=True)))
    .order_by(OutboxItem.person_id, OutboxItem.due_at, OutboxItem.id)
)
MARK = (
    update(OutboxItem)
    .where(OutboxItem.id.in_(bindparam("ids", expanding=True)))
    .values(leased_until=None)
    .execution_options(synchronize_session=False)  # every one is the first statement of its own short transaction
)
POINT = select(ContactPoint).where(
    ContactPoint.adult_id == bindparam("adult_id"),
    ContactPoint.kind == bindparam("kind"),
    ContactPoint.value == bindparam("value"),
)


@dataclass(frozen=True, slots=True)
class Lease:
    """That somebody has a message in hand until a moment; the moment is also the proof that it is still this lease."""

    item_id: uuid.UUID
    until: datetime


@dataclass(frozen=True, slots=True)
class PostOffice:
    """What sending needs, whoever does it: the database, the way out, how each kind is made, and what time it is.
    `settling`: sessions for writing down what has left, if others suit that better."""

    sessions: Sessions
    sender: Sender
    kinds: Mapping[str, Kind]
    clock: Clock
    settling: Sessions | None = None


def send_due(sessions: Sessions, sender: Sender, kinds: Mapping[str, Kind], *, now: datetime) -> int:
    """Sends what is due at this moment here and now, the oldest first; returns how many it took in hand."""
    leases = lease(sessions, kinds, now=now)
    deliver(PostOffice(sessions, sender, kinds, lambda: now), leases)
    return len(leases)


def lease(sessions: Sessions, kinds: Mapping[str, Kind], *, now: datetime, at_most: int = AT_ONCE) -> list[Lease]:
    """Takes in hand what is due and nobody has, urgent messages first, then the oldest."""
    urgent = [name for name, kind in kinds.items() if kind.urgent]
    with sessions() as session:
        due = session.scalars(DUE, {"now": now, "urgent": urgent, "at_most": at_most}).all()
        for item in due:
            item.state, item.leased_until, item.sent_with = OutboxState.LEASED, now + LEASE, None
        session.commit()
        return [Lease(item.id, now + LEASE) for item in due]


def deliver(office: PostOffice, leases: Sequence[Lease]) -> None:
    """Sends them by one connection. One bad message holds up no other, and what meanwhile belongs to somebody else is
    left alone."""
    with office.sender.opened() as send:
        taken_at = office.clock()
        for parcel in _take(office, leases, taken_at):
            if office.clock() - taken_at <= FRESH:
                _send(office, send, parcel, office.clock())
                continue
            mine = [Lease(parcel.items[0], parcel.until)]  # a slow server: rights may have changed since
            for again in _take(office, mine, office.clock(), counts=False):
                _send(office, send, again, office.clock())


def _take(office: PostOffice, leases: Sequence[Lease], now: datetime, *, counts: bool = True) -> list[Parcel]:
    """What to send of it, made ready; what fails is found by taking each alone, and tried again later."""
    try:
        return _taken(office, leases, now, counts)
    except Exception as trouble:
        if len(leases) == 1:
            _put_back(office, leases[0], trouble, now)
            return []
        return [parcel for each in leases for parcel in _take(office, [each], now, counts=counts)]


def _taken(office: PostOffice, leases: Sequence[Lease], now: datetime, counts: bool) -> list[Parcel]:
    until = {each.item_id: each.until for each in leases}
    with office.sessions() as session:
        packing = Packing(session, office.kinds, office.sender.channels, now, counts)
        parcels: list[Parcel] = []
        for item in session.scalars(ROWS, {"ids": list(until)}).all():
            is_mine = item.state == OutboxState.LEASED and item.leased_until == until[item.id]
            if is_mine and not any(item.id in parcel.items for parcel in parcels):
                parcels += filter(None, [packing.parcel(item)])
        session.commit()
        return parcels


def _send(office: PostOffice, send: Send, parcel: Parcel, now: datetime) -> None:
    """Sends to one address of the adult after the other, until one of them takes it."""
    tried: set[tuple[str, str]] = set()
    while parcel.address not in tried:
        tried.add(parcel.address)
        try:
            send(parcel.message)
        except AddressRefused:
            parcel = _next_address(office, parcel, now)
        except Exception as trouble:
            return _postpone(office, parcel, trouble, now)
        else:
            return _settle(office, parcel, now)
    return _give_up(office, parcel)


def _next_address(office: PostOffice, parcel: Parcel, now: datetime) -> Parcel:
    """Writes down that nobody is at this address, and makes the message ready for the next good one."""
    with office.sessions() as session:
        for point in _points(session, parcel):
            point.bounced_at = now
        session.flush()
        again = Packing(session, office.kinds, office.sender.channels, now).again(parcel)
        session.commit()
        return again


def _settle(office: PostOffice, parcel: Parcel, now: datetime) -> None:
    """The only thing between a message that has left and the next worker that would send it: one short write."""
    kind = office.kinds[parcel.kind]
    with (office.settling or office.sessions)() as session:
        _mark(session, parcel, OutboxState.SENT, sent_at=now, channel=parcel.message.channel, last_trouble="")
        if kind.sent is not None or parcel.kind == DIGEST:
            for item in session.scalars(ROWS, {"ids": parcel.items}).all():
                if follows := office.kinds[item.kind].sent:
                    follows(session, item, now)
        if kind.urgent:  # only these still try an address that refused before
            for point in _points(session, parcel):
                point.bounced_at = None
        session.commit()


def _give_up(office: PostOffice, parcel: Parcel) -> None:
    with office.sessions() as session:
        trouble = AddressRefused.__name__
        _mark(session, parcel, OutboxState.BOUNCED, channel=parcel.message.channel, last_trouble=trouble)
        session.commit()


def _mark(session: PortalSession, parcel: Parcel, state: OutboxState, **values: object) -> None:
    session.execute(MARK.values(state=state, **values), {"ids": parcel.items})


def _postpone(office: PostOffice, parcel: Parcel, trouble: Exception, now: datetime) -> None:
    with office.sessions() as session:
        for item in session.scalars(ROWS, {"ids": parcel.items}):
            put_off(item, trouble, now)
        session.commit()


def _put_back(office: PostOffice, taken: Lease, trouble: Exception, now: datetime) -> None:
    with office.sessions() as session:
        item = session.get_one(OutboxItem, taken.item_id)
        if item.state == OutboxState.LEASED and item.leased_until == taken.until:
            item.tries += 1
            put_off(item, trouble, now)
        session.commit()


def _points(session: PortalSession, parcel: Parcel) -> Sequence[ContactPoint]:
    channel, value = parcel.address
    return session.scalars(POINT, {"adult_id": parcel.person_id, "kind": channel, "value": value}).all()
