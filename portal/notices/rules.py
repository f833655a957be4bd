"""Words and rules of notices that need no database: who they are for, what they ask, what can be answered."""

import enum
from dataclasses import dataclass, field
from datetime import datetime

from portal.kernel.outbox import Channel
from portal.kernel.words import N_


class NoticeState(enum.StrEnum):
    """Where a notice stands. What was sent stays as it was; it can only be taken back."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    SENT = "sent"
    TAKEN_BACK = "taken_back"


class Trouble(enum.StrEnum):
    """Why a planned notice did not leave and is a draft again."""

    NONE = "none"
    NOT_ALLOWED = "not_allowed"
    NOBODY = "nobody"


class Told(enum.StrEnum):
    """Kinds of messages about notices; the names are those of the outbox. Their facts have `notice_id`."""

    NOTICE = "notice"
    REMINDER = "notice_reminder"
    TOMORROW = "gathering_tomorrow"
    TAKEN_BACK = "notice_taken_back"


WAYS = {
    Channel.EMAIL: N_("By e-mail"),
    Channel.MOBILE: N_("By text message"),
    Channel.LETTER: N_("On paper"),
    Channel.NONE: N_("Only in the portal"),
}


class Asks(enum.StrEnum):
    """What a notice asks of its readers."""

    NOTHING = "nothing"
    SEEN = "seen"
    COME = "come"


ASKS = {
    Asks.NOTHING: N_("Nothing"),
    Asks.SEEN: N_("Say that they have read it"),
    Asks.COME: N_("Say if they come"),
}


class Reply(enum.StrEnum):
    """What one adult answered, with one tap."""

    NONE = "none"
    SEEN = "seen"
    COME = "come"
    CANNOT = "cannot"
    CALL = "call"


REPLIES = {
    Asks.NOTHING: (),
    Asks.SEEN: (Reply.SEEN, Reply.CALL),
    Asks.COME: (Reply.COME, Reply.CANNOT, Reply.CALL),
}
REPLY_WORDS = {
    Reply.SEEN: N_("I have read this"),
    Reply.COME: N_("We come"),
    Reply.CANNOT: N_("We can't come"),
    Reply.CALL: N_("Please call me"),
}


class Circle(enum.StrEnum):
    """Whose families a notice is for."""

    SCHOOL = "school"
    YEARS = "years"
    CLASSES = "classes"
    ON_SUPPORT = "on_support"
    CHILD = "child"


NOTICE_STATES = {
    NoticeState.DRAFT: N_("Draft"),
    NoticeState.SCHEDULED: N_("Will be sent"),
    NoticeState.SENT: N_("Sent"),
    NoticeState.TAKEN_BACK: N_("Taken back"),
}
TROUBLES = {
    Trouble.NOT_ALLOWED: N_("It did not leave: the person who planned it may not write to these families any more."),
    Trouble.NOBODY: N_("It did not leave: nobody would have got it."),
}
CIRCLES = {
    Circle.SCHOOL: N_("All families of the school"),
    Circle.YEARS: N_("Families of some year groups"),
    Circle.CLASSES: N_("Families of some classes"),
    Circle.ON_SUPPORT: N_("Families of children with SEN support or an EHC plan"),
    Circle.CHILD: N_("The family of one child"),
}


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a notice is for: a circle with the year groups, the ids of classes or of the child in `of`, and of these
    only adults who read one of `languages` when any is named."""

    circle: Circle = Circle.SCHOOL
    of: tuple[str, ...] = field(default=())
    languages: tuple[str, ...] = field(default=())


def is_reminding(send_at: datetime | None, sent_at: datetime | None) -> bool:
    """Whether a sent notice leaves once more as a reminder: it never goes out before its time, so a later time was
    asked for since."""
    return send_at is not None and sent_at is not None and send_at > sent_at
