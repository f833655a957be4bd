"""What children told this adult and nobody else, and the school's setting who that adult is."""

import uuid
from typing import cast

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.contributions import actions_tell, actions_unopened, queries_tell, queries_unopened
from portal.contributions.forms_tell import DoneForm, SafeguardingForm
from portal.kernel import clock
from portal.kernel.errors import Invalid, NotFound
from portal.people.access import ANY_STAFF, SCHOOL_SETTINGS, SEASON_BOARD
from portal.people.actor import Actor
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import gettext as _
from portal.web.unit_of_work import db, work

bp = PortalBlueprint("told", __name__)
Page = str | Response | tuple[str, int]


def _me() -> Actor:
    return cast(Actor, current_actor())  # the gate let nobody else in


def _one(told_id: uuid.UUID) -> queries_tell.Told:
    return queries_tell.told(db(), viewer=_me(), told_id=told_id)


@bp.get("/staff/told", access=ANY_STAFF)
def inbox() -> str:
    """What waits for this adult, and what nobody has opened; without the words, which somebody else might see."""
    waiting = queries_unopened.unopened(db(), viewer=_me())
    gone = queries_unopened.opened_instead(db(), viewer=_me())
    all_told = queries_tell.inbox(db(), viewer=_me())
    return render_template("contributions/told.html", all_told=all_told, waiting=waiting, gone=gone)


@bp.post("/staff/told/<uuid:told_id>", access=ANY_STAFF)
def read(told_id: uuid.UUID) -> Response:
    """Opens one; that it was read is written down."""
    actions_tell.see(db(), actor=_me(), told_id=told_id, now=clock.now())
    return redirect(url_for(".one", told_id=told_id), 303)


@bp.post("/staff/told/<uuid:told_id>/instead", access=SEASON_BOARD)
def instead(told_id: uuid.UUID) -> Response:
    """Opens one in the place of the adult who has not; that it was so is written down."""
    actions_unopened.open_instead(work("another adult takes over"), actor=_me(), told_id=told_id, now=clock.now())
    return redirect(url_for(".one", told_id=told_id), 303)


@bp.get("/staff/told/<uuid:told_id>", access=ANY_STAFF)
def one(told_id: uuid.UUID) -> Page:
    """The words, once it was opened."""
    told = _one(told_id)
    if told.seen_at is None:
        return redirect(url_for(".inbox"))
    return render_template("contributions/told_one.html", told=told, form=DoneForm(data={"words": told.done_words}))


@bp.post("/staff/told/<uuid:told_id>/done", access=ANY_STAFF)
def done(told_id: uuid.UUID) -> Page:
    """Puts it away with what was done."""
    form, told = DoneForm(), _one(told_id)
    if told.seen_at is None:
        raise NotFound  # nobody deals with what they have not read
    try:
        if form.validate():
            actions_tell.finish(db(), actor=_me(), told_id=told_id, words=form.words.data, now=clock.now())
            flash(_("Saved."))
            return redirect(url_for(".inbox"), 303)
    except Invalid as error:
        form.accept(error)
    return render_template("contributions/told_one.html", told=told, form=form), 422


def _setting() -> queries_tell.Safeguarding:
    return queries_tell.safeguarding(db(), school_id=cast(uuid.UUID, _me().school_id), today=clock.today())


@bp.get("/staff/school/safeguarding", access=SCHOOL_SETTINGS)
def setting() -> str:
    """Whom children tell."""
    return render_template("contributions/safeguarding.html", form=SafeguardingForm.of(_setting()))


@bp.post("/staff/school/safeguarding", access=SCHOOL_SETTINGS)
def change() -> Page:
    """Saves it."""
    form = SafeguardingForm.of(_setting())
    if not form.validate():
        return render_template("contributions/safeguarding.html", form=form), 422
    named = {"lead": form.lead.data, "words": form.words.data}
    actions_tell.name_the_adult(db(), actor=_me(), **named, now=clock.now())
    flash(_("Saved."))
    return redirect(url_for(".setting"), 303)
