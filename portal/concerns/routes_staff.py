"""What families asked: the list of those who owe an answer, one question, and the school's setting of its days."""

import uuid
from typing import Any, cast

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.accounts.queries_numbers import numbers_of
from portal.concerns import actions_answer
from portal.concerns.forms_staff import AnswerForm, DaysForm, HandOnForm, PassOnForm, ThreadForm, TranslationForm
from portal.concerns.letter_copy import letter_pdf
from portal.concerns.page_words import WORDS, document
from portal.concerns.queries_family import days_of
from portal.concerns.queries_staff import inbox
from portal.concerns.queries_thread import Thread, thread
from portal.concerns.rules import Turn, may_answer
from portal.kernel import clock
from portal.people.access import ANSWERS, ANSWERS_PUPIL, HEAD_PUPIL, SCHOOL_SETTINGS
from portal.people.actor import Actor
from portal.people.looks import remember_look
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import gettext as _
from portal.web.refusal import told_in
from portal.web.unit_of_work import db, reader

bp = PortalBlueprint("answers", __name__)
ONE = "/staff/children/<uuid:pupil_id>/asked/<uuid:concern_id>"
Page = str | Response | tuple[str, int]


def _me() -> Actor:
    return cast(Actor, current_actor())  # the gate let nobody else in


def _about(pupil_id: uuid.UUID, concern_id: uuid.UUID) -> dict[str, Any]:
    return {"actor": _me(), "pupil_id": pupil_id, "concern_id": concern_id, "now": clock.now()}


@bp.get("/staff/asked", access=ANSWERS)
def listed() -> str:
    """What waits for an answer, and what was answered."""
    rows = inbox(db(), viewer=_me(), today=clock.today())
    return render_template("concerns/inbox.html", rows=rows, **WORDS)


@bp.get(ONE, access=ANSWERS_PUPIL)
def one(pupil_id: uuid.UUID, concern_id: uuid.UUID) -> str:
    """One question with everything that followed."""
    found = thread(reader(), pupil_id=pupil_id, concern_id=concern_id, today=clock.today())
    remember_look(_me(), school_id=found.school_id, pupil_id=pupil_id)
    return _shown(found)


def _shown(found: Thread, **forms: ThreadForm) -> str:
    made: dict[str, ThreadForm] = {"answer": AnswerForm(), "pass_on": PassOnForm()}
    made |= {"hand_on": HandOnForm(), "translate": TranslationForm(), **forms}
    for form in made.values():
        form.replies.data = str(found.replies)  # whoever presses again has seen what came meanwhile
    return render_template(
        "concerns/answer.html",
        thread=found,
        forms=made,
        numbers=numbers_of(reader(), found.author_id),
        may_answer=may_answer(_me().roles, found.step),
        **WORDS,
    )


@bp.post(ONE, access=ANSWERS_PUPIL)
def answer(pupil_id: uuid.UUID, concern_id: uuid.UUID) -> Page:
    """Answers, or notes a call."""
    form = AnswerForm()
    return _done(pupil_id, concern_id, "answer", form, actions_answer.answer, lambda: {"kind": form.kind.data})


@bp.post(f"{ONE}/pass-on", access=ANSWERS_PUPIL)
def pass_on(pupil_id: uuid.UUID, concern_id: uuid.UUID) -> Page:
    """Somebody else of school answers."""
    form = PassOnForm()
    return _done(pupil_id, concern_id, "pass_on", form, actions_answer.pass_on, lambda: {"step": form.step.data})


@bp.post(f"{ONE}/hand-on", access=HEAD_PUPIL)
def hand_on(pupil_id: uuid.UUID, concern_id: uuid.UUID) -> Page:
    """The letter went to somebody outside the portal."""
    return _done(pupil_id, concern_id, "hand_on", HandOnForm(), actions_answer.hand_on, dict)


@bp.post(f"{ONE}/translate", access=ANSWERS_PUPIL)
def translate(pupil_id: uuid.UUID, concern_id: uuid.UUID) -> Page:
    """The family's words in English."""
    return _done(pupil_id, concern_id, "translate", TranslationForm(), actions_answer.translate, dict)


@bp.post(f"{ONE}/close", access=ANSWERS_PUPIL)
def close(pupil_id: uuid.UUID, concern_id: uuid.UUID) -> Page:
    """Finishes what was answered."""
    form = AnswerForm()
    about = _about(pupil_id, concern_id)
    actions_answer.answer(db(), **about, kind=Turn.CLOSED, words="", replies=form.shown)
    return _back(pupil_id, concern_id)


def _done(pupil_id: uuid.UUID, concern_id: uuid.UUID, name: str, form: Any, act: Any, more: Any) -> Page:
    with told_in(form) as refusal:
        if form.validate():
            about = _about(pupil_id, concern_id)
            act(db(), **about, words=form.words.data or "", replies=form.shown, **more())
            return _back(pupil_id, concern_id)
    found = thread(reader(), pupil_id=pupil_id, concern_id=concern_id, today=clock.today())
    return _shown(found, **{name: form}), refusal.status


def _back(pupil_id: uuid.UUID, concern_id: uuid.UUID) -> Response:
    flash(_("Saved."))
    return redirect(url_for(".one", pupil_id=pupil_id, concern_id=concern_id), 303)


@bp.get(f"{ONE}/letter.pdf", access=HEAD_PUPIL)
def letter(pupil_id: uuid.UUID, concern_id: uuid.UUID) -> Response:
    """Everything as a letter, for the people outside the portal."""
    found = thread(db(), pupil_id=pupil_id, concern_id=concern_id, today=clock.today())
    remember_look(_me(), school_id=found.school_id, pupil_id=pupil_id)
    return document(letter_pdf(found, today=clock.today()))


@bp.get("/staff/school/answers", access=SCHOOL_SETTINGS)
def days() -> str:
    """In how many school days each step answers."""
    known = days_of(db(), cast(uuid.UUID, _me().school_id))
    form = DaysForm(data={step.value: count for step, count in known.items()})
    return render_template("concerns/days.html", form=form)


@bp.post("/staff/school/answers", access=SCHOOL_SETTINGS)
def change_days() -> Page:
    """Saves them."""
    form = DaysForm()
    if not form.validate():
        return render_template("concerns/days.html", form=form), 422
    actions_answer.set_days(db(), actor=_me(), days=form.days, now=clock.now())
    flash(_("Saved."))
    return redirect(url_for(".days"), 303)
