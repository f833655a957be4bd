"""The SENDCO plans a review round and chooses its children; teachers say “please come” for their own."""

import uuid

from flask import flash, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from portal.kernel import clock
from portal.kernel.errors import NotFound, PortalError, StaleVersion
from portal.people.access import CLASS_TEACHER, SEASON_BOARD, SENDCO
from portal.people.rules import ROLE_NAMES, Role
from portal.profiles.page_words import WORDS as PROFILE_WORDS
from portal.reviews import actions_rounds, queries_calendar, queries_round_children, queries_rounds
from portal.reviews.forms_rounds import ASK_CHOICES, AsksForm, ChildrenForm, RoundForm
from portal.reviews.rules import KINDS, ROUND_STATES, SEASONS, STAGES, RoundState
from portal.reviews.rules_rounds import suggest_days
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import gettext as _
from portal.web.i18n import ngettext
from portal.web.unit_of_work import db

bp = PortalBlueprint("rounds", __name__)
Page = str | Response | tuple[str, int]
WORDS = {
    **PROFILE_WORDS,
    "kinds": KINDS,
    "seasons": SEASONS,
    "round_states": ROUND_STATES,
    "states": RoundState,
    "stages": STAGES,
    "role_names": ROLE_NAMES,
    "roles": Role,
    "ask_choices": ASK_CHOICES,
}


@bp.get("/staff/rounds", access=SEASON_BOARD)
def rounds() -> str:
    """The year with its three terms, and all rounds."""
    actor = current_actor()
    page = queries_rounds.rounds_page(db(), viewer=actor, today=clock.today())
    return render_template("reviews/rounds.html", page=page, may_plan=actor.has(Role.SENDCO), **WORDS)


@bp.route("/staff/rounds/new", methods=["GET", "POST"], access=SENDCO)
def new() -> Page:
    """A new round with days that suit the term; all of them can be changed."""
    actor = current_actor()
    found = queries_rounds.new_round(db(), viewer=actor, today=clock.today())
    wanted = request.form.get("term", type=uuid.UUID) or request.args.get("term", type=uuid.UUID)
    term = next((term for term in found.terms if term.term_id == wanted), found.likely)
    if term is None:
        return render_template("reviews/round_without_year.html")
    calendar = queries_calendar.calendar_of(db(), actor.school_id, term.starts_on)
    days = suggest_days(calendar, term.ends_on, max(clock.today(), term.starts_on))
    form = RoundForm.suggested(term.term_id, days, found.minutes)
    if form.validate_on_submit():
        try:
            facts, once = form.facts(term.term_id), form.own_id()
            round_id = actions_rounds.plan_round(db(), actor=actor, facts=facts, once=once, now=clock.now())
            return redirect(url_for(".children", round_id=round_id), 303)
        except PortalError as error:
            form.accept(error)
    page = render_template("reviews/round.html", form=form, term=term, terms=found.terms, changing=None, **WORDS)
    return page, 422 if form.is_submitted() else 200


@bp.route("/staff/rounds/<uuid:round_id>/change", methods=["GET", "POST"], access=SENDCO)
def change(round_id: uuid.UUID) -> Page:
    """Other days or words, as long as nobody is invited."""
    found = queries_rounds.round_to_change(db(), viewer=current_actor(), round_id=round_id)
    form, status = RoundForm.of(found.facts, found.version), 200
    theirs = None
    if form.is_submitted():
        status = 422
    if form.validate_on_submit():
        try:
            actions_rounds.change_round(
                db(),
                actor=current_actor(),
                round_id=round_id,
                facts=form.facts(found.facts.term_id),
                version=form.seen_version(),
                now=clock.now(),
            )
            flash(_("The round is changed."))
            return redirect(url_for("board.season", round_id=round_id), 303)
        except StaleVersion:
            theirs, status, form.version.data = found.facts, 409, str(found.version)
        except PortalError as error:
            form.accept(error)
    return render_template(
        "reviews/round.html", form=form, term=None, terms=(), changing=found, theirs=theirs, **WORDS
    ), status


@bp.route("/staff/rounds/<uuid:round_id>/children", methods=["GET", "POST"], access=SENDCO)
def children(round_id: uuid.UUID) -> Page:
    """All children with support, by class: who is in the round, and who meets whose family."""
    actor, form = current_actor(), ChildrenForm()
    found = queries_round_children.round_children(db(), viewer=actor, round_id=round_id, today=clock.today())
    if form.validate_on_submit():
        try:
            choices = form.choices(found, request.form)
            made = actions_rounds.add_children(db(), actor=actor, round_id=round_id, choices=choices, now=clock.now())
            flash(_arranged(made))
            return redirect(url_for("board.season", round_id=round_id), 303)
        except NotFound:
            raise
        except PortalError as error:
            form.accept(error)
    sent = request.form if form.is_submitted() else MultiDict()
    page = render_template("reviews/round_children.html", found=found, form=form, sent=sent, **WORDS)
    return page, 422 if form.is_submitted() else 200


def _arranged(made: actions_rounds.Arranged) -> str:
    if made.added:
        return ngettext("%(num)s child is now in the round.", "%(num)s children are now in the round.", made.added)
    if made.changed:
        return ngettext("It is changed for %(num)s child.", "It is changed for %(num)s children.", made.changed)
    return _("Nothing was changed.")


@bp.route("/staff/rounds/my-children", methods=["GET", "POST"], access=CLASS_TEACHER)
def mine() -> Page:
    """A teacher says for whom a meeting matters most; the families read it before they choose a time."""
    rows = queries_round_children.my_asks(db(), viewer=current_actor(), today=clock.today())
    form, status = AsksForm(), 200
    if form.validate_on_submit():
        status = 422
        try:
            actions_rounds.set_asks(db(), actor=current_actor(), asks=form.asks(rows, request.form), now=clock.now())
            flash(_("Your words are kept. The families can read them."))
            return redirect(url_for(".mine"), 303)
        except StaleVersion:
            status = 409
        except PortalError as error:
            form.accept(error)
    sent = request.form if form.is_submitted() else MultiDict()
    return render_template(
        "reviews/my_children.html", rows=rows, form=form, sent=sent, stale=status == 409, **WORDS
    ), status
