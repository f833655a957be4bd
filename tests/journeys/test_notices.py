"""A notice reaches a family in the browser: it stands on the front page, is read in one's own language, answered with
one tap, answered anew, and found again among the older messages."""

import uuid
from datetime import time, timedelta

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.outbox import OutboxItem, post
from portal.notices import actions_send, actions_sending, actions_translate, actions_write
from portal.notices.models import Notice, NoticeCopy
from portal.notices.rules import Asks, Audience, Circle, Reply
from portal.notices.rules_words import seen_mark
from portal.people.actor import Actor
from portal.people.models import School
from portal.people.rules import Audience as As
from portal.people.rules import Role
from portal.reviews.queries_calendar import calendar_of
from tests.conftest import Ids, read_ids
from tests.journeys.site import Site, check, spoken, text_of
from tests.journeys.test_meetings_of_families import press
from tests.notices.sent import silence

TITLE = {"en": "Coffee morning for parents", "ur": "والدین کے لیے کافی کی صبح"}
WORDS = {"en": "# What to bring\n- a **question**\n- your baby too", "ur": "# کیا لائیں\n- ایک **سوال**\n- بچے کو بھی"}


def sendco(site: Site, ids: Ids) -> Actor:
    with site.session() as session:
        trust_id = session.scalars(select(School.trust_id)).first()
    return Actor(
        person_id=ids.person("sendco"), sitting_id=uuid.uuid4(), name="", audience=As.STAFF, language="en",
        trust_id=trust_id, school_id=ids.school_of("Zara"), roles=frozenset({Role.SENDCO}),
    )  # fmt: skip


def a_gathering(site: Site) -> uuid.UUID:
    """Written, translated and sent by the SENDCO to Zara's family, as the pages of staff do it."""
    ids, notice_id, now = read_ids(site.app.extensions["engine"]), uuid.uuid4(), clock.now()
    actor = sendco(site, ids)
    about = {"actor": actor, "notice_id": notice_id, "now": now}
    with site.session() as session:
        actions_write.start(session, **about)
        version = actions_write.save_words(session, **about, version=1, title=TITLE["en"], words=WORDS["en"])
        day = clock.today() + timedelta(days=7)
        while not calendar_of(session, actor.school_id, day).is_school_day(day):
            day += timedelta(days=1)
        asking = actions_write.Asking(
            asks=Asks.COME, answer_by=day, day=day, starts=time(9), ends=time(10, 30), place="The hall", places=12
        )
        version = actions_write.save_asking(session, **about, version=version, asking=asking)
        audience = Audience(Circle.CHILD, (str(ids.pupil("Zara")),))
        version = actions_write.save_audience(session, **about, version=version, audience=audience)
        actions_translate.save_translation(
            session, **about, language="ur", title=TITLE["ur"], words=WORDS["ur"], translated_by="Amina Khan",
            seen=seen_mark(),
        )  # fmt: skip
        version = session.get_one(Notice, notice_id).version
        actions_send.send(session, **about, version=version)
        session.commit()
    actions_sending.send_notices(site.session, now=clock.now())
    return notice_id


def older_news(site: Site, count: int = 25) -> None:
    ids, now = read_ids(site.app.extensions["engine"]), clock.now()
    about = {"person_id": ids.person("parent"), "pupil_id": ids.pupil("Zara")}
    with site.session() as session:
        for number in range(count):
            at = now - timedelta(days=number + 1)
            post(session, "plan_published", event_key=f"{at.isoformat()}", now=at, **about)
        session.commit()


def answered(site: Site, notice_id: uuid.UUID) -> tuple[Reply, bool]:
    ids = read_ids(site.app.extensions["engine"])
    with site.session() as session:
        mine = NoticeCopy.notice_id == notice_id, NoticeCopy.adult_id == ids.person("parent")
        copy = session.scalars(select(NoticeCopy).where(*mine)).one()
        return copy.reply, copy.opened_at is not None


@pytest.mark.parametrize("language", ["en", "ur"])
def test_a_parent_reads_answers_and_changes_the_answer(site: Site, page: Page, language: str) -> None:
    with site.session() as session:
        silence(session)
    notice_id = a_gathering(site)
    older_news(site)
    site.become(page, "parent", language)
    check(page)
    assert TITLE[language] in text_of(page), "the front page puts the open question first"
    assert answered(site, notice_id) == (Reply.NONE, False)
    press(page, "main a[href='/messages']")
    check(page)
    assert spoken(language, "Waiting for your answer") in text_of(page)
    press(page, f"main a[href='/messages/notices/{notice_id}']")
    check(page)
    _read(page, language)
    assert answered(site, notice_id) == (Reply.NONE, True)
    for reply in (Reply.COME, Reply.CANNOT, Reply.COME):
        press(page, f"main button[name=reply][value={reply.value}]")
        check(page)
        assert spoken(language, "Thank you. School has your answer.") in text_of(page)
        assert answered(site, notice_id) == (reply, True)
    page.goto(f"{site.url}/messages")
    check(page)
    assert spoken(language, "Waiting for your answer") not in text_of(page)
    _see_old_ones(page, language)
    _change_the_channel(page, language)


def _read(page: Page, language: str) -> None:
    shown = page.locator("main div.school-text").first
    assert shown.get_attribute("dir") == ("rtl" if language == "ur" else "ltr")
    assert page.locator("main h1 bdi").inner_text() == TITLE[language]
    assert "The hall" in text_of(page)
    details = page.locator("main details.govuk-details")
    assert details.count() == (1 if language == "ur" else 0)
    if language == "ur":
        assert "Amina Khan" in text_of(page)
        details.locator("summary").click()
        assert TITLE["en"] in text_of(page)
        check(page)


def _see_old_ones(page: Page, language: str) -> None:
    before = page.locator("main section.card").count()
    page.get_by_role("link", name=spoken(language, "Show older messages"), exact=True).click()
    page.wait_for_load_state()
    check(page)
    assert before == 20
    assert page.locator("main section.card").count() > 0


def _change_the_channel(page: Page, language: str) -> None:
    page.get_by_role("link", name=spoken(language, "How we tell you about news"), exact=True).click()
    page.wait_for_load_state()
    check(page)
    page.locator("input[name=channel]:not(:checked)").first.check(force=True)
    chosen = page.locator("input[name=channel]:checked").get_attribute("value")
    press(page, "main form[method=post] button.govuk-button")
    check(page)
    assert spoken(language, "Your settings are saved.") in text_of(page)
    assert page.locator("input[name=channel]:checked").get_attribute("value") == chosen


def test_without_a_translation_one_tap_asks_for_help(site: Site, page: Page) -> None:
    notice_id = a_gathering(site)
    site.become(page, "parent", "so")
    page.goto(f"{site.url}/messages/notices/{notice_id}")
    check(page)
    assert TITLE["en"] in text_of(page)
    page.get_by_role("button", name=spoken("so", "Ask school to explain this to me"), exact=True).click()
    page.wait_for_load_state()
    check(page)
    assert answered(site, notice_id) == (Reply.CALL, True)


def test_word_is_sent_to_each_adult_once(site: Site) -> None:
    notice_id = a_gathering(site)
    with site.session() as session:
        rows = session.scalars(select(OutboxItem).where(OutboxItem.event_key.contains(str(notice_id)))).all()
        assert len({row.person_id for row in rows}) == len(rows) > 1
