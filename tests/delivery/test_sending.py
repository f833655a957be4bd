"""Messages leave through a real mail server; what fails is tried again, what may no longer go does not go."""

import threading
import uuid
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from sqlalchemy import select

from portal.accounts import queries_mail
from portal.accounts.models import MailedCode
from portal.accounts.rules import mailed_code, printed
from portal.delivery.actions import send_due
from portal.delivery.demo_file import DemoSender
from portal.delivery.mail import one_line
from portal.delivery.rules import TRIES, pause_after
from portal.delivery.smtp import SmtpSender
from portal.jobs import kinds_for
from portal.kernel import clock, outbox
from portal.kernel.outbox import Envelope, Kind, OutboxItem, OutboxState
from portal.kernel.scope import PortalSession, system
from portal.paths import TEMPLATES
from portal.people.models import ContactPoint, Person, School
from portal.people.rules import ContactKind
from tests.conftest import PEPPER, make_settings
from tests.delivery.conftest import Letterbox, free_port, text_of

BASE = "http://127.0.0.1:8000"


def ask(app, address):
    client = app.test_client()
    client.post("/sign-in/family", data={"address": address})
    return client


def email_of(sessions, person_id):
    with sessions() as session:
        mine = select(ContactPoint.value).where(
            ContactPoint.adult_id == person_id, ContactPoint.kind == ContactKind.EMAIL
        )
        return session.scalars(mine.order_by(ContactPoint.id)).first()


def items(sessions):
    with sessions() as session:
        return list(session.scalars(select(OutboxItem).order_by(OutboxItem.created_at)))


def test_the_code_arrives_in_the_readers_language_and_the_subject_tells_nothing(app, ids, sessions, letterbox, deliver):
    parent = ids.person("parent")
    with sessions() as session:
        person = session.get_one(Person, parent)
        person.language = "en"
        name = person.name
        school = session.get_one(School, ids.school_of("Zara")).name
        session.commit()
    client = ask(app, email_of(sessions, parent))
    assert deliver() == 1
    (to, mail), code_id = letterbox.mails[0], uuid.UUID(items(sessions)[0].facts["mailed_code"])
    code = mailed_code(code_id, PEPPER)
    assert to == [email_of(sessions, parent)]
    assert mail["Subject"] == f"A message from {school}"
    assert mail["Message-ID"] == f"<{items(sessions)[0].id}@school.example>"
    assert (mail["Auto-Submitted"], mail["Content-Language"]) == ("auto-generated", "en-GB")
    text = text_of(mail)
    assert f"Dear {name}," in text
    assert printed(code) in text
    assert f"{BASE}/sign-in/link/{code}" in text
    for told in ("Zara", "SEND", "special", "Support plan"):
        assert told not in text + mail["Subject"]
    assert client.post("/sign-in/code", data={"code": printed(code)}).status_code == 303
    assert items(sessions)[0].state == OutboxState.SENT
    assert deliver() == 0, "it goes once"


def test_ten_minutes_count_from_sending_and_thirty_from_asking(app, ids, sessions, deliver):
    ask(app, email_of(sessions, ids.person("parent")))
    asked = clock.now()

    def left():
        with sessions() as session:
            return session.scalars(select(MailedCode.expires_at)).one() - asked

    assert left() > timedelta(minutes=29)
    deliver(asked + timedelta(minutes=5))
    assert timedelta(minutes=14) < left() < timedelta(minutes=16)


def test_a_code_that_ran_out_before_it_could_go_is_withheld(app, ids, sessions, letterbox, deliver):
    ask(app, email_of(sessions, ids.person("parent")))
    deliver(clock.now() + timedelta(minutes=31))
    assert items(sessions)[0].state == OutboxState.WITHHELD
    assert letterbox.mails == []


def test_what_is_for_nobody_stays_here(app, sessions, letterbox, deliver):
    ask(app, "nobody@nowhere.example")
    assert deliver() == 1
    assert items(sessions)[0].state == OutboxState.WITHHELD
    assert letterbox.mails == []


def test_an_address_that_was_taken_away_meanwhile_gets_nothing(app, ids, sessions, letterbox, deliver):
    ask(app, email_of(sessions, ids.person("parent")))
    with sessions() as session:
        point = session.get_one(ContactPoint, uuid.UUID(items(sessions)[0].facts["contact_point"]))
        session.delete(point)
        session.commit()
    deliver()
    assert items(sessions)[0].state == OutboxState.WITHHELD
    assert letterbox.mails == []


def test_two_adults_at_one_address_are_each_greeted_by_name(app, ids, sessions, letterbox, deliver):
    one, two = ids.person("parent"), ids.person("parent-of-two")
    with sessions() as session:
        session.add(ContactPoint(adult_id=two, kind=ContactKind.EMAIL, value=email_of(sessions, one)))
        names = [session.get_one(Person, person).name for person in (one, two)]
        for person in (one, two):
            session.get_one(Person, person).language = "en"
        session.commit()
    ask(app, email_of(sessions, one))
    deliver()
    texts = [text_of(mail) for _to, mail in letterbox.mails]
    assert len(texts) == 2
    for name, other in (names, reversed(names)):
        mine = next(text for text in texts if f"Dear {name}," in text)
        assert other not in mine


def test_who_asked_by_mobile_number_gets_the_code_by_mail_where_there_are_no_texts(
    app, ids, sessions, letterbox, deliver
):
    parent = ids.person("parent")
    with sessions() as session:
        session.add(ContactPoint(adult_id=parent, kind=ContactKind.MOBILE, value="+447700900777"))
        session.commit()
    ask(app, "07700900777")
    deliver()
    assert [to for to, _mail in letterbox.mails] == [[email_of(sessions, parent)]]


def test_a_server_that_refuses_is_asked_ten_times(app, sessions, letterbox, ids, deliver):
    with sessions() as session:
        parent = ids.person("parent")
        point = session.scalars(select(ContactPoint.id).where(ContactPoint.adult_id == parent)).first()
        facts = {"contact_point": str(point)}
        outbox.post(session, "address_added", event_key="x", person_id=parent, now=clock.now(), **facts)
        session.commit()
    letterbox.refuse, moment = True, clock.now()
    for tries in range(1, TRIES + 1):
        assert deliver(moment) == 1, tries
        assert deliver(moment) == 0, "not before its time"
        moment += pause_after(tries)
    item = items(sessions)[0]
    assert (item.state, item.tries, item.last_trouble) == (OutboxState.FAILED, TRIES, "SMTPDataError")
    letterbox.refuse = False
    assert deliver(moment + timedelta(days=1)) == 0


def test_the_pauses_grow_from_half_a_minute_to_two_hours():
    pauses = [pause_after(tries) for tries in range(1, TRIES)]
    assert pauses[0] == timedelta(seconds=30)
    assert pauses[-1] == timedelta(hours=2)
    assert pauses == sorted(pauses)


def test_after_a_refusal_the_next_try_succeeds(app, ids, sessions, letterbox, deliver):
    ask(app, email_of(sessions, ids.person("parent")))
    letterbox.refuse = True
    deliver()
    letterbox.refuse = False
    assert deliver(clock.now() + timedelta(seconds=31)) == 1
    assert items(sessions)[0].state == OutboxState.SENT
    assert items(sessions)[0].last_trouble == ""


def test_a_bad_message_holds_up_no_other(app, ids, sessions, letterbox, deliver):
    with sessions() as session:
        outbox.post(session, "no such kind", event_key="x", person_id=ids.person("parent"), now=clock.now())
        outbox.post(
            session, "sign_in_code", event_key="y", person_id=ids.person("parent"), now=clock.now(), mailed_code="?"
        )
        session.commit()
    ask(app, email_of(sessions, ids.person("parent")))
    assert deliver() == 3
    assert len(letterbox.mails) == 1


def test_a_worker_that_died_gives_its_messages_back(app, ids, sessions, letterbox, deliver):
    ask(app, email_of(sessions, ids.person("parent")))
    with sessions() as session:
        item = session.scalars(select(OutboxItem)).one()
        item.state, item.leased_until, item.tries = OutboxState.LEASED, clock.now() + timedelta(minutes=2), 1
        session.commit()
    assert deliver() == 0
    assert deliver(clock.now() + timedelta(minutes=3)) == 1
    assert len(letterbox.mails) == 1


def test_two_workers_at_once_send_each_message_once(app, ids, sessions, letterbox, deliver):
    for slug in ("parent", "second-parent", "parent-of-two"):
        ask(app, email_of(sessions, ids.person(slug)))
    threads = [threading.Thread(target=deliver) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(letterbox.mails) == 3


@pytest.mark.parametrize(
    "school",
    ['O\'Hara "Oak" <x@y>, School ✓', "Oak\r\nBcc: eve@example.org", "Oak\n\n<h1>x</h1>", "Oak\u2028\x00\u202eX"],
)
def test_hostile_names_stay_in_their_place(app, sessions, letterbox, school):
    sender = SmtpSender(letterbox.url, "portal@school.example")
    told = Envelope("email", "ann@example.org", "en", school, {"name": "{{ 7*7 }} %(x)s <b>\r\n\r\nX"})
    with sessions() as session:
        outbox.post(session, "address_added", event_key="x", person_id=uuid.uuid4(), now=clock.now())
        session.commit()
    send_due(sessions, sender, {"address_added": Kind(lambda *_given: told, urgent=True)}, now=clock.now())
    ((to, mail),) = letterbox.mails
    assert to == ["ann@example.org"]
    assert "Dear {{ 7*7 }} %(x)s <b> X," in text_of(mail)
    assert mail["Bcc"] is None
    assert mail["Subject"] == f"A message from {one_line(school)}"
    assert mail["From"].addresses[0].addr_spec == "portal@school.example"
    assert mail["From"].addresses[0].display_name == one_line(school)


def test_the_address_of_a_mail_to_confirm_is_forgotten_once_it_is_sent(app, as_persona, sessions, letterbox, deliver):
    as_persona("parent").post("/settings/address", data={"address": "new@example.org"})
    deliver()
    assert [to for to, _mail in letterbox.mails] == [["new@example.org"]]
    assert "address" not in items(sessions)[0].facts


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
@pytest.mark.parametrize("right", [True, False])
def test_the_server_may_ask_for_name_and_password(sqlite_app, tmp_path, right):
    box = Letterbox()

    def check(_server, _session, _envelope, _mechanism, login):
        return AuthResult(success=right and (login.login, login.password) == (b"me", b"p@ss:word"))

    port = free_port()
    controller = Controller(
        box, hostname="127.0.0.1", port=port, authenticator=check, auth_required=True, auth_require_tls=False
    )
    controller.start()
    try:
        sender = SmtpSender(f"smtp://me:p%40ss%3Aword@127.0.0.1:{port}", "portal@school.example")
        engine = sqlite_app.extensions["writing_engine"]

        def sessions():
            return PortalSession(engine, scope=system("test"))

        with sessions() as session:
            outbox.post(session, "address_added", event_key="x", person_id=uuid.uuid4(), now=clock.now())
            session.commit()
        told = Envelope("email", "ann@example.org", "en", "Oak School", {"name": "Ann"})
        send_due(sessions, sender, {"address_added": Kind(lambda *_given: told, urgent=True)}, now=clock.now())
        assert len(box.mails) == right
    finally:
        controller.stop()


def test_every_kind_of_message_has_its_words(tmp_path):
    kinds = kinds_for(make_settings("sqlite://", tmp_path), DemoSender(tmp_path))
    assert {path.stem for path in (TEMPLATES / "mail").glob("[!_]*.txt")} == set(kinds)
    assert {path.stem for path in (TEMPLATES / "mail/sms").glob("[!_]*.txt")} <= set(kinds)


def test_the_demos_messages_are_kept_in_a_file(app, ids, sessions, tmp_path):
    sender = DemoSender(tmp_path)
    assert sender.newest() == []
    ask(app, email_of(sessions, ids.person("parent")))
    kinds = queries_mail.kinds(pepper=PEPPER, base_url=BASE, reachable=sender.channels)
    send_due(sessions, sender, kinds, now=clock.now())
    message = sender.newest()[0]
    assert message.address == email_of(sessions, ids.person("parent"))
    assert "-" in message.text
