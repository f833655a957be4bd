"""A parent says what they think before a review, on a phone and on another device; the office types in the paper of the other."""

import time

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from portal.contributions.models import Contribution, Statement
from tests.conftest import read_ids
from tests.contributions.saying import look, new_review, path_of
from tests.journeys.site import Site, check, text_of

LANGUAGES = ["en", "pa"]
WORDS = "ਉਹ ਘਰ ਵਿੱਚ ਹੱਸਦੀ ਹੈ 🙂 <b>and reads</b>"


@pytest.fixture
def here(site: Site) -> str:
    """The address of what Zara's family says for a new review."""
    ids = read_ids(site.app.extensions["engine"])
    with site.session() as session:
        return path_of(ids, new_review(session, ids))


def press(page: Page, selector: str) -> None:
    """Presses and waits for the page that answers."""
    with page.expect_navigation():
        page.locator(selector).first.click()
    check(page)


def said(site: Site, here: str) -> dict[str, Statement]:
    """What counts now, by question."""
    with site.session() as session:
        rows = look(session, select(Statement).where(Statement.current))
    return {row.question: row for row in rows if str(row.review_id) in here}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_parent_writes_checks_and_sends(site: Site, page: Page, here: str, language: str) -> None:
    site.become(page, "parent", language)
    page.goto(site.url + here.removesuffix("/views"))
    check(page)
    press(page, "a[href$='/views']")
    assert page.locator("input[name=readers]:checked").get_attribute("value") == "teachers"
    press(page, "main form button[type=submit]")
    page.locator("textarea[name=text]").fill(WORDS)
    page.locator("[data-status]:not(:empty)").wait_for()
    assert said(site, here)["progress"].text == WORDS, "kept while it is typed"
    press(page, "main button[name=skip]")
    page.locator("textarea[name=text]").press_sequentially("Her laugh")
    press(page, "main form[data-keep] button[type=submit]")
    page.goto(f"{site.url}{here}/answer/actions")
    page.locator("textarea[name=text]").fill("Read together")
    page.wait_for_timeout(1_550)  # a save by script is on its way, or just done
    press(page, "main form[data-keep] button[type=submit]")
    assert page.url.endswith("/check")
    assert WORDS in text_of(page)
    press(page, "main form[method=post] button[type=submit]")
    assert page.url.endswith("/thanks")
    rows = said(site, here)
    assert {key: row.text for key, row in rows.items()} == {
        "progress": WORDS, "admire": "Her laugh", "actions": "Read together",
    }  # fmt: skip
    assert all(row.sent_at and row.language == language for row in rows.values())


@pytest.mark.parametrize(
    "way", ["main p a[href$='/views']", "main button[name=skip]", "a[hreflang=pl]", "[data-exit]", ""]
)
def test_words_of_this_moment_go_along_wherever_one_goes(site: Site, page: Page, here: str, way: str) -> None:
    path = f"{site.url}{here}/answer/admire"
    site.become(page, "parent", "en")
    page.route(lambda url: not url.startswith(site.url), lambda route: route.fulfill(body="elsewhere"))
    page.goto(path)
    page.locator("textarea[name=text]").press_sequentially("She sang")
    if "hreflang" in way:
        page.locator("details[data-menu] summary").first.click()
    if way:
        with page.expect_navigation():
            page.locator(way).first.click()
    else:
        page.close()
    for _n in range(60):  # what outlives its page arrives when it does
        rows = said(site, here)
        if rows:
            break
        time.sleep(0.05)
    assert rows["admire"].text == "She sang"


def test_too_many_words_are_refused_while_they_are_typed_and_hold_back_once(site: Site, page: Page, here: str) -> None:
    site.become(page, "parent", "en")
    page.goto(f"{site.url}{here}/answer/admire")
    box = page.locator("textarea[name=text]")
    box.fill("x" * 20_001)
    page.locator("[data-status]:has-text('20000')").wait_for()
    page.locator("main p a[href$='/views']").click()
    page.wait_for_timeout(300)
    assert page.url.endswith("/answer/admire"), "the first press stays with the words"
    box.fill("x" * 20_000)
    page.locator("[data-status]:text-is('Kept')").wait_for()
    assert said(site, here)["admire"].text == "x" * 20_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_devices_show_both_texts(site: Site, page: Page, here: str, language: str) -> None:
    path = f"{site.url}{here}/answer/admire"
    site.become(page, "parent", language)
    page.goto(path)
    other = page.context.browser.new_context(java_script_enabled=False)  # type: ignore[union-attr]
    second = other.new_page()
    site.become(second, "parent", language)
    second.goto(path)
    second.locator("textarea[name=text]").fill("From the old tablet")
    second.locator("main form[method=post] button[type=submit]").first.click()
    page.locator("textarea[name=text]").fill("From the phone")
    press(page, "main form[data-keep] button[type=submit]")
    assert page.locator("textarea[name=text]").input_value() == "From the phone"
    assert "From the old tablet" in text_of(page)
    press(page, "button[name=both]")
    assert said(site, here)["admire"].text == "From the old tablet\n\nFrom the phone"
    other.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_call_and_what_the_office_writes_down(site: Site, page: Page, here: str, language: str) -> None:
    site.become(page, "second-parent", language)
    page.goto(site.url + here)
    press(page, "a[href$='/call']")
    page.locator("textarea[name=words]").fill("ਤਿੰਨ ਵਜੇ ਤੋਂ ਬਾਅਦ")
    press(page, "main form button[type=submit]")
    page.context.clear_cookies()
    site.become(page, "office", "en")
    page.goto(f"{site.url}/staff/views/calls")
    check(page)
    review = here.split("/")[-2]
    row = page.locator("tr", has=page.locator(f"a[href*='{review}']"))
    assert "ਤਿੰਨ ਵਜੇ ਤੋਂ ਬਾਅਦ" in row.inner_text()
    with page.expect_navigation():
        row.locator("a[href$='/phone']").click()
    check(page)
    page.locator("textarea[name=text_admire]").fill("She helps her brother")
    page.locator("select[name=language]").select_option("pa")
    press(page, "main form button[type=submit]")
    page.goto(f"{site.url}/staff/views/calls")
    with page.expect_navigation():
        page.locator("tr", has=page.locator(f"a[href*='{review}']")).locator("button").click()
    page.context.clear_cookies()
    site.become(page, "second-parent", language)
    page.goto(f"{site.url}{here}/answer/admire")
    check(page)
    assert "She helps her brother" in text_of(page)
    press(page, "a[href*='correct=1']")
    page.locator("textarea[name=text]").fill("She helps her brother and me")
    press(page, "main form[data-keep] button[type=submit]")
    page.goto(f"{site.url}{here}/check")
    press(page, "main form[method=post] button[type=submit]")
    assert said(site, here)["admire"].text == "She helps her brother and me"
    with site.session() as session:
        hows = {row.how for row in look(session, select(Contribution)) if str(row.review_id) == review}
    assert hows == {"phone", "self"}
