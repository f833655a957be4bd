"""The first page after coming in, for each role."""

from collections import Counter
from typing import cast

from flask import current_app, redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.contributions.queries_pupil import wanted_views
from portal.home import queries, queries_staff, queries_trust
from portal.home.attention import tasks_for
from portal.home.rules import NextStep
from portal.kernel import clock
from portal.meetings.queries_home import next_meetings
from portal.notices.queries_messages import front
from portal.people.access import ANY_STAFF, FAMILY, PUBLIC, PUPIL, TRUST
from portal.people.actor import Actor
from portal.people.branding import brand_for, brand_of
from portal.people.queries_who_helps import schools_of_trust
from portal.people.rules import OWN_CLASS, Audience, Role
from portal.profiles.queries_pupil import my_page
from portal.web.access import PortalBlueprint, current_actor
from portal.web.i18n import current
from portal.web.unit_of_work import db, work

bp = PortalBlueprint("home", __name__)

FRONT_PAGES = {
    Audience.FAMILY: "home.family",
    Audience.PUPIL: "home.pupil",
    Audience.STAFF: "home.staff",
    Audience.TRUST: "home.trust",
}


def _me() -> Actor:
    return cast(Actor, current_actor())  # the gate let nobody else in


@bp.get("/", access=PUBLIC)
def start() -> Response | str:
    """The welcome page, or the reader's own front page."""
    actor = current_actor()
    return redirect(url_for(FRONT_PAGES[actor.audience])) if actor else render_template("home/welcome.html")


@bp.get("/home", access=FAMILY)
def family() -> str:
    """The family's front page; with no child to read about it is the same for everybody, whatever the reason."""
    children = queries.children(db(), viewer=_me())
    if not children:
        return render_template("home/family_empty.html", schools=schools_of_trust(db(), _me().trust_id))
    schools = {(child.school, child.theme) for child in children}
    brand = brand_of(*schools.pop()) if len(schools) == 1 else brand_for(_me())
    meetings = next_meetings(db(), viewer=_me(), now=clock.now())
    waiting = Counter(c.school for c in children if c.pupil_id in meetings and meetings[c.pupil_id].awaits_a_choice)
    one_visit = max(waiting.values(), default=0) > 1  # two children of one school can share a visit
    rooms = current_app.extensions["messages"]
    news = front(db(), viewer=_me(), rooms=rooms, language=current().tag, now=clock.now())
    # the step of a child is one: where school has news first, the choice of a time waits with the rest
    hidden = [
        (meetings[c.pupil_id], c)
        for c in children
        if c.step == NextStep.NEWS and c.pupil_id in meetings and meetings[c.pupil_id].awaits_a_choice
    ]
    found = {
        "children": children,
        "meetings": meetings,
        "hidden_choices": hidden,
        "new": news.new,
        "asking": queries.in_order(news.asking),
    }
    return render_template("home/family.html", **found, one_visit=one_visit, brand=brand)


@bp.get("/me", access=PUPIL)
def pupil() -> str:
    """The pupil's front page."""
    page = my_page(db(), pupil_id=_me().pupil_id, language=current().tag, today=clock.today())
    own = next_meetings(db(), viewer=_me(), now=clock.now()) if _me().holds_own_rights else {}
    found = {"meeting": own.get(page.pupil_id), "wanted": wanted_views(db(), viewer=_me())}
    return render_template("home/pupil.html", page=page, **found, brand=brand_of(page.school_name, page.theme))


@bp.get("/staff", access=ANY_STAFF)
def staff() -> str:
    """The staff's front page."""
    pupils = queries_staff.my_class(db(), viewer=_me(), today=clock.today()) if _me().has(*OWN_CLASS) else []
    tasks = tasks_for(db(), _me(), now=clock.now())
    writes_notes = _me().has(Role.CLASS_TEACHER, Role.TEACHING_ASSISTANT)
    return render_template("home/staff.html", pupils=pupils, tasks=tasks, writes_notes=writes_notes)


@bp.get("/trust", access=TRUST)
def trust() -> str:
    """The trust's front page: figures only."""
    figures = queries_trust.trust_figures(work("trust figures"), _me().trust_id)
    return render_template("home/trust.html", figures=figures)
