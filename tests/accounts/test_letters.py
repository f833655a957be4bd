"""The first time: a letter's code, a language, a PIN. Whatever is wrong with a code, the answer is the same."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.accounts.actions_letters import use_letter
from portal.accounts.models import FamilyPin, LetterCode
from portal.demo.known import DEMO_PIN, KNOWN_LETTER_CODE
from portal.kernel import clock
from portal.kernel.audit import AuditEvent
from portal.kernel.errors import Invalid
from portal.people.models import Person, PupilContact
from portal.people.rules import ContactState, Restriction
from tests.pages import words

SORRY = "This code does not work, or does not work any more."
PIN = "471902"


@pytest.fixture
def invited(database):
    """The adult and child of the demo's known letter."""
    with database() as session:
        return session.scalars(
            select(LetterCode).where(LetterCode.finder == KNOWN_LETTER_CODE[:3], LetterCode.used_at.is_(None))
        ).one()


def type_code(client, code):
    return client.post("/letter", data={"code": code})


def go_in(client, code, *, language="ur", pin=PIN, again=None):
    assert type_code(client, code).headers["Location"] == "/letter/language"
    assert client.post("/letter/language", data={"language": language}).status_code == 303
    return client.post("/letter/pin", data={"pin": pin, "pin_again": again or pin})


def test_a_letter_opens_the_child_in_the_chosen_language(app, database, invited, sittings_of):
    client = app.test_client()
    printed = f" {KNOWN_LETTER_CODE[:3].lower()} {KNOWN_LETTER_CODE[3:7]}--{KNOWN_LETTER_CODE[7:].lower()} "
    assert type_code(client, printed).status_code == 303
    assert "Choose your language" in words(client.get("/letter/language"))
    answer = client.post("/letter/language", data={"language": "ur"})
    assert answer.headers["Location"] == "/letter/pin?lang=ur"
    page = client.get(answer.headers["Location"])
    assert 'dir="rtl"' in page.get_data(as_text=True)
    done = client.post("/letter/pin", data={"pin": "۴۷۱ ۹۰۲", "pin_again": PIN})
    assert (done.status_code, done.headers["Location"]) == (303, "/")
    assert client.get(f"/children/{invited.pupil_id}").status_code == 200
    with database() as session:
        contact = session.get_one(PupilContact, invited.contact_id)
        person = session.get_one(Person, invited.adult_id)
        assert contact.state == ContactState.ACTIVE
        assert (person.language, person.epoch) == ("ur", 1)
        assert session.get_one(LetterCode, invited.id).used_at is not None
        pin = session.get_one(FamilyPin, person.id)
        assert pin.pin_hash.startswith("$argon2id$")
        assert PIN not in pin.pin_hash
        acts = set(session.scalars(select(AuditEvent.action).where(AuditEvent.actor_id == person.id)))
        assert {"used a letter", "signed in"} <= acts
    assert len(sittings_of(invited.adult_id)) == 1


def test_every_code_that_opens_nothing_gets_the_same_answer(app, database, invited, ids, new_letter):
    zara, barred, father = ids.pupil("Zara"), ids.person("parent-barred"), ids.person("second-parent")
    old = new_letter(father, zara, made_at=clock.now() - timedelta(days=28, minutes=1))
    used, revoked, closed = (new_letter(father, zara) for _n in range(3))
    with database() as session:
        barred_child = session.scalars(select(PupilContact.pupil_id).where(PupilContact.adult_id == barred)).first()
        for code, column in ((used, "used_at"), (revoked, "revoked_at")):
            row = session.scalars(select(LetterCode).where(LetterCode.finder == code[:3])).one()
            setattr(row, column, clock.now())
        session.commit()
    barreds = new_letter(barred, barred_child)
    pages = set()
    for code in (old, used, revoked):  # while all else is in order
        answer = type_code(app.test_client(), code)
        assert answer.status_code == 422, code
        pages.add(words(answer))
    with database() as session:
        contact = session.scalars(
            select(PupilContact).where(PupilContact.adult_id == father, PupilContact.pupil_id == zara)
        ).one()
        contact.restriction, contact.restricted_from = Restriction.NO_CONTACT, clock.today()
        contact.order_seen_by = ids.person("sendco")
        session.commit()
    for code in (closed, barreds, KNOWN_LETTER_CODE[:3] + "0" * 8, "", "?", "ABC", "Z" * 60):
        answer = type_code(app.test_client(), code)
        assert answer.status_code == 422, code
        if code:
            assert SORRY in words(answer), code
            pages.add(words(answer))
    assert len(pages) == 1


@pytest.mark.parametrize("wrong", ["used_at", "revoked_at", "expires_at"])
def test_a_letter_that_ended_between_code_and_pin_is_not_used(app, database, ids, new_letter, wrong):
    new_letter(ids.person("second-parent"), ids.pupil("Zara"), finder="QQQ")
    with database() as session:
        letter = session.scalars(select(LetterCode).where(LetterCode.finder == "QQQ")).one()
        setattr(letter, wrong, clock.now())
        session.flush()
        with pytest.raises(Invalid):
            use_letter(session, letter_id=letter.id, pin_hash=None, language="", now=clock.now())


def test_a_new_letter_kills_the_one_before_it(app, database, as_persona, invited):
    assert type_code(app.test_client(), KNOWN_LETTER_CODE).status_code == 303
    with database() as session:
        language = session.get_one(Person, invited.adult_id).language
    printed = as_persona("office").post(
        "/staff/letters", data={"contact": str(invited.contact_id), "language": language}
    )
    assert printed.mimetype == "application/pdf"
    assert type_code(app.test_client(), KNOWN_LETTER_CODE).status_code == 422


def test_a_lost_pile_is_cancelled_by_its_own_school_only(app, database, as_persona, invited):
    with database() as session:
        batch = session.get_one(LetterCode, invited.id).batch
    as_persona("sendco-other-school").post("/staff/letters/cancel", data={"batch": batch})
    assert type_code(app.test_client(), KNOWN_LETTER_CODE).status_code == 303
    assert as_persona("office").post("/staff/letters/cancel", data={"batch": batch}).status_code == 303
    assert type_code(app.test_client(), KNOWN_LETTER_CODE).status_code == 422


def test_what_was_typed_stays_in_the_box(sqlite_app):
    answer = type_code(sqlite_app.test_client(), "ABC-4F7K-9Q2")
    assert 'value="ABC-4F7K-9Q2"' in answer.get_data(as_text=True)
    for hostile in ("a\x00b", "x" * 500, "<script>", "‮ABC"):
        assert type_code(sqlite_app.test_client(), hostile).status_code == 422


def test_six_wrong_secrets_lock_every_letter_with_this_finder_and_no_other(app, invited, ids, new_letter):
    neighbour = new_letter(ids.person("second-parent"), ids.pupil("Zara"), finder=KNOWN_LETTER_CODE[:3])
    other = new_letter(ids.person("second-parent"), ids.pupil("Zara"))
    for _n in range(5):
        type_code(app.test_client(), KNOWN_LETTER_CODE[:3] + "ZZZZZZZZ")
    assert type_code(app.test_client(), neighbour).status_code == 303, "a right code is no wrong try"
    assert type_code(app.test_client(), KNOWN_LETTER_CODE).status_code == 303
    type_code(app.test_client(), KNOWN_LETTER_CODE[:3] + "ZZZZZZZZ")
    for code in (KNOWN_LETTER_CODE, neighbour):
        assert type_code(app.test_client(), code).status_code == 422
    assert type_code(app.test_client(), other).status_code == 303


def test_the_steps_cannot_be_skipped_nor_forged(sqlite_app, invited):
    client = sqlite_app.test_client()
    assert client.get("/letter/language").headers["Location"] == "/letter"
    assert client.get("/letter/pin").headers["Location"] == "/letter?again=1"
    assert client.post("/letter/pin", data={"pin": PIN, "pin_again": PIN}).headers["Location"] == "/letter?again=1"
    assert SORRY in words(client.get("/letter?again=1"))
    client.set_cookie("pend", f"letter.{invited.id}", domain="127.0.0.1")
    assert client.get("/letter/pin").status_code == 303


def test_nothing_is_used_up_by_looking(app, database, invited):
    client = app.test_client()
    type_code(client, KNOWN_LETTER_CODE)
    for method in (client.get, client.head):
        for path in ("/letter", "/letter/language", "/letter/pin"):
            assert method(path).status_code == 200
    with database() as session:
        assert session.get_one(LetterCode, invited.id).used_at is None


@pytest.mark.parametrize(
    ("pin", "again", "message"),
    [
        ("", "", "Type the six digits of your PIN."),
        ("12345", "12345", "The PIN needs six digits."),
        ("abcdef", "abcdef", "The PIN needs six digits."),
        ("111111", "111111", "too easy to guess"),
        ("123456", "123456", "too easy to guess"),
        (PIN, "471903", "The two PINs are not the same."),
    ],
)
def test_a_pin_that_cannot_be_kept_gets_a_message_and_is_not_shown(sqlite_app, database, invited, pin, again, message):
    answer = go_in(sqlite_app.test_client(), KNOWN_LETTER_CODE, language="en", pin=pin, again=again)
    assert answer.status_code == 422
    assert message in words(answer)
    assert not pin or f'value="{pin}"' not in answer.get_data(as_text=True)
    with database() as session:
        assert session.get_one(LetterCode, invited.id).used_at is None


def test_staff_close_the_link_between_code_and_pin(app, database, invited, ids, sittings_of):
    client = app.test_client()
    type_code(client, KNOWN_LETTER_CODE)
    client.post("/letter/language", data={"language": "en"})
    with database() as session:
        contact = session.get_one(PupilContact, invited.contact_id)
        contact.restriction, contact.restricted_from = Restriction.NO_INFORMATION, clock.today()
        contact.order_seen_by = ids.person("sendco")
        session.commit()
    answer = client.post("/letter/pin", data={"pin": PIN, "pin_again": PIN})
    assert answer.status_code == 422
    assert SORRY in words(answer)
    assert sittings_of(invited.adult_id) == []
    with database() as session:
        assert session.get(FamilyPin, invited.adult_id) is None, "nothing of the refused try is kept"
        assert session.get_one(LetterCode, invited.id).used_at is None


def test_the_second_child_needs_the_pin_of_the_first(app, database, ids, new_letter, sittings_of):
    parent = ids.person("parent-of-two")
    with database() as session:
        pupil = session.scalars(select(PupilContact.pupil_id).where(PupilContact.adult_id == parent)).first()
    before = app.test_client()
    code = new_letter(parent, pupil)
    page = before
    type_code(page, code)
    page.post("/letter/language", data={"language": "en"})
    assert "Type your PIN" in words(page.get("/letter/pin"))
    wrong = page.post("/letter/pin", data={"pin": PIN, "pin_again": PIN})
    assert wrong.status_code == 422
    assert "This is not the PIN we know." in words(wrong)
    assert page.post("/letter/pin", data={"pin": DEMO_PIN}).status_code == 303
    assert len(sittings_of(parent)) == 1
    with database() as session:
        assert session.get_one(FamilyPin, parent).wrong_tries == 0


def test_an_old_letter_and_five_wrong_tries_do_not_make_a_new_pin(app, database, ids, new_letter):
    parent = ids.person("parent")
    zara = ids.pupil("Zara")
    client = app.test_client()
    stolen = new_letter(parent, zara)
    for _n in range(5):
        assert go_in(client, stolen, language="en").status_code == 422
    sixth = client.post("/letter/pin", data={"pin": DEMO_PIN, "pin_again": DEMO_PIN})
    assert sixth.status_code == 422
    assert "Your PIN is closed, to keep your pages safe. Ask the school office for a new letter." in words(sixth)
    fresh = new_letter(parent, zara, made_at=clock.now() + timedelta(seconds=1))
    assert go_in(app.test_client(), fresh, language="en").status_code == 303, "the office's new letter does"
    with database() as session:
        assert session.get_one(FamilyPin, parent).wrong_tries == 0


def test_a_letter_ends_the_sittings_before_it(app, ids, as_persona, new_letter):
    before = as_persona("parent")
    assert before.get("/settings").status_code == 200
    client = app.test_client()
    code = new_letter(ids.person("parent"), ids.pupil("Zara"))
    assert go_in(client, code, language="en", pin=DEMO_PIN).status_code == 303
    assert client.get("/settings").status_code == 200
    assert before.get("/settings").status_code == 302


def test_of_many_at_the_same_moment_one_wins(app, database, invited):
    won, lost = [], []

    def use():
        with database() as session:
            try:
                use_letter(session, letter_id=invited.id, pin_hash="x", language="en", now=clock.now())
                session.commit()
                won.append(1)
            except Invalid:
                lost.append(1)

    threads = [threading.Thread(target=use) for _n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(lost)) == (1, 5)


def test_sending_the_pin_twice_is_one_sitting(app, invited, sittings_of):
    client = app.test_client()
    type_code(client, KNOWN_LETTER_CODE)
    client.post("/letter/language", data={"language": "en"})
    pend = client.get_cookie("pend", domain="127.0.0.1").value
    assert client.post("/letter/pin", data={"pin": PIN, "pin_again": PIN}).status_code == 303
    other = app.test_client()
    other.set_cookie("pend", pend, domain="127.0.0.1")
    assert other.post("/letter/pin", data={"pin": PIN, "pin_again": PIN}).status_code == 303
    assert other.get("/settings").status_code == 302, "the second one is led back to the letter, not in"
    assert len(sittings_of(invited.adult_id)) == 1
