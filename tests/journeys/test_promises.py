"""From what was said to what became of it, in a browser: an action is agreed, everything gets an ending, the review is
finished, a parent says that something is not happening and reads the answer, and the promise is kept."""

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from portal.kernel import clock
from portal.records.models import Action
from portal.records.rules import ActionState
from portal.reviews.models import Review
from portal.reviews.rules import Stage
from tests.conftest import read_ids
from tests.journeys.site import Site, check, spoken, text_of
from tests.journeys.test_meetings_of_families import press
from tests.records.writing import Meeting

SUBMIT = "main form[method=post] button.govuk-button"


@pytest.fixture
def meeting(site: Site) -> Meeting:
    """A review that was held, with what everybody said for it; what was agreed before is done."""
    ids = read_ids(site.app.extensions["engine"])
    with site.session() as session:
        for row in session.scalars(select(Action).where(Action.pupil_id == ids.pupil("Zara"))):
            row.state = ActionState.KEPT
        session.commit()
        return Meeting(session, ids)


def _agree(site: Site, page: Page, meeting: Meeting) -> None:
    page.goto(f"{site.url}{meeting.path}")
    press(page, "form[action$='/record'] button")
    press(page, "a[href$='/actions/new']")
    check(page)
    press(page, SUBMIT)
    check(page)
    assert "There is a problem" in text_of(page)
    page.locator("textarea[name=text]").fill("Read with Zara each day")
    page.locator("input[name=owner_words]").fill("Mum and Dad")
    page.locator("select[name=owner]").select_option(index=1)
    for part, value in (("day", "1"), ("month", "3"), ("year", str(clock.today().year + 1))):
        page.locator(f"input[name=due_on-{part}]").fill(value)
    page.locator("input[name=pupil_words]").fill("We read with you")
    press(page, SUBMIT)
    check(page)
    assert "Read with Zara each day" in text_of(page)


def _end_all(site: Site, page: Page, meeting: Meeting) -> None:
    page.goto(f"{site.url}{meeting.path}/endings")
    check(page)
    press(page, f"#said-{meeting.said['mum for school']} button[value=differently]")
    check(page)
    assert "Write your answer." in text_of(page)
    page.locator("textarea[name=words]").fill("We think a smaller step is better.")
    press(page, SUBMIT)
    while page.locator("button[value=noted]").count():
        press(page, "button[value=noted]")


@pytest.mark.parametrize("language", ["en", "pa"])
def test_from_what_was_said_to_what_became_of_it(site: Site, page: Page, meeting: Meeting, language: str) -> None:
    site.become(page, "sendco")
    _agree(site, page, meeting)
    page.goto(f"{site.url}{meeting.path}/share")
    press(page, SUBMIT)
    _end_all(site, page, meeting)
    press(page, f"form[action='{meeting.path}/close'] button")
    check(page)
    assert "1 answer is for" in text_of(page), "a child told her teacher alone, and the teacher has not answered"

    site.become(page, "class-teacher")
    page.goto(f"{site.url}/staff/promises")
    check(page)
    press(page, f"main a[href='{meeting.path}/endings']")
    press(page, f"#said-{meeting.said['child for one']} button[value=noted]")
    press(page, f"form[action='{meeting.path}/close'] button")
    with site.session() as session:
        assert session.get_one(Review, meeting.id).stage == Stage.CLOSED

    site.become(page, "parent", language)
    page.goto(f"{site.url}/children/{meeting.about['pupil_id']}")
    press(page, "a[href$='/became']")
    check(page)
    assert "We think a smaller step is better." in text_of(page)
    press(page, "a[href$='/not-happening']")
    check(page)
    page.locator("textarea[name=words]").fill("Nobody has sent a book.")
    press(page, SUBMIT)
    check(page)

    site.become(page, "sendco")
    page.goto(f"{site.url}/staff")
    press(page, "main a[href='/staff/promises']")
    check(page)
    press(page, "tr:has-text('Nobody has sent a book.') a")
    check(page)
    page.locator("textarea[name=words]").fill("The book comes on Monday.")
    press(page, SUBMIT)
    press(page, "a:has-text('Read with Zara each day')")
    check(page)
    page.locator("input[name=state][value=kept]").check(force=True)
    press(page, SUBMIT)
    check(page)

    site.become(page, "parent", language)
    page.goto(f"{site.url}/children/{meeting.about['pupil_id']}/became")
    check(page)
    told = text_of(page)
    assert "The book comes on Monday." in told
    assert f"Read with Zara each day {spoken(language, 'Done')}" in told
