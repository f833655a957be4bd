"""A notice goes out now or at a time, is called off, taken back, or reminded of. All of it only plans: the worker makes
the copies and messages, so that the answer costs the same for ten families and for five thousand."""

import uuid
from datetime import datetime, timedelta

from portal.kernel.clock import LONDON
from portal.kernel.errors import Conflict, Invalid, StaleVersion
from portal.kernel.scope import PortalSession
from portal.kernel.text import one_line
from portal.kernel.words import N_
from portal.notices.actions_write import held_notice, note
from portal.notices.models import Notice
from portal.notices.queries_audience import families, may_write_to
from portal.notices.queries_notices import writer_of
from portal.notices.queries_telling import how_many, of_reminder
from portal.notices.rules import Asks, NoticeState, Trouble
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
    """From now on families read only that it was taken back, and why. The worker tells whoever had opened or answered
    it. Raises Invalid at `why`, Conflict when it was never sent, NotFound."""
    notice = held_notice(session, actor, notice_id)
    if notice.state == NoticeState.TAKEN_BACK:
        return
    if notice.state != NoticeState.SENT:
        raise Conflict(N_("This notice was not sent yet."))
    reason = one_line(why)
    if not reason:
        raise Invalid(N_("Say why."), field="why")
    notice.state, notice.taken_back_at, notice.taken_back_why = NoticeState.TAKEN_BACK, now, reason
    notice.done_at = None
    note(session, "notice taken back", actor, notice, now)


def remind(session: PortalSession, *, actor: Actor, notice_id: uuid.UUID, now: datetime) -> int:
    """Has the worker remind whoever has not answered, once a day at most; how many that are. A class teacher reminds
    the families of the own children. Raises Conflict when there is nothing to answer, NotFound."""
    notice, today = held_notice(session, actor, notice_id), now.astimezone(LONDON).date()
    over = (notice.answer_by and notice.answer_by < today) or (notice.happens_at and notice.happens_at <= now)
    if notice.state != NoticeState.SENT or notice.asks == Asks.NOTHING or over:
        raise Conflict(N_("Nobody can answer this any more."))
    waiting = how_many(session, of_reminder(notice.id, now)) if notice.done_at else 0
    if waiting and notice.sent_at:
        after = max(now, notice.sent_at + timedelta(seconds=1))  # the worker's clock may be ahead of this one
        notice.send_at, notice.sent_by, notice.done_at = after, actor.person_id, None
        note(session, "notice reminded", actor, notice, now, told=waiting)
    return waiting
