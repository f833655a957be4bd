"""At the gate and on the phone: staff book, move and cancel for an adult, with an account or without."""

import uuid
from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.kernel import clock
from portal.kernel.errors import Conflict, Invalid, PortalError, StaleVersion
from portal.kernel.words import N_
from portal.meetings import actions_booking, actions_gate, queries_gate
from portal.meetings.forms_family import id_of, language_words, number_of
from portal.meetings.forms_office import DoneForm, GateAnswerForm, GateCancelForm, GateForm
from portal.meetings.page_times import in_words
from portal.meetings.queries_gate import ChildAtGate, GateAdult
from portal.meetings.rules import ANSWERS, MODES, Mode
from portal.meetings.rules_booking import Wishes
from portal.people.access import OFFICE, OFFICE_PUPIL
from portal.people.looks import remember_look
from portal.people.rules import RELATIONSHIPS
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import gettext as _
from portal.web.unit_of_work import db, reader

bp = PortalBlueprint("gate", __name__)
Page = str | Response | tuple[str, int]
WORDS = {"answers": ANSWERS, "modes": MODES, "relationships": RELATIONSHIPS, "language_words": language_words}
REVIEW = "/staff/gate/<uuid:pupil_id>/<uuid:review_id>"
ADULT = REVIEW + "/<uuid:adult_id>"


@bp.get("/staff/gate", access=OFFICE)
def start() -> str:
    """Looks for a child, and lists who waits for a call."""
    search = request.args.get("search", "")[:100]
    page = queries_gate.gate_page(db(), viewer=current_actor(), search=search, today=clock.today())
    return render_template("meetings/gate.html", page=page, form=DoneForm(), **WORDS)


@bp.get("/staff/gate/calls", access=OFFICE)
def calls() -> str:
    """Everybody without a time, with their numbers."""
    adults = queries_gate.call_list(db(), viewer=current_actor(), today=clock.today())
    return render_template("meetings/gate_calls.html", adults=adults, **WORDS)


@bp.get(REVIEW, access=OFFICE_PUPIL)
def child(pupil_id: uuid.UUID, review_id: uuid.UUID) -> str:
    """One child: who is invited, and what each has answered."""
    actor, page = current_actor(), _found(pupil_id, review_id)
    remember_look(actor, school_id=actor.school_id, pupil_id=pupil_id)
    return render_template("meetings/gate_child.html", page=page, form=DoneForm(), **WORDS)


@bp.route(ADULT, methods=["GET", "POST"], access=OFFICE_PUPIL)
def book(pupil_id: uuid.UUID, review_id: uuid.UUID, adult_id: uuid.UUID) -> Page:
    """Takes a time for an adult; whoever has one lets it go only when the new one is held."""
    page = _found(pupil_id, review_id)
    adult = page.adult(adult_id)
    form = GateForm.of(adult)
    slot_id, lost = id_of(form.slot.data), False
    if form.is_submitted():
        try:
            if slot_id is None:
                form.accept(Invalid(N_("Choose a time."), field="slot"))
            elif form.validate():
                return _hold(adult, slot_id, form)
        except (Conflict, Invalid) as error:
            db().rollback()  # lets the others choose on while this page is made
            form.accept(error)
            lost = isinstance(error, Conflict)
            adult = _again(form, adult, error)
    return _form_page(page, adult, form, slot_id, lost)


def _hold(adult: GateAdult, slot_id: uuid.UUID, form: GateForm) -> Response:
    facts: dict[str, Any] = {**_about(adult), "slot_id": slot_id, "wishes": _wishes(adult, form)}
    version = number_of(form.version.data)
    if version:
        actions_booking.move(db(), version=version, **facts)
    else:
        actions_booking.book(db(), once_key=form.once_key.data or uuid.uuid4().hex, **facts)
    flash(_("%(name)s has a time now.", name=adult.name))
    return _back(adult)


def _wishes(adult: GateAdult, form: GateForm) -> Wishes:
    # what a family wanted to talk about is for its teachers: a move at the gate carries it along unread
    wanted = form.wanted()
    return replace(wanted, wishes=adult.time.told.wishes) if adult.time else wanted


def _again(form: GateForm, adult: GateAdult, error: PortalError) -> GateAdult:
    """After somebody else changed the booking, the form goes on from what there is now."""
    if not isinstance(error, StaleVersion):
        return adult
    now = _found(adult.pupil_id, adult.review_id).adult(adult.adult_id)
    form.version.data = str(now.time.version if now.time else 0)
    return now


def _form_page(page: ChildAtGate, adult: GateAdult, form: GateForm, slot_id: uuid.UUID | None, lost: bool) -> Page:
    mode = Mode(form.mode.data) if form.mode.data in tuple(Mode) and form.is_submitted() else None
    facts: dict[str, Any] = {
        "viewer": current_actor(),
        "child": page.child,
        "adult_id": adult.adult_id,
        "now": clock.now(),
    }
    times = queries_gate.times_at_gate(reader(), interpreter=bool(form.interpreter.data), mode=mode, **facts)
    near = (
        queries_gate.nearest_times(reader(), viewer=current_actor(), slot_id=slot_id, times=times)
        if lost and slot_id
        else []
    )
    answer = render_template(
        "meetings/gate_book.html",
        child=page.child,
        adult=adult,
        form=form,
        chosen=slot_id,
        near=in_words(near),
        days=in_words(time for time in times if time not in near),
        **WORDS,
    )
    return answer, (409 if lost else 422) if form.is_submitted() else 200


@bp.route(ADULT + "/cancel", methods=["GET", "POST"], access=OFFICE_PUPIL)
def cancel(pupil_id: uuid.UUID, review_id: uuid.UUID, adult_id: uuid.UUID) -> Page:
    """Gives an adult's time back."""
    adult, form = _found(pupil_id, review_id).adult(adult_id), GateCancelForm()
    if form.validate_on_submit():
        try:
            actions_booking.cancel(db(), reason=form.reason.data or "", **_about(adult))
            flash(_("Cancelled. The time is free again."))
            return _back(adult)
        except (Conflict, Invalid) as error:
            form.accept(error)
    page = render_template("meetings/gate_cancel.html", adult=adult, form=form, **WORDS)
    return page, 422 if form.is_submitted() else 200


@bp.route(ADULT + "/answer", methods=["GET", "POST"], access=OFFICE_PUPIL)
def answer(pupil_id: uuid.UUID, review_id: uuid.UUID, adult_id: uuid.UUID) -> Page:
    """Notes that an adult wants a call, or that no time suits."""
    adult, form = _found(pupil_id, review_id).adult(adult_id), GateAnswerForm()
    if form.validate_on_submit():
        try:
            actions_booking.answer(db(), answer=form.answer.data, words=form.words.data or "", **_about(adult))
            flash(_("The answer is kept."))
            return _back(adult)
        except (Conflict, Invalid) as error:
            form.accept(error)
    page = render_template("meetings/gate_answer.html", adult=adult, form=form, **WORDS)
    return page, 422 if form.is_submitted() else 200


@bp.post(ADULT + "/dealt-with", access=OFFICE_PUPIL)
def dealt_with(pupil_id: uuid.UUID, review_id: uuid.UUID, adult_id: uuid.UUID) -> Response:
    """Takes a question off the list."""
    actions_gate.deal_with(
        db(), actor=current_actor(), pupil_id=pupil_id, review_id=review_id, adult_id=adult_id, now=clock.now()
    )
    flash(_("It is off the list."))
    return redirect(url_for(".start"), 303)


def _found(pupil_id: uuid.UUID, review_id: uuid.UUID) -> ChildAtGate:
    return queries_gate.child_at_gate(
        reader(), viewer=current_actor(), pupil_id=pupil_id, review_id=review_id, today=clock.today()
    )


def _about(adult: GateAdult) -> dict[str, Any]:
    return {
        "actor": current_actor(),
        "pupil_id": adult.pupil_id,
        "review_id": adult.review_id,
        "adult_id": adult.adult_id,
        "now": clock.now(),
    }


def _back(adult: GateAdult) -> Response:
    return redirect(url_for(".child", pupil_id=adult.pupil_id, review_id=adult.review_id), 303)
