"""That figures left the portal as a file is written down."""

from datetime import datetime

from portal.kernel import audit
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor


def note_export(session: PortalSession, *, actor: Actor, year: int, now: datetime) -> None:
    """The record of who took the figures of which school year away."""
    audit.record(session, "figures exported", now=now, actor_id=actor.person_id, school_id=actor.school_id, year=year)
    session.flush()
