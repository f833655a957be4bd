"""A pupil says what they want about their own meeting, in the skin of their year group."""

import uuid
from typing import cast

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.kernel import clock
from portal.kernel.errors import NotFound, StaleVersion
from portal.meetings import actions_pupil
from portal.meetings.forms_pupil import MyMeetingForm
from portal.meetings.queries_pupil import MyMeeting, my_meeting, next_meeting
from portal.meetings.rules_pupil import QUESTIONS, asks_which_part, pages
from portal.people.access import PUPIL
from portal.people.actor import Actor
from portal.people.branding import brand_of
from portal.people.rules import PICTURES
from portal.web.access import PortalBlueprint, current_actor
from portal.web.forms import TakingAway
from portal.web.unit_of_work import db

bp = PortalBlueprint("my_meeting", __name__)
Page = str | Response | tuple[str, int]


def _me() -> Actor:
    return cast(Actor, current_actor())  # the gate let nobody else in


def _shown(template: str, page: MyMeeting, **more: object) -> str:
    brand = brand_of(page.school_name, page.theme)
    asked = {"all_questions": QUESTIONS, "addresses": list(pages(page.skin))}
    return render_template(f"meetings/{template}.html", page=page, brand=brand, **asked, **more)


@bp.get("/me/meeting", access=PUPIL)
def start() -> str:
    """What the meeting is, who reads what is said here, and what was said so far."""
    return _shown("my_meeting", next_meeting(db(), pupil_id=_me().pupil_id))


@bp.route("/me/meeting/<uuid:review_id>/<question>", methods=["GET", "POST"], access=PUPIL)
def ask(review_id: uuid.UUID, question: str) -> Page:
    """One page of questions; every one can be skipped."""
    page = my_meeting(db(), pupil_id=_me().pupil_id, review_id=review_id)
    if question not in pages(page.skin):
        raise NotFound
    form, status, before = MyMeetingForm.of(page.said, page.version), 200, page.said
    asked = pages(page.skin)[question]
    pressed, shown = TakingAway.pressed(), {"asked": asked, "here": question, "form": form, "is_stale": False}
    if pressed == TakingAway.KEEPS and page.can_change and form.validate():
        return _shown("my_meeting_question" if len(asked) == 1 else "my_meeting_words", page, **shown)
    if pressed == TakingAway.ASKS and page.can_change and len(asked) == 1 and form.validate():
        taps, typed = form.taps(asked[0]), form.words(asked[0])
        return _shown("my_meeting_taking_away", page, question=asked[0], taps=taps, words=typed)
    if form.is_submitted():
        status = _keep(page, question, form)
        page = my_meeting(db(), pupil_id=_me().pupil_id, review_id=review_id)
    elif not page.can_change:
        return redirect(url_for(".thanks", review_id=review_id))
    if status == 303:
        addresses = list(pages(page.skin))
        is_asked_more = page.skin == PICTURES and asks_which_part(before, page.said)
        return redirect(request.path if is_asked_more else _next(review_id, question, addresses), 303)
    form.version.data = str(page.version)
    template = "my_meeting_question" if len(asked) == 1 else "my_meeting_words"
    return _shown(template, page, form=form, asked=asked, here=question, is_stale=status == 409), status


def _keep(page: MyMeeting, question: str, form: MyMeetingForm) -> int:
    """Keeps the answers of one page; the status of the answer."""
    if not form.validate():
        return 422
    try:
        actions_pupil.say(
            db(),
            actor=_me(),
            pupil_id=cast(uuid.UUID, _me().pupil_id),
            review_id=cast(uuid.UUID, page.review_id),
            answers=form.answers(pages(page.skin)[question], taken_back=TakingAway.pressed() == TakingAway.IS_SURE),
            version=form.shown_version(),
            now=clock.now(),
        )
    except StaleVersion:
        return 409
    return 303


def _next(review_id: uuid.UUID, question: str, addresses: list[str]) -> str:
    place = addresses.index(question) + 1
    if place < len(addresses):
        return url_for(".ask", review_id=review_id, question=addresses[place])
    return url_for(".thanks", review_id=review_id)


@bp.get("/me/meeting/<uuid:review_id>/thanks", access=PUPIL)
def thanks(review_id: uuid.UUID) -> str:
    """What is kept now."""
    return _shown("my_meeting_thanks", my_meeting(db(), pupil_id=_me().pupil_id, review_id=review_id))
