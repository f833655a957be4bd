"""The way out of the daily mail that every such mail carries: opening it does nothing, because mail scanners open every
link; the button, or the mail program's own (RFC 8058), ends it."""

from flask import current_app, render_template

from portal.accounts.actions_wishes import stop_messages
from portal.delivery.rules_stop import whose_messages
from portal.kernel import clock
from portal.kernel.errors import NotFound
from portal.people.access import PUBLIC
from portal.web.access import PortalBlueprint
from portal.web.forms import csrf
from portal.web.limits import guessing
from portal.web.unit_of_work import work

bp = PortalBlueprint("stop_messages", __name__)
csrf.exempt(bp)  # a mail program has no page of ours to take a token from; the signed address is the key


@bp.get("/messages/stop/<token>", access=PUBLIC)
@guessing
def ask(token: str) -> str:
    """Really no more?"""
    if whose_messages(token, current_app.extensions["settings"].secret_key) is None:
        raise NotFound
    return render_template("delivery/stop.html", stopped=False)


@bp.post("/messages/stop/<token>", access=PUBLIC)
@guessing
def stop(token: str) -> str:
    """No more messages to this person; what is new waits in the portal."""
    person_id = whose_messages(token, current_app.extensions["settings"].secret_key)
    if person_id is None:
        raise NotFound
    stop_messages(work("somebody wants no more messages"), person_id=person_id, now=clock.now())
    return render_template("delivery/stop.html", stopped=True)
