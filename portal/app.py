"""The whole wiring of the portal, in order, on one page."""

from flask import Flask, Response, current_app, g, url_for
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader
from sqlalchemy import select

from portal.accounts import entrance
from portal.accounts import routes as accounts
from portal.accounts import routes_demo as demo
from portal.accounts import routes_family as family_sign_in
from portal.accounts import routes_letters as letters
from portal.accounts import routes_pupil as pupil_sign_in
from portal.accounts import routes_staff as staff_sign_in
from portal.accounts import routes_wishes as wishes
from portal.concerns import routes_consent as consents
from portal.concerns import routes_family as concerns
from portal.concerns import routes_referral as referrals
from portal.concerns import routes_staff as answers
from portal.concerns.queries_messages import ROOM as CONCERNS
from portal.contributions import routes_family as family_views
from portal.contributions import routes_office as paper_views
from portal.contributions import routes_pupil as my_views
from portal.contributions import routes_staff as staff_views
from portal.contributions import routes_tell as tell_now
from portal.contributions import routes_told as told
from portal.delivery import routes_demo as demo_messages
from portal.delivery import routes_staff as unreached
from portal.delivery import routes_stop as stop_messages
from portal.guidance import routes as guidance
from portal.guidance import routes_staff as school_links
from portal.home import routes as home
from portal.home.navigation import doors_for, footer
from portal.intake import routes as intake
from portal.kernel.db import make_engine
from portal.kernel.messages import by_kind
from portal.local_offer import routes as local_help
from portal.local_offer import routes_family as local_help_child
from portal.local_offer import routes_staff as directory
from portal.meetings import routes_annual as annual
from portal.meetings import routes_answers as family_answers
from portal.meetings import routes_attendance as attendance
from portal.meetings import routes_board as board
from portal.meetings import routes_calendar as calendar
from portal.meetings import routes_children as children_meetings
from portal.meetings import routes_day as day
from portal.meetings import routes_family as family_meetings
from portal.meetings import routes_family_guests as guests
from portal.meetings import routes_figures as figures
from portal.meetings import routes_guest as guest
from portal.meetings import routes_office as gate
from portal.meetings import routes_pupil as my_meeting
from portal.meetings import routes_times as times
from portal.meetings.queries_messages import ROOM as MEETINGS
from portal.notices import routes_family as messages
from portal.notices import routes_followup as notice_followup
from portal.notices import routes_staff as staff_notices
from portal.notices.queries_rooms import DATES, NOTICES
from portal.paths import STATIC, TEMPLATES, TRANSLATIONS
from portal.people import routes as people
from portal.people.branding import brand_for, skin_class
from portal.people.models import Trust
from portal.people.rules import Audience
from portal.profiles import routes_drafts as drafts
from portal.profiles import routes_family as family_plans
from portal.profiles import routes_pupil as pupil_pages
from portal.profiles import routes_sharing as sharing
from portal.profiles import routes_staff as profiles
from portal.profiles.queries_messages import DRAFTS
from portal.profiles.queries_messages import ROOM as PLANS
from portal.records import routes_actions as actions
from portal.records import routes_became as became
from portal.records import routes_family as family_records
from portal.records import routes_pack as pack
from portal.records import routes_pupil as my_card
from portal.records import routes_staff as staff_records
from portal.reviews import routes_rounds as rounds
from portal.reviews import routes_year as year
from portal.settings import Settings
from portal.web import access, assets, errors, i18n, limits, logs, security, unit_of_work
from portal.web.forms import csrf

FEATURES = (
    home,
    accounts,
    family_sign_in,
    letters,
    staff_sign_in,
    pupil_sign_in,
    people,
    profiles,
    drafts,
    sharing,
    family_plans,
    pupil_pages,
    my_meeting,
    my_views,
    tell_now,
    told,
    staff_views,
    pack,
    staff_records,
    family_records,
    my_card,
    actions,
    became,
    attendance,
    figures,
    intake,
    guidance,
    school_links,
    local_help,
    local_help_child,
    directory,
    messages,
    wishes,
    stop_messages,
    unreached,
    staff_notices,
    notice_followup,
    family_meetings,
    children_meetings,
    calendar,
    guests,
    guest,
    annual,
    family_answers,
    family_views,
    paper_views,
    year,
    rounds,
    board,
    times,
    day,
    gate,
    concerns,
    consents,
    answers,
    referrals,
)
MESSAGES = by_kind(MEETINGS, PLANS, DRAFTS, NOTICES, DATES, CONCERNS)
QUICK_EXIT = frozenset({Audience.FAMILY, Audience.PUPIL})
ELSEWHERE = "https://www.bbc.co.uk/weather"  # where the quick exit leads: a page that anybody might be reading


def create_app(settings: Settings) -> Flask:
    """The portal as a WSGI application. Raises when a route has no access rule or English cannot be spoken."""
    app = Flask("portal", template_folder=str(TEMPLATES), static_folder=None)
    app.jinja_env.loader = ChoiceLoader(
        [FileSystemLoader(TEMPLATES), PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})]
    )
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.extensions["settings"] = settings
    app.extensions["messages"] = MESSAGES

    logs.configure()
    logs.init_app(app, every_request=not settings.testing)
    i18n.load(TRANSLATIONS, settings.languages, offer_incomplete=settings.offer_incomplete_languages)
    security.init_app(app, settings)
    engine = make_engine(settings.database_url)
    app.after_request(entrance.keep_alive)  # answers pass it after the commit: its own short write would wait for ours
    unit_of_work.init_app(app, engine)
    i18n.init_app(app, person_language=_language_of_the_actor)
    access.init_app(app, entrance.ENTRANCE)
    limits.init_app(app, settings)
    csrf.init_app(app)
    assets.init_app(app, STATIC)
    errors.init_app(app)

    for feature in FEATURES:
        app.register_blueprint(feature.bp)
    if settings.demo:
        app.register_blueprint(demo.bp)
        app.register_blueprint(demo_messages.bp)
    app.add_url_rule("/static/<path:filename>", "static", assets.serve)
    app.add_url_rule("/healthz", "healthz", _healthz)
    access.declare(app, "static", access.PUBLIC)
    access.declare(app, "healthz", access.PUBLIC)
    security.allow_uploads(app, {"intake.upload": settings.longest_upload})
    app.context_processor(_around_every_page)
    access.check_every_endpoint(app)
    return app


def _healthz() -> Response:
    """Answers 200 when the database answers."""
    unit_of_work.reader().execute(select(Trust.id).limit(1)).first()
    return Response("ok\n", mimetype="text/plain")


def _language_of_the_actor() -> str | None:
    actor = access.identify()
    return actor.language if actor else None


def _around_every_page() -> dict[str, object]:
    actor = g.get("actor")
    return {
        "actor": actor,
        "is_demo": current_app.extensions["settings"].demo,
        "home_url": url_for("home.start"),
        "brand": brand_for(actor),
        "nav": doors_for(actor),
        "footer_links": footer(actor),
        "own_skin": lambda: skin_class(unit_of_work.reader(), actor),
        "sign_out_url": url_for("accounts.sign_out") if actor else None,
        "exit_url": ELSEWHERE if actor and actor.audience in QUICK_EXIT else None,
        "tell_url": url_for("tell_now.page") if actor and actor.audience == Audience.PUPIL else None,
    }
