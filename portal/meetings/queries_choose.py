"""The times that one adult may choose from for one review, and those nearest to one that was lost."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import bindparam, select

from portal.kernel.scope import PortalSession
from portal.meetings.models import Slot
from portal.meetings.queries_free import FreeTime, free_times
from portal.meetings.queries_standing import MyReview
from portal.meetings.rules import Mode
from portal.people.actor import Actor

NEAREST = 6
START = select(Slot.starts_at).where(Slot.id == bindparam("slot_id"), Slot.school_id == bindparam("school_id"))


def times_for(
    session: PortalSession,
    *,
    viewer: Actor,
    review: MyReview,
    interpreter: bool,
    mode: Mode | None = None,
    now: datetime,
    day: date | None = None,
) -> list[FreeTime]:
    """The free times of the review's round, or of one day, in order; with a mode only those that can be held that
    way."""
    if review.round_id is None:
        return []
    found = free_times(
        session,
        school_id=review.school_id,
        round_id=review.round_id,
        staff_id=review.lead_id,
        adult_id=viewer.person_id,
        minutes_needed=review.minutes_needed(interpreter),
        in_building=mode in (None, Mode.IN_PERSON),
        now=now,
        day=day,
    )
    return found if mode is None else [time for time in found if mode in time.modes]


def nearest(
    session: PortalSession, *, review: MyReview, slot_id: uuid.UUID | None, times: Sequence[FreeTime]
) -> list[FreeTime]:
    """The free times nearest to a time that was lost, in their order; the first ones when nothing was chosen."""
    lost = session.scalar(START, {"slot_id": slot_id, "school_id": review.school_id}) if slot_id else None
    if lost is None:
        return list(times[:NEAREST])
    closest = sorted(times, key=lambda time: (abs(time.starts_at - lost), time.starts_at, time.slot_id))[:NEAREST]
    return sorted(closest, key=lambda time: (time.starts_at, time.slot_id))
