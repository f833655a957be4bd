"""What a family says about a meeting besides choosing its time: what it needs, that it cannot come, with whom it
comes."""

import uuid

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.kernel.errors import Invalid, StaleVersion
from portal.meetings import actions_booking, actions_together
from portal.meetings.forms_family import (
    ANSWERS_OF_A_ROUND,
    ANSWERS_TO_A_DAY,
    AnswerForm,
    CancelForm,
    WishesForm,
    default_wishes,
    id_of,
    number_of,
    wishes_form,
)
from portal.meetings.queries_standing import MyReview
from portal.meetings.routes_family import WORDS, about, back_to, brand, mine
from portal.meetings.rules import Answer, Mode
from portal.meetings.rules_booking import (
    BusyThen,
    MetTogether,
    NoLongerOffered,
    SeveralChildren,
    SlotTaken,
    TooShort,
)
from portal.meetings.rules_family import Step
from portal.people.access import OWN_PUPIL
from portal.web.access import PortalBlueprint
from portal.web.unit_of_work import db

bp = PortalBlueprint("family_answers", __name__)
PATH = "/children/<uuid:pupil_id>/reviews/<uuid:review_id>"
Page = str | Response | tuple[str, int]


def _page(template: str, found: MyReview, form: object, status: int = 200) -> Page:
    page = render_template(f"meetings/{template}.html", review=found, brand=brand(found), form=form, **WORDS)
    return page if status == 200 else (page, status)


@bp.route(f"{PATH}/wishes", methods=["GET", "POST"], access=OWN_PUPIL)
def wishes(pupil_id: uuid.UUID, review_id: uuid.UUID) -> Page:
    """Changes what was said with the booking; the time stays."""
    found = mine(pupil_id, review_id)
    if found.step != Step.BOOKED or found.time is None:
        return redirect(url_for("family_meetings.review", pupil_id=pupil_id, review_id=review_id))
    if request.method == "GET":
        return _page("wishes", found, wishes_form(found, None, tuple(Mode)))
    form, status = WishesForm(), 422
    form.prepare(tuple(Mode))
    if form.validate_on_submit():
        try:
            version = number_of(form.version.data)
            actions_booking.change_wishes(db(), **about(pupil_id, review_id), wishes=form.wanted(), version=version)
            return back_to(pupil_id, review_id, "changed")
        except (StaleVersion, SlotTaken, TooShort, BusyThen, MetTogether, SeveralChildren, Invalid) as error:
            form.accept(error)
            form.version.data, status = str(found.time.version), error.status
    return _page("wishes", found, form, status)


@bp.route(f"{PATH}/cancel", methods=["GET", "POST"], access=OWN_PUPIL)
def cancel(pupil_id: uuid.UUID, review_id: uuid.UUID) -> Page:
    """Gives the time back, after one more question."""
    found, form = mine(pupil_id, review_id), CancelForm()
    if found.step != Step.BOOKED:
        return redirect(url_for("family_meetings.review", pupil_id=pupil_id, review_id=review_id))
    if form.validate_on_submit():
        actions_booking.cancel(db(), **about(pupil_id, review_id), reason=form.reason.data or "")
        return back_to(pupil_id, review_id, "cancelled")
    return _page("cancel", found, form, 422 if form.is_submitted() else 200)


@bp.route(f"{PATH}/answer", methods=["GET", "POST"], access=OWN_PUPIL)
def answer(pupil_id: uuid.UUID, review_id: uuid.UUID) -> Page:
    """Asks for a call, says that no time suits, or whether one comes on the day that school set."""
    found = mine(pupil_id, review_id)
    form = AnswerForm(data={"answer": request.args.get("say") or found.answer, "words": found.answer_words})
    form.answer.choices = list((ANSWERS_OF_A_ROUND if found.round_id else ANSWERS_TO_A_DAY).items())
    if form.validate_on_submit():
        actions_booking.answer(
            db(),
            **about(pupil_id, review_id),
            answer=Answer(form.answer.data),
            words=form.words.data or "",
        )
        return back_to(pupil_id, review_id, "answered")
    return _page("answer", found, form, 422 if form.is_submitted() else 200)


@bp.post(f"{PATH}/offer", access=OWN_PUPIL)
def offer(pupil_id: uuid.UUID, review_id: uuid.UUID) -> Response:
    """Lets other invited adults come to the reader's own meeting, or no longer."""
    opened = request.form.get("open") == "yes"
    actions_together.offer(db(), **about(pupil_id, review_id), open=opened)
    return back_to(pupil_id, review_id, "offered" if opened else "alone")


@bp.post(f"{PATH}/join", access=OWN_PUPIL)
def join(pupil_id: uuid.UUID, review_id: uuid.UUID) -> Response:
    """Comes to the meeting that another adult offers."""
    found, offer_id = mine(pupil_id, review_id), id_of(request.form.get("offer_id"))
    if offer_id is None:
        raise NoLongerOffered
    actions_together.join(
        db(),
        **about(pupil_id, review_id),
        offer_id=offer_id,
        wishes=default_wishes(found, Mode.IN_PERSON),
        once_key=request.form.get("once_key") or uuid.uuid4().hex,
    )
    return back_to(pupil_id, review_id, "joined")
