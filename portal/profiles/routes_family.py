"""What a family reads about its child; a young person who holds their own rights reads the same pages."""

import uuid
from typing import cast

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from portal.kernel import clock
from portal.people.access import OWN_PUPIL
from portal.people.actor import Actor
from portal.people.branding import brand_of
from portal.people.looks import remember_look
from portal.profiles import actions_family, queries_earlier, queries_family, queries_target
from portal.profiles.plan_copy import plan_pdf
from portal.profiles.rules import PARTS, RATINGS, TARGET_STATES, Rating, TargetState
from portal.profiles.rules_register import REGISTER_WORDS
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import current
from portal.web.unit_of_work import aside, db

bp = PortalBlueprint("family_plans", __name__)

STATE_KINDS = {
    TargetState.NOT_STARTED: "plain",
    TargetState.WORKING: "plain",
    TargetState.ACHIEVED: "good",
    TargetState.PARTLY: "good",
    TargetState.NOT_YET: "wait",
    TargetState.CHANGED: "plain",
    TargetState.STOPPED: "plain",
}
WORDS = {
    "part_names": PARTS,
    "part_pictures": {"people_like": "heart", "important_to_me": "star", "how_to_support": "idea"},
    "target_states": TARGET_STATES,
    "state_kinds": STATE_KINDS,
    "ratings": RATINGS,
    "rating_kinds": {Rating.GOING_WELL: "good", Rating.SOME_STEPS: "plain", Rating.STUCK: "wait"},
    "register_words": REGISTER_WORDS,
}


def _me() -> Actor:
    return cast(Actor, current_actor())  # the gate let nobody else in


def _read_child(pupil_id: uuid.UUID) -> queries_family.ChildPage:
    page = queries_family.child_page(db(), viewer=_me(), pupil_id=pupil_id, language=current().tag, today=clock.today())
    remember_look(_me(), school_id=page.school_id, pupil_id=pupil_id, version_number=page.version_number)
    return page


@bp.get("/children/<uuid:pupil_id>", access=OWN_PUPIL)
def child(pupil_id: uuid.UUID) -> str:
    """Everything about one child on one page."""
    page = _read_child(pupil_id)
    brand = brand_of(page.school.name, page.theme)
    return render_template("profiles/child.html", page=page, brand=brand, just_read="read" in request.args, **WORDS)


@bp.post("/children/<uuid:pupil_id>/register/<uuid:event_id>", access=OWN_PUPIL)
def say_read(pupil_id: uuid.UUID, event_id: uuid.UUID) -> Answer:
    """The family has read that the child joined or left the register."""
    actions_family.say_read(db(), actor=_me(), pupil_id=pupil_id, event_id=event_id, now=clock.now())
    return redirect(url_for(".child", pupil_id=pupil_id, read=1), 303)


@bp.get("/children/<uuid:pupil_id>/targets/<uuid:thread>", access=OWN_PUPIL)
def target(pupil_id: uuid.UUID, thread: uuid.UUID) -> str:
    """One target in full."""
    page = queries_target.target_page(db(), pupil_id=pupil_id, thread=thread, language=current().tag)
    seen = 0 if page.has_ended else page.version_number
    remember_look(_me(), school_id=page.school_id, pupil_id=pupil_id, version_number=seen)
    return render_template("profiles/target.html", page=page, brand=brand_of(page.school_name, page.theme), **WORDS)


@bp.get("/children/<uuid:pupil_id>/earlier", access=OWN_PUPIL)
def earlier(pupil_id: uuid.UUID) -> str:
    """The versions that came before."""
    page = queries_earlier.earlier_list(db(), pupil_id=pupil_id, language=current().tag)
    return render_template("profiles/earlier.html", page=page, brand=brand_of(page.school_name, page.theme))


@bp.get("/children/<uuid:pupil_id>/earlier/<uuid:version_id>", access=OWN_PUPIL)
def earlier_version(pupil_id: uuid.UUID, version_id: uuid.UUID) -> str:
    """One of them, as it was."""
    page = queries_earlier.earlier_page(
        db(), viewer=_me(), pupil_id=pupil_id, version_id=version_id, language=current().tag, today=clock.today()
    )
    remember_look(_me(), school_id=page.school_id, pupil_id=pupil_id)
    brand = brand_of(page.school.name, page.theme)
    return render_template("profiles/earlier_version.html", page=page, brand=brand, **WORDS)


@bp.get("/children/<uuid:pupil_id>/copy.pdf", access=OWN_PUPIL)
def copy(pupil_id: uuid.UUID) -> Response:
    """The plan to keep, in the reader's language; the name of the file says nothing about a child."""
    page = _read_child(pupil_id)
    document = plan_pdf(page, today=clock.today())
    with aside("a copy was taken") as session:
        actions_family.note_copy(session, actor=_me(), page=page, now=clock.now())
    disposition = 'attachment; filename="school-plan.pdf"'
    return Response(document, mimetype="application/pdf", headers={"Content-Disposition": disposition})
