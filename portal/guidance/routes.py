"""Pages that anybody may read: where to get help, what we do with what we know, how the site can be used."""

from flask import render_template

from portal.kernel import clock
from portal.people.access import PUBLIC
from portal.people.queries_who_helps import HelpForChild, help_for_my_children
from portal.people.rules import Audience
from portal.web.access import PortalBlueprint, current_actor
from portal.web.unit_of_work import db

bp = PortalBlueprint("guidance", __name__)


def _children() -> list[HelpForChild]:
    actor = current_actor()
    if actor is None or actor.audience not in {Audience.FAMILY, Audience.PUPIL}:
        return []
    return help_for_my_children(db(), today=clock.today())


@bp.get("/help", access=PUBLIC)
def get_help() -> str:
    """Who to ask: by name for those who are signed in."""
    actor = current_actor()
    is_pupil = actor is not None and actor.audience == Audience.PUPIL
    return render_template("guidance/get_help.html", children=_children(), is_pupil=is_pupil)


@bp.get("/privacy", access=PUBLIC)
def privacy() -> str:
    """What is kept, who sees it, for how long; for adults and, in other words, for children."""
    return render_template("guidance/privacy.html")


@bp.get("/accessibility", access=PUBLIC)
def accessibility() -> str:
    """How the site can be used, how we know, and what does not work yet."""
    return render_template("guidance/accessibility.html")
