"""Whom messages do not reach: who waits for a letter, what was printed for them, and which addresses lead nowhere."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Date, bindparam, func, select

from portal.accounts.rules import as_written
from portal.delivery.rules import OWN_LETTER
from portal.kernel.outbox import Channel, OutboxItem, OutboxState
from portal.kernel.scope import PortalSession
from portal.people.models import ContactPoint, Person, Pupil, SchoolClass
from portal.people.rules_classes import class_order
from portal.profiles.queries_mail import may_read

UNREACHED = (OutboxState.TO_PRINT, OutboxState.BOUNCED, OutboxState.FAILED)
_STILL_OPEN = may_read(OutboxItem.person_id, bindparam("today", type_=Date()))
_ABOUT = OutboxItem.about_pupil_id == Pupil.id
_WAITS = (OutboxItem.state.in_(UNREACHED), OutboxItem.kind.not_in(OWN_LETTER), _STILL_OPEN)
PRINTED_SINCE = timedelta(days=14)
_WAS_PRINTED = (OutboxItem.state == OutboxState.SENT, OutboxItem.channel == Channel.LETTER.value, _STILL_OPEN)
LETTERS = (
    select(
        *(OutboxItem.id, OutboxItem.person_id, OutboxItem.state, OutboxItem.due_at),
        *(Person.full_name, Person.known_as, Person.language, SchoolClass.name.label("class_name")),
        *(Pupil.forename, Pupil.surname, Pupil.known_as.label("called")),
    )
    .select_from(Pupil)
    .join(OutboxItem, _ABOUT)
    .join(Person, Person.id == OutboxItem.person_id)
    .outerjoin(SchoolClass, SchoolClass.id == Pupil.class_id)
    .order_by(OutboxItem.due_at, OutboxItem.id)
)
WAITING = LETTERS.where(*_WAITS)
PRINTED_AT = LETTERS.where(*_WAS_PRINTED, OutboxItem.sent_at == bindparam("at"))
HOW_MANY = (
    select(func.count(OutboxItem.person_id.distinct())).select_from(Pupil).join(OutboxItem, _ABOUT).where(*_WAITS)
)
RUNS = (
    select(OutboxItem.sent_at, func.count(OutboxItem.person_id.distinct()).label("letters"))
    .select_from(Pupil)
    .join(OutboxItem, _ABOUT)
    .where(*_WAS_PRINTED, OutboxItem.sent_at >= bindparam("since"))
    .group_by(OutboxItem.sent_at)
    .order_by(OutboxItem.sent_at.desc())
)
LOST = (
    select(ContactPoint.id, ContactPoint.kind, ContactPoint.value, ContactPoint.bounced_at, Person.full_name)
    .join(Person, Person.id == ContactPoint.adult_id)
    .where(ContactPoint.bounced_at.is_not(None))
    .order_by(ContactPoint.bounced_at.desc(), ContactPoint.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One adult for whom news waits to be printed, because of which children, and why no message reached them; `reason`
    is SENT once it was printed."""

    person_id: uuid.UUID
    items: tuple[uuid.UUID, ...]
    name: str
    called: str
    language: str
    class_name: str
    children: tuple[str, ...]
    since: datetime
    reason: OutboxState


@dataclass(frozen=True, slots=True)
class Run:
    """Letters that were printed together, and for how many adults."""

    at: datetime
    letters: int


@dataclass(frozen=True, slots=True)
class LostAddress:
    """An address at which nobody is, and whose it was."""

    adult: str
    address: str
    since: datetime


def waiting(session: PortalSession, *, today: date) -> list[Waiting]:
    """The adults of the viewer's school who wait for a letter, by class and name; 1 statement."""
    return _letters(session.execute(WAITING, {"today": today}))


def printed_at(session: PortalSession, at: datetime, *, today: date) -> list[Waiting]:
    """The same for those whose letters were printed at a moment and who may still read; 1 statement."""
    return _letters(session.execute(PRINTED_AT, {"today": today, "at": at}))


def runs(session: PortalSession, *, now: datetime, today: date) -> list[Run]:
    """What was printed lately, the newest first; 1 statement."""
    rows = session.execute(RUNS, {"today": today, "since": now - PRINTED_SINCE})
    return [Run(row.sent_at, row.letters) for row in rows]


def _letters(rows: Iterable[Any]) -> list[Waiting]:
    found: dict[uuid.UUID, list[Any]] = {}
    for row in rows:
        found.setdefault(row.person_id, []).append(row)
    letters = [_waiting(theirs) for theirs in found.values()]
    return sorted(letters, key=lambda each: (class_order(each.class_name), each.name.casefold(), each.person_id))


def _waiting(rows: list[Any]) -> Waiting:
    first = rows[0]
    children = dict.fromkeys(f"{row.called or row.forename} {row.surname}" for row in rows)
    return Waiting(
        person_id=first.person_id,
        items=tuple(row.id for row in rows),
        name=first.full_name,
        called=first.known_as or first.full_name,
        language=first.language,
        class_name=min((row.class_name or "" for row in rows), key=class_order, default=""),
        children=tuple(children),
        since=first.due_at,
        reason=_worst(row.state for row in rows),
    )


def _worst(states: Iterable[OutboxState]) -> OutboxState:
    there = set(states)
    return next(state for state in (OutboxState.BOUNCED, OutboxState.FAILED, *there) if state in there)


def how_many_wait(session: PortalSession, *, today: date) -> int:
    """How many adults wait for a letter; 1 statement."""
    return session.scalar(HOW_MANY, {"today": today}) or 0


def lost_addresses(session: PortalSession) -> list[LostAddress]:
    """The addresses of the school's adults that lead nowhere, the newest first; 1 statement."""
    return [
        LostAddress(row.full_name, as_written(row.kind, row.value), row.bounced_at) for row in session.execute(LOST)
    ]
