"""A notice is written step by step: the words, what it asks, whom it is for, its languages; then it is sent."""

import uuid
from typing import Any, cast

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from portal.kernel import clock
from portal.kernel.errors import NotFound, PortalError, StaleVersion
from portal.kernel.words import N_
from portal.notices import actions_send, actions_translate, actions_write, page_staff
from portal.notices.forms_staff import (
    AskingForm,
    AudienceForm,
    ButtonForm,
    SendForm,
    StepForm,
    TranslationForm,
    WordsForm,
    id_or_new,
)
from portal.notices.queries_audience import families
from portal.notices.queries_notices import writer_of
from portal.notices.queries_staff import StaffNotice, choices, draft_of, notices, staff_notice, translations
from portal.notices.rules import Audience, NoticeState
from portal.people.access import NOTICES
from portal.people.actor import Actor
from portal.web import while_typing
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import LANGUAGES, say
from portal.web.unit_of_work import db
from portal.web.while_typing import is_typing

bp = PortalBlueprint("staff_notices", __name__, url_prefix="/staff/notices")
Page = str | Answer | tuple[str, int]
ONE = "/<uuid:notice_id>"
BOTH: dict[str, Any] = {"methods": ["GET", "POST"], "access": NOTICES}


def _me() -> Actor:
    return cast(Actor, current_actor())  # the gate let nobody else in


def _act(notice_id: uuid.UUID) -> dict[str, Any]:
    return {"actor": _me(), "notice_id": notice_id, "now": clock.now()}


def _draft(notice_id: uuid.UUID) -> StaffNotice:
    return draft_of(db(), viewer=_me(), notice_id=notice_id)


def _on(endpoint: str, notice_id: uuid.UUID, **values: Any) -> Answer:
    return redirect(url_for(endpoint, notice_id=notice_id, **values), 303)


def _again(notice_id: uuid.UUID, form: StepForm, error: PortalError) -> StaffNotice:
    """What is stored now, for the page that shows the form once more; sending it again is meant for that version."""
    db().rollback()
    form.accept(error)
    stored = _draft(notice_id)
    if isinstance(error, StaleVersion):
        form.version.data = stored.version
    return stored


@bp.get("", access=NOTICES)
def listed() -> str:
    """Drafts, what is planned, and what was sent."""
    found = notices(db(), viewer=_me(), page=request.args.get("page", 1, type=int))
    return render_template("notices/staff_list.html", found=found, new_id=uuid.uuid4(), **page_staff.WORDS)


@bp.post("", access=NOTICES)
def start() -> Answer:
    """An empty draft; the button carries its id, so that two presses are one draft."""
    notice_id = id_or_new(request.form.get("notice_id"))
    actions_write.start(db(), **_act(notice_id))
    return _on(".words", notice_id)


@bp.get(ONE, access=NOTICES)
def show(notice_id: uuid.UUID) -> str:
    """One notice: a draft as a list of its steps, a planned one with its time, a sent one with what became of it."""
    notice = staff_notice(db(), viewer=_me(), notice_id=notice_id)
    return page_staff.notice_page(db(), notice, viewer=_me())


@bp.route(ONE + "/words", **BOTH)
def words(notice_id: uuid.UUID) -> Page | Response:
    """Title and text. When somebody else changed them meanwhile, both texts stand there."""
    notice = _draft(notice_id)
    form, theirs, status = WordsForm.of(notice), None, 422 if request.method == "POST" else 200
    if form.validate_on_submit():
        facts = {"version": form.shown_version, "title": form.title.data, "words": form.words.data}
        try:
            version = actions_write.save_words(db(), **_act(notice_id), **facts)
            if is_typing():
                return while_typing.kept(version)
            return _on(".show" if "later" in request.form else ".asks", notice_id)
        except PortalError as error:
            notice, status = _again(notice_id, form, error), error.status
            theirs = notice if isinstance(error, StaleVersion) else None
    if is_typing():
        return while_typing.not_kept(form, status)
    page = render_template("notices/staff_words.html", notice=notice, form=form, theirs=theirs, **page_staff.WORDS)
    return page, status


@bp.route(ONE + "/asks", **BOTH)
def asks(notice_id: uuid.UUID) -> Page:
    """What it asks and until when; and the gathering, if it is one."""
    notice = _draft(notice_id)
    form, status = AskingForm.of(notice), 422 if request.method == "POST" else 200
    if form.validate_on_submit():
        try:
            asking = form.asking()
            actions_write.save_asking(db(), **_act(notice_id), version=form.shown_version, asking=asking)
            return _on(".audience", notice_id)
        except PortalError as error:
            notice, status = _again(notice_id, form, error), error.status
    return render_template("notices/staff_asks.html", notice=notice, form=form, **page_staff.WORDS), status


@bp.route(ONE + "/audience", **BOTH)
def audience(notice_id: uuid.UUID) -> Page:
    """Whom it is for, and at once how many adults that are, in which languages and by which way."""
    notice, offered = _draft(notice_id), choices(db(), viewer=_me())
    everybody = Audience(offered.circles[0], tuple(key for key, _name in offered.classes))
    read = families(db(), everybody, writer_of(_me()), clock.today()).languages
    form, status = AudienceForm.about(notice, offered, read), 422 if request.method == "POST" else 200
    if form.validate_on_submit():
        try:
            chosen = form.audience()
            actions_write.save_audience(db(), **_act(notice_id), version=form.shown_version, audience=chosen)
            return _on(".audience" if "look" in request.form else ".languages", notice_id, _anchor="numbers")
        except PortalError as error:
            notice, status = _again(notice_id, form, error), error.status
    counted = page_staff.counted(db(), notice, viewer=_me())
    shown = {"notice": notice, "form": form, "counted": counted, "offered": offered, **page_staff.WORDS}
    return render_template("notices/staff_audience.html", **shown), status


@bp.get(ONE + "/languages", access=NOTICES)
def languages(notice_id: uuid.UUID) -> str:
    """Which languages the families read, and into which of them somebody has put the notice."""
    notice = _draft(notice_id)
    counted, known = page_staff.counted(db(), notice, viewer=_me()), translations(db(), notice)
    tags = dict.fromkeys((*counted.languages, *known, *LANGUAGES))
    tags.pop(notice.language, None)
    shown = {"notice": notice, "counted": counted, "known": known, "tags": tags, **page_staff.WORDS}
    return render_template("notices/staff_languages.html", **shown)


@bp.route(ONE + "/languages/<language>", **BOTH)
def translation(notice_id: uuid.UUID, language: str) -> Page:
    """The notice in one language, beside the words as written."""
    notice = _draft(notice_id)
    if language not in LANGUAGES or language == notice.language:
        raise NotFound
    found = translations(db(), notice).get(language)
    form, theirs, status = TranslationForm.of(found), None, 422 if request.method == "POST" else 200
    if form.validate_on_submit():
        facts = {name: form[name].data for name in ("title", "words", "translated_by", "seen")}
        try:
            actions_translate.save_translation(db(), **_act(notice_id), language=language, **facts)
            flash(say(N_("Saved.")))
            return _on(".languages", notice_id)
        except PortalError as error:
            db().rollback()
            form.accept(error)
            status = error.status
            if isinstance(error, StaleVersion):
                theirs = translations(db(), notice).get(language)
                form.seen.data = theirs.seen if theirs else ""
    shown = {"notice": notice, "form": form, "target": LANGUAGES[language], "theirs": theirs, **page_staff.WORDS}
    return render_template("notices/staff_translation.html", **shown), status


@bp.route(ONE + "/check", **BOTH)
def check(notice_id: uuid.UUID) -> Page:
    """What each language and each way will show and cost; then it is sent, now or at a time."""
    notice = _draft(notice_id)
    form, status = SendForm(data={"version": notice.version}), 422 if request.method == "POST" else 200
    if form.validate_on_submit():
        try:
            actions_send.send(db(), **_act(notice_id), version=form.shown_version, send_at=form.moment())
            return _on(".show", notice_id)
        except PortalError as error:
            notice, status = _again(notice_id, form, error), error.status
    if notice.state != NoticeState.DRAFT:
        return _on(".show", notice_id)
    return page_staff.check_page(db(), notice, form, viewer=_me()), status


@bp.post(ONE + "/cancel", access=NOTICES)
def cancel(notice_id: uuid.UUID) -> Answer:
    """The plan is called off; the draft stays."""
    actions_send.cancel(db(), **_act(notice_id))
    flash(say(N_("This notice is a draft again. It does not leave.")))
    return _on(".show", notice_id)


@bp.post(ONE + "/remove", access=NOTICES)
def remove(notice_id: uuid.UUID) -> Answer:
    """Throws a draft away."""
    actions_write.remove(db(), **_act(notice_id), version=ButtonForm().shown_version)
    flash(say(N_("The draft is gone.")))
    return redirect(url_for(".listed"), 303)
