"""Reads the page of a feed and decides whether there is another: what feeds say of their own length is often wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from portal.kernel.errors import Invalid
from portal.local_offer.rules_plain import table
from portal.local_offer.rules_report import NO_LIST

MOST_PAGES = 2_000
PER_REQUEST = 100
ENVELOPE = frozenset({"last_page", "total_pages", "page_number", "total_items", "first_page", "size"})


@dataclass(frozen=True, slots=True)
class Page:
    """The services of one page as they came. `last` is what the page says of itself."""

    services: Sequence[Any]
    last: bool
    said_total: int | None = None


def page_of(data: Any, number: int) -> Page:
    """A page in any of the shapes that are met: the envelope of HSDS, a bare list, one service. Raises Invalid."""
    if isinstance(data, list):
        return Page(data, last=True)
    told = table(data)
    contents = next((told[name] for name in ("contents", "content", "services", "items") if name in told), None)
    if contents is None and "name" in told and "id" in told:
        return Page([told], last=True)
    if not isinstance(contents, list):
        raise Invalid(NO_LIST)
    total = _number(told.get("total_pages"))
    here = _number(told.get("page_number")) or number
    # a page number that lags behind would keep us here for ever, so our own count holds as well
    ended = told.get("last_page") is True or not contents or (total is not None and max(here, number) >= total)
    alone = told.keys().isdisjoint(ENVELOPE)
    return Page(contents, last=ended or alone, said_total=_number(told.get("total_items")))


def _number(value: Any) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:9])
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def is_description(data: Any) -> bool:
    """Whether this is the front page of an interface, which says only its version and where it is described."""
    told = table(data)
    return bool(told.keys() & {"openapi_url", "profile", "version"}) and not told.keys() & {
        "contents",
        "services",
        "id",
    }


def list_address(url: str) -> str:
    """Where the services are listed, under the front page of an interface."""
    parts = urlsplit(url)
    return parts._replace(path=f"{parts.path.rstrip('/')}/services", query="", fragment="").geturl()


def page_address(url: str, number: int) -> str:
    """The address of a page; what the query said before stays."""
    parts = urlsplit(url)
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != "page"]
    if not any(name == "per_page" for name, _value in query):
        query.append(("per_page", str(PER_REQUEST)))
    return parts._replace(query=urlencode([*query, ("page", str(number))]), fragment="").geturl()


def detail_address(url: str, service_id: str) -> str | None:
    """Where a service stands in full; None when the list is not one that has such pages."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    if not path.endswith("/services"):
        return None
    return parts._replace(path=f"{path}/{quote(service_id, safe='')}", query="", fragment="").geturl()
