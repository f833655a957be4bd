"""Words and small rules of meetings: how they are held, what a family may need, how somebody took part."""

import enum
from datetime import UTC, date, datetime, time, timedelta

from portal.kernel.clock import LONDON
from portal.kernel.errors import Invalid
from portal.kernel.words import N_

CELL = timedelta(minutes=5)  # all meetings begin and end on these; the database keeps one holder to one of them
APART = timedelta(minutes=30)  # between two adults who must not meet in the building


class Mode(enum.StrEnum):
    """How a meeting is held."""

    IN_PERSON = "in_person"
    VIDEO = "video"
    PHONE = "phone"


MODES = {
    Mode.IN_PERSON: N_("At school"),
    Mode.VIDEO: N_("By video"),
    Mode.PHONE: N_("By phone"),
}


class Need(enum.StrEnum):
    """What helps an adult to take part (product.md B8)."""

    STEP_FREE = "step_free"
    QUIET = "quiet"
    LARGE_PRINT = "large_print"
    SIGN_LANGUAGE = "sign_language"
    CHILDREN = "children"


NEEDS = {
    Need.STEP_FREE: N_("A way in without steps"),
    Need.QUIET: N_("A quiet room"),
    Need.LARGE_PRINT: N_("Papers in large print"),
    Need.SIGN_LANGUAGE: N_("A sign language interpreter (BSL)"),
    Need.CHILDREN: N_("I bring small children with me"),
}


class Answer(enum.StrEnum):
    """What an invited adult has said so far."""

    NONE = "none"
    BOOKED = "booked"
    CALL_ME = "call_me"
    NO_TIME_SUITS = "no_time_suits"
    COMING = "coming"
    NOT_COMING = "not_coming"


ANSWERS = {
    Answer.NONE: N_("No answer yet"),
    Answer.BOOKED: N_("Time chosen"),
    Answer.CALL_ME: N_("Please call"),
    Answer.NO_TIME_SUITS: N_("No time suits"),
    Answer.COMING: N_("Will come"),
    Answer.NOT_COMING: N_("Cannot come"),
}


class Attendance(enum.StrEnum):
    """How somebody took part in the end."""

    UNKNOWN = ""
    PRESENT = "present"
    ONLINE = "online"
    SENT_VIEWS = "sent_views"
    APOLOGIES = "apologies"
    ABSENT = "absent"


ATTENDANCES = {
    Attendance.UNKNOWN: N_("Not written down yet"),
    Attendance.PRESENT: N_("Was there"),
    Attendance.ONLINE: N_("Took part by video or phone"),
    Attendance.SENT_VIEWS: N_("Sent their views"),
    Attendance.APOLOGIES: N_("Said they could not come"),
    Attendance.ABSENT: N_("Did not come"),
}


class Basis(enum.StrEnum):
    """Why somebody other than the family is invited (SEND Regulations 2014 reg 20; domain.md R14)."""

    HEAD = "head"
    LOCAL_AUTHORITY = "local_authority"
    HEALTH = "health"
    SOCIAL_CARE = "social_care"
    SCHOOL = "school"
    RECEIVING_SCHOOL = "receiving_school"
    FAMILY = "family"
    PUPIL = "pupil"


STATUTORY = (Basis.HEAD, Basis.LOCAL_AUTHORITY, Basis.HEALTH, Basis.SOCIAL_CARE)
BASES = {
    Basis.HEAD: N_("Headteacher"),
    Basis.LOCAL_AUTHORITY: N_("SEN officer of the council"),
    Basis.HEALTH: N_("Health professional"),
    Basis.SOCIAL_CARE: N_("Social care officer of the council"),
    Basis.SCHOOL: N_("Invited by school"),
    Basis.RECEIVING_SCHOOL: N_("The next school"),
    Basis.FAMILY: N_("Invited by the family"),
    Basis.PUPIL: N_("Invited by the child"),
}


class Part(enum.StrEnum):
    """How much of the meeting a pupil wants to be at (domain.md R11)."""

    ALL = "all"
    PART = "part"
    NONE = "none"
    MESSAGE = "message"


PARTS = {
    Part.ALL: N_("I come to all of it"),
    Part.PART: N_("I come to part of it"),
    Part.NONE: N_("I do not want to come"),
    Part.MESSAGE: N_("I send a message"),
}


def instant(day: date, at: time) -> datetime:
    """The moment when the school's clock shows this time on this day, in UTC.

    Raises Invalid for the hour that the spring change leaves out and for the one that the autumn change repeats.
    """
    local = datetime.combine(day, at, LONDON)
    if local.astimezone(UTC).astimezone(LONDON).time() != at:
        raise Invalid(N_("The clocks go forward that night: there is no such time on that day."))
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        raise Invalid(N_("The clocks go back that night: this time comes twice on that day."))
    return local.astimezone(UTC)


def cells(starts_at: datetime, ends_at: datetime) -> list[datetime]:
    """The five-minute cells of a span, from its start up to before its end."""
    return [starts_at + CELL * number for number in range(-((starts_at - ends_at) // CELL))]
