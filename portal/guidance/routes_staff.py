"""The addresses that a school gives its families: its own policies and report, and groups near by."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.guidance import actions, queries
from portal.guidance.forms import LinksForm
from portal.kernel import clock
from portal.people.access import SCHOOL_SETTINGS
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import gettext as _
from portal.web.unit_of_work import db

bp = PortalBlueprint("school_links", __name__)


@bp.get("/staff/school/links", access=SCHOOL_SETTINGS)
def links() -> str:
    """The addresses as they are."""
    known = queries.links_of(db(), school_id=current_actor().school_id)
    form = LinksForm(lines="\n".join(f"{name} {address}" for name, address in known.items()))
    return render_template("guidance/school_links.html", form=form)


@bp.post("/staff/school/links", access=SCHOOL_SETTINGS)
def change() -> Response | tuple[str, int]:
    """Saves them."""
    form = LinksForm()
    if not form.validate_on_submit():
        return render_template("guidance/school_links.html", form=form), 422
    actions.change_links(db(), actor=current_actor(), links=form.links, now=clock.now())
    flash(_("Saved."))
    return redirect(url_for(".links"), 303)
