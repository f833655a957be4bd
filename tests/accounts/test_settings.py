"""What a parent sets alone: languages, addresses, the PIN, and signing out everywhere."""

import pytest
import time_machine
from sqlalchemy import select

from portal.accounts.actions_addresses import confirm_address
from portal.accounts.actions_codes import new_code
from portal.accounts.models import FamilyPin, MailedCode
from portal.accounts.rules import Address
from portal.demo.known import DEMO_PIN
from portal.kernel import clock
from portal.kernel.errors import Invalid
from portal.kernel.outbox import OutboxItem
from portal.people.models import ContactPoint, Person
from portal.people.rules import ContactKind
from tests.conftest import PEPPER
from tests.pages import parse, words


def chosen(page):
    """What the form on the page would send, as a browser would."""
    form = parse(page).xpath("//main//form[.//select]")[0]
    return {name: value for name, value in form.form_values() if name != "csrf_token"}


def test_languages_and_needs_are_kept(app, ids, as_persona, database):
    client, parent = as_persona("parent"), ids.person("parent")
    values = {**chosen(client.get("/settings")), "language": "pl", "spoken_language": "bfi", "easy_read": "y"}
    answer = client.post("/settings", data=values)
    assert answer.headers["Location"] == "/settings?lang=pl&saved=1"
    assert 'lang="pl"' in client.get(answer.headers["Location"]).get_data(as_text=True)
    with database() as session:
        person = session.get_one(Person, parent)
        assert (person.language, person.spoken_language, person.easy_read) == ("pl", "bfi", True)


def test_saving_changes_nothing_that_was_not_touched(app, ids, as_persona, database):
    client, parent = as_persona("parent"), ids.person("parent")

    def kept():
        with database() as session:
            person = session.get_one(Person, parent)
            points = session.scalars(select(ContactPoint).where(ContactPoint.adult_id == parent)).all()
            mine = (person.language, person.spoken_language, person.interpreter_needed, person.easy_read)
            return mine, {(point.value, point.wanted) for point in points}

    with database() as session:
        session.get_one(Person, parent).spoken_language = "phr"  # not in the list: the office wrote it down
        session.commit()
    before = kept()
    form = parse(client.get("/settings")).xpath("//main//form[.//select]")[0]
    pairs = [(name, value) for name, value in form.form_values() if name != "csrf_token"]
    wanted = [value for name, value in pairs if name == "wanted"]
    assert client.post("/settings", data={**dict(pairs), "wanted": wanted}).status_code == 303
    assert kept() == before


def test_nobody_sees_or_changes_another_ones_address(app, ids, as_persona, database, email_of):
    client = as_persona("parent")
    with database() as session:
        foreign = session.scalars(
            select(ContactPoint).where(ContactPoint.adult_id == ids.person("second-parent")).order_by(ContactPoint.id)
        ).first()
    page = client.get("/settings")
    assert email_of(ids.person("parent")) in words(page)
    assert foreign.value not in page.get_data(as_text=True)
    assert client.post("/settings", data={**chosen(page), "wanted": str(foreign.id)}).status_code == 422
    with database() as session:
        assert session.get_one(ContactPoint, foreign.id).wanted == foreign.wanted


def test_nonsense_languages_get_a_message(sqlite_app, as_persona):
    client = as_persona("parent")
    for tag in ("", "xx", "en\x00", "e" * 99):
        assert client.post("/settings", data={**chosen(client.get("/settings")), "language": tag}).status_code == 422


def test_a_new_address_counts_when_its_code_came_back_and_the_old_are_told(app, ids, as_persona, database, code_for):
    client, parent = as_persona("parent"), ids.person("parent")
    with database() as session:
        before = session.scalars(select(ContactPoint.id).where(ContactPoint.adult_id == parent)).all()
    assert client.post("/settings/address", data={"address": "New.One@Example.org"}).status_code == 303
    assert "new.one@example.org" in words(client.get("/settings/address/code"))
    with database() as session:
        assert len(session.scalars(select(ContactPoint).where(ContactPoint.adult_id == parent)).all()) == len(before)
    wrong = client.post("/settings/address/code", data={"code": "ZZZZ-ZZZZ"})
    assert wrong.status_code == 422
    assert client.post("/settings/address/code", data={"code": code_for(parent)}).status_code == 303
    with database() as session:
        point = session.scalars(select(ContactPoint).where(ContactPoint.value == "new.one@example.org")).one()
        assert point.adult_id == parent
        assert point.verified_at is not None
        told = session.scalars(select(OutboxItem).where(OutboxItem.kind == "address_added")).all()
        assert {item.facts["contact_point"] for item in told} == {str(each) for each in before}
    assert (
        client.post("/settings/address/code", data={"code": code_for(parent)}).headers["Location"].endswith("/address")
    )
    again = client.post("/settings/address", data={"address": "NEW.one@example.org"})
    assert "We have this address already." in words(again)


def test_a_code_for_a_new_address_signs_nobody_in(app, ids, as_persona, code_for, email_of):
    client, parent = as_persona("parent"), ids.person("parent")
    client.post("/settings/address", data={"address": "new@example.org"})
    code = code_for(parent)
    other = app.test_client()
    other.set_cookie("pend", client.get_cookie("pend", domain="127.0.0.1").value, domain="127.0.0.1")
    assert other.post("/sign-in/code", data={"code": code}).status_code == 422


def test_addresses_are_few_and_codes_are_few(sqlite_app, ids, as_persona, database):
    client, parent = as_persona("parent"), ids.person("parent")
    answers = [client.post("/settings/address", data={"address": f"a{n}@example.org"}).status_code for n in range(6)]
    assert answers == [303] * 5 + [422]
    with database() as session:
        for number in range(5):
            session.add(ContactPoint(adult_id=parent, kind="email", value=f"b{number}@example.org"))
        session.commit()
    with time_machine.travel(clock.now() + clock.minutes(25)):
        full = as_persona("parent").post("/settings/address", data={"address": "c@example.org"})
    assert "as many addresses as we can keep" in words(full)


def test_the_new_pin_needs_the_old_one_and_ends_other_sittings(app, ids, as_persona, database):
    client, elsewhere = as_persona("parent"), as_persona("parent")
    wrong = client.post("/settings/pin", data={"old_pin": "135791", "pin": "864203", "pin_again": "864203"})
    assert wrong.status_code == 422
    assert parse(wrong).xpath("//p[@id='old_pin-error']"), "the message stands at the old PIN"
    easy = client.post("/settings/pin", data={"old_pin": DEMO_PIN, "pin": "111111", "pin_again": "111111"})
    assert easy.status_code == 422
    assert elsewhere.get("/settings").status_code == 200
    done = client.post("/settings/pin", data={"old_pin": DEMO_PIN, "pin": "864203", "pin_again": "864203"})
    assert done.status_code == 303
    assert client.get("/settings").status_code == 200, "this browser stays in"
    assert elsewhere.get("/settings").status_code == 302
    with database() as session:
        assert session.get_one(FamilyPin, ids.person("parent")).wrong_tries == 0
    old = client.post("/settings/pin", data={"old_pin": DEMO_PIN, "pin": "975310", "pin_again": "975310"})
    assert old.status_code == 422


def test_guessing_the_old_pin_closes_it(app, as_persona):
    client = as_persona("parent")
    for _n in range(5):
        client.post("/settings/pin", data={"old_pin": "135791", "pin": "864203", "pin_again": "864203"})
    answer = client.post("/settings/pin", data={"old_pin": DEMO_PIN, "pin": "864203", "pin_again": "864203"})
    assert "Your PIN is closed" in words(answer)


def test_signing_out_everywhere_does(app, as_persona):
    here, there = as_persona("parent"), as_persona("parent")
    answer = here.post("/settings/sign-out-everywhere")
    assert answer.status_code == 303
    assert "cache" in answer.headers["Clear-Site-Data"]
    for client in (here, there):
        assert client.get("/settings").status_code == 302


def test_the_pages_are_for_families(sqlite_app, as_persona):
    for slug in ("pupil-older", "sendco", "trust-lead"):
        client = as_persona(slug)
        for path in ("/settings", "/settings/address", "/settings/address/code", "/settings/pin"):
            assert client.get(path).status_code == 403, (slug, path)
        assert client.post("/settings/sign-out-everywhere").status_code == 403


def test_a_page_in_use_after_a_while_can_still_be_saved(app, ids, as_persona):
    """Noting that a sitting is in use is a write of its own: it must not wait for the page itself."""
    client = as_persona("parent")
    values = chosen(client.get("/settings"))
    with time_machine.travel(clock.now() + clock.minutes(5)):
        assert client.post("/settings", data=values).status_code == 303


def test_old_codes_and_texts_are_forgotten(sqlite_app, ids, as_persona, database):
    from portal.accounts.actions import forget_old

    client = as_persona("parent")
    client.post("/settings/address", data={"address": "new@example.org"})
    with database() as session:
        forget_old(session, now=clock.now())
        assert session.scalars(select(MailedCode)).all()
        forget_old(session, now=clock.now() + clock.minutes(25 * 60))
        assert not session.scalars(select(MailedCode)).all()


def test_a_code_of_somebody_else_or_a_used_one_confirms_no_address(app, ids, database):
    me, other = ids.person("parent"), ids.person("second-parent")
    mine = Address(ContactKind.EMAIL, "mine@new.example")
    for whose, used_at in ((other, None), (me, clock.now())):
        with database() as session:
            code_id = new_code(session, person_id=whose, nonce="x", pepper=PEPPER, now=clock.now())
            session.flush()
            session.get_one(MailedCode, code_id).used_at = used_at
            with pytest.raises(Invalid):
                confirm_address(session, person_id=me, address=mine, code_id=code_id, now=clock.now())


def test_the_same_address_confirmed_on_two_devices_is_kept_once(app, ids, database):
    me, mine = ids.person("parent"), Address(ContactKind.EMAIL, "mine@new.example")
    with database() as session:
        first, second = (
            new_code(session, person_id=me, nonce=nonce, pepper=PEPPER, now=clock.now()) for nonce in ("x", "y")
        )
        session.flush()
        confirm_address(session, person_id=me, address=mine, code_id=first, now=clock.now())
        with pytest.raises(Invalid):
            confirm_address(session, person_id=me, address=mine, code_id=second, now=clock.now())
