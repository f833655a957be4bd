"""The front door for everybody, the way out, and what each person may set for themselves."""

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.accounts import actions, cookies
from portal.kernel import clock
from portal.people.access import PUBLIC
from portal.web.access import PortalBlueprint, current_actor
from portal.web.unit_of_work import work

bp = PortalBlueprint("accounts", __name__)


@bp.get("/sign-in", access=PUBLIC)
def sign_in() -> str:
    """Who are you: a parent, a pupil, or staff?"""
    return render_template("accounts/sign_in.html")


@bp.post("/sign-out", access=PUBLIC)
def sign_out() -> Response:
    """Ends this browser's sitting."""
    if actor := current_actor():
        actions.end_sitting(work("signing out"), actor.sitting_id, now=clock.now())
    return cookies.take_back(redirect(url_for("home.start"), 303))  # type: ignore[arg-type]
