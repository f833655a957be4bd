"""A pupil says what they think before a review, in the skin of their year group, and chooses who reads each answer."""

import uuid
from typing import Any, cast

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.contributions import actions_say
from portal.contributions.actions_say import Answer
from portal.contributions.forms_pupil import MyViewsForm, SendForm, Typed
from portal.contributions.queries_pupil import MyViews, ReaderChoice, my_views, next_views
from portal.contributions.rules import FEELINGS, How
from portal.contributions.rules_pupil import CARD, CARDS, OPEN_ANSWERS, Asks, asks, beside, first_card, tapped
from portal.kernel import clock
from portal.kernel.errors import NotFound, StaleVersion
from portal.meetings.rules_pupil import HELPED_CHOICES
from portal.people.access import PUPIL
from portal.people.actor import Actor
from portal.people.branding import brand_of
from portal.people.rules import WORDS, Side
from portal.web import while_typing
from portal.web.access import PortalBlueprint, current_actor
from portal.web.forms import TakingAway
from portal.web.i18n import current
from portal.web.unit_of_work import db
from portal.web.while_typing import is_typing

bp = PortalBlueprint("my_views", __name__)
Page = str | Response | tuple[str, int]
LOOK = "look"


def _me() -> Actor:
    return cast(Actor, current_actor())  # the gate let nobody else in


def _given(name: str) -> str:
    return request.form.get(name) or request.args.get(name, "")


def _views(review_id: uuid.UUID) -> MyViews:
    return my_views(db(), viewer=_me(), review_id=review_id, today=clock.today())


def _mine(review_id: uuid.UUID) -> dict[str, Any]:
    me = _me()
    return {"actor": me, "pupil_id": me.pupil_id, "review_id": review_id, "author_id": me.person_id, "now": clock.now()}


def _shown(template: str, page: MyViews, **more: object) -> str:
    brand = brand_of(page.school_name, page.theme)
    return render_template(
        f"contributions/{template}.html", page=page, brand=brand, keys=list(page.questions), tapped=tapped, **more
    )


@bp.get("/me/views", access=PUPIL)
def start() -> str:
    """What is asked, that the pupil chooses the readers, and the one thing that cannot stay with one adult."""
    return _shown("my_views", next_views(db(), viewer=_me(), today=clock.today()))


@bp.route("/me/views/<uuid:review_id>/<asked>/readers", methods=["GET", "POST"], access=PUPIL)
def readers(review_id: uuid.UUID, asked: str) -> Page:
    """Who may read an answer: chosen before it is given, and changed whenever the pupil wants. Before more people
    read what was sent, the page asks once more."""
    page, wished = _views(review_id), _given("who")
    if asked not in page.questions:
        raise NotFound
    if request.method == "GET":
        is_over = asked in page.own.taken_back and not wished
        chosen = page.reads_still(asked) if is_over else page.readers_of(asked, wished)
        return _shown("my_views_readers", page, asked=asked, chosen=chosen)
    choice, answer = page.choice(wished), page.own.answers.get(asked) or page.own.taken_back.get(asked)
    if choice is None:
        raise NotFound
    if answer is not None and page.gives_more(answer, choice) and "sure" not in request.form:
        return _shown("my_views_widening", page, question=page.questions[asked], answer=answer, choice=choice)
    if answer is not None:
        circle: dict[str, Any] = {"readers": choice.readers, "one_adult_id": choice.adult_id}
        actions_say.set_readers(db(), actor=_me(), statement_id=answer.statement_id, **circle, now=clock.now())
    if request.args.get("then") == LOOK:
        return redirect(url_for(".look", review_id=review_id), 303)
    return redirect(url_for(".ask", review_id=review_id, asked=asked, who=choice.value), 303)


@bp.route("/me/views/<uuid:review_id>/<asked>", methods=["GET", "POST"], access=PUPIL)
def ask(review_id: uuid.UUID, asked: str) -> Page:
    """One question; every one can be skipped."""
    page = _views(review_id)
    if asked not in page.questions:
        raise NotFound
    if not page.can_write and request.method == "GET":
        return redirect(url_for(".look", review_id=review_id))
    form, status = MyViewsForm.of(page.own.answers.get(asked)), 200
    card = _card(page, asked)
    pressed = TakingAway.pressed()
    if pressed == TakingAway.KEEPS and page.can_write and form.validate():
        return _question(page, asked, card, form=form, is_stale=False)
    if pressed == TakingAway.ASKS and page.can_write and form.validate():
        answer = page.answer(asked)
        taps = [each.feeling for each in tapped(answer.picks if answer else {}) if not card or each.card == CARD[card]]
        return _shown("my_views_taking_away", page, question=page.questions[asked], taps=taps, words=form.text.data)
    if form.is_submitted():
        status = _keep(page, asked, card, form)
        page = _views(review_id)
        if is_typing():
            kept = page.own.answers.get(asked)
            version = kept.version if kept else None
            return while_typing.kept(version) if status == 303 else while_typing.not_kept(form, status)
    if status == 303:
        return redirect(_next(page, asked, card), 303)
    newest = page.own.answers.get(asked)  # also one that was emptied
    form.version.data = str(newest.version if newest else 0)
    return _question(page, asked, card, form=form, is_stale=status == 409), status


def _card(page: MyViews, asked: str) -> str:
    """The card that is sorted now: the one of the address, else the first that is not sorted."""
    if asks(page.questions[asked], page.skin) != Asks.CARDS:
        return ""
    answer = page.answer(asked)
    card = _given("card")
    return card if card in CARD else first_card(answer.picks if answer else {})


def _keep(page: MyViews, asked: str, card: str, form: MyViewsForm) -> int:
    """Keeps one answer as a draft, or takes it away; the status of the page."""
    if not form.validate():
        return 422
    facts = _mine(cast(uuid.UUID, page.review_id))
    before, how, version = page.own.answers.get(asked), asks(page.questions[asked], page.skin), form.shown_version()
    is_taken = TakingAway.pressed() == TakingAway.IS_SURE
    said = form.without(before, card) if is_taken else form.answer(page.questions[asked], how, before, card)
    try:
        if is_taken and not said.picks:
            actions_say.take_back(db(), question=asked, version=version, **facts)
            return 303
        if how == Asks.CARDS and not is_taken:  # of two devices each adds its own card
            version = before.version if before else 0
        answers = {asked: _answer(said, page.readers_of(asked, _given("who")), version)}
        actions_say.keep(db(), side=Side.PUPIL, how=How.SELF, answers=answers, **facts)
    except StaleVersion:
        return 409
    return 303


def _answer(said: Typed, circle: ReaderChoice, version: int) -> Answer:
    return Answer(
        text=said.text,
        picks=said.picks,
        language=current().tag,
        readers=circle.readers,
        one_adult_id=circle.adult_id,
        version=version,
    )


def _next(page: MyViews, asked: str, card: str) -> str:
    """Where the pupil goes on: to the next card, to the next question, or to look at everything once more."""
    return _beside(page, asked, card, 1) or url_for(".look", review_id=page.review_id)


def _beside(page: MyViews, asked: str, card: str, step: int) -> str:
    """The address of the card or question one step on or back, if there is one. The chosen readers go along to the
    other cards, which are one answer; every other answer begins with the narrowest circle."""
    if card and (other := beside(CARD, card, step)):
        who = page.readers_of(asked, _given("who")).value
        return url_for(".ask", review_id=page.review_id, asked=asked, card=other, who=who)
    key = beside(page.questions, asked, step)
    if not key:
        return ""
    is_back_to_cards = step < 0 and asks(page.questions[key], page.skin) == Asks.CARDS
    last = CARDS[-1].key if is_back_to_cards else None
    return url_for(".ask", review_id=page.review_id, asked=key, card=last)


def _question(page: MyViews, asked: str, card: str, **more: object) -> str:
    question = page.questions[asked]
    return _shown(
        "my_views_question",
        page,
        question=question,
        how=asks(question, page.skin),
        card=CARD.get(card),
        cards=list(CARD),
        chosen=page.readers_of(asked, _given("who")),
        feelings=FEELINGS,
        open_answers=OPEN_ANSWERS,
        next_url=_next(page, asked, card),
        back_url=_beside(page, asked, card, -1) or url_for(".start"),
        **more,
    )


@bp.route("/me/views/<uuid:review_id>/look", methods=["GET", "POST"], access=PUPIL)
def look(review_id: uuid.UUID) -> Page:
    """Everything once more, with who reads it; then it is sent."""
    page, form = _views(review_id), SendForm()
    if form.is_submitted() and form.validate():
        facts = _mine(review_id)
        helped = form.helped_by if page.said else None
        actions_say.keep_and_send(db(), side=Side.PUPIL, how=How.SELF, answers={}, helped_by=helped, **facts)
        return redirect(url_for(".thanks", review_id=review_id), 303)
    helpers = () if page.skin == WORDS else HELPED_CHOICES
    return _shown("my_views_look", page, form=form, helpers=helpers)


@bp.get("/me/views/<uuid:review_id>/thanks", access=PUPIL)
def thanks(review_id: uuid.UUID) -> Page:
    """Thank you, once something was sent."""
    page = _views(review_id)
    if page.own.sent_at is None:
        return redirect(url_for(".look", review_id=review_id))
    return _shown("my_views_thanks", page)
