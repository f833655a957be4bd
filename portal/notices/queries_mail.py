"""The messages about notices: they say that something new is there and no more, and only while that is so."""

import uuid
from datetime import datetime
from functools import partial

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.kernel.outbox import Envelope, Kind, OutboxItem
from portal.notices.models import Notice, NoticeCopy
from portal.notices.rules import NoticeState, Reply, Told
from portal.people.rules import ContactKind
from portal.profiles.queries_mail import news

# the answer stands on every copy of an adult; the place of a gathering on one of them
STANDING = (
    select(Notice.state, Notice.happens_at, NoticeCopy.reply)
    .join(NoticeCopy, NoticeCopy.notice_id == Notice.id)
    .where(
        Notice.id == bindparam("notice_id"),
        NoticeCopy.adult_id == bindparam("adult_id"),
        NoticeCopy.pupil_id == bindparam("pupil_id"),
    )
)


def kinds(*, base_url: str, reachable: frozenset[ContactKind]) -> dict[str, Kind]:
    """How each message of this feature is made; what it says stands in the portal alone."""
    told = Kind(partial(_told, base_url=base_url, reachable=reachable))
    return {kind.value: told for kind in Told}


def _told(
    session: Session, item: OutboxItem, now: datetime, *, base_url: str, reachable: frozenset[ContactKind]
) -> Envelope | None:
    asked = {"adult_id": item.person_id, "pupil_id": item.about_pupil_id}
    row = session.execute(STANDING, {**asked, "notice_id": uuid.UUID(item.facts["notice_id"])}).first()
    if row is None or not still_true(Told(item.kind), row.state, row.reply, row.happens_at, now):
        return None
    return news(session, item, now, base_url=base_url, reachable=reachable)


def still_true(kind: Told, state: NoticeState, reply: Reply, happens_at: datetime | None, now: datetime) -> bool:
    """Whether a message may still be told: the reminders until there is an answer, tomorrow's only to those who
    come."""
    match kind:
        case Told.TAKEN_BACK:
            return state == NoticeState.TAKEN_BACK
        case Told.REMINDER:
            return state == NoticeState.SENT and reply == Reply.NONE
        case Told.TOMORROW:
            return state == NoticeState.SENT and reply == Reply.COME and happens_at is not None and happens_at > now
    return state == NoticeState.SENT
