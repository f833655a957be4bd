"""Quiet hours, one mail a day, the channel somebody wants: applied when a message is about to leave."""

import re
import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from portal.accounts.actions_wishes import keep_wishes
from portal.accounts.models import MessageWishes
from portal.accounts.queries_wishes import wishes_of
from portal.accounts.rules_wishes import Wishes, held_until
from portal.delivery.rules_stop import stop_token, whose_messages
from portal.kernel import clock, outbox
from portal.kernel.clock import LONDON
from portal.kernel.outbox import Channel, OutboxItem, OutboxState
from portal.people.models import ContactPoint, Person, PupilContact
from portal.people.rules import PortalAccess
from portal.profiles.queries_mail import REGISTER_WORD
from tests.conftest import SECRET
from tests.delivery.conftest import by_day, text_of


def london(text):
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


@pytest.mark.parametrize(
    ("wishes", "now", "until"),
    [
        (Wishes(), "2026-11-18T12:00", None),
        (Wishes(), "2026-11-18T19:59", None),
        (Wishes(), "2026-11-18T20:00", "2026-11-19T07:00"),
        (Wishes(), "2026-11-19T06:59", "2026-11-19T07:00"),
        (Wishes(), "2026-11-19T07:00", None),
        (Wishes(), "2026-07-18T23:30", "2026-07-19T07:00"),
        (Wishes(), "2026-03-28T22:00", "2026-03-29T07:00"),  # the night that is an hour short
        (Wishes(), "2026-10-24T22:00", "2026-10-25T07:00"),  # and the one that is an hour long
        (Wishes(quiet_from=9, quiet_until=15), "2026-11-18T08:59", None),
        (Wishes(quiet_from=9, quiet_until=15), "2026-11-18T09:00", "2026-11-18T15:00"),
        (Wishes(quiet_from=9, quiet_until=15), "2026-11-18T15:00", None),
        (Wishes(quiet_from=7, quiet_until=7), "2026-11-18T07:00", None),
        (Wishes(quiet_from=0, quiet_until=6), "2026-11-18T05:00", "2026-11-18T06:00"),
    ],
)
def test_quiet_hours_end_by_the_clock_of_london(wishes, now, until):
    moment = london(now)
    assert held_until(wishes, moment, moment) == (until and london(until))


@pytest.mark.parametrize(
    ("due", "now", "until"),
    [
        ("2026-11-18T12:00", "2026-11-18T12:00", "2026-11-18T17:00"),
        ("2026-11-18T17:00", "2026-11-18T17:00", None),
        ("2026-11-18T17:01", "2026-11-18T17:01", "2026-11-19T17:00"),
        ("2026-11-18T12:00", "2026-11-18T17:00", None),
        ("2026-11-18T12:00", "2026-11-18T23:00", None),  # a try that came late goes at once
        ("2026-07-18T12:00", "2026-07-18T12:00", "2026-07-18T17:00"),
    ],
)
def test_the_daily_mail_has_its_hour(due, now, until):
    wishes = Wishes(digest=True, digest_hour=17)
    assert held_until(wishes, london(due), london(now)) == (until and london(until))


@pytest.fixture
def wish(sessions, ids):
    def wished(slug="parent", **wanted):
        with sessions() as session:
            keep_wishes(session, Wishes(**wanted), person_id=ids.person(slug), now=clock.now())
            session.commit()

    return wished


def at(hour, day=1):
    """An hour in London of a day that is still to come."""
    local = (clock.now() + timedelta(days=day)).astimezone(LONDON)
    return local.replace(hour=hour, minute=0, second=0, microsecond=0).astimezone(UTC)


def test_what_is_ready_at_night_leaves_in_the_morning_and_no_try_is_counted(app, post, rows, letterbox, deliver):
    night, morning = at(22), at(7, day=2)
    post("a")
    assert deliver(night) == 1
    assert letterbox.mails == []
    row = rows()[0]
    assert (row.state, row.tries, row.leased_until) == (OutboxState.QUEUED, 0, morning)
    assert row.due_at < night, "in the portal it stands at once"
    assert deliver(morning - timedelta(seconds=1)) == 0
    assert deliver(morning + timedelta(seconds=1)) == 1
    assert len(letterbox.mails) == 1


def test_a_code_does_not_wait(app, ids, sessions, letterbox, deliver, wish):
    wish(quiet_from=0, quiet_until=23, digest=True, channel=Channel.NONE)
    with sessions() as session:
        mine = select(ContactPoint.value).where(ContactPoint.adult_id == ids.person("parent"))
        address = session.scalars(mine.where(ContactPoint.kind == "email")).first()
    app.test_client().post("/sign-in/family", data={"address": address})
    deliver()
    assert letterbox.recipients == [address]


def test_all_news_of_a_day_is_one_mail_at_its_hour(app, post, rows, letterbox, deliver, wish):
    wish(digest=True, digest_hour=17)
    noon, five = at(12), at(17)
    for event in "abc":
        post(event, now=at(9))
    post("d", kind=REGISTER_WORD, now=at(10))
    post("e", "second-parent", now=at(9))
    deliver(noon)
    assert len(letterbox.mails) == 1, "the other adult's goes at once"
    assert deliver(five + timedelta(seconds=1)) == 4
    assert len(letterbox.mails) == 2
    mine = [row for row in rows() if row.event_key.split(":")[1] != "e"]
    assert {row.state for row in mine} == {OutboxState.SENT}
    assert {row.sent_at for row in mine} == {five + timedelta(seconds=1)}
    (first,) = (row for row in mine if row.sent_with is None)
    assert [row.sent_with for row in mine if row is not first] == [first.id] * 3
    _to, mail = letterbox.mails[-1]
    assert mail["Message-ID"] == f"<{first.id}@school.example>"
    assert deliver(five + timedelta(days=1)) == 0


def test_the_daily_mail_holds_nothing_about_a_right_that_was_lost(
    app, ids, sessions, post, rows, letterbox, deliver, wish
):
    wish("parent-of-two", digest=True, digest_hour=17)
    with sessions() as session:
        mine = select(PupilContact).where(PupilContact.adult_id == ids.person("parent-of-two"))
        one, two, *_more = session.scalars(mine.order_by(PupilContact.id)).all()
        for number, link in enumerate((one, two)):
            about = {"person_id": link.adult_id, "pupil_id": link.pupil_id}
            outbox.post(session, "plan_published", event_key=str(number), now=clock.now(), **about)
        one.access = PortalAccess.NONE
        session.commit()
        lost = one.pupil_id
    deliver(at(17) + timedelta(seconds=1))
    assert {row.about_pupil_id == lost: row.state for row in rows()} == {
        True: OutboxState.WITHHELD,
        False: OutboxState.SENT,
    }
    assert len(letterbox.mails) == 1


def test_a_daily_mail_that_fails_is_tried_again_as_one(app, post, rows, letterbox, deliver, wish):
    wish(digest=True, digest_hour=17)
    for event in "abc":
        post(event)
    moment = at(17) + timedelta(seconds=1)
    letterbox.refuse = True
    deliver(moment)
    assert [(row.state, row.sent_with) for row in rows()] == [(OutboxState.QUEUED, None)] * 3
    letterbox.refuse = False
    deliver(moment + timedelta(minutes=1))
    assert len(letterbox.mails) == 1
    assert {row.state for row in rows()} == {OutboxState.SENT}


def test_several_workers_at_the_hour_send_one_daily_mail(app, post, letterbox, deliver, wish):
    wish(digest=True, digest_hour=17)
    for number in range(12):
        post(f"{number:02}")
    moment = at(17) + timedelta(seconds=1)
    threads = [threading.Thread(target=deliver, args=(moment,)) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    deliver(moment + timedelta(minutes=3))
    assert len(letterbox.mails) == 1


def test_only_the_daily_mail_can_be_stopped_by_a_link(app, as_persona, ids, sessions, post, letterbox, deliver, wish):
    post("a")
    deliver(by_day())
    ((_to, single),) = letterbox.mails
    assert single["List-Unsubscribe"] is None
    wish(digest=True, digest_hour=17)
    post("b")
    deliver(at(17) + timedelta(seconds=1))
    _to, daily = letterbox.mails[-1]
    assert daily["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = re.fullmatch(r"<http://127.0.0.1:8000(/messages/stop/[\w.-]+)>", daily["List-Unsubscribe"].strip())[1]
    assert path in text_of(daily)
    client = app.test_client()
    for _scanner in range(2):
        assert client.get(path).status_code == 200
        assert client.head(path).status_code == 200
    with sessions() as session:
        assert wishes_of(session, ids.person("parent")).channel == Channel.EMAIL, "opening it does nothing"
    answer = client.post(path, data={"List-Unsubscribe": "One-Click"}, with_csrf=False)
    assert answer.status_code == 200
    with sessions() as session:
        after = wishes_of(session, ids.person("parent"))
        assert (after.channel, after.digest) == (Channel.NONE, False)
        others = select(MessageWishes).where(MessageWishes.adult_id != ids.person("parent"))
        assert session.scalars(others).all() == []


def test_no_other_link_stops_anything(app, ids):
    token = stop_token(ids.person("parent"), SECRET)
    assert whose_messages(token, SECRET) == ids.person("parent")
    for wrong in (token[:-1] + ("A" if token[-1] != "A" else "B"), "x", stop_token(ids.person("parent"), "another")):
        assert whose_messages(wrong, SECRET) is None
        client = app.test_client()
        assert client.get(f"/messages/stop/{wrong}").status_code == 404
        assert client.post(f"/messages/stop/{wrong}", with_csrf=False).status_code == 404


@pytest.mark.parametrize(
    ("channel", "state"), [(Channel.LETTER, OutboxState.TO_PRINT), (Channel.NONE, OutboxState.WITHHELD)]
)
def test_who_wants_a_letter_or_nothing_gets_no_mail(app, post, rows, letterbox, deliver, wish, channel, state):
    wish(channel=channel)
    post("a")
    deliver(by_day())
    assert letterbox.mails == []
    assert [(row.state, row.channel) for row in rows()] == [(state, channel)]


def test_who_has_no_address_gets_a_letter_and_who_wants_none_of_theirs_gets_nothing(
    app, ids, sessions, post, rows, deliver, addresses
):
    addresses("parent")
    addresses("second-parent", "ann@x.example")
    with sessions() as session:
        for point in session.scalars(select(ContactPoint).where(ContactPoint.value == "ann@x.example")):
            point.wanted = False
        session.commit()
    post("a")
    post("b", "second-parent")
    deliver(by_day())
    assert [(row.state, row.channel) for row in rows()] == [
        (OutboxState.TO_PRINT, "letter"),
        (OutboxState.WITHHELD, "none"),
    ]


def test_a_young_person_hears_of_their_own_plan(app, ids, sessions, rows, letterbox, deliver, addresses, post):
    addresses("young-person", "grace@x.example")
    post("a", "young-person", child="Grace")
    post("b", "young-person", child="Zara")
    post("c", "pupil-young", child="Zara")
    deliver(by_day())
    assert letterbox.recipients == ["grace@x.example"]
    assert "/sign-in/pupil" in text_of(letterbox.mails[0][1])
    assert [row.state for row in rows()] == [OutboxState.SENT, OutboxState.WITHHELD, OutboxState.WITHHELD]


@pytest.mark.parametrize("slug", ["parent", "young-person"])
def test_the_page_keeps_what_was_chosen(sqlite_app, as_persona, ids, sessions, slug):
    client = as_persona(slug)
    page = client.get("/settings/messages")
    assert page.status_code == 200
    assert 'value="mobile"' in page.get_data(as_text=True), "the tests' installation can send texts into its file"
    chosen = {"channel": "mobile", "quiet_from": "21", "quiet_until": "6", "digest": "y", "digest_hour": "18"}
    assert client.post("/settings/messages", data=chosen).status_code == 303
    with sessions() as session:
        assert wishes_of(session, ids.person(slug)) == Wishes(Channel.MOBILE, 21, 6, True, 18)
    again = client.get("/settings/messages?saved=1").get_data(as_text=True)
    assert "Your settings are saved." in again
    assert re.search(r'value="21" selected', again)
    assert client.post("/settings/messages", data={**chosen, "channel": "pigeon"}).status_code == 422
    assert client.post("/settings/messages", data={**chosen, "quiet_from": "24"}).status_code == 422


def test_one_parents_wishes_are_not_the_others(sqlite_app, as_persona, ids, sessions):
    as_persona("parent").post(
        "/settings/messages",
        data={"channel": "letter", "quiet_from": "1", "quiet_until": "2", "digest_hour": "18"},
    )
    with sessions() as session:
        assert wishes_of(session, ids.person("second-parent")) == Wishes()
    page = as_persona("second-parent").get("/settings/messages").get_data(as_text=True)
    assert re.search(r'value="email" checked', page)


def test_the_page_says_which_address_does_not_work(sqlite_app, as_persona, addresses, sessions):
    addresses("parent", "gone@x.example")
    assert "gone@x.example" not in as_persona("parent").get("/settings/messages").get_data(as_text=True)
    with sessions() as session:
        session.scalars(
            select(ContactPoint).where(ContactPoint.value == "gone@x.example")
        ).one().bounced_at = clock.now()
        session.commit()
    assert "gone@x.example" in as_persona("parent").get("/settings/messages").get_data(as_text=True)
    assert "gone@x.example" not in as_persona("second-parent").get("/settings/messages").get_data(as_text=True)


def test_the_message_says_no_more_in_any_language_or_channel(sqlite_app, ids, sessions, post, letterbox, deliver, wish):
    wish(digest=True, digest_hour=17)
    for number, language in enumerate(("en", "ur", "pa", "bn", "pl", "ro", "ar", "so")):
        with sessions() as session:
            session.get_one(Person, ids.person("parent")).language = language
            session.query(OutboxItem).delete()
            session.commit()
        post(f"e{number}")
        deliver(at(17) + timedelta(seconds=1))
        _to, mail = letterbox.mails[-1]
        whole = mail["Subject"] + "".join(
            part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"
        )
        for tell_tale in ("Zara", "SEN", "plan", "Imran"):
            assert tell_tale not in whole.replace("explan", ""), language


def test_a_broken_message_does_not_spoil_the_daily_mail(app, post, rows, letterbox, deliver, wish):
    wish(digest=True, digest_hour=17)
    post("a", now=at(9))
    post("b", kind="no such kind", now=at(10))
    deliver(at(17) + timedelta(seconds=1))
    assert len(letterbox.mails) == 1
    assert [(row.state, row.last_trouble) for row in rows()] == [
        (OutboxState.SENT, ""),
        (OutboxState.QUEUED, "KeyError"),
    ]
