"""A parent says what they think before a review: one question a page, each of which may be skipped."""

import uuid
from typing import Any, cast

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.accounts.actions import KEEP_TEXT_FOR
from portal.contributions import actions_family, actions_say
from portal.contributions.actions_say import Answer, AnswersChanged
from portal.contributions.forms_family import AnswerForm, CallForm, ReadersForm
from portal.contributions.queries_family import FamilyViews, SaidSoFar, family_views, rescued, said_so_far
from portal.contributions.rules import HOWS, PARENT_QUESTIONS, PARENT_READER_NAMES, How, Question
from portal.kernel import clock
from portal.kernel.errors import NotFound
from portal.people.access import OWN_PUPIL
from portal.people.actor import Actor
from portal.people.branding import brand_of
from portal.people.rules import Audience, Side
from portal.web import while_typing
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import current
from portal.web.unit_of_work import db, reader
from portal.web.while_typing import is_typing

bp = PortalBlueprint("family_views", __name__)
PATH = "/children/<uuid:pupil_id>/reviews/<uuid:review_id>/views"
BY_KEY = {question.key: question for question in PARENT_QUESTIONS}
KEYS = tuple(BY_KEY)
Page = str | Response | tuple[str, int]


@bp.before_request
def _young_people_have_their_own() -> Response | None:
    if _me().audience == Audience.PUPIL:
        return redirect(url_for("my_views.start"), 303)
    return None


def _me() -> Actor:
    return cast(Actor, current_actor())  # the gate let nobody else in


def _views(pupil_id: uuid.UUID, review_id: uuid.UUID) -> FamilyViews:
    return family_views(reader(), viewer=_me(), pupil_id=pupil_id, review_id=review_id, now=clock.now())


def _about(pupil_id: uuid.UUID, review_id: uuid.UUID) -> dict[str, Any]:
    return {"actor": _me(), "pupil_id": pupil_id, "review_id": review_id, "now": clock.now()}


def _to(endpoint: str, pupil_id: uuid.UUID, review_id: uuid.UUID, **more: Any) -> Response:
    return redirect(url_for(endpoint, pupil_id=pupil_id, review_id=review_id, **more), 303)


def _shown(template: str, page: FamilyViews, **more: object) -> str:
    words = {"questions": PARENT_QUESTIONS, "reader_names": PARENT_READER_NAMES, "hows": HOWS}
    address: dict[str, Any] = {"pupil_id": page.review.pupil_id, "review_id": page.review.review_id}
    brand = brand_of(page.review.school.name, page.review.theme)
    return render_template(
        f"contributions/{template}.html", page=page, review=page.review, brand=brand, address=address, **words, **more
    )


@bp.app_template_global("said_so_far")
def _said_so_far(review_id: uuid.UUID) -> SaidSoFar:
    """For the page of a review, which stands in a room below this one: whether its reader has said anything yet."""
    return said_so_far(reader(), viewer=_me(), review_id=review_id)


@bp.get(PATH, access=OWN_PUPIL)
def start(pupil_id: uuid.UUID, review_id: uuid.UUID) -> str:
    """Who will read it, before the first word; then the questions, with what stands there already."""
    page = _views(pupil_id, review_id)
    form = ReadersForm(data={"readers": page.own.readers})
    return _shown("family_start", page, form=form, done=request.args.get("done", ""))


@bp.post(PATH, access=OWN_PUPIL)
def readers(pupil_id: uuid.UUID, review_id: uuid.UUID) -> Page:
    """Keeps who reads it, and leads to the first question where nothing is written yet."""
    form = ReadersForm()
    if not form.validate_on_submit():
        return _shown("family_start", _views(pupil_id, review_id), form=form, done=""), 422
    actions_family.choose_readers(db(), **_about(pupil_id, review_id), readers=form.readers.data)
    if "begin" in request.form:
        return _to(".ask", pupil_id, review_id, topic=KEYS[0])
    return _to(".start", pupil_id, review_id, done="readers")


@bp.get(f"{PATH}/answer/<topic>", access=OWN_PUPIL)
def ask(pupil_id: uuid.UUID, review_id: uuid.UUID, topic: str) -> Page:
    """One question."""
    question, page = _question(topic), _views(pupil_id, review_id)
    if not page.may_write:
        return _to(".start", pupil_id, review_id)
    return _asked(page, question, AnswerForm.to(question, page.own.answers.get(topic), _words(page, topic)))


@bp.post(f"{PATH}/answer/<topic>", access=OWN_PUPIL)
def keep(pupil_id: uuid.UUID, review_id: uuid.UUID, topic: str) -> Page:
    """Keeps the answer and goes on to the next question; while somebody types, only keeps it."""
    question, form, other, status = _question(topic), AnswerForm(), None, 422
    form.name_it(question, also=request.form.get("other", "") if "both" in request.form else "")
    try:
        if form.validate():
            kept = _keep(pupil_id, review_id, topic, form)
            return while_typing.kept(kept.get(topic)) if is_typing() else _onward(pupil_id, review_id, topic)
    except AnswersChanged as error:
        other, status = error.kept[topic], error.status
        db().rollback()  # the pages of others need not wait while this one is made
    if is_typing():
        return while_typing.not_kept(form, status)
    page = _views(pupil_id, review_id)
    form.begin_from(page.own.answers.get(topic))
    return _asked(page, question, form, other), status


def _question(topic: str) -> Question:
    if topic not in BY_KEY:
        raise NotFound
    return BY_KEY[topic]


def _words(page: FamilyViews, topic: str) -> str:
    """What stands in the box at first: what was being typed when a sitting ended, what is kept, or what school typed in
    and is now to be corrected."""
    own, typed = page.own.answers.get(topic), page.own.typed.get(topic, ())
    oldest = clock.now() - KEEP_TEXT_FOR
    since = max(oldest, own.written_at) if own else oldest
    if lost := rescued(reader(), person_id=_me().person_id, path=request.path, since=since):
        return lost
    if own is None and typed and "correct" in request.args:
        return typed[-1].text
    return own.text if own else ""


def _asked(page: FamilyViews, question: Question, form: AnswerForm, other: str | None = None) -> str:
    return _shown("family_question", page, question=question, form=form, other=other)


def _after(topic: str, address: dict[str, Any]) -> str:
    place = KEYS.index(topic) + 1
    if place == len(KEYS) or request.args.get("then") == "check":
        return url_for(".check", **address)
    return url_for(".ask", **address, topic=KEYS[place])


def _keep(pupil_id: uuid.UUID, review_id: uuid.UUID, topic: str, form: AnswerForm) -> dict[str, int]:
    answer = Answer(text=form.text.data or "", language=current().tag, version=form.shown_version)
    return actions_say.keep(
        db(),
        actor=_me(),
        pupil_id=pupil_id,
        review_id=review_id,
        author_id=_me().person_id,
        side=Side.PARENT,
        how=How.SELF,
        answers={topic: answer},
        now=clock.now(),
    )


def _onward(pupil_id: uuid.UUID, review_id: uuid.UUID, topic: str) -> Response:
    return redirect(_after(topic, {"pupil_id": pupil_id, "review_id": review_id}), 303)


@bp.get(f"{PATH}/check", access=OWN_PUPIL)
def check(pupil_id: uuid.UUID, review_id: uuid.UUID) -> Page:
    """Everything to read once more before it is sent."""
    page = _views(pupil_id, review_id)
    return _shown("family_check", page) if page.may_write else _to(".start", pupil_id, review_id)


@bp.post(f"{PATH}/check", access=OWN_PUPIL)
def send(pupil_id: uuid.UUID, review_id: uuid.UUID) -> Response:
    """Sends it; sent twice it is sent once."""
    actions_say.send(db(), **_about(pupil_id, review_id), author_id=_me().person_id)
    return _to(".thanks", pupil_id, review_id)


@bp.get(f"{PATH}/thanks", access=OWN_PUPIL)
def thanks(pupil_id: uuid.UUID, review_id: uuid.UUID) -> Page:
    """What happens next."""
    page = _views(pupil_id, review_id)
    return _shown("family_thanks", page) if page.own.sent_at else _to(".start", pupil_id, review_id)


@bp.route(f"{PATH}/call", methods=["GET", "POST"], access=OWN_PUPIL)
def call(pupil_id: uuid.UUID, review_id: uuid.UUID) -> Page:
    """Asks for a call instead of typing, or no longer."""
    form = CallForm()
    if "no_call" in request.form:
        actions_family.no_call(db(), **_about(pupil_id, review_id))
        return _to(".start", pupil_id, review_id)
    if form.validate_on_submit():
        actions_family.ask_for_call(db(), **_about(pupil_id, review_id), words=form.words.data or "")
        return _to(".start", pupil_id, review_id, done="call")
    page = _views(pupil_id, review_id)
    if not page.may_write:
        return _to(".start", pupil_id, review_id)
    if page.call and not form.is_submitted():
        form.words.data = page.call.words
    return _shown("family_call", page, form=form), 422 if form.is_submitted() else 200
