"""The messages that a date brings, and the one about changed access: looked at again before they leave."""

import uuid
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import partial

from sqlalchemy.orm import Session

from portal.kernel.clock import LONDON
from portal.kernel.outbox import Envelope, Kind, OutboxItem
from portal.meetings.rules import instant
from portal.notices.queries_due import passing_of, silent_reader
from portal.notices.rules_catalogue import RIGHTS, VIEWS, Due
from portal.people.rules import ACCESS_CHANGED, ContactKind
from portal.profiles.queries_mail import news

MIDDAY = time(12)


def kinds(*, base_url: str, reachable: frozenset[ContactKind]) -> dict[str, Kind]:
    """How each of these messages is made."""
    views = Kind(partial(_views, base_url=base_url, reachable=reachable))
    rights = Kind(partial(_rights, base_url=base_url, reachable=reachable))
    return {
        **{kind.value: views for kind in VIEWS},
        **{kind.value: rights for kind in RIGHTS},
        ACCESS_CHANGED: Kind(partial(news, base_url=base_url, reachable=reachable)),
    }


def _views(
    session: Session, item: OutboxItem, now: datetime, *, base_url: str, reachable: frozenset[ContactKind]
) -> Envelope | None:
    """Only while nothing was said and the meeting is still to come."""
    today = now.astimezone(LONDON).date()
    waiting = silent_reader(session, person_id=item.person_id, now=now, today=today)
    if uuid.UUID(item.facts["review_id"]) not in {one.review_id for one in waiting}:
        return None
    return news(session, item, now, base_url=base_url, reachable=reachable)


def _rights(
    session: Session, item: OutboxItem, now: datetime, *, base_url: str, reachable: frozenset[ContactKind]
) -> Envelope | None:
    """To whom it still concerns. On the day itself parents may not read any more, and that is what they are told:
    theirs are the rights of the eve, and a young person's those of the day, also while it is still to come."""
    today = now.astimezone(LONDON).date()
    found = passing_of(session, pupil_id=item.about_pupil_id, today=today) if item.about_pupil_id else []
    one = next((each for each in found if each.person_id == item.person_id), None)
    if one is None or one.on.isoformat() != item.facts["on"] or (one.on <= today) != (item.kind == Due.RIGHTS_NOW):
        return None
    day, eve = instant(one.on, MIDDAY), instant(one.on - timedelta(days=1), MIDDAY)
    moment = max(now, day) if one.own else min(now, eve)
    made = news(session, item, moment, base_url=base_url, reachable=reachable)
    return replace(made, values={**made.values, "own": "yes" if one.own else ""}) if made else None
