"""The record goes to the family, once and for good: its lines and actions get their readers, the child gets a card, and
every adult of the child is told that something is there."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import and_, bindparam, select

from portal.contributions.models import Statement
from portal.kernel.clock import LONDON
from portal.kernel.outbox import Posting, post_all
from portal.kernel.scope import PortalSession
from portal.meetings.actions_messages import message_of
from portal.meetings.rules_messages import Message
from portal.people.actor import Actor
from portal.people.models import Person, Pupil
from portal.people.rules import Readers, Side
from portal.people.scopes import CONTACT, open_pupils
from portal.records.actions_record import note, record_of, reviewed
from portal.records.models import Action, CardLine, Record, RecordEntry
from portal.records.rules import ActionState
from portal.records.rules_record import NothingToShare, check_held, goes_to_family
from portal.reviews.actions_steps import take_step
from portal.reviews.models import Review
from portal.reviews.rules import ReviewKind, Stage

# ids only, by the same rule as the fence itself: a class teacher's session does not see who else is linked to a child
ADULTS = (
    select(Person.id)
    .where(
        Person.id.in_(
            open_pupils(CONTACT.adult_id, bindparam("today"))
            .where(CONTACT.pupil_id == bindparam("pupil_id"))
            .with_only_columns(CONTACT.adult_id)
        )
    )
    .order_by(Person.id)
)


def share(session: PortalSession, *, actor: Actor, pupil_id: uuid.UUID, review_id: uuid.UUID, now: datetime) -> None:
    """Shares the record of a review that was held; sharing twice is once. Raises NotFound, NothingToShare, NotHeldYet,
    ReviewClosed."""
    review = reviewed(session, pupil_id=pupil_id, review_id=review_id)
    record = record_of(session, review)
    if record is not None and record.shared_at is not None:
        return
    check_held(review.stage)
    lines = _open_lines(session, record) if record else 0
    actions = _open_actions(session, review) if record else []
    if record is None or not (lines or actions):
        raise NothingToShare
    record.shared_at, record.shared_by = now, actor.person_id
    child = session.scalars(select(Pupil).where(Pupil.id == pupil_id)).one()
    for action, said in actions:
        if (words := card_words(action, said)) and action.state != ActionState.STOPPED:
            session.add(_card_line(action, said, words, author_id=child.person_id or child.id, actor=actor, now=now))
    if review.kind != ReviewKind.ANNUAL:  # of an annual review it is the report that counts, which is a step of its own
        take_step(session, review, Stage.RECORD_SHARED, actor=actor, now=now)
    told = _tell(session, review, child, today=now.astimezone(LONDON).date(), now=now)
    note(session, "record shared", record, actor=actor, now=now, lines=lines, actions=len(actions), told=told)


def card_words(action: Action, said: Statement | None) -> str:
    """What stands on the child's card about an action; empty for one that is not for the child."""
    return action.pupil_words or (action.text if said is not None and said.side == Side.PUPIL else "")


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
        school_id=action.school_id,
        pupil_id=action.pupil_id,
        review_id=action.review_id,
        position=action.position,
        action_id=action.id,
        statement_id=own.id if own else None,
        said=own.text if own else "",
        we_will=words,
        picture=action.picture,
        language=action.language,
        author_id=author_id,
        written_by=actor.person_id,
        side=Side.PUPIL,
        readers=action.readers,
        one_adult_id=action.one_adult_id,
        sent_at=now,
    )


def _tell(session: PortalSession, review: Review, child: Pupil, *, today: date, now: datetime) -> int:
    """A message to every adult who may read about the child, and to a young person whose rights are their own."""
    told = set(session.scalars(ADULTS, {"today": today, "pupil_id": child.id}))
    if child.person_id and child.rights_pass_on <= today and not child.rights_stay_with_parents:
        told.add(child.person_id)
    return post_all(session, _messages(review, sorted(told)), now=now)


def _messages(review: Review, told: Iterable[uuid.UUID]) -> Iterable[Posting]:
    for adult_id in told:
        yield message_of(
            Message.RECORD, adult_id=adult_id, pupil_id=review.pupil_id, review_id=review.id, event="shared"
        )
