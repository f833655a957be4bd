"""Who may act for whom, and when: asked again inside every transaction that takes or lets go a time."""

import uuid
from datetime import datetime

from portal.kernel.clock import LONDON
from portal.kernel.errors import NotAllowed, NotFound
from portal.meetings.queries_booking import Place
from portal.meetings.rules_booking import BookingNotOpen, NotInvited, ReadOnlyLink, ReviewOver, may_still_come
from portal.people.actor import Actor
from portal.people.rules import Audience, PortalAccess, Role, link_is_open
from portal.reviews.rules import BEFORE_THE_MEETING, RoundState


def check_actor(actor: Actor, pupil_id: uuid.UUID, adult_id: uuid.UUID) -> None:
    """A family acts for itself, the office and the SENDCO for any adult. Raises NotFound, NotAllowed."""
    if actor.audience == Audience.STAFF:
        if not actor.has(Role.OFFICE, Role.SENDCO):
            raise NotAllowed
        return
    if actor.audience == Audience.PUPIL and not (actor.holds_own_rights and actor.pupil_id == pupil_id):
        raise NotFound
    if actor.audience not in {Audience.FAMILY, Audience.PUPIL} or adult_id != actor.person_id:
        raise NotFound


def check_link(actor: Actor, place: Place, now: datetime) -> None:
    """The decision about this adult and this child, as it stands now. Raises NotFound, ReadOnlyLink, NotInvited."""
    today = now.astimezone(LONDON).date()
    if actor.audience == Audience.STAFF:
        if place.link is None or not may_still_come(place.link, today):
            raise NotInvited
    elif place.link is None or not link_is_open(place.link, today):
        raise NotFound
    elif place.link.access != PortalAccess.CONTRIBUTE:
        raise ReadOnlyLink


def check_window(actor: Actor, place: Place, now: datetime, *, has_time: bool = False) -> None:
    """Families choose between two moments; at the gate staff go on until the time begins. Whoever has a time to come
    may move it, also when another household was met already. Raises ReviewOver, BookingNotOpen."""
    if place.review.stage not in BEFORE_THE_MEETING and not has_time:
        raise ReviewOver
    window = place.window
    if window is None or window.state != RoundState.OPEN or now < window.opens_at:
        raise BookingNotOpen
    if actor.audience != Audience.STAFF and now >= window.closes_at:
        raise BookingNotOpen
