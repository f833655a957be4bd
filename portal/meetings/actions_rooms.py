"""Rooms come, get other names and are closed; never while somebody is to be met in them."""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.kernel import audit
from portal.kernel.db import renamed
from portal.kernel.errors import Conflict, Invalid
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_
from portal.meetings.models import Room, Slot, StaffTime
from portal.meetings.queries_times import own_school, room_line
from portal.people.actor import Actor
from portal.reviews.models import ReviewRound
from portal.reviews.rules import RoundState


def add_room(session: PortalSession, *, actor: Actor, name: str, step_free: bool, now: datetime) -> uuid.UUID:
    """A new room of the actor's school. Raises Invalid at `name` when it is known."""
    room = Room(id=uuid.uuid4(), school_id=own_school(actor), name=name, step_free=step_free)
    _keep_room(session, room)
    _note(session, "added a room", actor, room.id, now)
    return room.id


def change_room(
    session: PortalSession,
    *,
    actor: Actor,
    room_id: uuid.UUID,
    name: str,
    step_free: bool,
    closed: bool,
    now: datetime,
) -> None:
    """Names a room anew, or closes it. Raises NotFound, Invalid at `name`, Conflict while times are planned in it."""
    room_line(session, viewer=actor, room_id=room_id)
    room = session.get_one(Room, room_id)
    if closed and not room.closed and _is_used(session, room_id, now):
        raise Conflict(N_("Times are planned in this room. Move them first, then close it."), field="closed")
    room.name, room.step_free, room.closed = name, step_free, closed
    _keep_room(session, room)
    _note(session, "changed a room", actor, room_id, now)


def _keep_room(session: PortalSession, room: Room) -> None:
    if not room.name:
        raise Invalid(N_("Give the room a name."), field="name")
    known = Invalid(N_("There is a room of this name."), field="name")
    try:
        with session.begin_nested():
            session.add(room)
            session.flush()
    except IntegrityError as error:
        names = ("uq_room_name_once_in_a_school", "room.school_id, room.name")
        raise renamed(error, dict.fromkeys(names, known)) from error


def _is_used(session: PortalSession, room_id: uuid.UUID, now: datetime) -> bool:
    slots = select(Slot.id).where(Slot.room_id == room_id, Slot.withdrawn_at.is_(None), Slot.ends_at > now)
    entered = (
        select(StaffTime.id)
        .join(ReviewRound, ReviewRound.id == StaffTime.round_id)
        .where(StaffTime.room_id == room_id, ReviewRound.state != RoundState.CLOSED)
    )
    return any(session.execute(each.limit(1)).first() for each in (slots, entered))


def _note(session: PortalSession, what: str, actor: Actor, subject: uuid.UUID, now: datetime) -> None:
    audit.record(session, what, now=now, actor_id=actor.person_id, school_id=actor.school_id, subject_id=subject)
