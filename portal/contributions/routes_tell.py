"""“I want to tell someone now”: a calm page that is one tap away on every page of a pupil."""

from datetime import timedelta
from typing import cast

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.contributions import actions_tell
from portal.contributions.forms_tell import TellForm
from portal.contributions.queries_tell import LastTold, last_told, tell_page
from portal.contributions.rules_tell import CHILDLINE, EMERGENCY, TELLS
from portal.kernel import clock
from portal.people.access import PUPIL
from portal.people.actor import Actor
from portal.people.branding import brand_of
from portal.web.access import PortalBlueprint, current_actor
from portal.web.unit_of_work import db

bp = PortalBlueprint("tell_now", __name__)
Page = str | Response | tuple[str, int]
TWO_WEEKS = timedelta(weeks=2)  # told before a holiday, it is read after it


def _me() -> Actor:
    return cast(Actor, current_actor())  # the gate let nobody else in


def _last() -> LastTold | None:
    return last_told(db(), viewer=_me(), since=clock.now() - TWO_WEEKS)


def _shown(template: str, **more: object) -> str:
    page = tell_page(db(), pupil_id=_me().pupil_id, now=clock.now())
    brand = brand_of(page.school_name, page.theme)
    numbers = {"emergency": EMERGENCY, "childline": CHILDLINE}
    about = {"page": page, "brand": brand, "tells": TELLS, **numbers, **more}
    return render_template(f"contributions/{template}.html", **about)


@bp.get("/me/tell", access=PUPIL)
def page() -> str:
    """Who is told, when they read it, and whom a child can ring."""
    return _shown("tell", form=TellForm.new(), last=_last())


@bp.post("/me/tell", access=PUPIL)
def tell() -> Page:
    """Tells the named adult at once."""
    form = TellForm()
    if not form.validate():
        return _shown("tell", form=form, last=_last()), 422
    said = {"feeling": form.feeling.data or "", "text": form.text.data, "once_key": form.once_key.data or ""}
    actions_tell.tell(db(), actor=_me(), **said, now=clock.now())
    return redirect(url_for(".told"), 303)


@bp.get("/me/tell/told", access=PUPIL)
def told() -> Page:
    """That it has arrived, and whether it was read; never the words, which somebody else might see."""
    last = _last()
    return _shown("tell_told", last=last) if last else redirect(url_for(".page"))
