"""Help near home, for everybody: the search, and one entry."""

import uuid

from flask import render_template, request

from portal.kernel import clock
from portal.local_offer.forms import search_fields, wanted_from
from portal.local_offer.page_words import WORDS
from portal.local_offer.queries_entry import council_pages, entry, school_points
from portal.local_offer.queries_search import search
from portal.people.access import PUBLIC
from portal.web.access import PortalBlueprint
from portal.web.unit_of_work import db

bp = PortalBlueprint("local_help", __name__)


@bp.get("/local-help", access=PUBLIC)
def find() -> str:
    """Services by words, need, age, cost and distance from a school; and the councils' own pages."""
    schools = school_points(db())
    asked = request.args.to_dict()
    wanted = wanted_from(asked, schools)
    kept = {name: asked[name] for name in ("words", "need", "age", "cost", "near", "miles") if asked.get(name)}
    return render_template(
        "local_offer/find.html",
        found=search(db(), wanted, today=clock.today()),
        wanted=wanted,
        fields=search_fields(asked, schools),
        kept=kept,
        councils=council_pages(db()),
        today=clock.today(),
        **WORDS,
    )


@bp.get("/local-help/<uuid:service_id>", access=PUBLIC)
def show(service_id: uuid.UUID) -> str:
    """One entry in full."""
    found = entry(db(), service_id, today=clock.today())
    return render_template("local_offer/show.html", entry=found, today=clock.today(), **WORDS)
