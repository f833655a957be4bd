"""A family asks school something about its child, reads the answer, and takes it one step further."""

import uuid
from typing import Any, cast

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.accounts.actions import KEEP_TEXT_FOR
from portal.concerns import actions_ask
from portal.concerns.forms_family import AskForm, StepUpForm
from portal.concerns.letter_copy import letter_pdf
from portal.concerns.page_words import WORDS, document
from portal.concerns.queries_family import (
    AskPage,
    ask_page,
    lost_words,
    my_draft,
    my_questions,
    promises,
)
from portal.concerns.queries_thread import Thread, thread
from portal.concerns.rules import WISHES, Wish, next_step
from portal.kernel import clock
from portal.kernel.errors import Invalid, NotFound, StaleVersion
from portal.meetings.forms_family import number_of
from portal.people.access import OWN_PUPIL
from portal.people.actor import Actor
from portal.people.branding import brand_of
from portal.web import while_typing
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import gettext as _
from portal.web.refusal import told_in
from portal.web.unit_of_work import db, reader
from portal.web.while_typing import is_typing

bp = PortalBlueprint("concerns", __name__)
ASK = "/children/<uuid:pupil_id>/ask"
ONE = "/children/<uuid:pupil_id>/asked/<uuid:concern_id>"
Page = str | Response | tuple[str, int]


def _me() -> Actor:
    return cast(Actor, current_actor())  # the gate let nobody else in


def _page(pupil_id: uuid.UUID) -> AskPage:
    return ask_page(reader(), viewer=_me(), pupil_id=pupil_id, today=clock.today())


def _wish(name: str) -> Wish:
    if name not in tuple(Wish):
        raise NotFound
    return Wish(name)


def _thread(pupil_id: uuid.UUID, concern_id: uuid.UUID) -> Thread:
    return thread(reader(), pupil_id=pupil_id, concern_id=concern_id, today=clock.today())


def _about(pupil_id: uuid.UUID, concern_id: uuid.UUID) -> dict[str, Any]:
    return {"actor": _me(), "pupil_id": pupil_id, "concern_id": concern_id, "now": clock.now()}


@bp.get(ASK, access=OWN_PUPIL)
def start(pupil_id: uuid.UUID) -> str:
    """What can be asked, and what this reader asked before."""
    page = _page(pupil_id)
    questions = my_questions(reader(), viewer=_me(), pupil_id=pupil_id, today=clock.today())
    brand = brand_of(page.school, page.theme)
    return render_template("concerns/start.html", page=page, questions=questions, brand=brand, **WORDS)


@bp.get(f"{ASK}/<wish>", access=OWN_PUPIL)
def ask(pupil_id: uuid.UUID, wish: str) -> str:
    """One form, with what was begun: who reads it stands before the first box."""
    kind, page = _wish(wish), _page(pupil_id)
    draft = my_draft(reader(), viewer=_me(), pupil_id=pupil_id, kind=kind)
    form = AskForm.of(page, kind, draft)
    oldest = clock.now() - KEEP_TEXT_FOR
    since = max(oldest, draft.written_at) if draft else oldest
    form.bring_back(lost_words(reader(), viewer=_me(), path=request.path, since=since))
    return _asked(page, kind, form)


@bp.post(f"{ASK}/<wish>", access=OWN_PUPIL)
def send(pupil_id: uuid.UUID, wish: str) -> Page:
    """Sends it; while somebody types, only keeps it."""
    kind, page = _wish(wish), _page(pupil_id)
    form = AskForm.of(page, kind, None)
    facts: dict[str, Any] = {"actor": _me(), "pupil_id": pupil_id, "kind": kind, "now": clock.now()}
    try:
        if form.validate():
            said = form.said(kind)
            if is_typing():
                return while_typing.kept(actions_ask.keep(db(), **facts, said=said))
            concern_id = actions_ask.send(db(), **facts, said=said)
            return redirect(url_for(".one", pupil_id=pupil_id, concern_id=concern_id, sent=1), 303)
    except StaleVersion as error:
        return while_typing.not_kept(form, error.status)
    except Invalid as error:
        keys = [question.key for question in WISHES[kind].questions]
        error.field = f"part_{keys.index(error.field)}" if error.field in keys else error.field
        form.accept(error)
    db().rollback()
    return while_typing.not_kept(form) if is_typing() else (_asked(page, kind, form), 422)


def _asked(page: AskPage, kind: Wish, form: AskForm) -> str:
    form.promise(page, kind, promises(reader(), page.school_id, clock.now()))
    brand = brand_of(page.school, page.theme)
    shown = {"page": page, "kind": kind, "wish": page.wishes[kind], "form": form}
    return render_template("concerns/ask.html", brand=brand, **shown, **WORDS)


@bp.get(ONE, access=OWN_PUPIL)
def one(pupil_id: uuid.UUID, concern_id: uuid.UUID) -> str:
    """What this reader asked, where it stands, and every answer."""
    return _shown(_thread(pupil_id, concern_id))


def _shown(found: Thread) -> str:
    brand, following = brand_of(found.school, found.theme), next_step(found.step)
    shown = {"thread": found, "page": _page(found.pupil_id), "following": following}
    return render_template("concerns/one.html", brand=brand, **shown, **WORDS)


@bp.route(f"{ONE}/next", methods=["GET", "POST"], access=OWN_PUPIL)
def step_up(pupil_id: uuid.UUID, concern_id: uuid.UUID) -> Page:
    """Who answers next and by when, and then asks them."""
    found, form, status = _thread(pupil_id, concern_id), StepUpForm(), 200
    if form.is_submitted():
        with told_in(form) as refusal:
            if form.validate():
                words, replies = form.words.data or "", number_of(form.replies.data)
                actions_ask.step_up(db(), **_about(pupil_id, concern_id), words=words, replies=replies)
                return redirect(url_for(".one", pupil_id=pupil_id, concern_id=concern_id), 303)
        status, found = refusal.status, _thread(pupil_id, concern_id)
        form.replies.data = str(found.replies)  # whoever presses again has seen what came meanwhile
    following = next_step(found.step)
    if status == 200 and (following is None or not found.may_step_up):
        return redirect(url_for(".one", pupil_id=pupil_id, concern_id=concern_id), 303)
    form.replies.data = form.replies.data or str(found.replies)
    by = promises(reader(), found.school_id, clock.now())[following] if following else None
    brand = brand_of(found.school, found.theme)
    shown = {"thread": found, "page": _page(pupil_id), "form": form, "following": following, "by": by}
    return render_template("concerns/step_up.html", brand=brand, **shown, **WORDS), status


@bp.post(f"{ONE}/done", access=OWN_PUPIL)
def settle(pupil_id: uuid.UUID, concern_id: uuid.UUID) -> Response:
    """This reader needs nothing more."""
    actions_ask.settle(db(), **_about(pupil_id, concern_id))
    flash(_("Thank you."))
    return redirect(url_for(".one", pupil_id=pupil_id, concern_id=concern_id), 303)


@bp.get(f"{ONE}/letter.pdf", access=OWN_PUPIL)
def letter(pupil_id: uuid.UUID, concern_id: uuid.UUID) -> Response:
    """Everything as a letter, to keep or to hand to somebody outside the portal."""
    return document(letter_pdf(_thread(pupil_id, concern_id), today=clock.today()))
