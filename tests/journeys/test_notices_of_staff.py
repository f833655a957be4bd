"""A notice in the browser, from an empty page to the answer of a family: what stands there is what the family reads."""

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.scope import PortalSession, system
from portal.notices.actions_sending import send_notices
from portal.notices.models import Notice
from tests.conftest import read_ids
from tests.journeys.site import Site, check, text_of
from tests.journeys.test_meetings_of_families import press

SUBMIT = "main form[method=post] button.govuk-button"


def send_what_waits(site: Site) -> None:
    """One round of the worker."""
    engine = site.app.extensions["writing_engine"]
    send_notices(lambda: PortalSession(engine, scope=system("the worker")), now=clock.now())


def the_notice(site: Site, title: str) -> str:
    with site.session() as session:
        return str(session.scalars(select(Notice.id).where(Notice.title == title)).one())


@pytest.mark.parametrize("language", ["en", "ur"])
def test_from_an_empty_page_to_the_family(site: Site, page: Page, language: str) -> None:
    title = f"Swimming {language}"
    site.become(page, "class-teacher", language)
    page.goto(site.url + "/staff/notices")
    check(page)
    press(page, SUBMIT)
    page.fill("#title", title)
    page.fill("#words", "# Bring\n- a **towel**\n- <script>alert(1)</script>")
    check(page)
    press(page, SUBMIT)
    page.check("input[name=asks][value=seen]")
    check(page)
    press(page, SUBMIT)
    assert not page.is_visible("#child")
    page.check("input[name=circle][value=child]")
    assert page.is_visible("#child")
    page.select_option("#child", str(read_ids(site.app.extensions["engine"]).pupil("Zara")))
    check(page)
    press(page, SUBMIT)
    check(page)
    notice = f"{site.url}/staff/notices/{the_notice(site, title)}"
    page.goto(f"{notice}/languages/ur")
    page.fill("#title", "تیراکی")
    page.fill("#words", "- ایک **تولیہ**")
    page.fill("#translated_by", "Mrs Begum")
    check(page)
    press(page, SUBMIT)
    page.goto(f"{notice}/check")
    check(page)
    assert "<script>alert(1)</script>" in text_of(page), "as it was typed, and nothing else"
    press(page, SUBMIT)
    send_what_waits(site)
    page.goto(notice)
    check(page)
    page.goto(f"{notice}/families")
    check(page)
    site.become(page, "parent", language)
    page.goto(f"{site.url}/messages/notices/{the_notice(site, title)}")
    check(page)
    assert ("تولیہ" if language == "ur" else "towel") in text_of(page)
    press(page, "main button[name=reply][value=seen]")
    site.become(page, "sendco")
    page.goto(f"{notice}/families?look=seen")
    assert page.locator("main tbody tr").count() == 1
    page.goto(f"{notice}/take-back")
    page.fill("#why", "The pool is closed.")
    check(page)
    press(page, SUBMIT)
    site.become(page, "parent", language)
    page.goto(f"{site.url}/messages/notices/{the_notice(site, title)}")
    check(page)
    assert "The pool is closed." in text_of(page)
    assert "towel" not in text_of(page)
