"""A family asks, reads the answer and asks the next person; school asks for agreement, sends, and the family takes it
back: in a browser, on a narrow phone, in English and in Urdu."""

import uuid

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from portal.concerns.models import Concern, Consent, Sharing
from portal.concerns.rules import Step
from tests.conftest import read_ids
from tests.journeys.site import Site, check, spoken, text_of
from tests.journeys.test_meetings_of_families import press

SUBMIT = "main form[method=post] button.govuk-button"


@pytest.mark.parametrize("language", ["en", "ur"])
def test_a_worry_an_answer_and_one_step_further(site: Site, page: Page, language: str) -> None:
    child = read_ids(site.app.extensions["engine"]).pupil("Zara")
    said = f"She sits alone at playtime ({language})"
    site.become(page, "parent", language)
    page.goto(f"{site.url}/children/{child}")
    press(page, f"main a[href='/children/{child}/ask']")
    check(page)
    press(page, f"main a[href='/children/{child}/ask/worry']")
    check(page)
    press(page, SUBMIT)
    check(page)
    assert spoken(language, "Write something first.") in text_of(page)
    page.locator("textarea[name=part_0]").fill(said)
    press(page, SUBMIT)
    check(page)
    assert said in text_of(page)
    address = page.url.split("?")[0]

    site.become(page, "class-teacher")
    page.goto(f"{site.url}/staff")
    press(page, "main a[href='/staff/asked']")
    check(page)
    press(page, f"main a[href='/staff{address.removeprefix(site.url)}']")
    check(page)
    assert said in text_of(page)
    page.locator("textarea#words").fill("She plays in a small group now.")
    press(page, "main form:has(textarea#words) button.govuk-button")
    check(page)

    site.become(page, "parent", language)
    page.goto(address)
    check(page)
    assert "She plays in a small group now." in text_of(page)
    press(page, "main a[href$='/next']")
    check(page)
    page.locator("textarea[name=words]").fill("Nothing has changed.")
    press(page, SUBMIT)
    check(page)
    with site.session() as session:
        row = session.scalars(select(Concern).where(Concern.id == _id(address))).one()
        assert row.step == Step.SENDCO

    site.become(page, "sendco")
    page.goto(f"{site.url}/staff/asked")
    check(page)
    press(page, f"main a[href='/staff{address.removeprefix(site.url)}']")
    check(page)
    assert "Nothing has changed." in text_of(page)


@pytest.mark.parametrize("language", ["en", "ur"])
def test_asked_given_sent_and_taken_back(site: Site, page: Page, language: str) -> None:
    ids = read_ids(site.app.extensions["engine"])
    child, why = ids.pupil("Zara"), f"To see what helps ({language})"
    site.become(page, "sendco")
    page.goto(f"{site.url}/staff/children/{child}")
    press(page, "main a[href$='/referrals']")
    check(page)
    press(page, "main a[href$='/referrals/new']")
    check(page)
    press(page, SUBMIT)
    check(page)
    page.locator("textarea[name=why]").fill(why)
    page.locator("textarea[name=shares]").fill("The plan")
    press(page, SUBMIT)
    check(page)
    staff_address = page.url
    assert page.locator("textarea[name=what]").count() == 0, "nobody has agreed"

    site.become(page, "parent", language)
    page.goto(f"{site.url}/children/{child}/agreements")
    check(page)
    press(page, f"main a[href$='{staff_address.rsplit('/', 1)[1]}']")
    check(page)
    assert why in text_of(page)
    press(page, "main form:has(input[value=given]) button")
    check(page)
    assert spoken(language, "Agreement given") in text_of(page)

    site.become(page, "sendco")
    page.goto(staff_address)
    check(page)
    page.locator("textarea[name=what]").fill("The form and the plan")
    press(page, "main form:has(textarea[name=what]) button")
    check(page)

    site.become(page, "parent", language)
    page.goto(f"{site.url}/children/{child}/agreements/{staff_address.rsplit('/', 1)[1]}")
    assert "The form and the plan" in text_of(page)
    page.locator("main details:has(input[value=withdrawn]) summary").click()
    check(page)
    press(page, "main form:has(input[value=withdrawn]) button")
    check(page)
    assert spoken(language, "Taken back") in text_of(page)

    site.become(page, "sendco")
    page.goto(f"{site.url}/staff")
    press(page, f"main a[href='/staff/children/{child}/referrals']")
    check(page)
    page.goto(staff_address)
    check(page)
    assert page.locator("textarea[name=what]").count() == 0
    press(page, "main form[action$='/seen'] button")
    with site.session() as session:
        referral_id = _id(staff_address)
        assert len(session.scalars(select(Sharing).where(Sharing.referral_id == referral_id)).all()) == 1
        mine = Consent.referral_id == referral_id, Consent.adult_id == ids.person("parent")
        assert session.scalars(select(Consent.state).where(*mine)).one() == "withdrawn"


def _id(address: str) -> uuid.UUID:
    return uuid.UUID(address.rsplit("/", 1)[1])
