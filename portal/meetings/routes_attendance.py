"""After a meeting: who came, how, and what the pupil had wanted."""

import uuid
from typing import cast

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.kernel import clock
from portal.kernel.errors import PortalError, StaleVersion
from portal.meetings import actions_attendance
from portal.meetings.forms_attendance import CameForm
from portal.meetings.queries_attendance import CamePage, came_page
from portal.meetings.rules import ANSWERS, ATTENDANCES, BASES, MODES
from portal.meetings.rules_attendance import HAPPENINGS, field_of
from portal.meetings.rules_pupil import QUESTIONS
from portal.people.access import MEETING_READ, MEETING_WRITE
from portal.people.actor import Actor
from portal.people.looks import remember_look
from portal.people.rules import Role
from portal.reviews.rules import KINDS
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import gettext as _
from portal.web.unit_of_work import db

bp = PortalBlueprint("attendance", __name__)
WORDS = {
    "answers": ANSWERS,
    "attendances": ATTENDANCES,
    "bases": BASES,
    "modes": MODES,
    "happenings": HAPPENINGS,
    "kinds": KINDS,
    "all_questions": QUESTIONS,
    "field_of": field_of,
}
HERE = "/staff/children/<uuid:pupil_id>/reviews/<uuid:review_id>/came"


def _me() -> Actor:
    return cast(Actor, current_actor())  # the gate let nobody else in


def _read(pupil_id: uuid.UUID, review_id: uuid.UUID) -> CamePage:
    return came_page(db(), viewer=_me(), pupil_id=pupil_id, review_id=review_id, today=clock.today())


def _shown(page: CamePage, form: CameForm, *, is_stale: bool = False) -> str:
    may_write = _me().has(Role.SENDCO, Role.CLASS_TEACHER)
    return render_template("meetings/came.html", page=page, form=form, may_write=may_write, is_stale=is_stale, **WORDS)


@bp.get(HERE, access=MEETING_READ)
def came(pupil_id: uuid.UUID, review_id: uuid.UUID) -> str:
    """What is written down so far, and the form for those who were there."""
    page = _read(pupil_id, review_id)
    remember_look(_me(), school_id=page.school_id, pupil_id=pupil_id)
    return _shown(page, CameForm.about(page))


@bp.post(HERE, access=MEETING_WRITE)
def write(pupil_id: uuid.UUID, review_id: uuid.UUID) -> Response | tuple[str, int]:
    """Writes it down, or corrects it."""
    page = _read(pupil_id, review_id)
    form = CameForm.about(page)
    if not form.validate():
        return _shown(page, form), 422
    try:
        _write_down(page, form)
    except StaleVersion:
        page = _read(pupil_id, review_id)
        form.version.data = page.version
        return _shown(page, form, is_stale=True), 409
    except PortalError as error:
        form.accept(error)
        return _shown(page, form), error.status
    flash(_("It is written down."))
    return redirect(url_for(".came", pupil_id=pupil_id, review_id=review_id), 303)


def _write_down(page: CamePage, form: CameForm) -> None:
    actions_attendance.write_down(
        db(),
        actor=_me(),
        pupil_id=page.pupil_id,
        review_id=page.review_id,
        happened=form.happened.data,
        held_on=form.held_on.data,
        adults=form.chosen(one.invitation_id for one in page.adults),
        guests=form.chosen(one.guest_id for one in page.guests),
        pupil=form.pupil.data,
        version=form.shown_version(),
        now=clock.now(),
    )
