"""What may help one child, for those who may read the child's plan."""

import uuid

from flask import render_template

from portal.kernel import clock
from portal.local_offer.page_words import WORDS
from portal.local_offer.queries_entry import council_pages
from portal.local_offer.queries_suggest import suggestions
from portal.people.access import OWN_PUPIL
from portal.people.branding import brand_of
from portal.people.looks import remember_look
from portal.web.access import PortalBlueprint, current_actor
from portal.web.unit_of_work import db

bp = PortalBlueprint("local_help_child", __name__)


@bp.get("/children/<uuid:pupil_id>/local-help", access=OWN_PUPIL)
def suggested(pupil_id: uuid.UUID) -> str:
    """Services for this child's needs and age, each with its reason."""
    page = suggestions(db(), pupil_id=pupil_id, today=clock.today())
    remember_look(current_actor(), school_id=page.school_id, pupil_id=pupil_id)
    return render_template(
        "local_offer/suggested.html",
        page=page,
        councils=council_pages(db(), [page.school_id]),
        today=clock.today(),
        brand=brand_of(page.school_name, page.theme),
        **WORDS,
    )
