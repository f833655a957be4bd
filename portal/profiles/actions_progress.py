"""A member of staff notes what they saw; a note is never changed, and one sent twice is one note."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.kernel import audit
from portal.kernel.db import renamed
from portal.kernel.errors import Conflict, Invalid, NotFound
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_
from portal.people.actor import Actor
from portal.people.looks import role_of
from portal.profiles.actions import held_pupil
from portal.profiles.models import PlanVersion, ProgressNote, Target
from portal.profiles.rules import Rating, VersionState


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was seen. `steps_done` is None when the steps stay as they are."""

    rating: Rating
    text: str
    steps_done: int | None
    for_family: bool


def add_note(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    thread: uuid.UUID,
    seen: Seen,
    once_key: str,
    now: datetime,
) -> uuid.UUID:
    """Keeps one note about a target and returns its id; the same key again returns the note there is.

    Raises NotFound when no published plan has the target, Invalid at `text` or `steps_done`, Conflict.
    """
    pupil = held_pupil(session, pupil_id)
    known = session.scalars(
        select(ProgressNote.id).where(ProgressNote.pupil_id == pupil_id, ProgressNote.once_key == once_key)
    ).first()
    if known is not None:
        return known
    targets = _targets(session, pupil_id, thread)
    _check(seen, targets[0])
    note = ProgressNote(
        school_id=pupil.school_id,
        pupil_id=pupil_id,
        target_thread=thread,
        written_by=actor.person_id,
        writer_role=role_of(actor),
        at=now,
        rating=seen.rating,
        text=seen.text,
        steps_done=seen.steps_done,
        for_family=seen.for_family,
        once_key=once_key,
    )
    session.add(note)
    if seen.for_family and seen.steps_done is not None:
        for target in targets:  # the plan that is out, and the draft that will follow it
            target.steps_done = min(seen.steps_done, target.steps_total)
    try:
        session.flush()
    except IntegrityError as error:
        refused = {"uq_a_note_sent_twice_is_one_note": Conflict(), "progress_note.once_key": Conflict()}
        raise renamed(error, refused) from error
    audit.record(
        session,
        "progress noted",
        now=now,
        actor_id=actor.person_id,
        school_id=pupil.school_id,
        subject_id=note.id,
        pupil_id=pupil_id,
        rating=seen.rating.value,
        for_family=seen.for_family,
    )
    session.flush()
    return note.id


def _targets(session: PortalSession, pupil_id: uuid.UUID, thread: uuid.UUID) -> list[Target]:
    """The target where it is out, first, and in a draft."""
    found = session.execute(
        select(Target, PlanVersion.state)
        .join(PlanVersion, PlanVersion.id == Target.version_id)
        .where(
            Target.pupil_id == pupil_id,
            Target.thread == thread,
            PlanVersion.state.in_((VersionState.PUBLISHED, VersionState.DRAFT)),
        )
        .order_by(PlanVersion.state.desc(), Target.id)
    ).all()
    if not found or found[0].state != VersionState.PUBLISHED:
        raise NotFound
    return [target for target, _state in found]


def _check(seen: Seen, target: Target) -> None:
    if not seen.text:
        raise Invalid(N_("Say in a few words what you saw."), field="text")
    if seen.steps_done is not None and not 0 <= seen.steps_done <= target.steps_total:
        raise Invalid(N_("Choose one of the steps of this target."), field="steps_done")
