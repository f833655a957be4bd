"""A second round beside the demo's open one, on the same days: its times are free to be made in the mornings."""

import uuid
from datetime import date

from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.scope import PortalSession, system
from portal.meetings.models import Room, Slot, TimeClaim
from portal.meetings.rules_times import days_between
from portal.reviews.models import ReviewRound
from portal.reviews.queries_calendar import calendar_of
from portal.reviews.rules import RoundState
from tests.profiles.filling import ask, change

HAZEL = "Hazel Lane Primary School"


def open_round(app, ids) -> ReviewRound:
    """The round in which Hazel Lane's families choose now."""
    (found,) = ask(
        app,
        select(ReviewRound).where(ReviewRound.school_id == ids.schools[HAZEL], ReviewRound.state == RoundState.OPEN),
    )
    return found


def planned_round(app, ids, **facts) -> ReviewRound:
    """A round that is being prepared, half an hour a meeting, five minutes between two."""
    like = open_round(app, ids)
    made = ReviewRound(
        id=uuid.uuid4(),
        **{
            "school_id": like.school_id,
            "term_id": like.term_id,
            "state": RoundState.PLANNED,
            "booking_opens_at": like.booking_opens_at,
            "booking_closes_at": like.booking_closes_at,
            "first_day": like.first_day,
            "last_day": like.last_day,
            "minutes": 30,
            "pause_minutes": 5,
            "made_by": like.made_by,
            "made_at": clock.now(),
            "version": 1,
            **facts,
        },
    )
    change(app, made)
    return made


def school_days(app, round_: ReviewRound) -> list[date]:
    """The school days of a round."""
    with PortalSession(app.extensions["engine"], scope=system("a test looks"), read_only=True) as session:
        calendar = calendar_of(session, round_.school_id, round_.first_day)
    return [day for day in days_between(round_.first_day, round_.last_day) if calendar.is_school_day(day)]


def a_room(app, ids, name: str = "The Nest", **facts) -> uuid.UUID:
    """A room of Hazel Lane's."""
    room = Room(
        id=uuid.uuid4(), school_id=ids.schools[HAZEL], name=name, **{"step_free": True, "closed": False, **facts}
    )
    change(app, room)
    return room.id


def live_slots(app, round_id: uuid.UUID, staff_id: uuid.UUID) -> list[Slot]:
    """The slots that are offered, in order."""
    return ask(
        app,
        select(Slot)
        .where(Slot.round_id == round_id, Slot.staff_id == staff_id, Slot.withdrawn_at.is_(None))
        .order_by(Slot.starts_at),
    )


def claims_of(app, slot_id: uuid.UUID) -> dict[uuid.UUID, int]:
    """How many five minutes each holder has given to a slot."""
    found: dict[uuid.UUID, int] = {}
    for holder in ask(app, select(TimeClaim.holder_id).where(TimeClaim.slot_id == slot_id)):
        found[holder] = found.get(holder, 0) + 1
    return found


def other_school(ids) -> uuid.UUID:
    """The demo's second school."""
    return next(key for name, key in ids.schools.items() if name != HAZEL)
