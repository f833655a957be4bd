"""Staff say in two minutes how things stand before a review; the SENDCO asks them for advice; and the list of a
child's reviews, from which all of it is reached."""

import uuid
from typing import Any, cast

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.contributions import actions_advice, actions_say, queries_advice, queries_staff
from portal.contributions.forms_staff import AdviceForm, StaffViewForm, field_of, version_of
from portal.contributions.queries_staff import StaffView, questions_of
from portal.contributions.rules import ADVICE, STAFF_QUESTIONS, How
from portal.contributions.rules_staff import WRITTEN
from portal.kernel import clock
from portal.kernel.errors import PortalError
from portal.meetings.rules_annual import OVER
from portal.people.access import CLASS_PUPIL, SCHOOL_PUPIL, SENDCO_PUPIL
from portal.people.actor import Actor
from portal.people.looks import remember_look
from portal.people.rules import Role, Side
from portal.profiles.rules import RATINGS
from portal.reviews.rules import KINDS, STAGES
from portal.web import while_typing
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import gettext as _
from portal.web.unit_of_work import db, reader
from portal.web.while_typing import is_typing

bp = PortalBlueprint("staff_views", __name__)
Page = str | Response | tuple[str, int]
HERE = "/staff/children/<uuid:pupil_id>/reviews/<uuid:review_id>"
WORDS = {"kinds": KINDS, "stages": STAGES, "ratings": RATINGS, "roles": Role, "over": OVER, "field_of": field_of}


def _me() -> Actor:
    return cast(Actor, current_actor())  # the gate let nobody else in


@bp.get("/staff/children/<uuid:pupil_id>/reviews", access=SCHOOL_PUPIL)
def reviews(pupil_id: uuid.UUID) -> str:
    """The reviews of one child, the newest first, each with what there is to do and to read."""
    page = queries_staff.reviews_page(db(), pupil_id=pupil_id)
    remember_look(_me(), school_id=page.school_id, pupil_id=pupil_id)
    return render_template("contributions/reviews.html", page=page, **WORDS)


@bp.route(HERE + "/view", methods=["GET", "POST"], access=CLASS_PUPIL)
def view(pupil_id: uuid.UUID, review_id: uuid.UUID) -> Page:
    """Where each target stands, what works and what does not, one good thing."""
    found = _view(pupil_id, review_id)
    remember_look(_me(), school_id=found.school_id, pupil_id=pupil_id)
    form, status = StaffViewForm.about(found), 200
    kept_now: dict[str, str] = {}
    if is_typing():
        return _while_typing(found, form)
    if form.is_submitted():
        status, kept_now = _keep(found, form) if form.validate() else (422, {})
    if status == 303:
        return redirect(url_for(".view", pupil_id=pupil_id, review_id=review_id), 303)
    shown = {"targets": questions_of(found), "written": STAFF_QUESTIONS, "advice": ADVICE, "kept_now": kept_now}
    return render_template("contributions/staff_view.html", page=found, form=form, **shown, **WORDS), status


def _view(pupil_id: uuid.UUID, review_id: uuid.UUID) -> StaffView:
    return queries_staff.staff_view(reader(), viewer=_me(), pupil_id=pupil_id, review_id=review_id, now=clock.now())


def _said(found: StaffView, form: StaffViewForm) -> dict[str, Any]:
    return {
        "actor": _me(),
        "pupil_id": found.pupil_id,
        "review_id": found.review_id,
        "author_id": _me().person_id,
        "now": clock.now(),
        "side": Side.STAFF,
        "how": How.SELF,
        "answers": form.answers(found),
    }


def _while_typing(found: StaffView, form: StaffViewForm) -> Response:
    if not form.validate():
        return while_typing.not_kept(form)
    try:
        kept = actions_say.keep(db(), **_said(found, form))
    except actions_say.AnswersChanged as error:
        return while_typing.not_kept(form, error.status)
    return while_typing.kept(fields={version_of(question): version for question, version in kept.items()})


def _keep(found: StaffView, form: StaffViewForm) -> tuple[int, dict[str, str]]:
    """Keeps the draft, and sends it if that button was pressed; the status, and what stands there when somebody was
    faster."""
    message = _("Your draft is kept. Nobody else reads it yet.")
    try:
        about = _said(found, form)
        if request.form.get("step") == "send":
            sent = actions_say.keep_and_send(db(), **about)
            empty = _("Saved.") if about["answers"] else _("Nothing was sent yet.")
            message = _("Your view is sent.") if sent else empty
        else:
            actions_say.keep(db(), **about)
    except actions_say.AnswersChanged as error:
        db().rollback()
        form.show_versions(_view(found.pupil_id, found.review_id))
        return error.status, {question: error.kept[question] for question in WRITTEN if question in error.kept}
    except PortalError as error:
        form.accept(error)
        return error.status, {}
    flash(message)
    return 303, {}


@bp.route("/staff/children/<uuid:pupil_id>/annual/advice", methods=["GET", "POST"], access=SENDCO_PUPIL)
def advice(pupil_id: uuid.UUID) -> Page:
    """Whom the SENDCO asks for advice before an annual review, and by which day."""
    page = queries_advice.advice_page(reader(), pupil_id=pupil_id, today=clock.today())
    form = AdviceForm.about(page, clock.today())
    if form.validate_on_submit():
        asked = {"people": form.people.data, "due_on": form.due_on.data}
        try:
            actions_advice.ask_for_advice(db(), actor=_me(), pupil_id=pupil_id, now=clock.now(), **asked)
            flash(_("They are asked. It stands on their front page."))
            return redirect(url_for("annual.show", pupil_id=pupil_id), 303)
        except PortalError as error:
            form.accept(error)
    answer = render_template("contributions/advice.html", page=page, form=form, **WORDS)
    return answer, 422 if form.is_submitted() else 200
