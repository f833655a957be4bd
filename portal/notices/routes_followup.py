"""What became of a notice: the list of families with its filters, letters for whom no message reaches, reminders, and
taking it back."""

import uuid
from typing import Any, cast

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from portal.accounts.queries_letters import sender
from portal.kernel import clock
from portal.kernel.errors import Conflict, NotFound, PortalError
from portal.notices import actions_send, page_staff
from portal.notices.forms_staff import TakeBackForm
from portal.notices.letter_copy import OnPaper, notice_letters, printed_in
from portal.notices.queries_followup import Look, families_page, numbers, on_paper
from portal.notices.queries_staff import StaffNotice, draft_of, shown_in, staff_notice, translations
from portal.notices.rules import NoticeState
from portal.people.access import NOTICES
from portal.people.actor import Actor
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import LANGUAGES, ngettext, say
from portal.web.i18n import gettext as _
from portal.web.unit_of_work import db

bp = PortalBlueprint("notice_followup", __name__, url_prefix="/staff/notices/<uuid:notice_id>")
Page = str | Answer | tuple[str, int]


def _me() -> Actor:
    return cast(Actor, current_actor())  # the gate let nobody else in


def _act(notice_id: uuid.UUID) -> dict[str, Any]:
    return {"actor": _me(), "notice_id": notice_id, "now": clock.now()}


def _notice(notice_id: uuid.UUID) -> StaffNotice:
    return staff_notice(db(), viewer=_me(), notice_id=notice_id)


def _back(notice_id: uuid.UUID) -> Answer:
    return redirect(url_for("staff_notices.show", notice_id=notice_id), 303)


@bp.get("/families", access=NOTICES)
def listed(notice_id: uuid.UUID) -> str:
    """One line for each adult and child, narrowed by what became of it."""
    notice, look = _notice(notice_id), request.args.get("look", Look.ALL, type=Look)
    found = families_page(db(), notice_id, look=look, page=request.args.get("page", 1, type=int))
    return render_template("notices/staff_families.html", notice=notice, found=found, look=look, **page_staff.WORDS)


@bp.get("/letters", access=NOTICES)
def letters(notice_id: uuid.UUID) -> str:
    """Who needs it on paper, by language."""
    notice, piles = _notice(notice_id), dict[str, list[str]]()
    for each in on_paper(db(), notice_id):
        piles.setdefault(printed_in(each.language), []).append(each.name)
    return render_template("notices/staff_letters.html", notice=notice, piles=piles, **page_staff.WORDS)


@bp.get("/letters/<language>.pdf", access=NOTICES)
def letters_copy(notice_id: uuid.UUID, language: str) -> Response:
    """The letters to the readers of one language who have no address; of a draft one to nobody, to look at."""
    notice = _notice(notice_id)
    if language not in LANGUAGES or notice.state == NoticeState.TAKEN_BACK:
        raise NotFound
    waiting = [each.name for each in on_paper(db(), notice_id) if printed_in(each.language) == language]
    known = translations(db(), notice)
    shown = shown_in(notice, known, language)
    words = known[language].words if shown.translated_by else notice.words
    paper = OnPaper(notice, shown, words, language)
    pdf = notice_letters(paper, names=waiting or [_("Name of the reader")], sender=sender(db(), viewer=_me()))
    headers = {"Content-Disposition": f'attachment; filename="letters-{language}.pdf"'}
    return Response(pdf, mimetype="application/pdf", headers=headers)


@bp.post("/remind", access=NOTICES)
def remind(notice_id: uuid.UUID) -> Answer:
    """Reminds whoever has not answered, once a day at most."""
    try:
        told = actions_send.remind(db(), **_act(notice_id))
    except Conflict as error:
        flash(say(error.message))
    else:
        if told:
            flash(ngettext("%(num)s adult is reminded.", "%(num)s adults are reminded.", told))
        else:
            flash(_("Nobody was reminded. They were reminded today, or have answered."))
    return _back(notice_id)


@bp.route("/take-back", methods=["GET", "POST"], access=NOTICES)
def take_back(notice_id: uuid.UUID) -> Page:
    """Who has opened it, and why it is taken back; then families read only that."""
    notice, form = draft_of(db(), viewer=_me(), notice_id=notice_id), TakeBackForm()
    status = 422 if request.method == "POST" else 200
    if form.validate_on_submit():
        try:
            actions_send.take_back(db(), **_act(notice_id), why=form.why.data)
            flash(_("The notice is taken back."))
            return _back(notice_id)
        except PortalError as error:
            db().rollback()
            form.accept(error)
            status = error.status
    if notice.state != NoticeState.SENT:
        return _back(notice_id)
    found = numbers(db(), notice_id)
    return render_template("notices/staff_take_back.html", notice=notice, form=form, found=found), status
