"""Two households read about the same child and meet nothing of each other; an adult under an order meets nothing at all."""

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from portal.people.models import ContactPoint, Person, PupilContact
from tests.conftest import read_ids
from tests.journeys.site import Site, check, text_of


def everything_of(site: Site, slug: str) -> list[str]:
    """Name and every way to reach one adult."""
    with site.session() as session:
        person = session.scalars(select(Person).where(Person.demo_slug == slug)).one()
        reach = session.scalars(select(ContactPoint.value).where(ContactPoint.adult_id == person.id)).all()
        return [person.full_name, *reach]


@pytest.mark.parametrize("language", ["en", "ur"])
def test_two_households(site: Site, page: Page, language: str) -> None:
    zara = read_ids(site.app.extensions["engine"]).pupil("Zara")
    for reader, other in (("parent", "second-parent"), ("second-parent", "parent")):
        site.become(page, reader, language)
        for path in ("/home", f"/children/{zara}", f"/children/{zara}/earlier", "/settings"):
            page.goto(site.url + path)
            check(page)
            html = page.content()
            for secret in everything_of(site, other):
                assert secret not in html, f"{reader} reads {secret} of {other} on {path}"
        page.goto(f"{site.url}/children/{zara}")
        assert "Zara" in text_of(page)
        page.context.clear_cookies()


@pytest.mark.parametrize("language", ["en", "ur"])
def test_an_adult_under_an_order_sees_nothing_and_not_why(site: Site, page: Page, language: str) -> None:
    zara = read_ids(site.app.extensions["engine"]).pupil("Zara")
    with site.session() as session:
        barred = session.scalars(select(Person.id).where(Person.demo_slug == "parent-barred")).one()
        assert (
            session.scalars(select(PupilContact).where(PupilContact.adult_id == barred, PupilContact.pupil_id == zara))
            .one()
            .restriction
            != "none"
        )
    site.become(page, "parent-barred", language)
    check(page)
    words = page.content().lower()
    for tell in ("zara", "court", "order", "restrict", "عدالت"):
        assert tell not in words.replace("border", "")
    answer = page.goto(f"{site.url}/children/{zara}")
    assert answer is not None
    assert answer.status == 404
    check(page)
