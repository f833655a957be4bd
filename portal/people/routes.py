"""The office's pages: which adult may see which child, and the school's own words; and a young person's choice."""

import uuid

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.kernel import clock
from portal.kernel.errors import PortalError, StaleVersion
from portal.people import actions, queries
from portal.people.access import OFFICE, OFFICE_PUPIL, OWN_RIGHTS, SCHOOL_SETTINGS
from portal.people.forms import LinkForm, NewAdultForm, RightsForm, SchoolForm
from portal.people.rules import (
    ACCESSES,
    CONTACT_STATES,
    RELATIONSHIPS,
    RESTRICTIONS,
    YES_NO,
    LinkDecision,
)
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import gettext as _
from portal.web.unit_of_work import db

bp = PortalBlueprint("people", __name__)
WORDS = {
    "access_words": ACCESSES,
    "state_words": CONTACT_STATES,
    "relationship_words": RELATIONSHIPS,
    "restriction_words": RESTRICTIONS,
    "yes_no_words": YES_NO,
}


@bp.get("/staff/adults", access=OFFICE)
def contacts() -> str:
    """The adults of the school's children; those waiting for a decision are the ones to look at."""
    waiting = request.args.get("show", "waiting") == "waiting"
    page = request.args.get("page", 1, type=int)
    found = queries.links(db(), viewer=current_actor(), today=clock.today(), waiting_only=waiting, page=page)
    return render_template("people/contacts.html", found=found, waiting=waiting, **WORDS)


@bp.get("/staff/children/<uuid:pupil_id>/adults", access=OFFICE_PUPIL)
def adults(pupil_id: uuid.UUID) -> str:
    """Everybody linked to one child."""
    page = queries.adults_of(db(), viewer=current_actor(), pupil_id=pupil_id, today=clock.today())
    return render_template("people/adults.html", page=page, form=NewAdultForm(), **WORDS)


@bp.post("/staff/children/<uuid:pupil_id>/adults", access=OFFICE_PUPIL)
def add_adult(pupil_id: uuid.UUID) -> Response | tuple[str, int]:
    """Adds an adult as a link that waits for a decision."""
    form = NewAdultForm()
    if not form.validate_on_submit():
        page = queries.adults_of(db(), viewer=current_actor(), pupil_id=pupil_id, today=clock.today())
        return render_template("people/adults.html", page=page, form=form, **WORDS), 422
    contact_id = actions.add_adult(
        db(),
        actor=current_actor(),
        pupil_id=pupil_id,
        full_name=form.full_name.data,
        relationship=form.relationship.data,
        language=form.language.data,
        now=clock.now(),
    )
    return redirect(url_for("people.decide", pupil_id=pupil_id, contact_id=contact_id), 303)


@bp.get("/staff/children/<uuid:pupil_id>/adults/<uuid:contact_id>", access=OFFICE_PUPIL)
def decide(pupil_id: uuid.UUID, contact_id: uuid.UUID) -> str:
    """All facts about one adult and one child, and the form to decide."""
    page = _link_page(pupil_id, contact_id)
    return render_template("people/decide.html", page=page, form=link_form(page), **WORDS)


def _link_page(pupil_id: uuid.UUID, contact_id: uuid.UUID) -> queries.LinkPage:
    return queries.link_page(
        db(), viewer=current_actor(), pupil_id=pupil_id, contact_id=contact_id, today=clock.today()
    )


def link_form(page: queries.LinkPage) -> LinkForm:
    """The form filled with what is stored."""
    link = page.link
    return LinkForm(
        version=page.version,
        relationship=link.relationship,
        parental_responsibility=link.parental_responsibility,
        lives_with_pupil=page.lives_with_pupil,
        access=link.access,
        paused=link.state == "suspended",
        restriction=link.restriction,
        restricted_from=page.restricted_from,
        restricted_until=page.restricted_until,
        order_reference=page.order_reference,
    )


@bp.post("/staff/children/<uuid:pupil_id>/adults/<uuid:contact_id>", access=OFFICE_PUPIL)
def save_decision(pupil_id: uuid.UUID, contact_id: uuid.UUID) -> Response | str | tuple[str, int]:
    """First shows what the adult would see; saves when that has been confirmed."""
    form, page = LinkForm(), _link_page(pupil_id, contact_id)
    if not form.validate_on_submit():
        return render_template("people/decide.html", page=page, form=form, **WORDS), 422
    decision = decision_of(form)
    try:
        actions.check_decision(decision)
        if form.confirmed.data != "yes":
            effect = queries.effect_of(page, decision, clock.today())
            return render_template("people/rehearsal.html", page=page, form=form, effect=effect, **WORDS)
        actions.decide_link(
            db(),
            actor=current_actor(),
            pupil_id=pupil_id,
            contact_id=contact_id,
            version=form.shown_version(),
            decision=decision,
            now=clock.now(),
        )
    except StaleVersion as error:
        form.accept(error)
        form.version.data = form.version.raw_data = None
        return render_template("people/decide.html", page=page, form=form, theirs=page, **WORDS), 409
    except PortalError as error:
        form.accept(error)
        return render_template("people/decide.html", page=page, form=form, **WORDS), 422
    flash(_("Saved. It holds from now on."))
    return redirect(url_for("people.adults", pupil_id=pupil_id), 303)


def decision_of(form: LinkForm) -> LinkDecision:
    """The decision a valid form stands for."""
    return LinkDecision(
        relationship=form.relationship.data,
        parental_responsibility=form.parental_responsibility.data,
        lives_with_pupil=form.lives_with_pupil.data,
        access=form.access.data,
        paused=form.paused.data,
        restriction=form.restriction.data,
        restricted_from=form.restricted_from.data,
        restricted_until=form.restricted_until.data,
        order_reference=form.order_reference.data or "",
    )


@bp.get("/me/rights", access=OWN_RIGHTS)
def my_rights() -> str:
    """A young person's choice about their parents."""
    page = queries.rights_page(db(), pupil_id=current_actor().pupil_id)
    return render_template("people/my_rights.html", page=page, form=RightsForm(shares="yes" if page.shares else "no"))


@bp.post("/me/rights", access=OWN_RIGHTS)
def choose_rights() -> Response | tuple[str, int]:
    """Saves the choice."""
    form = RightsForm()
    if not form.validate_on_submit():
        page = queries.rights_page(db(), pupil_id=current_actor().pupil_id)
        return render_template("people/my_rights.html", page=page, form=form), 422
    actions.choose_sharing(db(), actor=current_actor(), shares=form.shares.data == "yes", now=clock.now())
    flash(_("Saved. It holds from now on."))
    return redirect(url_for("people.my_rights"), 303)


@bp.get("/staff/school", access=SCHOOL_SETTINGS)
def school() -> str:
    """The school's own words, colour and habits."""
    facts = queries.school_facts(db(), school_id=current_actor().school_id)
    return render_template("people/school.html", facts=facts, form=SchoolForm(obj=facts))


@bp.post("/staff/school", access=SCHOOL_SETTINGS)
def change_school() -> Response | tuple[str, int]:
    """Saves them."""
    form = SchoolForm()
    if not form.validate_on_submit():
        facts = queries.school_facts(db(), school_id=current_actor().school_id)
        return render_template("people/school.html", facts=facts, form=form), 422
    actions.change_school(db(), actor=current_actor(), now=clock.now(), **form.facts)
    flash(_("Saved."))
    return redirect(url_for("people.school"), 303)
