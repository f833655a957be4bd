"""A real site and a real browser: its own copy of the test world for each file, one application and one browser for
all."""

import functools
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from portal.app import create_app
from portal.web.unit_of_work import use
from tests.conftest import SqliteWorld, led_to, make_settings
from tests.journeys.site import CHROMIUM, FLAGS, Site


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here needs Chromium."""
    for item in items:
        if "journeys" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@functools.cache
def _demo() -> Flask:
    return create_app(make_settings("sqlite:///demo.sqlite3", Path(), demo=True))


@pytest.fixture(scope="module")
def site(sqlite_world: SqliteWorld, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The portal on a fresh copy of the test world, on a free loopback port."""
    folder = tmp_path_factory.mktemp("site")
    app, settings = _demo(), make_settings(sqlite_world.copy(folder / "demo.sqlite3"), folder, demo=True)
    app.extensions["settings"] = settings
    use(app, led_to(settings.database_url))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Site(f"http://127.0.0.1:{server.port}", app)
    server.shutdown()
    thread.join(10)
    app.extensions["engine"].dispose()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh browser profile on a narrow phone: what works there works on a desk."""
    context = browser.new_context(viewport={"width": 320, "height": 700}, locale="en-GB")
    context.set_default_timeout(30_000)  # milliseconds; a busy machine is no failure
    page = context.new_page()
    yield page
    context.close()
