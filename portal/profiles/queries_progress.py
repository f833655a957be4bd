"""Notes about targets as staff read them, and one target with its notes for whoever writes the next."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, select

from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.people.models import Person, Pupil
from portal.profiles.models import Plan, PlanVersion, ProgressNote, Target
from portal.profiles.rules import Rating, VersionState

TARGET = (
    select(
        Pupil.forename,
        Pupil.known_as,
        Target.title,
        Target.now,
        Target.goal,
        Target.how_we_will_know,
        Target.steps_done,
        Target.steps_total,
    )
    .select_from(Target)
    .join(PlanVersion, and_(PlanVersion.id == Target.version_id, PlanVersion.pupil_id == Target.pupil_id))
    .join(Plan, and_(Plan.id == PlanVersion.plan_id, Plan.pupil_id == PlanVersion.pupil_id))
    .join(Pupil, Pupil.id == Target.pupil_id)
    .where(
        Target.pupil_id == bindparam("pupil_id"),
        Target.thread == bindparam("thread"),
        PlanVersion.state == VersionState.PUBLISHED,
    )
    .order_by(Plan.closed_on.is_not(None), PlanVersion.published_at.desc(), Target.id)
)


NOTES_SHOWN = 60
NOTES = (
    select(
        ProgressNote.target_thread,
        ProgressNote.at,
        ProgressNote.rating,
        ProgressNote.text,
        ProgressNote.language,
        ProgressNote.steps_done,
        ProgressNote.for_family,
        Person.full_name,
        Person.known_as,
    )
    .join(Person, Person.id == ProgressNote.written_by)
    .where(ProgressNote.pupil_id == bindparam("pupil_id"))
    .order_by(ProgressNote.at.desc(), ProgressNote.id)
)
FILE_NOTES = NOTES.limit(NOTES_SHOWN)
TARGET_NOTES = NOTES.where(ProgressNote.target_thread == bindparam("thread"))


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteLine:
    """One note as staff read it."""

    thread: uuid.UUID
    at: datetime
    rating: Rating
    text: str
    language: str
    steps_done: int | None
    for_family: bool
    writer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetToNote:
    """What a note is about, and the notes before it, newest first."""

    pupil_id: uuid.UUID
    thread: uuid.UUID
    child: str
    title: str
    now: str
    goal: str
    how_we_will_know: str
    steps_done: int
    steps_total: int
    notes: tuple[NoteLine, ...]


def target_to_note(session: PortalSession, *, pupil_id: uuid.UUID, thread: uuid.UUID) -> TargetToNote:
    """The target as the family has it now. Raises NotFound when no published plan of the pupil has it."""
    given = {"pupil_id": pupil_id, "thread": thread}
    row = session.execute(TARGET, given).first()
    if row is None:
        raise NotFound
    values = row._asdict()
    return TargetToNote(
        child=values.pop("known_as") or values["forename"],
        notes=notes_of(session.execute(TARGET_NOTES, given)),
        pupil_id=pupil_id,
        thread=thread,
        **{name: value for name, value in values.items() if name != "forename"},
    )


def notes_of(rows: Iterable[Any]) -> tuple[NoteLine, ...]:
    """Rows of NOTES, newest first."""
    return tuple(
        NoteLine(
            thread=row.target_thread,
            at=row.at,
            rating=row.rating,
            text=row.text,
            language=row.language,
            steps_done=row.steps_done,
            for_family=row.for_family,
            writer=row.known_as or row.full_name,
        )
        for row in rows
    )
