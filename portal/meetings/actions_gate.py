"""Somebody of the office has called an adult back: the question is off the list."""

import uuid
from datetime import datetime

from sqlalchemy import select

from portal.kernel import audit
from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.meetings.models import Invitation
from portal.people.actor import Actor


def deal_with(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    review_id: uuid.UUID,
    adult_id: uuid.UUID,
    now: datetime,
) -> None:
    """Notes who dealt with an adult's answer and when; again changes nothing. Raises NotFound."""
    invitation = session.scalars(
        select(Invitation).where(
            Invitation.review_id == review_id, Invitation.pupil_id == pupil_id, Invitation.adult_id == adult_id
        )
    ).first()
    if invitation is None:
        raise NotFound
    if invitation.dealt_with_at is not None:
        return
    invitation.dealt_with_at, invitation.dealt_with_by = now, actor.person_id
    session.flush()
    audit.record(
        session,
        "dealt with an answer",
        now=now,
        actor_id=actor.person_id,
        school_id=actor.school_id,
        subject_id=adult_id,
        pupil_id=pupil_id,
        answer=invitation.answer.value,
    )
