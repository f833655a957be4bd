"""axe finds nothing on any page of any persona on a phone and on a desktop, and nothing runs off in three scripts."""

import pytest
from playwright.sync_api import Browser

from tests.journeys.pages import FRONTS, WIDTHS, look_through, walk
from tests.journeys.site import Site


@pytest.mark.parametrize("language", ["en", "ur", "pa"])
@pytest.mark.parametrize("slug", FRONTS)
def test_pages(site: Site, browser: Browser, slug: str, language: str) -> None:
    context = browser.new_context(viewport=WIDTHS["phone"], locale="en-GB")
    page = context.new_page()
    try:
        if slug == "nobody":
            page.goto(f"{site.url}/?lang={language}")
        else:
            site.become(page, slug, language)
        paths = 0
        for path in walk(site, page, slug):
            look_through(page, language, f"{slug} {path}")
            paths += 1
        assert paths
    finally:
        context.close()
