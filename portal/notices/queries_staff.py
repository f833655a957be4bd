"""Notices for those who write them: the list, one of them with all its steps, and how each language shows it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import aliased

from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.notices.models import Notice, NoticeCopy, NoticeText
from portal.notices.page_words import Wording
from portal.notices.queries_notices import readable, writer_of
from portal.notices.rules import Asks, Audience, Circle, NoticeState, Reply, Trouble
from portal.notices.rules_audience import audience_of
from portal.notices.rules_words import seen_mark, wording
from portal.people.actor import Actor
from portal.people.models import Person, Pupil, School, SchoolClass
from portal.people.rules_classes import class_order

PAGE = 40
FIRST_DRAFTS = case({NoticeState.DRAFT.value: 0, NoticeState.SCHEDULED.value: 1}, value=Notice.state, else_=2)
CHANGER = aliased(Person)
COUNTED = (
    *(
        func.count(NoticeCopy.adult_id.distinct()),
        func.count(case((NoticeCopy.opened_at.is_not(None), NoticeCopy.adult_id)).distinct()),
    ),
    *(func.count(case((NoticeCopy.reply != Reply.NONE, NoticeCopy.adult_id)).distinct()),),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRow:
    """One line of the list. The numbers are of adults within the reader's scope."""

    notice_id: uuid.UUID
    title: str
    state: NoticeState
    author: str
    at: datetime
    circle: Circle | None
    asks: Asks
    happens_at: datetime | None
    trouble: Trouble
    adults: int = 0
    opened: int = 0
    answered: int = 0


@dataclass(frozen=True, slots=True)
class NoticesPage:
    """A page of the list."""

    rows: tuple[NoticeRow, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // PAGE))


def notices(session: PortalSession, *, viewer: Actor, page: int) -> NoticesPage:
    """Drafts, then what is planned, then what was sent, the newest first; 3 statements."""
    total = session.scalar(select(func.count(Notice.id)).where(readable(viewer))) or 0
    page = min(max(1, page), max(1, -(-total // PAGE)))
    at = func.coalesce(Notice.sent_at, Notice.send_at, Notice.written_at)
    rows = session.execute(
        select(Notice, Person.full_name, Person.known_as)
        .join(Person, Person.id == Notice.author_id)
        .where(readable(viewer))
        .order_by(FIRST_DRAFTS, at.desc(), Notice.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    counted = _counted(session, [row.Notice.id for row in rows])
    return NoticesPage(tuple(_row(row, counted.get(row.Notice.id, (0, 0, 0))) for row in rows), total, page)


def _counted(session: PortalSession, notice_ids: list[uuid.UUID]) -> dict[uuid.UUID, tuple[int, int, int]]:
    found = select(NoticeCopy.notice_id, *COUNTED).where(NoticeCopy.notice_id.in_(notice_ids))
    return {row[0]: (row[1], row[2], row[3]) for row in session.execute(found.group_by(NoticeCopy.notice_id))}


def _row(row: Any, counted: tuple[int, int, int]) -> NoticeRow:
    notice, audience = row.Notice, audience_of(row.Notice.audience)
    return NoticeRow(
        notice_id=notice.id,
        title=notice.title,
        state=notice.state,
        author=row.known_as or row.full_name,
        at=notice.sent_at or notice.send_at or notice.written_at,
        circle=audience.circle if audience else None,
        asks=notice.asks,
        happens_at=notice.happens_at,
        trouble=notice.trouble,
        adults=counted[0],
        opened=counted[1],
        answered=counted[2],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffNotice:
    """One notice with everything that its steps fill in. `may_change`: the reader may work on it."""

    notice_id: uuid.UUID
    school: str
    version: int
    state: NoticeState
    title: str
    words: str
    html: str
    language: str
    audience: Audience | None
    asks: Asks
    answer_by: date | None
    happens_at: datetime | None
    ends_at: datetime | None
    place: str
    places: int | None
    author: str
    changed_by: str
    written_at: datetime
    send_at: datetime | None
    sent_at: datetime | None
    done_at: datetime | None
    trouble: Trouble
    taken_back_at: datetime | None
    taken_back_why: str
    may_change: bool

    @property
    def has_words(self) -> bool:
        """Whether the first step is done."""
        return bool(self.title and self.words)

    @property
    def is_ready(self) -> bool:
        """Whether it could be sent."""
        return self.has_words and self.audience is not None

    @property
    def original(self) -> Wording:
        """The words as written."""
        return Wording(self.title, self.html, self.language)


ALIKE = (
    *("version", "state", "title", "words", "html", "language", "asks", "answer_by", "happens_at", "ends_at", "place"),
    *("places", "written_at", "send_at", "sent_at", "done_at", "trouble", "taken_back_at", "taken_back_why"),
)


def staff_notice(session: PortalSession, *, viewer: Actor, notice_id: uuid.UUID) -> StaffNotice:
    """One notice; 1 statement. Raises NotFound for whoever does not meet it."""
    row = session.execute(
        select(
            Notice,
            Person.full_name,
            Person.known_as,
            School.name.label("school"),
            CHANGER.full_name.label("changed_by"),
        )
        .join(Person, Person.id == Notice.author_id)
        .join(School, School.id == Notice.school_id)
        .outerjoin(CHANGER, CHANGER.id == Notice.changed_by)
        .where(Notice.id == notice_id, readable(viewer))
        .execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise NotFound
    notice: Notice = row.Notice
    return StaffNotice(
        notice_id=notice.id,
        school=row.school,
        audience=audience_of(notice.audience),
        author=row.known_as or row.full_name,
        changed_by=row.changed_by or row.full_name,
        may_change=viewer.sees_whole_school or notice.author_id == viewer.person_id,
        **{name: getattr(notice, name) for name in ALIKE},
    )


def draft_of(session: PortalSession, *, viewer: Actor, notice_id: uuid.UUID) -> StaffNotice:
    """The same for whoever may work on it. Raises NotFound."""
    notice = staff_notice(session, viewer=viewer, notice_id=notice_id)
    if not notice.may_change:
        raise NotFound
    return notice


@dataclass(frozen=True, slots=True)
class Choices:
    """What an audience can be made of: year groups, classes (id, name) and children (id, name), as the reader sees
    them."""

    circles: tuple[Circle, ...]
    years: tuple[str, ...]
    classes: tuple[tuple[str, str], ...]
    children: tuple[tuple[str, str], ...]

    def names_of(self, audience: Audience) -> tuple[str, ...]:
        """What was chosen, by its names; year groups by their codes."""
        names = dict((*self.classes, *self.children))
        return tuple(names.get(each, each if audience.circle is Circle.YEARS else "–") for each in audience.of)


def choices(session: PortalSession, *, viewer: Actor) -> Choices:
    """The classes and children of the reader's scope; 1 statement."""
    rows = session.execute(
        select(Pupil.id, Pupil.forename, Pupil.known_as, Pupil.surname, Pupil.nc_year, Pupil.class_id, SchoolClass.name)
        .outerjoin(SchoolClass, SchoolClass.id == Pupil.class_id)
        .where(Pupil.left_on.is_(None), Pupil.school_id == viewer.school_id)
    ).all()
    named = {str(row.id): f"{row.known_as or row.forename} {row.surname}".strip() for row in rows}
    classes = {str(row.class_id): row.name for row in rows if row.class_id}
    return Choices(
        writer_of(viewer).circles,
        tuple(sorted({row.nc_year for row in rows}, key=_by_age)),
        tuple(sorted(classes.items(), key=lambda pair: (class_order(pair[1]), pair[0]))),
        tuple(sorted(named.items(), key=lambda pair: (pair[1].casefold(), pair[0]))),
    )


def _by_age(nc_year: str) -> tuple[int, str]:
    return (int(nc_year) if nc_year.isdigit() else -1, nc_year)


@dataclass(frozen=True, slots=True)
class Translated:
    """The notice in one language. `fits`: it belongs to the words as they are now."""

    wording: Wording
    words: str
    fits: bool
    at: datetime

    @property
    def seen(self) -> str:
        """The mark of these words, for the form."""
        return seen_mark(self.wording.title, self.words, self.wording.translated_by)


def translations(session: PortalSession, notice: StaffNotice) -> Mapping[str, Translated]:
    """Every translation by its language; 1 statement."""
    mark = wording(notice.title, notice.words)
    rows = session.scalars(
        select(NoticeText)
        .where(NoticeText.notice_id == notice.notice_id)
        .order_by(NoticeText.language)
        .execution_options(populate_existing=True)
    )
    return {
        row.language: Translated(
            Wording(row.title, row.html, row.language, row.translated_by), row.words, row.wording == mark, row.at
        )
        for row in rows
    }


def shown_in(notice: StaffNotice, known: Mapping[str, Translated], language: str) -> Wording:
    """The words that a reader of this language gets: a translation of exactly these words, else the words
    themselves."""
    found = known.get(language)
    return found.wording if found and found.fits and language != notice.language else notice.original
