"""Where families turn: every word explained in every language, the dates of an appeal, and the school's own addresses."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from portal.guidance.rules_appeal import dates_of
from portal.guidance.rules_words import WORDS
from portal.kernel.scope import PortalSession
from portal.local_offer.rules_words import folded
from portal.people.models import School
from tests.conftest import Ids
from tests.pages import words


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


def test_the_page_of_an_appeal_says_the_days_and_keeps_nothing(sqlite_app: Flask) -> None:
    client = sqlite_app.test_client()
    typed = {"letter-day": "1", "letter-month": "10", "letter-year": "2026"}
    page = words(client.post("/help/appeal", data=typed))
    assert "Tuesday 1 December 2026" in page
    assert "This is our calculation" in page
    wrong = {**typed, "certificate-day": "1", "certificate-month": "9", "certificate-year": "2026"}
    answer = client.post("/help/appeal", data=wrong)
    assert answer.status_code == 422
    assert "cannot be older than the letter" in words(answer)


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
