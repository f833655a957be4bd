"""What follows when a time is promised or ended: the booking's row, the answer, the stage, the messages, the record."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.kernel import audit
from portal.kernel.outbox import post_all
from portal.kernel.scope import PortalSession
from portal.meetings.actions_claims import let_go
from portal.meetings.actions_messages import message_of, tell, withhold
from portal.meetings.models import Booking, Invitation, JoinOffer, Meeting
from portal.meetings.queries_booking import Place
from portal.meetings.rules import Answer
from portal.meetings.rules_booking import Booked, Wishes, told_on_the_day_before
from portal.meetings.rules_messages import BEFORE_BOOKING, Message
from portal.people.actor import Actor
from portal.reviews.actions_steps import take_step
from portal.reviews.models import Review
from portal.reviews.rules import Stage, next_stages


def promise(
    session: PortalSession,
    place: Place,
    meeting: Meeting,
    *,
    actor: Actor,
    wishes: Wishes,
    once_key: str,
    now: datetime,
) -> Booking:
    """The adult's booking of a meeting whose time is claimed, with all that follows from it."""
    review, invitation = place.review, place.invitation
    booking = Booking(
        id=uuid.uuid4(),
        school_id=review.school_id,
        pupil_id=review.pupil_id,
        review_id=review.id,
        invitation_id=invitation.id,
        adult_id=invitation.adult_id,
        meeting_id=meeting.id,
        once_key=once_key,
        made_by=actor.person_id,
        made_at=now,
    )
    write_wishes(booking, wishes, None)
    review.live_bookings += 1
    invitation.answer, invitation.answer_words, invitation.answered_at = Answer.BOOKED, "", now
    invitation.dealt_with_at = invitation.dealt_with_by = None
    if invitation.sequence:  # a calendar that has seen a time cancelled takes only a later number
        invitation.sequence += 1
    with session.no_autoflush:
        session.add(booking)
        withhold_for(session, invitation, *BEFORE_BOOKING)
        tell_booked(session, Message.BOOKED, invitation, booking, meeting, now=now)
        if wishes.others_may_join:
            offer_to_meet(session, booking, now=now)
        note("booked a meeting", session, booking, actor=actor, now=now)
        if Stage.BOOKED in next_stages(review.kind, review.stage):
            take_step(session, review, Stage.BOOKED, actor=actor, now=now)
    return booking


def end_booking(
    session: PortalSession,
    review: Review,
    invitation: Invitation,
    booking: Booking,
    meeting: Meeting,
    *,
    by: uuid.UUID | None,
    reason: str,
    now: datetime,
) -> None:
    """Ends one adult's booking and gives the time back; the invitation stands and waits for another answer."""
    booking.cancelled_at, booking.cancelled_by, booking.cancel_reason = now, by, reason
    review.live_bookings -= 1
    invitation.answer, invitation.answered_at = Answer.NONE, now
    invitation.sequence += 1
    let_go(session, booking, meeting, now=now)
    withhold_for(session, invitation, Message.TOMORROW)


def back_to_invited(session: PortalSession, review: Review, *, actor: Actor, now: datetime) -> None:
    """With its last time the review goes back to where the family is asked."""
    if review.live_bookings == 0 and review.stage == Stage.BOOKED:
        take_step(session, review, Stage.INVITED, actor=actor, now=now)


def write_wishes(booking: Booking, wishes: Wishes, changed_at: datetime | None) -> None:
    """Puts what the adult asks for into the booking."""
    booking.language = wishes.language
    booking.interpreter = wishes.interpreter
    booking.needs = list(wishes.needs)
    booking.need_words = wishes.need_words
    booking.brings = wishes.brings
    booking.wishes = wishes.wishes
    booking.phone = wishes.phone
    booking.changed_at = changed_at


def offer_to_meet(session: PortalSession, booking: Booking, *, now: datetime) -> None:
    """Lets the other adults of the child come to this meeting; offering twice is one offer."""
    if _own_offers(session, booking):
        return
    session.add(
        JoinOffer(
            school_id=booking.school_id,
            pupil_id=booking.pupil_id,
            review_id=booking.review_id,
            meeting_id=booking.meeting_id,
            offered_by=booking.adult_id,
            offered_at=now,
        )
    )


def withdraw_offer(session: PortalSession, booking: Booking, *, now: datetime) -> None:
    """Nobody else can join any more; who has joined stays."""
    for offer in _own_offers(session, booking):
        offer.withdrawn_at = now


def _own_offers(session: PortalSession, booking: Booking) -> list[JoinOffer]:
    offers = select(JoinOffer).where(
        JoinOffer.meeting_id == booking.meeting_id,
        JoinOffer.offered_by == booking.adult_id,
        JoinOffer.review_id == booking.review_id,
        JoinOffer.withdrawn_at.is_(None),
    )
    return list(session.scalars(offers))


def tell_booked(
    session: PortalSession,
    message: Message,
    invitation: Invitation,
    booking: Booking,
    meeting: Meeting,
    *,
    now: datetime,
) -> None:
    """That there is a time, now and once more on the day before."""
    about = _about(invitation, booking)
    messages = [message_of(message, **about, meeting=meeting)]
    due_at = told_on_the_day_before(meeting.starts_at)
    if due_at > now:
        messages.append(message_of(Message.TOMORROW, **about, meeting=meeting, due_at=due_at))
    post_all(session, messages, now=now)


def tell_adult(
    session: PortalSession,
    message: Message,
    invitation: Invitation,
    booking: Booking,
    meeting: Meeting,
    *,
    now: datetime,
    reason: str,
) -> None:
    """One message to the adult of the booking."""
    tell(session, message, **_about(invitation, booking), now=now, meeting=meeting, reason=reason)


def _about(invitation: Invitation, booking: Booking) -> dict[str, Any]:
    return {
        "adult_id": booking.adult_id,
        "pupil_id": booking.pupil_id,
        "review_id": booking.review_id,
        "event": f"{booking.id}:{invitation.sequence}",  # each step of the calendar's number is an event of its own
    }


def withhold_for(session: PortalSession, invitation: Invitation, *messages: Message) -> None:
    """Messages to this adult about this review that are no longer true."""
    facts = {"adult_id": invitation.adult_id, "pupil_id": invitation.pupil_id, "review_id": invitation.review_id}
    withhold(session, messages, **facts)


def note(
    act: str, session: PortalSession, about: Booking | Invitation, *, actor: Actor, now: datetime, **facts: str
) -> None:
    """The record of an act about one adult's booking."""
    audit.record(
        session,
        act,
        now=now,
        actor_id=actor.person_id,
        school_id=about.school_id,
        subject_id=about.adult_id,
        pupil_id=about.pupil_id,
        review_id=str(about.review_id),
        **facts,
    )


def booked(booking: Booking, meeting: Meeting) -> Booked:
    """What the adult is told of the booking."""
    return Booked(booking.id, meeting.id, meeting.starts_at, meeting.ends_at, meeting.mode)
