"""What stands around a plan on a family's page: duties, needs, news from the register, helpers, looks and notes."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    Uuid,
    and_,
    bindparam,
    case,
    cast,
    literal,
    null,
    select,
    type_coerce,
    union_all,
)

from portal.kernel.clock import LONDON
from portal.kernel.db import UtcDateTime
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.people.models import Look, Person, StaffRole
from portal.people.queries_who_helps import Helper, helper, helps, in_order
from portal.people.rules import ROLE_NAMES, Audience, Role
from portal.profiles.models import ProgressNote, Responsibility
from portal.profiles.models_register import RegisterEvent, RegisterWord, SenNeed
from portal.profiles.queries_texts import SchoolText, Wordings
from portal.profiles.rules import NEED_TYPES, Party, Rating, RegisterKind

LOOKS_SHOWN = 10
OWN_LOOKS_SHOWN = 5
NOTES_COUNTED = 60


@dataclass(frozen=True, slots=True)
class RegisterNews:
    """This reader was told that the child joined or left the register, and has not yet said that they read it."""

    event_id: uuid.UUID
    kind: RegisterKind
    decided_at: datetime
    language: str
    source: str
    reason: SchoolText | None = None

    def said_in(self, words: Wordings) -> "RegisterNews":
        """The same in the reader's language."""
        said = words.text(self.source, self.language)
        return RegisterNews(self.event_id, self.kind, self.decided_at, self.language, self.source, said)


@dataclass(frozen=True, slots=True)
class LookAt:
    """Somebody of the school, or the reader, opened the child's pages. `role_name` is a message id."""

    name: str
    role_name: str
    at: datetime
    is_me: bool


@dataclass(frozen=True, slots=True)
class NoteMark:
    """When a note was written about a target, and its one word; what it says stands on the target's page."""

    thread: uuid.UUID
    at: datetime
    rating: Rating


@dataclass(frozen=True, slots=True)
class LastLook:
    """When the reader last read the plan in an earlier sitting, and the number of the version they saw; 0 when they
    opened other pages about the child alone."""

    at: datetime
    version_number: int


@dataclass(frozen=True, slots=True)
class Around:
    """Everything of a child's page that is not the plan's own text. Notes are newest first."""

    responsibilities: dict[Party, list[str]] = field(default_factory=dict)
    need_types: tuple[str, ...] = ()
    news: tuple[RegisterNews, ...] = ()
    helpers: tuple[Helper, ...] = ()
    looks: tuple[LookAt, ...] = ()
    notes: tuple[NoteMark, ...] = ()
    last_look: LastLook | None = None


def _line(part: str, *, kind: Any = None, place: Any = None, at: Any = None, **more: Any) -> list[Any]:
    """The columns that every select of the union has; what a part does not use is empty in it."""
    columns = {
        "part": literal(part),
        "kind": cast(null(), String) if kind is None else type_coerce(kind, String),
        "place": cast(null(), Integer) if place is None else place,
        "text": cast(null(), String),
        "other": cast(null(), String),
        "id": cast(null(), Uuid),
        "at": cast(null(), UtcDateTime) if at is None else at,
        **more,
    }
    return [column.label(name) for name, column in columns.items()]


_DUTIES = select(
    *_line("duty", kind=Responsibility.party, place=Responsibility.position, text=Responsibility.text)
).where(Responsibility.pupil_id == bindparam("pupil_id"), Responsibility.version_id == bindparam("version_id"))
_NEEDS = select(*_line("need", kind=SenNeed.need_type, place=SenNeed.rank)).where(
    SenNeed.pupil_id == bindparam("pupil_id"), SenNeed.ends_on.is_(None)
)
_NEWS = (
    select(
        *_line(
            "news",
            kind=RegisterEvent.kind,
            at=RegisterEvent.decided_at,
            text=RegisterEvent.reason_for_family,
            other=RegisterEvent.language,
            id=RegisterEvent.id,
        )
    )
    .join(RegisterWord, RegisterWord.event_id == RegisterEvent.id)
    .where(
        RegisterWord.pupil_id == bindparam("pupil_id"),
        RegisterWord.adult_id == bindparam("me"),
        RegisterWord.read_at.is_(None),
    )
)
_HELPERS = (
    select(*_line("helper", kind=StaffRole.role, text=Person.known_as, other=Person.full_name, id=Person.id))
    .join(Person, Person.id == StaffRole.person_id)
    .where(helps(bindparam("school_id"), bindparam("class_id")))
)


def _looks_of(who: ColumnElement[bool], at_most: int) -> Select[Any]:
    latest = (
        select(
            Look.role,
            Person.known_as,
            Person.full_name,
            Look.person_id,
            Look.at,
        )
        .join(Person, Person.id == Look.person_id)
        .where(Look.pupil_id == bindparam("pupil_id"), who)
        .order_by(Look.at.desc(), Look.id)
        .limit(at_most)
        .subquery()
        .c
    )
    return select(
        *_line(
            "look",
            kind=latest.role,
            at=latest.at,
            text=latest.known_as,
            other=latest.full_name,
            id=latest.person_id,
        )
    )


# Of the looks of families a reader meets only their own: who else may read is nobody's business here.
_STAFF_LOOKS = _looks_of(Look.audience == Audience.STAFF.value, 3 * LOOKS_SHOWN)
_OWN_LOOKS = _looks_of(and_(Look.person_id == bindparam("me"), Look.audience != Audience.STAFF.value), OWN_LOOKS_SHOWN)
_last_seen = (
    select(Look.version_number, Look.at)
    .where(
        *(Look.pupil_id == bindparam("pupil_id"), Look.person_id == bindparam("me")),
        *(Look.audience != Audience.STAFF.value, Look.sitting_id != bindparam("sitting_id")),
    )
    .order_by(case((Look.version_number > 0, 0), else_=1), Look.at.desc(), Look.id)
    .limit(1)
    .subquery()
    .c
)
_SEEN = select(*_line("seen", place=_last_seen.version_number, at=_last_seen.at))
_latest_notes = (
    select(ProgressNote.rating, ProgressNote.at, ProgressNote.target_thread)
    .where(ProgressNote.pupil_id == bindparam("pupil_id"), ProgressNote.for_family)
    .order_by(ProgressNote.at.desc(), ProgressNote.id)
    .limit(NOTES_COUNTED)
    .subquery()
    .c
)
_NOTES = select(*_line("note", kind=_latest_notes.rating, at=_latest_notes.at, id=_latest_notes.target_thread))
# One statement for eight short lists: each statement costs more than the lists do.
AROUND = union_all(_DUTIES, _NEEDS, _NEWS, _HELPERS, _STAFF_LOOKS, _OWN_LOOKS, _SEEN, _NOTES).order_by(
    "part", "place", "at", "id"
)


def around(session: PortalSession, *, viewer: Actor, pupil_id: uuid.UUID, child: Any, today: date) -> Around:
    """One statement. `child` has school_id, class_id, version_id (or None) and sendco_word."""
    asked = {
        "pupil_id": pupil_id,
        "me": viewer.person_id,
        "sitting_id": viewer.sitting_id,
        "today": today,
        "school_id": child.school_id,
        "class_id": child.class_id,
        "version_id": child.version_id or uuid.UUID(int=0),
    }
    lines: dict[str, list[Any]] = {}
    for line in session.execute(AROUND, asked):
        lines.setdefault(line.part, []).append(line)
    duties: dict[Party, list[str]] = {party: [] for party in Party}
    for line in lines.get("duty", ()):
        duties[Party(line.kind)].append(line.text)
    looks = sorted(lines.get("look", ()), key=lambda one: one.at, reverse=True)
    return Around(
        responsibilities=duties,
        need_types=tuple(NEED_TYPES.get(line.kind, NEED_TYPES["OTH"]) for line in lines.get("need", ())),
        news=tuple(
            RegisterNews(line.id, RegisterKind(line.kind), line.at, line.other, line.text)
            for line in lines.get("news", ())
        ),
        helpers=in_order(
            helper(line.text or line.other, Role(line.kind), child.sendco_word) for line in lines.get("helper", ())
        ),
        looks=_looks(looks, viewer.person_id, child.sendco_word),
        notes=tuple(NoteMark(line.id, line.at, Rating(line.kind)) for line in reversed(lines.get("note", ()))),
        last_look=next((LastLook(one.at, one.place) for one in lines.get("seen", ())), None),
    )


def _looks(rows: Iterable[Any], me: uuid.UUID, sendco_word: str) -> tuple[LookAt, ...]:
    """Newest first; somebody who came back on the same day is told once."""
    by_day = {(row.id, row.at.astimezone(LONDON).date()): row for row in reversed(list(rows))}
    newest = sorted(by_day.values(), key=lambda row: row.at, reverse=True)
    return tuple(
        LookAt(row.text or row.other, _role_name(row.kind, sendco_word), row.at, row.id == me)
        for row in newest[:LOOKS_SHOWN]
    )


def _role_name(role: str, sendco_word: str) -> str:
    return sendco_word if role == Role.SENDCO else ROLE_NAMES[Role(role)] if role else ""
