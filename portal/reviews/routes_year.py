"""The school year: the SENDCO writes it down, the headteacher and the office read it."""

import uuid

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.kernel import clock
from portal.kernel.errors import PortalError, StaleVersion
from portal.people.access import SCHOOL_SETTINGS, SENDCO
from portal.people.rules import school_year_starts
from portal.reviews import actions_year, queries_year
from portal.reviews.forms_year import SpecialForm, TermsForm
from portal.reviews.rules import DAY_KINDS, SEASONS
from portal.reviews.rules_year import DAYS_ARE, TERM_DATES, USUAL_INSET_DAYS, USUAL_SCHOOL_DAYS
from portal.web.access import PortalBlueprint, current_actor
from portal.web.forms import PortalForm
from portal.web.i18n import gettext as _
from portal.web.i18n import weekdays
from portal.web.unit_of_work import db

bp = PortalBlueprint("year", __name__)
Page = str | Response | tuple[str, int]
YEAR = "/staff/year/<int:start>"
WORDS = {
    "seasons": SEASONS,
    "day_kinds": DAY_KINDS,
    "days_are": DAYS_ARE,
    "term_dates": TERM_DATES,
    "usual_days": USUAL_SCHOOL_DAYS,
    "usual_inset": USUAL_INSET_DAYS,
}


@bp.get("/staff/year", access=SCHOOL_SETTINGS)
def now() -> Response:
    """Leads to the year of today."""
    return redirect(url_for(".show", start=school_year_starts(clock.today()).year))


@bp.get(YEAR, access=SCHOOL_SETTINGS)
def show(start: int) -> str:
    """The year: terms, counts, special days, bank holidays and its months."""
    page = queries_year.year_page(db(), viewer=current_actor(), start=start)
    return render_template("reviews/year.html", page=page, weekdays=weekdays(), **WORDS)


@bp.route(YEAR + "/terms", methods=["GET", "POST"], access=SENDCO)
def terms(start: int) -> Page:
    """The three terms on one form; next year's begins with last year's pattern."""
    actor = current_actor()
    page = queries_year.terms_page(db(), viewer=actor, start=start)
    form = TermsForm.on(page)
    theirs, status = None, 422 if form.is_submitted() else 200
    if form.validate_on_submit():
        try:
            actions_year.save_terms(
                db(), actor=actor, start=start, version=form.shown_version(), terms=form.terms(), now=clock.now()
            )
            flash(_("Saved. Everything that counts school days follows it from now on."))
            return redirect(url_for(".show", start=start), 303)
        except StaleVersion as error:
            form.accept(error)
            form.turn_to(page)
            theirs, status = page if page.is_stored else None, 409
    return render_template("reviews/year_terms.html", page=page, form=form, theirs=theirs, **WORDS), status


@bp.route(YEAR + "/days", methods=["GET", "POST"], access=SENDCO)
def add_days(start: int) -> Page:
    """Training days, closures, declared bank holidays, and days that are open after all."""
    actor, form = current_actor(), SpecialForm()
    if not queries_year.terms_page(db(), viewer=actor, start=start).is_stored:
        flash(_("Write down the terms of this year first."))
        return redirect(url_for(".terms", start=start), 303)
    if form.validate_on_submit():
        try:
            actions_year.add_special(db(), actor=actor, start=start, wanted=form.wanted, now=clock.now())
            flash(_("Added."))
            return redirect(url_for(".show", start=start, _anchor="days"), 303)
        except PortalError as error:
            form.accept(error)
    return render_template("reviews/year_days.html", start=start, form=form, **WORDS), 422 if form.errors else 200


@bp.route(YEAR + "/days/<uuid:special_id>/remove", methods=["GET", "POST"], access=SENDCO)
def remove_days(start: int, special_id: uuid.UUID) -> Page:
    """Asks once, then takes special days away."""
    actor, form = current_actor(), PortalForm()
    page = queries_year.special_page(db(), viewer=actor, start=start, special_id=special_id)
    if form.validate_on_submit():
        actions_year.remove_special(db(), actor=actor, special_id=special_id, now=clock.now())
        flash(_("Removed."))
        return redirect(url_for(".show", start=start, _anchor="days"), 303)
    return render_template("reviews/year_remove.html", page=page, form=form, **WORDS)
