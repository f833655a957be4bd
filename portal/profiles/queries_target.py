"""One target with its whole story, for a family: how it stands, what was noted, and how it was worded before."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import bindparam, select

from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.people.models import Person, Pupil, School
from portal.people.rules import ROLE_NAMES, Role
from portal.profiles.models import PlanVersion, ProgressNote, Target
from portal.profiles.queries_family import TARGET_COLUMNS
from portal.profiles.queries_plan import TargetRead, target_read
from portal.profiles.queries_texts import Credit, SchoolText, Wordings, wordings
from portal.profiles.rules import Rating, VersionState

NOTES_SHOWN = 50

WORDINGS = (
    select(
        *TARGET_COLUMNS,
        PlanVersion.number,
        PlanVersion.state.label("version_state"),
        PlanVersion.language,
        PlanVersion.published_at,
        Pupil.forename,
        Pupil.known_as,
        Pupil.school_id,
        School.name.label("school"),
        School.theme,
        School.sendco_word,
    )
    .join(PlanVersion, PlanVersion.id == Target.version_id)
    .join(Pupil, Pupil.id == Target.pupil_id)
    .join(School, School.id == Pupil.school_id)
    .where(
        Target.pupil_id == bindparam("pupil_id"),
        Target.thread == bindparam("thread"),
        PlanVersion.state != VersionState.DRAFT,
    )
    .order_by(PlanVersion.published_at.desc(), PlanVersion.number.desc())
)
NOTES = (
    select(
        ProgressNote.at,
        ProgressNote.rating,
        ProgressNote.text,
        ProgressNote.language,
        ProgressNote.writer_role,
        Person.known_as,
        Person.full_name,
    )
    .join(Person, Person.id == ProgressNote.written_by)
    .where(
        ProgressNote.pupil_id == bindparam("pupil_id"),
        ProgressNote.target_thread == bindparam("thread"),
        ProgressNote.for_family,
    )
    .order_by(ProgressNote.at.desc(), ProgressNote.id)
    .limit(NOTES_SHOWN)
)


@dataclass(frozen=True, slots=True)
class NoteRead:
    """What a member of staff saw on a day. `role_name` is a message id."""

    at: datetime
    name: str
    role_name: str
    rating: Rating
    text: SchoolText | None


@dataclass(frozen=True, slots=True)
class EarlierWording:
    """How the same target stood in an earlier version."""

    published_at: datetime
    title: SchoolText
    now: SchoolText | None
    goal: SchoolText | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetPage:
    """One target in full. `has_ended`: the plan of today has it no more, and this is how it stood last."""

    pupil_id: uuid.UUID
    school_id: uuid.UUID
    child: str
    school_name: str
    theme: str
    version_number: int
    has_ended: bool
    target: TargetRead
    notes: tuple[NoteRead, ...]
    earlier: tuple[EarlierWording, ...]
    credits: tuple[Credit, ...]
    has_original: bool


def target_page(session: PortalSession, *, pupil_id: uuid.UUID, thread: uuid.UUID, language: str) -> TargetPage:
    """Raises NotFound when no version that was ever published has this target."""
    asked = {"pupil_id": pupil_id, "thread": thread}
    versions = session.execute(WORDINGS, asked).all()
    if not versions:
        raise NotFound
    rows = session.execute(NOTES, asked).all()
    written_in = [row.language for row in (*versions, *rows)]
    words = wordings(session, pupil_id=pupil_id, language=language, written_in=written_in)
    latest = versions[0]
    return TargetPage(
        pupil_id=pupil_id,
        school_id=latest.school_id,
        child=latest.known_as or latest.forename,
        school_name=latest.school,
        theme=latest.theme,
        version_number=latest.number,
        has_ended=latest.version_state != VersionState.PUBLISHED,
        target=target_read(latest, latest.language, words),
        notes=tuple(_note(row, words, latest.sendco_word) for row in rows),
        earlier=_earlier(versions, words),
        credits=words.credits,
        has_original=words.has_original,
    )


def _note(row: Any, words: Wordings, sendco_word: str) -> NoteRead:
    role = Role(row.writer_role)
    role_name = sendco_word if role == Role.SENDCO else ROLE_NAMES[role]
    return NoteRead(row.at, row.known_as or row.full_name, role_name, row.rating, words.text(row.text, row.language))


def _earlier(versions: Any, words: Wordings) -> tuple[EarlierWording, ...]:
    """Only where the words differ from those that followed."""
    found = []
    for later, before in pairwise(versions):
        if (before.title, before.now, before.goal) != (later.title, later.now, later.goal):
            title = words.text(before.title, before.language)
            now, goal = words.text(before.now, before.language), words.text(before.goal, before.language)
            if title:
                found.append(EarlierWording(before.published_at, title, now, goal))
    return tuple(found)
