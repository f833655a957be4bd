"""What GOV.UK Notify says hours later: an address that leads nowhere is marked and the news goes another way, what could not
be delivered is tried again, and each verdict is heeded once."""

import uuid
from datetime import timedelta

import pytest

from portal.accounts.actions_wishes import keep_wishes
from portal.accounts.rules_wishes import Wishes
from portal.delivery.actions import PostOffice
from portal.delivery.actions_verdicts import heed
from portal.delivery.demo_file import DemoSender
from portal.delivery.rules import TRIES, pause_after
from portal.delivery.smtp import SmtpSender
from portal.delivery.ways import Ways
from portal.jobs import kinds_for
from portal.kernel import clock
from portal.kernel.outbox import OutboxState
from tests.conftest import make_settings
from tests.delivery.conftest import FROM, by_day
from tests.delivery.notify import both, deliver_by, notify

__all__ = ["deliver_by", "notify"]


@pytest.fixture
def heeded(sessions, tmp_path, notify):
    """`heeded(moment)` is one look of the worker at what Notify says later."""

    def look(moment, sender=None):
        sender = sender or both(notify)
        kinds = kinds_for(make_settings("sqlite://", tmp_path), sender)
        return heed(PostOffice(sessions, sender, kinds, lambda: moment), now=moment)

    return look


@pytest.fixture
def at(notify):
    """`at(moment)` is the time by Notify's clock."""

    def set_to(moment):
        notify.clock = lambda: moment

    return set_to


LATER = timedelta(minutes=10)
GONE, MOBILE = "gone@x.example", "+447700900777"


@pytest.fixture
def into_nowhere(post, notify, deliver_by, addresses, at):
    """`into_nowhere("a", "b")` sends news to an address that turns out to lead nowhere; when."""

    def sent(*events, others=(), moment=None):
        addresses("parent", GONE, *others)
        moment = moment or by_day()
        at(moment)
        for event in events:
            post(event)
        deliver_by(both(notify), moment)
        notify.became = {GONE: "permanent-failure"}
        return moment

    return sent


def test_an_address_that_turns_out_to_lead_nowhere_is_marked_and_the_news_goes_to_the_next(
    app, post, rows, notify, deliver_by, heeded, addresses, points, at
):
    addresses("parent", "gone@x.example", "+447700900777")
    addresses("second-parent", "ann@x.example")
    moment = by_day()
    at(moment)
    post("a")
    post("a", "second-parent")
    deliver_by(both(notify), moment)
    notify.became = {"gone@x.example": "permanent-failure", "ann@x.example": "delivered"}
    assert heeded(moment + timedelta(seconds=5)) == 0, "a second sending could not be told apart yet"
    assert heeded(moment + LATER) == 1
    assert points("parent") == {"gone@x.example": moment + LATER, "+447700900777": None}
    at(moment + LATER)
    deliver_by(both(notify), moment + LATER)
    assert [to for _path, to, _body in notify.asked][2:] == ["+447700900777"]
    for _again in range(3):
        assert heeded(moment + 2 * LATER) == 0, "Notify says it for a week, and it is heeded once"
    assert sorted((row.state, row.channel) for row in rows()) == [
        (OutboxState.SENT, "email"), (OutboxState.SENT, "mobile"),
    ]  # fmt: skip
    assert {listed.get("older_than") for listed in notify.listed} != {None}


def test_with_no_address_left_it_bounced_and_waits_for_a_letter(app, as_persona, rows, heeded, into_nowhere):
    moment = into_nowhere("a")
    assert heeded(moment + LATER) == 1
    assert [(row.state, row.last_trouble) for row in rows()] == [(OutboxState.BOUNCED, "AddressRefused")]
    page = as_persona("office").get("/staff/delivery").get_data(as_text=True)
    assert "The address does not exist" in page
    assert GONE in page
    assert heeded(moment + 2 * LATER) == 0


@pytest.mark.parametrize("status", ["temporary-failure", "technical-failure"])
def test_what_could_not_be_delivered_this_time_is_tried_again_and_at_last_a_person_is_told(
    app, post, rows, notify, deliver_by, heeded, addresses, points, at, status
):
    addresses("parent", "ann@x.example")
    moment = by_day()
    post("a")
    notify.became = {"ann@x.example": status}
    for tries in range(1, TRIES + 1):
        at(moment)
        deliver_by(both(notify), moment)
        assert (rows()[0].state, rows()[0].tries) == (OutboxState.SENT, tries)
        assert heeded(moment + LATER) == 1
        assert points("parent") == {"ann@x.example": None}
        moment = by_day(moment + LATER + pause_after(tries))
    assert (rows()[0].state, rows()[0].last_trouble) == (OutboxState.FAILED, "NotDelivered")
    assert len(notify.asked) == TRIES


def test_the_news_of_a_daily_mail_come_back_together(app, ids, sessions, notify, deliver_by, heeded, at, into_nowhere):
    with sessions() as session:
        keep_wishes(session, Wishes(digest=True, digest_hour=0), person_id=ids.person("parent"), now=clock.now())
        session.commit()
    moment = into_nowhere("a", "b", "c", others=[MOBILE], moment=by_day() + timedelta(days=2))
    assert len(notify.asked) == 1
    assert heeded(moment + LATER) == 3
    at(moment + LATER)
    deliver_by(both(notify), moment + LATER)
    assert [to for _path, to, _body in notify.asked] == [GONE, MOBILE]


def test_a_code_that_did_not_arrive_is_not_sent_again(
    app, sessions, rows, notify, deliver_by, heeded, addresses, points, at
):
    addresses("parent", "gone@x.example", "+447700900777")
    app.test_client().post("/sign-in/family", data={"address": "gone@x.example"})
    moment = clock.now()
    at(moment)
    deliver_by(both(notify), moment)
    notify.became = {"gone@x.example": "permanent-failure"}
    assert heeded(moment + LATER) == 1
    assert [row.state for row in rows()] == [OutboxState.BOUNCED]
    assert points("parent")["gone@x.example"] == moment + LATER


def test_verdicts_are_read_page_by_page_and_only_so_many(app, notify, heeded, into_nowhere, monkeypatch):
    moment = into_nowhere(*"abcdefg")
    notify.page = 2
    monkeypatch.setattr("portal.delivery.notify.PAGES", 3)
    assert heeded(moment + LATER) == 6
    assert len(notify.listed) == 3
    monkeypatch.setattr("portal.delivery.notify.PAGES", 9)
    assert heeded(moment + LATER) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"reference": None},
        {"reference": "of somebody else"},
        {"reference": str(uuid.uuid4())},
        {"created_at": "2020-01-01T00:00:00.000000Z"},
    ],
)
def test_what_is_not_about_this_sending_changes_nothing(app, rows, notify, heeded, points, into_nowhere, change):
    moment = into_nowhere("a")
    notify.taken[0] |= change
    assert heeded(moment + LATER) == 0
    assert rows()[0].state == OutboxState.SENT
    assert points("parent") == {GONE: None}


def test_what_notify_has_forgotten_is_not_asked_of_the_rows(app, heeded, into_nowhere):
    assert heeded(into_nowhere("a") + timedelta(days=7, minutes=1)) == 0


def test_a_mail_server_and_the_demo_say_everything_at_once(app, heeded, letterbox, notify, tmp_path):
    for sender in (SmtpSender(letterbox.url, FROM), DemoSender(tmp_path)):
        assert heeded(by_day(), sender) == 0
    assert heeded(by_day(), Ways([SmtpSender(letterbox.url, FROM), both(notify)])) == 0
    assert len(notify.listed) == 1
