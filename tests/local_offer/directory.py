"""Entries for tests, written as the importer writes them."""

from datetime import UTC, datetime

from sqlalchemy import delete

from portal.local_offer.actions_import import feed_called
from portal.local_offer.actions_write import write_services
from portal.local_offer.formats.hsds import read_service
from portal.local_offer.models import Service, ServicePlace, ServiceWord
from portal.local_offer.rules import Source

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def empty(session):
    """Takes the demo's entries away."""
    for table in (ServiceWord, ServicePlace, Service):
        session.execute(delete(table))


def add(session, *services, now=NOW):
    """Writes services, each a mapping of the feed's fields; `name` is enough."""
    feed = feed_called(session, "Test", Source.FEED, now=now)
    raws = [{"id": one["name"], "attributes": [], **one} for one in services]
    write_services(session, feed, [read_service(raw, now) for raw in raws], page=1, now=now)


def at(latitude, longitude, city=""):
    """A place, to stand under service_at_locations."""
    return [{"location": {"latitude": latitude, "longitude": longitude, "addresses": [{"city": city}]}}]
