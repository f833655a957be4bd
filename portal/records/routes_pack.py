"""The pack before a meeting, for school and for the family: on a page and to take away. On school's page a statement
is put into another language by a person."""

import uuid
from typing import Any, cast

from flask import Response, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response as Answer

from portal.contributions import actions_translations
from portal.contributions.forms_staff import StatementTranslationForm
from portal.contributions.queries_pack import SaidLine, Translated, Voice
from portal.kernel import clock
from portal.kernel.errors import NotFound, PortalError, StaleVersion
from portal.meetings.rules_annual import OVER
from portal.people.access import MEETING_READ, OWN_PUPIL, SENDCO_PUPIL
from portal.people.actor import Actor
from portal.people.branding import brand_of
from portal.people.looks import remember_look
from portal.people.rules import Role
from portal.profiles.routes_family import STATE_KINDS
from portal.profiles.rules import TARGET_STATES
from portal.records.actions_papers import note_copy
from portal.records.page_documents import document
from portal.records.page_papers import SIDE_NAMES, how_it_came, question_words, taps
from portal.records.papers_copy import for_the_table, papers_pdf
from portal.records.queries_papers import Papers, papers_for_family, papers_for_guest, papers_for_staff
from portal.records.rules import ACTION_STATES, HEADINGS
from portal.records.rules_actions import PARTY_NAMES
from portal.reviews.rules import KINDS
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import LANGUAGES, current
from portal.web.i18n import gettext as _
from portal.web.unit_of_work import aside, db, reader

bp = PortalBlueprint("pack", __name__)
STAFF = "/staff/children/<uuid:pupil_id>/reviews/<uuid:review_id>/pack"
FAMILY = "/children/<uuid:pupil_id>/reviews/<uuid:review_id>/pack"
WORDS = {
    "kinds": KINDS,
    "headings": HEADINGS,
    "side_names": SIDE_NAMES,
    "party_names": PARTY_NAMES,
    "action_states": ACTION_STATES,
    "target_states": TARGET_STATES,
    "state_kinds": STATE_KINDS,
    "all_languages": LANGUAGES,
    "roles": Role,
    "over": OVER,
    "question_words": question_words,
    "taps": taps,
    "how_it_came": how_it_came,
}


def _me() -> Actor:
    return cast(Actor, current_actor())  # the gate let nobody else in


def _about(pupil_id: uuid.UUID, review_id: uuid.UUID) -> dict[str, Any]:
    now, language = clock.now(), current().tag
    return {"viewer": _me(), "pupil_id": pupil_id, "review_id": review_id, "language": language, "now": now}


def _for_staff(pupil_id: uuid.UUID, review_id: uuid.UUID) -> Papers:
    page = papers_for_staff(reader(), **_about(pupil_id, review_id))
    remember_look(_me(), school_id=page.school_id, pupil_id=pupil_id)
    return page


def _for_family(pupil_id: uuid.UUID, review_id: uuid.UUID) -> Papers:
    page = papers_for_family(reader(), **_about(pupil_id, review_id))
    remember_look(_me(), school_id=page.school_id, pupil_id=pupil_id)
    return page


def _copy(page: Papers, *, guest_id: uuid.UUID | None = None) -> Response:
    """The pack as a file; its name says nothing about a child."""
    pdf = papers_pdf(page, today=clock.today())
    about = {"school_id": page.school_id, "pupil_id": page.pupil_id, "review_id": page.review_id}
    with aside("a copy was taken") as session:
        note_copy(session, actor=_me(), guest_id=guest_id, now=clock.now(), **about)
    return document(pdf)


@bp.get(STAFF, access=MEETING_READ)
def staff(pupil_id: uuid.UUID, review_id: uuid.UUID) -> str:
    """Everything that is known before the meeting, as far as the reader may read it."""
    return render_template("records/pack_staff.html", page=_for_staff(pupil_id, review_id), **WORDS)


@bp.get(STAFF + ".pdf", access=MEETING_READ)
def staff_copy(pupil_id: uuid.UUID, review_id: uuid.UUID) -> Response:
    """The same on paper, which lies on the table in the meeting: what the family may read too, and nothing else."""
    return _copy(for_the_table(_for_staff(pupil_id, review_id)))


@bp.get(STAFF + "/guests/<uuid:guest_id>.pdf", access=SENDCO_PUPIL)
def guest_copy(pupil_id: uuid.UUID, review_id: uuid.UUID, guest_id: uuid.UUID) -> Response:
    """What everybody who is invited may read, for one guest from elsewhere; school sends it on its own safe way."""
    here = {"pupil_id": pupil_id, "review_id": review_id, "guest_id": guest_id}
    page = papers_for_guest(reader(), **here, language=current().tag, now=clock.now())
    remember_look(_me(), school_id=page.school_id, pupil_id=pupil_id)
    return _copy(page, guest_id=guest_id)


@bp.get(FAMILY, access=OWN_PUPIL)
def family(pupil_id: uuid.UUID, review_id: uuid.UUID) -> str:
    """What the family should know before the meeting, in its language."""
    page = _for_family(pupil_id, review_id)
    return render_template("records/pack_family.html", page=page, brand=brand_of(page.school, page.theme), **WORDS)


@bp.get(FAMILY + ".pdf", access=OWN_PUPIL)
def family_copy(pupil_id: uuid.UUID, review_id: uuid.UUID) -> Response:
    """The same on paper, in the reader's language."""
    return _copy(_for_family(pupil_id, review_id))


@bp.route(STAFF + "/statements/<uuid:statement_id>/<language>", methods=["GET", "POST"], access=MEETING_READ)
def translate(
    pupil_id: uuid.UUID, review_id: uuid.UUID, statement_id: uuid.UUID, language: str
) -> str | Answer | tuple[str, int]:
    """One statement beside its translation into one language, made by a person whose name is kept."""
    page = _for_staff(pupil_id, review_id)
    voice, line = _said(page, statement_id)
    if language not in LANGUAGES or language == line.language:
        raise NotFound
    form, theirs, status = StatementTranslationForm.of(_into(line, language)), None, 200
    if form.is_submitted():
        status = _keep(page, line, language, form) if form.validate() else 422
    if status == 303:
        flash(_("The translation is kept."))
        return redirect(url_for(".staff", pupil_id=pupil_id, review_id=review_id, _anchor=f"said-{statement_id}"), 303)
    if status == 409:
        theirs = _into(_said(_for_staff(pupil_id, review_id), statement_id)[1], language)
        form.seen.data = actions_translations.seen_mark(theirs.at if theirs else None)
    facts = {"page": page, "voice": voice, "line": line, "into": LANGUAGES[language], "theirs": theirs}
    return render_template("records/pack_translate.html", form=form, **facts, **WORDS), status


def _said(page: Papers, statement_id: uuid.UUID) -> tuple[Voice, SaidLine]:
    for voice in page.voices:
        for line in voice.statements:
            if line.statement_id == statement_id and line.text:
                return voice, line
    raise NotFound


def _into(line: SaidLine, language: str) -> Translated | None:
    return next((each for each in line.translations if each.language == language), None)


def _keep(page: Papers, line: SaidLine, language: str, form: StatementTranslationForm) -> int:
    """Keeps the translation; the status of the answer."""
    try:
        actions_translations.translate(
            db(),
            actor=_me(),
            pupil_id=page.pupil_id,
            statement_id=line.statement_id,
            language=language,
            text=form.text.data,
            translated_by=form.translated_by.data,
            seen=form.seen.data or "",
            now=clock.now(),
        )
    except StaleVersion as error:
        db().rollback()
        return error.status
    except PortalError as error:
        form.accept(error)
        return error.status
    return 303
