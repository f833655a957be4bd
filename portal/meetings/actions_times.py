"""Staff enter when they can meet families; making the times claims each of them for staff, colleagues and room."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from portal.kernel import audit
from portal.kernel.clock import LONDON
from portal.kernel.db import renamed
from portal.kernel.errors import Conflict, Invalid, NotFound
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_
from portal.meetings.models import Slot, StaffTime, TimeClaim
from portal.meetings.queries_plan_times import TimesPlan, holders_of, times_plan
from portal.meetings.queries_times import (
    RoundLine,
    own_school,
    rooms_of,
    round_line,
    staff_of,
    times_of_round,
)
from portal.meetings.rules import cells
from portal.meetings.rules_times import Availability, Overlap, Planned, check_availability, who_is_needed_twice
from portal.people.actor import Actor
from portal.reviews.queries_calendar import calendar_of
from portal.reviews.rules import RoundState

TAKEN_TWICE = ("pk_time_claim", "time_claim.holder_id, time_claim.at")


class SomebodyBusy(Conflict):
    """A time cannot be made, because somebody has another one then. `values`: name, at (UTC)."""

    message = N_("%(name)s is busy then: %(at)s. Change this time, or make the others without it.")


class RoomBusy(SomebodyBusy):
    """The same for a room."""

    message = N_("The room is taken then. Room: %(name)s. Time: %(at)s. Change it, or make the others without it.")


def add_time(
    session: PortalSession, *, actor: Actor, round_id: uuid.UUID, availability: Availability, now: datetime
) -> uuid.UUID:
    """Notes when somebody can meet families in a round and returns the id; the very same again is the one there is.

    Raises NotFound, Invalid at the field that does not fit, Overlap with the person or room that is needed twice.
    """
    line = _round_still_open(session, actor, round_id)
    check_availability(availability, minutes=line.minutes, first_day=line.first_day, last_day=line.last_day)
    _check_names(session, actor, line, availability, now.astimezone(LONDON).date())
    known = times_of_round(session, round_id)
    for time_id, other in known:
        if other == availability:
            return time_id
    _check_apart(session, actor, availability, [other for _id, other in known], line.minutes, now)
    row = StaffTime(
        id=uuid.uuid4(),
        school_id=actor.school_id,
        round_id=round_id,
        person_id=availability.person_id,
        weekday=availability.weekday,
        day=availability.day,
        starts=availability.starts,
        ends=availability.ends,
        pause_minutes=availability.pause_minutes,
        room_id=availability.room_id,
        modes=[mode.value for mode in availability.modes],
        with_ids=[str(person_id) for person_id in availability.with_ids],
        join_link=availability.join_link,
    )
    session.add(row)
    session.flush()
    _note(session, "added a time to meet families", actor, availability.person_id, now)
    return row.id


def remove_time(
    session: PortalSession,
    *,
    actor: Actor,
    round_id: uuid.UUID,
    person_id: uuid.UUID,
    time_id: uuid.UUID,
    now: datetime,
) -> None:
    """Takes an entered stretch away; its slots follow when the times are made again. Raises NotFound."""
    _round_still_open(session, actor, round_id)
    row = session.scalars(
        select(StaffTime).where(
            StaffTime.id == time_id, StaffTime.round_id == round_id, StaffTime.person_id == person_id
        )
    ).first()
    if row is None:
        raise NotFound
    session.delete(row)
    session.flush()
    _note(session, "removed a time to meet families", actor, person_id, now)


def make_slots(
    session: PortalSession,
    *,
    actor: Actor,
    round_id: uuid.UUID,
    staff_id: uuid.UUID,
    now: datetime,
    leave_out_busy: bool = False,
) -> int:
    """Makes the slots of one member of staff as entered and returns how many are new; untaken ones that are not wanted
    any more are withdrawn, taken ones stay. Making again changes nothing.

    Raises NotFound, Invalid, SomebodyBusy or RoomBusy unless busy times are to be left out.
    """
    _round_still_open(session, actor, round_id)
    _hold(session, round_id, staff_id)
    plan = times_plan(session, viewer=actor, round_id=round_id, staff_id=staff_id, now=now)
    if plan.busy and not leave_out_busy:
        raise _busy(plan)
    try:
        with session.begin_nested():
            _withdraw(session, plan.going, now)
            _add(session, plan.new, actor, round_id, staff_id)
    except IntegrityError as error:
        somebody = renamed(error, dict.fromkeys(TAKEN_TWICE, Conflict()))
        again = times_plan(session, viewer=actor, round_id=round_id, staff_id=staff_id, now=now)
        raise (_busy(again) if again.busy else somebody) from error
    _note(session, "made times to meet families", actor, staff_id, now, made=len(plan.new), gone=len(plan.going))
    return len(plan.new)


def _round_still_open(session: PortalSession, actor: Actor, round_id: uuid.UUID) -> RoundLine:
    line = round_line(session, viewer=actor, round_id=round_id)
    if line.state == RoundState.CLOSED:
        raise Conflict(N_("This round is finished. Its times cannot be changed any more."))
    return line


def _check_names(
    session: PortalSession, actor: Actor, line: RoundLine, availability: Availability, today: date
) -> None:
    school = own_school(actor)
    staff = staff_of(session, school_id=school, today=today)
    if availability.person_id not in staff:
        raise NotFound
    if not staff.keys() >= set(availability.with_ids):
        raise Invalid(N_("Choose colleagues of this school."), field="with_ids")
    if availability.room_id is not None:
        rooms = {room.room_id: room for room in rooms_of(session, school_id=school)}
        if availability.room_id not in rooms or rooms[availability.room_id].closed:
            raise Invalid(N_("Choose one of the rooms that are open."), field="room_id")
    if availability.day is not None and not calendar_of(session, school, line.first_day).is_school_day(
        availability.day
    ):
        raise Invalid(N_("This is no school day."), field="day")


def _check_apart(
    session: PortalSession,
    actor: Actor,
    availability: Availability,
    others: Iterable[Availability],
    minutes: int,
    now: datetime,
) -> None:
    for other in others:
        if shared := who_is_needed_twice(availability, other, minutes=minutes):
            school = own_school(actor)
            people = staff_of(session, school_id=school, today=now.astimezone(LONDON).date())
            named = {room.room_id: room.name for room in rooms_of(session, school_id=school)}
            facts = {"when": other.when, "starts": other.starts, "ends": other.ends}
            who = sorted(people[key].name for key in shared if key in people)
            if who:
                raise Overlap(
                    N_("%(name)s has a time to meet families then: %(when)s, %(starts)s to %(ends)s."),
                    field="starts",
                    name=who[0],
                    **facts,
                )
            room = next((named[key] for key in shared if key in named), "–")
            raise Overlap(
                N_("The room is used then: %(name)s, %(when)s, %(starts)s to %(ends)s."),
                field="room_id",
                name=room,
                **facts,
            )


def _hold(session: PortalSession, round_id: uuid.UUID, staff_id: uuid.UUID) -> None:
    # A family that takes one of these slots has to wait for us, or we for it: what is withdrawn is not taken meanwhile.
    session.execute(
        select(Slot.id)
        .where(Slot.round_id == round_id, Slot.staff_id == staff_id, Slot.withdrawn_at.is_(None))
        .order_by(Slot.starts_at, Slot.id)  # as booking does, so that nobody waits in a ring
        .with_for_update()
    ).all()


def _busy(plan: TimesPlan) -> SomebodyBusy:
    first = plan.busy[0]
    return (RoomBusy if first.is_room else SomebodyBusy)(name=first.name, at=first.at)


def _withdraw(session: PortalSession, slot_ids: Iterable[uuid.UUID], now: datetime) -> None:
    gone = session.scalars(select(Slot).where(Slot.id.in_(list(slot_ids)))).all()
    for slot in gone:
        slot.withdrawn_at = now
    session.flush()
    session.execute(delete(TimeClaim).where(TimeClaim.slot_id.in_([slot.id for slot in gone])))


def _add(
    session: PortalSession, new: Iterable[Planned], actor: Actor, round_id: uuid.UUID, staff_id: uuid.UUID
) -> None:
    claims: list[TimeClaim] = []
    for planned in new:
        slot = Slot(
            id=uuid.uuid4(),
            school_id=actor.school_id,
            round_id=round_id,
            staff_id=staff_id,
            starts_at=planned.starts_at,
            ends_at=planned.ends_at,
            pause_minutes=planned.pause_minutes,
            room_id=planned.room_id,
            modes=[mode.value for mode in planned.modes],
            with_ids=[str(person_id) for person_id in planned.with_ids],
            join_link=planned.join_link,
        )
        session.add(slot)
        for at in cells(planned.starts_at, planned.free_again_at):
            claims += [TimeClaim(holder_id=holder, at=at, slot_id=slot.id) for holder in holders_of(planned, staff_id)]
    session.flush()
    # in one order for everybody, so that two who want the same colleague wait for each other and never in a ring
    claims.sort(key=lambda claim: (claim.at, claim.holder_id))
    session.add_all(claims)
    session.flush()


def _note(session: PortalSession, what: str, actor: Actor, subject: uuid.UUID, now: datetime, **facts: Any) -> None:
    audit.record(
        session, what, now=now, actor_id=actor.person_id, school_id=actor.school_id, subject_id=subject, **facts
    )
