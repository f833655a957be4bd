"""The first page after coming in, for each role."""

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.people.access import ANY_STAFF, FAMILY, PUBLIC, PUPIL, TRUST
from portal.people.rules import Audience
from portal.web.access import PortalBlueprint, current_actor

bp = PortalBlueprint("home", __name__)

FRONT_PAGES = {
    Audience.FAMILY: "home.family",
    Audience.PUPIL: "home.pupil",
    Audience.STAFF: "home.staff",
    Audience.TRUST: "home.trust",
}


@bp.get("/", access=PUBLIC)
def start() -> Response | str:
    """The welcome page, or the reader's own front page."""
    actor = current_actor()
    return redirect(url_for(FRONT_PAGES[actor.audience])) if actor else render_template("home/welcome.html")


@bp.get("/home", access=FAMILY)
def family() -> str:
    """The family's front page."""
    return render_template("home/family.html")


@bp.get("/me", access=PUPIL)
def pupil() -> str:
    """The pupil's front page."""
    return render_template("home/pupil.html")


@bp.get("/staff", access=ANY_STAFF)
def staff() -> str:
    """The staff's front page."""
    return render_template("home/staff.html")


@bp.get("/trust", access=TRUST)
def trust() -> str:
    """The trust's front page."""
    return render_template("home/trust.html")
