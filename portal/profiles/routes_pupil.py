"""What pupils read about themselves, beside the page they arrive at."""

import uuid
from typing import cast

from flask import render_template

from portal.kernel import clock
from portal.people.access import PUPIL
from portal.people.actor import Actor
from portal.people.branding import brand_of
from portal.profiles import queries_pupil
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import current
from portal.web.unit_of_work import db

bp = PortalBlueprint("pupil_pages", __name__)


@bp.get("/me/targets/<uuid:thread>", access=PUPIL)
def target(thread: uuid.UUID) -> str:
    """One thing the pupil is learning."""
    actor = cast(Actor, current_actor())  # the gate let nobody else in
    page, chosen = queries_pupil.my_target(
        db(), pupil_id=actor.pupil_id, thread=thread, language=current().tag, today=clock.today()
    )
    return render_template(
        "profiles/my_target.html", page=page, target=chosen, brand=brand_of(page.school_name, page.theme)
    )
