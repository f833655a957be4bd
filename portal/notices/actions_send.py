"""A notice goes out: now or at a time, or is called back from its plan; the worker makes the copies."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select

from portal.kernel.clock import LONDON
from portal.kernel.errors import Conflict, Invalid, StaleVersion
from portal.kernel.outbox import Posting, post_all
from portal.kernel.scope import PortalSession
from portal.kernel.text import one_line
from portal.kernel.words import N_
from portal.notices.actions_write import held_notice, note
from portal.notices.models import Notice, NoticeCopy
from portal.notices.queries_audience import families, may_write_to
from portal.notices.queries_notices import writer_of
from portal.notices.rules import Asks, NoticeState, Reply, Told, Trouble
from portal.notices.rules_audience import audience_of
from portal.people.actor import Actor

LATEST = timedelta(days=366)


class NotComplete(Conflict):
    """A step is missing."""

    message = N_("Something is missing. Write the title and the text, and choose the families.")


class Nobody(Conflict):
    """Nobody would read it."""

    message = N_("Nobody would get this. No adult of these children may read in the portal.")


class OnItsWay(Conflict):
    """Too late to change the plan."""

    message = N_("This notice has been sent. You can take it back.")


def send(
    session: PortalSession,
    *,
    actor: Actor,
    notice_id: uuid.UUID,
    version: int,
    now: datetime,
    send_at: datetime | None = None,
) -> None:
    """Plans a draft for a time, or for this moment; the worker sends it then. Sent twice is once. Raises NotComplete,
    Nobody, Invalid at `day`, StaleVersion when the draft was changed since the reader looked, NotFound."""
    notice, writer, today = held_notice(session, actor, notice_id), writer_of(actor), now.astimezone(LONDON).date()
    if notice.state != NoticeState.DRAFT:
        return
    if notice.version != version:
        raise StaleVersion
    audience = audience_of(notice.audience)
    if not notice.title or not notice.words or audience is None:
        raise NotComplete
    leaves = send_at or now
    if leaves < now or leaves > now + LATEST:
        raise Invalid(N_("Choose a time that is still to come."), field="day")
    _check_days(notice, leaves)
    if not may_write_to(session, audience, writer, today):
        raise Invalid(N_("You can write to the families of your own classes."))
    if not families(session, audience, writer, today).adults:
        raise Nobody
    notice.state, notice.send_at, notice.sent_by = NoticeState.SCHEDULED, leaves, actor.person_id
    notice.trouble = Trouble.NONE
    note(session, "notice planned", actor, notice, now, at_once=send_at is None)


def _check_days(notice: Notice, leaves: datetime) -> None:
    if notice.answer_by and notice.answer_by < leaves.astimezone(LONDON).date():
        raise Conflict(N_("The last day to answer is before the notice leaves. Change one of them."))
    if notice.happens_at and notice.happens_at <= leaves:
        raise Conflict(N_("The gathering is before the notice leaves. Change one of them."))


def cancel(session: PortalSession, *, actor: Actor, notice_id: uuid.UUID, now: datetime) -> None:
    """A planned notice is a draft again. Raises OnItsWay, NotFound."""
    notice = held_notice(session, actor, notice_id)
    if notice.state == NoticeState.DRAFT:
        return
    if notice.state != NoticeState.SCHEDULED:
        raise OnItsWay
    notice.state, notice.send_at, notice.sent_by = NoticeState.DRAFT, None, None
    note(session, "notice plan cancelled", actor, notice, now)


def take_back(session: PortalSession, *, actor: Actor, notice_id: uuid.UUID, why: str, now: datetime) -> None:
    """From now on families read only that it was taken back, and why. Whoever had opened or answered it is told.
    Raises Invalid at `why`, Conflict when it was never sent, NotFound."""
    notice = held_notice(session, actor, notice_id)
    if notice.state == NoticeState.TAKEN_BACK:
        return
    if notice.state != NoticeState.SENT:
        raise Conflict(N_("This notice was not sent yet."))
    reason = one_line(why)
    if not reason:
        raise Invalid(N_("Say why."), field="why")
    notice.state, notice.taken_back_at, notice.taken_back_why = NoticeState.TAKEN_BACK, now, reason
    session.flush()
    knew = or_(NoticeCopy.opened_at.is_not(None), NoticeCopy.reply != Reply.NONE)
    told = _tell(session, Told.TAKEN_BACK, notice, str(notice.id), now, knew)
    note(session, "notice taken back", actor, notice, now, told=told)


def remind(session: PortalSession, *, actor: Actor, notice_id: uuid.UUID, now: datetime) -> int:
    """Reminds whoever has not answered, once a day at most; how many are newly reminded. A class teacher reminds the
    families of the own children. Raises Conflict when there is nothing to answer, NotFound."""
    notice, today = held_notice(session, actor, notice_id), now.astimezone(LONDON).date()
    over = (notice.answer_by and notice.answer_by < today) or (notice.happens_at and notice.happens_at <= now)
    if notice.state != NoticeState.SENT or notice.asks == Asks.NOTHING or over:
        raise Conflict(N_("Nobody can answer this any more."))
    told = _tell(
        session, Told.REMINDER, notice, f"{notice.id}:{today.isoformat()}", now, NoticeCopy.reply == Reply.NONE
    )
    note(session, "notice reminded", actor, notice, now, told=told)
    return told


def _tell(session: PortalSession, kind: Told, notice: Notice, event_key: str, now: datetime, *who: Any) -> int:
    copies = select(NoticeCopy.adult_id, NoticeCopy.pupil_id).where(NoticeCopy.notice_id == notice.id, *who)
    facts = {"notice_id": str(notice.id)}
    postings = [
        Posting(kind=kind.value, event_key=event_key, person_id=adult_id, pupil_id=pupil_id, facts=facts)
        for adult_id, pupil_id in session.execute(copies.order_by(NoticeCopy.adult_id, NoticeCopy.id))
        if adult_id is not None
    ]
    return post_all(session, postings, now=now)
