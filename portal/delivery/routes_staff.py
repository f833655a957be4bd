"""The office and the SENDCO see whom no message reaches, and print the letters for them."""

from flask import current_app, redirect, render_template, url_for
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
    """Who waits for a letter, and which addresses lead nowhere."""
    return render_template(
        "delivery/unreached.html",
        waiting=queries_staff.waiting(db(), today=clock.today()),
        lost=queries_staff.lost_addresses(db()),
        language_names=LANGUAGES,
    )


@bp.post("/staff/delivery/letters", access=OFFICE)
def print_letters() -> Response:
    """All letters that wait, as one PDF."""
    letters = queries_staff.waiting(db(), today=clock.today())
    if not letters:
        return redirect(url_for(".unreached"), 303)
    settings, viewer = current_app.extensions["settings"], current_actor()
    school = sender(db(), viewer=viewer)
    pdf = news_pdf(letters, sender=school, base_url=settings.base_url, today=clock.today())
    actions_letters.mark_printed(db(), letters, actor=viewer, now=clock.now())
    answer = Response(pdf, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = 'attachment; filename="letters.pdf"'
    return answer
