"""One entry of the directory in full, and the pages that stand beside it: the councils' own."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, select

from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.local_offer.models import CouncilLink, Feed, Service, ServicePlace
from portal.local_offer.queries_search import SHOWN, ServiceFacts
from portal.local_offer.rules import Point, ServiceState, checked_on, old_before, starting_links
from portal.people.models import School


@dataclass(frozen=True, slots=True)
class PlaceLines:
    """One place as an address."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(ServiceFacts):
    """Everything that a family reads about one service. `feed` is the name of where it comes from, empty for staff's
    own."""

    costs: str
    schedules: str
    access: str
    url: str
    email: str
    phone: str
    places: tuple[PlaceLines, ...]
    feed: str
    is_edited: bool


@dataclass(frozen=True, slots=True)
class CouncilPage:
    """A council's own page; without a day when nobody at school has looked yet."""

    name: str
    url: str
    checked_on: date | None


@dataclass(frozen=True, slots=True)
class SchoolPoint:
    """A school that says where it is."""

    id: uuid.UUID
    name: str
    point: Point


ENTRY = (
    select(Service, Feed.name.label("feed"))
    .outerjoin(Feed, Feed.id == Service.feed_id)
    .where(Service.id == bindparam("service_id"), *SHOWN)
)
COPIED = (
    *("id", "name", "organisation", "description", "minimum_age", "maximum_age", "is_free", "costs"),
    *("schedules", "access", "url", "email", "phone", "last_seen_at"),
)
PLACES = (
    select(ServicePlace)
    .where(ServicePlace.service_id == bindparam("service_id"))
    .order_by(ServicePlace.position, ServicePlace.id)
)
LINKS = select(School.laestab, CouncilLink.name, CouncilLink.url, CouncilLink.checked_on).outerjoin(
    CouncilLink, CouncilLink.school_id == School.id
)


def entry(session: PortalSession, service_id: uuid.UUID, *, today: date) -> Entry:
    """One entry; what is hidden or has ended is not there. Raises NotFound."""
    row = session.execute(ENTRY, {"service_id": service_id}).first()
    if row is None:
        raise NotFound
    told: Service = row.Service
    return Entry(
        **{name: getattr(told, name) for name in COPIED},
        areas=tuple(told.areas.split()),
        places=tuple(map(_address, session.scalars(PLACES, {"service_id": service_id}))),
        feed=row.feed or "",
        is_edited=bool(told.edited),
        checked_on=checked_on(told),
        is_old=told.fresh_on < old_before(today),
        is_closed_for_now=told.state == ServiceState.CLOSED_FOR_NOW,
    )


def _address(place: ServicePlace) -> PlaceLines:
    return PlaceLines(tuple(filter(None, (place.name, place.address_1, place.city, place.postal_code))))


def council_pages(session: PortalSession, school_ids: Collection[uuid.UUID] = ()) -> list[CouncilPage]:
    """The councils' pages of these schools, of all schools when none is named. Where a school has written none
    down, the page of its council that we know stands in."""
    statement = LINKS.where(School.id.in_(school_ids)) if school_ids else LINKS
    found: dict[str, CouncilPage] = {}
    for row in session.execute(statement.order_by(CouncilLink.name, CouncilLink.url, School.laestab)):
        told = [(row.name, row.url)] if row.url else starting_links(row.laestab)
        for name, url in told:
            known = found.get(url)
            if known is None or (row.checked_on and (known.checked_on is None or known.checked_on < row.checked_on)):
                found[url] = CouncilPage(name, url, row.checked_on)
    return sorted(found.values(), key=lambda page: (page.name, page.url)) or [
        CouncilPage(name, url, None) for name, url in starting_links("")
    ]


def school_points(session: PortalSession) -> list[SchoolPoint]:
    """The schools that say where they are, by name."""
    rows = session.execute(
        select(School.id, School.name, School.latitude, School.longitude)
        .where(School.latitude.is_not(None), School.longitude.is_not(None))
        .order_by(School.name, School.id)
    )
    return [SchoolPoint(row.id, row.name, Point(row.latitude, row.longitude)) for row in rows]
