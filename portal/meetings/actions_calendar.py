"""A private calendar address is made, made anew, and stopped; only its hash is kept, so it is shown once."""

from datetime import datetime

from sqlalchemy import select

from portal.accounts.rules import fast_hash, token
from portal.kernel import audit
from portal.kernel.scope import PortalSession
from portal.meetings.models import CalendarFeed
from portal.people.actor import Actor


def make_feed(session: PortalSession, *, actor: Actor, now: datetime) -> str:
    """A new secret of 256 bits for the actor in this capacity; earlier ones stop working."""
    _stop_all(session, actor, now)
    secret = token()
    session.add(
        CalendarFeed(
            person_id=actor.person_id, audience=actor.audience.value, token_hash=fast_hash(secret), made_at=now
        )
    )
    _record(session, "made a calendar address", actor, now)
    return secret


def stop_feed(session: PortalSession, *, actor: Actor, now: datetime) -> None:
    """From the next read on the address leads nowhere."""
    _stop_all(session, actor, now)
    _record(session, "stopped a calendar address", actor, now)


def _stop_all(session: PortalSession, actor: Actor, now: datetime) -> None:
    live = select(CalendarFeed).where(
        CalendarFeed.person_id == actor.person_id,
        CalendarFeed.audience == actor.audience.value,
        CalendarFeed.revoked_at.is_(None),
    )
    for feed in session.scalars(live.order_by(CalendarFeed.id)):
        feed.revoked_at = now


def _record(session: PortalSession, action: str, actor: Actor, now: datetime) -> None:
    audit.record(
        session,
        action,
        now=now,
        actor_id=actor.person_id,
        school_id=actor.school_id,
        subject_id=actor.person_id,
        audience=actor.audience.value,
    )
    session.flush()
