"""Writes what an import read: new services are added, known ones brought up to date, and what a person edited stays."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select

from portal.kernel.scope import PortalSession
from portal.local_offer.formats.hsds import PlaceRead, ServiceRead
from portal.local_offer.models import Feed, Service, ServicePlace, ServiceWord
from portal.local_offer.rules import checked_on
from portal.local_offer.rules_words import folded, words_of

COPIED = (
    *("name", "description", "organisation", "url", "email", "phone", "minimum_age", "maximum_age", "costs", "is_free"),
    *("areas", "schedules", "access", "assured_on", "last_modified", "state"),
)
# What the short form of a list says. The rest it is silent about, which is not the same as empty.
SHORT = ("name", "description", "url", "email", "minimum_age", "maximum_age", "assured_on", "last_modified", "state")
SEARCHED = frozenset({"name", "description", "organisation", "places"})
MOST_WORDS = 400


def write_services(
    session: PortalSession, feed: Feed, found: Sequence[ServiceRead], *, page: int, now: datetime
) -> dict[str, int]:
    """Writes services of one feed; how many were `added`, `changed` and `same`. Each id comes once."""
    keys = [one.external_id for one in found]
    # held, so that a person who corrects an entry now writes after us and not under us
    rows = select(Service).where(Service.feed_id == feed.id, Service.external_id.in_(keys)).with_for_update()
    known = {row.external_id: row for row in session.scalars(rows.order_by(Service.id))}
    places = _places_of(session, [row.id for row in known.values()])
    counts = {"added": 0, "changed": 0, "same": 0}
    reworded: list[Service] = []
    added: list[tuple[Service, Sequence[PlaceRead]]] = []
    for told in found:
        row = known.get(told.external_id)
        if row is None:
            row, fate, touched = _new(feed, told, now), "added", {"name"}
            added.append((row, told.places))
        else:
            touched = _brought_up_to_date(session, row, told, places.get(row.id, []))
            fate = "changed" if touched else "same"
        row.last_seen_at, row.on_page, row.is_whole = now, page, row.is_whole or told.is_whole
        freshen(row)
        counts[fate] += 1
        if not SEARCHED.isdisjoint(touched):
            reworded.append(row)
    session.add_all(row for row, _places in added)
    session.flush()  # before their places, which point to them
    for row, read in added:
        add_places(session, row.id, read)
    session.flush()
    rewrite_words(session, reworded)
    return counts


def _places_of(session: PortalSession, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[ServicePlace]]:
    found: dict[uuid.UUID, list[ServicePlace]] = {}
    rows = select(ServicePlace).where(ServicePlace.service_id.in_(ids)).order_by(ServicePlace.position)
    for row in session.scalars(rows):
        found.setdefault(row.service_id, []).append(row)
    return found


def _new(feed: Feed, told: ServiceRead, now: datetime) -> Service:
    return Service(
        id=uuid.uuid4(),
        feed_id=feed.id,
        source=feed.source,
        external_id=told.external_id,
        sort_name="",
        edited=[],
        first_seen_at=now,
        last_seen_at=now,
        is_whole=told.is_whole,
        **{name: _value(told, name) for name in COPIED},
    )


def _value(told: ServiceRead, name: str) -> Any:
    return " ".join(told.areas) if name == "areas" else getattr(told, name)


def _brought_up_to_date(
    session: PortalSession, row: Service, told: ServiceRead, places: Sequence[ServicePlace]
) -> set[str]:
    """The names of what changed; what a person edited is passed over."""
    kept = set(row.edited)
    touched = set()
    for name in COPIED if told.is_whole else SHORT:
        value = _value(told, name)
        silent = not told.is_whole and value in (None, "")
        if name not in kept and not silent and getattr(row, name) != value:
            setattr(row, name, value)
            touched.add(name)
    if told.is_whole and "places" not in kept and [place_read(one) for one in places] != list(told.places):
        for one in places:
            session.delete(one)
        add_places(session, row.id, told.places)
        touched.add("places")
    return touched


def place_read(row: ServicePlace) -> PlaceRead:
    """A place as it was read, to compare."""
    return PlaceRead(row.name, row.address_1, row.city, row.postal_code, row.latitude, row.longitude)


def add_places(session: PortalSession, service_id: uuid.UUID, places: Iterable[PlaceRead]) -> None:
    """Adds the places of a service in their order."""
    session.add_all(
        ServicePlace(id=uuid.uuid4(), service_id=service_id, position=position, **asdict(place))
        for position, place in enumerate(places, 1)
    )


def freshen(row: Service) -> None:
    """Works out what lists are sorted by: the folded name, and the newest day on which somebody checked the entry."""
    row.sort_name = folded(row.name)[:200]
    row.fresh_on = checked_on(row) or row.first_seen_at.date()


def rewrite_words(session: PortalSession, rows: Sequence[Service]) -> None:
    """Makes the words by which services are found anew. Their rows and places must be in the database."""
    if not rows:
        return
    ids = [row.id for row in rows]
    places = _places_of(session, ids)
    session.execute(delete(ServiceWord).where(ServiceWord.service_id.in_(ids)))
    lines = [
        {"word": word, "service_id": row.id, "in_name": in_name}
        for row in rows
        for word, in_name in words_for(row, places.get(row.id, [])).items()
    ]
    if lines:
        session.execute(insert(ServiceWord), lines)


def words_for(row: Service, places: Iterable[ServicePlace]) -> dict[str, bool]:
    """The words an entry is found by, and whether each stands in its name."""
    told = [
        row.organisation,
        *(text for one in places for text in (one.city, one.postal_code, one.name)),
        row.description,
    ]
    named = words_of(row.name)
    rest = words_of(" ".join(told))[:MOST_WORDS]
    return {**dict.fromkeys(rest, False), **dict.fromkeys(named, True)}
