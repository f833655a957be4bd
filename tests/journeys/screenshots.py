"""`make screenshots`: a picture of every page of every persona into instance/screenshots, to be looked at by a person."""

import sys
import tempfile
import threading
from pathlib import Path

from playwright.sync_api import sync_playwright
from werkzeug.serving import make_server

from portal import migrations
from portal.app import create_app
from portal.demo.fill import fill
from portal.kernel import clock
from portal.kernel.db import make_engine
from portal.kernel.scope import PortalSession, system
from portal.paths import ROOT
from tests.conftest import PEPPER, make_settings
from tests.journeys.pages import FRONTS, WIDTHS, kind_of, walk
from tests.journeys.site import CHROMIUM, FLAGS, Site

OUT = ROOT / "instance" / "screenshots"


def take(site: Site, languages: list[str], slugs: list[str]) -> int:
    """Writes instance/screenshots/<language>-<width>-<persona>-<page>.png; returns how many."""
    OUT.mkdir(parents=True, exist_ok=True)
    count = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for language in languages:
            for slug in slugs:
                context = browser.new_context(viewport=WIDTHS["phone"], locale="en-GB")
                page = context.new_page()
                if slug == "nobody":
                    page.goto(f"{site.url}/?lang={language}")
                else:
                    site.become(page, slug, language)
                for path in walk(site, page, slug):
                    stem = kind_of(path).strip("/").replace("/", "_") or "start"
                    for width, size in WIDTHS.items():
                        page.set_viewport_size(size)
                        page.screenshot(path=OUT / f"{language}-{width}-{slug}-{stem}.png", full_page=True)
                        count += 1
                context.close()
        browser.close()
    return count


def main() -> None:
    """Arguments: languages (en,ur,pa) and personas, each comma-separated; all by default."""
    languages = sys.argv[1].split(",") if len(sys.argv) > 1 else ["en", "ur", "pa"]
    slugs = sys.argv[2].split(",") if len(sys.argv) > 2 else list(FRONTS)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        url = f"sqlite:///{folder / 'demo.sqlite3'}"
        engine = make_engine(url)
        migrations.upgrade(engine)
        with PortalSession(engine.execution_options(write=True), scope=system("screenshots")) as session:
            fill(session, today=clock.today(), pepper=PEPPER)
            session.commit()
        engine.dispose()
        app = create_app(make_settings(url, folder, demo=True))
        server = make_server("127.0.0.1", 0, app, threaded=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        count = take(Site(f"http://127.0.0.1:{server.port}", app), languages, slugs)
        server.shutdown()
    print(f"{count} pictures in {OUT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
