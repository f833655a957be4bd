"""What became of an action: kept, changed with a reason and a new day, or stopped with a reason.

What was carried on into the next review is one promise: its fate is written to every link of the chain, so that whoever
looks at the older review sees it too."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Select, select

from portal.kernel import audit
from portal.kernel.clock import LONDON
from portal.kernel.errors import Invalid, NotAllowed, NotFound, StaleVersion
from portal.kernel.rows import whose
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_
from portal.people.actor import Actor
from portal.records.models import Action, ActionStep, Record
from portal.records.rules import ActionState
from portal.records.rules_actions import check_day
from portal.records.rules_record import WRITERS

NEEDS_A_REASON = (ActionState.CHANGED, ActionState.STOPPED)


def set_state(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    action_id: uuid.UUID,
    state: ActionState,
    words: str,
    due_on: date | None,
    version: int,
    now: datetime,
) -> None:
    """Says what became of an action: kept, changed (a reason and a new day) or stopped (a reason). Saying the same
    twice says it once. Raises NotFound, NotAllowed, Invalid, StaleVersion."""
    row = session.scalars(_shared(pupil_id, action_id)).first()
    if row is None:
        raise NotFound
    if not may_mark(actor, row.owner_id):
        raise NotAllowed
    due_on = check_day(due_on, now.astimezone(LONDON).date()) if state == ActionState.CHANGED else row.due_on
    if state in NEEDS_A_REASON and not words:
        raise Invalid(N_("Say why. The family reads it."), field="words")
    if row.version != version:
        last = _last_step(session, row)
        if last and (last.state, last.words, last.due_on, last.noted_by) == (state, words, due_on, actor.person_id):
            return  # the same form, sent twice
        raise StaleVersion
    for link in _chain(session, row):
        link.state, link.state_at, link.due_on = state, now, due_on
        session.add(_step(row, link, actor, words, now))
    audit.record_about(session, f"action {state.value}", row, actor_id=actor.person_id, now=now)


def may_mark(actor: Actor, owner_id: uuid.UUID | None) -> bool:
    """Whoever promised it, and those who lead reviews."""
    return actor.has(*WRITERS) or owner_id == actor.person_id


def _shared(pupil_id: uuid.UUID, action_id: uuid.UUID) -> Select[Action]:
    return (
        select(Action)
        .join(Record, Record.review_id == Action.review_id)
        .where(Action.id == action_id, Action.pupil_id == pupil_id, Record.shared_at.is_not(None))
        .with_for_update(of=Action)
        .execution_options(populate_existing=True)
    )


def _last_step(session: PortalSession, row: Action) -> ActionStep | None:
    return session.scalars(
        select(ActionStep)
        .where(ActionStep.action_id == row.id, ActionStep.pupil_id == row.pupil_id)
        .order_by(ActionStep.noted_at.desc(), ActionStep.id)
        .limit(1)
    ).first()


def _chain(session: PortalSession, row: Action) -> Sequence[Action]:
    """The action, what it was carried on from, and what it was carried on to."""
    rows = session.scalars(select(Action).where(Action.pupil_id == row.pupil_id).order_by(Action.id)).all()
    by_id = {one.id: one for one in rows}
    later = {one.carried_from: one for one in rows if one.carried_from}
    found, before, after = [row], row.carried_from, later.get(row.id)
    while before in by_id:
        found.append(by_id[before])
        before = by_id[before].carried_from
    while after is not None:
        found.append(after)
        after = later.get(after.id)
    return found


def _step(said_about: Action, link: Action, actor: Actor, words: str, now: datetime) -> ActionStep:
    """Whoever may read the action it was said about may read why."""
    return ActionStep(
        **whose(said_about),
        action_id=link.id,
        state=link.state,
        words=words,
        due_on=link.due_on,
        noted_by=actor.person_id,
        noted_at=now,
        statement_id=said_about.statement_id,
        for_family=said_about.for_family,
        written_by=actor.person_id,
        sent_at=now,
    )
