"""School's question about a specialist, as an adult of the family reads and answers it."""

import uuid
from typing import cast

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.concerns import actions_consent
from portal.concerns.forms_family import ReasonForm
from portal.concerns.page_words import WORDS
from portal.concerns.queries_referral import ReferralsPage, my_answer, referrals
from portal.concerns.rules_consent import ConsentState
from portal.kernel import clock
from portal.kernel.errors import NotFound
from portal.people.access import OWN_PUPIL
from portal.people.actor import Actor
from portal.people.branding import brand_of
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import current
from portal.web.i18n import gettext as _
from portal.web.refusal import told_in
from portal.web.unit_of_work import db, reader

bp = PortalBlueprint("consents", __name__)
ALL = "/children/<uuid:pupil_id>/agreements"
ONE = f"{ALL}/<uuid:referral_id>"
Page = str | Response | tuple[str, int]


def _me() -> Actor:
    return cast(Actor, current_actor())  # the gate let nobody else in


def _found(pupil_id: uuid.UUID) -> ReferralsPage:
    return referrals(reader(), pupil_id=pupil_id, now=clock.now())


@bp.get(ALL, access=OWN_PUPIL)
def listed(pupil_id: uuid.UUID) -> str:
    """Every specialist whom school wants or wanted, and what this reader answered."""
    page = _found(pupil_id)
    mine = {line.referral_id: my_answer(line, _me()) for line in page.lines}
    brand = brand_of(page.child.school, page.child.theme)
    return render_template("concerns/agreements.html", page=page, mine=mine, brand=brand, **WORDS)


@bp.get(ONE, access=OWN_PUPIL)
def one(pupil_id: uuid.UUID, referral_id: uuid.UUID) -> str:
    """Who, why, what is shared, and the reader's own answer."""
    return _shown(_found(pupil_id), referral_id, ReasonForm())


def _shown(page: ReferralsPage, referral_id: uuid.UUID, form: ReasonForm) -> str:
    line = page.one(referral_id)
    brand = brand_of(page.child.school, page.child.theme)
    shown = {"page": page, "line": line, "mine": my_answer(line, _me()), "form": form, "for_family": True}
    return render_template("concerns/agreement.html", brand=brand, **shown, **WORDS)


@bp.post(ONE, access=OWN_PUPIL)
def answer(pupil_id: uuid.UUID, referral_id: uuid.UUID) -> Page:
    """Agrees, does not agree, or takes it back."""
    form, given = ReasonForm(), request.form.get("answer", "")
    if given not in (ConsentState.GIVEN, ConsentState.DECLINED, ConsentState.WITHDRAWN):
        raise NotFound
    with told_in(form) as refusal:
        if form.validate():
            actions_consent.say(
                db(),
                actor=_me(),
                pupil_id=pupil_id,
                referral_id=referral_id,
                answer=ConsentState(given),
                reason=form.reason.data or "",
                language=current().tag,
                now=clock.now(),
            )
            flash(_("Your answer is kept."))
            return redirect(url_for(".one", pupil_id=pupil_id, referral_id=referral_id), 303)
    return _shown(_found(pupil_id), referral_id, form), refusal.status
