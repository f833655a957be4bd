"""What cancelling somebody's whole day would do, said before it is done."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, or_, select

from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.meetings.models import Booking, Invitation, Meeting, Slot, TakenSlot
from portal.meetings.queries_day import SLOTS
from portal.meetings.queries_day_rows import span_of
from portal.meetings.queries_times import own_school, staff_of
from portal.people.actor import Actor
from portal.reviews.models import Review
from portal.reviews.rules import BEFORE_THE_MEETING


@dataclass(frozen=True, slots=True, kw_only=True)
class DayToCancel:
    """What cancelling somebody's day would do."""

    person_id: uuid.UUID
    name: str
    day: date
    times: int
    families: int
    next_free: int


def day_to_cancel(
    session: PortalSession, *, viewer: Actor, person_id: uuid.UUID, day: date, today: date, now: datetime
) -> DayToCancel:
    """How many families would be told, and how many free times they could choose from. Raises NotFound."""
    staff = staff_of(session, school_id=own_school(viewer), today=today)
    if person_id not in staff or day < today:
        raise NotFound
    span = span_of(viewer, day, day)
    times = {key: made for key, made, _taken in session.execute(SLOTS, span)}
    families = _who_is_told(session, span, person_id, now)
    free = select(func.count(Slot.id)).outerjoin(
        TakenSlot, and_(TakenSlot.slot_id == Slot.id, TakenSlot.released_at.is_(None))
    )
    next_free = session.scalars(
        free.where(
            Slot.staff_id == person_id,
            Slot.school_id == span["school_id"],
            Slot.withdrawn_at.is_(None),
            TakenSlot.id.is_(None),
            Slot.starts_at > now,
            or_(Slot.starts_at < span["since"], Slot.starts_at >= span["until"]),
        )
    ).one()
    return DayToCancel(
        person_id=person_id,
        name=staff[person_id].name,
        day=day,
        times=times.get(person_id, 0),
        families=len(families),
        next_free=next_free,
    )


def _who_is_told(session: PortalSession, span: dict[str, Any], person_id: uuid.UUID, now: datetime) -> set[uuid.UUID]:
    """The adults with a time that day, and those who are invited to an annual review then."""
    booked = (
        select(Booking.adult_id)
        .join(Meeting, Meeting.id == Booking.meeting_id)
        .where(
            Meeting.staff_id == person_id,
            Meeting.school_id == span["school_id"],
            Meeting.released_at.is_(None),
            Booking.cancelled_at.is_(None),
            Meeting.starts_at > max(span["since"], now),
            Meeting.starts_at < span["until"],
        )
    )
    invited = (
        select(Invitation.adult_id)
        .join(Review, and_(Review.id == Invitation.review_id, Review.pupil_id == Invitation.pupil_id))
        .where(
            Review.lead_id == person_id,
            Review.school_id == span["school_id"],
            Review.round_id.is_(None),
            Review.stage.in_(sorted(BEFORE_THE_MEETING)),
            Review.meets_at > max(span["since"], now),
            Review.meets_at < span["until"],
        )
    )
    return {adult_id for statement in (booked, invited) for adult_id in session.scalars(statement)}
