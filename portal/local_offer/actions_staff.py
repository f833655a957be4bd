"""What a person does to the directory: add an entry, correct it, hide it; have a feed read; keep the councils' pages.
What a person wrote stays, whatever a feed says later."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from portal.kernel import audit
from portal.kernel.errors import Invalid, NotFound, StaleVersion
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_
from portal.local_offer.actions_import import feed_at
from portal.local_offer.actions_write import add_places, freshen, rewrite_words
from portal.local_offer.formats.hsds import PlaceRead
from portal.local_offer.models import CouncilLink, Feed, Service, ServicePlace
from portal.local_offer.rules import Source
from portal.local_offer.rules_plain import email, link
from portal.people.actor import Actor
from portal.people.models import Trust

# columns that are decided together: whoever corrects one has looked at the other
TOGETHER = ({"minimum_age", "maximum_age"}, {"costs", "is_free"})
PLACE = ("place", "address_1", "city", "postal_code")
Address = tuple[str, str, str, str]


def save_service(
    session: PortalSession, *, actor: Actor, service_id: uuid.UUID, token: str, facts: Mapping[str, Any], now: datetime
) -> None:
    """Adds an entry under a key that is new, or corrects the one that is there: what a person made different belongs
    to people from now on, and no import touches it. Raises Invalid, and StaleVersion when somebody else saved it
    meanwhile."""
    told, place = _checked(facts)
    _one_at_a_time(session, actor)
    row = session.scalars(select(Service).where(Service.id == service_id).with_for_update()).first()
    if row is None:
        _add(session, actor, service_id, told, place, now)
        return
    changed = {name for name, value in told.items() if getattr(row, name) != value}
    first = _first_place(session, row)
    moved = place != ((first.name, first.address_1, first.city, first.postal_code) if first else ("", "", "", ""))
    if not changed and not moved:
        return  # the same form sent again
    if token != (row.edited_at.isoformat() if row.edited_at else ""):
        raise StaleVersion
    for name in changed:
        setattr(row, name, told[name])
    for pair in TOGETHER:
        changed |= pair if changed & pair else set()
    if moved:
        _move(session, row, first, place)
        changed.add("places")
    row.edited = sorted({*row.edited, *changed})
    row.edited_by, row.edited_at = actor.person_id, now
    _finish(session, row, "corrected a service in the local directory", actor, now)


def _add(
    session: PortalSession, actor: Actor, service_id: uuid.UUID, told: dict[str, Any], place: Address, now: datetime
) -> None:
    row = Service(
        id=service_id,
        source=Source.MANUAL,
        sort_name="",
        edited=[],
        edited_by=actor.person_id,
        edited_at=now,
        first_seen_at=now,
        last_seen_at=now,
        **told,
    )
    session.add(row)
    freshen(row)
    session.flush()  # before its places, which point to it
    if any(place):
        add_places(session, row.id, [PlaceRead(*place, None, None)])
    _finish(session, row, "added a service to the local directory", actor, now)


def _first_place(session: PortalSession, row: Service) -> ServicePlace | None:
    places = select(ServicePlace).where(ServicePlace.service_id == row.id)
    return session.scalars(places.order_by(ServicePlace.position, ServicePlace.id).limit(1)).first()


def _move(session: PortalSession, row: Service, first: ServicePlace | None, place: Address) -> None:
    """Corrects the first place; the others stay. A changed address no longer has the old point on the map."""
    if first is None:
        add_places(session, row.id, [PlaceRead(*place, None, None)])
        return
    if (first.address_1, first.postal_code) != (place[1], place[3]):
        first.latitude = first.longitude = None
    first.name, first.address_1, first.city, first.postal_code = place


def _one_at_a_time(session: PortalSession, actor: Actor) -> None:
    """Two clicks come one after the other, so that the second finds what the first has made."""
    session.execute(select(Trust.id).where(Trust.id == actor.trust_id).with_for_update(key_share=True))


def _checked(facts: Mapping[str, Any]) -> tuple[dict[str, Any], Address]:
    told = {name: value for name, value in facts.items() if name not in PLACE}
    told["areas"] = " ".join(told["areas"])
    if told["url"] and not (clean := link(told["url"])):
        raise Invalid(N_("This is not a web address."), field="url")
    told["url"] = clean if told["url"] else ""
    if told["email"] and not email(told["email"]):
        raise Invalid(N_("This is not an e-mail address."), field="email")
    youngest, oldest = told["minimum_age"], told["maximum_age"]
    if youngest is not None and oldest is not None and youngest > oldest:
        raise Invalid(N_("The youngest age cannot be above the oldest."), field="maximum_age")
    place, street, city, postal_code = (facts[name] for name in PLACE)
    return told, (place, street, city, postal_code)


def hide_service(session: PortalSession, *, actor: Actor, service_id: uuid.UUID, hidden: bool, now: datetime) -> None:
    """Takes an entry out of everybody's sight, or back. Raises NotFound."""
    row = session.scalars(select(Service).where(Service.id == service_id).with_for_update()).first()
    if row is None:
        raise NotFound
    row.hidden = hidden
    action = "hid a service in the local directory" if hidden else "showed a service in the local directory"
    audit.record(session, action, now=now, actor_id=actor.person_id, school_id=actor.school_id, subject_id=row.id)
    session.flush()


def _finish(session: PortalSession, row: Service, action: str, actor: Actor, now: datetime) -> None:
    freshen(row)
    session.flush()
    rewrite_words(session, [row])
    audit.record(session, action, now=now, actor_id=actor.person_id, school_id=actor.school_id, subject_id=row.id)
    session.flush()


def add_feed(session: PortalSession, *, actor: Actor, url: str, name: str, now: datetime) -> uuid.UUID:
    """Adds a feed, to be read at once; the same address is the same feed. Raises Invalid."""
    _one_at_a_time(session, actor)
    feed = feed_at(session, url, name=name, now=now)
    feed.wanted_at, feed.stopped = now, False
    _note_feed(session, feed, "added a feed of services", actor, now)
    return feed.id


def read_again(session: PortalSession, *, actor: Actor, feed_id: uuid.UUID, now: datetime) -> None:
    """Asks the worker to read a feed now. Raises NotFound."""
    feed = _feed(session, feed_id)
    feed.wanted_at, feed.stopped = now, False
    _note_feed(session, feed, "asked for a feed of services", actor, now)


def stop_feed(session: PortalSession, *, actor: Actor, feed_id: uuid.UUID, now: datetime) -> None:
    """Reads this feed no more; its entries stay and grow old. Raises NotFound."""
    feed = _feed(session, feed_id)
    feed.stopped, feed.wanted_at = True, None
    _note_feed(session, feed, "stopped a feed of services", actor, now)


def _feed(session: PortalSession, feed_id: uuid.UUID) -> Feed:
    feed = session.scalars(select(Feed).where(Feed.id == feed_id, Feed.url != "")).first()
    if feed is None:
        raise NotFound
    return feed


def _note_feed(session: PortalSession, feed: Feed, action: str, actor: Actor, now: datetime) -> None:
    audit.record(session, action, now=now, actor_id=actor.person_id, school_id=actor.school_id, subject_id=feed.id)
    session.flush()


def save_link(session: PortalSession, *, actor: Actor, name: str, url: str, checked_on: date, now: datetime) -> None:
    """Keeps a council's page for the actor's school, or the day somebody looked at it again. Raises Invalid."""
    clean = link(url)
    if not clean:
        raise Invalid(N_("This is not a web address."), field="url")
    _one_at_a_time(session, actor)
    mine = (CouncilLink.school_id == actor.school_id, CouncilLink.url == clean)
    row = session.scalars(select(CouncilLink).where(*mine)).first()
    if row is None:
        row = CouncilLink(id=uuid.uuid4(), school_id=actor.school_id, url=clean)
        session.add(row)
    row.name, row.checked_on = name, checked_on
    _note_link(session, row, "saved a council's page", actor, now)


def remove_link(session: PortalSession, *, actor: Actor, link_id: uuid.UUID, now: datetime) -> None:
    """Takes a council's page away again. Raises NotFound."""
    mine = (CouncilLink.school_id == actor.school_id, CouncilLink.id == link_id)
    row = session.scalars(select(CouncilLink).where(*mine)).first()
    if row is None:
        raise NotFound
    session.delete(row)
    _note_link(session, row, "removed a council's page", actor, now)


def _note_link(session: PortalSession, row: CouncilLink, action: str, actor: Actor, now: datetime) -> None:
    audit.record(session, action, now=now, actor_id=actor.person_id, school_id=actor.school_id, subject_id=row.id)
    session.flush()
