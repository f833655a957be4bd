"""Everything that a parent or the pupil said gets one of five endings, and a review ends when all of it has one.

What a child said to one adult is answered by that adult, the only one who may read it. Others learn that it is there
and whose it is to answer, and not a word of it (models_standing)."""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.contributions.models import Statement
from portal.contributions.rules import ReviewClosed
from portal.kernel import audit
from portal.kernel.clock import LONDON
from portal.kernel.db import renamed
from portal.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.kernel.rows import whose
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_
from portal.meetings.actions_pupil import held_review
from portal.people.actor import Actor
from portal.records.models import Action, Ending, Record
from portal.records.queries_endings import ENDED_SIDES, open_statements
from portal.records.rules import EndingKind
from portal.records.rules_actions import NEEDS_WORDS, EndingIsShared, StillOpen
from portal.records.rules_record import WRITERS
from portal.reviews.actions_steps import take_step
from portal.reviews.rules import Stage

TAKEN = Conflict(N_("Somebody else has just given this an ending. Look at it again."))


def may_end(actor: Actor, one_adult_id: uuid.UUID | None) -> bool:
    """Whoever leads reviews answers what they may read; what was said to one adult is that adult's to answer."""
    return one_adult_id == actor.person_id if one_adult_id else actor.has(*WRITERS)


def end(
    session: PortalSession,
    *,
    actor: Actor,
    statement_id: uuid.UUID,
    kind: EndingKind,
    words: str = "",
    action_id: uuid.UUID | None = None,
    now: datetime,
) -> None:
    """Says what became of a statement; the same twice is once. Until the record is shared it can be said anew.

    Raises NotFound, NotAllowed, Invalid at `words` or `action_id`, ReviewClosed, EndingIsShared, Conflict.
    """
    about = session.execute(select(Statement.pupil_id, Statement.review_id).where(Statement.id == statement_id)).first()
    if about is None:
        raise NotFound
    review = held_review(session, pupil_id=about.pupil_id, review_id=about.review_id)
    # read once the review is locked: its readers may just have been narrowed
    found = select(Statement).where(
        Statement.id == statement_id,
        Statement.sent_at.is_not(None),
        Statement.current,
        Statement.side.in_(ENDED_SIDES),
    )
    said = session.scalars(found.execution_options(populate_existing=True)).first()
    if said is None:
        raise NotFound
    if not may_end(actor, said.one_adult_id):
        raise NotAllowed
    if review.stage in (Stage.CLOSED, Stage.CANCELLED):
        raise ReviewClosed
    if kind in NEEDS_WORDS and not words:
        raise Invalid(N_("Write your answer. Whoever said it reads it."), field="words")
    names = _action(session, said, action_id) if kind == EndingKind.ACTION else None
    row = session.scalars(
        select(Ending).where(Ending.statement_id == said.id, Ending.pupil_id == said.pupil_id)
    ).first()
    if row is not None and (row.kind, row.words, row.action_id) == (kind, words, names):
        return
    if row is None:
        row = Ending(**whose(said), review_id=said.review_id, statement_id=said.id, sent_at=said.sent_at)
        session.add(row)
    elif _is_shared(session, said):
        raise EndingIsShared
    row.kind, row.words, row.action_id = kind, words, names
    row.written_by = row.ended_by = actor.person_id
    row.ended_at = now
    try:
        audit.record_about(session, "statement ended", said, actor_id=actor.person_id, now=now, kind=kind.value)
    except IntegrityError as error:
        raise renamed(error, {"uq_a_statement_ends_once": TAKEN, "ending.statement_id": TAKEN}) from None


def _action(session: PortalSession, said: Statement, action_id: uuid.UUID | None) -> uuid.UUID:
    found = session.scalars(
        select(Action.id).where(
            Action.id == action_id, Action.pupil_id == said.pupil_id, Action.review_id == said.review_id
        )
    ).first()
    if found is None:
        raise Invalid(N_("Choose the action that it became."), field="action_id")
    return found


def _is_shared(session: PortalSession, said: Statement) -> bool:
    shared = select(Record.id).where(
        Record.review_id == said.review_id, Record.pupil_id == said.pupil_id, Record.shared_at.is_not(None)
    )
    return session.scalars(shared).first() is not None


def close(session: PortalSession, *, actor: Actor, pupil_id: uuid.UUID, review_id: uuid.UUID, now: datetime) -> None:
    """Finishes a review in which everybody has had an answer; twice is once. Raises StillOpen, NotFound, and Conflict
    for a review that is not at this step."""
    review = held_review(session, pupil_id=pupil_id, review_id=review_id)
    if review.stage == Stage.CLOSED:
        return
    if open_statements(session, review_id=review_id, today=now.astimezone(LONDON).date()):
        raise StillOpen
    take_step(session, review, Stage.CLOSED, actor=actor, now=now)
    audit.record_about(session, "review finished", review, actor_id=actor.person_id, now=now)
