"""What cancelling somebody's whole day would do, said before it is done."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, or_, select

from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.meetings.models import Booking, Meeting, Slot, TakenSlot
from portal.meetings.queries_day import SLOTS, span_of
from portal.meetings.queries_times import own_school, staff_of
from portal.people.actor import Actor


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
    told = select(func.count(Booking.adult_id.distinct())).join(Meeting, Meeting.id == Booking.meeting_id)
    families = session.scalars(
        told.where(
            Meeting.staff_id == person_id,
            Meeting.school_id == span["school_id"],
            Meeting.released_at.is_(None),
            Booking.cancelled_at.is_(None),
            Meeting.starts_at > max(span["since"], now),
            Meeting.starts_at < span["until"],
        )
    ).one()
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
        families=families,
        next_free=next_free,
    )
