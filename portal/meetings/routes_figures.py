"""How many families came to their reviews, for the head and the SENDCO; and the same as a file."""

from typing import cast

from flask import render_template, request
from werkzeug.wrappers import Response

from portal.kernel import clock
from portal.kernel.words import N_
from portal.meetings import actions_figures
from portal.meetings.figures_file import COLUMNS, HIDDEN, TABLES, figures_csv
from portal.meetings.queries_figures import KIND, LANGUAGE, TERM, Figures, figures
from portal.people.access import FIGURES
from portal.people.actor import Actor
from portal.reviews.rules import KINDS, SEASONS, ReviewKind, Season
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import LANGUAGES, say
from portal.web.unit_of_work import db

bp = PortalBlueprint("figures", __name__)
UNKNOWN = {
    KIND: N_("Other"),
    TERM: N_("No term was set"),
    LANGUAGE: N_("No adult was invited"),
}


def _me() -> Actor:
    return cast(Actor, current_actor())  # the gate let nobody else in


def _figures(year: int | None) -> Figures:
    return figures(db(), viewer=_me(), year=year, today=clock.today())


def row_name(table: str, code: str) -> str:
    """What a row is called; a language by its English name, as staff look for it."""
    if table == TERM and code:
        return say(SEASONS[Season(code)])
    if table == KIND and code:
        return say(KINDS[ReviewKind(code)])
    if table == LANGUAGE and code:
        return LANGUAGES[code].english_name if code in LANGUAGES else code
    return say(UNKNOWN[table]) if table in UNKNOWN else ""


def school_year(year: int) -> str:
    """2026/27"""
    return f"{year}/{(year + 1) % 100:02}"


@bp.get("/staff/figures", access=FIGURES)
def show() -> str:
    """One school year in three tables."""
    found = _figures(request.args.get("year", type=int))
    return render_template(
        "meetings/figures.html",
        figures=found,
        row_name=row_name,
        school_year=school_year,
        columns=COLUMNS,
        tables=TABLES,
        hidden=HIDDEN,
    )


@bp.post("/staff/figures.csv", access=FIGURES)
def export() -> Response:
    """The same as a file; who took it is written down."""
    found = _figures(request.form.get("year", type=int))
    actions_figures.note_export(db(), actor=_me(), year=found.year, now=clock.now())
    disposition = f'attachment; filename="attendance-{found.year}.csv"'
    body = figures_csv(found, row_name, school_year(found.year), say)
    return Response(body, mimetype="text/csv", headers={"Content-Disposition": disposition})
