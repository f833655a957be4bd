"""What was typed into a sitting that had ended comes back to its writer, and to nobody else."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from portal.accounts.models import KeptText, Sitting
from portal.demo.known import DEMO_PIN
from portal.kernel import clock
from tests.pages import parse, words

WORDS = "سلام، she sleeps well & 'likes' <b>school</b> now"


@pytest.fixture
def ended(as_persona, database, ids):
    """The parent's browser whose sitting ran out while a form was open."""
    client = as_persona("parent")
    with database() as session:
        sitting = session.scalars(select(Sitting).where(Sitting.person_id == ids.person("parent"))).one()
        sitting.ends_at = clock.now() - timedelta(minutes=1)
        sitting.started_at = sitting.ends_at - timedelta(hours=1)
        session.commit()
    return client


def come_in(client, person, email_of, code_for, pin=DEMO_PIN):
    client.post("/sign-in/family", data={"address": email_of(person)})
    client.post("/sign-in/code", data={"code": code_for(person)})
    return client.post("/sign-in/pin", data={"pin": pin})


def test_text_comes_back_after_signing_in(app, ids, ended, email_of, code_for):
    sent = {"address": WORDS, "pin": "864203", "old_pin": "246810", "note": "second box"}
    answer = ended.post("/settings/address", data=sent)
    assert answer.headers["Location"] == "/sign-in?kept=1"
    assert "What you wrote is safe." in words(ended.get(answer.headers["Location"]))
    done = come_in(ended, ids.person("parent"), email_of, code_for)
    assert done.headers["Location"] == "/kept"
    page = ended.get("/kept")
    assert [box.text for box in parse(page).xpath("//main//textarea")] == [WORDS, "second box"]
    assert "864203" not in page.get_data(as_text=True)
    assert "246810" not in page.get_data(as_text=True)
    assert "/settings/address" in parse(page).xpath("//main//a/@href")
    assert ended.get("/kept").status_code == 200, "looking does not throw it away"
    assert ended.post("/kept/discard").status_code == 303
    assert not parse(ended.get("/kept")).xpath("//main//textarea")


def test_another_person_on_the_same_browser_does_not_get_it(app, ids, ended, email_of, code_for):
    ended.post("/settings/address", data={"address": WORDS})
    other = ids.person("second-parent")
    assert come_in(ended, other, email_of, code_for).headers["Location"] == "/"
    assert WORDS not in words(ended.get("/kept"))
    ended.post("/kept/discard")
    assert come_in(ended, ids.person("parent"), email_of, code_for).headers["Location"] == "/kept"
    assert parse(ended.get("/kept")).xpath("//main//textarea")[0].text == WORDS


def test_an_address_that_only_takes_forms_gets_no_link(app, ids, ended, email_of, code_for):
    ended.post("/settings/sign-out-everywhere", data={"note": WORDS})
    come_in(ended, ids.person("parent"), email_of, code_for)
    page = ended.get("/kept")
    assert parse(page).xpath("//main//textarea")
    assert "/settings/sign-out-everywhere" not in parse(page).xpath("//main//a/@href")


def test_it_waits_twelve_hours(app, ids, ended, email_of, code_for):
    ended.post("/settings/address", data={"address": WORDS})
    with time_machine.travel(clock.now() + timedelta(hours=12, minutes=1)):
        assert come_in(ended, ids.person("parent"), email_of, code_for).headers["Location"] == "/"


def test_a_stranger_leaves_nothing(app, database):
    client = app.test_client()
    client.set_cookie("portal", "no such sitting", domain="127.0.0.1")
    assert_given_back(client.post("/settings/address", data={"address": WORDS, "pin": "864203"}))
    with database() as session:
        assert session.scalars(select(KeptText)).all() == []


def assert_given_back(answer):
    assert answer.status_code == 401
    text = words(answer)
    assert "we could not keep your words." in text
    assert "What you wrote is safe." not in text
    assert [box.text for box in parse(answer).xpath("//main//textarea")] == [WORDS]
    assert "864203" not in answer.get_data(as_text=True)
    assert "no-store" in answer.headers["Cache-Control"]


def test_whoever_signed_out_in_another_tab_gets_the_words_back_at_once(app, as_persona, database):
    client = as_persona("parent")
    client.post("/sign-out")
    assert_given_back(client.post("/settings/address", data={"address": WORDS, "pin": "864203"}))
    with database() as session:
        assert session.scalars(select(KeptText)).all() == []


def test_nothing_is_promised_when_nothing_was_written(app, ended):
    answer = ended.post("/settings/address", data={"pin": "864203"})
    assert answer.headers["Location"] == "/sign-in"
    assert "What you wrote is safe." not in words(ended.get("/sign-in"))
