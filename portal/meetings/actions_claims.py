"""Who has which time: slots are taken by a meeting, five-minute cells are claimed by each adult who comes to it."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from portal.kernel.db import renamed
from portal.kernel.errors import PortalError, StaleVersion
from portal.kernel.scope import PortalSession
from portal.meetings.models import Booking, JoinOffer, Meeting, TakenSlot, TimeClaim
from portal.meetings.queries_booking import Offered, Place, comers, hold_school, slots_from
from portal.meetings.queries_free import others_near
from portal.meetings.rules import Mode, cells
from portal.meetings.rules_booking import (
    AlreadyBooked,
    AlreadySent,
    BusyThen,
    ModeNotOffered,
    SlotPast,
    SlotTaken,
    TooShort,
    meeting_ends,
)

# the name of each guard on PostgreSQL and on SQLite, and what it means
GUARDS: dict[str, type[PortalError]] = {
    "uq_a_slot_is_taken_once": SlotTaken,
    "taken_slot.slot_id": SlotTaken,
    "pk_time_claim": BusyThen,
    "time_claim.holder_id": BusyThen,
    "uq_one_time_for_an_adult_and_a_review": AlreadyBooked,
    "booking.review_id, booking.adult_id": AlreadyBooked,
    "uq_booking_once_key": AlreadySent,
    "booking.once_key": AlreadySent,
}


@contextmanager
def one_effect(session: PortalSession) -> Iterator[None]:
    """All of it or nothing, and a guard's refusal in the school's words. What is refused lets go at once, so that
    nobody waits while the refusal is being read."""
    try:
        yield
        session.flush()
    except IntegrityError as refusal:
        session.rollback()
        raise renamed(refusal, {name: error() for name, error in GUARDS.items()}) from refusal
    except StaleDataError as late:
        session.rollback()
        raise StaleVersion from late
    except PortalError:
        session.rollback()
        raise


def take(
    session: PortalSession,
    place: Place,
    slot: Offered,
    *,
    length: int,
    mode: Mode,
    now: datetime,
    bookings: int = 1,
    again: bool = False,
) -> Meeting:
    """A new meeting for so many bookings that has the slot and those after it which it needs. `again` when a time that
    was let go in this transaction may be part of it. Raises what keeps the slot from being taken."""
    if slot.starts_at <= now:
        raise SlotPast
    if slot.withdrawn or (slot.taken and not again):
        raise SlotTaken
    if mode not in slot.modes:
        raise ModeNotOffered(field="mode")
    slots = slots_from(session, slot, length)
    if not slots:
        raise TooShort
    if any(other.taken for other in slots) and not again:
        raise SlotTaken
    meeting = Meeting(
        id=uuid.uuid4(),
        school_id=place.review.school_id,
        staff_id=slot.staff_id,
        starts_at=slot.starts_at,
        ends_at=meeting_ends(slot, length),
        mode=mode,
        room_id=slot.room_id,
        join_link=slot.join_link,
        live_bookings=bookings,
    )
    session.add(meeting)
    session.flush()  # before the rows that point to it
    session.add_all(TakenSlot(slot_id=slot.id, meeting_id=meeting.id) for slot in slots)
    return meeting


def come_to(session: PortalSession, place: Place, meeting: Meeting) -> None:
    """The adult's time from the meeting's start to its end. Raises SlotTaken when somebody they must not meet is
    near."""
    adult_id = place.invitation.adult_id
    in_building = meeting.mode == Mode.IN_PERSON
    if place.apart and in_building:
        with session.no_autoflush:
            hold_school(session, meeting.school_id)
            if others_near(
                session,
                school_id=meeting.school_id,
                adult_id=adult_id,
                starts_at=meeting.starts_at,
                ends_at=meeting.ends_at,
            ):
                raise SlotTaken
    session.add_all(
        TimeClaim(holder_id=adult_id, at=at, meeting_id=meeting.id, in_building=in_building)
        for at in cells(meeting.starts_at, meeting.ends_at)
    )


def let_go(session: PortalSession, booking: Booking, meeting: Meeting, *, now: datetime) -> None:
    """The adult's place in the meeting; the last one out gives the slots back. What was let go is in the database at
    once, so that the same transaction can take it again."""
    meeting.live_bookings -= 1
    offers = select(JoinOffer).where(JoinOffer.meeting_id == meeting.id, JoinOffer.withdrawn_at.is_(None))
    for offer in session.scalars(offers).all():
        if meeting.live_bookings == 0 or offer.offered_by == booking.adult_id:
            offer.withdrawn_at = now
    if meeting.live_bookings == 0:
        meeting.released_at = now
        taken = update(TakenSlot).where(TakenSlot.meeting_id == meeting.id, TakenSlot.released_at.is_(None))
        session.execute(taken.values(released_at=now))
        session.execute(delete(TimeClaim).where(TimeClaim.meeting_id == meeting.id))
    elif comers(session, meeting.id) > 1:  # else the same adult stays, for another child
        mine = TimeClaim.meeting_id == meeting.id, TimeClaim.holder_id == booking.adult_id
        session.execute(delete(TimeClaim).where(*mine))
