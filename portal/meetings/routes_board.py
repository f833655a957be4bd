"""The season board: one round at a glance, and what can be done for many children in one go."""

import uuid

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.kernel import clock
from portal.kernel.errors import NotFound, PortalError
from portal.meetings import actions_invite, actions_season, queries_board
from portal.meetings.forms_board import WHY, BatchForm, RoundForm
from portal.meetings.queries_board_rows import Board, Wanted
from portal.meetings.rules import ANSWERS, Answer
from portal.meetings.rules_board import BATCHES, FITTING, LOOKS, WITH_REASON, Batch
from portal.people.access import SEASON_BOARD, SENDCO
from portal.people.rules import Role
from portal.profiles.page_words import language_name
from portal.reviews.rules import ASKS, KINDS, ROUND_STATES, SEASONS, STAGES, RoundState, Stage
from portal.reviews.rules_rhythm import NONE_HELD, NONE_PLANNED
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import gettext as _
from portal.web.i18n import ngettext
from portal.web.unit_of_work import db

bp = PortalBlueprint("board", __name__)
Page = str | Response | tuple[str, int]
WORDS = {
    "answers": ANSWERS,
    "answer_is": Answer,
    "asks": ASKS,
    "batches": BATCHES,
    "kinds": KINDS,
    "language_name": language_name,
    "look_names": LOOKS,
    "none_held": NONE_HELD,
    "none_planned": NONE_PLANNED,
    "round_states": ROUND_STATES,
    "seasons": SEASONS,
    "stage_is": Stage,
    "stages": STAGES,
    "states": RoundState,
}
EVERYBODY = Wanted()


def _board(round_id: uuid.UUID, wanted: Wanted = EVERYBODY) -> Board:
    return queries_board.board(db(), viewer=current_actor(), round_id=round_id, wanted=wanted, now=clock.now())


@bp.get("/staff/rounds/<uuid:round_id>", access=SEASON_BOARD)
def season(round_id: uuid.UUID) -> str:
    """Every child of the round in a row; only those that need a look are lit."""
    asked = request.args
    wanted = Wanted(
        search=asked.get("search", "")[:100],
        class_id=asked.get("class", type=uuid.UUID),
        stage=asked.get("stage", type=Stage),
        language=asked.get("language", "")[:12],
        exceptions=asked.get("look") == "1",
    )
    page = _board(round_id, wanted)
    may_act = current_actor().has(Role.SENDCO)
    return render_template(
        "meetings/board.html",
        board=page,
        wanted=wanted,
        may_act=may_act,
        form=BatchForm(),
        now=clock.now(),
        **WORDS,
    )


@bp.post("/staff/rounds/<uuid:round_id>/batch", access=SENDCO)
def batch(round_id: uuid.UUID) -> Page:
    """Shows for whom it would be done; done when it comes back confirmed."""
    page, form = _board(round_id), BatchForm()
    wanted, chosen = form.wanted(), form.review_ids(request.form)
    fits = form.validate()
    if wanted is None or not chosen:
        flash(_("Tick the children first, and choose what to do."))
        return redirect(url_for(".season", round_id=round_id), 303)
    if not fits:
        return _confirm(page, form, wanted, chosen), 422
    if request.form.get("step") == "confirm":
        try:
            done = actions_season.do_for_many(
                db(),
                actor=current_actor(),
                round_id=round_id,
                batch=wanted,
                review_ids=chosen,
                reason=form.reason.data,
                now=clock.now(),
            )
        except NotFound:
            raise
        except PortalError as error:
            form.accept(error)
            return _confirm(page, form, wanted, chosen), 422
        flash(_said(done))
        return redirect(url_for(".season", round_id=round_id), 303)
    return _confirm(page, form, wanted, chosen)


def _confirm(page: Board, form: BatchForm, wanted: Batch, chosen: list[uuid.UUID]) -> str:
    rows = [row for row in page.rows if row.review_id in set(chosen)]
    return render_template(
        "meetings/board_confirm.html",
        board=page,
        form=form,
        batch=wanted,
        fitting=[row for row in rows if row.stage in FITTING[wanted]],
        others=[row for row in rows if row.stage not in FITTING[wanted]],
        why=WHY[wanted] if wanted in WITH_REASON else "",
        **WORDS,
    )


def _said(done: actions_season.Done) -> str:
    if not done.done:
        return _("Nothing was changed.")
    if done.left:
        return ngettext(
            "Done for %(num)s child. The others stay as they were.",
            "Done for %(num)s children. The others stay as they were.",
            done.done,
        )
    return ngettext("Done for %(num)s child.", "Done for %(num)s children.", done.done)


@bp.route("/staff/rounds/<uuid:round_id>/open", methods=["GET", "POST"], access=SENDCO)
def open_round(round_id: uuid.UUID) -> Page:
    """Who would be invited and what is still missing; then the invitations."""
    form = RoundForm()
    if form.validate_on_submit():
        try:
            invited = actions_invite.open_round(db(), actor=current_actor(), round_id=round_id, now=clock.now())
        except NotFound:
            raise
        except PortalError as error:
            form.accept(error)
        else:
            flash(_invited(invited))
            return redirect(url_for(".season", round_id=round_id), 303)
    page = render_template("meetings/board_open.html", board=_board(round_id), form=form, now=clock.now(), **WORDS)
    return page, 422 if form.is_submitted() else 200


def _invited(invited: actions_invite.Invited) -> str:
    if not invited.adults:
        return _("This round is open. Everybody was invited before.")
    return ngettext("%(num)s adult is invited.", "%(num)s adults are invited.", invited.adults)


@bp.route("/staff/rounds/<uuid:round_id>/close", methods=["GET", "POST"], access=SENDCO)
def close(round_id: uuid.UUID) -> Page:
    """Nobody chooses times any more; meetings that are booked stay."""
    form = RoundForm()
    if form.validate_on_submit():
        try:
            actions_invite.close_round(db(), actor=current_actor(), round_id=round_id, now=clock.now())
        except NotFound:
            raise
        except PortalError as error:
            form.accept(error)
        else:
            flash(_("This round is finished."))
            return redirect(url_for(".season", round_id=round_id), 303)
    page = render_template("meetings/board_close.html", board=_board(round_id), form=form, **WORDS)
    return page, 422 if form.is_submitted() else 200
