"""A class teacher says how things stand with one thumb; the SENDCO reads the pack and has a text translated; the
family finds it in its own language."""

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from portal.contributions.models import Statement
from portal.reviews.models import Review
from portal.reviews.rules import Stage
from tests.conftest import read_ids
from tests.journeys.site import Site, check, text_of
from tests.journeys.test_meetings_of_families import press

SEND = "main button[name=step][value=send]"


@pytest.mark.parametrize("language", ["en", "pa"])
def test_a_view_goes_from_the_teachers_phone_into_the_familys_pack(site: Site, page: Page, language: str) -> None:
    ids = read_ids(site.app.extensions["engine"])
    review = ids.review("Zara")
    with site.session() as session:  # whoever came first has sent it already
        for row in session.scalars(select(Statement).where(Statement.review_id == review)):
            row.current = False
        session.get_one(Review, review).stage = Stage.INVITED
        session.commit()
    here = f"/children/{ids.pupil('Zara')}/reviews/{review}"

    site.become(page, "class-teacher", language)
    page.goto(f"{site.url}/staff/children/{ids.pupil('Zara')}")
    press(page, f"main a[href$='{ids.pupil('Zara')}/reviews']")
    check(page)
    press(page, f"main a[href$='{here}/view']")
    check(page)
    first = page.locator("main textarea, main input[type=radio]").first
    assert page.locator("main .note").first.bounding_box()["y"] < first.bounding_box()["y"]  # type: ignore[index]
    page.locator("input[name^=target_][value=going_well]").first.check(force=True)
    page.locator("textarea[name=working]").fill("She now asks for a break by herself.")
    press(page, SEND)
    check(page)

    site.become(page, "sendco", language)
    page.goto(f"{site.url}/staff{here}/pack")
    assert "She now asks for a break by herself." in text_of(page)
    check(page)
    press(page, "main [id^=said-] a[href*='/statements/']:last-of-type >> nth=-1")
    check(page)
    page.goto(page.url.rsplit("/", 1)[0] + "/ur")
    page.locator("textarea[name=text]").fill("وہ اب خود وقفہ مانگتی ہے۔")
    page.locator("input[name=translated_by]").fill("Nasreen Akhtar")
    press(page, "main form[method=post] button.govuk-button")
    check(page)

    site.become(page, "parent", "ur")
    page.goto(f"{site.url}{here}")
    press(page, f"main a[href$='{here}/pack']")
    read = text_of(page)
    assert "وہ اب خود وقفہ مانگتی ہے۔" in read
    assert "Nasreen Akhtar" in read
    assert "She now asks for a break by herself." in read
    check(page)
    page.set_viewport_size({"width": 1200, "height": 800})
    check(page)
