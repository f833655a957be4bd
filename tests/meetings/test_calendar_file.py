"""Calendar files, read back with another library than the one that wrote them, and byte by byte."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
import vobject
from dateutil.tz import tzical
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.clock import LONDON
from portal.meetings.calendar_file import Entry, feed_file, invitation_file
from portal.meetings.rules import instant
from portal.web.i18n import load, speaking

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
BOOKED = Entry(
    uid="5b1c@portal.invalid",
    sequence=0,
    starts_at=datetime(2026, 12, 3, 15, 30, tzinfo=UTC),
    ends_at=datetime(2026, 12, 3, 16, 15, tzinfo=UTC),
    school_name="Hazel Lane, Primary; \\ \"North\"",
    school_email="office@school.example",
    place="Hazel Lane, Primary; \\ \"North\"",
    attendee="parent@example.org",
)  # fmt: skip


def parsed(file):
    return vobject.readOne(file.body.decode())


def unfolded(file):
    return file.body.decode().replace("\r\n ", "").split("\r\n")


def test_book_move_cancel_is_one_entry_with_a_growing_number():
    moved = replace(BOOKED, sequence=1, starts_at=BOOKED.starts_at + timedelta(days=5), ends_at=BOOKED.ends_at + timedelta(days=5))  # fmt: skip
    cancelled = replace(moved, sequence=2, cancelled=True)
    files = [invitation_file(entry, now=NOW + timedelta(hours=n)) for n, entry in enumerate((BOOKED, moved, cancelled))]
    calendars = [parsed(file) for file in files]
    assert [c.method.value for c in calendars] == ["REQUEST", "REQUEST", "CANCEL"] == [file.method for file in files]
    assert {c.vevent.uid.value for c in calendars} == {BOOKED.uid}
    assert [c.vevent.sequence.value for c in calendars] == ["0", "1", "2"]
    assert [c.vevent.status.value for c in calendars] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert len({c.vevent.dtstamp.value for c in calendars}) == 3
    assert len({c.vevent.organizer.value for c in calendars}) == 1
    assert [c.vevent.dtstart.value.astimezone(UTC) for c in calendars] == [BOOKED.starts_at, moved.starts_at, moved.starts_at]  # fmt: skip
    for c in calendars:
        assert c.vevent.attendee_list[0].value == "mailto:parent@example.org"
        assert len(c.vevent.attendee_list) == 1


def test_method_stands_in_the_calendar_and_in_the_media_type():
    file = invitation_file(replace(BOOKED, cancelled=True), now=NOW)
    assert file.media_type == "text/calendar; method=CANCEL; charset=UTF-8"
    lines = unfolded(file)
    assert lines.index("METHOD:CANCEL") < lines.index("BEGIN:VTIMEZONE") < lines.index("BEGIN:VEVENT")
    assert sum(line.startswith("METHOD") for line in lines) == 1


def test_it_tells_nothing():
    event = parsed(invitation_file(BOOKED, now=NOW)).vevent
    assert event.summary.value == "School meeting"
    assert event.getChildValue("class") == "PRIVATE"
    assert event.location.value == BOOKED.place
    assert {child.name for child in event.getChildren()} == {
        *("UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "CLASS", "STATUS", "TRANSP"),
        *("LOCATION", "ORGANIZER", "ATTENDEE"),
    }
    assert "SEND" not in invitation_file(BOOKED, now=NOW).body.decode().replace("NEEDS", "")


def test_without_an_address_nobody_is_invited():
    for cancelled in (False, True):
        file = invitation_file(replace(BOOKED, attendee="", cancelled=cancelled), now=NOW)
        assert file.method == "PUBLISH"
        assert "attendee" not in parsed(file).vevent.contents


def test_who_has_not_answered_has_not_accepted():
    event = parsed(invitation_file(replace(BOOKED, accepted=False), now=NOW)).vevent
    assert event.attendee.params["PARTSTAT"] == ["NEEDS-ACTION"]
    assert parsed(invitation_file(BOOKED, now=NOW)).vevent.attendee.params["PARTSTAT"] == ["ACCEPTED"]


def test_lines_end_and_fold_as_the_standard_says():
    load_languages()
    with speaking("ar"):
        file = invitation_file(replace(BOOKED, place="مدرسة " * 40, school_name="مدرسة " * 40), now=NOW)
    assert b"\r\n" in file.body
    assert b"\n" not in file.body.replace(b"\r\n", b"")
    assert b"\r" not in file.body.replace(b"\r\n", b"")
    assert file.body.endswith(b"END:VCALENDAR\r\n")
    for line in file.body.split(b"\r\n"):
        assert len(line) <= 75, line
        line.decode()  # no letter is cut in two
    event = parsed(file).vevent
    assert event.location.value == "مدرسة " * 40
    assert event.summary.value != "", "an Arabic or, until it is translated, an English summary"


@given(st.text(alphabet='aé学مدرسة😀\\;," ', min_size=1, max_size=200))
def test_whatever_the_school_is_called(name):
    name = "x" + name.strip() + "x"
    file = invitation_file(replace(BOOKED, place=name, school_name=name), now=NOW)
    assert parsed(file).vevent.location.value == name
    assert all(len(line) <= 75 for line in file.body.split(b"\r\n"))


def load_languages():
    from portal.paths import TRANSLATIONS

    load(TRANSLATIONS, ("en", "ur", "pa", "bn", "pl", "ro", "ar", "so"), offer_incomplete=True)


@pytest.mark.parametrize(
    "day",
    [date(2026, 3, 28) + timedelta(days=n) for n in range(3)]
    + [date(2026, 10, 24) + timedelta(days=n) for n in range(3)]
    + [date(2027, 3, 27) + timedelta(days=n) for n in range(3)]
    + [date(2026, 6, 15), date(2026, 12, 3)],
)
@pytest.mark.parametrize("at", [time(0, 30), time(9, 0), time(15, 30), time(23, 30)])
def test_round_the_changes_of_the_clock(day, at):
    """By the file's own time zone, as a calendar that knows no Europe/London would read it."""
    starts_at = instant(day, at)
    entry = replace(BOOKED, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=45))
    file = invitation_file(entry, now=NOW)
    assert f"DTSTART;TZID=Europe/London:{day:%Y%m%d}T{at:%H%M}00" in unfolded(file)
    zone = zone_of(file)
    assert datetime.combine(day, at, zone).astimezone(UTC) == starts_at
    assert parsed(file).vevent.dtstart.value.astimezone(UTC) == starts_at


def zone_of(file):
    """The VTIMEZONE alone, read by dateutil."""
    from io import StringIO

    text = file.body.decode()
    block = text[text.index("BEGIN:VTIMEZONE") : text.index("END:VTIMEZONE") + len("END:VTIMEZONE")]
    return tzical(StringIO(block)).get("Europe/London")


def test_the_written_zone_is_the_british_clock_for_fifty_years():
    zone = zone_of(invitation_file(BOOKED, now=NOW))
    for year in range(1997, 2047):
        for month in range(1, 13):
            for day in (1, 15, 28):
                for hour in (0, 6, 12, 23):
                    local = datetime(year, month, day, hour, 30)  # noqa: DTZ001
                    assert local.replace(tzinfo=zone).utcoffset() == local.replace(tzinfo=LONDON).utcoffset(), local


def test_a_feed_publishes_and_invites_nobody():
    file = feed_file([BOOKED, replace(BOOKED, uid="other@portal.invalid", sequence=3)], now=NOW)
    calendar = parsed(file)
    assert calendar.method.value == file.method == "PUBLISH"
    assert [event.uid.value for event in calendar.vevent_list] == [BOOKED.uid, "other@portal.invalid"]
    assert all("attendee" not in event.contents for event in calendar.vevent_list)
    assert file.body.count(b"BEGIN:VTIMEZONE") == 1
    assert file.body.index(b"END:VTIMEZONE") < file.body.index(b"BEGIN:VEVENT")


def test_an_empty_feed_is_still_a_calendar():
    calendar = parsed(feed_file([], now=NOW))
    assert calendar.method.value == "PUBLISH"
    assert "vevent" not in calendar.contents
