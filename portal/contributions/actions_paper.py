"""The office types in what an adult handed in on paper or said on the phone, and rings those who asked for it."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.contributions.actions_say import Answer, keep_and_send
from portal.contributions.models import WantedCall
from portal.contributions.queries_paper import adults_with_a_say
from portal.contributions.rules import TYPED_IN, How
from portal.kernel import audit
from portal.kernel.clock import LONDON
from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.meetings.actions_messages import tell
from portal.meetings.rules_messages import Message
from portal.people.actor import Actor
from portal.people.rules import Side


def type_in(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    review_id: uuid.UUID,
    adult_id: uuid.UUID,
    how: How,
    answers: Mapping[str, Answer],
    now: datetime,
) -> int:
    """Keeps and sends what an adult of this child said, in their name and marked as typed in; how many answers are new.

    Raises NotFound for somebody who is no adult of the child, and as `keep`.
    """
    adults = adults_with_a_say(session, pupil_id=pupil_id, today=now.astimezone(LONDON).date())
    if how not in TYPED_IN or adult_id not in {each.adult_id for each in adults}:
        raise NotFound
    about: dict[str, Any] = {"actor": actor, "pupil_id": pupil_id, "review_id": review_id, "author_id": adult_id}
    new = keep_and_send(session, **about, side=Side.PARENT, how=how, answers=answers, now=now)
    if new:
        tell(
            session,
            Message.TYPED_IN,
            adult_id=adult_id,
            pupil_id=pupil_id,
            review_id=review_id,
            event=now.isoformat(),
            now=now,
        )
    return new


def called(session: PortalSession, *, actor: Actor, call_id: uuid.UUID, now: datetime) -> None:
    """School rang; pressed twice, the first holds. Raises NotFound."""
    call = session.scalars(select(WantedCall).where(WantedCall.id == call_id)).first()
    if call is None:
        raise NotFound
    if call.called_at is not None:
        return
    call.called_at, call.called_by = now, actor.person_id
    audit.record(
        session,
        "called about a review",
        now=now,
        actor_id=actor.person_id,
        school_id=call.school_id,
        subject_id=call.review_id,
        pupil_id=call.pupil_id,
    )
    session.flush()
