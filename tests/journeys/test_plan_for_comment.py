"""A draft goes to the family, who wants a change; it comes back, goes out again, and is published with their agreement."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from portal.kernel import clock
from portal.profiles.models import PlanVersion, Target
from tests.conftest import read_ids
from tests.journeys.site import Site, check, text_of

CHILD = "Zara"


def leave(page: Page) -> None:
    page.context.clear_cookies()


def press(page: Page, place: str) -> None:
    page.locator(place).last.click()
    page.wait_for_load_state()


def ready_draft(site: Site, page: Page, language: str) -> str:
    """The SENDCO opens Zara's draft; the days of its targets are put right behind the scenes."""
    zara = read_ids(site.app.extensions["engine"]).pupil(CHILD)
    site.become(page, "sendco", language)
    page.goto(f"{site.url}/staff/children/{zara}")
    press(page, "form[action$='/drafts'] button, a[href*='/drafts/']")
    with site.session() as session:
        drafts = select(PlanVersion.id).where(PlanVersion.pupil_id == zara, PlanVersion.state == "draft")
        for target in session.scalars(select(Target).where(Target.version_id.in_(drafts))):
            target.review_on = clock.today() + timedelta(days=70)
        session.commit()
    return page.url


def share(page: Page, tasks: str) -> None:
    page.goto(tasks)
    press(page, "a[href$='/ask']")
    check(page)
    press(page, "main form button[type=submit]")
    expect(page.locator("form[action$='/take-back']")).to_be_visible()
    check(page)


def open_draft(site: Site, page: Page, language: str) -> None:
    """The parent's front page leads to what school asks."""
    site.become(page, "parent", language)
    page.goto(f"{site.url}/messages")
    check(page)
    press(page, "main .card a[href*='/draft/']")
    check(page)


@pytest.mark.parametrize("language", ["en", "ur"])
def test_asked_changed_asked_again_and_published(site: Site, page: Page, language: str) -> None:
    wish, changed = f"Please say who helps. ({language})", f"Mrs Malik helps every morning. ({language})"
    tasks = ready_draft(site, page, language)
    share(page, tasks)
    leave(page)

    open_draft(site, page, language)
    page.check("input[name=opinion][value=changes]")
    press(page, "main form button[type=submit]")
    check(page, "an empty answer")
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    page.fill("textarea[name=words]", wish)
    press(page, "main form button[type=submit]")
    check(page)
    assert wish in text_of(page)
    leave(page)

    site.become(page, "sendco", language)
    check(page)
    press(page, f"main a[href='{tasks.removeprefix(site.url)}']")
    check(page)
    assert wish in text_of(page)
    press(page, "form[action$='/take-back'] button")
    check(page)
    page.goto(f"{tasks}/profile")
    page.fill("textarea[name=people_like]", changed)
    press(page, "main form button[type=submit]")
    assert page.url == tasks
    share(page, tasks)
    leave(page)

    open_draft(site, page, language)
    assert changed in text_of(page)
    page.check("input[name=opinion][value=agree]")
    press(page, "main form button[type=submit]")
    check(page)
    asked = page.url
    leave(page)

    site.become(page, "sendco", language)
    page.goto(f"{tasks}/publish")
    check(page)
    expect(page.locator("#heard ~ section.card")).to_have_count(2)
    press(page, "main form button[type=submit]")
    assert "/publish" not in page.url, text_of(page)
    leave(page)

    site.become(page, "parent", language)
    page.goto(asked)
    check(page, "a closed draft")
    assert changed not in text_of(page)
    press(page, "nav.back a")
    assert changed in text_of(page)
