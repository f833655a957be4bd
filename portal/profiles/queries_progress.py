"""One target with the notes there are, for whoever writes the next one."""

import uuid
from dataclasses import dataclass

from sqlalchemy import and_, bindparam, select

from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.people.models import Pupil
from portal.profiles.models import Plan, PlanVersion, Target
from portal.profiles.queries_file import TARGET_NOTES, NoteLine, notes_of
from portal.profiles.rules import VersionState

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
