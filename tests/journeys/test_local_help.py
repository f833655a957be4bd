"""Help near home, in a browser on a narrow phone: anybody looks for it, a parent is told what may fit and why, staff
correct an entry and hide it."""

import pytest
from playwright.sync_api import Page

from tests.conftest import read_ids
from tests.journeys.site import Site, check, spoken, text_of

SUBMIT = "main form[method=post] button.govuk-button"


@pytest.mark.parametrize("language", ["en", "ur"])
def test_anybody_looks_for_help(site: Site, page: Page, language: str) -> None:
    page.goto(f"{site.url}/help?lang={language}")
    page.locator("main a[href='/local-help']").click()
    check(page)
    page.locator("input[name=words]").fill("dysl")
    page.locator("select[name=age]").select_option("9")
    page.locator("form[role=search] button").click()
    page.wait_for_load_state()
    check(page)
    assert "Reading Rocket" in text_of(page)
    assert "Dyslexia Workshop" not in text_of(page), "that is for older children"
    page.get_by_role("link", name="Reading Rocket").click()
    page.wait_for_load_state()
    check(page)
    assert spoken(language, "How to reach them") in text_of(page)
    assert "0121 496 0733" in text_of(page)
    page.goto(f"{site.url}/local-help?words=submarine")
    check(page)
    assert spoken(language, "We found nothing like that") in text_of(page)


@pytest.mark.parametrize("language", ["en", "ur"])
def test_a_parent_is_told_what_may_fit(site: Site, page: Page, language: str) -> None:
    zara = read_ids(site.app.extensions["engine"]).pupil("Zara")
    site.become(page, "parent", language)
    page.goto(f"{site.url}/children/{zara}")
    page.locator(f"main a[href='/children/{zara}/local-help']").click()
    page.wait_for_load_state()
    check(page)
    assert page.locator("main .card").count() >= 3
    page.locator("main .card__title a").first.click()
    page.wait_for_load_state()
    check(page)
    assert str(zara) not in page.url
    assert spoken(language, "About this entry") in text_of(page)


def test_staff_correct_and_hide_an_entry(site: Site, page: Page) -> None:
    site.become(page, "sendco")
    page.goto(f"{site.url}/staff/local-help?words=calm")
    check(page)
    page.get_by_role("link", name="Calm Kids").click()
    page.wait_for_load_state()
    check(page)
    page.locator("input[name=phone]").fill("0121 496 7777")
    page.locator(SUBMIT).first.click()
    page.wait_for_load_state()
    check(page)
    assert "Saved." in text_of(page)
    page.locator("form[action$='/hide'] button").click()
    page.wait_for_load_state()
    check(page)
    assert "This entry is hidden." in text_of(page)
    page.goto(f"{site.url}/local-help?words=calm")
    assert "Calm Kids" not in text_of(page)
    for path in ("councils", "feeds"):
        page.goto(f"{site.url}/staff/local-help/{path}")
        check(page)
