"""What the season board does for many children in one go: remind, invite, write down, cancel.

Each action does what fits and leaves the rest as it is, so that one child who moved on meanwhile holds up nobody.
"""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.kernel import audit
from portal.kernel.clock import LONDON
from portal.kernel.errors import Conflict, Invalid, NotFound
from portal.kernel.outbox import post_all
from portal.kernel.scope import PortalSession
from portal.kernel.text import many_lines
from portal.kernel.words import N_
from portal.meetings.actions_invite import invite_all, posting, the_round, withhold_all
from portal.meetings.actions_promise import end_booking, tell_adult
from portal.meetings.models import Booking, Invitation, Meeting
from portal.meetings.queries_invitees import who_is_asked
from portal.meetings.rules import Answer
from portal.meetings.rules_board import FITTING, WITH_REASON, Batch
from portal.meetings.rules_messages import BEFORE_BOOKING, Message
from portal.people.actor import Actor
from portal.reviews.actions_steps import take_steps
from portal.reviews.models import Review, ReviewRound
from portal.reviews.rules import RoundState, Stage

LONGEST_REASON = 500


class NotOpen(Conflict):
    """Nobody can choose a time in this round."""

    message = N_("Families cannot choose times in this round now. Open it first.")


@dataclass(frozen=True, slots=True)
class Done:
    """For how many children it was done, and how many were left as they are."""

    done: int
    left: int


def do_for_many(
    session: PortalSession,
    *,
    actor: Actor,
    round_id: uuid.UUID,
    batch: Batch,
    review_ids: Collection[uuid.UUID],
    reason: str = "",
    now: datetime,
) -> Done:
    """One action for the reviews of a round to which it fits; doing it twice is doing it once. Raises NotAllowed,
    NotFound for a review of another round, Invalid without a reason to cancel, NotOpen."""
    row = the_round(session, actor, round_id, hold=True)
    if batch in (Batch.REMIND, Batch.INVITE) and row.state != RoundState.OPEN:
        raise NotOpen
    reason = many_lines(reason, longest=LONGEST_REASON) if batch in WITH_REASON else ""
    if batch == Batch.CANCEL and not reason:
        raise Invalid(N_("Say why. The families can read it."), field="reason")
    wanted = set(review_ids)
    found = session.scalars(
        select(Review).where(Review.round_id == round_id, Review.id.in_(wanted)).order_by(Review.id).with_for_update()
    ).all()
    if len(found) != len(wanted):
        raise NotFound
    session.knows({review.pupil_id for review in found})
    fitting = [review for review in found if review.stage in FITTING[batch]]
    done = _do(session, actor, row, batch, fitting, reason, now)
    for review in done:
        _record(session, actor, batch, review, now)
    session.flush()
    return Done(len(done), len(found) - len(done))


def _do(
    session: PortalSession,
    actor: Actor,
    row: ReviewRound,
    batch: Batch,
    reviews: Sequence[Review],
    reason: str,
    now: datetime,
) -> list[Review]:
    match batch:
        case Batch.REMIND:
            return _remind(session, reviews, now)
        case Batch.INVITE:
            return _invite(session, actor, row, reviews, now)
        case Batch.CANCEL:
            return _cancel(session, actor, reviews, reason, now)
        case Batch.HELD_ALONE:
            return _hold_alone(session, actor, reviews, reason, now)
        case Batch.RECORD_GIVEN:
            take_steps(session, reviews, Stage.RECORD_SHARED, actor=actor, now=now)
            return list(reviews)


def _remind(session: PortalSession, reviews: Sequence[Review], now: datetime) -> list[Review]:
    """A reminder for every adult who may still come and has said nothing, one a day at most."""
    today = now.astimezone(LONDON).date()
    asked = who_is_asked(session, pupil_ids={review.pupil_id for review in reviews}, today=today)
    reached = {
        (pupil_id, adult.adult_id) for pupil_id, adults in asked.items() for adult in adults if adult.reads_the_portal
    }
    silent = session.execute(
        select(Invitation.review_id, Invitation.pupil_id, Invitation.adult_id).where(
            Invitation.review_id.in_([review.id for review in reviews]), Invitation.answer == Answer.NONE
        )
    )
    by_id = {review.id: review for review in reviews}
    postings = [
        posting(Message.REMINDER, by_id[row.review_id], row.adult_id, event=f"again {today}", due_at=now)
        for row in silent
        if (row.pupil_id, row.adult_id) in reached
    ]
    post_all(session, postings, now=now)
    reminded = {uuid.UUID(one.facts["review_id"]) for one in postings}
    return [review for review in reviews if review.id in reminded]


def _invite(
    session: PortalSession, actor: Actor, row: ReviewRound, reviews: Sequence[Review], now: datetime
) -> list[Review]:
    invited = invite_all(session, actor=actor, row=row, reviews=reviews, now=now)
    return [review for review in reviews if review.id in invited.reviews]


def _cancel(
    session: PortalSession, actor: Actor, reviews: Sequence[Review], reason: str, now: datetime
) -> list[Review]:
    """Also gives back the times that families had, and tells them who had one."""
    by_id = {review.id: review for review in reviews}
    booked = session.execute(
        select(Invitation, Booking, Meeting)
        .join(Booking, Booking.invitation_id == Invitation.id)
        .join(Meeting, Meeting.id == Booking.meeting_id)
        .where(Booking.review_id.in_(by_id), Booking.cancelled_at.is_(None))
        .order_by(Meeting.id, Booking.id)
        .with_for_update(of=[Meeting, Booking], key_share=True)
    ).all()
    for invitation, booking, meeting in booked:
        review = by_id[booking.review_id]
        end_booking(session, review, invitation, booking, meeting, by=actor.person_id, reason=reason, now=now)
        if meeting.starts_at > now:
            tell_adult(session, Message.CANCELLED_BY_SCHOOL, invitation, booking, meeting, now=now, reason=reason)
    withhold_all(session, reviews, (*BEFORE_BOOKING, Message.BOOKING_OPEN))
    take_steps(session, reviews, Stage.CANCELLED, actor=actor, now=now, reason=reason)
    return list(reviews)


def _hold_alone(
    session: PortalSession, actor: Actor, reviews: Sequence[Review], reason: str, now: datetime
) -> list[Review]:
    for review in reviews:
        review.held_without_family = True
    withhold_all(session, reviews, BEFORE_BOOKING)
    take_steps(session, reviews, Stage.HELD, actor=actor, now=now, reason=reason)
    return list(reviews)


def _record(session: PortalSession, actor: Actor, batch: Batch, review: Review, now: datetime) -> None:
    audit.record(
        session,
        f"review.{batch.value}",
        now=now,
        actor_id=actor.person_id,
        school_id=review.school_id,
        subject_id=review.id,
        pupil_id=review.pupil_id,
    )
