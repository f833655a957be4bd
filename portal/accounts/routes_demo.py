"""The demo's door: one button a persona. Registered only in demo mode, which refuses any real database or address."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.accounts import actions, cookies
from portal.accounts.queries import demo_personas
from portal.kernel import clock
from portal.kernel.errors import NotFound
from portal.web.access import PUBLIC, PortalBlueprint
from portal.web.unit_of_work import work

bp = PortalBlueprint("demo", __name__)


@bp.get("/demo", access=PUBLIC)
def personas() -> str:
    """Everybody a newcomer can be."""
    return render_template("accounts/demo.html", groups=demo_personas(work("the demo lists its people")))


@bp.post("/demo", access=PUBLIC)
def become() -> Response:
    """Signs in as the chosen persona."""
    session = work("demo sign-in")
    chosen = next((p for g in demo_personas(session) for p in g.people if p.slug == request.form.get("person")), None)
    if chosen is None:
        raise NotFound
    token = actions.open_sitting(
        session,
        person_id=chosen.person_id,
        audience=chosen.audience,
        school_id=chosen.school_id,
        now=clock.now(),
        how="demo",
    )
    return cookies.give(redirect(url_for("home.start"), 303), token)
