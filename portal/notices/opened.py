"""Opening a page is reading, and yet kept: that a notice was opened, and when somebody saw the list of messages last.
Each in a short transaction of its own."""

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from portal.notices.models import MessagesSeen, NoticeCopy
from portal.people.actor import Actor
from portal.web.unit_of_work import aside


def remember_opened(copy_ids: Collection[uuid.UUID], *, now: datetime) -> None:
    """Notes that these copies were opened; only the first time counts."""
    with aside("a notice was opened") as session:
        session.execute(
            update(NoticeCopy).where(NoticeCopy.id.in_(copy_ids), NoticeCopy.opened_at.is_(None)).values(opened_at=now)
        )


def remember_list(actor: Actor, *, now: datetime) -> None:
    """Notes that the reader saw the list of messages; a new sitting moves the line from which messages are new."""
    try:
        with aside("the list of messages was opened") as session:
            mine = select(MessagesSeen).where(MessagesSeen.adult_id == actor.person_id)
            seen = session.scalars(mine.with_for_update()).first()
            if seen is None:
                session.add(MessagesSeen(adult_id=actor.person_id, sitting_id=actor.sitting_id, seen_at=now))
            elif seen.sitting_id == actor.sitting_id:
                seen.seen_at = now
            else:
                seen.before, seen.sitting_id, seen.seen_at = seen.seen_at, actor.sitting_id, now
    except IntegrityError:
        return  # the same reader in another window was faster
