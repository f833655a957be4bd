"""Actions are agreed, changed and removed while the record is a draft."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from portal.contributions.models import Statement
from portal.kernel import audit
from portal.kernel.errors import Invalid, NotFound, StaleVersion
from portal.kernel.rows import whose
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_
from portal.people.actor import Actor
from portal.people.models import StaffRole
from portal.people.rules import Readers, Side
from portal.records.actions_draft import Place, draft_record, drafted, keep, next_place
from portal.records.models import Action, Ending, Record
from portal.records.models_standing import EndingStanding
from portal.records.rules import EndingKind
from portal.records.rules_actions import CAN_PROMISE, ActionWords, NamedByAnEnding, check_day


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
    record = draft_record(session, at)
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
        _changed(session, at, "action changed", row)
        return row
    statement = _statement(session, at, statement_id) if statement_id else None
    row = Action(
        **(drafted(statement) if statement else _of_school(record, actor)),
        **values,
        id=action_id,
        review_id=review_id,
        position=next_place(session, at),
        sent_at=now,
        written_by=actor.person_id,
        statement_id=statement_id,
    )
    _may_own(row, values["owner_id"])
    session.add(row)
    keep(session)
    if statement is not None:
        _end_with(session, at, statement, row)
    _changed(session, at, "action agreed", row)
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


def _of_school(record: Record, actor: Actor) -> dict[str, Any]:
    about = {"school_id": record.school_id, "pupil_id": record.pupil_id}
    return {**about, "author_id": actor.person_id, "side": Side.STAFF, "readers": Readers.TEACHERS}


def _end_with(session: PortalSession, at: Place, statement: Statement, action: Action) -> None:
    ended = select(EndingStanding.id).where(EndingStanding.statement_id == statement.id)
    if session.scalars(ended).first() is None:
        session.add(
            Ending(
                **whose(statement),
                review_id=statement.review_id,
                statement_id=statement.id,
                kind=EndingKind.ACTION,
                action_id=action.id,
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
    draft_record(session, at)
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
    _changed(session, at, "action removed", row)


def _changed(session: PortalSession, at: Place, what: str, row: Action) -> None:
    keep(session)
    audit.record_about(session, what, row, actor_id=at.actor.person_id, now=at.now)
