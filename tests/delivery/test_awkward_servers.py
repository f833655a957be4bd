"""Mail servers that are down, asleep, forgetful or rude; and addresses at which nobody is any more."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.delivery import smtp
from portal.delivery.actions import send_due
from portal.delivery.rules import TRIES, pause_after, refuses_address
from portal.delivery.smtp import SmtpSender
from portal.jobs import kinds_for
from portal.kernel import clock
from portal.kernel.outbox import OutboxItem, OutboxState
from portal.people.models import ContactPoint
from tests.conftest import make_settings
from tests.delivery.conftest import FROM, by_day, free_port

GOOD, BAD, SPARE = "good@families.example", "gone@families.example", "spare@families.example"


def states(rows):
    return [(row.state, row.channel, row.last_trouble) for row in rows()]


def test_a_server_that_is_down_is_asked_once_in_a_round_and_nothing_is_lost(
    app, sessions, post, rows, tmp_path, letterbox, deliver, monkeypatch
):
    asked = []
    connect = SmtpSender.connect
    monkeypatch.setattr(SmtpSender, "connect", lambda self: asked.append(1) or connect(self))
    for event in "abc":
        post(event)
    nobody = SmtpSender(f"smtp://127.0.0.1:{free_port()}", FROM)
    kinds, moment = kinds_for(make_settings("sqlite://", tmp_path), nobody), by_day()
    assert send_due(sessions, nobody, kinds, now=moment) == 3
    assert len(asked) == 1
    assert states(rows) == [(OutboxState.QUEUED, "", "ConnectionRefusedError")] * 3
    assert deliver(moment) == 0, "not before its time"
    assert deliver(moment + timedelta(seconds=31)) == 3
    assert len(letterbox.mails) == 3
    assert [row.tries for row in rows()] == [2, 2, 2]


def test_a_server_that_falls_asleep_is_left_and_asked_again(app, post, rows, letterbox, deliver, monkeypatch):
    monkeypatch.setattr(smtp, "SECONDS", 0.3)
    letterbox.asleep, moment = 2, by_day()
    post("a")
    deliver(moment)
    assert states(rows) == [(OutboxState.QUEUED, "", "SMTPServerDisconnected")]
    letterbox.asleep = 0
    deliver(moment + timedelta(seconds=31))
    assert rows()[0].state == OutboxState.SENT


def test_451_and_then_fine(app, post, rows, letterbox, deliver):
    letterbox.data_answers, moment = ["451 come back later"], by_day()
    post("a")
    post("b", "second-parent")
    deliver(moment)
    assert sorted(row.state for row in rows()) == [OutboxState.QUEUED, OutboxState.SENT]
    deliver(moment + timedelta(seconds=31))
    assert [row.state for row in rows()] == [OutboxState.SENT] * 2
    assert len(letterbox.mails) == 2


@pytest.mark.parametrize("answer", ["550 5.1.1 no such user", "551 moved away", "553 not allowed here", "554 nobody"])
def test_an_address_where_nobody_is_gives_way_to_the_next(
    app, post, rows, letterbox, deliver, addresses, points, answer
):
    addresses("parent", BAD, SPARE)
    letterbox.refused[BAD] = answer
    post("a")
    moment = by_day()
    assert deliver(moment) == 1
    assert letterbox.recipients == [SPARE]
    assert states(rows) == [(OutboxState.SENT, "email", "")]
    assert points("parent") == {BAD: moment, SPARE: None}
    post("b")
    deliver(moment)
    assert letterbox.recipients == [SPARE, SPARE], "the bad one is not tried again"


def test_with_no_address_left_it_bounced_at_once_and_later_news_waits_to_be_printed(
    app, post, rows, letterbox, deliver, addresses
):
    addresses("parent", BAD)
    letterbox.refused[BAD] = "550 5.1.1 no such user"
    post("a")
    moment = by_day()
    deliver(moment)
    post("b")
    deliver(moment)
    assert states(rows) == [(OutboxState.BOUNCED, "email", "AddressRefused"), (OutboxState.TO_PRINT, "letter", "")]
    assert [row.tries for row in rows()] == [1, 1]
    assert deliver(moment + timedelta(days=2)) == 0


def test_a_server_that_will_not_carry_for_us_is_not_the_familys_fault(
    app, post, rows, letterbox, deliver, addresses, points
):
    addresses("parent", GOOD)
    letterbox.refused[GOOD] = "554 5.7.1 relay access denied"
    post("a")
    deliver(by_day())
    assert states(rows) == [(OutboxState.QUEUED, "", "SMTPRecipientsRefused")]
    assert points("parent") == {GOOD: None}


@pytest.mark.parametrize(
    ("code", "words", "for_good"),
    [
        (550, b"5.1.1 nobody", True),
        (552, b"5.2.2 mailbox full", True),
        (554, b"no", True),
        (550, b"5.7.26 not signed", False),
        (450, b"4.2.1 greylisted", False),
        (421, b"busy", False),
        (521, b"no mail here", False),
    ],
)
def test_only_some_answers_are_about_the_address(code, words, for_good):
    assert refuses_address(code, words) is for_good


def test_one_bad_address_never_holds_up_the_rest(app, post, rows, letterbox, deliver, addresses):
    addresses("parent", BAD)
    addresses("second-parent", GOOD)
    letterbox.refused[BAD] = "550 5.1.1 no such user"
    for event in "abcde":
        post(event)
        post(event, "second-parent")
    deliver(by_day())
    assert letterbox.recipients == [GOOD] * 5
    assert letterbox.connections == 1


def test_a_drop_after_data_sends_again_under_the_same_name(app, post, rows, letterbox, deliver):
    letterbox.drop_after_data, moment = True, by_day()
    post("a")
    deliver(moment)
    assert rows()[0].state == OutboxState.QUEUED
    letterbox.drop_after_data = False
    deliver(moment + timedelta(seconds=31))
    assert rows()[0].state == OutboxState.SENT
    names = {mail["Message-ID"] for _to, mail in letterbox.mails}
    assert (len(letterbox.mails), names) == (2, {f"<{rows()[0].id}@school.example>"})


def test_a_drop_in_the_middle_of_a_batch_costs_one_mail_its_turn_and_a_new_connection(
    app, post, rows, letterbox, deliver
):
    for event in "abcd":
        post(event)
    letterbox.data_answers = ["250 OK", "421 closing", "250 OK", "250 OK"]
    deliver(by_day())
    assert sorted(row.state for row in rows()) == [OutboxState.QUEUED, *[OutboxState.SENT] * 3]
    assert letterbox.connections == 2


def test_a_batch_goes_by_one_connection_each_mail_to_one_recipient(app, post, letterbox, deliver):
    for event in "abcd":
        post(event)
        post(event, "second-parent")
    deliver(by_day())
    assert len(letterbox.mails) == 8
    assert all(len(to) == 1 for to, _mail in letterbox.mails)
    assert (letterbox.connections, letterbox.resets) == (1, 7)


def test_after_ten_tries_a_person_is_told(app, as_persona, post, rows, letterbox, deliver):
    letterbox.refuse, moment = True, by_day()
    post("a")
    for tries in range(1, TRIES + 1):
        assert deliver(moment) == 1, tries
        moment = by_day(moment + pause_after(tries))
    assert states(rows) == [(OutboxState.FAILED, "", "SMTPDataError")]
    assert deliver(moment + timedelta(days=9)) == 0
    for slug in ("office", "sendco"):
        client = as_persona(slug)
        assert "letter waits to be printed" in client.get("/staff").get_data(as_text=True)
        assert "We tried ten times" in client.get("/staff/delivery").get_data(as_text=True)
    assert "waits to be printed" not in as_persona("sendco-other-school").get("/staff").get_data(as_text=True)


def test_a_code_still_tries_the_only_address_and_a_success_clears_its_name(
    app, ids, letterbox, deliver, addresses, points, sessions
):
    addresses("parent", BAD)
    with sessions() as session:
        session.scalars(select(ContactPoint).where(ContactPoint.value == BAD)).one().bounced_at = clock.now()
        session.commit()
    app.test_client().post("/sign-in/family", data={"address": BAD})
    deliver()
    assert letterbox.recipients == [BAD]
    assert points("parent") == {BAD: None}


def test_what_cannot_be_an_address_is_refused_without_asking_anybody(app, post, rows, letterbox, deliver, addresses):
    addresses("parent", "ann@x.example\r\nBcc: eve@evil.example")
    post("a")
    deliver(by_day())
    assert letterbox.mails == []
    assert rows()[0].state == OutboxState.BOUNCED


def test_a_message_that_breaks_its_maker_is_given_up_after_ten_tries(app, sessions, ids, rows, deliver, letterbox):
    with sessions() as session:
        item = OutboxItem(
            event_key="x",
            kind="no such kind",
            person_id=ids.person("parent"),
            created_at=clock.now(),
            due_at=clock.now(),
            facts={},
        )
        session.add(item)
        session.commit()
    moment = by_day()  # ten tries take hours, and the family's night would begin
    for tries in range(1, TRIES + 1):
        assert deliver(moment) == 1
        moment = by_day(moment + pause_after(tries))
    assert states(rows) == [(OutboxState.FAILED, "", "KeyError")]
