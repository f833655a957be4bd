"""A mail about a time brings the calendar file, which tells whoever looks over a shoulder nothing."""

import pytest
from icalendar import Calendar
from sqlalchemy import select

from portal.meetings.models import Booking, Invitation, Meeting
from portal.people.models import Person, School
from tests.delivery.conftest import by_day, text_of
from tests.meetings.family import booked_by, path_of


def calendar_of(mail):
    (part,) = mail.iter_attachments()
    entry = Calendar.from_ical(part.get_payload(decode=True))
    (event,) = entry.walk("VEVENT")
    return part, str(entry["METHOD"]), event


@pytest.mark.parametrize("language", ["en", "ur"])
def test_the_booked_time_comes_along_and_goes_again(
    app, ids, sessions, as_persona, letterbox, deliver, addresses, language
):
    addresses("parent", "ann@x.example")
    with sessions() as session:
        session.get_one(Person, ids.person("parent")).language = language
        school = session.get_one(School, ids.school_of("Zara")).name
        session.commit()
    client = as_persona("parent")
    booked_by(client, ids)
    deliver(by_day())
    ((to, mail),) = letterbox.mails
    part, method, event = calendar_of(mail)
    with sessions() as session:
        mine = (Invitation.adult_id == ids.person("parent"), Invitation.review_id == ids.review("Zara"))
        where = select(Meeting.starts_at).join(Booking, Booking.meeting_id == Meeting.id).join(Invitation)
        starts_at = session.scalars(where.where(*mine, Booking.cancelled_at.is_(None))).one()
    assert (to, part.get_param("method"), method) == (["ann@x.example"], "REQUEST", "REQUEST")
    assert event["DTSTART"].dt == starts_at
    assert str(event["ATTENDEE"]) == "mailto:ann@x.example"
    told = mail["Subject"] + text_of(mail) + part.get_payload(decode=True).decode() + part.get_filename()
    for tell_tale in ("Zara", "SEN", "review", "Support plan", "Okafor"):
        assert tell_tale.casefold() not in told.replace(school, "").casefold(), tell_tale
    assert client.post(f"{path_of(ids)}/cancel", data={"reason": ""}).status_code == 303
    deliver(by_day())
    part, method, gone = calendar_of(letterbox.mails[-1][1])
    assert (part.get_param("method"), method, gone["STATUS"]) == ("CANCEL", "CANCEL", "CANCELLED")
    assert gone["UID"] == event["UID"]
    assert gone["SEQUENCE"] > event["SEQUENCE"]


def test_a_day_that_keeps_moving_tells_the_calendar_how_it_stands_now(
    app, ids, as_persona, letterbox, deliver, addresses, rows
):
    """Two mails that waited together both bring the newest time: a calendar never goes back."""
    addresses("parent", "ann@x.example")
    client = as_persona("parent")
    booked_by(client, ids)
    client.post(f"{path_of(ids)}/cancel", data={"reason": ""})
    deliver(by_day())
    methods = {calendar_of(mail)[1] for _to, mail in letterbox.mails}
    assert (len(letterbox.mails), methods) == (2, {"CANCEL"})


def test_news_without_a_time_has_no_file(app, post, letterbox, deliver):
    post("a")
    deliver(by_day())
    assert list(letterbox.mails[0][1].iter_attachments()) == []
