"""GOV.UK Notify by its own client, against a server that answers as its documentation says."""

import json
from datetime import timedelta

import pytest

from portal.accounts.actions_wishes import keep_wishes
from portal.accounts.rules_wishes import Wishes
from portal.delivery.ways import Ways, sender_for
from portal.kernel import clock
from portal.kernel.outbox import Channel, OutboxState
from portal.people.rules import ContactKind
from portal.settings import UnsafeSettings
from tests.conftest import make_settings
from tests.delivery.conftest import by_day
from tests.delivery.notify import KEY, MAIL, TEXT, both, deliver_by, error, notify

__all__ = ["deliver_by", "notify"]


def test_mail_and_texts_leave_with_our_words_and_our_reference(
    app, ids, sessions, post, rows, notify, deliver_by, addresses
):
    addresses("parent", "ann@x.example", "+447700900777")
    post("a")
    deliver_by(both(notify))
    with sessions() as session:
        keep_wishes(session, Wishes(channel=Channel.MOBILE), person_id=ids.person("parent"), now=clock.now())
        session.commit()
    post("b")
    deliver_by(both(notify))
    (mail_path, mail_to, mail), (text_path, text_to, text) = notify.asked
    assert (mail_path, mail_to, mail["template_id"]) == ("/v2/notifications/email", "ann@x.example", MAIL)
    assert (text_path, text_to, text["template_id"]) == ("/v2/notifications/sms", "+447700900777", TEXT)
    assert [mail["reference"], text["reference"]] == [str(row.id) for row in rows()]
    assert mail["personalisation"]["subject"].startswith("A message from ")
    assert mail["personalisation"]["body"].startswith("Dear ")
    assert set(text["personalisation"]) == {"body"}
    for words in (json.dumps(mail), json.dumps(text)):
        assert "Zara" not in words
    assert [(row.state, row.channel) for row in rows()] == [(OutboxState.SENT, "email"), (OutboxState.SENT, "mobile")]


@pytest.mark.parametrize(
    "answer",
    [
        error(400, "ValidationError", "email_address Not a valid email address"),
    ],
)
def test_a_mail_address_that_notify_will_not_have_gives_way_to_the_mobile(
    app, post, rows, notify, deliver_by, addresses, points, answer
):
    addresses("parent", "ann@x", "+447700900777")
    notify.instead["ann@x"] = answer
    post("a")
    moment = by_day()
    deliver_by(both(notify), moment)
    assert [to for _path, to, _body in notify.asked] == ["ann@x", "+447700900777"]
    assert [(row.state, row.channel) for row in rows()] == [(OutboxState.SENT, "mobile")]
    assert points("parent") == {"ann@x": moment, "+447700900777": None}


@pytest.mark.parametrize("told", ["phone_number Not enough digits", "phone_number Not a UK mobile number"])
def test_a_number_that_notify_will_not_have_bounces(app, post, rows, notify, deliver_by, addresses, told):
    addresses("parent", "+4477009")
    notify.instead["+4477009"] = error(400, "ValidationError", told)
    post("a")
    deliver_by(both(notify))
    assert rows()[0].state == OutboxState.BOUNCED


@pytest.mark.parametrize(
    "answer",
    [
        error(400, "BadRequestError", "Can't send to this recipient using a team-only API key"),
        error(400, "BadRequestError", "Can't send to this recipient when service is in trial mode"),
        error(400, "ValidationError", "template_id is not a valid UUID"),
        error(403, "AuthError", "Error: Your system clock must be accurate to within 30 seconds"),
        error(403, "AuthError", "Invalid token: API key not found"),
        error(429, "RateLimitError", "Exceeded rate limit for key type LIVE of 3000 requests per 60 seconds"),
        error(429, "TooManyRequestsError", "Exceeded send limits (50) for today"),
        error(500, "Exception", "Internal server error"),
        (503, {}),
        (502, "no json at all"),
    ],
)
def test_what_is_not_about_the_address_is_tried_again(app, post, rows, notify, deliver_by, addresses, points, answer):
    addresses("parent", "ann@x.example")
    notify.instead["ann@x.example"] = answer
    moment = by_day()
    post("a")
    deliver_by(both(notify), moment)
    assert rows()[0].state == OutboxState.QUEUED
    assert points("parent") == {"ann@x.example": None}
    notify.instead.clear()
    deliver_by(both(notify), moment + timedelta(seconds=31))
    assert rows()[0].state == OutboxState.SENT
    assert {body["reference"] for _path, _to, body in notify.asked} == {str(rows()[0].id)}


def test_a_notify_that_is_down_is_tried_again(app, post, rows, deliver_by):
    class Nowhere:
        url = "http://127.0.0.1:9"

    post("a")
    deliver_by(both(Nowhere))
    assert rows()[0].state == OutboxState.QUEUED


def test_mail_by_smtp_and_texts_by_notify(
    app, ids, sessions, post, rows, notify, letterbox, deliver_by, addresses, tmp_path
):
    settings = make_settings(
        "sqlite://", tmp_path, smtp_url=letterbox.url, mail_from="portal@school.example", notify_api_key=KEY,
        notify_email_template=MAIL, notify_sms_template=TEXT, notify_url=notify.url,
    )  # fmt: skip
    sender = sender_for(settings)
    assert isinstance(sender, Ways)
    assert sender.channels == frozenset(ContactKind)
    addresses("parent", "ann@x.example")
    addresses("second-parent", "+447700900777")
    post("a")
    post("b", "second-parent")
    deliver_by(sender)
    assert letterbox.recipients == ["ann@x.example"]
    assert [to for _path, to, _body in notify.asked] == ["+447700900777"]


def test_a_code_goes_as_a_text_where_texts_can_be_sent(app, sessions, notify, deliver_by, addresses):
    addresses("parent", "+447700900777", "ann@x.example")
    app.test_client().post("/sign-in/family", data={"address": "07700900777"})
    deliver_by(both(notify), clock.now())
    ((path, to, body),) = notify.asked
    assert (path, to) == ("/v2/notifications/sms", "+447700900777")
    assert "http" not in body["personalisation"]["body"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"notify_api_key": KEY},
        {"notify_sms_template": TEXT},
        {"notify_api_key": "short", "notify_sms_template": TEXT},
        {"queue_url": "amqp://x"},
    ],
)
def test_settings_that_cannot_work_refuse_to_start(tmp_path, wrong):
    with pytest.raises(UnsafeSettings):
        make_settings("sqlite://", tmp_path, **wrong)
