"""The plan editor: a list of small tasks, each saved at once, and never over somebody else's words unseen."""

import uuid
from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.kernel import clock
from portal.kernel.errors import Conflict, Invalid, NotFound, PortalError, StaleVersion
from portal.kernel.words import N_
from portal.people.access import SENDCO_PUPIL
from portal.profiles import (
    actions_drafting,
    actions_order,
    actions_pieces,
    actions_publishing,
    queries_drafts,
    queries_sharing,
    queries_told,
)
from portal.profiles.actions_order import Direction, Piece
from portal.profiles.actions_pieces import Edit
from portal.profiles.forms_drafts import DatesForm, LinesForm, LockForm, OutcomeForm, PieceForm, ProfileForm, TargetForm
from portal.profiles.page_words import WORDS
from portal.profiles.queries_drafts import DraftPage, PublishPage
from portal.profiles.rules_content import VersionContent
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import gettext as _
from portal.web.i18n import say
from portal.web.unit_of_work import db

bp = PortalBlueprint("drafts", __name__)
Page = str | Response | tuple[str, int]
Source = Callable[[VersionContent], Any]
DRAFT = "/staff/children/<uuid:pupil_id>/drafts/<uuid:version_id>"
BOTH: dict[str, Any] = {"methods": ["GET", "POST"], "access": SENDCO_PUPIL}


@bp.post("/staff/children/<uuid:pupil_id>/drafts", access=SENDCO_PUPIL)
def start(pupil_id: uuid.UUID) -> Response:
    """Opens the draft of a kind of plan, or begins one."""
    kind_id = request.form.get("kind", type=uuid.UUID)
    if kind_id is None:
        raise Invalid(N_("Choose which kind of plan to write."))
    version_id = actions_drafting.start_draft(
        db(), actor=current_actor(), pupil_id=pupil_id, kind_id=kind_id, now=clock.now(), today=clock.today()
    )
    return redirect(url_for(".tasks", pupil_id=pupil_id, version_id=version_id), 303)


@bp.get(DRAFT, access=SENDCO_PUPIL)
def tasks(pupil_id: uuid.UUID, version_id: uuid.UUID) -> Page:
    """The draft as a list of tasks, with what is missing and what could be better."""
    draft = queries_drafts.draft_page(db(), pupil_id=pupil_id, version_id=version_id, today=clock.today())
    if not draft.is_draft:
        flash(_("This draft is already published."))
        return redirect(url_for("profiles.pupil", pupil_id=pupil_id), 303)
    told = queries_told.to_tell(db(), viewer=current_actor(), pupil_id=pupil_id, today=clock.today())
    heard = queries_sharing.heard(db(), pupil_id=pupil_id, content=draft.content, told=told)
    return render_template("profiles/staff/tasks.html", draft=draft, heard=heard, new_thread=uuid.uuid4(), **WORDS)


@bp.route(DRAFT + "/profile", **BOTH)
def profile(pupil_id: uuid.UUID, version_id: uuid.UUID) -> Page:
    """The four texts of the profile."""
    draft = _draft(pupil_id, version_id)
    form = ProfileForm.on(draft.content, draft.content)
    return _piece(draft, form, N_("The profile"), _whole, _saving(actions_pieces.save_profile, "words"))


@bp.route(DRAFT + "/dates", **BOTH)
def dates(pupil_id: uuid.UUID, version_id: uuid.UUID) -> Page:
    """The plan's dates."""
    draft = _draft(pupil_id, version_id)
    form = DatesForm.on(draft.content, draft.content)
    return _piece(draft, form, N_("The dates"), _whole, _saving(actions_pieces.save_dates, "dates"))


@bp.route(DRAFT + "/who-does-what", **BOTH)
def lines(pupil_id: uuid.UUID, version_id: uuid.UUID) -> Page:
    """What the child, the family and the school do."""
    draft = _draft(pupil_id, version_id)
    form = LinesForm.on(draft.content, draft.content)
    return _piece(draft, form, N_("Who does what"), _whole, _saving(actions_pieces.save_lines, "lines"))


@bp.route(DRAFT + "/outcomes/<uuid:thread>", **BOTH)
def outcome(pupil_id: uuid.UUID, version_id: uuid.UUID, thread: uuid.UUID) -> Page:
    """One outcome; a key that the draft does not have yet is a new one, so that sending it twice adds one."""
    draft = _draft(pupil_id, version_id)
    form = OutcomeForm.on(draft.content, draft.content.outcome(thread))
    save = _saving(actions_pieces.save_outcome, "words", thread=thread)
    return _piece(draft, form, N_("An outcome"), lambda content: content.outcome(thread), save)


@bp.route(DRAFT + "/targets/<uuid:thread>", **BOTH)
def target(pupil_id: uuid.UUID, version_id: uuid.UUID, thread: uuid.UUID) -> Page:
    """One target; a key that the draft does not have yet is a new one."""
    draft = _draft(pupil_id, version_id)
    if not draft.content.outcomes:
        flash(_("Write an outcome first. A target is a step to it."))
        return redirect(url_for(".tasks", pupil_id=pupil_id, version_id=version_id), 303)
    of = draft.content.outcome_of(thread)
    chosen = str(of.thread) if of else request.args.get("outcome", "")
    form = TargetForm.on(draft.content, draft.content.target(thread), outcome=chosen)
    form.offer((item.thread, item.text) for item in draft.content.outcomes)

    def save(edit: Edit, values: dict[str, Any]) -> None:
        actions_pieces.save_target(
            db(),
            actor=current_actor(),
            edit=edit,
            thread=thread,
            outcome_thread=uuid.UUID(form.outcome.data),
            values=values,
            now=clock.now(),
        )

    hints = draft.hints_of(thread)
    return _piece(draft, form, N_("A target"), lambda content: content.target(thread), save, hints)


@bp.post(DRAFT + "/<any(outcomes, targets):piece>/<uuid:thread>/move", access=SENDCO_PUPIL)
def move(pupil_id: uuid.UUID, version_id: uuid.UUID, piece: str, thread: uuid.UUID) -> Response:
    """One place up or down."""
    form = LockForm()
    try:
        actions_order.move(
            db(),
            actor=current_actor(),
            pupil_id=pupil_id,
            version_id=version_id,
            lock=form.shown_lock(),
            piece=Piece(piece),
            thread=thread,
            direction=Direction.DOWN if request.form.get("direction") == "down" else Direction.UP,
            now=clock.now(),
        )
    except StaleVersion as error:
        flash(say(error.message))
    return redirect(url_for(".tasks", pupil_id=pupil_id, version_id=version_id, _anchor=f"{piece}-{thread}"), 303)


@bp.route(DRAFT + "/<any(outcomes, targets):piece>/<uuid:thread>/remove", **BOTH)
def remove(pupil_id: uuid.UUID, version_id: uuid.UUID, piece: str, thread: uuid.UUID) -> Page:
    """Asks once, then takes an outcome or a target out of the draft."""
    draft = _draft(pupil_id, version_id)
    form = LockForm(data={"lock": str(draft.content.lock)})
    status = 200
    if form.validate_on_submit():
        try:
            actions_order.remove(
                db(),
                actor=current_actor(),
                pupil_id=pupil_id,
                version_id=version_id,
                lock=form.shown_lock(),
                piece=Piece(piece),
                thread=thread,
                now=clock.now(),
            )
            flash(_("It is no longer in the draft."))
            return redirect(url_for(".tasks", pupil_id=pupil_id, version_id=version_id), 303)
        except StaleVersion as error:
            draft, status = _draft(pupil_id, version_id), 409
            form.lock.data = str(draft.content.lock)
            form.accept(error)
    found = draft.content.outcome(thread) if piece == Piece.OUTCOME else draft.content.target(thread)
    if found is None:
        raise NotFound
    return render_template(
        "profiles/staff/remove.html", draft=draft, form=form, piece=piece, found=found, **WORDS
    ), status


@bp.route(DRAFT + "/publish", **BOTH)
def publish(pupil_id: uuid.UUID, version_id: uuid.UUID) -> Page:
    """What changes and who is told, to read before the click; then the plan is out."""
    page = _to_publish(pupil_id, version_id)
    form = LockForm(data={"lock": str(page.draft.content.lock)})
    status = 200
    if form.validate_on_submit():
        try:
            actions_publishing.publish(
                db(),
                actor=current_actor(),
                pupil_id=pupil_id,
                version_id=version_id,
                lock=form.shown_lock(),
                now=clock.now(),
                today=clock.today(),
            )
            flash(_("The plan is out. The adults will be told."))
            return redirect(url_for("profiles.pupil", pupil_id=pupil_id), 303)
        except PortalError as error:
            page, status = _to_publish(pupil_id, version_id), error.status
            form.lock.data = str(page.draft.content.lock)
            form.accept(error)
    elif not page.draft.is_draft:
        raise Conflict(actions_drafting.DRAFT_IS_OUT)
    return render_template("profiles/staff/publish.html", page=page, form=form, **WORDS), status


def _to_publish(pupil_id: uuid.UUID, version_id: uuid.UUID) -> PublishPage:
    return queries_drafts.publish_page(
        db(), viewer=current_actor(), pupil_id=pupil_id, version_id=version_id, today=clock.today()
    )


def _whole(content: VersionContent) -> VersionContent:
    return content


def _draft(pupil_id: uuid.UUID, version_id: uuid.UUID) -> DraftPage:
    draft = queries_drafts.draft_page(db(), pupil_id=pupil_id, version_id=version_id, today=clock.today())
    if not draft.is_draft:
        raise Conflict(actions_drafting.DRAFT_IS_OUT)
    return draft


def _saving(action: Callable[..., None], name: str, **more: Any) -> Callable[[Edit, dict[str, Any]], None]:
    def save(edit: Edit, values: dict[str, Any]) -> None:
        action(db(), actor=current_actor(), edit=edit, now=clock.now(), **{name: values}, **more)

    return save


def _piece(
    draft: DraftPage,
    form: PieceForm,
    title: str,
    stored: Source,
    save: Callable[[Edit, dict[str, Any]], None],
    hints: Any = (),
) -> Page:
    """Saves a piece and goes back to the list; shows both texts when somebody else changed the same piece."""
    pupil_id, version_id = draft.pupil_id, draft.content.id
    theirs, status = None, 422 if form.is_submitted() else 200
    if draft.content.shared_at and not form.is_submitted():
        form.accept(Conflict(actions_drafting.DRAFT_IS_SHARED))
    if form.validate_on_submit():
        try:
            save(
                Edit(pupil_id=pupil_id, version_id=version_id, lock=form.shown_lock(), seen=form.seen.data),
                form.values(),
            )
            flash(_("Saved in the draft."))
            return redirect(url_for(".tasks", pupil_id=pupil_id, version_id=version_id), 303)
        except StaleVersion as error:
            draft, status = _draft(pupil_id, version_id), 409
            theirs = form.beside(draft.content, stored(draft.content))
            form.accept(error)
        except PortalError as error:
            form.accept(error)
    page = render_template(
        "profiles/staff/piece.html", draft=draft, form=form, title=title, theirs=theirs, hints=hints, **WORDS
    )
    return page, status
