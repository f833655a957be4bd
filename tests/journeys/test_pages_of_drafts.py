"""axe and the width of the pages on which a plan is written, which no front page leads to by links alone."""

import pytest
from playwright.sync_api import Browser
from sqlalchemy import select

from portal.people.models import Pupil
from portal.profiles.models import PlanVersion
from tests.journeys.pages import WIDTHS, kind_of, look_through
from tests.journeys.site import Site


@pytest.mark.parametrize("language", ["en", "ur", "pa"])
def test_pages_of_a_draft(site: Site, browser: Browser, language: str) -> None:
    with site.session() as session:
        pupil_id, version_id = session.execute(
            select(PlanVersion.pupil_id, PlanVersion.id)
            .join(Pupil, Pupil.id == PlanVersion.pupil_id)
            .where(PlanVersion.state == "draft", Pupil.forename == "Tyrese")
        ).one()
    context = browser.new_context(viewport=WIDTHS["phone"], locale="en-GB")
    page = context.new_page()
    site.become(page, "sendco", language)
    todo, seen = [f"/staff/children/{pupil_id}/drafts/{version_id}"], set()
    while todo:
        path = todo.pop(0)
        if kind_of(path) in seen:
            continue
        seen.add(kind_of(path))
        page.goto(site.url + path)
        look_through(page, language, path)
        links = page.eval_on_selector_all("a[href]", "links => links.map(a => a.getAttribute('href'))")
        todo += [link for link in links if "/drafts/" in link or "/preview" in link]
    context.close()
    assert len(seen) >= 7, seen
