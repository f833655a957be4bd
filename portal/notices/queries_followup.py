"""What became of a notice that was sent: who was reached, who opened and answered it, and who needs it on paper. All of
it is counted within the reader's scope, and no address is shown to anybody."""

import enum
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from portal.kernel.outbox import Channel, OutboxItem, OutboxState
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_
from portal.notices.models import NoticeCopy
from portal.notices.queries_ways import way_of
from portal.notices.rules import Reply, Told
from portal.people.models import Person, Pupil, SchoolClass

PAGE = 50
ON_THE_WAY = (OutboxState.QUEUED, OutboxState.LEASED)
LOST = (OutboxState.FAILED, OutboxState.BOUNCED)


class Look(enum.StrEnum):
    """What the list is narrowed to."""

    ALL = "all"
    OPENED = "opened"
    UNOPENED = "unopened"
    SILENT = "silent"
    SEEN = "seen"
    COME = "come"
    CANNOT = "cannot"
    CALL = "call"
    LOST = "lost"
    LETTER = "letter"


LOOKS = {
    Look.ALL: N_("Everybody"),
    Look.OPENED: N_("Opened"),
    Look.UNOPENED: N_("Not opened yet"),
    Look.SILENT: N_("No answer yet"),
    Look.SEEN: N_("Have read it"),
    Look.COME: N_("They come"),
    Look.CANNOT: N_("They can't come"),
    Look.CALL: N_("They want a call"),
    Look.LOST: N_("Message came back"),
    Look.LETTER: N_("On paper"),
}
NEEDS_PAPER = and_(
    NoticeCopy.opened_at.is_(None),
    or_(way_of(NoticeCopy.adult_id) == Channel.LETTER.value, OutboxItem.state.in_((*LOST, OutboxState.TO_PRINT))),
)
NARROWED: Mapping[Look, ColumnElement[bool]] = {
    Look.OPENED: NoticeCopy.opened_at.is_not(None),
    Look.UNOPENED: NoticeCopy.opened_at.is_(None),
    Look.SILENT: NoticeCopy.reply == Reply.NONE,
    Look.SEEN: NoticeCopy.reply == Reply.SEEN,
    Look.COME: NoticeCopy.reply == Reply.COME,
    Look.CANNOT: NoticeCopy.reply == Reply.CANNOT,
    Look.CALL: NoticeCopy.reply == Reply.CALL,
    Look.LOST: OutboxItem.state.in_(LOST),
    Look.LETTER: NEEDS_PAPER,
}
REACHED, WAITING = "reached", "waiting"
COUNTED: Mapping[str, ColumnElement[bool]] = {
    **{look.value: criterion for look, criterion in NARROWED.items()},
    REACHED: OutboxItem.state == OutboxState.SENT,
    WAITING: OutboxItem.state.in_(ON_THE_WAY),
}


@dataclass(frozen=True, slots=True)
class Numbers:
    """Adults within the reader's scope: all of them, and by each thing that can be said of them."""

    adults: int
    by: Mapping[str, int]
    answered: int

    def __getitem__(self, name: str) -> int:
        return self.by[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyRow:
    """One adult and one child. `delivery` is None where no message was made."""

    name: str
    child: str
    class_name: str
    delivery: OutboxState | None
    needs_paper: bool
    opened_at: datetime | None
    reply: Reply


@dataclass(frozen=True, slots=True)
class FamiliesPage:
    """A page of the list."""

    rows: tuple[FamilyRow, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // PAGE))


def numbers(session: PortalSession, notice_id: uuid.UUID) -> Numbers:
    """How a notice was taken; 1 statement."""
    adult = NoticeCopy.adult_id
    columns = [func.count(case((criterion, adult)).distinct()) for criterion in COUNTED.values()]
    answered = func.count(case((NoticeCopy.reply != Reply.NONE, adult)).distinct())
    found = _copies(notice_id).with_only_columns(func.count(adult.distinct()), answered, *columns)
    adults, said, *rest = session.execute(found).one()
    return Numbers(adults, dict(zip(COUNTED, rest, strict=True)), said)


def families_page(session: PortalSession, notice_id: uuid.UUID, *, look: Look, page: int) -> FamiliesPage:
    """One line for each adult and child, by name; 2 statements."""
    narrowed = _copies(notice_id)
    if look in NARROWED:
        narrowed = narrowed.where(NARROWED[look])
    total = session.scalar(narrowed.with_only_columns(func.count(NoticeCopy.id))) or 0
    page = min(max(1, page), max(1, -(-total // PAGE)))
    rows = session.execute(
        narrowed.with_only_columns(
            *(Person.full_name, Pupil.forename, Pupil.known_as, Pupil.surname, SchoolClass.name.label("class_name")),
            *(OutboxItem.state.label("delivery"), NoticeCopy.opened_at, NoticeCopy.reply),
            NEEDS_PAPER.label("needs_paper"),
        )
        .order_by(Person.full_name, Pupil.surname, NoticeCopy.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return FamiliesPage(tuple(map(_row, rows)), total, page)


def _row(row: Any) -> FamilyRow:
    return FamilyRow(
        name=row.full_name,
        child=f"{row.known_as or row.forename} {row.surname}".strip(),
        class_name=row.class_name or "",
        delivery=row.delivery,
        needs_paper=bool(row.needs_paper),
        opened_at=row.opened_at,
        reply=row.reply,
    )


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who gets it on paper."""

    name: str
    language: str


def on_paper(session: PortalSession, notice_id: uuid.UUID) -> tuple[Recipient, ...]:
    """Who has no address and has not opened it; 1 statement."""
    people = (
        _copies(notice_id).where(NEEDS_PAPER).with_only_columns(Person.full_name, Person.language, Person.id).distinct()
    )
    return tuple(
        Recipient(row.full_name, row.language) for row in session.execute(people.order_by(Person.full_name, Person.id))
    )


def _copies(notice_id: uuid.UUID) -> Select[Any]:
    """The copies of a notice in the reader's scope with their adult, child and message."""
    message = and_(
        OutboxItem.person_id == NoticeCopy.adult_id,
        OutboxItem.kind == Told.NOTICE.value,
        OutboxItem.event_key.startswith(f"{Told.NOTICE.value}:{notice_id}:"),
    )
    return (
        select(NoticeCopy)
        .join(Person, Person.id == NoticeCopy.adult_id)
        .join(Pupil, Pupil.id == NoticeCopy.pupil_id)
        .outerjoin(SchoolClass, SchoolClass.id == Pupil.class_id)
        .outerjoin(OutboxItem, message)
        .where(NoticeCopy.notice_id == notice_id)
    )
