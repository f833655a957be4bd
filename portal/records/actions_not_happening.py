"""A family says that something agreed is not happening; the SENDCO answers in words, which that adult reads."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.contributions.rules import OnlyReads
from portal.kernel import audit
from portal.kernel.db import renamed
from portal.kernel.errors import Conflict, Invalid, NotFound
from portal.kernel.once import once
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_
from portal.meetings.actions_messages import tell
from portal.meetings.rules_messages import Message
from portal.people.actor import Actor
from portal.people.models import PupilContact
from portal.people.rules import Audience, PortalAccess
from portal.records.models import Action, NotHappening, Record
from portal.records.models_standing import ActionStanding
from portal.records.rules_actions import DISPUTABLE


def say_not_happening(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    action_id: uuid.UUID,
    words: str,
    once_key: str,
    now: datetime,
) -> None:
    """Tells the SENDCO. The same form sent twice says it once. Raises NotFound, OnlyReads, Conflict."""
    _may_say(session, actor, pupil_id)
    action = session.scalars(
        select(Action)
        .join(Record, Record.review_id == Action.review_id)
        .where(Action.id == action_id, Action.pupil_id == pupil_id, Record.shared_at.is_not(None))
    ).first()
    if action is None:
        raise NotFound
    key = once(actor.person_id, once_key, str(action_id), words)
    if session.scalars(select(NotHappening.id).where(NotHappening.once_key == key)).first():
        return
    if action.state not in DISPUTABLE:
        raise Conflict(N_("This is done or stopped by now. Look at it again."))
    row = NotHappening(
        id=uuid.uuid4(),
        school_id=action.school_id,
        pupil_id=pupil_id,
        action_id=action_id,
        adult_id=actor.person_id,
        words=words,
        said_at=now,
        once_key=key,
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        refused = {"uq_said_twice_is_said_once": Conflict(), "not_happening.once_key": Conflict()}
        raise renamed(error, refused) from None
    audit.record_about(session, "not happening", row, actor_id=actor.person_id, now=now)


def _may_say(session: PortalSession, actor: Actor, pupil_id: uuid.UUID) -> None:
    if actor.audience != Audience.FAMILY:
        return  # a young person whose rights are their own
    mine = select(PupilContact.access).where(
        PupilContact.pupil_id == pupil_id, PupilContact.adult_id == actor.person_id
    )
    if session.scalars(mine).first() != PortalAccess.CONTRIBUTE:
        raise OnlyReads


def answer_not_happening(
    session: PortalSession, *, actor: Actor, pupil_id: uuid.UUID, said_id: uuid.UUID, words: str, now: datetime
) -> None:
    """Answers once, in words, and tells that adult that there is something new. Raises NotFound, Invalid, Conflict when
    somebody else has answered."""
    row = session.scalars(
        select(NotHappening)
        .where(NotHappening.id == said_id, NotHappening.pupil_id == pupil_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise NotFound
    if row.answered_at is not None:
        if row.answer == words:
            return
        raise Conflict(N_("Somebody else has answered this already."))
    if not words:
        raise Invalid(N_("Write your answer. Whoever said it reads it."), field="words")
    row.answered_at, row.answered_by, row.answer = now, actor.person_id, words
    audit.record_about(session, "not happening answered", row, actor_id=actor.person_id, now=now)
    # the SENDCO may not see the action itself: it can be for another adult only
    review_id = session.scalars(select(ActionStanding.review_id).where(ActionStanding.id == row.action_id)).one()
    about: dict[str, Any] = {"adult_id": row.adult_id, "pupil_id": pupil_id, "review_id": review_id}
    tell(session, Message.ANSWERED, **about, event=f"answered {row.id}", now=now)
