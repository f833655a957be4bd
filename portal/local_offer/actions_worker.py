"""The worker's part: feeds are read at night, and at once when somebody asked for it."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select

from portal.kernel.clock import LONDON
from portal.local_offer.actions_crawl import Sessions
from portal.local_offer.actions_import import fetch_feed
from portal.local_offer.fetching import Fetcher
from portal.local_offer.models import Feed

NIGHT = range(1, 6)  # hours in London
ONCE_A_NIGHT = timedelta(hours=12)
TOO_LONG_AGO = timedelta(hours=36)
LEASE = timedelta(hours=1)


def work_on_feeds(sessions: Sessions, fetcher: Fetcher, *, now: datetime) -> int:
    """Reads the feed that has waited longest, if any is due; how many it read: 0 or 1. It may take an hour, so it wants
    a thread of its own."""
    feed_id = _lease(sessions, now)
    if feed_id is None:
        return 0
    fetch_feed(sessions, fetcher, feed_id, now=now)
    return 1


def _lease(sessions: Sessions, now: datetime) -> uuid.UUID | None:
    at_night = now.astimezone(LONDON).hour in NIGHT
    due = now - (ONCE_A_NIGHT if at_night else TOO_LONG_AGO)
    with sessions() as session:
        feed = session.scalars(
            select(Feed)
            .where(
                Feed.url != "",
                or_(Feed.leased_until.is_(None), Feed.leased_until < now),
                or_(
                    Feed.wanted_at.is_not(None),
                    and_(Feed.stopped.is_(False), or_(Feed.last_fetched_at.is_(None), Feed.last_fetched_at < due)),
                ),
            )
            .order_by(Feed.wanted_at.is_(None), Feed.last_fetched_at.is_not(None), Feed.last_fetched_at, Feed.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()
        if feed is None:
            return None
        feed.leased_until = now + LEASE
        session.commit()
        return feed.id
