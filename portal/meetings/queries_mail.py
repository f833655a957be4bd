"""The mail about a meeting: it says that something new is there and no more, and only while that is so. Where a time is
set, moved or gone, the reader's calendar hears of it."""

import uuid
from dataclasses import replace
from datetime import datetime
from functools import partial
from urllib.parse import urlsplit

from sqlalchemy import bindparam
from sqlalchemy.orm import Session

from portal.kernel.errors import NotFound
from portal.kernel.outbox import Attachment, Channel, Envelope, Kind, OutboxItem
from portal.meetings.calendar_file import invitation_file
from portal.meetings.queries_calendar import Sender, own_entry
from portal.meetings.queries_messages import NOW, Present, present_of, still_true
from portal.meetings.rules_messages import Message
from portal.people.rules import ContactKind
from portal.profiles.queries_mail import news
from portal.reviews.models import Review
from portal.web.i18n import speaking

NOW_OF_ONE = NOW.where(Review.id == bindparam("review_id"))
SETS_A_TIME = (Message.INVITED, Message.BOOKED, Message.MOVED, Message.CANCELLED, Message.CANCELLED_BY_SCHOOL)


def kinds(*, base_url: str, reachable: frozenset[ContactKind], mail_from: str = "portal@localhost") -> dict[str, Kind]:
    """How each message of this feature is made; what it says stands in the portal alone. `mail_from`: from whom a
    meeting comes where a school has no address of its own."""
    sender = Sender(mail_from, urlsplit(base_url).hostname or "")
    told = Kind(partial(_told, base_url=base_url, reachable=reachable, sender=sender))
    return {message.value: told for message in Message}


def _told(
    session: Session,
    item: OutboxItem,
    now: datetime,
    *,
    base_url: str,
    reachable: frozenset[ContactKind],
    sender: Sender,
) -> Envelope | None:
    kind, asked = Message(item.kind), {"me": item.person_id, "review_id": uuid.UUID(item.facts["review_id"])}
    row = session.execute(NOW_OF_ONE, asked).first()
    if not still_true(kind, item.facts, present_of(row, now) if row else Present(), now):
        return None
    envelope = news(session, item, now, base_url=base_url, reachable=reachable)
    if envelope is None or kind not in SETS_A_TIME or envelope.channel != Channel.EMAIL:
        return envelope
    return replace(envelope, attachments=_calendar_file(session, item, envelope, now, sender))


def _calendar_file(
    session: Session, item: OutboxItem, envelope: Envelope, now: datetime, sender: Sender
) -> tuple[Attachment, ...]:
    """How the meeting stands now, for the calendar of whoever opens this mail; nothing while no time is set."""
    about = {"pupil_id": item.about_pupil_id, "review_id": uuid.UUID(item.facts["review_id"])}
    try:
        entry = own_entry(session, adult_id=item.person_id, sender=sender, **about)  # type: ignore[arg-type]
    except NotFound:
        return ()
    with speaking(envelope.language):
        file = invitation_file(replace(entry, attendee=envelope.address), now=now)
    return (Attachment("meeting.ics", file.media_type, file.body),)
