"""The SENDCO leads the annual review of an EHC plan: the dates, the meeting, the guests, one step after the other."""

import uuid
from collections.abc import Callable

from flask import current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.kernel import clock
from portal.kernel.errors import NotFound, PortalError
from portal.meetings import actions_annual, actions_guests
from portal.meetings.forms_annual import DatesForm, GuestForm, MeetingForm, StepForm
from portal.meetings.forms_family import number_of
from portal.meetings.queries_annual import AnnualPage, AnnualReview, annual_page, warnings_if
from portal.meetings.queries_head import head_name
from portal.meetings.queries_times import rooms_of
from portal.meetings.rules import ANSWERS, BASES, MODES, Basis, Mode
from portal.people.access import SENDCO_PUPIL
from portal.people.looks import remember_look
from portal.reviews.rules import STAGES, Stage
from portal.reviews.rules_clock import MARK_KINDS, MARKS, TITLES
from portal.web.access import PortalBlueprint, current_actor
from portal.web.forms import PortalForm
from portal.web.i18n import gettext as _
from portal.web.unit_of_work import db, reader

bp = PortalBlueprint("annual", __name__)
Page = str | Response | tuple[str, int]
ANNUAL = "/staff/children/<uuid:pupil_id>/annual"
GUEST = ANNUAL + "/guests/<uuid:guest_id>"
WORDS = {
    "stages": STAGES,
    "hands": TITLES,
    "marks": MARKS,
    "mark_kinds": MARK_KINDS,
    "bases": BASES,
    "answers": ANSWERS,
    "modes": MODES,
    "Mode": Mode,
    "Basis": Basis,
}


def _page(pupil_id: uuid.UUID) -> AnnualPage:
    """The page as it stands, read before anything is written."""
    return annual_page(reader(), pupil_id=pupil_id, today=clock.today())


def _under_way(pupil_id: uuid.UUID) -> tuple[AnnualPage, AnnualReview]:
    page = _page(pupil_id)
    if page.review is None:
        raise NotFound
    return page, page.review


def _sent(form: PortalForm, act: Callable[[], object]) -> bool:
    """Whether the form was sent and what it asks for is done; what was refused stands in the form."""
    if not form.validate_on_submit():
        return False
    try:
        act()
    except PortalError as error:
        form.accept(error)
        return False
    return True


def _answer(template: str, form: PortalForm, **facts: object) -> tuple[str, int]:
    return render_template(template, form=form, **facts, **WORDS), 422 if form.is_submitted() else 200


def _back(pupil_id: uuid.UUID, anchor: str = "") -> Response:
    return redirect(url_for(".show", pupil_id=pupil_id, _anchor=anchor or None), 303)


@bp.get(ANNUAL, access=SENDCO_PUPIL)
def show(pupil_id: uuid.UUID) -> str:
    """Everything on one page."""
    page = _page(pupil_id)
    remember_look(current_actor(), school_id=page.child.school_id, pupil_id=pupil_id)
    return render_template("meetings/annual.html", page=page, today=clock.today(), **WORDS)


@bp.route(ANNUAL + "/dates", methods=["GET", "POST"], access=SENDCO_PUPIL)
def dates(pupil_id: uuid.UUID) -> Page:
    """The dates of the plan itself."""
    page = _page(pupil_id)
    form = DatesForm.of(page.child.plan)
    actor, now = current_actor(), clock.now()
    if _sent(
        form,
        lambda: actions_annual.save_plan_dates(db(), actor=actor, pupil_id=pupil_id, dates=form.dates(), now=now),
    ):
        flash(_("The dates are kept."))
        return _back(pupil_id)
    return _answer("meetings/annual_dates.html", form, child=page.child)


@bp.route(ANNUAL + "/meeting", methods=["GET", "POST"], access=SENDCO_PUPIL)
def meeting(pupil_id: uuid.UUID) -> Page:
    """When and where; a day outside the dates of the law is said at once, and needs a reason."""
    page = _page(pupil_id)
    if page.child.plan is None:
        return redirect(url_for(".dates", pupil_id=pupil_id))
    actor, now = current_actor(), clock.now()
    form = MeetingForm.about(page.review, rooms_of(reader(), school_id=actor.school_id))
    version = number_of(form.version.data)
    if _sent(
        form,
        lambda: actions_annual.plan_meeting(
            db(), actor=actor, pupil_id=pupil_id, plan=form.plan(), version=version, now=now
        ),
    ):
        flash(_("The meeting is set."))
        return _back(pupil_id, "meeting")
    warnings = warnings_if(reader(), page, form.day.data, today=clock.today())
    return _answer("meetings/annual_meeting.html", form, page=page, child=page.child, warnings=warnings)


@bp.route(ANNUAL + "/steps/<stage>", methods=["GET", "POST"], access=SENDCO_PUPIL)
def step(pupil_id: uuid.UUID, stage: str) -> Page:
    """One step that is due; out of order there is no such page."""
    page, review = _under_way(pupil_id)
    wanted = next((known for known in Stage if known == stage), None)
    if wanted is None:
        raise NotFound
    actor, now = current_actor(), clock.now()
    form = StepForm(data={"version": review.version, "on_day": clock.today()})
    if _sent(
        form,
        lambda: actions_annual.take_annual_step(
            db(),
            actor=actor,
            pupil_id=pupil_id,
            review_id=review.review_id,
            stage=wanted,
            on_day=form.on_day.data or clock.today(),
            reason=form.reason.data,
            version=number_of(form.version.data),
            now=now,
        ),
    ):
        flash(_("The step is kept."))
        return _back(pupil_id)
    if wanted not in review.next_stages and not form.is_submitted():
        raise NotFound
    return _answer("meetings/annual_step.html", form, page=page, child=page.child, stage=wanted, Stage=Stage)


@bp.route(ANNUAL + "/guests/new", methods=["GET", "POST"], access=SENDCO_PUPIL)
def add_guest(pupil_id: uuid.UUID) -> Page:
    """Somebody new on the list."""
    page, review = _under_way(pupil_id)
    actor, now = current_actor(), clock.now()
    basis = request.args.get("as", Basis.SCHOOL, type=Basis)
    name = head_name(reader(), viewer=actor, today=clock.today()) if basis == Basis.HEAD else ""
    form = GuestForm.of(None, basis, name)
    place = pupil_id, review.review_id
    if _sent(form, lambda: actions_guests.add_guest(db(), actor=actor, place=place, facts=form.facts(), now=now)):
        flash(_("The list is kept."))
        return _back(pupil_id, "guests")
    return _answer("meetings/annual_guest.html", form, page=page, child=page.child, guest=None)


@bp.route(GUEST, methods=["GET", "POST"], access=SENDCO_PUPIL)
def guest(pupil_id: uuid.UUID, guest_id: uuid.UUID) -> Page:
    """One guest: who it is, and the advice that was asked for."""
    page, review = _under_way(pupil_id)
    found = page.guest(guest_id)
    form = GuestForm.of(found)
    actor, now, place = current_actor(), clock.now(), (pupil_id, review.review_id)
    if _sent(
        form,
        lambda: actions_guests.change_guest(
            db(), actor=actor, place=place, guest_id=guest_id, facts=form.facts(), now=now
        ),
    ):
        flash(_("The list is kept."))
        return _back(pupil_id, "guests")
    return _answer("meetings/annual_guest.html", form, page=page, child=page.child, guest=found)


@bp.post(GUEST + "/remove", access=SENDCO_PUPIL)
def remove_guest(pupil_id: uuid.UUID, guest_id: uuid.UUID) -> Response:
    """Off the list."""
    _found, review = _under_way(pupil_id)
    place = pupil_id, review.review_id
    actions_guests.remove_guest(db(), actor=current_actor(), place=place, guest_id=guest_id, now=clock.now())
    flash(_("The list is kept."))
    return _back(pupil_id, "guests")


@bp.post(GUEST + "/link", access=SENDCO_PUPIL)
def make_link(pupil_id: uuid.UUID, guest_id: uuid.UUID) -> str:
    """A link for one guest, shown once: it is stored nowhere."""
    page, review = _under_way(pupil_id)
    found = page.guest(guest_id)
    place = pupil_id, review.review_id
    secret = actions_guests.make_link(db(), actor=current_actor(), place=place, guest_id=guest_id, now=clock.now())
    address = current_app.extensions["settings"].base_url + url_for("guest.page", token=secret)
    return render_template("meetings/annual_link.html", child=page.child, guest=found, address=address)


@bp.post(GUEST + "/stop", access=SENDCO_PUPIL)
def stop_link(pupil_id: uuid.UUID, guest_id: uuid.UUID) -> Response:
    """The link leads nowhere from now on."""
    _found, review = _under_way(pupil_id)
    place = pupil_id, review.review_id
    actions_guests.stop_link(db(), actor=current_actor(), place=place, guest_id=guest_id, now=clock.now())
    flash(_("The link does not work any more."))
    return _back(pupil_id, "guests")
