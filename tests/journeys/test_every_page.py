"""axe finds nothing on any page of any persona on a phone and on a desktop, and nothing runs off in three scripts."""

import pytest
from playwright.sync_api import Browser

from tests.journeys.pages import FRONTS, walk
from tests.journeys.site import Site, check, check_width

WIDTHS = {"phone": {"width": 320, "height": 700}, "desktop": {"width": 1280, "height": 900}}
LOOKED_THROUGH = [("en", WIDTHS["phone"]), ("en", WIDTHS["desktop"]), ("ur", WIDTHS["phone"])]


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
        paths = walk(site, page, slug)
        assert paths
        for path in paths:
            page.goto(site.url + path)
            for width in WIDTHS.values():
                page.set_viewport_size(width)
                # what axe looks at is the same markup in every language; only direction and room differ
                look = check if (language, width) in LOOKED_THROUGH else check_width
                look(page, f"{slug} {language} {path} at {width['width']} px")
    finally:
        context.close()
