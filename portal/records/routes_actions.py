"""Actions of a draft, endings of what was said, and the promises that staff keep afterwards."""

import uuid
from typing import Any, cast

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.accounts.queries_numbers import numbers_of
from portal.kernel import clock
from portal.kernel.errors import NotAllowed, NotFound, PortalError, StaleVersion
from portal.meetings.forms_family import id_of
from portal.people.access import ANY_STAFF, ENDINGS, MEETING_WRITE, SCHOOL_PUPIL, SENDCO_PUPIL
from portal.people.actor import Actor
from portal.people.looks import remember_look
from portal.people.rules import Role
from portal.records import actions_agree, actions_endings, actions_not_happening, actions_promises
from portal.records.forms_actions import ActionForm, AnswerForm, EndingForm, MarkForm, VersionForm
from portal.records.page_words import OF_LANGUAGES
from portal.records.queries_actions import ActionLine, actions_of, colleagues, one_action
from portal.records.queries_endings import ReviewHead, endings_of, open_statements, review_head
from portal.records.queries_promises import PromisePage, one_said, promise_page, promises_page
from portal.records.rules_actions import MARKS
from portal.records.rules_record import WRITERS
from portal.reviews.rules import KINDS
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import current
from portal.web.i18n import gettext as _
from portal.web.unit_of_work import db, reader

bp = PortalBlueprint("actions", __name__)
Page = str | Response | tuple[str, int]
RECORD = "/staff/children/<uuid:pupil_id>/reviews/<uuid:review_id>/record"
PROMISE = "/staff/children/<uuid:pupil_id>/promises/<uuid:action_id>"
BOTH = ["GET", "POST"]


def _me() -> Actor:
    return cast(Actor, current_actor())  # the gate let nobody else in


def _about(pupil_id: uuid.UUID, **more: Any) -> dict[str, Any]:
    return {"actor": _me(), "pupil_id": pupil_id, "now": clock.now(), **more}


def _head(pupil_id: uuid.UUID, review_id: uuid.UUID) -> ReviewHead:
    return review_head(reader(), pupil_id=pupil_id, review_id=review_id)


def _action(pupil_id: uuid.UUID, action_id: uuid.UUID) -> ActionLine | None:
    return one_action(db(), pupil_id=pupil_id, action_id=action_id, today=clock.today())


def _to_record(pupil_id: uuid.UUID, review_id: uuid.UUID, place: object) -> Response:
    return redirect(
        url_for("staff_records.record", pupil_id=pupil_id, review_id=review_id, _anchor=f"action-{place}"), 303
    )


@bp.get(f"{RECORD}/actions/new", access=MEETING_WRITE)
def new(pupil_id: uuid.UUID, review_id: uuid.UUID) -> Response:
    """Gives a new action its key, so that sending its form twice adds one."""
    said = id_of(request.args.get("statement_id"))
    return redirect(
        url_for(".action", pupil_id=pupil_id, review_id=review_id, action_id=uuid.uuid4(), statement_id=said)
    )


@bp.route(f"{RECORD}/actions/<uuid:action_id>", methods=BOTH, access=MEETING_WRITE)
def action(pupil_id: uuid.UUID, review_id: uuid.UUID, action_id: uuid.UUID) -> Page:
    """One action of a draft; a key that the draft does not have yet is a new one. When somebody else changed it
    meanwhile, both texts stand there."""
    head, line = _head(pupil_id, review_id), _action(pupil_id, action_id)
    form = ActionForm.of(line, colleagues(db(), viewer=_me(), today=clock.today()))
    theirs, status = {}, 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            actions_agree.save_action(
                db(),
                **_about(pupil_id, review_id=review_id, action_id=action_id),
                words=form.words(),
                version=form.shown_version(),
                statement_id=id_of(request.args.get("statement_id")),
            )
            return _to_record(pupil_id, review_id, action_id)
        except StaleVersion as error:
            form.accept(error)
            status, line = error.status, _again(pupil_id, action_id)
            theirs = form.beside(line)
        except PortalError as error:
            db().rollback()
            form.accept(error)
            status = error.status
    shown = {"head": head, "form": form, "line": line, "theirs": theirs}
    return render_template("records/action.html", **shown), status


def _again(pupil_id: uuid.UUID, action_id: uuid.UUID) -> ActionLine:
    """The action as it stands after somebody else was faster."""
    db().rollback()
    line = _action(pupil_id, action_id)
    if line is None:
        raise NotFound
    return line


@bp.route(f"{RECORD}/actions/<uuid:action_id>/remove", methods=BOTH, access=MEETING_WRITE)
def remove(pupil_id: uuid.UUID, review_id: uuid.UUID, action_id: uuid.UUID) -> Page:
    """Asks once, then takes an action out of the draft."""
    head, line = _head(pupil_id, review_id), _action(pupil_id, action_id)
    if line is None or line.review_id != review_id:
        return _to_record(pupil_id, review_id, action_id)  # it is gone already
    form, status = VersionForm(data={"version": line.version}), 200
    if form.validate_on_submit():
        try:
            actions_agree.remove_action(
                db(),
                **_about(pupil_id, review_id=review_id, action_id=action_id),
                version=form.shown_version(),
            )
            flash(_("Removed."))
            return _to_record(pupil_id, review_id, action_id)
        except PortalError as error:
            form.accept(error)
            line, status = _again(pupil_id, action_id), error.status
            form.version.data = str(line.version)
    return render_template("records/action_remove.html", head=head, form=form, action=line), status


@bp.get(f"{RECORD}/endings", access=ENDINGS)
def endings(pupil_id: uuid.UUID, review_id: uuid.UUID) -> str:
    """What was said and has no ending, what became of the rest, and the button that finishes the review."""
    head = _head(pupil_id, review_id)
    remember_look(_me(), school_id=head.school_id, pupil_id=pupil_id)
    return _endings(head, VersionForm())


def _endings(head: ReviewHead, form: VersionForm) -> str:
    waiting = open_statements(db(), review_id=head.review_id, language=current().tag)
    # an assistant is here for what a child said to them alone, and meets no trace of what others were told
    if not _me().has(*WRITERS, Role.HEADTEACHER):
        waiting = [one for one in waiting if not one.is_hidden]
    return render_template(
        "records/endings.html",
        head=head,
        form=form,
        kinds=KINDS,
        pupil_id=head.pupil_id,
        review_id=head.review_id,
        open_statements=waiting,
        endings=endings_of(db(), review_id=head.review_id, language=current().tag),
    )


@bp.route(f"{RECORD}/endings/<uuid:statement_id>", methods=BOTH, access=ENDINGS)
def end(pupil_id: uuid.UUID, review_id: uuid.UUID, statement_id: uuid.UUID) -> Page:
    """One thing that was said and its ending: asks for what is missing, keeps what was typed."""
    head = _head(pupil_id, review_id)
    asked: dict[str, Any] = {"review_id": review_id, "language": current().tag}
    waiting = next((one for one in open_statements(db(), **asked) if one.statement_id == statement_id), None)
    endings = endings_of(db(), **asked)
    ended = next((one for one in endings if one.statement_id == statement_id), None)
    said = waiting or ended
    if said is None:
        raise NotFound
    if not actions_endings.may_end(_me(), said.one_adult_id):
        raise NotAllowed
    stored = {"kind": ended.kind, "words": ended.words, "action_id": str(ended.action_id or "")} if ended else {}
    form = EndingForm.among(actions_of(db(), review_id=review_id), **stored)
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            typed = {"kind": form.kind.data, "words": form.words.data, "action_id": form.named()}
            actions_endings.end(db(), actor=_me(), statement_id=statement_id, **typed, now=clock.now())
            return redirect(url_for(".endings", pupil_id=pupil_id, review_id=review_id), 303)
        except PortalError as error:
            db().rollback()
            form.accept(error)
            status = error.status
    return render_template("records/ending.html", head=head, form=form, one=said), status


@bp.post(f"{RECORD}/close", access=MEETING_WRITE)
def close(pupil_id: uuid.UUID, review_id: uuid.UUID) -> Page:
    """Finishes the review, or says what still waits."""
    form = VersionForm()
    try:
        actions_endings.close(db(), **_about(pupil_id, review_id=review_id))
    except PortalError as error:
        db().rollback()
        form.accept(error)
        return _endings(_head(pupil_id, review_id), form), error.status
    flash(_("The review is finished."))
    return redirect(url_for(".endings", pupil_id=pupil_id, review_id=review_id), 303)


@bp.get("/staff/promises", access=ANY_STAFF)
def promises() -> str:
    """The reader's own promises; for those who answer for the school all of them, late ones first."""
    person, late_only = request.args.get("person", ""), bool(request.args.get("late"))
    page = promises_page(db(), viewer=_me(), person_id=id_of(person), late_only=late_only, today=clock.today())
    shown = {"person": person, "late_only": late_only, **OF_LANGUAGES}
    return render_template("records/promises.html", page=page, **shown)


def _promise(pupil_id: uuid.UUID, action_id: uuid.UUID) -> PromisePage:
    return promise_page(db(), pupil_id=pupil_id, action_id=action_id, today=clock.today())


@bp.route(PROMISE, methods=BOTH, access=SCHOOL_PUPIL)
def promise(pupil_id: uuid.UUID, action_id: uuid.UUID) -> Page:
    """One promise: what became of it so far, and what becomes of it now."""
    page = _promise(pupil_id, action_id)
    form = MarkForm(data={"version": page.action.version})
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            actions_promises.set_state(
                db(),
                **_about(pupil_id, action_id=action_id),
                state=form.state.data,
                words=form.words.data,
                due_on=form.due_on.data,
                version=form.shown_version(),
            )
            flash(_("It is written down."))
            return redirect(url_for(".promise", pupil_id=pupil_id, action_id=action_id), 303)
        except PortalError as error:
            db().rollback()
            form.accept(error)
            page, status = _promise(pupil_id, action_id), error.status
            form.version.data = str(page.action.version)
    elif not form.is_submitted():
        remember_look(_me(), school_id=page.school_id, pupil_id=pupil_id)
    may_mark = actions_promises.may_mark(_me(), page.action.owner_id)
    return render_template("records/promise.html", page=page, form=form, may_mark=may_mark, marks=MARKS), status


@bp.route("/staff/children/<uuid:pupil_id>/not-happening/<uuid:said_id>", methods=BOTH, access=SENDCO_PUPIL)
def answer(pupil_id: uuid.UUID, said_id: uuid.UUID) -> Page:
    """What an adult says is not happening, and school's answer in words."""
    said, form = one_said(db(), pupil_id=pupil_id, said_id=said_id), AnswerForm()
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            actions_not_happening.answer_not_happening(db(), **_about(pupil_id, said_id=said_id), words=form.words.data)
            flash(_("Your answer is there for the family."))
            return redirect(url_for(".promises"), 303)
        except PortalError as error:
            db().rollback()
            form.accept(error)
            said, status = one_said(db(), pupil_id=pupil_id, said_id=said_id), error.status
    elif not form.is_submitted():
        remember_look(_me(), school_id=said.school_id, pupil_id=pupil_id)
    shown = {"said_it": said, "numbers": numbers_of(reader(), said.adult_id), **OF_LANGUAGES}
    return render_template("records/not_happening.html", form=form, **shown), status
