"""A pupil says what they think, and tells somebody now, by keyboard alone: in all three skins, on a phone, with axe."""

import pytest
from playwright.sync_api import Page
from sqlalchemy import delete, select

from portal.contributions.models import Contribution, Disclosure, Statement
from portal.people.models import Pupil, School
from portal.reviews.models import Review, ReviewRound
from portal.reviews.rules import RoundState
from tests.journeys.site import Site, check, check_width, text_of


def arrange(site: Site, nc_year: str) -> str:
    """Zara is in this year and has said nothing yet, and the school has named nobody; the id of her review."""
    with site.session() as session:
        zara = session.scalars(select(Pupil).where(Pupil.known_as == "Zara")).one()
        zara.nc_year = nc_year
        review = session.scalars(
            select(Review.id)
            .join(ReviewRound, ReviewRound.id == Review.round_id)
            .where(Review.pupil_id == zara.id, ReviewRound.state == RoundState.OPEN)
        ).one()
        for kind in (Statement, Contribution):
            session.execute(delete(kind).where(kind.review_id == review))
        session.execute(delete(Disclosure))
        session.get_one(School, zara.school_id).safeguarding_lead_id = None
        session.commit()
    return str(review)


def go_to(page: Page, selector: str) -> None:
    """The Tab key, until the focus is on such a thing."""
    for _press in range(70):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{page.url}: the Tab key does not lead to {selector}")


def press(page: Page, selector: str, key: str = "Enter") -> None:
    """Goes there by Tab and presses a key that leads on."""
    go_to(page, selector)
    before = page.evaluate("() => performance.timeOrigin")
    page.keyboard.press(key)
    page.wait_for_function("before => performance.timeOrigin !== before", arg=before)
    page.wait_for_load_state()
    check(page)


def answers(site: Site, review: str) -> dict[str, Statement]:
    """What is kept, by question."""
    with site.session() as session:
        found = session.scalars(select(Statement)).all()
        return {row.question: row for row in found if str(row.review_id) == review and row.side == "pupil"}


@pytest.mark.parametrize("language", ["en", "ur"])
def test_the_youngest_with_the_keyboard_alone(site: Site, page: Page, language: str) -> None:
    review = arrange(site, "2")
    site.become(page, "pupil-young", language)
    check(page)
    press(page, "a[href='/me/views']")
    press(page, f"main a[href='/me/views/{review}/school/readers']")
    press(page, "button[name=who]")  # the first: one adult
    press(page, "button[name=feeling][value=good]", "Space")
    press(page, "button[name=feeling][value=not_say]")
    press(page, "main a[href$='/cards']")  # the third question is skipped
    for card in range(10):
        press(page, f"button[name=feeling][value={'tricky' if card == 6 else 'good'}]")
    assert page.url.endswith("/look")
    go_to(page, "input[name=helped]")
    page.keyboard.press("Space")
    press(page, "main button[type=submit].govuk-button:not(:disabled)")
    assert page.url.endswith("/thanks")
    rows = answers(site, review)
    assert set(rows) == {"school", "progress", "cards"}
    assert all(row.sent_at and row.readers == "one_adult" for row in rows.values())
    assert [key for key, feeling in rows["cards"].picks.items() if feeling == "tricky"] == ["noise"]


def test_cards_and_own_words_with_the_keyboard_alone(site: Site, page: Page) -> None:
    review = arrange(site, "5")
    site.become(page, "pupil-young")
    page.goto(f"{site.url}/me/views/{review}/admire/readers")
    press(page, "button[name=who][value=teachers]")
    go_to(page, "textarea")
    page.keyboard.type("I am good at drawing.")
    press(page, "main button[type=submit]:not([name])")
    page.goto(f"{site.url}/me/views/{review}/look")
    press(page, "main form button[type=submit]")
    row = answers(site, review)["admire"]
    assert (row.text, row.readers, bool(row.sent_at)) == ("I am good at drawing.", "teachers", True)


def test_older_pupils_with_the_keyboard_alone(site: Site, page: Page) -> None:
    review = arrange(site, "9")
    site.become(page, "pupil-young")
    press(page, "a[href='/me/views']")
    press(page, f"main a[href='/me/views/{review}/employment/readers']")
    press(page, "button[name=who][value=family]")
    go_to(page, "textarea")
    page.keyboard.type("A nursery, with small children.")
    press(page, "main button[type=submit]:not([name])")
    press(page, "button[name=feeling][value=not_now]")
    page.goto(f"{site.url}/me/views/{review}/look")
    press(page, "main form button[type=submit]")
    rows = answers(site, review)
    assert rows["employment"].readers == "family"
    assert rows["independent_living"].picks == {"independent_living": "not_now"}


@pytest.mark.parametrize("language", ["pl", "so"])
def test_the_longest_words_fit_beside_the_pictures(site: Site, page: Page, language: str) -> None:
    review = arrange(site, "2")
    site.become(page, "pupil-young", language)
    page.goto(f"{site.url}/me/views/{review}/school")
    page.locator("button[name=feeling][value=tricky]").click()
    views = (f"{review}/school/readers", f"{review}/school", f"{review}/cards", f"{review}/look")
    meeting = (f"{review}/{question}" for question in ("part", "who", "first", "message", "helped"))
    for path in ("/me", "/me/tell", *(f"/me/views/{one}" for one in views), *(f"/me/meeting/{one}" for one in meeting)):
        page.goto(site.url + path)
        check_width(page)


@pytest.mark.parametrize("nc_year", ["1", "4", "7"])
def test_telling_somebody_now_with_the_keyboard_alone(site: Site, page: Page, nc_year: str) -> None:
    arrange(site, nc_year)
    site.become(page, "pupil-young")
    press(page, "a[href='/me/tell']")
    go_to(page, "input[name=feeling]")
    page.keyboard.press("ArrowDown")
    go_to(page, "textarea")
    page.keyboard.type("The bell scares me.")
    press(page, "main form button[type=submit]")
    assert page.url.endswith("/me/tell/told")
    assert "The bell" not in text_of(page)
    with site.session() as session:
        row = session.scalars(select(Disclosure)).one()
        assert (row.feeling, row.text) == ("worried", "The bell scares me.")

    site.become(page, "class-teacher")
    press(page, "a[href='/staff/told']")
    press(page, "main form button")
    assert "The bell scares me." in text_of(page)
    go_to(page, "textarea")
    page.keyboard.type("Talked to her.")
    press(page, "main form button[type=submit]")
    with site.session() as session:
        assert session.scalars(select(Disclosure)).one().done_at


def test_read_aloud_is_there_only_with_a_voice_of_this_very_language(site: Site, page: Page) -> None:
    review = arrange(site, "2")
    voices = "Object.defineProperty(speechSynthesis, 'getVoices', {value: () => [%s]})"
    british = "{lang: 'en-GB', localService: true, name: 'x', voiceURI: 'x', default: true}"
    for voice, is_there in (
        ("", False),
        (british, True),
        (british.replace("en-GB", "en-US"), False),
        (british.replace("true, name", "false, name"), False),  # a voice elsewhere would be sent the page
    ):
        fresh = page.context.new_page()
        fresh.add_init_script(voices % voice)
        site.become(fresh, "pupil-young")
        fresh.goto(f"{site.url}/me/views/{review}/school")
        assert fresh.locator("[data-read-aloud] button").is_visible() is is_there
        fresh.close()
