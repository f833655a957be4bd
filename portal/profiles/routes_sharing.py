"""A draft goes to the family for comment and comes back: the SENDCO asks and takes back, the family reads and answers;
a young person who holds their own rights answers for themselves."""

import uuid
from typing import cast

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.kernel import clock
from portal.kernel.errors import Invalid, PortalError
from portal.people.access import OWN_PUPIL, SENDCO_PUPIL
from portal.people.actor import Actor
from portal.people.branding import brand_of
from portal.people.looks import remember_look
from portal.profiles import actions_sharing, queries_asked, queries_drafts
from portal.profiles.forms_drafts import LockForm
from portal.profiles.forms_sharing import CommentForm
from portal.profiles.page_words import WORDS
from portal.profiles.routes_drafts import DRAFT, Page
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import current
from portal.web.i18n import gettext as _
from portal.web.unit_of_work import db

bp = PortalBlueprint("sharing", __name__)
ASKED = "/children/<uuid:pupil_id>/draft/<uuid:sharing_id>"


def _me() -> Actor:
    return cast(Actor, current_actor())  # the gate let nobody else in


@bp.route(f"{DRAFT}/ask", methods=["GET", "POST"], access=SENDCO_PUPIL)
def ask(pupil_id: uuid.UUID, version_id: uuid.UUID) -> Page:
    """Who is asked and what they get, to read before the click; then the family reads the draft."""
    form, status = LockForm(), 200
    if form.validate_on_submit():
        try:
            actions_sharing.share(
                db(),
                actor=_me(),
                pupil_id=pupil_id,
                version_id=version_id,
                lock=form.shown_lock(),
                now=clock.now(),
                today=clock.today(),
            )
            flash(_("They are asked. It stands on their front page."))
            return redirect(url_for("drafts.tasks", pupil_id=pupil_id, version_id=version_id), 303)
        except PortalError as error:
            status = error.status
            form.accept(error)
    page = queries_drafts.publish_page(
        db(), viewer=_me(), pupil_id=pupil_id, version_id=version_id, today=clock.today()
    )
    if page.draft.content.shared_at or not page.draft.is_draft:
        return redirect(url_for("drafts.tasks", pupil_id=pupil_id, version_id=version_id), 303)
    form.lock.data = str(page.draft.content.lock)
    return render_template("profiles/staff/ask.html", page=page, form=form, **WORDS), status


@bp.post(f"{DRAFT}/take-back", access=SENDCO_PUPIL)
def take_back(pupil_id: uuid.UUID, version_id: uuid.UUID) -> Response:
    """The draft can be changed again."""
    actions_sharing.take_back(db(), actor=_me(), pupil_id=pupil_id, version_id=version_id, now=clock.now())
    flash(_("The family does not see it any more. You can change it now."))
    return redirect(url_for("drafts.tasks", pupil_id=pupil_id, version_id=version_id), 303)


def _asked(pupil_id: uuid.UUID, sharing_id: uuid.UUID) -> queries_asked.AskedPage:
    return queries_asked.asked_page(
        db(), viewer=_me(), pupil_id=pupil_id, sharing_id=sharing_id, language=current().tag, today=clock.today()
    )


def _shown(asked: queries_asked.AskedPage, form: CommentForm, *, thanks: bool = False) -> str:
    shown = {"asked": asked, "page": asked.page, "form": form, "thanks": thanks}
    brand = brand_of(asked.school, asked.theme)
    closed = actions_sharing.DRAFT_IS_CLOSED
    return render_template("profiles/asked.html", **shown, closed=closed, brand=brand, **WORDS)


@bp.get(ASKED, access=OWN_PUPIL)
def read(pupil_id: uuid.UUID, sharing_id: uuid.UUID) -> str:
    """The draft as the family would get it, and a form for what it thinks."""
    asked = _asked(pupil_id, sharing_id)
    remember_look(_me(), school_id=asked.school_id, pupil_id=pupil_id)
    return _shown(asked, CommentForm.fresh(), thanks="thanks" in request.args)


@bp.post(ASKED, access=OWN_PUPIL)
def answer(pupil_id: uuid.UUID, sharing_id: uuid.UUID) -> Response | tuple[str, int]:
    """Keeps what this reader thinks."""
    form = CommentForm()
    try:
        if form.validate():
            actions_sharing.comment(
                db(),
                actor=_me(),
                pupil_id=pupil_id,
                sharing_id=sharing_id,
                opinion=form.opinion.data,
                words=form.words.data,
                language=current().tag,
                once_key=form.once_key.data or "",
                now=clock.now(),
            )
            return redirect(url_for(".read", pupil_id=pupil_id, sharing_id=sharing_id, thanks=1), 303)
    except Invalid as error:
        db().rollback()
        form.accept(error)
    return _shown(_asked(pupil_id, sharing_id), form), 422
