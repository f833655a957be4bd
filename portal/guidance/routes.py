"""Pages that anybody may read: where to get help, what we do with what we know, how the site can be used."""

from flask import render_template

from portal.web.access import PUBLIC, PortalBlueprint

bp = PortalBlueprint("guidance", __name__)


@bp.get("/help", access=PUBLIC)
def get_help() -> str:
    """Who to ask."""
    return render_template("guidance/get_help.html")


@bp.get("/privacy", access=PUBLIC)
def privacy() -> str:
    """What is kept, who sees it, for how long."""
    return render_template("guidance/privacy.html")


@bp.get("/accessibility", access=PUBLIC)
def accessibility() -> str:
    """How the site can be used and what does not work yet."""
    return render_template("guidance/accessibility.html")
