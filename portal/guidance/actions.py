"""What a school may change about where it sends its families."""

from datetime import datetime

from portal.kernel import audit
from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.people.models import School


def change_links(session: PortalSession, *, actor: Actor, links: dict[str, str], now: datetime) -> None:
    """The school's addresses for families, by name: its policies, its SEN information report, groups of parents.
    Raises NotFound."""
    if actor.school_id is None:
        raise NotFound
    session.get_one(School, actor.school_id).links = links
    audit.record(session, "changed the school's links", now=now, actor_id=actor.person_id, school_id=actor.school_id)
