"""The SENDCO wants a specialist from outside: asks, sees who agrees, and writes down what went out."""

import uuid
from typing import Any, cast

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.concerns import actions_consent, actions_referral
from portal.concerns.forms_staff import CloseForm, ReferralForm, ShareForm, TypeInForm
from portal.concerns.page_words import WORDS
from portal.concerns.queries_referral import Consenter, ReferralsPage, consenters, referrals
from portal.kernel import clock
from portal.kernel.errors import NotFound
from portal.people.access import OFFICE_PUPIL, REFERRALS_PUPIL, SENDCO_PUPIL
from portal.people.actor import Actor
from portal.people.looks import remember_look
from portal.people.rules import Role
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import gettext as _
from portal.web.refusal import told_in
from portal.web.unit_of_work import db, reader

bp = PortalBlueprint("referrals", __name__)
ALL = "/staff/children/<uuid:pupil_id>/referrals"
ONE = f"{ALL}/<uuid:referral_id>"
Page = str | Response | tuple[str, int]


def _me() -> Actor:
    return cast(Actor, current_actor())  # the gate let nobody else in


def _found(pupil_id: uuid.UUID) -> ReferralsPage:
    return referrals(reader(), pupil_id=pupil_id, now=clock.now())


def _who(page: ReferralsPage) -> list[Consenter]:
    return consenters(reader(), page.child, clock.today())


def _about(pupil_id: uuid.UUID, referral_id: uuid.UUID) -> dict[str, Any]:
    return {"actor": _me(), "pupil_id": pupil_id, "referral_id": referral_id, "now": clock.now()}


def _to(pupil_id: uuid.UUID, referral_id: uuid.UUID) -> Response:
    flash(_("Saved."))
    return redirect(url_for(".one", pupil_id=pupil_id, referral_id=referral_id), 303)


@bp.get(ALL, access=REFERRALS_PUPIL)
def listed(pupil_id: uuid.UUID) -> str:
    """Every referral of one child."""
    page = _found(pupil_id)
    remember_look(_me(), school_id=page.child.school_id, pupil_id=pupil_id)
    return render_template("concerns/referrals.html", page=page, is_sendco=_me().has(Role.SENDCO), **WORDS)


@bp.route(f"{ALL}/new", methods=["GET", "POST"], access=SENDCO_PUPIL)
def new(pupil_id: uuid.UUID) -> Page:
    """Writes one and asks everybody who may agree."""
    form, page = ReferralForm.new(), _found(pupil_id)
    if form.is_submitted():
        with told_in(form):
            if form.validate():
                names = ("specialist", "agency", "why", "shares", "once_key")
                facts: dict[str, Any] = {name: form[name].data or "" for name in names}
                made = actions_referral.refer(db(), actor=_me(), pupil_id=pupil_id, now=clock.now(), **facts)
                return _to(pupil_id, made)
    shown = render_template("concerns/referral_new.html", page=page, form=form, who=_who(page), **WORDS)
    return shown, 422 if form.is_submitted() else 200


@bp.get(ONE, access=REFERRALS_PUPIL)
def one(pupil_id: uuid.UUID, referral_id: uuid.UUID) -> str:
    """One of them, with everybody's answers."""
    return _shown(pupil_id, referral_id)


def _shown(pupil_id: uuid.UUID, referral_id: uuid.UUID, **forms: Any) -> str:
    page = _found(pupil_id)
    line, who = page.one(referral_id), _who(page)
    remember_look(_me(), school_id=page.child.school_id, pupil_id=pupil_id)
    may = {one.adult_id for one in who}
    return render_template(
        "concerns/referral.html",
        page=page,
        line=line,
        who=who,
        not_asked=[one for one in who if one.adult_id not in {answer.adult_id for answer in line.answers}],
        enough=[answer for answer in line.now if answer.holds and answer.adult_id in may],
        forms={"share": ShareForm.new(), "close": CloseForm(), **forms},
        is_sendco=_me().has(Role.SENDCO),
        may_type=_me().has(Role.SENDCO, Role.OFFICE),
        **WORDS,
    )


@bp.post(f"{ONE}/ask", access=SENDCO_PUPIL)
def ask_again(pupil_id: uuid.UUID, referral_id: uuid.UUID) -> Response:
    """Asks whoever may agree and was never asked."""
    actions_referral.ask_again(db(), **_about(pupil_id, referral_id))
    return _to(pupil_id, referral_id)


@bp.post(f"{ONE}/share", access=SENDCO_PUPIL)
def share(pupil_id: uuid.UUID, referral_id: uuid.UUID) -> Page:
    """Writes down that something went out, if an agreement holds."""
    form = ShareForm()
    with told_in(form) as refusal:
        if form.validate():
            about, key = _about(pupil_id, referral_id), form.once_key.data or ""
            actions_referral.share(db(), **about, what=form.what.data or "", once_key=key)
            return _to(pupil_id, referral_id)
    return _shown(pupil_id, referral_id, share=form), refusal.status


@bp.post(f"{ONE}/seen", access=SENDCO_PUPIL)
def seen(pupil_id: uuid.UUID, referral_id: uuid.UUID) -> Response:
    """The SENDCO knows that an agreement was taken back."""
    actions_consent.confirm_seen(db(), **_about(pupil_id, referral_id))
    return _to(pupil_id, referral_id)


@bp.post(f"{ONE}/close", access=SENDCO_PUPIL)
def close(pupil_id: uuid.UUID, referral_id: uuid.UUID) -> Page:
    """Finishes it."""
    form = CloseForm()
    if not form.validate():
        return _shown(pupil_id, referral_id, close=form), 422
    actions_referral.close(db(), **_about(pupil_id, referral_id), words=form.words.data or "")
    return _to(pupil_id, referral_id)


@bp.route(f"{ONE}/answers/<uuid:adult_id>", methods=["GET", "POST"], access=OFFICE_PUPIL)
def type_in(pupil_id: uuid.UUID, referral_id: uuid.UUID, adult_id: uuid.UUID) -> Page:
    """Types in what an adult said on paper or on the phone."""
    form, page, status = TypeInForm(), _found(pupil_id), 200
    line = page.one(referral_id)
    names = {answer.adult_id: answer.adult for answer in line.answers} | {w.adult_id: w.name for w in _who(page)}
    if adult_id not in names:
        raise NotFound
    if form.is_submitted():
        with told_in(form) as refusal:
            if form.validate():
                said = {name: form[name].data for name in ("answer", "way", "language")}
                facts = {**said, "reason": form.reason.data or "", "adult_id": adult_id}
                actions_consent.type_in(db(), **_about(pupil_id, referral_id), **facts)
                return _to(pupil_id, referral_id)
        status = refusal.status
    shown = {"page": page, "line": line, "form": form, "adult": names[adult_id]}
    return render_template("concerns/referral_answer.html", **shown, **WORDS), status
