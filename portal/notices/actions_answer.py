"""What one reader does with a notice: opens it, and answers it with one tap, as often as they change their mind."""

import uuid
from datetime import datetime

from sqlalchemy import select

from portal.kernel import audit
from portal.kernel.errors import Conflict, NotFound
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_
from portal.notices.actions_gathering import come, stay_away
from portal.notices.models import Notice, NoticeCopy
from portal.notices.queries_family import READABLE
from portal.notices.rules import NoticeState, Reply
from portal.notices.rules_answers import Asked, check_reply
from portal.people.actor import Actor


class TakenBack(Conflict):
    """Nobody waits for an answer to it any more."""

    message = N_("School took this back")


def answer(session: PortalSession, *, actor: Actor, notice_id: uuid.UUID, reply: Reply, now: datetime) -> None:
    """Keeps the reader's answer on each of their copies; the same answer again changes nothing. Whoever comes with two
    children takes one place. Raises NotFound for whoever may not read the notice any more, TakenBack, TooLateToAnswer,
    NoPlaceLeft, Conflict."""
    mine = NoticeCopy.notice_id == notice_id, NoticeCopy.adult_id == actor.person_id
    copies = session.scalars(
        select(NoticeCopy).where(*mine).order_by(NoticeCopy.place.is_(None), NoticeCopy.made_at, NoticeCopy.id)
    ).all()
    notice = session.scalars(
        select(Notice)
        .where(Notice.id == notice_id, Notice.state.in_(READABLE))
        .where(Notice.id.in_([copy.notice_id for copy in copies]))
    ).first()
    if notice is None:
        raise NotFound
    if notice.state == NoticeState.TAKEN_BACK:
        raise TakenBack
    first = copies[0]
    asked = Asked(asks=notice.asks, reply=first.reply, answer_by=notice.answer_by, happens_at=notice.happens_at)
    check_reply(asked, reply, now)
    if all(copy.reply == reply for copy in copies):
        return
    if reply == Reply.COME:
        come(session, notice, first, now=now)
    for copy in copies:
        if copy.reply != reply:
            _keep(copy, reply, now)
    audit.record_about(session, "notice answered", first, actor_id=actor.person_id, now=now, reply=reply.value)


def _keep(copy: NoticeCopy, reply: Reply, now: datetime) -> None:
    if reply == Reply.COME:  # the place is with the first copy
        copy.reply, copy.replied_at = reply, now
    else:
        stay_away(copy, reply, now=now)
