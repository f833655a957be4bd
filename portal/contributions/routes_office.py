"""The office types in what parents say on paper or on the phone, and keeps the list of those who want a call."""

import uuid
from typing import Any, cast

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.contributions import actions_paper
from portal.contributions.actions_say import AnswersChanged
from portal.contributions.forms_office import PaperForm
from portal.contributions.queries_paper import paper_page, typed_in, wanted_calls
from portal.contributions.rules import HOWS, PARENT_QUESTIONS, TYPED_IN, How
from portal.kernel import clock
from portal.kernel.errors import NotFound
from portal.meetings.forms_family import language_words
from portal.people.access import OFFICE, OFFICE_PUPIL
from portal.people.actor import Actor
from portal.people.looks import remember_look
from portal.people.rules import RELATIONSHIPS
from portal.reviews.rules import KINDS
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import gettext as _
from portal.web.unit_of_work import db, reader

bp = PortalBlueprint("paper_views", __name__)
PATH = "/staff/children/<uuid:pupil_id>/reviews/<uuid:review_id>/paper"
Page = str | Response | tuple[str, int]
WORDS = {
    "hows": HOWS,
    "ways": TYPED_IN,
    "kinds": KINDS,
    "relationships": RELATIONSHIPS,
    "language_words": language_words,
}


def _me() -> Actor:
    return cast(Actor, current_actor())  # the gate let nobody else in


@bp.get(PATH, access=OFFICE_PUPIL)
def adults(pupil_id: uuid.UUID, review_id: uuid.UUID) -> str:
    """The adults of the child, and in which way their views came."""
    page, me = paper_page(reader(), pupil_id=pupil_id, review_id=review_id, today=clock.today()), _me()
    remember_look(me, school_id=cast(uuid.UUID, me.school_id), pupil_id=pupil_id)
    return render_template("contributions/paper.html", page=page, **WORDS)


@bp.route(f"{PATH}/<uuid:adult_id>/<how>", methods=["GET", "POST"], access=OFFICE_PUPIL)
def typing(pupil_id: uuid.UUID, review_id: uuid.UUID, adult_id: uuid.UUID, how: str) -> Page:
    """Types in what one adult said, in one way."""
    if how not in TYPED_IN:
        raise NotFound
    form, way, stale = PaperForm(), How(how), False
    if form.validate_on_submit():
        try:
            return _kept(pupil_id, review_id, adult_id, way, form)
        except AnswersChanged:
            db().rollback()  # the pages of others need not wait while this one is made
            stale = True
    page = paper_page(reader(), pupil_id=pupil_id, review_id=review_id, today=clock.today())
    typed = typed_in(reader(), viewer=_me(), review_id=review_id, adult_id=adult_id, how=way)
    if not form.is_submitted():
        form = PaperForm.of(typed)
    elif stale:
        form.begin_from(typed)
    words = {"form": form, "typed": typed, "way": way, "adult": page.adult(adult_id), "questions": PARENT_QUESTIONS}
    answer = render_template("contributions/paper_typing.html", page=page, stale=stale, **words, **WORDS)
    return answer, (409 if stale else 422) if form.is_submitted() else 200


def _kept(pupil_id: uuid.UUID, review_id: uuid.UUID, adult_id: uuid.UUID, how: How, form: PaperForm) -> Response:
    about: dict[str, Any] = {"pupil_id": pupil_id, "review_id": review_id}
    facts = {**about, "adult_id": adult_id, "how": how}
    actions_paper.type_in(db(), actor=_me(), **facts, answers=form.answers(), now=clock.now())
    flash(_("Saved."))
    return redirect(url_for(".adults", **about), 303)


@bp.get("/staff/views/calls", access=OFFICE)
def calls() -> str:
    """Who waits for a call, the longest first."""
    lines = wanted_calls(db(), viewer=_me(), today=clock.today())
    return render_template("contributions/calls.html", lines=lines, **WORDS)


@bp.post("/staff/views/calls/<uuid:call_id>", access=OFFICE)
def called(call_id: uuid.UUID) -> Response:
    """Takes a call off the list."""
    actions_paper.called(db(), actor=_me(), call_id=call_id, now=clock.now())
    flash(_("It is off the list."))
    return redirect(url_for(".calls"), 303)
