"""Somebody says how they would like to hear of news, or that they would rather not."""

import uuid
from dataclasses import asdict, replace
from datetime import datetime

from portal.accounts.models import MessageWishes
from portal.accounts.queries_wishes import wishes_of
from portal.accounts.rules_wishes import Wishes
from portal.kernel import audit
from portal.kernel.outbox import Channel
from portal.kernel.scope import PortalSession


def keep_wishes(session: PortalSession, wishes: Wishes, *, person_id: uuid.UUID, now: datetime) -> None:
    """Keeps what this person wants from now on; it holds for what waits already."""
    session.merge(MessageWishes(adult_id=person_id, **asdict(wishes)))
    audit.record(session, "changed how news reaches them", now=now, actor_id=person_id, subject_id=person_id)
    session.flush()


def stop_messages(session: PortalSession, *, person_id: uuid.UUID, now: datetime) -> None:
    """From now on nothing leaves for this person but codes: news waits in the portal."""
    wanted = wishes_of(session, person_id)
    keep_wishes(session, replace(wanted, channel=Channel.NONE, digest=False), person_id=person_id, now=now)
