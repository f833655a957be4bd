"""Frees the times of those who may no longer come, without a word to anybody: an order, a pause or an end of the link,
a child that has left, rights that passed on. The worker looks again and again, so that no decision forgets it."""

from datetime import date, datetime

from sqlalchemy import and_, delete, select

from portal.kernel import audit
from portal.kernel.clock import LONDON
from portal.kernel.scope import PortalSession
from portal.meetings.actions_promise import end_booking
from portal.meetings.models import Booking, Invitation, Meeting, Slot, TimeClaim
from portal.meetings.queries_held import HELD_FOR_IT
from portal.meetings.queries_may_come import may_come
from portal.people.models import Pupil
from portal.reviews.models import Review
from portal.reviews.rules import Stage


def release_closed(session: PortalSession, *, now: datetime) -> int:
    """Ends bookings to come whose adult may no longer come, and lets go of adults who are held for an annual review;
    returns how many. For the portal's own scope."""
    today = now.astimezone(LONDON).date()
    return _end_bookings(session, today, now) + _let_go_of_held(session, today, now)


def _end_bookings(session: PortalSession, today: date, now: datetime) -> int:
    closed = (
        select(Booking.review_id)
        .join(Meeting, Meeting.id == Booking.meeting_id)
        .join(Pupil, Pupil.id == Booking.pupil_id)
        .where(Booking.cancelled_at.is_(None), Meeting.starts_at > now, ~may_come(Booking, today))
    )
    review_ids = set(session.scalars(closed))
    if not review_ids:
        return 0
    # reviews are held before what belongs to them, as by everybody
    held = select(Review).where(Review.id.in_(review_ids)).order_by(Review.id).with_for_update(key_share=True)
    reviews = {review.id: review for review in session.scalars(held.execution_options(populate_existing=True))}
    rows = session.execute(
        select(Booking, Meeting, Invitation)
        .join(Meeting, Meeting.id == Booking.meeting_id)
        .join(Invitation, Invitation.id == Booking.invitation_id)
        .join(Pupil, Pupil.id == Booking.pupil_id)
        .where(
            Booking.review_id.in_(reviews),
            Booking.cancelled_at.is_(None),
            Meeting.starts_at > now,
            ~may_come(Booking, today),
        )
        .order_by(Meeting.starts_at, Booking.id)
        .with_for_update(of=[Meeting, Booking], key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    for row in rows:
        _free(session, reviews[row.Booking.review_id], row.Booking, row.Meeting, row.Invitation, now)
    session.flush()
    return len(rows)


def _let_go_of_held(session: PortalSession, today: date, now: datetime) -> int:
    """The day that school set stays; only the claim of the adult goes, who could else learn of it from another page."""
    held = session.execute(
        select(Invitation, Slot.id)
        .join(Review, and_(Review.id == Invitation.review_id, Review.pupil_id == Invitation.pupil_id))
        .join(Pupil, Pupil.id == Invitation.pupil_id)
        .join(Slot, HELD_FOR_IT)
        .join(TimeClaim, and_(TimeClaim.slot_id == Slot.id, TimeClaim.holder_id == Invitation.adult_id))
        .where(Slot.starts_at > now, TimeClaim.at == Slot.starts_at, ~may_come(Invitation, today))
        .order_by(Slot.starts_at, Invitation.id)
    ).all()
    for invitation, slot_id in held:
        mine = TimeClaim.slot_id == slot_id, TimeClaim.holder_id == invitation.adult_id
        session.execute(delete(TimeClaim).where(*mine))
        _record(session, invitation, now)
    session.flush()
    return len(held)


def _free(
    session: PortalSession, review: Review, booking: Booking, meeting: Meeting, invitation: Invitation, now: datetime
) -> None:
    end_booking(session, review, invitation, booking, meeting, by=None, reason="", now=now)
    if review.live_bookings == 0 and review.stage == Stage.BOOKED:
        review.stage = Stage.INVITED
    _record(session, booking, now)


def _record(session: PortalSession, about: Booking | Invitation, now: datetime) -> None:
    audit.record(
        session,
        "freed a time",
        now=now,
        actor_id=None,
        school_id=about.school_id,
        subject_id=about.adult_id,
        pupil_id=about.pupil_id,
        review_id=str(about.review_id),
    )
