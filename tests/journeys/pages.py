"""Every page that a persona can open, found as a reader would: from the front page along the links."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import Page

from tests.journeys.site import Site

FRONTS = {
    "nobody": ["/", "/sign-in", "/letter", "/sign-in/family", "/sign-in/staff", "/pupil", "/lesson", "/help", "/privacy", "/accessibility", "/no-such-page"],
    "parent": ["/home"],
    "parent-of-two": ["/home"],
    "parent-barred": ["/home"],
    "pupil-young": ["/me"],
    "pupil-older": ["/me"],
    "young-person": ["/me"],
    "class-teacher": ["/staff"],
    "sendco": ["/staff"],
    "headteacher": ["/staff"],
    "office": ["/staff"],
    "trust-lead": ["/trust"],
}  # fmt: skip
_IDS = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|/[0-9a-f]{32}\b")
_LEAVES = (".pdf", ".ics", "/template", "/list", "/demo", "/static")


def kind_of(path: str) -> str:
    """The address without its ids and numbers: one of each kind is looked at."""
    parts = urlsplit(path)
    return re.sub(r"\d+", "N", _IDS.sub("ID", parts.path))


def walk(site: Site, page: Page, slug: str, *, most: int = 40) -> list[str]:
    """Addresses this persona comes to, one of each kind, without pressing any button."""
    todo, seen, found = list(FRONTS[slug]), set(), []
    while todo and len(found) < most:
        path = todo.pop(0)
        if kind_of(path) in seen or any(leaf in path for leaf in _LEAVES):
            continue
        seen.add(kind_of(path))
        answer = page.goto(site.url + path)
        if answer is None or "text/html" not in answer.headers.get("content-type", ""):
            continue
        found.append(path)
        links = page.eval_on_selector_all("a[href]", "links => links.map(a => a.getAttribute('href'))")
        todo += [link for link in links if link.startswith("/") and "lang=" not in link and "#" not in link]
    return found
