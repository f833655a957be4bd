"""The office prints letters with codes, one pile for each language, and cancels a pile that was lost."""

import uuid

from flask import current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.accounts import actions_letters, actions_print, queries_letters
from portal.accounts.letters import letters_pdf
from portal.kernel import clock
from portal.kernel.errors import Invalid
from portal.people.access import OFFICE
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import LANGUAGES, ngettext, say
from portal.web.unit_of_work import db

bp = PortalBlueprint("letters", __name__)


@bp.get("/staff/letters", access=OFFICE)
def choose() -> str:
    """Who still needs a letter."""
    return _page()


def _page(problem: str = "") -> str:
    viewer = current_actor()
    return render_template(
        "accounts/letters.html",
        piles=queries_letters.piles(db(), viewer=viewer, today=clock.today()),
        runs=queries_letters.runs(db(), viewer=viewer),
        language_names=LANGUAGES,
        problem=problem,
    )


@bp.post("/staff/letters", access=OFFICE)
def print_letters() -> Response | tuple[str, int]:
    """Makes the codes and answers with the PDF: they are stored nowhere else."""
    viewer = current_actor()
    settings = current_app.extensions["settings"]
    try:
        batch = actions_print.make_letters(
            db(),
            actor=viewer,
            contact_ids=_chosen(),
            language=request.form.get("language", ""),
            pepper=settings.letter_pepper,
            now=clock.now(),
        )
    except Invalid as error:
        return _page(say(error.message)), 422
    pdf = letters_pdf(batch, sender=queries_letters.sender(db(), viewer=viewer), base_url=settings.base_url)
    answer = Response(pdf, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="letters-{batch.name}.pdf"'
    return answer


def _chosen() -> list[uuid.UUID]:
    try:
        return [uuid.UUID(value) for value in request.form.getlist("contact")]
    except ValueError:
        return []


@bp.post("/staff/letters/cancel", access=OFFICE)
def cancel() -> Response:
    """A pile of letters was lost: none of them opens anything any more."""
    count = actions_letters.revoke_batch(
        db(), actor=current_actor(), batch=request.form.get("batch", ""), now=clock.now()
    )
    flash(ngettext("%(num)s letter was cancelled.", "%(num)s letters were cancelled.", count))
    return redirect(url_for("letters.choose"), 303)
