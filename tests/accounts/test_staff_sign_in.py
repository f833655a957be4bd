"""Staff come in with password and a code from their phone, to one school at a time."""

import threading
from datetime import timedelta

import pyotp
import pytest
import time_machine
from sqlalchemy import select

from portal.accounts.actions_staff import give_password, try_second_step
from portal.accounts.models import StaffPassword
from portal.demo.known import DEMO_PASSWORD, DEMO_TOTP_SECRET
from portal.kernel import clock
from portal.kernel.errors import Invalid
from portal.people.models import StaffRole
from portal.people.rules import Role
from tests.pages import parse, words

SORRY = "This name and password do not fit together."


@pytest.fixture
def name_of(database):
    """The sign-in name of a member of staff."""

    def look(person_id):
        with database() as session:
            return session.get_one(StaffPassword, person_id).sign_in_name

    return look


def give(client, name, password=DEMO_PASSWORD):
    return client.post("/sign-in/staff", data={"sign_in_name": name, "password": password})


def second(client, code=None):
    return client.post("/sign-in/staff/code", data={"code": code or pyotp.TOTP(DEMO_TOTP_SECRET).now()})


def test_password_then_phone_then_in(app, ids, name_of, sittings_of):
    client, sendco = app.test_client(), ids.person("sendco")
    answer = give(client, name_of(sendco).upper())
    assert answer.headers["Location"] == "/sign-in/staff/code"
    assert sittings_of(sendco) == []
    assert client.get("/sign-in/staff/code").status_code == 200
    assert second(client).status_code == 303
    assert client.get("/staff/lesson").status_code == 200
    assert len(sittings_of(sendco)) == 1


def test_the_answer_does_not_tell_which_names_exist(app, ids, name_of):
    pages = set()
    for name in (name_of(ids.person("sendco")), "nobody@nowhere.example"):
        answer = give(app.test_client(), name, "not the password")
        assert answer.status_code == 422
        assert SORRY in words(answer)
        assert f'value="{name}"' in answer.get_data(as_text=True), "the name stays, the password does not"
        assert "not the password" not in answer.get_data(as_text=True)
        pages.add(words(answer))
    assert len(pages) == 1


@pytest.mark.parametrize(
    ("name", "password"), [("", ""), ("a\x00b", "x"), ("x" * 300, "y"), ("' OR 1=1 --", "z" * 5000)]
)
def test_hostile_input_gets_a_message(sqlite_app, name, password):
    assert give(sqlite_app.test_client(), name, password).status_code == 422


def test_ten_wrong_tries_rest_fifteen_minutes(app, ids, name_of, sittings_of):
    client, sendco = app.test_client(), ids.person("sendco")
    name = name_of(sendco)
    for _n in range(10):
        give(client, name, "wrong wrong wrong")
    assert give(client, name).status_code == 422, "the right one must wait too"
    with time_machine.travel(clock.now() + timedelta(minutes=16)):
        assert give(client, name).status_code == 303


def test_a_right_password_does_not_forget_wrong_second_steps(app, ids, name_of):
    client, name = app.test_client(), name_of(ids.person("sendco"))
    for _n in range(10):
        if give(client, name).status_code == 303:
            second(client, "000000")
    assert give(client, name).status_code == 422
    assert second(client).status_code == 422, "nor can the second step be tried on"


def test_a_code_of_the_phone_works_once(app, ids, name_of, database, sittings_of):
    sendco, moment = ids.person("sendco"), clock.now()
    with time_machine.travel(moment, tick=False):
        code = pyotp.TOTP(DEMO_TOTP_SECRET).at(moment)
        one, two = app.test_client(), app.test_client()
        for client in (one, two):
            give(client, name_of(sendco))
        assert second(one, code).status_code == 303
        assert second(two, code).status_code == 422
        assert len(sittings_of(sendco)) == 1
        with database() as session:
            assert try_second_step(session, sendco, code=code, now=moment) is False
            session.rollback()
            later = moment + timedelta(seconds=30)
            assert try_second_step(session, sendco, code=pyotp.TOTP(DEMO_TOTP_SECRET).at(later), now=moment) is True


def test_of_many_with_one_code_at_the_same_moment_one_wins(app, ids, database):
    sendco, moment, answers = ids.person("sendco"), clock.now(), []
    code = pyotp.TOTP(DEMO_TOTP_SECRET).at(moment)

    def use():
        with database() as session:
            answers.append(try_second_step(session, sendco, code=code, now=moment))
            session.commit()

    threads = [threading.Thread(target=use) for _n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [False] * 5 + [True]


@pytest.mark.parametrize("code", ["", "12345", "abcdef", "۱۲۳۴۵۶", "٠" * 20, "é" * 6])
def test_what_is_no_code_gets_a_message(sqlite_app, ids, name_of, code):
    client = sqlite_app.test_client()
    give(client, name_of(ids.person("sendco")))
    assert client.post("/sign-in/staff/code", data={"code": code}).status_code == 422


def test_a_clock_that_is_one_step_off_is_forgiven_two_are_not(sqlite_app, ids, database):
    sendco, now = ids.person("sendco"), clock.now()
    totp = pyotp.TOTP(DEMO_TOTP_SECRET)
    with database() as session:
        for seconds, right in ((-60, False), (60, False), (-30, True), (30, True)):
            code = totp.at(now + timedelta(seconds=seconds))
            assert try_second_step(session, sendco, code=code, now=now) is right, seconds


def test_the_first_time_connects_the_phone(app, ids, name_of, database):
    supply, client = ids.person("supply-teacher"), app.test_client()
    assert give(client, name_of(supply)).headers["Location"] == "/sign-in/staff/set-up"
    page = client.get("/sign-in/staff/set-up")
    assert parse(page).xpath("//img/@src")[0].startswith("data:image/svg+xml")
    secret = "".join(parse(page).xpath("//main//bdi")[0].text_content().split())
    wrong = client.post("/sign-in/staff/set-up", data={"code": "000000"})
    assert wrong.status_code == 422
    assert secret in "".join(words(wrong).split()), "a wrong code does not change the secret"
    assert client.post("/sign-in/staff/set-up", data={"code": pyotp.TOTP(secret).now()}).status_code == 303
    assert client.get("/staff").status_code == 200
    with database() as session:
        assert session.get_one(StaffPassword, supply).totp_secret == secret
    assert give(app.test_client(), name_of(supply)).headers["Location"] == "/sign-in/staff/code"


def test_a_phone_that_is_connected_cannot_be_replaced_from_an_old_page(app, ids, name_of, database):
    supply, one, two = ids.person("supply-teacher"), app.test_client(), app.test_client()
    secrets = []
    for client in (one, two):
        give(client, name_of(supply))
        page = client.get("/sign-in/staff/set-up")
        secrets.append("".join(parse(page).xpath("//main//bdi")[0].text_content().split()))
    assert one.post("/sign-in/staff/set-up", data={"code": pyotp.TOTP(secrets[0]).now()}).status_code == 303
    assert two.post("/sign-in/staff/set-up", data={"code": pyotp.TOTP(secrets[1]).now()}).status_code == 422
    with database() as session:
        assert session.get_one(StaffPassword, supply).totp_secret == secrets[0]


def test_the_steps_cannot_be_skipped(sqlite_app):
    client = sqlite_app.test_client()
    for path in ("/sign-in/staff/code", "/sign-in/staff/set-up", "/sign-in/staff/school"):
        assert client.get(path).headers["Location"] == "/sign-in/staff"
        assert client.post(path, data={"code": "123456"}).headers["Location"] == "/sign-in/staff"


def test_two_schools_are_chosen_between(app, ids, name_of, database, sittings_of, today):
    sendco, client = ids.person("sendco"), app.test_client()
    with database() as session:
        mine = session.scalars(select(StaffRole.school_id).where(StaffRole.person_id == sendco)).one()
        other = next(school for school in ids.schools.values() if school != mine)
        session.add(StaffRole(school_id=other, person_id=sendco, role=Role.OFFICE, starts_on=today))
        session.commit()
    give(client, name_of(sendco))
    assert second(client).headers["Location"] == "/sign-in/staff/school"
    page = client.get("/sign-in/staff/school")
    assert set(parse(page).xpath("//input[@type='radio']/@value")) == {str(mine), str(other)}
    third = "11111111-1111-4111-8111-111111111111"
    for nonsense in ({}, {"place": third}, {"place": "x"}):
        assert client.post("/sign-in/staff/school", data=nonsense).status_code == 422
    assert client.post("/sign-in/staff/school", data={"place": str(other)}).status_code == 303
    assert [sitting.school_id for sitting in sittings_of(sendco)] == [other]


def test_the_trust_lead_comes_in_to_the_trust(app, ids, name_of, sittings_of):
    lead, client = ids.person("trust-lead"), app.test_client()
    give(client, name_of(lead))
    assert second(client).status_code == 303
    assert [(s.audience.value, s.school_id) for s in sittings_of(lead)] == [("trust", None)]


def test_whoever_left_comes_in_nowhere(app, ids, name_of, database, today, sittings_of):
    sendco, client = ids.person("sendco"), app.test_client()
    with database() as session:
        for role in session.scalars(select(StaffRole).where(StaffRole.person_id == sendco)):
            role.ends_on = today - timedelta(days=1)
            role.starts_on = min(role.starts_on, role.ends_on)
        session.commit()
    give(client, name_of(sendco))
    answer = second(client)
    assert answer.status_code == 403
    assert "no role at a school today" in words(answer)
    assert sittings_of(sendco) == []


def test_a_new_password_ends_sittings_and_asks_for_the_phone_again(app, ids, as_persona, name_of, database):
    sendco, before = ids.person("sendco"), as_persona("sendco")
    assert before.get("/staff/lesson").status_code == 200
    with database() as session:
        with pytest.raises(Invalid):
            give_password(session, person_id=sendco, sign_in_name="a@b.org", password="short", by=None, now=clock.now())
        give_password(
            session,
            person_id=sendco,
            sign_in_name=" New@School.example ",
            password="a long new password",
            by=None,
            now=clock.now(),
        )
        session.commit()
    assert before.get("/staff/lesson").status_code == 302
    answer = give(app.test_client(), "new@school.example", "a long new password")
    assert answer.headers["Location"] == "/sign-in/staff/set-up"
