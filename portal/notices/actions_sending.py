"""The worker's part: whose right to write has ended meanwhile sends nothing; else every adult gets one copy for each
child and one message, in batches that another worker can go on with after a crash. Reminders, and the word that a
notice was taken back, leave in the same way."""

import uuid
from collections.abc import Callable, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, or_, select

from portal.kernel import audit
from portal.kernel.clock import LONDON
from portal.kernel.outbox import Posting, post_all
from portal.kernel.scope import PortalSession
from portal.notices.models import Notice, NoticeCopy
from portal.notices.queries_audience import children_of, may_write_to, recipients
from portal.notices.queries_notices import OUT
from portal.notices.queries_telling import News, of_reminder, of_taking_back, untold
from portal.notices.rules import Audience, NoticeState, Told, Trouble, is_reminding
from portal.notices.rules_audience import Writer, audience_of
from portal.people.models import StaffRole

BATCH = 500  # copies in one transaction: others wait no longer than for so many rows
Sessions = Callable[[], PortalSession]


def send_notices(sessions: Sessions, *, now: datetime) -> int:
    """Sends every notice whose time has come, goes on with those that were begun, and tells what followed; how many
    batches it made."""
    with sessions() as session:
        waiting = session.scalars(select(Notice.id).where(_is_due(now)).order_by(Notice.send_at, Notice.id)).all()
    made = 0
    for notice_id in waiting:
        while _next_batch(sessions, notice_id, now):
            made += 1
    return made


def _is_due(now: datetime) -> ColumnElement[bool]:
    planned = and_(Notice.state == NoticeState.SCHEDULED, Notice.send_at <= now)
    return or_(planned, and_(Notice.state.in_(OUT), Notice.done_at.is_(None)))


def _next_batch(sessions: Sessions, notice_id: uuid.UUID, now: datetime) -> bool:
    """Makes the next copies or messages of a notice; whether there may be more."""
    with sessions() as session:
        wanted = select(Notice).where(Notice.id == notice_id, _is_due(now))
        notice = session.scalars(wanted.with_for_update(key_share=True, skip_locked=True, of=Notice)).first()
        if notice is None:
            return False
        more = _make(session, notice, now)
        session.commit()
        return more


def _make(session: PortalSession, notice: Notice, now: datetime) -> bool:
    if notice.state == NoticeState.TAKEN_BACK:
        return _tell(session, notice, of_taking_back(notice.id), now)
    if notice.state == NoticeState.SENT and is_reminding(notice.send_at, notice.sent_at):
        return _remind(session, notice, now)
    audience = audience_of(notice.audience)
    return audience is not None and _send(session, notice, audience, now)


def _send(session: PortalSession, notice: Notice, audience: Audience, now: datetime) -> bool:
    today = now.astimezone(LONDON).date()
    writer = writer_on(session, notice, today)
    begins = notice.state == NoticeState.SCHEDULED
    if begins and not may_write_to(session, audience, writer, today):
        return _withhold(session, notice, Trouble.NOT_ALLOWED, now)
    left = recipients(session, audience, writer, today, but_not_of=notice.id, most=BATCH + 1)
    if begins and not left:
        return _withhold(session, notice, Trouble.NOBODY, now)
    if begins:
        notice.state, notice.sent_at = NoticeState.SENT, now
        audit.record(
            session, "notice sent", now=now, actor_id=writer.person_id, school_id=notice.school_id, subject_id=notice.id
        )
    _copy(session, notice, left[:BATCH], now)
    if len(left) <= BATCH:
        notice.done_at = now
    return len(left) > BATCH


def writer_on(session: PortalSession, notice: Notice, today: date) -> Writer:
    """Whoever pressed the button, with the roles of this day."""
    person_id = notice.sent_by or notice.author_id
    roles = session.scalars(
        select(StaffRole.role).where(
            StaffRole.person_id == person_id,
            StaffRole.school_id == notice.school_id,
            StaffRole.starts_on <= today,
            or_(StaffRole.ends_on.is_(None), StaffRole.ends_on >= today),
        )
    )
    return Writer(notice.school_id, person_id, frozenset(roles))


def _withhold(session: PortalSession, notice: Notice, trouble: Trouble, now: datetime) -> bool:
    """The plan ends, the draft stays, and its page says why."""
    notice.state, notice.send_at, notice.trouble = NoticeState.DRAFT, None, trouble
    audit.record(
        session, "notice withheld", now=now, actor_id=None, school_id=notice.school_id, subject_id=notice.id,
        why=trouble.value,
    )  # fmt: skip
    return False


def _remind(session: PortalSession, notice: Notice, now: datetime) -> bool:
    """By the rights that whoever asked for it has now: a class teacher reminds the families of the own children."""
    today = now.astimezone(LONDON).date()
    writer = writer_on(session, notice, today)
    if not writer.circles:
        notice.done_at = now
        return False
    asked_at = notice.send_at or now
    return _tell(session, notice, of_reminder(notice.id, asked_at), now, *children_of(writer, today))


def _tell(session: PortalSession, notice: Notice, news: News, now: datetime, *who: ColumnElement[bool]) -> bool:
    left = session.execute(untold(news).where(*who).limit(BATCH + 1)).all()
    facts = {"notice_id": str(notice.id)}
    postings = [
        Posting(kind=news.kind.value, event_key=news.event_key, person_id=adult_id, pupil_id=pupil_id, facts=facts)
        for adult_id, pupil_id in left[:BATCH]
        if adult_id is not None
    ]
    post_all(session, postings, now=now)
    if len(left) <= BATCH:
        notice.done_at = now
    return len(left) > BATCH


def _copy(session: PortalSession, notice: Notice, to: Sequence[tuple[uuid.UUID, uuid.UUID]], now: datetime) -> None:
    session.add_all(
        NoticeCopy(school_id=notice.school_id, pupil_id=pupil_id, notice_id=notice.id, adult_id=adult_id, made_at=now)
        for adult_id, pupil_id in to
    )
    facts, first = {"notice_id": str(notice.id)}, dict(reversed(to))
    post_all(
        session,
        [
            Posting(
                kind=Told.NOTICE.value, event_key=str(notice.id), person_id=adult_id, pupil_id=pupil_id, facts=facts
            )
            for adult_id, pupil_id in first.items()
        ],
        now=now,
    )
