"""A parent of two children meets school once: both children in one meeting, or one meeting after the other."""

import uuid
from typing import cast

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.kernel import clock
from portal.kernel.errors import Invalid
from portal.kernel.words import N_
from portal.meetings import actions_together, queries_children
from portal.meetings.forms_family import TogetherForm, id_of
from portal.meetings.page_times import choices_in_words
from portal.meetings.queries_children import Choice, Couple
from portal.meetings.routes_family import LOST
from portal.meetings.rules import Mode
from portal.meetings.rules_booking import NotOneAfterTheOther, Wishes
from portal.people.access import FAMILY
from portal.people.actor import Actor
from portal.people.branding import brand_for, brand_of
from portal.web.access import PortalBlueprint, current_actor
from portal.web.unit_of_work import db, reader

bp = PortalBlueprint("children_meetings", __name__)
WAYS = {"together": queries_children.in_one_meeting, "after": queries_children.one_after_the_other}


def _me() -> Actor:
    return cast(Actor, current_actor())  # the gate let nobody else in


@bp.get("/meetings/together", access=FAMILY)
def together() -> str:
    """Which children, then in which way, then the time."""
    found = queries_children.couples(db(), viewer=_me(), now=clock.now())
    return _page(found, TogetherForm(data={"once_key": uuid.uuid4().hex, "mode": Mode.IN_PERSON.value}))


@bp.post("/meetings/together", access=FAMILY)
def take() -> Response | tuple[str, int]:
    """Takes the times for both children, or none of them."""
    form, status = TogetherForm(), 422
    form.prepare(())
    try:
        reviews, slots = _chosen()
        if form.validate_on_submit():
            _hold(form, reviews, slots)
            return redirect(url_for("home.family", booked=1), 303)
    except (*LOST, Invalid, NotOneAfterTheOther) as error:
        db().rollback()  # lets the others choose on while this page is made
        form.accept(error)
        status = error.status
    return _page(queries_children.couples(reader(), viewer=_me(), now=clock.now()), form), status


def _hold(form: TogetherForm, reviews: list[tuple[uuid.UUID, uuid.UUID]], slots: list[uuid.UUID]) -> None:
    own = queries_children.my_help(reader(), viewer=_me())
    actions_together.book_children(
        db(),
        actor=_me(),
        adult_id=_me().person_id,
        reviews=reviews,
        slot_ids=slots,
        wishes=Wishes(mode=Mode(form.mode.data), language=own.language, interpreter=own.interpreter),
        once_key=form.once_key.data or uuid.uuid4().hex,
        now=clock.now(),
    )


def _chosen() -> tuple[list[tuple[uuid.UUID, uuid.UUID]], list[uuid.UUID]]:
    """Pairs of pupil and review, and the slots, in the order of the meetings. Raises Invalid."""
    chosen = [each.split(":") for each in request.form.get("slot", "").split()]
    known = [[found for part in each if (found := id_of(part))] for each in chosen]
    if [len(each) for each in known] != [3, 3]:
        raise Invalid(N_("Choose a time."), field="slot")
    reviews = [(pupil, review) for pupil, review, _slot in known]
    return reviews, list(dict.fromkeys(slot for _pupil, _review, slot in known))


def _page(found: list[Couple], form: TogetherForm) -> str:
    wanted = request.values.get("children", "")
    couple = next((each for each in found if each.key == wanted), found[0] if len(found) == 1 else None)
    way = request.values.get("way", "")
    choices: list[Choice] = []
    if couple is not None and way in WAYS:
        own = queries_children.my_help(reader(), viewer=_me())
        choices = WAYS[way](reader(), viewer=_me(), couple=couple, interpreter=own.interpreter, now=clock.now())
    form.prepare({mode for choice in choices for mode in choice.modes})
    return render_template(
        "meetings/together.html",
        found=found,
        couple=couple,
        way=way if way in WAYS else "",
        form=form,
        days=choices_in_words(choices),
        brand=brand_of(couple.first.school, couple.first.theme) if couple else brand_for(_me()),
    )
