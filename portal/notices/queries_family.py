"""One notice as one reader meets it: in their language where a person translated it, with what they answered."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, select

from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.notices.models import Notice, NoticeCopy, NoticeText
from portal.notices.page_words import Wording
from portal.notices.rules import NoticeState, Reply
from portal.notices.rules_answers import Asked
from portal.notices.rules_words import wording
from portal.people.actor import Actor
from portal.people.models import Pupil, School

COPY: Any = NoticeCopy.__table__.c
READABLE = (NoticeState.SENT, NoticeState.TAKEN_BACK)
# numbers only: how many places are taken, whoever took them, so the table is asked and not the class
TAKEN = select(func.count(COPY.place)).where(COPY.notice_id == Notice.id).correlate(Notice).scalar_subquery()
MINE = (
    select(
        *(NoticeCopy.id, NoticeCopy.notice_id, NoticeCopy.pupil_id, NoticeCopy.opened_at, NoticeCopy.reply),
        *(Notice.title, Notice.words, Notice.html, Notice.language, Notice.asks, Notice.answer_by),
        *(Notice.happens_at, Notice.ends_at, Notice.place, Notice.places, Notice.state, Notice.sent_at),
        *(Notice.taken_back_at, Notice.taken_back_why, TAKEN.label("taken")),
        *(NoticeText.title.label("own_title"), NoticeText.html.label("own_html"), NoticeText.wording),
        *(NoticeText.translated_by, Pupil.forename, Pupil.known_as, School.name.label("school"), School.theme),
        *(School.phone, School.email, School.address),
    )
    .join(Notice, Notice.id == NoticeCopy.notice_id)
    .join(Pupil, Pupil.id == NoticeCopy.pupil_id)
    .join(School, School.id == Pupil.school_id)
    .outerjoin(NoticeText, and_(NoticeText.notice_id == Notice.id, NoticeText.language == bindparam("language")))
    .where(NoticeCopy.adult_id == bindparam("me"), Notice.state.in_(READABLE))
    .where(NoticeCopy.notice_id.in_(bindparam("notice_ids", expanding=True)))
    .order_by(NoticeCopy.notice_id, NoticeCopy.made_at, NoticeCopy.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathering:
    """When and where, and how many places nobody has taken; None where places are not counted."""

    starts_at: datetime
    ends_at: datetime | None
    place: str
    places_left: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticePage:
    """One notice for one reader. `original` is there when `shown` is a translation of it; `is_original` when nobody
    put it into the reader's language. `unopened` are the reader's copies that were not opened yet."""

    notice_id: uuid.UUID
    children: tuple[str, ...]
    school: str
    theme: str
    school_phone: str
    school_email: str
    school_address: str
    sent_at: datetime
    shown: Wording
    original: Wording | None
    is_original: bool
    asked: Asked
    offered: tuple[Reply, ...]
    is_open: bool
    gathering: Gathering | None
    taken_back_at: datetime | None
    taken_back_why: str
    unopened: tuple[uuid.UUID, ...]


def my_copies(
    session: PortalSession, *, viewer: Actor, notice_ids: Sequence[uuid.UUID], language: str
) -> Sequence[Any]:
    """The reader's copies of these notices with all that a page or a list says of them; one statement."""
    asked = {"me": viewer.person_id, "notice_ids": notice_ids, "language": language}
    return session.execute(MINE, asked).all()


def wording_of(row: Any, language: str) -> Wording:
    """The words for the reader (tag): a translation of exactly these words, else the words themselves."""
    if row.own_title and row.language != language and row.wording == wording(row.title, row.words):
        return Wording(row.own_title, row.own_html, language, row.translated_by)
    return Wording(row.title, row.html, row.language)


def asked_of(row: Any, language: str) -> Asked:
    """What the notice asks of the reader of a row, and what they answered."""
    left = None if row.places is None else max(0, row.places - row.taken)
    return Asked(
        asks=row.asks,
        reply=row.reply,
        answer_by=row.answer_by,
        happens_at=row.happens_at,
        places_left=left,
        explain=wording_of(row, language).tag != language,
    )


def notice_page(
    session: PortalSession, *, viewer: Actor, notice_id: uuid.UUID, language: str, now: datetime
) -> NoticePage:
    """One statement. Raises NotFound for whoever has no copy about a child that they may read about."""
    rows = my_copies(session, viewer=viewer, notice_ids=[notice_id], language=language)
    if not rows:
        raise NotFound
    row, asked = rows[0], asked_of(rows[0], language)
    shown, back = wording_of(row, language), row.state == NoticeState.TAKEN_BACK
    return NoticePage(
        notice_id=notice_id,
        children=tuple(sorted({each.known_as or each.forename for each in rows})),
        school=row.school,
        theme=row.theme,
        school_phone=row.phone,
        school_email=row.email,
        school_address=row.address,
        sent_at=row.sent_at,
        shown=shown,
        original=Wording(row.title, row.html, row.language) if shown.translated_by else None,
        is_original=asked.explain,
        asked=asked,
        offered=() if back else asked.offered(now),
        is_open=asked.is_open(now),
        gathering=_gathering(row, asked),
        taken_back_at=row.taken_back_at,
        taken_back_why=row.taken_back_why,
        unopened=tuple(each.id for each in rows if each.opened_at is None),
    )


def _gathering(row: Any, asked: Asked) -> Gathering | None:
    if row.happens_at is None:
        return None
    return Gathering(starts_at=row.happens_at, ends_at=row.ends_at, place=row.place, places_left=asked.places_left)
