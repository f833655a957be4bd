"""Every page that a persona can open, found as a reader would: from the front page along the links."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from playwright.sync_api import Page

from tests.journeys.site import Site, check, check_width

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
WIDTHS = {"phone": {"width": 320, "height": 700}, "desktop": {"width": 1280, "height": 900}}
LOOKED_THROUGH = {("en", "phone"), ("en", "desktop"), ("ur", "phone")}
ENDLESS = 200
_IDS = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|/[0-9a-f]{32}\b")
_LEAVES = (".pdf", ".ics", "/template", "/list", "/demo", "/static")


def kind_of(path: str) -> str:
    """The address without its ids and numbers: one of each kind is looked at."""
    parts = urlsplit(path)
    return re.sub(r"\d+", "N", _IDS.sub("ID", parts.path))


def walk(site: Site, page: Page, slug: str) -> Iterator[str]:
    """Addresses this persona comes to without pressing any button, one of each kind, while each is open on the page."""
    todo, seen = list(FRONTS[slug]), set[str]()
    while todo:
        path = todo.pop(0)
        if kind_of(path) in seen or any(leaf in path for leaf in _LEAVES):
            continue
        seen.add(kind_of(path))
        assert len(seen) < ENDLESS, f"{path}: a kind of address that never ends"
        answer = page.goto(site.url + path)
        if answer is None or "text/html" not in answer.headers.get("content-type", ""):
            continue
        links = page.eval_on_selector_all("a[href]", "links => links.map(a => a.getAttribute('href'))")
        todo += [link for link in links if link.startswith("/") and "lang=" not in link and "#" not in link]
        yield path


def look_through(page: Page, language: str, where: str) -> None:
    """The page that is open, on a phone and on a desktop. What axe looks at is the same markup in every language; only
    direction and room differ."""
    for name, size in WIDTHS.items():
        page.set_viewport_size(size)
        look = check if (language, name) in LOOKED_THROUGH else check_width
        look(page, f"{language} {where} at {size['width']} px")
