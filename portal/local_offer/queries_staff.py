"""What staff see of the directory: every entry, the feeds with their reports, the councils' pages."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from portal.kernel.scope import PortalSession
from portal.local_offer.models import CouncilLink, Feed, Service, ServicePlace, ServiceWord
from portal.local_offer.rules import PER_PAGE, ServiceState, pages_of, starting_links
from portal.local_offer.rules_report import Report, report_from
from portal.local_offer.rules_words import AFTER_ALL, words_asked
from portal.people.actor import Actor
from portal.people.models import School


@dataclass(frozen=True, slots=True)
class StaffLine:
    """One entry in staff's list."""

    id: uuid.UUID
    name: str
    organisation: str
    feed: str
    state: ServiceState
    hidden: bool
    is_edited: bool


@dataclass(frozen=True, slots=True)
class StaffPage:
    """A page of staff's list."""

    rows: tuple[StaffLine, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """At least one."""
        return pages_of(self.total)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFacts:
    """One entry as the form shows it; `token` changes whenever a person saves it."""

    id: uuid.UUID | None = None
    token: str = ""
    name: str = ""
    description: str = ""
    organisation: str = ""
    url: str = ""
    email: str = ""
    phone: str = ""
    minimum_age: int | None = None
    maximum_age: int | None = None
    costs: str = ""
    is_free: bool = False
    areas: tuple[str, ...] = ()
    schedules: str = ""
    access: str = ""
    place: str = ""
    address_1: str = ""
    city: str = ""
    postal_code: str = ""
    feed: str = ""
    hidden: bool = False
    more_places: int = 0


COPIED = (
    *("id", "name", "description", "organisation", "url", "email", "phone", "minimum_age", "maximum_age"),
    *("costs", "is_free", "schedules", "access", "hidden"),
)


@dataclass(frozen=True, slots=True)
class FeedLine:
    """One feed with what became of its last reading."""

    id: uuid.UUID
    name: str
    url: str
    services: int
    last_fetched_at: datetime | None
    is_waiting: bool
    stopped: bool
    report: Report | None


@dataclass(frozen=True, slots=True)
class LinkLine:
    """A council's page of one school; without an id when it is ours and nobody at school has written it down."""

    id: uuid.UUID | None
    name: str
    url: str
    checked_on: date | None


def entries(session: PortalSession, *, words: str, hidden_only: bool, page: int) -> StaffPage:
    """Every entry, whatever its state, by name."""
    statement: Any = select(
        Service.id,
        Service.name,
        Service.organisation,
        Feed.name.label("feed"),
        Service.state,
        Service.hidden,
        Service.edited,
        func.count().over().label("total"),
    ).outerjoin(Feed, Feed.id == Service.feed_id)
    asked = words_asked(words)
    for word in asked:
        begins = (ServiceWord.word >= word, ServiceWord.word < word + AFTER_ALL)
        exact = begins if word == asked[-1] else (ServiceWord.word == word,)
        statement = statement.where(Service.id.in_(select(ServiceWord.service_id).where(*exact)))
    if hidden_only:
        statement = statement.where(Service.hidden)
    ordered = statement.order_by(Service.sort_name, Service.id).limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    rows = session.execute(ordered).all()
    if not rows and page > 1:
        return entries(session, words=words, hidden_only=hidden_only, page=1)
    lines = tuple(
        StaffLine(r.id, r.name, r.organisation, r.feed or "", r.state, r.hidden, bool(r.edited)) for r in rows
    )
    return StaffPage(lines, rows[0].total if rows else 0, page)


def entry_facts(session: PortalSession, service_id: uuid.UUID) -> EntryFacts:
    """One entry to be corrected, with its first place; empty for a key that is not there yet."""
    found = session.execute(
        select(Service, Feed.name.label("feed"))
        .outerjoin(Feed, Feed.id == Service.feed_id)
        .where(Service.id == service_id)
    ).first()
    if found is None:
        return EntryFacts()
    row: Service = found.Service
    places = session.scalars(
        select(ServicePlace)
        .where(ServicePlace.service_id == service_id)
        .order_by(ServicePlace.position, ServicePlace.id)
    ).all()
    place = places[0] if places else ServicePlace(name="", address_1="", city="", postal_code="")
    return EntryFacts(
        **{name: getattr(row, name) for name in COPIED},
        token=row.edited_at.isoformat() if row.edited_at else "",
        areas=tuple(row.areas.split()),
        place=place.name,
        address_1=place.address_1,
        city=place.city,
        postal_code=place.postal_code,
        feed=found.feed or "",
        more_places=max(0, len(places) - 1),
    )


def feeds(session: PortalSession) -> list[FeedLine]:
    """Every feed by name, with its number of entries."""
    count = select(func.count()).where(Service.feed_id == Feed.id).correlate(Feed).scalar_subquery()
    return [
        FeedLine(
            row.id,
            row.name,
            row.url,
            services,
            row.last_fetched_at,
            row.wanted_at is not None or row.leased_until is not None,
            row.stopped,
            report_from(row.report),
        )
        for row, services in session.execute(select(Feed, count).order_by(Feed.name, Feed.id))
    ]


def links_of(session: PortalSession, *, viewer: Actor) -> list[LinkLine]:
    """The councils' pages of the viewer's school, or those we know when it has written none down."""
    rows = session.scalars(
        select(CouncilLink).where(CouncilLink.school_id == viewer.school_id).order_by(CouncilLink.name, CouncilLink.id)
    ).all()
    if rows:
        return [LinkLine(row.id, row.name, row.url, row.checked_on) for row in rows]
    laestab = session.scalars(select(School.laestab).where(School.id == viewer.school_id)).one()
    return [LinkLine(None, name, url, None) for name, url in starting_links(laestab)]
