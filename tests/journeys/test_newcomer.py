"""A newcomer starts the demo with the command that `make run` uses, opens the printed address, and is in; and what the
first visit costs a family's data plan."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from portal.accounts.queries import PERSONAS
from portal.paths import ROOT
from tests.journeys.site import Site, check

FIRST_VISIT, LATER_PAGES, REQUESTS = 90_000, 10_000, 10


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demo as a process of its own, stopped by its own process id."""
    folder = tmp_path_factory.mktemp("newcomer")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "DEMO": "1", "PORT": str(port), "INSTANCE_FOLDER": str(folder)}
    environment.pop("DATABASE_URL", None)
    with Path(folder / "printed").open("w") as printed:
        process = subprocess.Popen(
            [sys.executable, "-m", "portal.cli", "run"], cwd=ROOT, env=environment, stdout=printed, stderr=printed
        )
    try:
        for _try in range(400):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2)
                break
            except OSError:
                time.sleep(0.2)
        words = Path(folder / "printed").read_text()
        yield re.search(r"http://127\.0\.0\.1:\d+", words).group(0)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


@pytest.mark.parametrize("language", ["en", "ur"])
def test_a_newcomer_is_in(address: str, page: Page, language: str) -> None:
    page.goto(f"{address}/demo?lang={language}")
    check(page)
    assert page.locator("form input[name=person]").evaluate_all("fields => fields.map(f => f.value)") == [
        slug for slugs in PERSONAS.values() for slug in slugs
    ]
    page.locator("form:has(input[value=parent]) button").click()
    page.wait_for_url(re.compile(r"/home"))
    check(page)
    assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ur" else "ltr")


def test_what_the_first_visit_costs(site: Site, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 700}, locale="en-GB")
    page = context.new_page()
    site.become(page, "parent")
    cookies = context.cookies()
    context.close()
    context = browser.new_context(viewport={"width": 320, "height": 700}, locale="en-GB")
    context.add_cookies(cookies)
    page = context.new_page()
    answers = []
    page.on("requestfinished", lambda request: answers.append(request))
    page.goto(f"{site.url}/home", wait_until="networkidle")
    sizes = {request.url: request.sizes()["responseBodySize"] for request in answers}
    assert len(sizes) <= REQUESTS, sorted(sizes)
    assert sum(sizes.values()) <= FIRST_VISIT, sizes
    child = page.locator("a[href^='/children/']").first.get_attribute("href").split("#")[0]
    for path in (child, "/settings", "/home"):
        answers.clear()
        page.goto(site.url + path, wait_until="networkidle")
        pages = [request.sizes()["responseBodySize"] for request in answers if request.resource_type == "document"]
        assert sum(pages) <= LATER_PAGES, (path, pages)
    context.close()
