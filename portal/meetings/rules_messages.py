"""The messages of the booking: what each says in the portal. Outside it only says that something new is there."""

import enum
import uuid
from collections.abc import Mapping
from typing import Any

from portal.kernel.words import N_


class Message(enum.StrEnum):
    """Kinds of messages about a meeting; the names are those of the outbox."""

    BOOKING_OPEN = "booking_open"
    REMINDER = "booking_reminder"
    LAST_CALL = "booking_last_call"
    INVITED = "meeting_invited"
    BOOKED = "meeting_booked"
    TOMORROW = "meeting_tomorrow"
    MOVED = "meeting_moved"
    CANCELLED = "meeting_cancelled"
    CANCELLED_BY_SCHOOL = "meeting_cancelled_by_school"
    WILL_CALL = "school_will_call"
    RECORD = "review.record"
    PAPERS = "papers"
    TYPED_IN = "told_school"
    ADDED = "review.added"
    ANSWERED = "review.answered"


TITLES = {
    Message.BOOKING_OPEN: N_("You can choose a time now"),
    Message.REMINDER: N_("You have not chosen a time yet"),
    Message.LAST_CALL: N_("Last days to choose a time"),
    Message.INVITED: N_("School invites you to a meeting"),
    Message.BOOKED: N_("Your meeting is booked"),
    Message.TOMORROW: N_("Your meeting is tomorrow"),
    Message.MOVED: N_("Your meeting has a new time"),
    Message.CANCELLED: N_("You cancelled your meeting"),
    Message.CANCELLED_BY_SCHOOL: N_("School had to cancel your meeting"),
    Message.WILL_CALL: N_("School will call you"),
    Message.RECORD: N_("You can read what we agreed"),
    Message.PAPERS: N_("Papers for the meeting"),
    Message.TYPED_IN: N_("School typed in what you told us"),
    Message.ADDED: N_("School added something to what we agreed"),
    Message.ANSWERED: N_("School answered you"),
}
# still true only while the family has no time; they are withheld when it books
BEFORE_BOOKING = (Message.REMINDER, Message.LAST_CALL)
PAGES = {
    Message.PAPERS: "pack.family",
    Message.TYPED_IN: "family_views.start",
    Message.RECORD: "family_records.record",
    Message.ADDED: "family_records.record",
}


def open_at(kind: str, facts: Mapping[str, str], pupil_id: uuid.UUID) -> tuple[str, dict[str, Any]]:
    """The page on which the reader learns more: its endpoint and the values of its address."""
    if kind == Message.ANSWERED:
        return "became.became", {"pupil_id": pupil_id}
    page = PAGES.get(Message(kind), "family_meetings.review")
    return page, {"pupil_id": pupil_id, "review_id": uuid.UUID(facts["review_id"])}
