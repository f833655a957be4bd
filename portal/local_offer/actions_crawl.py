"""Reads a feed from its first page to its last. What cannot be read is told and passed over; each page is written by
itself, and nothing waits on the network while a transaction is open."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from portal.kernel.errors import PortalError
from portal.kernel.scope import PortalSession
from portal.local_offer.actions_write import write_services
from portal.local_offer.fetching import Fetcher
from portal.local_offer.formats.hsds import ServiceRead, id_of, is_whole, read_service
from portal.local_offer.models import Feed, Service
from portal.local_offer.rules_pages import (
    MOST_PAGES,
    detail_address,
    is_description,
    list_address,
    page_address,
    page_of,
)
from portal.local_offer.rules_plain import moment, table
from portal.local_offer.rules_report import (
    BAD_PAGE,
    BAD_PAGES,
    NO_DETAILS,
    NO_NAME,
    REPEATS,
    TOO_MANY_PAGES,
    WRONG_TOTAL,
    Report,
)

Sessions = Callable[[], PortalSession]
MOST_BAD_PAGES = 3
MOST_FAILED_DETAILS = 5  # in a row; a server that answers none is not asked thousands of times


@dataclass(slots=True)
class Crawl:
    """One walk through one feed. `pages` is what the server gave us to ask with, by page, from the walk before."""

    sessions: Sessions
    fetcher: Fetcher
    feed_id: uuid.UUID
    url: str
    pages: dict[str, Any]
    now: datetime
    most_pages: int = MOST_PAGES
    report: Report = field(default_factory=Report)
    seen: set[str] = field(default_factory=set)
    validators: dict[str, Any] = field(default_factory=dict)
    failed_details: int = 0

    def run(self) -> Report:
        """Everything. Raises FetchError when not even the first page came."""
        self._find_the_list()
        bad = 0
        for number in range(1, self.most_pages + 1):
            try:
                last = self._page(number)
                bad = 0
            except PortalError as error:
                if number == 1:
                    raise
                bad += 1
                self.report.tell(BAD_PAGE, page=number, why=error.message, **error.values)
                last = False
            if bad == MOST_BAD_PAGES:
                self.report.tell(BAD_PAGES)
                return self.report
            if last:
                self._end()
                return self.report
        self.report.tell(TOO_MANY_PAGES, most=self.most_pages)
        return self.report

    def _end(self) -> None:
        told, total = self.report, self.report.said_total
        told.complete = not any(one.message == BAD_PAGE for one in told.troubles)
        if total is not None and told.complete and total != told.found + told.left_out:
            told.tell(WRONG_TOTAL, said=total, found=told.found)

    def _find_the_list(self) -> None:
        if (
            detail_address(self.url, "x") is None
            and not self.url.endswith(".json")
            and is_description(self.fetcher.json(self.url).data)
        ):
            self.url = list_address(self.url)

    def _page(self, number: int) -> bool:
        """Reads and writes one page; whether it is the last."""
        before = self.pages.get(str(number), {})
        answer = self.fetcher.json(page_address(self.url, number), before.get("ask"))
        if answer.unchanged and before:
            return self._unchanged(number, before)
        page = page_of(answer.data, number)
        self.report.pages += 1
        self.report.said_total = page.said_total if number == 1 else self.report.said_total
        fresh = [raw for raw in page.services if self._is_new(raw)]
        if page.services and not fresh and not page.last:
            self.report.tell(REPEATS)
            return True
        found, can_ask = self._read(fresh, number)
        with self.sessions() as session:
            feed = session.get_one(Feed, self.feed_id)
            self.report.count(write_services(session, feed, found, page=number, now=self.now))
            session.commit()
        if can_ask and answer.validators:
            self.validators[str(number)] = {"ask": dict(answer.validators), "last": page.last}
        return page.last

    def _unchanged(self, number: int, before: dict[str, Any]) -> bool:
        """Nothing new on this page: what was on it is still there."""
        self.report.pages += 1
        self.report.unchanged_pages += 1
        self.validators[str(number)] = before
        on_it = (Service.feed_id == self.feed_id, Service.on_page == number)
        with self.sessions() as session:
            keys = session.scalars(select(Service.external_id).where(*on_it)).all()
            session.execute(update(Service).where(*on_it).values(last_seen_at=self.now))
            session.commit()
        self.seen.update(keys)
        self.report.found += len(keys)
        self.report.same += len(keys)
        return bool(before["last"])

    def _is_new(self, raw: Any) -> bool:
        key = id_of(raw)
        if key in self.seen:
            self.report.twice += 1
            return False
        if key:
            self.seen.add(key)
        return True

    def _read(self, services: list[Any], number: int) -> tuple[list[ServiceRead], bool]:
        """The services in full, and whether the page changes whenever one of them does: only then may the next walk
        ask whether it has."""
        known = self._known([id_of(raw) for raw in services if not is_whole(raw)])
        found, can_ask = [], True
        for raw in services:
            full = raw if is_whole(raw) else self._full(raw, known.get(id_of(raw)))
            can_ask = can_ask and (is_whole(raw) or "last_modified" in table(raw))
            service = read_service(full, self.now)
            if service is None:
                self.report.left_out += 1
                self.report.tell(NO_NAME, page=number)
                continue
            self.report.found += 1
            found.append(service)
        return found, can_ask

    def _known(self, keys: list[str]) -> dict[str, datetime | None]:
        """When the services that we have in full were changed, as far as their feed said."""
        whole = (Service.feed_id == self.feed_id, Service.external_id.in_(keys), Service.is_whole)
        with self.sessions() as session:
            rows = session.execute(select(Service.external_id, Service.last_modified).where(*whole))
            return {row.external_id: row.last_modified for row in rows}

    def _full(self, raw: Any, changed_at: datetime | None) -> Any:
        """The service in full, unless the list says that it has not changed since we read it."""
        told = moment(table(raw).get("last_modified"), self.now)
        address = detail_address(self.url, id_of(raw)) if id_of(raw) else None
        unchanged = told is not None and told == changed_at
        if address is None or unchanged or self.failed_details == MOST_FAILED_DETAILS:
            return raw
        try:
            full = self.fetcher.json(address).data
        except PortalError as error:
            self.failed_details += 1
            self.report.tell(NO_DETAILS, service=id_of(raw), why=error.message, **error.values)
            return raw
        self.failed_details = 0
        return {**raw, **full, "id": id_of(raw)} if id_of(full) == id_of(raw) else raw
