"""The times that one adult may choose from for one review, and what is offered in place of one that was lost."""

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

NEAREST, ELSEWHERE = 6, 12  # how many times are offered in place of a lost one
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


def instead_of(
    session: PortalSession, *, viewer: Actor, review: MyReview, slot_id: uuid.UUID | None, times: Sequence[FreeTime]
) -> list[FreeTime]:
    """What is offered in place of a time that was lost."""
    return spread(times, start_of(session, slot_id, review.school_id), viewer.person_id)


def spread(times: Sequence[FreeTime], lost: datetime | None, adult_id: uuid.UUID) -> list[FreeTime]:
    """The times nearest to the lost one and others that lie elsewhere for each adult, in order, so that those who lost
    together do not all run after the same few."""
    near = set(nearest(times, lost) if lost else times[:NEAREST])
    rest = [time for time in times if time not in near]
    first, step = adult_id.int, max(1, len(rest) // ELSEWHERE)
    others = {rest[(first + step * place) % len(rest)] for place in range(ELSEWHERE)} if rest else set()
    return sorted(near | others, key=in_order)


def start_of(session: PortalSession, slot_id: uuid.UUID | None, school_id: uuid.UUID) -> datetime | None:
    """When a slot of the school begins, taken or not."""
    return session.scalar(START, {"slot_id": slot_id, "school_id": school_id}) if slot_id else None


def nearest(times: Sequence[FreeTime], lost: datetime) -> list[FreeTime]:
    """The free times nearest to a moment, in their order."""
    closest = sorted(times, key=lambda time: (abs(time.starts_at - lost), *in_order(time)))[:NEAREST]
    return sorted(closest, key=in_order)


def in_order(time: FreeTime) -> tuple[datetime, uuid.UUID]:
    """As every list of times is ordered."""
    return time.starts_at, time.slot_id
