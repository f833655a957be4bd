"""Coming again: a code to an address, then the PIN. Nobody learns who is known here; no scanner uses a code up."""

import threading
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from portal.accounts.actions_codes import use_code
from portal.accounts.models import FamilyPin, MailedCode
from portal.demo.known import DEMO_PIN
from portal.kernel import clock
from portal.kernel.errors import Invalid
from portal.kernel.outbox import OutboxItem
from portal.people.models import ContactPoint
from portal.people.rules import ContactKind
from tests.pages import words


def ask(client, address):
    return client.post("/sign-in/family", data={"address": address})


def type_code(client, code):
    return client.post("/sign-in/code", data={"code": code})


def type_pin(client, pin=DEMO_PIN):
    return client.post("/sign-in/pin", data={"pin": pin})


def test_address_code_pin_and_in(app, ids, email_of, code_for, sittings_of):
    parent, client = ids.person("parent"), app.test_client()
    answer = ask(client, f"  {email_of(parent).upper()} ")
    assert answer.headers["Location"] == "/sign-in/code"
    assert "If we know this address, a code is on its way." in words(client.get("/sign-in/code"))
    assert type_code(client, code_for(parent).lower()).headers["Location"] == "/sign-in/pin"
    assert sittings_of(parent) == [], "the code alone opens nothing"
    assert type_pin(client).status_code == 303
    assert client.get("/settings").status_code == 200
    assert len(sittings_of(parent)) == 1
    assert type_pin(client).headers["Location"] == "/sign-in/family", "the steps are over"


def test_a_mobile_number_however_it_is_written(app, ids, database, code_for):
    parent = ids.person("parent")
    with database() as session:
        session.add(ContactPoint(adult_id=parent, kind=ContactKind.MOBILE, value="+447700900777"))
        session.commit()
    client = app.test_client()
    ask(client, "07700 900 777")
    assert type_code(client, code_for(parent)).status_code == 303


@pytest.mark.parametrize("nonsense", ["", "abc", "a@b", "@", "x" * 300, "a@b@c.org", "0", "ann@example.org\x00"])
def test_what_is_no_address_gets_a_message_and_stays(sqlite_app, nonsense):
    answer = ask(sqlite_app.test_client(), nonsense)
    assert answer.status_code == 422
    assert "There is a problem" in words(answer)


def test_known_and_unknown_look_the_same_and_cost_the_same(app, ids, email_of, counting):
    seen = {}
    for name, address in (("known", email_of(ids.person("parent"))), ("unknown", "nobody@nowhere.example")):
        client = app.test_client()
        client.get("/sign-in/family")
        counting.statements.clear()
        answer = ask(client, address)
        statements = list(counting.statements)
        page = client.get("/sign-in/code")
        seen[name] = (answer.status_code, answer.headers["Location"], words(page), statements)
    assert seen["known"] == seen["unknown"]


def test_a_code_is_for_the_browser_that_asked(app, ids, email_of, code_for):
    parent, client, elsewhere = ids.person("parent"), app.test_client(), app.test_client()
    ask(client, email_of(parent))
    code = code_for(parent)
    answer = type_code(elsewhere, code)
    assert answer.status_code == 422
    assert "Type the code in the browser where you asked for it" in words(answer)
    ask(elsewhere, "nobody@nowhere.example")
    assert type_code(elsewhere, code).status_code == 422
    assert type_code(client, code).status_code == 303


def test_scanners_may_open_the_link_as_often_as_they_like(app, ids, email_of, code_for, database, sittings_of):
    parent, client, scanner = ids.person("parent"), app.test_client(), app.test_client()
    ask(client, email_of(parent))
    code = code_for(parent)
    for visitor in (scanner, client):
        for method in (visitor.get, visitor.head, visitor.get):
            assert method(f"/sign-in/link/{code}").status_code == 200
    page = scanner.get(f"/sign-in/link/{code}")
    assert "You asked for this code in another browser." in words(page)
    assert scanner.post(f"/sign-in/link/{code}").status_code == 405
    assert type_code(scanner, code).status_code == 422, "the button needs the browser that asked"
    with database() as session:
        row = session.scalars(select(MailedCode).where(MailedCode.person_id == parent)).one()
        assert (row.used_at, row.wrong_tries) == (None, 0)
    assert "Press the button to go on." in words(client.get(f"/sign-in/link/{code}"))
    assert type_code(client, code).status_code == 303
    assert sittings_of(parent) == []


def test_six_wrong_codes_end_this_code(app, ids, email_of, code_for):
    parent, client = ids.person("parent"), app.test_client()
    ask(client, email_of(parent))
    code = code_for(parent)
    for _n in range(6):
        assert type_code(client, "ZZZZ-ZZZZ").status_code == 422
    assert type_code(client, code).status_code == 422
    ask(client, email_of(parent))
    assert type_code(client, code_for(parent)).status_code == 303, "a new one works"


def test_asking_again_in_one_browser_leaves_the_first_code_good(app, ids, email_of, code_for):
    parent, client = ids.person("parent"), app.test_client()
    ask(client, email_of(parent))
    first = code_for(parent)
    ask(client, email_of(parent))
    assert type_code(client, first).status_code == 303


def test_codes_run_out(app, ids, email_of, code_for, database):
    parent, client = ids.person("parent"), app.test_client()
    ask(client, email_of(parent))
    with database() as session:
        row = session.scalars(select(MailedCode).where(MailedCode.person_id == parent)).one()
        assert row.expires_at - row.made_at == timedelta(minutes=30)
        row.expires_at = clock.now()
        session.commit()
    assert type_code(client, code_for(parent)).status_code == 422


def test_two_adults_at_one_address_each_get_a_code_of_their_own(app, ids, database, email_of, code_for, sittings_of):
    one, two = ids.person("parent"), ids.person("parent-of-two")
    with database() as session:
        session.add(ContactPoint(adult_id=two, kind=ContactKind.EMAIL, value=email_of(one).title()))
        session.commit()
    client = app.test_client()
    ask(client, email_of(one))
    codes = {person: code_for(person) for person in (one, two)}
    assert codes[one] != codes[two]
    with database() as session:
        posted = session.scalars(select(OutboxItem.person_id).where(OutboxItem.kind == "sign_in_code"))
        assert sorted(posted) == sorted((one, two))
    for person in (two, one):
        assert type_code(client, codes[person]).status_code == 303
    assert type_pin(client).status_code == 303
    assert (len(sittings_of(one)), len(sittings_of(two))) == (1, 0), "the code says who it is"


def test_no_code_stands_in_the_database(app, ids, email_of, code_for, database):
    parent = ids.person("parent")
    ask(app.test_client(), email_of(parent))
    code = code_for(parent)
    with database() as session:
        item = session.scalars(select(OutboxItem).where(OutboxItem.kind == "sign_in_code")).one()
        row = session.scalars(select(MailedCode)).one()
        assert code not in str(item.facts)
        assert code.encode() not in row.code_hash
        assert set(item.facts) == {"mailed_code", "contact_point"}


def test_five_mails_an_hour_and_no_more(app, ids, email_of, database):
    parent = ids.person("parent")
    answers = {words_after(app, email_of(parent)) for _n in range(8)}
    assert len(answers) == 1
    with database() as session:
        mine = select(func.count()).where(MailedCode.person_id == parent)
        assert session.scalars(mine).one() == 5


def words_after(app, address):
    client = app.test_client()
    ask(client, address)
    return words(client.get("/sign-in/code"))


def test_five_wrong_pins_close_it_and_the_sixth_is_told_kindly(app, ids, email_of, code_for, database, sittings_of):
    parent, client = ids.person("parent"), app.test_client()
    ask(client, email_of(parent))
    type_code(client, code_for(parent))
    for _n in range(5):
        answer = type_pin(client, "135791")
        assert answer.status_code == 422
        assert "This is not the PIN we know." in words(answer)
        assert "135791" not in answer.get_data(as_text=True)
    sixth = type_pin(client)
    assert sixth.status_code == 422
    assert "Ask the school office for a new letter." in words(sixth)
    with database() as session:
        assert session.get_one(FamilyPin, parent).wrong_tries == 5
    assert sittings_of(parent) == []


def test_a_right_pin_forgives_the_wrong_ones_before_it(app, ids, email_of, code_for, database):
    parent, client = ids.person("parent"), app.test_client()
    ask(client, email_of(parent))
    type_code(client, code_for(parent))
    for _n in range(4):
        type_pin(client, "135791")
    assert type_pin(client).status_code == 303
    with database() as session:
        assert session.get_one(FamilyPin, parent).wrong_tries == 0


def test_many_wrong_pins_at_once_are_still_only_five(app, ids, email_of, code_for, database):
    parent, client = ids.person("parent"), app.test_client()
    ask(client, email_of(parent))
    type_code(client, code_for(parent))
    pend = client.get_cookie("pend", domain="127.0.0.1").value
    answers = []

    def guess(number):
        guesser = app.test_client()
        guesser.set_cookie("pend", pend, domain="127.0.0.1")
        answers.append(words(type_pin(guesser, f"13579{number}")))

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum("This is not the PIN we know." in answer for answer in answers) == 5
    assert sum("Your PIN is closed" in answer for answer in answers) == 3


def test_a_code_is_used_once(app, ids, email_of, code_for, database, sittings_of):
    parent, client = ids.person("parent"), app.test_client()
    ask(client, email_of(parent))
    code = code_for(parent)
    assert type_code(client, code).status_code == 303
    assert type_code(client, code).status_code == 303, "a second click does no harm"
    pend = client.get_cookie("pend", domain="127.0.0.1").value
    assert type_pin(client).status_code == 303
    again = app.test_client()
    again.set_cookie("pend", pend, domain="127.0.0.1")
    answer = type_pin(again)
    assert answer.status_code == 422
    assert "This code was used already." in words(answer)
    assert type_code(again, code).status_code == 422
    assert len(sittings_of(parent)) == 1
    with database() as session:
        code_id = session.scalars(select(MailedCode.id).where(MailedCode.person_id == parent)).one()
        with pytest.raises(Invalid):
            use_code(session, code_id, now=clock.now())


def test_the_barred_parent_comes_in_and_sees_nothing(app, ids, email_of, code_for, database):
    barred, client = ids.person("parent-barred"), app.test_client()
    with database() as session:
        if session.get(FamilyPin, barred) is None:
            known = session.get_one(FamilyPin, ids.person("parent")).pin_hash
            session.add(FamilyPin(person_id=barred, pin_hash=known, chosen_at=clock.now()))
            session.commit()
    ask(client, email_of(barred))
    type_code(client, code_for(barred))
    assert type_pin(client).status_code == 303
    assert client.get(f"/children/{ids.pupil('Zara')}").status_code == 404


def test_the_step_cookie_runs_out_and_cannot_be_forged(sqlite_app, ids, email_of, code_for):
    parent, client = ids.person("parent"), sqlite_app.test_client()
    ask(client, email_of(parent))
    type_code(client, code_for(parent))
    later = clock.now() + timedelta(minutes=31)
    with time_machine.travel(later):
        assert type_pin(client).headers["Location"] == "/sign-in/family"
    client.set_cookie("pend", f'{{"way":"mailed","code":"{parent}","onward":""}}', domain="127.0.0.1")
    assert type_pin(client).headers["Location"] == "/sign-in/family"


@pytest.mark.parametrize(
    ("next_page", "leads_to"),
    [
        ("/settings", "/settings"),
        ("/children/x?lang=ur", "/children/x?lang=ur"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("/a\nb", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_signing_in_leads_to_own_pages_only(sqlite_app, ids, email_of, code_for, next_page, leads_to):
    parent, client = ids.person("parent"), sqlite_app.test_client()
    client.post("/sign-in/family", query_string={"next": next_page}, data={"address": email_of(parent)})
    type_code(client, code_for(parent))
    assert type_pin(client).headers["Location"] == leads_to


def test_without_the_forms_own_token_nothing_happens(sqlite_app, ids, email_of, database):
    client = sqlite_app.test_client()
    answer = client.post("/sign-in/family", data={"address": email_of(ids.person("parent"))}, with_csrf=False)
    assert answer.status_code == 400
    with database() as session:
        assert session.scalars(select(func.count()).select_from(MailedCode)).one() == 0


def test_an_address_may_knock_often_but_not_for_ever(sqlite_app):
    client = sqlite_app.test_client()
    answers = [ask(client, "").status_code for _n in range(125)]
    assert set(answers[:119]) == {422}
    assert answers[-1] == 429


def test_another_person_on_this_browser_is_signed_out_first(app, ids, as_persona, email_of, code_for, sittings_of):
    client = as_persona("second-parent")
    other = ids.person("parent")
    ask(client, email_of(other))
    type_code(client, code_for(other))
    assert type_pin(client).status_code == 303
    assert sittings_of(ids.person("second-parent"))[0].ended_at is not None
    with client.application.app_context():
        assert client.get("/settings").status_code == 200
