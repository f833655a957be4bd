"""Actions are agreed while the record is a draft, and what is not done yet goes on into the next one.

Every write begins with the review, locked, so that two writers come one after the other."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError

from portal.contributions.models import Statement
from portal.kernel import audit
from portal.kernel.clock import LONDON
from portal.kernel.db import renamed
from portal.kernel.errors import Conflict, Invalid, NotFound, StaleVersion
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_
from portal.meetings.actions_pupil import held_review
from portal.people.actor import Actor
from portal.people.models import StaffRole
from portal.people.rules import Readers, Side
from portal.records.models import Action, Ending, Record
from portal.records.models_standing import ActionStanding, EndingStanding
from portal.records.rules import EndingKind
from portal.records.rules_actions import (
    CAN_PROMISE,
    UNFINISHED,
    ActionWords,
    NamedByAnEnding,
    RecordIsShared,
    check_day,
)

TAKEN = Conflict()
COPIED = (
    *("school_id", "pupil_id", "author_id", "side", "one_adult_id", "party", "owner_id", "owner_words", "text"),
    *("how_we_will_know", "pupil_words", "picture", "language", "due_on", "for_family", "statement_id"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Who writes about which review of which child, and when."""

    actor: Actor
    pupil_id: uuid.UUID
    review_id: uuid.UUID
    now: datetime

    @property
    def today(self) -> date:
        """The school's day."""
        return self.now.astimezone(LONDON).date()


def draft_record(session: PortalSession, *, pupil_id: uuid.UUID, review_id: uuid.UUID) -> Record:
    """The record of a review, which nobody has shared yet. Raises NotFound, RecordIsShared."""
    review = held_review(session, pupil_id=pupil_id, review_id=review_id)
    found = select(Record).where(Record.review_id == review.id, Record.pupil_id == pupil_id)
    record = session.scalars(found.execution_options(populate_existing=True)).first()
    if record is None:
        raise NotFound
    if record.shared_at is not None:
        raise RecordIsShared
    return record


def save_action(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    review_id: uuid.UUID,
    action_id: uuid.UUID,
    words: ActionWords,
    version: int,
    statement_id: uuid.UUID | None = None,
    now: datetime,
) -> Action:
    """Changes an action of a draft, or adds it when the draft has none of this id, so that a form sent twice adds one.

    `version` is the one the form was made from, 0 for a new action. With a statement the new action is its ending too,
    and has no wider readers than it. Raises Invalid, StaleVersion, Conflict, RecordIsShared, NotFound.
    """
    at = Place(actor=actor, pupil_id=pupil_id, review_id=review_id, now=now)
    record = draft_record(session, pupil_id=pupil_id, review_id=review_id)
    row = session.scalars(select(Action).where(Action.id == action_id, Action.pupil_id == pupil_id)).first()
    if row is not None and row.review_id != review_id:
        raise NotFound
    values = _checked(session, at, words, row)
    if row is not None:
        if all(getattr(row, name) == value for name, value in values.items()):
            return row
        if row.version != version:
            raise StaleVersion
        _may_own(row, values["owner_id"])
        for name, value in values.items():
            setattr(row, name, value)
        _note(session, at, "action changed", row)
        return row
    statement = _statement(session, at, statement_id) if statement_id else None
    row = Action(
        id=action_id,
        school_id=record.school_id,
        pupil_id=pupil_id,
        review_id=review_id,
        position=_next_place(session, at),
        sent_at=now,
        written_by=actor.person_id,
        statement_id=statement_id,
        **_whose(statement, actor),
        **values,
    )
    _may_own(row, values["owner_id"])
    session.add(row)
    _flush(session)
    if statement is not None:
        _end_with(session, at, statement, row)
    _note(session, at, "action agreed", row)
    return row


def _checked(session: PortalSession, at: Place, words: ActionWords, row: Action | None) -> dict[str, Any]:
    if not words.text:
        raise Invalid(N_("Say what will be done."), field="text")
    owner_id = _owner(session, at, words.owner) if words.owner else None
    if owner_id is None and not words.owner_words:
        raise Invalid(N_("Say who does it: choose a name, or write it."), field="owner_words")
    if row is None or row.due_on != words.due_on:
        check_day(words.due_on, at.today)
    return {
        "party": words.party,
        "owner_id": owner_id,
        "owner_words": words.owner_words,
        "text": words.text,
        "due_on": words.due_on,
        "how_we_will_know": words.how_we_will_know,
        "pupil_words": words.pupil_words,
        "picture": words.picture,
        "for_family": words.for_family,
    }


def _owner(session: PortalSession, at: Place, chosen: str) -> uuid.UUID:
    found = session.scalars(
        select(StaffRole.person_id).where(
            StaffRole.person_id == uuid.UUID(chosen),
            StaffRole.school_id == at.actor.school_id,
            StaffRole.role.in_(CAN_PROMISE),
            StaffRole.starts_on <= at.today,
            or_(StaffRole.ends_on.is_(None), StaffRole.ends_on >= at.today),
        )
    ).first()
    if found is None:
        raise Invalid(N_("Choose colleagues of this school."), field="owner")
    return found


def _may_own(row: Action, owner_id: uuid.UUID | None) -> None:
    """What a child said to one adult is nobody else's business, so nobody else can be given it to do."""
    if row.readers == Readers.ONE_ADULT and owner_id not in (None, row.one_adult_id):
        raise Invalid(N_("This was said to one adult only. Nobody else can be named here."), field="owner")


def _statement(session: PortalSession, at: Place, statement_id: uuid.UUID) -> Statement:
    found = session.scalars(
        select(Statement).where(
            Statement.id == statement_id,
            Statement.pupil_id == at.pupil_id,
            Statement.review_id == at.review_id,
            Statement.sent_at.is_not(None),
        )
    ).first()
    if found is None:
        raise NotFound
    return found


def _whose(statement: Statement | None, actor: Actor) -> dict[str, Any]:
    """While the record is a draft an action is for school only; one adult's stays that adult's."""
    if statement is None:
        return {"author_id": actor.person_id, "side": Side.STAFF, "readers": Readers.TEACHERS}
    narrow = statement.readers == Readers.ONE_ADULT
    return {
        "author_id": statement.author_id,
        "side": statement.side,
        "readers": Readers.ONE_ADULT if narrow else Readers.TEACHERS,
        "one_adult_id": statement.one_adult_id,
    }


def _next_place(session: PortalSession, at: Place) -> int:
    # all places count, also those of actions that this writer may not read
    last = session.scalar(
        select(func.max(ActionStanding.position)).where(
            ActionStanding.review_id == at.review_id, ActionStanding.pupil_id == at.pupil_id
        )
    )
    return (last or 0) + 1


def _flush(session: PortalSession) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        raise renamed(
            error,
            {
                "uq_actions_of_a_review_are_numbered": TAKEN,
                "action.review_id": TAKEN,
                "uq_an_action_is_carried_on_once": TAKEN,
                "action.carried_from": TAKEN,
                "pk_action": NotFound(),
                "action.id": NotFound(),
            },
        ) from None


def _end_with(session: PortalSession, at: Place, statement: Statement, action: Action) -> None:
    ended = select(EndingStanding.id).where(EndingStanding.statement_id == statement.id)
    if session.scalars(ended).first() is None:
        session.add(
            Ending(
                school_id=statement.school_id,
                pupil_id=statement.pupil_id,
                review_id=statement.review_id,
                statement_id=statement.id,
                kind=EndingKind.ACTION,
                action_id=action.id,
                author_id=statement.author_id,
                side=statement.side,
                readers=statement.readers,
                one_adult_id=statement.one_adult_id,
                written_by=at.actor.person_id,
                sent_at=at.now,
                ended_by=at.actor.person_id,
                ended_at=at.now,
            )
        )


def remove_action(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    review_id: uuid.UUID,
    action_id: uuid.UUID,
    version: int,
    now: datetime,
) -> None:
    """Takes an action out of a draft; what was said and led to it has no ending again. What is gone already is gone.

    Raises NotFound, StaleVersion, RecordIsShared, NamedByAnEnding when it answers what this reader may not see.
    """
    at = Place(actor=actor, pupil_id=pupil_id, review_id=review_id, now=now)
    draft_record(session, pupil_id=pupil_id, review_id=review_id)
    about = (Action.id == action_id, Action.pupil_id == pupil_id, Action.review_id == review_id)
    row = session.scalars(select(Action).where(*about)).first()
    if row is None:
        return
    if row.version != version:
        raise StaleVersion
    of_it = (Ending.action_id == action_id, Ending.pupil_id == pupil_id)
    for ending in session.scalars(select(Ending).where(*of_it)):
        session.delete(ending)
    session.flush()
    hidden = (EndingStanding.action_id == action_id, EndingStanding.pupil_id == pupil_id)
    if session.scalars(select(EndingStanding.id).where(*hidden)).first():
        raise NamedByAnEnding
    session.delete(row)
    _note(session, at, "action removed", row)


def carry_on(
    session: PortalSession, *, actor: Actor, pupil_id: uuid.UUID, review_id: uuid.UUID, now: datetime
) -> list[Action]:
    """Copies what is still to be done, from the child's shared records, into the draft of the next review: each action
    once. What this writer may not read stays where it is. Raises NotFound, RecordIsShared, Conflict."""
    at = Place(actor=actor, pupil_id=pupil_id, review_id=review_id, now=now)
    record = draft_record(session, pupil_id=pupil_id, review_id=review_id)
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
    first = _next_place(session, at)
    copies = [_copy(row, at, position) for position, row in enumerate(rows, first)]
    session.add_all(copies)
    _flush(session)
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
    narrow = row.readers == Readers.ONE_ADULT
    return Action(
        **{name: getattr(row, name) for name in COPIED},
        readers=Readers.ONE_ADULT if narrow else Readers.TEACHERS,
        review_id=at.review_id,
        position=position,
        carried_from=row.id,
        written_by=at.actor.person_id,
        sent_at=at.now,
    )


def _note(session: PortalSession, at: Place, what: str, row: Action) -> None:
    audit.record(
        session,
        what,
        now=at.now,
        actor_id=at.actor.person_id,
        school_id=row.school_id,
        subject_id=row.id,
        pupil_id=row.pupil_id,
    )
    _flush(session)
