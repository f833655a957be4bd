"""A family meets its review: date first, then a time, what it needs, a calendar file; moved, joined, cancelled, on a phone."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from portal.kernel import clock
from portal.meetings.models import Booking, Meeting
from tests.conftest import read_ids
from tests.journeys.site import Site, check, text_of

LANGUAGES = ["en", "ar"]


def press(page: Page, selector: str) -> None:
    """Presses and waits for the page that answers."""
    with page.expect_navigation():
        page.locator(selector).first.click()


def take_a_time(page: Page, day: int = 0, time: int = 0) -> str:
    """From the list of days to the form of one time; returns the slot."""
    page.locator("ul.tasks a").nth(day).click()
    page.wait_for_selector("input[name=slot]")
    check(page)
    radio = page.locator("input[name=slot]").nth(time)
    slot = radio.get_attribute("value") or ""
    radio.focus()
    page.keyboard.press("Space")  # by keyboard alone
    press(page, "main form[method=get] button[type=submit]")
    page.wait_for_selector("input[type=hidden][name=slot]", state="attached")
    check(page)
    return slot


def own_bookings(site: Site, slug: str, child: str) -> list[tuple[Booking, Meeting]]:
    ids = read_ids(site.app.extensions["engine"])
    with site.session() as session:
        rows = session.execute(
            select(Booking, Meeting)
            .join(Meeting, Meeting.id == Booking.meeting_id)
            .where(
                Booking.adult_id == ids.person(slug),
                Booking.review_id == ids.review(child),
                Booking.cancelled_at.is_(None),
            )
        )
        return [(booking, meeting) for booking, meeting in rows]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_parent_books_with_an_interpreter_moves_and_cancels(site: Site, page: Page, language: str) -> None:
    ids = read_ids(site.app.extensions["engine"])
    review = f"{site.url}/children/{ids.pupil('Zara')}/reviews/{ids.review('Zara')}"
    site.become(page, "parent", language)
    press(page, ".next-step a.govuk-button")
    assert page.url.startswith(review)
    check(page)
    press(page, ".next-step a.govuk-button")
    check(page)
    page.goto(page.url + "?interpreter=1")  # what the box "Show other times" asks for
    check(page)
    take_a_time(page, day=1)
    assert page.locator("input[name=interpreter]").is_checked()
    page.locator("select[name=language]").select_option("ur")
    page.locator("input[name=needs]").first.check()
    page.locator("textarea[name=brings]").fill("My sister")
    page.locator("textarea[name=wishes]").fill("میں پڑھنے کے بارے میں بات کرنا چاہتی ہوں")
    press(page, "main form[method=post] button[type=submit]")
    assert page.url.startswith(review)
    assert page.locator(".note--good").is_visible()
    check(page)
    ((booking, meeting),) = own_bookings(site, "parent", "Zara")
    assert meeting.ends_at - meeting.starts_at > timedelta(minutes=30), "an interpreter makes the meeting longer"
    assert "My sister" in text_of(page)
    assert "میں پڑھنے" in text_of(page)

    answer = page.request.get(
        page.locator("a[href$='meeting.ics']").first.get_attribute("href") and f"{review}/meeting.ics"
    )
    assert answer.status == 200
    assert "METHOD:REQUEST" in answer.text()
    assert "Zara" not in answer.text()

    page.goto(review + "/time")
    take_a_time(page, day=3)
    press(page, "main form[method=post] button[type=submit]")
    assert page.url.startswith(review)
    ((moved, later),) = own_bookings(site, "parent", "Zara")
    assert moved.id == booking.id
    assert later.starts_at > meeting.starts_at
    assert moved.wishes == booking.wishes, "what was said moves along"

    site.become(page, "parent", language)
    page.goto(f"{site.url}/messages")
    check(page)
    page.goto(review + "/cancel")
    check(page)
    press(page, "main form[method=post] button[type=submit]")
    assert own_bookings(site, "parent", "Zara") == []
    assert page.locator(".note--good").is_visible()
    check(page)


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_households_meet_apart_or_together(site: Site, page: Page, language: str) -> None:
    ids = read_ids(site.app.extensions["engine"])
    review = f"{site.url}/children/{ids.pupil('Zara')}/reviews/{ids.review('Zara')}"
    site.become(page, "parent", language)
    page.goto(review + "/time")
    take_a_time(page, day=2)
    page.locator("textarea[name=brings]").fill("MARKER-FRIEND")
    page.locator("textarea[name=wishes]").fill("MARKER-WISH")
    press(page, "main form[method=post] button[type=submit]")
    page.context.clear_cookies()

    site.become(page, "second-parent", language)
    for path in (review, review + "/time", f"{site.url}/home", f"{site.url}/messages"):
        page.goto(path)
        check(page)
        assert "MARKER" not in page.content()
    page.goto(review)
    assert page.locator("form[action$='/join']").count() == 0, "nobody offered anything yet"
    page.context.clear_cookies()

    site.become(page, "parent", language)
    page.goto(review)
    press(page, "form[action$='/offer'] button")
    page.context.clear_cookies()

    site.become(page, "second-parent", language)
    page.goto(review)
    check(page)
    assert "MARKER" not in page.content()
    press(page, "form[action$='/join'] button")
    ((_first, together),) = own_bookings(site, "parent", "Zara")
    ((_second, same),) = own_bookings(site, "second-parent", "Zara")
    assert together.id == same.id
    assert "MARKER" not in page.content()
    page.goto(review + "/cancel")
    press(page, "main form[method=post] button[type=submit]")
    assert len(own_bookings(site, "parent", "Zara")) == 1, "the first keeps the time"
    page.context.clear_cookies()
    site.become(page, "parent", language)
    page.goto(review + "/cancel")
    press(page, "main form[method=post] button[type=submit]")


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_children_one_visit(site: Site, page: Page, language: str) -> None:
    site.become(page, "parent-of-two", language)
    press(page, "a[href='/meetings/together']")
    check(page)
    page.locator("a[href*='way=after']").click()
    page.wait_for_selector("input[name=slot]")
    check(page)
    page.locator("input[name=slot]").first.check()
    if page.locator("input[name=mode]").count():
        page.locator("input[name=mode]").first.check()
    press(page, "main form[method=post] button[type=submit]")
    check(page)
    ids = read_ids(site.app.extensions["engine"])
    with site.session() as session:
        times = session.execute(
            select(Meeting.starts_at, Meeting.ends_at)
            .join(Booking, Booking.meeting_id == Meeting.id)
            .where(
                Booking.adult_id == ids.person("parent-of-two"),
                Booking.cancelled_at.is_(None),
                Meeting.starts_at > clock.now(),
            )
            .order_by(Meeting.starts_at)
        ).all()
        assert len(times) == 2
        assert timedelta() <= times[1].starts_at - times[0].ends_at <= timedelta(minutes=20)
        ours = select(Booking).join(Meeting, Meeting.id == Booking.meeting_id)
        ours = ours.where(Booking.adult_id == ids.person("parent-of-two"), Booking.cancelled_at.is_(None))
        booked = session.scalars(ours.where(Meeting.starts_at > clock.now())).all()
    for booking in booked:
        page.goto(f"{site.url}/children/{booking.pupil_id}/reviews/{booking.review_id}/cancel")
        press(page, "main form[method=post] button[type=submit]")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_time_taken_while_typing_keeps_every_word(site: Site, page: Page, language: str) -> None:
    ids = read_ids(site.app.extensions["engine"])
    review = f"{site.url}/children/{ids.pupil('Zara')}/reviews/{ids.review('Zara')}"
    site.become(page, "parent", language)
    page.goto(review + "/time")
    slot = take_a_time(page, day=0)
    page.locator("textarea[name=wishes]").fill("Everything I typed 🙂 <b>as it is</b>")
    other = page.context.browser.new_context(viewport={"width": 1280, "height": 800})  # type: ignore[union-attr]
    second = other.new_page()
    site.become(second, "second-parent", "en")
    second.goto(f"{review}/time?slot={slot}")
    press(second, "main form[method=post] button[type=submit]")
    press(page, "main form[method=post] button[type=submit]")
    check(page)
    assert page.locator("textarea[name=wishes]").input_value() == "Everything I typed 🙂 <b>as it is</b>"
    assert page.locator("input[type=radio][name=slot]").count() > 0, "the nearest free times are offered"
    page.locator("input[type=radio][name=slot]").first.check()
    press(page, "main form[method=post] button[type=submit]")
    assert len(own_bookings(site, "parent", "Zara")) == 1
    for tab in (page, second):
        tab.goto(review + "/cancel")
        press(tab, "main form[method=post] button[type=submit]")
    other.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_time_suits_and_a_call(site: Site, page: Page, language: str) -> None:
    ids = read_ids(site.app.extensions["engine"])
    review = f"{site.url}/children/{ids.pupil('Zara')}/reviews/{ids.review('Zara')}"
    site.become(page, "second-parent", language)
    page.goto(review)
    press(page, "a[href*='say=no_time_suits']")
    check(page)
    page.locator("textarea[name=words]").fill("أعمل كل يوم حتى السادسة")
    press(page, "main form[method=post] button[type=submit]")
    check(page)
    page.context.clear_cookies()
    site.become(page, "office", language)
    page.goto(f"{site.url}/staff/gate")
    check(page)
    assert "أعمل كل يوم حتى السادسة" in text_of(page)


@pytest.mark.parametrize(("slug", "skin"), [("pupil-young", "pictures"), ("pupil-older", "words")])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pupil_says_how_they_come(site: Site, page: Page, slug: str, skin: str, language: str) -> None:
    site.become(page, slug, language)
    page.goto(f"{site.url}/me/meeting")
    check(page)
    assert page.locator(f".skin-{skin}").count() == 1
    assert not re.search(r"\d[.:]\d\d", text_of(page)), "no time of any adult's meeting"
    page.locator("main a.govuk-button, main form button").first.click()
    page.wait_for_load_state()
    for _question in range(8):
        check(page)
        if "thanks" in page.url:
            break
        choice = page.locator("main input[type=radio], main input[type=checkbox]").first
        if choice.count():
            choice.check(force=True)
        press(page, "main form[method=post] button[type=submit]")
    assert "thanks" in page.url
    check(page)
