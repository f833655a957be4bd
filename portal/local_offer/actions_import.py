"""Brings services in from an address or a file, and keeps a report of what became of it."""

import json
import uuid
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import select

from portal.kernel.errors import Invalid, PortalError
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_
from portal.local_offer.actions_crawl import Crawl, Sessions
from portal.local_offer.actions_write import write_services
from portal.local_offer.fetching import Fetcher
from portal.local_offer.formats.hsds import ServiceRead, read_service
from portal.local_offer.formats.tables import LARGEST_ALL, raw_services, read_tables
from portal.local_offer.models import Feed
from portal.local_offer.rules import Source
from portal.local_offer.rules_pages import page_of
from portal.local_offer.rules_plain import line, link
from portal.local_offer.rules_report import NO_NAME, Report, trouble_of

AT_ONCE = 200  # services in one transaction
TABLES = frozenset({".csv", ".zip"})


def feed_at(session: PortalSession, url: str, *, name: str, now: datetime) -> Feed:
    """The feed at an address, made when it is new. Raises Invalid for what is no web address."""
    clean = link(url)
    if not clean:
        raise Invalid(N_("This is not a web address."), field="url")
    known = session.scalars(select(Feed).where(Feed.url == clean).order_by(Feed.id)).first()
    return known or _new_feed(session, name or clean, Source.FEED, clean, now)


def feed_called(session: PortalSession, name: str, source: Source, *, now: datetime) -> Feed:
    """The feed of a file by its name, made when it is new."""
    known = session.scalars(select(Feed).where(Feed.name == line(name), Feed.url == "")).first()
    return known or _new_feed(session, name, source, "", now)


def _new_feed(session: PortalSession, name: str, source: Source, url: str, now: datetime) -> Feed:
    clean, taken = line(name), line(name)
    number = 1
    while session.scalars(select(Feed.id).where(Feed.name == clean)).first():
        number += 1
        clean = f"{taken[:190]} {number}"
    feed = Feed(id=uuid.uuid4(), name=clean, source=source, url=url, added_at=now, report={}, pages={})
    session.add(feed)
    session.flush()
    return feed


def fetch_feed(sessions: Sessions, fetcher: Fetcher, feed_id: uuid.UUID, *, now: datetime) -> Report:
    """Reads a feed from its address and writes what it says, page by page. What went wrong stands in the report and at
    the feed; nothing is raised for it."""
    with sessions() as session:
        feed = session.get_one(Feed, feed_id)
        crawl = Crawl(sessions, fetcher, feed_id, feed.url, dict(feed.pages), now)
    trouble: PortalError | None = None
    try:
        crawl.run()
    except PortalError as error:
        trouble = error
        crawl.report.troubles.append(trouble_of(error))
    with sessions() as session:
        feed = session.get_one(Feed, feed_id)
        if trouble is None:
            feed.pages = crawl.validators
        _close(feed, crawl.report, trouble.message if trouble else "", now)
        session.commit()
    return crawl.report


def _close(feed: Feed, report: Report, trouble: str, now: datetime) -> None:
    feed.report = report.as_json()
    feed.last_fetched_at, feed.last_trouble = now, trouble[:200]
    feed.wanted_at = feed.leased_until = None


def import_file(sessions: Sessions, path: Path, *, name: str, now: datetime) -> Report:
    """Reads a JSON file, a table, or a folder or zip of tables. Raises Invalid for what is none of these."""
    is_table = path.is_dir() or path.suffix.casefold() in TABLES
    found = raw_services(read_tables(path)) if is_table else iter(_from_json(path))
    with sessions() as session:
        feed_id = feed_called(session, name or path.stem, Source.CSV if is_table else Source.FEED, now=now).id
        session.commit()
    report = Report(pages=1, complete=True)
    read = _readable(found, report, now)
    while batch := list(islice(read, AT_ONCE)):
        with sessions() as session:
            report.count(write_services(session, session.get_one(Feed, feed_id), batch, page=1, now=now))
            session.commit()
    with sessions() as session:
        _close(session.get_one(Feed, feed_id), report, "", now)
        session.commit()
    return report


def _from_json(path: Path) -> Any:
    if path.stat().st_size > LARGEST_ALL:
        raise Invalid(N_("This file is too big."))
    try:
        return page_of(json.loads(path.read_bytes()), 1).services
    except (ValueError, RecursionError):
        raise Invalid(N_("This file cannot be read as data.")) from None


def _readable(raws: Iterator[Any], report: Report, now: datetime) -> Iterator[ServiceRead]:
    seen = set()
    for raw in raws:
        service = read_service(raw, now)
        if service is None:
            report.left_out += 1
            report.tell(NO_NAME, page=1)
        elif service.external_id in seen:
            report.twice += 1
        else:
            seen.add(service.external_id)
            report.found += 1
            yield service
