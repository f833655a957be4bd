"""What stands around a plan on a family's page: duties, needs, news from the register, helpers, looks and notes."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Uuid,
    and_,
    bindparam,
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
from portal.profiles.models import ProgressNote, RegisterEvent, RegisterWord, Responsibility, SenNeed
from portal.profiles.queries_texts import SchoolText, Wordings
from portal.profiles.rules import NEED_TYPES, Party, Rating, RegisterKind

LOOKS_SHOWN = 10
OWN_LOOKS_SHOWN = 5
NOTES_COUNTED = 60
_NO_ID, _NO_TIME, _NO_WORD = cast(null(), Uuid), cast(null(), UtcDateTime), cast(null(), String)


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
class Around:
    """Everything of a child's page that is not the plan's own text. Notes are newest first."""

    responsibilities: dict[Party, list[str]] = field(default_factory=dict)
    need_types: tuple[str, ...] = ()
    news: tuple[RegisterNews, ...] = ()
    helpers: tuple[Helper, ...] = ()
    looks: tuple[LookAt, ...] = ()
    notes: tuple[NoteMark, ...] = ()


_DUTIES = select(
    literal("duty").label("part"),
    Responsibility.position.label("place"),
    type_coerce(Responsibility.party, String).label("kind"),
    Responsibility.text.label("text"),
    _NO_WORD.label("language"),
    _NO_ID.label("event_id"),
    _NO_TIME.label("at"),
).where(Responsibility.pupil_id == bindparam("pupil_id"), Responsibility.version_id == bindparam("version_id"))
_NEEDS = select(
    literal("need"), SenNeed.rank, _NO_WORD, type_coerce(SenNeed.need_type, String), _NO_WORD, _NO_ID, _NO_TIME
).where(SenNeed.pupil_id == bindparam("pupil_id"), SenNeed.ends_on.is_(None))
_NEWS = (
    select(
        literal("news"),
        literal(0),
        type_coerce(RegisterEvent.kind, String),
        RegisterEvent.reason_for_family,
        RegisterEvent.language,
        RegisterEvent.id,
        RegisterEvent.decided_at,
    )
    .join(RegisterWord, RegisterWord.event_id == RegisterEvent.id)
    .where(
        RegisterWord.pupil_id == bindparam("pupil_id"),
        RegisterWord.adult_id == bindparam("me"),
        RegisterWord.read_at.is_(None),
    )
)
LINES = union_all(_DUTIES, _NEEDS, _NEWS).order_by("part", "kind", "place", "at", "event_id")

_HELPERS = (
    select(
        literal("helper").label("part"),
        type_coerce(StaffRole.role, String).label("kind"),
        Person.known_as.label("known_as"),
        Person.full_name.label("full_name"),
        Person.id.label("person_id"),
        _NO_TIME.label("at"),
        _NO_ID.label("thread"),
    )
    .join(Person, Person.id == StaffRole.person_id)
    .where(helps(bindparam("school_id"), bindparam("class_id")))
)


def _looks_of(who: ColumnElement[bool], at_most: int) -> Select[Any]:
    latest = (
        select(Look.role, Person.known_as, Person.full_name, Look.person_id, Look.at)
        .join(Person, Person.id == Look.person_id)
        .where(Look.pupil_id == bindparam("pupil_id"), who)
        .order_by(Look.at.desc(), Look.id)
        .limit(at_most)
        .subquery()
    )
    columns = latest.c
    return select(
        literal("look"), columns.role, columns.known_as, columns.full_name, columns.person_id, columns.at, _NO_ID
    )


# Of the looks of families a reader meets only their own: who else may read is nobody's business here.
_STAFF_LOOKS = _looks_of(Look.audience == Audience.STAFF.value, 3 * LOOKS_SHOWN)
_OWN_LOOKS = _looks_of(and_(Look.person_id == bindparam("me"), Look.audience != Audience.STAFF.value), OWN_LOOKS_SHOWN)
_latest_notes = (
    select(ProgressNote.rating, ProgressNote.at, ProgressNote.target_thread)
    .where(ProgressNote.pupil_id == bindparam("pupil_id"), ProgressNote.for_family)
    .order_by(ProgressNote.at.desc(), ProgressNote.id)
    .limit(NOTES_COUNTED)
    .subquery()
)
_NOTES = select(
    literal("note"),
    type_coerce(_latest_notes.c.rating, String),
    _NO_WORD,
    _NO_WORD,
    _NO_ID,
    _latest_notes.c.at,
    _latest_notes.c.target_thread,
)
PEOPLE = union_all(_HELPERS, _STAFF_LOOKS, _OWN_LOOKS, _NOTES)


def around(session: PortalSession, *, viewer: Actor, pupil_id: uuid.UUID, child: Any, today: date) -> Around:
    """Two statements for six short lists. `child` has school_id, class_id, version_id (or None) and sendco_word."""
    me = viewer.person_id
    version_id = child.version_id or uuid.UUID(int=0)
    lines = session.execute(LINES, {"pupil_id": pupil_id, "me": me, "version_id": version_id}).all()
    where = {"pupil_id": pupil_id, "me": me, "today": today, "school_id": child.school_id, "class_id": child.class_id}
    people = session.execute(PEOPLE, where).all()
    duties: dict[Party, list[str]] = {party: [] for party in Party}
    for line in lines:
        if line.part == "duty":
            duties[Party(line.kind)].append(line.text)
    looks = sorted((one for one in people if one.part == "look"), key=lambda one: one.at, reverse=True)
    notes = sorted((one for one in people if one.part == "note"), key=lambda one: one.at, reverse=True)
    return Around(
        responsibilities=duties,
        need_types=tuple(NEED_TYPES.get(line.text, NEED_TYPES["OTH"]) for line in lines if line.part == "need"),
        news=tuple(
            RegisterNews(line.event_id, RegisterKind(line.kind), line.at, line.language, line.text)
            for line in lines
            if line.part == "news"
        ),
        helpers=in_order(
            helper(one.known_as or one.full_name, Role(one.kind), child.sendco_word)
            for one in people
            if one.part == "helper"
        ),
        looks=_looks(looks, me, child.sendco_word),
        notes=tuple(NoteMark(one.thread, one.at, Rating(one.kind)) for one in notes),
    )


def _looks(rows: Iterable[Any], me: uuid.UUID, sendco_word: str) -> tuple[LookAt, ...]:
    """Newest first; somebody who came back on the same day is told once."""
    by_day = {(row.person_id, row.at.astimezone(LONDON).date()): row for row in reversed(list(rows))}
    newest = sorted(by_day.values(), key=lambda row: row.at, reverse=True)
    return tuple(
        LookAt(row.known_as or row.full_name, _role_name(row.kind, sendco_word), row.at, row.person_id == me)
        for row in newest[:LOOKS_SHOWN]
    )


def _role_name(role: str, sendco_word: str) -> str:
    return sendco_word if role == Role.SENDCO else ROLE_NAMES[Role(role)] if role else ""
