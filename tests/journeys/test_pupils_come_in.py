"""A child of Year 2 comes in by pictures while the lesson window is open; a pupil of Year 9 by name and password."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from portal.accounts.models import PictureCard
from portal.demo.known import PUPIL_PASSWORD, PUPIL_SIGN_IN
from portal.people.models import Pupil
from tests.journeys.site import Site, check, text_of


def open_lesson(site: Site, page: Page, language: str) -> str:
    """The teacher opens the window; returns the room's code."""
    site.become(page, "class-teacher", language)
    page.goto(f"{site.url}/staff/lesson")
    check(page)
    if page.locator("input[name=class_id]").count():
        page.locator("input[name=class_id]").first.check()
    page.locator("main form", has=page.locator("[name=class_id]")).locator("button[type=submit]").click()
    page.wait_for_selector(".room-code")
    check(page)
    found = re.search(r"\b([0-9A-Z]{3})[ -]?([0-9A-Z]{3})\b", page.locator(".room-code").first.inner_text())
    assert found, page.locator("main").inner_text()
    return found.group(1) + found.group(2)


@pytest.mark.parametrize("language", ["en", "ur"])
def test_a_young_child_comes_in_by_picture(site: Site, browser: Browser, page: Page, language: str) -> None:
    code = open_lesson(site, page, language)
    with site.session() as session:
        zara = session.scalars(select(Pupil).where(Pupil.known_as == "Zara")).one()
        card = session.scalars(select(PictureCard).where(PictureCard.pupil_id == zara.id)).one()
        card_id, secret = card.id, card.secret_picture

    tablet = browser.new_context(viewport={"width": 800, "height": 1000})
    child = tablet.new_page()
    try:
        child.goto(f"{site.url}/lesson?lang={language}")
        check(child)
        child.fill("input[name=code]", code)
        child.locator("main form button[type=submit]").click()
        child.wait_for_url(re.compile(r"/lesson/cards"))
        check(child)
        child.locator(f"a[href$='{card_id}']").click()
        child.wait_for_load_state()
        check(child)
        child.locator(f"button[name=secret][value={secret}]").click()
        child.wait_for_url(re.compile(r"/me"))
        check(child)
        assert "Zara" in text_of(child)
        assert child.locator("body.skin-pictures").count() == 1
        assert child.locator("main svg").count() >= 4

        child.locator("main a[href*='/me/targets/']").first.click()
        child.wait_for_load_state()
        check(child)
        child.goto(f"{site.url}/children/{zara.id}")
        assert "Marsden" not in child.content()
    finally:
        tablet.close()


def test_a_wrong_picture_is_kindly_refused(site: Site, browser: Browser, page: Page) -> None:
    code = open_lesson(site, page, "en")
    with site.session() as session:
        zara = session.scalars(select(Pupil).where(Pupil.known_as == "Zara")).one()
        card = session.scalars(select(PictureCard).where(PictureCard.pupil_id == zara.id)).one()
        card_id, secret = card.id, card.secret_picture
    child = browser.new_context().new_page()
    child.goto(f"{site.url}/lesson")
    child.fill("input[name=code]", code)
    child.locator("main form button[type=submit]").click()
    child.locator(f"a[href$='{card_id}']").click()
    wrong = child.locator(f"button[name=secret]:not([value={secret}])").first
    wrong.click()
    expect(child.get_by_role("alert")).to_be_visible()
    check(child)
    child.context.close()


@pytest.mark.parametrize("language", ["en", "ur"])
def test_an_older_pupil_comes_in_by_name_and_password(site: Site, page: Page, language: str) -> None:
    page.goto(f"{site.url}/pupil?lang={language}")
    check(page)
    page.locator("a", has_text="Bridgefield Academy").click()
    page.fill("input[name=sign_in_name]", PUPIL_SIGN_IN["pupil-older"])
    page.fill("input[name=password]", PUPIL_PASSWORD)
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(re.compile(r"/me"))
    check(page)
    assert page.locator("body.skin-words").count() == 1
