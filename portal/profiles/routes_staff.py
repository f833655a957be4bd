"""Staff read the children in their scope, note progress, translate what families read, and keep the SEN register."""

import uuid

from flask import flash, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from portal.kernel import clock
from portal.kernel.errors import NotFound, PortalError, StaleVersion
from portal.people.access import ANY_STAFF, CLASS_PUPIL, SCHOOL_PUPIL, SENDCO_PUPIL
from portal.people.looks import remember_look
from portal.people.rules import Role
from portal.profiles import (
    actions_progress,
    actions_register,
    actions_translations,
    queries_drafts,
    queries_file,
    queries_preview,
    queries_progress,
    queries_staff,
    queries_told,
    queries_translations,
)
from portal.profiles.forms_staff import NeedsForm, NoteForm, RegisterForm, TranslationForm
from portal.profiles.page_words import WORDS
from portal.profiles.queries_pupil import my_page
from portal.profiles.queries_staff import Filter
from portal.profiles.queries_translations import Coverage
from portal.profiles.queries_version import version_content
from portal.profiles.rules import RegisterKind, SenProvision, VersionState
from portal.profiles.rules_steps import ONTO, check_decision, steps_from
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import LANGUAGES, offered, speaking
from portal.web.i18n import gettext as _
from portal.web.unit_of_work import db

bp = PortalBlueprint("profiles", __name__)
Page = str | Response | tuple[str, int]


@bp.get("/staff/children", access=ANY_STAFF)
def pupils() -> str:
    """The children in the reader's scope."""
    asked = request.args
    wanted = Filter(
        search=asked.get("search", "")[:100],
        class_id=asked.get("class", type=uuid.UUID),
        provision=asked.get("status", type=SenProvision),
        page=asked.get("page", 1, type=int),
    )
    found = queries_staff.children(db(), viewer=current_actor(), wanted=wanted, today=clock.today())
    return render_template("profiles/staff/pupils.html", found=found, wanted=wanted, today=clock.today(), **WORDS)


@bp.get("/staff/children/<uuid:pupil_id>", access=SCHOOL_PUPIL)
def pupil(pupil_id: uuid.UUID) -> str:
    """One child's file; that it was opened is kept for the family to read."""
    actor = current_actor()
    file = queries_file.child_file(db(), viewer=actor, pupil_id=pupil_id)
    kinds = queries_drafts.kinds(db(), viewer=actor) if actor.has(Role.SENDCO) and not file.versions else ()
    number = file.plan.number if file.plan else 0
    remember_look(actor, school_id=file.head.school_id, pupil_id=pupil_id, version_number=number)
    return render_template(
        "profiles/staff/pupil.html", file=file, kinds=kinds, roles=Role, today=clock.today(), **WORDS
    )


@bp.route("/staff/children/<uuid:pupil_id>/targets/<uuid:thread>/note", methods=["GET", "POST"], access=CLASS_PUPIL)
def note(pupil_id: uuid.UUID, thread: uuid.UUID) -> Page:
    """A note about one target, with the notes before it."""
    target = queries_progress.target_to_note(db(), pupil_id=pupil_id, thread=thread)
    form = NoteForm.about(target.steps_done, target.steps_total)
    if form.validate_on_submit():
        try:
            actions_progress.add_note(
                db(),
                actor=current_actor(),
                pupil_id=pupil_id,
                thread=thread,
                seen=form.observation(target.steps_done),
                once_key=form.once_key.data,
                now=clock.now(),
            )
        except PortalError as error:
            form.accept(error)
        else:
            flash(_("Your note is kept."))
            return redirect(url_for(".pupil", pupil_id=pupil_id, _anchor=f"target-{thread}"), 303)
    page = render_template("profiles/staff/note.html", target=target, form=form, **WORDS)
    return page, 422 if form.is_submitted() else 200


@bp.get("/staff/children/<uuid:pupil_id>/translations/<language>", access=SENDCO_PUPIL)
def translations(pupil_id: uuid.UUID, language: str) -> str:
    """Every text the family reads, beside its translation; missing ones first."""
    page = _translations(pupil_id, language)
    return render_template("profiles/staff/translations.html", page=page, **WORDS)


@bp.route(
    "/staff/children/<uuid:pupil_id>/translations/<language>/<wording>", methods=["GET", "POST"], access=SENDCO_PUPIL
)
def translation(pupil_id: uuid.UUID, language: str, wording: str) -> Page:
    """One text and its translation."""
    page = _translations(pupil_id, language)
    item = page.wording(wording)
    form = TranslationForm.of(item.translation)
    theirs, status = None, 200
    if form.validate_on_submit():
        try:
            actions_translations.keep_translation(
                db(),
                actor=current_actor(),
                pupil_id=pupil_id,
                wording=wording,
                language=language,
                words=form.words(),
                seen=form.seen.data or "",
                now=clock.now(),
            )
            flash(_("The translation is kept."))
            return redirect(url_for(".translations", pupil_id=pupil_id, language=language), 303)
        except StaleVersion:
            theirs, status = _translations(pupil_id, language).wording(wording).translation, 409
            form.seen.data = theirs.seen if theirs else ""
        except PortalError as error:
            form.accept(error)
    if form.is_submitted() and status == 200:
        status = 422
    return render_template(
        "profiles/staff/translation.html", page=page, item=item, form=form, theirs=theirs, **WORDS
    ), status


def _translations(pupil_id: uuid.UUID, language: str) -> queries_translations.TranslationsPage:
    if language not in LANGUAGES:
        raise NotFound
    page = queries_translations.translations_page(db(), pupil_id=pupil_id, language=language)
    if page.written_in == language:
        raise NotFound
    return page


@bp.get("/staff/children/<uuid:pupil_id>/versions/<uuid:version_id>/preview", access=SENDCO_PUPIL)
def preview(pupil_id: uuid.UUID, version_id: uuid.UUID) -> str:
    """The family's page of this version in a chosen language, before it is out."""
    reader = _reader()
    found = queries_preview.preview(
        db(),
        viewer=current_actor(),
        pupil_id=pupil_id,
        version_id=version_id,
        language=reader,
        today=clock.today(),
        now=clock.now(),
    )
    bar = _preview_bar(pupil_id, version_id, reader, found.is_draft, found.is_shared, found.coverage)
    with speaking(reader):
        return render_template("profiles/staff/preview.html", page=found.page, bar=bar, preview=True, **WORDS)


@bp.get("/staff/children/<uuid:pupil_id>/versions/<uuid:version_id>/preview/pupil", access=SENDCO_PUPIL)
def preview_pupil(pupil_id: uuid.UUID, version_id: uuid.UUID) -> str:
    """The child's own page of this version."""
    reader = _reader()
    content = version_content(db(), pupil_id=pupil_id, version_id=version_id)
    page = my_page(db(), pupil_id=pupil_id, language=reader, today=clock.today(), version_id=version_id)
    is_draft, is_shared = content.state == VersionState.DRAFT, content.shared_at is not None
    bar = _preview_bar(pupil_id, version_id, reader, is_draft, is_shared)
    with speaking(reader):
        return render_template("profiles/staff/preview_pupil.html", page=page, bar=bar, preview=True, **WORDS)


def _reader() -> str:
    asked = request.args.get("reader", "en")
    return asked if asked in {language.tag for language in offered()} else "en"


def _preview_bar(
    pupil_id: uuid.UUID,
    version_id: uuid.UUID,
    reader: str,
    is_draft: bool,
    is_shared: bool,
    coverage: tuple[Coverage, ...] = (),
) -> Markup:
    """Said in the SENDCO's own language, whatever language the page below it speaks."""
    bar = render_template(
        "profiles/staff/_preview_bar.html",
        here=request.endpoint,
        ids={"pupil_id": pupil_id, "version_id": version_id},
        reader=reader,
        is_draft=is_draft,
        is_shared=is_shared,
        coverage=coverage,
        offered=offered(),
        **WORDS,
    )
    return Markup(bar)  # noqa: S704 - a template has escaped it


@bp.route("/staff/children/<uuid:pupil_id>/register", methods=["GET", "POST"], access=SENDCO_PUPIL)
def register(pupil_id: uuid.UUID) -> Page:
    """A decision about the SEN register: fill in, read again with the names of who is told, confirm."""
    head = queries_file.child_head(db(), pupil_id=pupil_id)
    steps = steps_from(head.standing)
    asked = request.values.get("kind", type=RegisterKind)
    kind = asked if request.method == "POST" or asked in steps else None
    kind = kind or (steps[0] if len(steps) == 1 else None)
    if kind is None:
        return render_template("profiles/staff/register_steps.html", head=head, steps=steps, **WORDS)
    form = RegisterForm.about(kind, head.name, clock.today())
    told = queries_told.to_tell(db(), viewer=current_actor(), pupil_id=pupil_id, today=clock.today())
    template, status = "profiles/staff/register.html", 200
    if form.is_submitted() and request.form.get("step") != "change":
        template, status = _decide(pupil_id, head, kind, form)
        if status == 303:
            return redirect(url_for(".pupil", pupil_id=pupil_id, _anchor="register"), 303)
    return render_template(template, head=head, kind=kind, form=form, told=told, begins=kind in ONTO, **WORDS), status


def _decide(
    pupil_id: uuid.UUID, head: queries_file.ChildHead, kind: RegisterKind, form: RegisterForm
) -> tuple[str, int]:
    """Checks the decision, or records it when it has been read again; the template to show, and the status."""
    if not form.validate():
        return "profiles/staff/register.html", 422
    try:
        if request.form.get("step") != "confirm":
            check_decision(form.decision(kind), head.standing, clock.today())
            return "profiles/staff/register_check.html", 200
        actions_register.decide_register(
            db(),
            actor=current_actor(),
            pupil_id=pupil_id,
            once=form.own_id(),
            decision=form.decision(kind),
            now=clock.now(),
            today=clock.today(),
        )
    except PortalError as error:
        form.accept(error)
        return "profiles/staff/register.html", 422
    flash(_("The decision is kept. Everybody who should know is told."))
    return "", 303


@bp.route("/staff/children/<uuid:pupil_id>/needs", methods=["GET", "POST"], access=SENDCO_PUPIL)
def needs(pupil_id: uuid.UUID) -> Page:
    """The types of need by rank."""
    head = queries_file.child_head(db(), pupil_id=pupil_id)
    form = NeedsForm.of(queries_file.open_needs(db(), pupil_id=pupil_id))
    if form.validate_on_submit():
        try:
            actions_register.save_needs(
                db(),
                actor=current_actor(),
                pupil_id=pupil_id,
                needs=form.needs(),
                now=clock.now(),
                today=clock.today(),
            )
            flash(_("The needs are kept."))
            return redirect(url_for(".pupil", pupil_id=pupil_id), 303)
        except PortalError as error:
            form.accept(error)
    page = render_template("profiles/staff/needs.html", head=head, form=form, **WORDS)
    return page, 422 if form.is_submitted() else 200
