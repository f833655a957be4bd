"""Rooms, and the times at which staff can meet families: teachers enter their own, the SENDCO anybody's."""

import uuid

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.kernel import clock
from portal.kernel.errors import PortalError
from portal.meetings import actions_rooms, actions_times, queries_plan_times, queries_times
from portal.meetings.forms_times import ChangeRoomForm, MakeForm, RemoveForm, RoomForm, TimeForm
from portal.meetings.page_stretches import stretch
from portal.meetings.rules import MODES
from portal.meetings.rules_times import WEEKDAYS
from portal.people.access import OFFICE, OWN_TIMES, TIMES
from portal.people.rules import ROLE_NAMES, Role
from portal.reviews.rules import ROUND_STATES, SEASONS
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import gettext as _
from portal.web.i18n import ngettext
from portal.web.unit_of_work import db

bp = PortalBlueprint("times", __name__)
Page = str | Response | tuple[str, int]
WORDS = {
    "modes": MODES,
    "weekdays": WEEKDAYS,
    "seasons": SEASONS,
    "round_states": ROUND_STATES,
    "role_names": ROLE_NAMES,
    "stretch": stretch,
}
ROUND = "/staff/rounds/<uuid:round_id>/times"
PERSON = ROUND + "/<uuid:person_id>"


@bp.get("/staff/times", access=TIMES)
def mine() -> str | Response:
    """To one's own times in the round that is not over; without one, the page says so."""
    actor = current_actor()
    round_id = queries_times.round_not_over(db(), viewer=actor)
    if round_id is None:
        return render_template("meetings/times_none.html")
    return redirect(url_for(".person", round_id=round_id, person_id=actor.person_id))


@bp.get(ROUND, access=TIMES)
def everybody(round_id: uuid.UUID) -> str | Response:
    """Who has how many times; a teacher goes on to their own."""
    actor = current_actor()
    if not actor.has(Role.SENDCO):
        return redirect(url_for(".person", round_id=round_id, person_id=actor.person_id))
    page = queries_times.overview(db(), viewer=actor, round_id=round_id, today=clock.today())
    return render_template("meetings/times_staff.html", page=page, **WORDS)


@bp.get(PERSON, access=OWN_TIMES)
def person(round_id: uuid.UUID, person_id: uuid.UUID) -> str:
    """One person's times in the round, and what was made of them."""
    actor = current_actor()
    page = queries_times.times_page(db(), viewer=actor, round_id=round_id, person_id=person_id, today=clock.today())
    sees_all = actor.has(Role.SENDCO)
    return render_template(
        "meetings/times_person.html", page=page, form=RemoveForm(), sees_all=sees_all, mine=actor.person_id, **WORDS
    )


@bp.route(PERSON + "/add", methods=["GET", "POST"], access=OWN_TIMES)
def add(round_id: uuid.UUID, person_id: uuid.UUID) -> Page:
    """One stretch more."""
    actor, session = current_actor(), db()
    line = queries_times.round_line(session, viewer=actor, round_id=round_id)
    staff = queries_times.staff_of(session, school_id=actor.school_id, today=clock.today())
    rooms = queries_times.rooms_of(session, school_id=actor.school_id)
    form = TimeForm.about(line, person_id, staff.values(), rooms)
    if form.validate_on_submit():
        try:
            given = form.availability(person_id)
            actions_times.add_time(session, actor=actor, round_id=round_id, availability=given, now=clock.now())
            flash(_("Kept. Now make the times, so that families can choose them."))
            return redirect(url_for(".person", round_id=round_id, person_id=person_id), 303)
        except PortalError as error:
            form.accept(error)
    name = staff[person_id].name if person_id in staff else None
    page = render_template("meetings/times_add.html", form=form, line=line, person_id=person_id, name=name)
    return page, 422 if form.is_submitted() else 200


@bp.post(PERSON + "/<uuid:time_id>/remove", access=OWN_TIMES)
def remove(round_id: uuid.UUID, person_id: uuid.UUID, time_id: uuid.UUID) -> Response:
    """Takes one stretch away."""
    actions_times.remove_time(
        db(), actor=current_actor(), round_id=round_id, person_id=person_id, time_id=time_id, now=clock.now()
    )
    flash(_("Removed. Make the times again, so that families no longer see them."))
    return redirect(url_for(".person", round_id=round_id, person_id=person_id), 303)


@bp.route(PERSON + "/make", methods=["GET", "POST"], access=OWN_TIMES)
def make(round_id: uuid.UUID, person_id: uuid.UUID) -> Page:
    """Shows what would be made, and makes it."""
    actor, session, form = current_actor(), db(), MakeForm()
    if form.validate_on_submit():
        try:
            made = actions_times.make_slots(
                session,
                actor=actor,
                round_id=round_id,
                staff_id=person_id,
                now=clock.now(),
                leave_out_busy=form.leave_out_busy.data,
            )
            flash(ngettext("%(num)s new time is ready.", "%(num)s new times are ready.", made))
            return redirect(url_for(".person", round_id=round_id, person_id=person_id), 303)
        except PortalError as error:
            form.accept(error)
    plan = queries_plan_times.times_plan(session, viewer=actor, round_id=round_id, staff_id=person_id, now=clock.now())
    page = render_template("meetings/times_make.html", plan=plan, form=form, **WORDS)
    return page, 422 if form.is_submitted() else 200


@bp.route("/staff/rooms", methods=["GET", "POST"], access=OFFICE)
def rooms() -> Page:
    """The rooms of the school, and a new one."""
    actor, form = current_actor(), RoomForm()
    if form.validate_on_submit():
        try:
            actions_rooms.add_room(
                db(), actor=actor, name=form.name.data, step_free=form.step_free.data, now=clock.now()
            )
            flash(_("The room is kept."))
            return redirect(url_for(".rooms"), 303)
        except PortalError as error:
            form.accept(error)
    found = queries_times.rooms_of(db(), school_id=actor.school_id)
    return render_template("meetings/times_rooms.html", rooms=found, form=form), 422 if form.is_submitted() else 200


@bp.route("/staff/rooms/<uuid:room_id>", methods=["GET", "POST"], access=OFFICE)
def room(room_id: uuid.UUID) -> Page:
    """One room: another name, the steps, or closed."""
    actor = current_actor()
    line = queries_times.room_line(db(), viewer=actor, room_id=room_id)
    form = ChangeRoomForm(data={"name": line.name, "step_free": line.step_free, "closed": line.closed})
    if form.validate_on_submit():
        try:
            facts = {"name": form.name.data, "step_free": form.step_free.data, "closed": form.closed.data}
            actions_rooms.change_room(db(), actor=actor, room_id=room_id, now=clock.now(), **facts)
            flash(_("The room is kept."))
            return redirect(url_for(".rooms"), 303)
        except PortalError as error:
            form.accept(error)
    page = render_template("meetings/times_room.html", room=line, form=form)
    return page, 422 if form.is_submitted() else 200
