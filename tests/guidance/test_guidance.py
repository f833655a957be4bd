"""Where families turn: every word explained in every language, the dates of an appeal, and the school's own addresses."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.concerns.models import AnswerDays
from portal.concerns.rules import Step
from portal.guidance.rules_appeal import dates_of
from portal.guidance.rules_words import WORDS
from portal.kernel import clock
from portal.kernel.scope import PortalSession
from portal.local_offer.rules_words import folded
from portal.people.models import School
from tests.conftest import Ids
from tests.pages import parse, words


def test_the_words_stand_in_the_order_of_the_readers_alphabet(sqlite_app: Flask) -> None:
    page = sqlite_app.test_client().get("/help/words?lang=pl").text
    terms = [re.sub(r"<[^>]+>", "", term).strip() for term in re.findall(r"<dt[^>]*>(.*?)(?:<bdi|</dt>)", page, re.S)]
    assert len(terms) == len(WORDS)
    letters = [folded(term) for term in terms]
    assert letters == sorted(letters)
    assert letters != sorted(term.casefold() for term in terms), "an accent does not send a word behind the last letter"
    assert 'lang="en" dir="ltr">EHC plan</bdi>' in page, "school and council say it in English"


def test_each_word_has_a_place_of_its_own() -> None:
    assert len({word.key for word in WORDS}) == len(WORDS)


@pytest.mark.parametrize(
    ("letter", "certificate", "last"),
    [
        (date(2026, 10, 1), date(2026, 11, 29), date(2027, 1, 4)),
        (date(2026, 6, 10), None, date(2026, 9, 1)),
        (date(2026, 12, 31), None, date(2027, 3, 1)),
    ],
)
def test_the_last_day_to_appeal(letter: date, certificate: date | None, last: date) -> None:
    found = dates_of(letter, certificate)
    assert found[-1].on == last
    assert len(found) == (1 if certificate else 2), "with a certificate nobody needs the adviser's day any more"


def typed(**days: date) -> dict[str, str]:
    return {
        f"{name}-{part}": str(getattr(day, part)) for name, day in days.items() for part in ("day", "month", "year")
    }


def full_date(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B} {day.year}"


def test_the_page_of_an_appeal_says_the_days_and_keeps_nothing(sqlite_app: Flask) -> None:
    client = sqlite_app.test_client()
    today = clock.today()
    page = words(client.post("/help/appeal", data=typed(letter=today)))
    assert full_date(dates_of(today, None)[-1].on) in page
    assert "This is our calculation" in page
    assert "This day has passed" not in page
    older = typed(letter=today, certificate=today - timedelta(days=1))
    answer = client.post("/help/appeal", data=older)
    assert answer.status_code == 422
    assert "cannot be older than the letter" in words(answer)


def test_days_that_are_over_are_called_over(sqlite_app: Flask) -> None:
    client = sqlite_app.test_client()
    page = words(client.post("/help/appeal", data=typed(letter=date(2020, 1, 1))))
    assert "Sunday 1 March 2020This day has passed" in page
    assert "Monday 2 March 2020This day has passed" in page
    assert "Ask SENDIASS or IPSEA today" in page
    assert "The mediation day does not move." in page
    same = words(client.post("/help/appeal", data=typed(letter=date(2020, 1, 2))))
    assert "The mediation day does not move." not in same


def test_a_letter_to_come_has_no_dates(sqlite_app: Flask) -> None:
    client, tomorrow = sqlite_app.test_client(), clock.today() + timedelta(days=1)
    for wrong in (typed(letter=tomorrow), typed(letter=clock.today(), certificate=tomorrow)):
        answer = client.post("/help/appeal", data=wrong)
        assert answer.status_code == 422
        assert "Choose today or a day that is over." in words(answer)
        assert "Last day to appeal" not in words(answer)


def test_a_family_reads_one_ladder_with_names_and_days(
    app: Flask, as_persona: Callable, ids: Ids, counting: Any, system_session: PortalSession
) -> None:
    facts = {"school_id": ids.school_of("Zara"), "step": Step.HEAD, "days": 1}
    system_session.add(AnswerDays(**facts))
    system_session.commit()
    parent = as_persona("parent")
    parent.get("/help/not-content?lang=en")
    counting.statements.clear()
    page = parse(parent.get("/help/not-content"))
    assert len(counting) <= 8, counting.statements
    ladder = page.xpath("//main//section[contains(@class, 'card')][.//h3]/ol")[0]
    steps = [" ".join(step.text_content().split()) for step in ladder.xpath("li")]
    assert [step.split("The answer")[0].strip() for step in steps] == [
        *("Class teacher · Miss Okafor", "SENDCO · Mrs Marsden", "Headteacher · Mr Osei"),
        *("The trust's director", "The trustee for SEND, in writing"),
    ]
    assert steps[1].endswith("The answer comes within 5 school days.")
    assert steps[2].endswith("The answer comes within 1 school day.")
    assert page.xpath("//main//details//*[@lang='en']"), "the school's own words are folded"
    assert "At each step ask who will answer" not in page.text_content()


def test_a_young_person_finds_every_way_on(sqlite_app: Flask, as_persona: Callable) -> None:
    young = as_persona("young-person")
    links = parse(young.get("/help?lang=en")).xpath("//main//a/@href")
    assert {"/help/not-content", "/help/words", "/local-help"} <= set(links)
    assert any(link.endswith("/ask") for link in links)
    assert any("ipsea" in link for link in links)
    for link in links:
        if link.startswith("/"):
            assert young.get(link).status_code == 200, link
    rights = words(young.get("/help/children"))
    assert "When you are about 16" not in rights
    assert "You decide if your parents or carers" in rights
    for path in ("/privacy", "/help/not-content"):
        assert "it means you" in words(young.get(path))
        assert "it means you" not in words(as_persona("parent").get(f"{path}?lang=en"))
    child = as_persona("pupil-young")
    assert "/help/not-content" not in parse(child.get("/help?lang=en")).xpath("//main//a/@href")
    assert "When you are about 16" in words(child.get("/help/children"))


def test_a_family_reads_the_schools_own_steps_and_addresses(sqlite_app: Flask, as_persona: Callable) -> None:
    parent = as_persona("parent")
    assert "Talk to Mr Osei, the headteacher." in words(parent.get("/help/not-content"))
    assert "Our SEN information report" in words(parent.get("/help"))
    assert "Mr Osei" not in words(sqlite_app.test_client().get("/help/not-content")), "a visitor learns of no school"


def test_staff_change_the_schools_addresses(
    app: Flask, as_persona: Callable, ids: Ids, system_session: PortalSession
) -> None:
    office = as_persona("office")
    for line in (
        *("SEND policy javascript:alert(1)", "https://no-name.example.org", "SEND policy", "SEND policy http://[::1"),
        *("SEND policy https://a:b@school.example.org", "SEND policy https://school.example.org:0/"),
    ):
        assert office.post("/staff/school/links", data={"lines": line}).status_code == 422
    lines = "SEND policy https://school.example.org/send\n\nMums & dads  https://parents.example.org/?a=1&b=2"
    assert office.post("/staff/school/links", data={"lines": lines}).status_code == 303
    links = system_session.scalars(select(School.links).where(School.id == ids.school_of("Zara"))).one()
    system_session.rollback()  # lets go of the lock
    assert links == {
        "SEND policy": "https://school.example.org/send",
        "Mums & dads": "https://parents.example.org/?a=1&b=2",
    }
    page = as_persona("parent").get("/help").get_data(as_text=True)
    assert 'href="https://parents.example.org/?a=1&amp;b=2"' in page
