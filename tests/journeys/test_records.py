"""A record in the browser: written in the meeting, read once more and shared; the family reads and answers; the child
sees the card."""

import uuid

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from portal.contributions.models import Contribution, Statement
from portal.kernel import clock
from portal.people.rules import Readers, Side
from portal.records.models import FamilyReply, Record, RecordEntry
from portal.reviews.models import Review
from portal.reviews.rules import ReviewKind, Stage
from tests.conftest import read_ids
from tests.journeys.site import Site, check, spoken, text_of
from tests.journeys.test_meetings_of_families import press

SUBMIT = "main form[method=post] button.govuk-button"


def a_held_review(site: Site) -> tuple[str, str]:
    """A review of Zara's that was held, for which her mother and she herself said something: the two addresses."""
    ids = read_ids(site.app.extensions["engine"])
    about = {"school_id": ids.school_of("Zara"), "pupil_id": ids.pupil("Zara")}
    now, review_id = clock.now(), uuid.uuid4()
    with site.session() as session:
        lead = ids.person("class-teacher")
        session.add(
            Review(
                **about, id=review_id, kind=ReviewKind.CONCERN, stage=Stage.HELD, lead_id=lead, held_at=now, made_at=now
            )
        )
        session.flush()
        for slug, side, question, text in (
            ("parent", Side.PARENT, "admire", "She sings all day."),
            ("pupil-young", Side.PUPIL, "support", "It is too loud."),
        ):
            said = {
                **about, "review_id": review_id, "author_id": ids.person(slug), "written_by": ids.person(slug),
                "side": side, "readers": Readers.FAMILY, "sent_at": now,
            }  # fmt: skip
            given = Contribution(**said, id=uuid.uuid4(), started_at=now)
            session.add(given)
            session.flush()
            session.add(Statement(**said, contribution_id=given.id, question=question, text=text, written_at=now))
        session.commit()
    path = f"/children/{about['pupil_id']}/reviews/{review_id}/record"
    return f"{site.url}/staff{path}", site.url + path


@pytest.mark.parametrize("language", ["en", "pa"])
def test_from_the_meeting_to_the_card(site: Site, page: Page, language: str) -> None:
    staff, family = a_held_review(site)
    site.become(page, "parent", language)
    page.goto(family)
    check(page)
    assert spoken(language, "School is writing it down") in text_of(page)
    _write(site, page, staff)
    _share(page, staff)
    _read_and_answer(site, page, family, language)
    site.become(page, "pupil-young", language)
    press(page, "main a[href='/me/we-will']")
    check(page)
    assert spoken(language, "Thank you. We keep it in mind") in text_of(page)
    assert "It is too loud." in text_of(page)
    assert "We meet at the gate" not in text_of(page)
    site.become(page, "class-teacher")
    page.goto(staff)
    check(page)
    assert "I see it differently" in text_of(page)
    with site.session() as session:
        record = session.scalars(select(Record).where(Record.review_id == uuid.UUID(staff.split("/")[-2]))).one()
        assert len(session.scalars(select(RecordEntry).where(RecordEntry.record_id == record.id)).all()) == 2
        reply = session.scalars(select(FamilyReply).where(FamilyReply.record_id == record.id)).one()
        assert reply.words == "It was shorter."


def _write(site: Site, page: Page, staff: str) -> None:
    site.become(page, "class-teacher")
    page.goto(staff)
    check(page)
    press(page, SUBMIT)
    check(page)
    press(page, "section[id^=offer]:has-text('She sings all day.') button")
    check(page)
    assert page.locator("article:has-text('She sings all day.')").count() == 1
    heading = page.locator("details:has(#text-important_now)")
    heading.locator("summary").click()
    page.fill("#text-important_now", "We meet at the gate.")
    with page.expect_navigation():
        heading.locator("button").click()
    check(page)
    with page.expect_navigation():
        page.locator("section[id^=said]:has-text('It is too loud.') button[value=noted]").click()


def _share(page: Page, staff: str) -> None:
    page.goto(staff)
    press(page, "a[href$='/record/share']")
    check(page)
    assert "We meet at the gate." in text_of(page)
    press(page, SUBMIT)
    check(page)
    assert "The record is shared." in text_of(page)


def _read_and_answer(site: Site, page: Page, family: str, language: str) -> None:
    site.become(page, "parent", language)
    page.goto(f"{site.url}/messages")
    press(page, f"main a[href='{family.removeprefix(site.url)}']")
    check(page)
    for heading in page.locator("main details > summary").all():
        heading.click()
    check(page)
    for words in ("We meet at the gate.", "She sings all day.", "It is too loud."):
        assert words in text_of(page)
    page.locator("input[name=reply][value=differently]").check(force=True)
    page.fill("textarea[name=words]", "It was shorter.")
    press(page, SUBMIT)
    check(page)
    assert "It was shorter." in text_of(page)
    page.goto(f"{family}?lang=ar")
    check(page)
    page.goto(f"{family}?lang={language}")
