"""A member of staff cannot meet anybody on a day: the times go, and every family that had one is told and can choose
again."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import delete, select

from portal.kernel import audit
from portal.kernel.errors import Conflict, NotAllowed, NotFound
from portal.kernel.scope import PortalSession
from portal.meetings.actions_annual_family import postpone
from portal.meetings.actions_claims import one_effect
from portal.meetings.actions_promise import back_to_invited, end_booking, note, tell_adult
from portal.meetings.models import Booking, Invitation, Meeting, Slot, StaffAbsence, TakenSlot, TimeClaim
from portal.meetings.rules import instant
from portal.meetings.rules_booking import words_at
from portal.meetings.rules_messages import Message
from portal.people.actor import Actor
from portal.people.models import StaffRole
from portal.people.rules import Role
from portal.reviews.models import Review
from portal.reviews.rules import BEFORE_THE_MEETING

TRIES = 5
Held = tuple[Booking, Meeting, Invitation]
Span = tuple[datetime, datetime]


def withdraw_day(
    session: PortalSession, *, actor: Actor, staff_id: uuid.UUID, day: date, reason: str, now: datetime
) -> int:
    """Takes back all times of the day that have not begun and cancels what was booked; returns how many adults are
    told. Doing it twice tells nobody twice. Raises NotAllowed, NotFound, Invalid at `reason`."""
    reason = words_at("reason", reason)
    if not actor.has(Role.OFFICE, Role.SENDCO):
        raise NotAllowed
    works_here = select(StaffRole.id).where(StaffRole.person_id == staff_id, StaffRole.school_id == actor.school_id)
    if session.scalars(works_here.limit(1)).first() is None:
        raise NotFound
    midnight = instant(day, time(0))
    with one_effect(session):
        reviews, held = _hold(session, actor, staff_id, (max(now, midnight), midnight + timedelta(days=1)), now)
        told = {_cancel(session, reviews[row[0].review_id], row, actor, reason, now) for row in held}
        for review in reviews.values():
            if review.round_id is None:
                told |= postpone(session, review, reason, now=now)
        _note_absence(session, actor, staff_id, day, reason, now)
        return len(told)


def _hold(
    session: PortalSession, actor: Actor, staff_id: uuid.UUID, span: Span, now: datetime
) -> tuple[dict[uuid.UUID, Review], list[Held]]:
    """Withdraws the slots, so that nobody can take them any more, and returns what had been taken.

    Reviews are held before slots, as by everybody. When a time is taken between the two, it begins again rather than
    wait the wrong way round.
    """
    of_the_day = (
        select(Slot)
        .where(
            Slot.school_id == actor.school_id,
            Slot.staff_id == staff_id,
            Slot.round_id.is_not(None),
            Slot.withdrawn_at.is_(None),
            Slot.starts_at > span[0],
            Slot.starts_at < span[1],
        )
        .order_by(Slot.starts_at, Slot.id)
    )
    for _try in range(TRIES):
        slot_ids = [slot.id for slot in session.scalars(of_the_day)]
        known = {booking.review_id for booking, _meeting, _invitation in _taken(session, slot_ids, span)}
        reviews = _reviews(session, actor, staff_id, known, span)
        slots = session.scalars(of_the_day.with_for_update(key_share=True)).all()
        held = _taken(session, [slot.id for slot in slots], span)
        if all(booking.review_id in reviews for booking, _meeting, _invitation in held):
            for slot in slots:
                slot.withdrawn_at = now
            session.execute(delete(TimeClaim).where(TimeClaim.slot_id.in_([slot.id for slot in slots])))
            return reviews, held
        session.rollback()
    raise Conflict


def _taken(session: PortalSession, slot_ids: Sequence[uuid.UUID], span: Span) -> list[Held]:
    taken = select(TakenSlot.meeting_id).where(TakenSlot.slot_id.in_(slot_ids), TakenSlot.released_at.is_(None))
    rows = session.execute(
        select(Booking, Meeting, Invitation)
        .join(Meeting, Meeting.id == Booking.meeting_id)
        .join(Invitation, Invitation.id == Booking.invitation_id)
        .where(Booking.meeting_id.in_(taken), Booking.cancelled_at.is_(None), Meeting.starts_at > span[0])
        .order_by(Meeting.starts_at, Booking.id)
        .execution_options(populate_existing=True)
    )
    return [(row.Booking, row.Meeting, row.Invitation) for row in rows]


def _reviews(
    session: PortalSession, actor: Actor, staff_id: uuid.UUID, known: set[uuid.UUID], span: Span
) -> dict[uuid.UUID, Review]:
    """The reviews of these bookings, and those without a round whose day school has set to this one."""
    set_by_school = select(Review.id).where(
        Review.school_id == actor.school_id,
        Review.round_id.is_(None),
        Review.lead_id == staff_id,
        Review.stage.in_(BEFORE_THE_MEETING),
        Review.meets_at > span[0],
        Review.meets_at < span[1],
    )
    wanted = known | set(session.scalars(set_by_school))
    held = select(Review).where(Review.id.in_(wanted)).order_by(Review.id).with_for_update(key_share=True)
    return {review.id: review for review in session.scalars(held.execution_options(populate_existing=True))}


def _cancel(session: PortalSession, review: Review, held: Held, actor: Actor, reason: str, now: datetime) -> uuid.UUID:
    booking, meeting, invitation = held
    end_booking(session, review, invitation, booking, meeting, by=actor.person_id, reason=reason, now=now)
    tell_adult(session, Message.CANCELLED_BY_SCHOOL, invitation, booking, meeting, now=now, reason=reason)
    note("cancelled a meeting for school", session, booking, actor=actor, now=now)
    back_to_invited(session, review, actor=actor, now=now)
    return booking.adult_id


def _note_absence(
    session: PortalSession, actor: Actor, staff_id: uuid.UUID, day: date, reason: str, now: datetime
) -> None:
    noted = select(StaffAbsence.id).where(StaffAbsence.person_id == staff_id, StaffAbsence.day == day)
    if session.scalars(noted).first() is None:
        session.add(
            StaffAbsence(
                school_id=actor.school_id,
                person_id=staff_id,
                day=day,
                reason=reason,
                noted_by=actor.person_id,
                noted_at=now,
            )
        )
    audit.record(
        session,
        "cancelled a day of meetings",
        now=now,
        actor_id=actor.person_id,
        school_id=actor.school_id,
        subject_id=staff_id,
        day=day.isoformat(),
    )
