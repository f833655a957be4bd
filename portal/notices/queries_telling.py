"""Who is still to hear what followed a notice: that school waits for an answer, or that the notice was taken back."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select

from portal.kernel.clock import LONDON
from portal.kernel.outbox import OutboxItem
from portal.kernel.scope import PortalSession
from portal.notices.models import NoticeCopy
from portal.notices.rules import Reply, Told


@dataclass(frozen=True, slots=True)
class News:
    """What is told about a notice, once for each `event_key`, and to the adults of which copies."""

    kind: Told
    notice_id: uuid.UUID
    event_key: str
    concerns: ColumnElement[bool]

    @property
    def posted(self) -> tuple[ColumnElement[bool], ...]:
        """What filters the messages that were posted already."""
        begins = f"{self.kind.value}:{self.event_key}:"
        return OutboxItem.kind == self.kind.value, OutboxItem.event_key.startswith(begins)


def of_reminder(notice_id: uuid.UUID, asked_at: datetime) -> News:
    """The reminder of a day, to whoever has not answered."""
    day = asked_at.astimezone(LONDON).date()
    return News(Told.REMINDER, notice_id, f"{notice_id}:{day.isoformat()}", NoticeCopy.reply == Reply.NONE)


def of_taking_back(notice_id: uuid.UUID) -> News:
    """That it was taken back, to whoever knew it."""
    knew = or_(NoticeCopy.opened_at.is_not(None), NoticeCopy.reply != Reply.NONE)
    return News(Told.TAKEN_BACK, notice_id, str(notice_id), knew)


def untold(news: News) -> Select[uuid.UUID | None, uuid.UUID]:
    """The adults, each with a child, for whom it was not posted yet; an adult with two children stands there twice."""
    posted = select(OutboxItem.id).where(OutboxItem.person_id == NoticeCopy.adult_id, *news.posted)
    return (
        select(NoticeCopy.adult_id, NoticeCopy.pupil_id)
        .where(NoticeCopy.notice_id == news.notice_id, news.concerns, ~posted.exists())
        .order_by(NoticeCopy.adult_id, NoticeCopy.id)
    )


def how_many(session: PortalSession, news: News) -> int:
    """How many adults of the reader's scope are still to hear it; 1 statement."""
    adults = untold(news).order_by(None).with_only_columns(func.count(NoticeCopy.adult_id.distinct()))
    return session.scalar(adults) or 0


def how_many_know(session: PortalSession, news: News) -> int:
    """For how many adults it was posted; 1 statement."""
    return session.scalar(select(func.count(OutboxItem.id)).where(*news.posted)) or 0
