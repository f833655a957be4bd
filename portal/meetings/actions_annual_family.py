"""What a family and its guests learn when an annual review moves or is called off."""

import uuid
from datetime import datetime

from sqlalchemy import select

from portal.kernel.outbox import post
from portal.kernel.scope import PortalSession
from portal.meetings.actions_annual_time import release_time
from portal.meetings.models import Guest, Invitation, Slot
from portal.meetings.rules import Answer, Mode
from portal.meetings.rules_annual import MeetingPlan, link_ends_on
from portal.meetings.rules_messages import Message
from portal.reviews.models import Review


def tell_the_date(session: PortalSession, review: Review, slot: Slot, *, now: datetime) -> None:
    """Every adult who is invited hears of the day, and can answer."""
    for invitation in _invitations(session, review):
        _tell(session, Message.INVITED, review, invitation, now, mode=slot.modes[0])


def tell_the_move(session: PortalSession, review: Review, plan: MeetingPlan, *, now: datetime) -> None:
    """Calendars follow the move, guests' links live as long as the new day, and the family answers anew."""
    for guest in session.scalars(select(Guest).where(Guest.review_id == review.id, Guest.link_hash.is_not(None))):
        guest.link_ends_on = link_ends_on(plan.day)
    for invitation in _invitations(session, review):
        invitation.sequence += 1
        invitation.answer, invitation.answered_at = Answer.NONE, None
        _tell(session, Message.MOVED, review, invitation, now, mode=plan.mode.value)


def call_off(session: PortalSession, review: Review, reason: str, *, now: datetime) -> None:
    """Frees the time, ends the guests' links, and takes the meeting out of the family's calendars."""
    release_time(session, review, now=now)
    for guest in session.scalars(select(Guest).where(Guest.review_id == review.id, Guest.link_hash.is_not(None))):
        guest.link_hash = guest.link_ends_on = None
    for invitation in _invitations(session, review):
        invitation.sequence += 1
        _tell(session, Message.CANCELLED_BY_SCHOOL, review, invitation, now, reason=reason)


def postpone(session: PortalSession, review: Review, reason: str, *, now: datetime) -> set[uuid.UUID]:
    """Frees the time because school cannot keep it; another one will be set. Returns the adults who are told."""
    release_time(session, review, now=now)
    told = set()
    for invitation in _invitations(session, review):
        invitation.sequence += 1
        invitation.answer, invitation.answered_at = Answer.NONE, None
        _tell(session, Message.CANCELLED_BY_SCHOOL, review, invitation, now, reason=reason)
        told.add(invitation.adult_id)
    review.meets_at = None
    return told


def _invitations(session: PortalSession, review: Review) -> list[Invitation]:
    mine = Invitation.pupil_id == review.pupil_id, Invitation.review_id == review.id
    return list(session.scalars(select(Invitation).where(*mine).order_by(Invitation.id)))


def _tell(
    session: PortalSession,
    message: Message,
    review: Review,
    invitation: Invitation,
    now: datetime,
    *,
    mode: str = Mode.IN_PERSON.value,
    reason: str = "",
) -> None:
    starts_at = review.meets_at.isoformat() if review.meets_at else ""
    post(
        session,
        message.value,
        event_key=f"{review.id}:{invitation.sequence}",
        person_id=invitation.adult_id,
        pupil_id=review.pupil_id,
        now=now,
        review_id=str(review.id),
        reason=reason,
        mode=mode,
        starts_at=starts_at,
    )
