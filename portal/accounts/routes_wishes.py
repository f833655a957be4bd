"""How somebody would like to hear of news: on which way, when not, and whether once a day is enough."""

from flask import current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.accounts import actions_wishes, queries_wishes
from portal.accounts.forms import page
from portal.accounts.forms_wishes import wishes_form, wishes_in
from portal.kernel import clock
from portal.people.access import OWN_MESSAGES
from portal.web.access import PortalBlueprint, current_actor
from portal.web.unit_of_work import db

bp = PortalBlueprint("wishes", __name__)


@bp.route("/settings/messages", methods=["GET", "POST"], access=OWN_MESSAGES)
def show() -> Response | tuple[str, int]:
    """Read and change it."""
    me = current_actor().person_id
    texts = current_app.extensions["settings"].sends_texts
    form = wishes_form(queries_wishes.wishes_of(db(), me), texts=texts)
    if form.validate_on_submit():
        actions_wishes.keep_wishes(db(), wishes_in(form), person_id=me, now=clock.now())
        return redirect(url_for(".show", saved=1), 303)
    lost = queries_wishes.lost_addresses(db(), me)
    return page("accounts/wishes.html", form, saved="saved" in request.args, lost=lost)
