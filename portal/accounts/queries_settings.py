"""What somebody may set for themselves: languages, and their own addresses only."""

import uuid
from dataclasses import dataclass

from sqlalchemy import select

from portal.accounts.rules import as_written
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.people.models import ContactPoint, Person
from portal.people.rules import ContactKind


@dataclass(frozen=True, slots=True)
class OwnAddress:
    """One address or number of the reader, as one writes it."""

    point_id: uuid.UUID
    kind: ContactKind
    value: str
    wanted: bool


@dataclass(frozen=True, slots=True)
class OwnSettings:
    """The reader's settings; languages are tags."""

    language: str
    spoken_language: str
    interpreter_needed: bool
    easy_read: bool
    addresses: tuple[OwnAddress, ...]


def own_settings(session: PortalSession, *, viewer: Actor) -> OwnSettings:
    """The settings page of the viewer."""
    person = session.execute(
        select(Person.language, Person.spoken_language, Person.interpreter_needed, Person.easy_read).where(
            Person.id == viewer.person_id
        )
    ).one()
    points = session.execute(
        select(ContactPoint.id, ContactPoint.kind, ContactPoint.value, ContactPoint.wanted)
        .where(ContactPoint.adult_id == viewer.person_id)
        .order_by(ContactPoint.kind, ContactPoint.value)
    )
    addresses = tuple(OwnAddress(row.id, row.kind, as_written(row.kind, row.value), row.wanted) for row in points)
    return OwnSettings(*person, addresses)
