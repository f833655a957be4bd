"""Whom messages do not reach: who waits for a letter, and which addresses lead nowhere."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, bindparam, func, select

from portal.accounts.rules import as_written
from portal.kernel.outbox import OutboxItem, OutboxState
from portal.kernel.scope import PortalSession
from portal.people.models import ContactPoint, Person, Pupil, SchoolClass
from portal.profiles.queries_mail import may_read

UNREACHED = (OutboxState.TO_PRINT, OutboxState.BOUNCED, OutboxState.FAILED)
_STILL_OPEN = may_read(OutboxItem.person_id, bindparam("today", type_=Date()))
_ABOUT = OutboxItem.about_pupil_id == Pupil.id
_WAITS = (OutboxItem.state.in_(UNREACHED), _STILL_OPEN)
WAITING = (
    select(
        *(OutboxItem.id, OutboxItem.person_id, OutboxItem.state, OutboxItem.due_at),
        *(Person.full_name, Person.known_as, Person.language, SchoolClass.name.label("class_name")),
        *(Pupil.forename, Pupil.surname, Pupil.known_as.label("called")),
    )
    .select_from(Pupil)
    .join(OutboxItem, _ABOUT)
    .join(Person, Person.id == OutboxItem.person_id)
    .outerjoin(SchoolClass, SchoolClass.id == Pupil.class_id)
    .where(*_WAITS)
    .order_by(OutboxItem.due_at, OutboxItem.id)
)
HOW_MANY = (
    select(func.count(OutboxItem.person_id.distinct())).select_from(Pupil).join(OutboxItem, _ABOUT).where(*_WAITS)
)
LOST = (
    select(ContactPoint.id, ContactPoint.kind, ContactPoint.value, ContactPoint.bounced_at, Person.full_name)
    .join(Person, Person.id == ContactPoint.adult_id)
    .where(ContactPoint.bounced_at.is_not(None))
    .order_by(ContactPoint.bounced_at.desc(), ContactPoint.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One adult for whom news waits to be printed, because of which children, and why no message reached them."""

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
class LostAddress:
    """An address at which nobody is, and whose it was."""

    adult: str
    address: str
    since: datetime


def waiting(session: PortalSession, *, today: date) -> list[Waiting]:
    """The adults of the viewer's school who wait for a letter, by class and name; 1 statement."""
    found: dict[uuid.UUID, list[Any]] = {}
    for row in session.execute(WAITING, {"today": today}):
        found.setdefault(row.person_id, []).append(row)
    letters = [_waiting(rows) for rows in found.values()]
    return sorted(letters, key=lambda each: (each.class_name, each.name.casefold(), each.person_id))


def _waiting(rows: list[Any]) -> Waiting:
    first = rows[0]
    children = dict.fromkeys(f"{row.called or row.forename} {row.surname}" for row in rows)
    return Waiting(
        person_id=first.person_id,
        items=tuple(row.id for row in rows),
        name=first.full_name,
        called=first.known_as or first.full_name,
        language=first.language,
        class_name=min((row.class_name or "" for row in rows), default=""),
        children=tuple(children),
        since=first.due_at,
        reason=_worst(row.state for row in rows),
    )


def _worst(states: Iterable[OutboxState]) -> OutboxState:
    there = set(states)
    return next(state for state in (OutboxState.BOUNCED, OutboxState.FAILED, OutboxState.TO_PRINT) if state in there)


def how_many_wait(session: PortalSession, *, today: date) -> int:
    """How many adults wait for a letter; 1 statement."""
    return session.scalar(HOW_MANY, {"today": today}) or 0


def lost_addresses(session: PortalSession) -> list[LostAddress]:
    """The addresses of the school's adults that lead nowhere, the newest first; 1 statement."""
    return [
        LostAddress(row.full_name, as_written(row.kind, row.value), row.bounced_at) for row in session.execute(LOST)
    ]
