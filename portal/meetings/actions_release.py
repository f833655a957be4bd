"""Frees the times of those who may no longer come, without a word to anybody: an order, a pause or an end of the link,
a child that has left, rights that passed on. The worker looks again and again, so that no decision forgets it."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select

from portal.kernel import audit
from portal.kernel.clock import LONDON
from portal.kernel.scope import PortalSession
from portal.meetings.actions_promise import end_booking
from portal.meetings.models import Booking, Invitation, Meeting
from portal.people.models import Pupil, PupilContact
from portal.people.rules import OPEN_STATES, Restriction
from portal.reviews.models import Review
from portal.reviews.rules import Stage


def release_closed(session: PortalSession, *, now: datetime) -> int:
    """Ends bookings to come whose adult may no longer come; returns how many. For the portal's own scope."""
    today = now.astimezone(LONDON).date()
    closed = (
        select(Booking.review_id)
        .join(Meeting, Meeting.id == Booking.meeting_id)
        .join(Pupil, Pupil.id == Booking.pupil_id)
        .where(Booking.cancelled_at.is_(None), Meeting.starts_at > now, ~_may_come(today))
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
            ~_may_come(today),
        )
        .order_by(Meeting.starts_at, Booking.id)
        .with_for_update(of=[Meeting, Booking], key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    for row in rows:
        _free(session, reviews[row.Booking.review_id], row.Booking, row.Meeting, row.Invitation, now)
    session.flush()
    return len(rows)


def _may_come(today: date) -> ColumnElement[bool]:
    """The rule of rules_booking.may_still_come in SQL, for a booking joined with its pupil."""
    link = exists().where(
        PupilContact.pupil_id == Booking.pupil_id,
        PupilContact.adult_id == Booking.adult_id,
        PupilContact.state.in_(OPEN_STATES),
        or_(PupilContact.restriction == Restriction.NONE, PupilContact.restricted_from > today),
        or_(Pupil.rights_pass_on > today, Pupil.rights_stay_with_parents, Pupil.shares_with_parents),
    )
    return and_(Pupil.left_on.is_(None), or_(link, Pupil.person_id.is_not_distinct_from(Booking.adult_id)))


def _free(
    session: PortalSession, review: Review, booking: Booking, meeting: Meeting, invitation: Invitation, now: datetime
) -> None:
    end_booking(session, review, invitation, booking, meeting, by=None, reason="", now=now)
    if review.live_bookings == 0 and review.stage == Stage.BOOKED:
        review.stage = Stage.INVITED
    audit.record(
        session,
        "freed a time",
        now=now,
        actor_id=None,
        school_id=booking.school_id,
        subject_id=booking.adult_id,
        pupil_id=booking.pupil_id,
        review_id=str(booking.review_id),
    )
