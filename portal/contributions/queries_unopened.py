"""What children told and nobody opened in time: that it is there, for whoever was told so and can open it instead."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import String, bindparam, cast, func, literal, select

from portal.contributions.models_standing import DisclosureStanding as Standing
from portal.contributions.queries_tell import WORKS_TODAY
from portal.contributions.rules_tell import LEADS, READ_WITHIN, TOLD_UNOPENED, read_by
from portal.kernel.audit import AuditEvent
from portal.kernel.clock import LONDON
from portal.kernel.outbox import OutboxItem
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.people.models import Person, StaffRole
from portal.reviews.queries_calendar import calendar_between

OPENED_INSTEAD = "opened what a child told somebody else"
SHOWN = 20
UNOPENED = (
    select(Standing.id, Standing.school_id, Standing.one_adult_id, Standing.said_at)
    .where(Standing.seen_at.is_(None), Standing.said_at <= bindparam("before"))
    .order_by(Standing.said_at, Standing.id)
)
# one database writes an id with dashes and the other without
_ID: Any = func.replace(cast(Standing.id, String), "-", "")
TOLD_SO = (
    select(OutboxItem.id)
    .where(OutboxItem.event_key == literal(f"{TOLD_UNOPENED}:") + _ID + literal(":") + bindparam("my_id", type_=String))
    .exists()
)
CAN_BE_OPENED = (
    Standing.seen_at.is_(None),
    Standing.school_id == bindparam("my_school"),  # whoever has gone on to another school was told so too
    Standing.one_adult_id != bindparam("me"),
    TOLD_SO,
)
BY_OTHERS = (
    select(Standing.id, Standing.said_at, Person.known_as, Person.full_name)
    .join(Person, Person.id == Standing.one_adult_id)
    .where(*CAN_BE_OPENED)
    .order_by(Standing.said_at, Standing.id)
)
WHO_ELSE = (
    select(StaffRole.school_id, StaffRole.person_id)
    .where(StaffRole.role.in_(LEADS), WORKS_TODAY)
    .order_by(StaffRole.school_id, StaffRole.person_id)
)
TAKEN = (
    select(Person.known_as, Person.full_name, AuditEvent.at)
    .select_from(AuditEvent)
    .join(Person, Person.id == AuditEvent.actor_id)
    .where(AuditEvent.action == OPENED_INSTEAD, AuditEvent.subject_id == bindparam("me"))
    .order_by(AuditEvent.at.desc(), AuditEvent.id)
    .limit(SHOWN)
)


@dataclass(frozen=True, slots=True)
class Overdue:
    """Something that a child told an adult, who has not opened it within an hour of school."""

    told_id: uuid.UUID
    school_id: uuid.UUID
    adult_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class Unopened:
    """The same for whoever can open it instead: whom it was told, and when."""

    told_id: uuid.UUID
    adult: str
    said_at: datetime


@dataclass(frozen=True, slots=True)
class OpenedInstead:
    """Something that a child told the viewer, and who opened it in their place."""

    name: str
    at: datetime


def overdue(session: PortalSession, *, now: datetime) -> list[Overdue]:
    """At every school, the oldest first; for the portal's own scope."""
    calendars: dict[uuid.UUID, Any] = {}
    late = []
    for told_id, school_id, adult_id, said_at in session.execute(UNOPENED, {"before": now - READ_WITHIN}).all():
        if school_id not in calendars:
            first, last = (moment.astimezone(LONDON).date() for moment in (said_at, now))
            calendars[school_id] = calendar_between(session, school_id, first, last)
        if read_by(calendars[school_id], said_at) <= now:
            late.append(Overdue(told_id, school_id, adult_id))
    return late


def unopened(session: PortalSession, *, viewer: Actor) -> list[Unopened]:
    """What the viewer was told that nobody has opened, and can open instead; one statement."""
    if not viewer.has(*LEADS):
        return []
    rows = session.execute(BY_OTHERS, who_asks(viewer))
    return [Unopened(row.id, row.known_as or row.full_name, row.said_at) for row in rows]


def who_asks(viewer: Actor) -> dict[str, object]:
    """The viewer, for CAN_BE_OPENED."""
    return {"me": viewer.person_id, "my_id": str(viewer.person_id), "my_school": viewer.school_id}


def opened_instead(session: PortalSession, *, viewer: Actor) -> list[OpenedInstead]:
    """What others opened in the viewer's place, the newest first."""
    rows = session.execute(TAKEN, {"me": viewer.person_id})
    return [OpenedInstead(row.known_as or row.full_name, row.at) for row in rows]


def who_else(session: PortalSession, *, today: date) -> dict[uuid.UUID, list[uuid.UUID]]:
    """By school those who can be its named adult."""
    found: dict[uuid.UUID, list[uuid.UUID]] = {}
    for school_id, person_id in session.execute(WHO_ELSE, {"today": today}):
        found.setdefault(school_id, []).append(person_id)
    return found
