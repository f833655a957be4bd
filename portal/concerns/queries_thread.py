"""One question with everything that followed it: the same for whoever asked and for those of school who may read it."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, or_, select
from sqlalchemy.orm import aliased

from portal.concerns.models import Concern, ConcernReply, in_office
from portal.concerns.queries_family import can_step_up
from portal.concerns.rules import Standing, Step, Turn, Wish, WishPage, is_late, wishes_of
from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.people.models import Person, Pupil, School, SchoolClass, StaffRole
from portal.people.rules import Role

Author, Only = aliased(Person, name="author"), aliased(Person, name="only")


def _holds(person_id: Any, role: Role) -> ColumnElement[bool]:
    mine = (StaffRole.person_id == person_id, StaffRole.school_id == Concern.school_id, StaffRole.role == role)
    ends = or_(StaffRole.ends_on.is_(None), StaffRole.ends_on >= bindparam("today"))
    return exists().where(*mine, StaffRole.starts_on <= bindparam("today"), ends)


_NAMED = and_(
    Only.id == Concern.one_adult_id, in_office(Concern.step, Concern.one_adult_id, Concern.one_adult_id, _holds)
)
THREAD = (
    select(
        *(Concern.id, Concern.pupil_id, Concern.school_id, Concern.kind, Concern.parts, Concern.language),
        *(Concern.interpreter, Concern.step, Concern.standing, Concern.answer_by, Concern.sent_at, Concern.replies),
        *(Concern.author_id, Concern.one_adult_id, Pupil.person_id.label("child_id")),
        *(Pupil.forename, Pupil.surname, Pupil.known_as.label("child_known_as")),
        *(SchoolClass.name.label("class_name"), School.name.label("school"), School.theme, School.sendco_word),
        *(School.address, School.complaint_ladder),
        *(Author.full_name.label("author"), Author.spoken_language),
        *(Only.full_name.label("only"), Only.known_as.label("only_known_as")),
    )
    .select_from(Concern)
    .join(Pupil, Pupil.id == Concern.pupil_id)
    .join(School, School.id == Pupil.school_id)
    .join(Author, Author.id == Concern.author_id)
    .outerjoin(Only, _NAMED)
    .outerjoin(SchoolClass, SchoolClass.id == Pupil.class_id)
    .where(
        Concern.id == bindparam("concern_id"),
        Concern.pupil_id == bindparam("pupil_id"),
        Concern.sent_at.is_not(None),
    )
)
REPLIES = (
    select(
        *(ConcernReply.kind, ConcernReply.step, ConcernReply.words, ConcernReply.said_at, ConcernReply.author_id),
        *(ConcernReply.written_by, Person.known_as, Person.full_name),
    )
    .join(Person, Person.id == ConcernReply.written_by)
    .where(ConcernReply.concern_id == bindparam("concern_id"), ConcernReply.pupil_id == bindparam("pupil_id"))
    .order_by(ConcernReply.number)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that followed. `name` is who wrote it."""

    kind: Turn
    step: Step
    words: str
    name: str
    by_family: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """One question. `parts` are (message id of the question, words); with `alone` one adult reads it, the one whose
    office it is; `only` names whom the family named, as long as they hold it. `wish` has the words as whoever asked
    met them. A translation stands among the `entries` beside the words of the family that it follows. `replies` counts
    the entries and goes back with a form."""

    concern_id: uuid.UUID
    pupil_id: uuid.UUID
    school_id: uuid.UUID
    kind: Wish
    wish: WishPage
    parts: tuple[tuple[str, str], ...]
    language: str
    interpreter: bool
    spoken_language: str
    step: Step
    standing: Standing
    answer_by: date
    late: bool
    sent_at: datetime
    replies: int
    author_id: uuid.UUID
    author: str
    alone: bool
    only: str
    child: str
    full_name: str
    class_name: str
    school: str
    address: str
    theme: str
    sendco_word: str
    ladder: tuple[str, ...]
    entries: tuple[Entry, ...]
    may_step_up: bool


def thread(session: PortalSession, *, pupil_id: uuid.UUID, concern_id: uuid.UUID, today: date) -> Thread:
    """Two statements. Raises NotFound for what the session may not read."""
    asked = {"concern_id": concern_id, "pupil_id": pupil_id}
    row = session.execute(THREAD, {**asked, "today": today}).first()
    if row is None:
        raise NotFound
    name = row.child_known_as or row.forename
    wish = wishes_of(row.author_id == row.child_id)[row.kind]
    labels = {question.key: question.label for question in wish.questions}
    return Thread(
        concern_id=row.id,
        pupil_id=row.pupil_id,
        school_id=row.school_id,
        kind=row.kind,
        wish=wish,
        parts=tuple((labels[key], row.parts[key]) for key in labels if row.parts.get(key)),
        language=row.language,
        interpreter=row.interpreter,
        spoken_language=row.spoken_language,
        step=row.step,
        standing=row.standing,
        answer_by=row.answer_by,
        late=is_late(row.standing, row.answer_by, today),
        sent_at=row.sent_at,
        replies=row.replies,
        author_id=row.author_id,
        author=row.author,
        alone=row.one_adult_id is not None,
        only=row.only_known_as or row.only or "",
        child=name,
        full_name=f"{name} {row.surname}".strip(),
        class_name=row.class_name or "",
        school=row.school,
        address=row.address,
        theme=row.theme,
        sendco_word=row.sendco_word,
        ladder=tuple(row.complaint_ladder),
        entries=_beside(_entry(reply) for reply in session.execute(REPLIES, asked)),
        may_step_up=can_step_up(row.standing, row.step, row.answer_by, today),
    )


def _entry(row: Any) -> Entry:
    return Entry(
        kind=row.kind,
        step=row.step,
        words=row.words,
        name=row.known_as or row.full_name,
        by_family=row.written_by == row.author_id,
        at=row.said_at,
    )


def _beside(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    shown: list[Entry] = []
    place = 0  # after the newest words of the family
    for entry in entries:
        if entry.kind == Turn.TRANSLATED:
            shown.insert(place, entry)
            place += 1
            continue
        shown.append(entry)
        place = len(shown) if entry.by_family and entry.words else place
    return tuple(shown)
