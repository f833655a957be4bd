"""A notice is written step by step as a draft on the server; nothing is written over somebody else's words unseen."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.kernel import audit
from portal.kernel.clock import LONDON
from portal.kernel.db import renamed
from portal.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, StaleVersion
from portal.kernel.scope import PortalSession
from portal.kernel.text import many_lines, one_line
from portal.kernel.words import N_
from portal.meetings.rules import instant
from portal.notices.models import Notice, NoticeText
from portal.notices.queries_audience import may_write_to
from portal.notices.queries_notices import one_notice, writer_of
from portal.notices.rules import Asks, Audience, NoticeState
from portal.notices.rules_audience import check_audience, kept_as
from portal.notices.rules_words import LONGEST_WORDS, html_of
from portal.people.actor import Actor


class NoDraft(Conflict):
    """It was sent or planned meanwhile."""

    message = N_("This notice is no draft any more. It stays as it is.")


SOMEBODY_ELSES = {"pk_notice": NotFound(), "notice.id": NotFound()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What a notice asks and until when; and when it invites to a gathering: its day, from when to when, where, and how
    many places there are."""

    asks: Asks
    answer_by: date | None = None
    day: date | None = None
    starts: time | None = None
    ends: time | None = None
    place: str = ""
    places: int | None = None


def start(session: PortalSession, *, actor: Actor, notice_id: uuid.UUID, now: datetime) -> None:
    """An empty draft. `notice_id` is made with the button, so that pressing it twice is one draft. Raises NotFound for
    an id that is somebody else's, NotAllowed."""
    if not writer_of(actor).circles or actor.school_id is None:
        raise NotAllowed
    if session.scalars(select(Notice.id).where(Notice.id == notice_id)).first() is not None:
        held_draft(session, actor, notice_id)
        return
    made = {"author_id": actor.person_id, "changed_by": actor.person_id, "written_at": now}
    session.add(Notice(id=notice_id, school_id=actor.school_id, title="", **made))
    try:
        session.flush()
    except IntegrityError as error:
        raise renamed(error, SOMEBODY_ELSES) from None


def held_notice(session: PortalSession, actor: Actor, notice_id: uuid.UUID) -> Notice:
    """A notice that the actor may work on, locked until the transaction ends: the own ones, and for whoever writes for
    the whole school all that they read. Raises NotFound."""
    wanted = one_notice(actor, notice_id).with_for_update(key_share=True, of=Notice)
    notice: Notice | None = session.scalars(wanted.execution_options(populate_existing=True)).first()
    if notice is None or not (notice.author_id == actor.person_id or actor.sees_whole_school):
        raise NotFound
    return notice


def held_draft(session: PortalSession, actor: Actor, notice_id: uuid.UUID) -> Notice:
    """The same of a notice that is still a draft. Raises NotFound, NoDraft."""
    notice = held_notice(session, actor, notice_id)
    if notice.state != NoticeState.DRAFT:
        raise NoDraft
    return notice


def save_words(
    session: PortalSession,
    *,
    actor: Actor,
    notice_id: uuid.UUID,
    version: int,
    title: str,
    words: str,
    now: datetime,
) -> int:
    """Keeps title and text as typed, and the clean page that is made of them; returns the version then. Raises Invalid
    at `title` or `words`, StaleVersion, NoDraft, NotFound."""
    notice = held_draft(session, actor, notice_id)
    typed = many_lines(words, longest=LONGEST_WORDS)
    facts = {"title": one_line(title), "words": typed, "html": html_of(typed)}
    return _keep(session, actor, notice, version, facts, now)


def save_asking(
    session: PortalSession, *, actor: Actor, notice_id: uuid.UUID, version: int, asking: Asking, now: datetime
) -> int:
    """Keeps what the notice asks, and when and where a gathering is. Raises Invalid at the field that does not fit,
    StaleVersion, NoDraft, NotFound."""
    notice = held_draft(session, actor, notice_id)
    happens_at, ends_at = _span(asking)
    today = now.astimezone(LONDON).date()
    answer_by = asking.answer_by if asking.asks != Asks.NOTHING else None
    if answer_by and answer_by < today:
        raise Invalid(N_("This day is over."), field="answer_by")
    if happens_at and happens_at <= now:
        raise Invalid(N_("This day is over."), field="day")
    if answer_by and asking.day and answer_by > asking.day:
        raise Invalid(N_("The last day to answer must be before the gathering."), field="answer_by")
    facts = {"asks": asking.asks, "answer_by": answer_by, "happens_at": happens_at, "ends_at": ends_at}
    there = {"place": one_line(asking.place), "places": asking.places} if happens_at else {"place": "", "places": None}
    return _keep(session, actor, notice, version, facts | there, now)


def _span(asking: Asking) -> tuple[datetime | None, datetime | None]:
    if asking.day is None:
        if asking.starts or asking.place or asking.places:
            raise Invalid(N_("Write the day."), field="day")
        return None, None
    if asking.starts is None:
        raise Invalid(N_("Write the time."), field="starts")
    if asking.ends and asking.ends <= asking.starts:
        raise Invalid(N_("The end must be after the start."), field="ends")
    ends_at = _moment(asking.day, asking.ends, "ends") if asking.ends else None
    return _moment(asking.day, asking.starts, "starts"), ends_at


def _moment(day: date, at: time, field: str) -> datetime:
    try:
        return instant(day, at)
    except Invalid as error:
        raise Invalid(error.message, field=field) from None


def save_audience(
    session: PortalSession, *, actor: Actor, notice_id: uuid.UUID, version: int, audience: Audience, now: datetime
) -> int:
    """Keeps whom the notice is for. Raises Invalid for families that are not this writer's, StaleVersion, NoDraft,
    NotFound."""
    notice, writer = held_draft(session, actor, notice_id), writer_of(actor)
    check_audience(audience, writer)
    if not may_write_to(session, audience, writer, now.astimezone(LONDON).date()):
        raise Invalid(N_("You can write to the families of your own classes."), field="circle")
    return _keep(session, actor, notice, version, {"audience": kept_as(audience)}, now)


def remove(session: PortalSession, *, actor: Actor, notice_id: uuid.UUID, version: int, now: datetime) -> None:
    """Throws a draft away. Raises StaleVersion when it has other words than the reader saw, NoDraft, NotFound."""
    notice = held_draft(session, actor, notice_id)
    if notice.version != version:
        raise StaleVersion
    for text in session.scalars(select(NoticeText).where(NoticeText.notice_id == notice_id)):
        session.delete(text)
    session.flush()
    session.delete(notice)
    note(session, "notice removed", actor, notice, now)


def _keep(
    session: PortalSession, actor: Actor, notice: Notice, version: int, facts: dict[str, Any], now: datetime
) -> int:
    if all(getattr(notice, name) == value for name, value in facts.items()):
        return notice.version
    if notice.version != version:
        raise StaleVersion
    for name, value in facts.items():
        setattr(notice, name, value)
    notice.changed_by, notice.written_at = actor.person_id, now
    session.flush()
    return notice.version


def note(session: PortalSession, what: str, actor: Actor, notice: Notice, now: datetime, **facts: Any) -> None:
    """Writes down what was done with a notice, without a word of it."""
    me, school_id = actor.person_id, notice.school_id
    audit.record(session, what, now=now, actor_id=me, school_id=school_id, subject_id=notice.id, **facts)
    session.flush()
