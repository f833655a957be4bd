"""The office and the SENDCO see whom no message reaches, and print the letters for them."""

from datetime import datetime

from flask import current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.accounts.queries_letters import sender
from portal.delivery import actions_letters, queries_staff
from portal.delivery.letters import news_pdf
from portal.kernel import clock
from portal.people.access import OFFICE
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import LANGUAGES
from portal.web.unit_of_work import db

bp = PortalBlueprint("delivery", __name__)


@bp.get("/staff/delivery", access=OFFICE)
def unreached() -> str:
    """Who waits for a letter, what was printed lately, and which addresses lead nowhere."""
    today = clock.today()
    return render_template(
        "delivery/unreached.html",
        waiting=queries_staff.waiting(db(), today=today),
        runs=queries_staff.runs(db(), now=clock.now(), today=today),
        lost=queries_staff.lost_addresses(db()),
        language_names=LANGUAGES,
    )


@bp.post("/staff/delivery/letters", access=OFFICE)
def print_letters() -> Response:
    """All letters that wait, as one PDF; or those that were printed at a moment once more, which changes nothing."""
    today, again = clock.today(), request.form.get("at")
    letters = queries_staff.waiting(db(), today=today) if again is None else _printed(again)
    if not letters:
        return redirect(url_for(".unreached"), 303)
    settings, viewer = current_app.extensions["settings"], current_actor()
    pdf = news_pdf(letters, sender=sender(db(), viewer=viewer), base_url=settings.base_url, today=today)
    if again is None:
        actions_letters.mark_printed(db(), letters, actor=viewer, now=clock.now())
    answer = Response(pdf, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = 'attachment; filename="letters.pdf"'
    return answer


def _printed(at: str) -> list[queries_staff.Waiting]:
    """The letters of a run; none for a moment that was spoiled on the way."""
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return []
    return queries_staff.printed_at(db(), moment, today=clock.today()) if moment.tzinfo else []
