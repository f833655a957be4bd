"""The meetings of each day, for the door and for paper; and a whole day that has to be cancelled."""

import uuid
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.kernel import clock
from portal.kernel.errors import NotFound, PortalError
from portal.meetings import queries_cancel_day, queries_day
from portal.meetings.actions_cancel_day import withdraw_day
from portal.meetings.forms_day import CancelDayForm
from portal.meetings.forms_family import language_words
from portal.meetings.rules import MODES, NEEDS, PARTS
from portal.people.access import ANY_STAFF, OFFICE
from portal.people.rules import RELATIONSHIPS, Role
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import ngettext
from portal.web.unit_of_work import db

bp = PortalBlueprint("day", __name__)
WORDS = {
    "modes": MODES,
    "needs": NEEDS,
    "parts": PARTS,
    "relationships": RELATIONSHIPS,
    "language_words": language_words,
    "role": Role,
}


@bp.get("/staff/meetings", access=ANY_STAFF)
def days() -> str:
    """The days to come that have meetings."""
    mine = request.args.get("whose") == "mine"
    page = queries_day.days_page(db(), viewer=current_actor(), mine=mine, today=clock.today())
    return render_template("meetings/day_list.html", page=page, today=clock.today(), role=Role)


@bp.get("/staff/meetings/<day>", access=ANY_STAFF)
def day(day: str) -> str:
    """One day in full."""
    mine = request.args.get("whose") == "mine"
    page = queries_day.day_page(db(), viewer=current_actor(), day=_day(day), mine=mine, today=clock.today())
    return render_template("meetings/day.html", page=page, today=clock.today(), **WORDS)


@bp.route("/staff/meetings/<day>/cancel/<uuid:person_id>", methods=["GET", "POST"], access=OFFICE)
def cancel(day: str, person_id: uuid.UUID) -> str | Response | tuple[str, int]:
    """Cancels all times of one member of staff on one day, after saying what that does."""
    actor, now, form = current_actor(), clock.now(), CancelDayForm()
    page = queries_cancel_day.day_to_cancel(
        db(), viewer=actor, person_id=person_id, day=_day(day), today=clock.today(), now=now
    )
    if form.validate_on_submit():
        try:
            told = withdraw_day(db(), actor=actor, staff_id=person_id, day=page.day, reason=form.reason.data, now=now)
            flash(ngettext("Cancelled. %(num)s family is told.", "Cancelled. %(num)s families are told.", told))
            return redirect(url_for(".day", day=day), 303)
        except PortalError as error:
            form.accept(error)
    return render_template("meetings/day_cancel.html", page=page, form=form), 422 if form.is_submitted() else 200


def _day(written: str) -> date:
    try:
        found = date.fromisoformat(written)
    except ValueError:
        raise NotFound from None
    if not 2000 <= found.year <= 2100:
        raise NotFound
    return found
