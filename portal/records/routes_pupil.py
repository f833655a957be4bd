"""A pupil sees what became of what they said: "you said, we will", in the skin of their year group."""

from typing import cast

from flask import render_template

from portal.people.access import PUPIL
from portal.people.actor import Actor
from portal.people.branding import brand_of
from portal.records.queries_card import my_card
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import current
from portal.web.unit_of_work import db

bp = PortalBlueprint("my_card", __name__)


@bp.get("/me/we-will", access=PUPIL)
def card() -> str:
    """The newest card."""
    actor = cast(Actor, current_actor())  # the gate let nobody else in
    page = my_card(db(), pupil_id=actor.pupil_id, language=current().tag)
    return render_template("records/my_card.html", page=page, brand=brand_of(page.school, page.theme))
