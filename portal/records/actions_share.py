"""The record goes to the family, once and for good: its lines and actions get their readers, the child gets a card, and
every adult of the child is told that something is there."""

import uuid
from datetime import datetime

from sqlalchemy import and_, select

from portal.contributions.models import Statement
from portal.kernel import audit
from portal.kernel.errors import StaleVersion
from portal.kernel.rows import whose
from portal.kernel.scope import PortalSession
from portal.meetings.rules_messages import Message
from portal.people.actor import Actor
from portal.people.models import Pupil
from portal.people.rules import Readers, Side
from portal.records.actions_news import tell_the_family
from portal.records.actions_record import record_of, reviewed
from portal.records.models import Action, CardLine, Record, RecordEntry
from portal.records.queries_record import share_page
from portal.records.rules_actions import card_words
from portal.records.rules_record import NothingToShare, check_held, goes_to_family
from portal.reviews.actions_steps import take_step
from portal.reviews.models import Review
from portal.reviews.rules import ReviewKind, Stage


def share(
    session: PortalSession, *, actor: Actor, pupil_id: uuid.UUID, review_id: uuid.UUID, seen: str, now: datetime
) -> None:
    """Shares the record of a review that was held, as `actor` has just read it: `seen` is the mark of that page
    (SharePage.mark). Sharing twice is once. Raises NotFound, NothingToShare, NotHeldYet, ReviewClosed, and
    StaleVersion when something else would go out."""
    review = reviewed(session, pupil_id=pupil_id, review_id=review_id)
    record = record_of(session, review)
    if record is not None and record.shared_at is not None:
        return
    check_held(review.stage)
    if record is None:
        raise NothingToShare
    # read once the record is locked: what was written in another window since is in it
    if share_page(session, viewer=actor, pupil_id=pupil_id, review_id=review_id).mark != seen:
        raise StaleVersion
    lines, actions = _open_lines(session, record), _open_actions(session, review)
    if not (lines or actions):
        raise NothingToShare
    record.shared_at, record.shared_by = now, actor.person_id
    child = session.scalars(select(Pupil).where(Pupil.id == pupil_id)).one()
    for action, said in actions:
        if words := _card_words(action, said):
            session.add(_card_line(action, said, words, author_id=child.person_id or child.id, actor=actor, now=now))
    if review.kind != ReviewKind.ANNUAL:  # of an annual review it is the report that counts, which is a step of its own
        take_step(session, review, Stage.RECORD_SHARED, actor=actor, now=now)
    told = tell_the_family(session, review, Message.RECORD, event="shared", now=now)
    facts = {"lines": lines, "actions": len(actions), "told": told}
    audit.record_about(session, "record shared", record, actor_id=actor.person_id, now=now, **facts)


def _card_words(action: Action, said: Statement | None) -> str:
    from_child = said is not None and said.side == Side.PUPIL
    return card_words(pupil_words=action.pupil_words, text=action.text, state=action.state, from_child=from_child)


def _open_lines(session: PortalSession, record: Record) -> int:
    found = session.execute(
        select(RecordEntry, Statement.readers.label("wanted"))
        .outerjoin(
            Statement, and_(Statement.id == RecordEntry.statement_id, Statement.pupil_id == RecordEntry.pupil_id)
        )
        .where(RecordEntry.record_id == record.id)
        .order_by(RecordEntry.position)
    ).all()
    for entry, wanted in found:
        _open(entry, wanted)
    return len(found)


def _open_actions(session: PortalSession, review: Review) -> list[tuple[Action, Statement | None]]:
    found = session.execute(
        select(Action, Statement)
        .outerjoin(Statement, and_(Statement.id == Action.statement_id, Statement.pupil_id == Action.pupil_id))
        .where(Action.review_id == review.id, Action.pupil_id == review.pupil_id)
        .order_by(Action.position, Action.id)
    ).all()
    for action, said in found:
        _open(action, said.readers if said else None)
    return [(action, said) for action, said in found]


def _open(row: RecordEntry | Action, wanted: str | None) -> None:
    if goes_to_family(
        for_family=row.for_family,
        readers=row.readers,
        from_statement=row.statement_id is not None,
        statement_readers=wanted,
    ):
        row.readers = Readers.FAMILY


def _card_line(
    action: Action, said: Statement | None, words: str, *, author_id: uuid.UUID, actor: Actor, now: datetime
) -> CardLine:
    own = said if said is not None and said.side == Side.PUPIL else None
    return CardLine(
        **whose(action) | {"author_id": author_id, "side": Side.PUPIL},
        review_id=action.review_id,
        position=action.position,
        action_id=action.id,
        statement_id=own.id if own else None,
        said=own.text if own else "",
        we_will=words,
        picture=action.picture,
        language=action.language,
        written_by=actor.person_id,
        sent_at=now,
    )
