"""A teacher notes progress, the SENDCO changes and publishes the plan, and the register: the family sees what changed."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from portal.kernel import clock
from portal.profiles.models_register import SenNeed, SenStatusPeriod
from tests.conftest import read_ids
from tests.journeys.site import Site, check, text_of

SUBMIT = "main form button[type=submit]"


def ids_of(site: Site):
    return read_ids(site.app.extensions["engine"])


def leave(page: Page) -> None:
    page.context.clear_cookies()


@pytest.mark.parametrize("language", ["en", "ur"])
def test_notes_and_a_new_version(site: Site, page: Page, language: str) -> None:
    zara = ids_of(site).pupil("Zara")
    seen, wish = f"She asked for the red cup. ({language})", f"Zara asks a friend to play ({language})"
    family = f"{site.url}/children/{zara}"

    site.become(page, "parent", language)
    page.goto(family)
    leave(page)

    site.become(page, "class-teacher", language)
    page.goto(f"{site.url}/staff/children/{zara}")
    page.locator("a[href$='/note']").first.click()
    check(page)
    page.check("input[name=rating][value=going_well]")
    page.fill("textarea[name=text]", seen)
    page.locator(SUBMIT).first.click()
    page.wait_for_load_state()
    assert seen in text_of(page)
    leave(page)

    site.become(page, "sendco", language)
    page.goto(f"{site.url}/staff/children/{zara}")
    page.locator("form[action$='/drafts'] button").click()
    page.wait_for_url(re.compile(r"/drafts/"))
    tasks = page.url
    check(page)
    page.locator("a[href*='/targets/']").first.click()
    page.wait_for_load_state()
    check(page)
    page.fill("textarea[name=goal]", wish)
    day = clock.today() + timedelta(days=70)
    for part, value in (("day", day.day), ("month", day.month), ("year", day.year)):
        page.fill(f"input[name=review_on-{part}]", str(value))
    page.locator("main form", has=page.locator("textarea[name=goal]")).locator("button[type=submit]").first.click()
    page.wait_for_load_state()
    page.goto(f"{tasks}/publish")
    check(page)
    for date_link in page.locator("main a[href*='/targets/']").evaluate_all("links => links.map(a => a.href)"):
        page.goto(date_link)
        for part, value in (("day", day.day), ("month", day.month), ("year", day.year)):
            page.fill(f"input[name=review_on-{part}]", str(value))
        page.locator("main form", has=page.locator("textarea[name=goal]")).locator("button[type=submit]").first.click()
        page.wait_for_load_state()
    page.goto(family)
    assert wish not in page.content(), "a draft is not out yet"
    page.goto(f"{tasks}/publish")
    page.locator(SUBMIT).last.click()
    page.wait_for_load_state()
    assert "/publish" not in page.url, text_of(page)
    leave(page)

    site.become(page, "parent", language)
    check(page)
    page.goto(family)
    check(page)
    assert wish in text_of(page)
    expect(page.locator("#changes")).to_be_visible()
    page.locator("a[href*='/targets/']").first.click()
    page.wait_for_load_state()
    check(page)


def register(site: Site, page: Page, pupil_id: object, kind: str, language: str) -> None:
    site.become(page, "sendco", language)
    page.goto(f"{site.url}/staff/children/{pupil_id}/register?kind={kind}")
    check(page)
    if page.locator("input[name=provision]").count():
        page.check("input[name=provision][value=K]")
        page.select_option("select[name=main_need]", "SLCN")
    page.locator(SUBMIT).first.click()
    page.wait_for_selector("button[name=step][value=confirm]")
    check(page)
    page.locator("button[name=step][value=confirm]").click()
    page.wait_for_url(re.compile(r"#register$"))
    leave(page)


def forget_support(site: Site, pupil_id: object) -> None:
    """As if the child had never had support: the first time on the register comes next."""
    with site.session() as session:
        for table in (SenStatusPeriod, SenNeed):
            for row in session.scalars(select(table).where(table.pupil_id == pupil_id)):
                session.delete(row)
        session.commit()


@pytest.mark.parametrize("language", ["en", "ur"])
def test_off_the_register_and_on_again(site: Site, page: Page, language: str) -> None:
    zara = ids_of(site).pupil("Zara")
    with site.session() as session:  # the last decision was a while ago, so that today's can follow
        for period in session.scalars(select(SenStatusPeriod).where(SenStatusPeriod.pupil_id == zara)):
            period.starts_on = min(period.starts_on, clock.today() - timedelta(days=30))
        session.commit()
    for kind in ("removed", "added"):
        if kind == "added":
            forget_support(site, zara)
        register(site, page, zara, kind, language)
        for parent in ("parent", "second-parent"):
            site.become(page, parent, language)
            check(page)
            page.goto(f"{site.url}/children/{zara}")
            check(page)
            button = page.locator("form[action*='/register/'] button")
            expect(button).to_be_visible()
            button.click()
            page.wait_for_load_state()
            expect(page.locator("form[action*='/register/'] button")).to_have_count(0)
            leave(page)
