"""The one thing a family does to a plan: it says that it has read what it was told."""

import uuid
from datetime import datetime

from sqlalchemy import select

from portal.kernel import audit
from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.profiles.models_register import RegisterWord
from portal.profiles.queries_family import ChildPage


def say_read(session: PortalSession, *, actor: Actor, pupil_id: uuid.UUID, event_id: uuid.UUID, now: datetime) -> None:
    """Notes that this adult has read about the register; saying it twice changes nothing. Raises NotFound."""
    word = session.scalars(
        select(RegisterWord).where(
            RegisterWord.pupil_id == pupil_id,
            RegisterWord.event_id == event_id,
            RegisterWord.adult_id == actor.person_id,
        )
    ).first()
    if word is None:
        raise NotFound
    if word.read_at is None:
        word.read_at = now
        audit.record(
            session,
            "register news read",
            now=now,
            actor_id=actor.person_id,
            school_id=word.school_id,
            subject_id=event_id,
            pupil_id=pupil_id,
        )
    session.flush()


def note_copy(session: PortalSession, *, actor: Actor, page: ChildPage, now: datetime) -> None:
    """Notes that somebody took a copy of the plan away."""
    audit.record(
        session,
        "copy taken",
        now=now,
        actor_id=actor.person_id,
        school_id=page.school_id,
        pupil_id=page.pupil_id,
        version=page.version_number,
    )
