"""A family reads what became of what it said, and says when something is not happening."""

import uuid
from typing import cast

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.kernel import clock
from portal.kernel.errors import PortalError
from portal.people.access import OWN_PUPIL
from portal.people.actor import Actor
from portal.people.branding import brand_of
from portal.people.looks import remember_look
from portal.records.actions_not_happening import say_not_happening
from portal.records.forms_actions import NotHappeningForm
from portal.records.queries_became import BecamePage, became_page
from portal.reviews.rules import KINDS
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import current
from portal.web.i18n import gettext as _
from portal.web.unit_of_work import db, reader

bp = PortalBlueprint("became", __name__)
PATH = "/children/<uuid:pupil_id>/became"


def _me() -> Actor:
    return cast(Actor, current_actor())  # the gate let nobody else in


def _read(pupil_id: uuid.UUID) -> BecamePage:
    # always with the narrowed reading session: a form that is shown again shows no more than the page did
    return became_page(reader(), viewer=_me(), pupil_id=pupil_id, language=current().tag, today=clock.today())


@bp.get(PATH, access=OWN_PUPIL)
def became(pupil_id: uuid.UUID) -> str:
    """Everything that was said, with what became of it."""
    page = _read(pupil_id)
    remember_look(_me(), school_id=page.school_id, pupil_id=pupil_id)
    return render_template("records/became.html", page=page, brand=brand_of(page.school, page.theme), kinds=KINDS)


@bp.route(f"{PATH}/<uuid:action_id>/not-happening", methods=["GET", "POST"], access=OWN_PUPIL)
def not_happening(pupil_id: uuid.UUID, action_id: uuid.UUID) -> str | Response | tuple[str, int]:
    """Says that an action is not happening; words are not needed."""
    page = _read(pupil_id)
    agreed = page.agreed(action_id)
    form = NotHappeningForm(data={"once_key": uuid.uuid4().hex})
    status = 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            say_not_happening(
                db(),
                actor=_me(),
                pupil_id=pupil_id,
                action_id=action_id,
                words=form.words.data,
                once_key=str(form.once_key.data or "")[:64] or uuid.uuid4().hex,
                now=clock.now(),
            )
            flash(_("Thank you. School knows now. You read the answer here."))
            return redirect(url_for(".became", pupil_id=pupil_id), 303)
        except PortalError as error:
            db().rollback()
            form.accept(error)
            status = error.status
    brand = brand_of(page.school, page.theme)
    return render_template("records/not_happening_say.html", page=page, agreed=agreed, form=form, brand=brand), status
