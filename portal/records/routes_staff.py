"""The record is written in the meeting, read once more, and shared; what comes later is added at its end."""

import uuid
from typing import Any, cast

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from portal.kernel import clock
from portal.kernel.errors import NotFound, PortalError, StaleVersion
from portal.kernel.words import N_
from portal.meetings.forms_family import id_of, number_of
from portal.people.access import MEETING_READ, MEETING_WRITE
from portal.people.actor import Actor
from portal.people.looks import remember_look
from portal.records import actions_record, actions_share, page_words
from portal.records.forms import LineForm
from portal.records.page_documents import card_document, record_document
from portal.records.queries_lines import Line
from portal.records.queries_record import RecordPage, one_line, record_page, share_page
from portal.records.rules_record import WRITERS
from portal.web import while_typing
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import say
from portal.web.unit_of_work import db
from portal.web.while_typing import is_typing

bp = PortalBlueprint("staff_records", __name__)
HERE = "/staff/children/<uuid:pupil_id>/reviews/<uuid:review_id>/record"
Page = str | Answer | tuple[str, int]


def _me() -> Actor:
    return cast(Actor, current_actor())  # the gate let nobody else in


def _about(pupil_id: uuid.UUID, review_id: uuid.UUID) -> dict[str, Any]:
    return {"actor": _me(), "pupil_id": pupil_id, "review_id": review_id, "now": clock.now()}


def _read(pupil_id: uuid.UUID, review_id: uuid.UUID) -> RecordPage:
    return record_page(db(), viewer=_me(), pupil_id=pupil_id, review_id=review_id)


def _shown(page: RecordPage, form: LineForm | None = None) -> str:
    new_ids = {section.heading: uuid.uuid4() for section in page.sections}
    return render_template(
        "records/record.html",
        page=page,
        head=page.head,
        form=form or LineForm(formdata=None),
        here=form.place if form else None,
        new_ids=new_ids,
        writes=_me().has(*WRITERS),
        **page_words.WORDS,
    )


def _again(pupil_id: uuid.UUID, review_id: uuid.UUID, error: PortalError, form: LineForm) -> tuple[str, int]:
    """The page once more with what was typed, and what was wrong with it."""
    db().rollback()
    form.accept(error)
    if isinstance(
        error, (StaleVersion, NotFound)
    ):  # what is stored stays beside it, and sending again adds these words
        form.entry_id.data, form.version.data = uuid.uuid4(), 0
    return _shown(_read(pupil_id, review_id), form), error.status


def _back(pupil_id: uuid.UUID, review_id: uuid.UUID, message: str, place: str = "") -> Answer:
    flash(say(message))
    return redirect(url_for(".record", pupil_id=pupil_id, review_id=review_id, _anchor=place or None), 303)


@bp.get(HERE, access=MEETING_READ)
def record(pupil_id: uuid.UUID, review_id: uuid.UUID) -> str:
    """The record under its seven headings; for those who write it with what was said beside it."""
    page = _read(pupil_id, review_id)
    remember_look(_me(), school_id=page.head.school_id, pupil_id=pupil_id)
    return _shown(page)


@bp.post(HERE, access=MEETING_WRITE)
def start(pupil_id: uuid.UUID, review_id: uuid.UUID) -> Answer:
    """Begins the record; beginning it twice is once."""
    actions_record.start(db(), **_about(pupil_id, review_id))
    return _back(pupil_id, review_id, N_("The record is a draft. The family does not see it yet."))


@bp.post(f"{HERE}/lines", access=MEETING_WRITE)
def write(pupil_id: uuid.UUID, review_id: uuid.UUID) -> Page:
    """A new line; in a shared record an addition of its own."""
    form = LineForm()
    if not form.validate() or form.place is None or form.line_id is None:
        return while_typing.not_kept(form) if is_typing() else (_shown(_read(pupil_id, review_id), form), 422)
    facts = {"entry_id": form.line_id, "heading": form.place, "text": form.text.data}
    # nobody has said yet that this is finished: until it is saved no family gets it, whatever the box will say then
    facts |= {"for_family": form.for_family.data and not is_typing()}
    try:
        if "addition" in request.form:
            actions_record.add_addendum(db(), **_about(pupil_id, review_id), **facts)
        else:
            facts |= {"kind": form.kind, "version": form.shown_version}
            version = actions_record.write_line(db(), **_about(pupil_id, review_id), **facts)
            if is_typing():
                return while_typing.kept(version)
    except PortalError as error:
        return _again(pupil_id, review_id, error, form)
    return _back(pupil_id, review_id, N_("It is written down."), form.place)


@bp.route(f"{HERE}/lines/<uuid:entry_id>", methods=["GET", "POST"], access=MEETING_WRITE)
def line(pupil_id: uuid.UUID, review_id: uuid.UUID, entry_id: uuid.UUID) -> Page:
    """One line of a draft, to be changed. When somebody else changed it meanwhile, both texts stand there."""
    head, found = one_line(db(), viewer=_me(), pupil_id=pupil_id, review_id=review_id, entry_id=entry_id)
    form, theirs, status = LineForm.of(found), None, 200
    if form.is_submitted():
        status = _change(pupil_id, review_id, found, form)
        if status == 303:
            return _back(pupil_id, review_id, N_("It is written down."), found.heading)
    if status == StaleVersion.status:
        _head, theirs = one_line(db(), viewer=_me(), pupil_id=pupil_id, review_id=review_id, entry_id=entry_id)
        form.version.data = theirs.version
    shown = {"head": head, "line": found, "form": form, "theirs": theirs, **page_words.WORDS}
    return render_template("records/line.html", **shown), status


def _change(pupil_id: uuid.UUID, review_id: uuid.UUID, line: Line, form: LineForm) -> int:
    """Keeps other words in a line; the status of the answer."""
    if not form.validate():
        return 422
    facts = {"entry_id": line.entry_id, "heading": line.heading, "text": form.text.data, "kind": form.kind}
    facts |= {"for_family": form.for_family.data, "version": form.shown_version}
    try:
        actions_record.write_line(db(), **_about(pupil_id, review_id), **facts)
    except StaleVersion:
        return StaleVersion.status
    except PortalError as error:
        form.accept(error)
        return error.status
    return 303


@bp.route(f"{HERE}/lines/<uuid:entry_id>/remove", methods=["GET", "POST"], access=MEETING_WRITE)
def remove(pupil_id: uuid.UUID, review_id: uuid.UUID, entry_id: uuid.UUID) -> Page:
    """Asks once, then takes a line out of the draft, unless it has other words by now."""
    if request.method == "GET":
        head, found = one_line(db(), viewer=_me(), pupil_id=pupil_id, review_id=review_id, entry_id=entry_id)
        return render_template("records/line_remove.html", head=head, line=found, **page_words.WORDS)
    try:
        shown = number_of(request.form.get("version"))
        actions_record.remove_line(db(), **_about(pupil_id, review_id), entry_id=entry_id, version=shown)
    except PortalError as error:
        return _again(pupil_id, review_id, error, LineForm(formdata=None))
    return _back(pupil_id, review_id, N_("The line is gone."))


@bp.post(f"{HERE}/take", access=MEETING_WRITE)
def take(pupil_id: uuid.UUID, review_id: uuid.UUID) -> Page:
    """Takes over what somebody said, with one press."""
    statement_id = id_of(request.form.get("statement_id"))
    if statement_id is None:
        raise NotFound
    try:
        actions_record.take_over(db(), **_about(pupil_id, review_id), statement_id=statement_id)
    except PortalError as error:
        return _again(pupil_id, review_id, error, LineForm(formdata=None))
    return _back(pupil_id, review_id, N_("It is written down."), request.form.get("place", ""))


@bp.route(f"{HERE}/share", methods=["GET", "POST"], access=MEETING_WRITE)
def share(pupil_id: uuid.UUID, review_id: uuid.UUID) -> Page:
    """What the family will read, to be read first; then one button."""
    trouble = None
    if request.method == "POST":
        try:
            actions_share.share(db(), **_about(pupil_id, review_id), seen=request.form.get("seen", ""))
            return _back(pupil_id, review_id, N_("The record is shared. The family gets a message."))
        except PortalError as error:
            db().rollback()
            trouble = error
    page = share_page(db(), viewer=_me(), pupil_id=pupil_id, review_id=review_id)
    if page.head.is_shared:
        return redirect(url_for(".record", pupil_id=pupil_id, review_id=review_id))
    shown = render_template("records/share.html", page=page, head=page.head, trouble=trouble, **page_words.WORDS)
    return shown, trouble.status if trouble else 200


@bp.get(f"{HERE}/copy.pdf", access=MEETING_READ)
def copy(pupil_id: uuid.UUID, review_id: uuid.UUID) -> Response:
    """The record as a document, in the reader's language; a draft says that it is one."""
    return record_document(_me(), pupil_id=pupil_id, review_id=review_id)


@bp.get(f"{HERE}/card.pdf", access=MEETING_READ)
def card(pupil_id: uuid.UUID, review_id: uuid.UUID) -> Response:
    """The child's card as a document."""
    return card_document(_me(), pupil_id=pupil_id, review_id=review_id)
