"""The meeting's file and the private address: own meetings only, with the rights of the moment."""

import logging
import re

import pytest
import vobject
from sqlalchemy import select

from portal.kernel import clock
from portal.meetings.models import Booking, CalendarFeed, Invitation, Meeting
from portal.people.models import PupilContact, StaffRole
from portal.people.rules import ContactState, PortalAccess, Restriction
from tests.meetings.family import booked_by
from tests.pages import words

FILE = "/meeting.ics"


def file_of(client, ids, child="Zara"):
    return client.get(f"/children/{ids.pupil(child)}/reviews/{ids.review(child)}/meeting.ics")


def event_of(answer):
    calendar = vobject.readOne(answer.get_data(as_text=True))
    return calendar.method.value, calendar.vevent


def address_of(answer):
    return re.search(r"http://127\.0\.0\.1:8000(/calendar/[\w-]+\.ics)", answer.get_data(as_text=True))[1]


def make(client):
    answer = client.post("/my-calendar/new")
    assert answer.status_code == 200
    return address_of(answer)


def uids(answer):
    assert answer.status_code == 200, answer.status_code
    calendar = vobject.readOne(answer.get_data(as_text=True))
    assert calendar.method.value == "PUBLISH"
    return {event.uid.value for event in calendar.contents.get("vevent", [])}


def own_uid(session, ids, slug, child="Zara"):
    """The entry's name of this adult; a session that only looks must not hold the one writer's place."""
    mine = select(Invitation.uid).where(
        Invitation.review_id == ids.review(child), Invitation.adult_id == ids.person(slug)
    )
    uid = session.scalars(mine).one()
    session.rollback()
    return uid


def clear(client, ids, system_session, slug, child="Zara"):
    """No booking of this adult in the open round, whatever the demo has made."""
    mine = select(Booking.id).where(
        Booking.review_id == ids.review(child), Booking.adult_id == ids.person(slug), Booking.cancelled_at.is_(None)
    )
    booked = system_session.scalars(mine).first()
    system_session.rollback()
    if booked:
        answer = client.post(f"/children/{ids.pupil(child)}/reviews/{ids.review(child)}/cancel", data={"reason": ""})
        assert answer.status_code == 303


def test_book_and_cancel_as_files(app, ids, as_persona, system_session):
    parent = as_persona("parent")
    clear(parent, ids, system_session, "parent")
    booked_by(parent, ids, language="")
    answer = file_of(parent, ids)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; method=REQUEST; charset=UTF-8"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    method, event = event_of(answer)
    assert method == "REQUEST"
    assert "Zara" not in answer.get_data(as_text=True)
    meeting = system_session.scalars(
        select(Meeting)
        .join(Booking, Booking.meeting_id == Meeting.id)
        .where(
            Booking.review_id == ids.review("Zara"),
            Booking.adult_id == ids.person("parent"),
            Booking.cancelled_at.is_(None),
        )
    ).one()
    assert event.dtstart.value == meeting.starts_at
    assert event.dtend.value == meeting.ends_at
    first = int(event.sequence.value)
    system_session.rollback()
    cancelled = parent.post(
        f"/children/{ids.pupil('Zara')}/reviews/{ids.review('Zara')}/cancel", data={"reason": "ill"}
    )
    assert cancelled.status_code == 303
    answer = file_of(parent, ids)
    assert "method=CANCEL" in answer.headers["Content-Type"]
    method, later = event_of(answer)
    assert method == "CANCEL"
    assert later.status.value == "CANCELLED"
    assert later.uid.value == event.uid.value == own_uid(system_session, ids, "parent")
    assert int(later.sequence.value) > first


def test_there_is_no_file_of_somebody_elses_meeting(app, ids, as_persona, system_session):
    parent, second = as_persona("parent"), as_persona("second-parent")
    clear(parent, ids, system_session, "parent")
    for invitation in system_session.scalars(
        select(Booking).where(Booking.adult_id == ids.person("second-parent"), Booking.review_id == ids.review("Zara"))
    ).all():
        system_session.delete(invitation)
    system_session.commit()
    booked_by(parent, ids, language="")
    mine = file_of(parent, ids).get_data(as_text=True)
    assert file_of(second, ids).status_code == 404
    assert own_uid(system_session, ids, "parent") in mine
    assert own_uid(system_session, ids, "second-parent") not in mine
    for stranger in ("parent-barred", "parent-other-school"):
        assert file_of(as_persona(stranger), ids).status_code == 404


def test_an_address_is_shown_once_and_only_its_hash_is_kept(app, ids, as_persona, system_session):
    parent = as_persona("parent")
    path = make(parent)
    secret = path.split("/")[-1].removesuffix(".ics")
    assert len(secret) >= 43
    feeds = system_session.scalars(select(CalendarFeed).where(CalendarFeed.person_id == ids.person("parent"))).all()
    assert len(feeds) == 1
    assert secret.encode() not in feeds[0].token_hash
    system_session.rollback()
    page = parent.get("/my-calendar?lang=en")
    assert secret not in page.get_data(as_text=True)
    assert "We cannot show it again" in words(page)


def test_a_feed_has_all_own_meetings_and_names_nobody(app, ids, as_persona, system_session, counting):
    parent = as_persona("parent")
    clear(parent, ids, system_session, "parent")
    path = make(parent)
    before = uids(app.test_client().get(path))
    booked_by(parent, ids, language="")
    counting.statements.clear()
    answer = app.test_client().get(path)
    assert len(counting) <= 8, counting.statements
    assert uids(answer) == before | {own_uid(system_session, ids, "parent")}
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    text = answer.get_data(as_text=True)
    assert "Zara" not in text
    assert "ATTENDEE" not in text
    assert as_persona("second-parent").get(path).status_code == 200, "the address is the key, whoever is signed in"


@pytest.mark.parametrize(
    "closing",
    [
        {"access": PortalAccess.NONE},
        {"state": ContactState.SUSPENDED},
        {
            "restriction": Restriction.NO_CONTACT,
            "restricted_from": clock.today(),
            "order_reference": "an order",
        },
    ],
)
def test_a_closed_link_empties_the_feed_at_once(app, ids, as_persona, system_session, closing):
    parent = as_persona("parent")
    clear(parent, ids, system_session, "parent")
    path = make(parent)
    booked_by(parent, ids, language="")
    mine = own_uid(system_session, ids, "parent")
    assert mine in uids(app.test_client().get(path))
    for contact in system_session.scalars(select(PupilContact).where(PupilContact.adult_id == ids.person("parent"))):
        for name, value in closing.items():
            setattr(contact, name, value)
        if "restriction" in closing:
            contact.order_seen_by = ids.person("sendco")
    system_session.commit()
    assert uids(app.test_client().get(path)) == set()


def test_a_new_address_ends_the_old_one_and_stopping_ends_all(app, as_persona):
    parent, nobody = as_persona("parent"), app.test_client()
    first = make(parent)
    assert parent.get("/my-calendar/new").status_code == 200
    second = make(parent)
    assert nobody.get(first).status_code == 404
    assert nobody.get(second).status_code == 200
    assert parent.get("/my-calendar/stop").status_code == 200
    assert parent.post("/my-calendar/stop").status_code == 303
    gone, unknown = nobody.get(second), nobody.get("/calendar/" + "x" * 43 + ".ics")
    assert gone.status_code == unknown.status_code == 404
    assert gone.headers["Referrer-Policy"] == unknown.headers["Referrer-Policy"] == "no-referrer"
    assert gone.headers["Cache-Control"] == "no-store"


def test_staff_see_their_meetings_while_they_hold_a_role(app, ids, as_persona, system_session):
    teacher = as_persona("class-teacher")
    path = make(teacher)
    mine = set(
        system_session.scalars(
            select(Meeting.id).where(
                Meeting.staff_id == ids.person("class-teacher"),
                Meeting.live_bookings > 0,
                Meeting.released_at.is_(None),
                Meeting.starts_at > clock.now(),
            )
        )
    )
    system_session.rollback()
    assert mine, "the test world has meetings of the class teacher ahead"
    found = uids(app.test_client().get(path))
    assert {f"{key}@127.0.0.1" for key in mine} <= found
    for role in system_session.scalars(select(StaffRole).where(StaffRole.person_id == ids.person("class-teacher"))):
        role.starts_on = clock.today() - clock.minutes(60 * 24 * 30)
        role.ends_on = clock.today() - clock.minutes(60 * 24)
    system_session.commit()
    assert uids(app.test_client().get(path)) == set()


def test_a_young_person_has_an_address_of_their_own(app, as_persona):
    path = make(as_persona("young-person"))
    assert app.test_client().get(path).status_code == 200
    assert as_persona("pupil-young").get("/my-calendar").status_code == 403


def test_guessing_ends_soon_and_reading_does_not(sqlite_app, as_persona):
    path, nobody = make(as_persona("parent")), sqlite_app.test_client()
    for _ in range(40):
        assert nobody.get(path).status_code == 200
    answers = [nobody.get(f"/calendar/{number:043}.ics").status_code for number in range(40)]
    assert answers.count(404) <= 31
    assert answers[-1] == 429


def test_no_log_learns_an_address(sqlite_url, tmp_path, as_persona, sqlite_app, capsys, caplog):
    from tests.conftest import _app

    path = make(as_persona("parent"))
    secret = path.split("/")[-1].removesuffix(".ics")
    noisy = _app(sqlite_url, tmp_path, testing=False, smtp_url="smtp://127.0.0.1:9")
    with caplog.at_level(logging.DEBUG):
        assert noisy.test_client().get(path).status_code == 200
        assert noisy.test_client().get(path[:-8] + "zzzz.ics").status_code == 404
    written = capsys.readouterr()
    told = written.out + written.err + caplog.text
    assert "/calendar/<token>.ics" in told, "the requests were logged"
    assert secret not in told
    assert path[-30:-8] not in told
    noisy.extensions["engine"].dispose()
