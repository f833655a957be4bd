"""What a family reads about its child. A young person whose rights have passed reads the same pages about themselves."""

import uuid

from flask import Response, redirect, render_template, url_for

from portal.kernel import clock
from portal.people.access import OWN_PUPIL
from portal.people.actor import Actor
from portal.people.branding import brand_of
from portal.people.looks import remember_look
from portal.profiles import actions_family, queries_family
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import current
from portal.web.unit_of_work import db

bp = PortalBlueprint("family_plans", __name__)


def _me() -> Actor:
    actor = current_actor()
    assert isinstance(actor, Actor)
    return actor


@bp.get("/children/<uuid:pupil_id>", access=OWN_PUPIL)
def child(pupil_id: uuid.UUID) -> str:
    """Everything about one child on one page."""
    page = queries_family.child_page(
        db(), viewer=_me(), pupil_id=pupil_id, language=current().tag, today=clock.today()
    )
    remember_look(_me(), school_id=page.school_id, pupil_id=pupil_id, version_number=page.version_number)
    return render_template("profiles/child.html", page=page, brand=brand_of(page.school.name, page.theme))
