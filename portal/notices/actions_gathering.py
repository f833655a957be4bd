"""Places at a gathering: whoever comes takes one of their own, so that no more come than there is room for; and whoever
may not read about the child any more gives theirs back."""

from datetime import datetime, time

from sqlalchemy import Date, and_, bindparam, not_, select
from sqlalchemy.exc import IntegrityError

from portal.kernel import audit
from portal.kernel.clock import LONDON
from portal.kernel.db import renamed
from portal.kernel.errors import Conflict
from portal.kernel.outbox import Posting, post_all
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_
from portal.meetings.rules import instant
from portal.notices.models import Notice, NoticeCopy
from portal.notices.rules import NoticeState, Reply, Told
from portal.people.models import Pupil
from portal.profiles.queries_mail import may_read
from portal.reviews.queries_calendar import calendar_of

REMIND_AT = time(16)
COPY = NoticeCopy.__table__.c
# numbers only: a family's session does not see the copies of others, so the table is asked and not the class
TAKEN = (
    select(Notice.id, COPY.place)
    .join(NoticeCopy.__table__, and_(COPY.notice_id == Notice.id, COPY.place.is_not(None)))
    .where(Notice.id == bindparam("notice_id"))
)
# who said that they come to something that is still ahead, and has lost the right to know of it
LOST = (
    select(NoticeCopy)
    .join(Notice, Notice.id == NoticeCopy.notice_id)
    .join(Pupil, Pupil.id == NoticeCopy.pupil_id)
    .where(
        Notice.state == NoticeState.SENT,
        Notice.happens_at > bindparam("now"),
        NoticeCopy.reply == Reply.COME,
        not_(may_read(NoticeCopy.adult_id, bindparam("today", type_=Date()))),
    )
    .order_by(NoticeCopy.notice_id, NoticeCopy.id)
)


class NoPlaceLeft(Conflict):
    """Others were faster."""

    message = N_("All places are taken now.")


TAKEN_TWICE = {"uq_a_place_is_taken_once": NoPlaceLeft(), "notice_copy.notice_id, notice_copy.place": NoPlaceLeft()}


def come(session: PortalSession, notice: Notice, copy: NoticeCopy, *, now: datetime) -> None:
    """They come: writes the answer, takes a place where places are numbered, and posts the reminder for the school
    day before. Said twice is once. Raises NoPlaceLeft; another place may be free again when that is said anew."""
    if notice.places is not None and copy.place is None:
        # one after the other, so that each finds a place while there is one; that none is taken twice is the key's work
        held = select(Notice.id).where(Notice.id == notice.id).with_for_update(key_share=True, of=Notice)
        session.execute(held).all()
        mine = select(NoticeCopy).where(NoticeCopy.id == copy.id)
        copy = session.scalars(mine.execution_options(populate_existing=True)).one()
    if notice.places is not None and copy.place is None:
        taken = {row.place for row in session.execute(TAKEN, {"notice_id": notice.id})}
        copy.place = next((place for place in range(1, notice.places + 1) if place not in taken), None)
        if copy.place is None:
            raise NoPlaceLeft
    if copy.reply != Reply.COME:
        copy.reply, copy.replied_at = Reply.COME, now
    try:
        session.flush()
    except IntegrityError as error:
        raise renamed(error, TAKEN_TWICE) from None
    _remind(session, notice, copy, now)


def stay_away(copy: NoticeCopy, reply: Reply, *, now: datetime) -> None:
    """Any other answer: it frees the place, and the reminder will not leave."""
    copy.reply, copy.replied_at, copy.place = reply, now, None


def free_places(session: PortalSession, *, now: datetime) -> int:
    """Whoever lost access does not count as coming; how many of their copies that were. Of an adult who still comes
    with another child that child's copy keeps the place. For the portal's own scope."""
    lost = session.scalars(LOST, {"now": now, "today": now.astimezone(LONDON).date()}).all()
    for copy in lost:
        place = copy.place
        stay_away(copy, Reply.NONE, now=now)
        session.flush()  # the place is free before somebody else has it
        comes = NoticeCopy.adult_id == copy.adult_id, NoticeCopy.reply == Reply.COME
        other = session.scalars(
            select(NoticeCopy)
            .where(NoticeCopy.notice_id == copy.notice_id, *comes, NoticeCopy.id.not_in([each.id for each in lost]))
            .order_by(NoticeCopy.made_at, NoticeCopy.id)
        ).first()
        if other is not None and place is not None:
            other.place = place
        audit.record(
            session, "does not count as coming any more", now=now, actor_id=None,
            school_id=copy.school_id, pupil_id=copy.pupil_id, subject_id=copy.id,
        )  # fmt: skip
    return len(lost)


def _remind(session: PortalSession, notice: Notice, copy: NoticeCopy, now: datetime) -> None:
    if notice.happens_at is None or copy.adult_id is None:
        return
    day = notice.happens_at.astimezone(LONDON).date()
    due_at = instant(calendar_of(session, notice.school_id, day).school_days_before(day, 1), REMIND_AT)
    if due_at <= now:
        return
    posting = Posting(
        kind=Told.TOMORROW.value,
        event_key=str(notice.id),
        person_id=copy.adult_id,
        pupil_id=copy.pupil_id,
        due_at=due_at,
        facts={"notice_id": str(notice.id)},
    )
    post_all(session, [posting], now=now)
