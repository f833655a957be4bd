"""Meetings as calendar files that any calendar follows, and that tell whoever looks over a shoulder nothing.

One file is for one reader: it names no child, no other adult, no kind of meeting and no room (RFC 5545, RFC 5546;
domain.md 4.6).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vCalAddress, vText

from portal.kernel.clock import LONDON
from portal.web.i18n import gettext as _

MAKER = "-//Family pages//School meetings//EN"
READ_AGAIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One meeting in one reader's calendar. `attendee` is the reader's own address, empty when we know none; `place`
    is empty when nobody need go anywhere."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    school_name: str
    school_email: str
    place: str = ""
    attendee: str = ""
    accepted: bool = True
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """A file and the method that its media type must name too (RFC 6047)."""

    method: str
    body: bytes

    @property
    def media_type(self) -> str:
        """What stands in Content-Type."""
        return f"text/calendar; method={self.method}; charset=UTF-8"


def invitation_file(entry: Entry, *, now: datetime) -> CalendarFile:
    """REQUEST while the meeting stands, CANCEL once it is off, by the same UID and a higher SEQUENCE.

    Without an address of the reader there is nobody to invite, and the file only publishes (RFC 5546 3.2).
    """
    method = "PUBLISH"
    if entry.attendee:
        method = "CANCEL" if entry.cancelled else "REQUEST"
    calendar = _calendar(method)
    calendar.add_component(_event(entry, now, invites=method != "PUBLISH"))
    return CalendarFile(method, calendar.to_ical())


def feed_file(entries: Iterable[Entry], *, now: datetime) -> CalendarFile:
    """PUBLISH: all meetings of one reader, for a calendar that reads the address again and again."""
    calendar = _calendar("PUBLISH")
    calendar.add("x-wr-calname", _("School meetings"))
    calendar.add("refresh-interval", READ_AGAIN, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", f"PT{READ_AGAIN.seconds // 3600}H")
    for entry in entries:
        calendar.add_component(_event(entry, now, invites=False))
    return CalendarFile("PUBLISH", calendar.to_ical())


def _calendar(method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", MAKER)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add_component(_europe_london())
    return calendar


def _europe_london() -> Timezone:
    """The British clock by its rule since 1996: the library's own is a list that ends and is an hour late in March."""
    zone = Timezone()
    zone.add("tzid", "Europe/London")
    summer, winter = TimezoneDaylight(), TimezoneStandard()
    summer.add("dtstart", datetime(1970, 3, 29, 1))  # noqa: DTZ001 - the wall clock at which the change comes
    winter.add("dtstart", datetime(1970, 10, 25, 2))  # noqa: DTZ001
    nothing, hour = timedelta(0), timedelta(hours=1)
    for part, month, before, after, name in (
        (summer, 3, nothing, hour, "BST"),
        (winter, 10, hour, nothing, "GMT"),
    ):
        part.add("tzoffsetfrom", before)
        part.add("tzoffsetto", after)
        part.add("tzname", name)
        part.add("rrule", {"freq": "yearly", "bymonth": month, "byday": "-1su"})
        zone.add_component(part)
    return zone


def _event(entry: Entry, now: datetime, *, invites: bool) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", now)
    event.add("dtstart", entry.starts_at.astimezone(LONDON))
    event.add("dtend", entry.ends_at.astimezone(LONDON))
    event.add("summary", _("School meeting"))
    event.add("class", "PRIVATE")
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("transp", "OPAQUE")
    if entry.place:
        event.add("location", entry.place)
    organizer = vCalAddress(f"mailto:{entry.school_email}")
    organizer.params["cn"] = vText(entry.school_name)
    event["organizer"] = organizer
    if invites:
        event.add("attendee", _attendee(entry))
    return event


def _attendee(entry: Entry) -> vCalAddress:
    # RSVP=FALSE: the answer is given in the portal, where it also frees or keeps the time
    attendee = vCalAddress(f"mailto:{entry.attendee}")
    attendee.params["cutype"] = vText("INDIVIDUAL")
    attendee.params["role"] = vText("REQ-PARTICIPANT")
    attendee.params["partstat"] = vText("ACCEPTED" if entry.accepted else "NEEDS-ACTION")
    attendee.params["rsvp"] = vText("FALSE")
    return attendee
