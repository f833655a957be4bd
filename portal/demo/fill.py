"""Fills an empty database with the demo trust: the same people and words each time, with dates around today."""

from datetime import date

from sqlalchemy import select

from portal.demo.annual import make_annual
from portal.demo.asked import ask_about_drafts
from portal.demo.concerns import make_concerns
from portal.demo.families import make_families
from portal.demo.local_offer import make_local_offer
from portal.demo.meetings import make_meetings
from portal.demo.notices import make_notices
from portal.demo.plans import make_plans
from portal.demo.records import make_records
from portal.demo.register import make_register
from portal.demo.reviews import make_reviews
from portal.demo.said import make_views
from portal.demo.schools import make_schools
from portal.demo.sign_in import make_sign_in
from portal.demo.traces import make_traces
from portal.demo.translations import make_translations
from portal.demo.voices import make_voices
from portal.demo.world import World
from portal.kernel.scope import PortalSession
from portal.people.models import Trust


def fill(session: PortalSession, *, today: date, pepper: str) -> None:
    """Adds the whole demo to the session, flushed but not committed; where there is a trust already, adds nothing."""
    if session.scalars(select(Trust.id).limit(1)).first():
        return
    world = made_on(today, pepper)
    world.write(session)


def made_on(today: date, pepper: str) -> World:
    """Everything that is written when the demo is filled on this day."""
    world = World(today, pepper)
    make_schools(world)
    make_families(world)
    make_register(world)
    make_plans(world)
    make_translations(world)
    make_sign_in(world)
    make_traces(world)
    rounds = make_reviews(world)
    busy = make_meetings(world, rounds)
    make_annual(world, rounds, busy)
    make_voices(world, rounds)
    make_records(world, make_views(world))
    make_concerns(world)
    make_notices(world)
    make_local_offer(world)
    ask_about_drafts(world)
    return world
