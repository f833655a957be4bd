"""What is not done yet goes on into the draft of the next review."""

import uuid
from datetime import datetime

from sqlalchemy import select

from portal.kernel import audit
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.records.actions_draft import Place, draft_record, drafted, keep, next_place
from portal.records.models import Action, Record
from portal.records.models_standing import ActionStanding
from portal.records.rules_actions import UNFINISHED

COPIED = (
    *("party", "owner_id", "owner_words", "text", "how_we_will_know", "pupil_words", "picture", "language"),
    *("due_on", "for_family", "statement_id"),
)


def carry_on(
    session: PortalSession, *, actor: Actor, pupil_id: uuid.UUID, review_id: uuid.UUID, now: datetime
) -> list[Action]:
    """Copies what is still to be done, from the child's shared records, into the draft of the next review: each action
    once. What this writer may not read stays where it is. Raises NotFound, RecordIsShared, Conflict."""
    at = Place(actor=actor, pupil_id=pupil_id, review_id=review_id, now=now)
    record = draft_record(session, at)
    carried = select(ActionStanding.carried_from).where(
        ActionStanding.pupil_id == pupil_id, ActionStanding.carried_from.is_not(None)
    )
    rows = session.scalars(
        select(Action)
        .join(Record, Record.review_id == Action.review_id)
        .where(
            Action.pupil_id == pupil_id,
            Action.review_id != review_id,
            Action.state.in_(UNFINISHED),
            Action.id.not_in(carried),
            Record.shared_at.is_not(None),
        )
        .order_by(Record.shared_at, Action.position, Action.id)
    ).all()
    copies = [_copy(row, at, position) for position, row in enumerate(rows, next_place(session, at))]
    session.add_all(copies)
    keep(session)
    if copies:
        audit.record(
            session,
            "actions carried on",
            now=now,
            actor_id=actor.person_id,
            school_id=record.school_id,
            subject_id=review_id,
            pupil_id=pupil_id,
            actions=len(copies),
        )
    return copies


def _copy(row: Action, at: Place, position: int) -> Action:
    return Action(
        **drafted(row),
        **{name: getattr(row, name) for name in COPIED},
        review_id=at.review_id,
        position=position,
        carried_from=row.id,
        written_by=at.actor.person_id,
        sent_at=at.now,
    )
