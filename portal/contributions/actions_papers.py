"""Everybody who comes to a meeting learns that its papers can be read, without a word of them: three school days before
they come, again when that is another day by now, and when the papers of an annual review went round. For the portal's
own scope."""

from collections.abc import Iterator
from datetime import datetime, time

from portal.contributions.queries_coming import LOOK_AHEAD, PAPERS_STAFF, Comers, Coming, comers, coming
from portal.kernel.clock import LONDON
from portal.kernel.outbox import Posting, post_all
from portal.kernel.scope import PortalSession
from portal.meetings.actions_messages import message_of
from portal.meetings.rules_messages import Message
from portal.reviews.queries_calendar import calendar_of
from portal.reviews.rules import Stage
from portal.reviews.rules_calendar import TermCalendar

SCHOOL_DAYS_BEFORE, AT = 3, time(9)
AHEAD, CIRCULATED = "ahead", "circulated"


def remind_of_papers(session: PortalSession, *, now: datetime) -> int:
    """Posts what is due; how many messages are new. The worker asks again and again."""
    found = coming(session, now=now, until=now + LOOK_AHEAD)
    today = now.astimezone(LONDON).date()
    calendars = {school: calendar_of(session, school, today) for school in sorted({one.school_id for one in found})}
    due = [one for one in found if any(_events(one, one.starts_at, calendars[one.school_id], now))]
    if not due:
        return 0
    who = comers(session, due, today=today)
    messages = (_messages(one, who[one.review_id], calendars[one.school_id], now) for one in due)
    return post_all(session, [message for each in messages for message in each], now=now)


def is_due(calendar: TermCalendar, starts_at: datetime, now: datetime) -> bool:
    """Whether it is the morning of the third school day before a meeting, or later."""
    day = calendar.school_days_before(starts_at.astimezone(LONDON).date(), SCHOOL_DAYS_BEFORE)
    return now >= datetime.combine(day, AT, LONDON)


def _events(one: Coming, comes_at: datetime | None, calendar: TermCalendar, now: datetime) -> Iterator[str]:
    """Why somebody is told now. Whoever has no time of their own is told once: that another household has moved is
    nothing that they learn."""
    if one.stage == Stage.PAPERS_CIRCULATED:
        yield CIRCULATED
    if (comes_at is None or comes_at > now) and is_due(calendar, comes_at or one.starts_at, now):
        yield f"{AHEAD} {comes_at.astimezone(LONDON).date()}" if comes_at else AHEAD


def _messages(one: Coming, who: Comers, calendar: TermCalendar, now: datetime) -> Iterator[Posting]:
    pupil_id, review_id, facts = one.pupil_id, one.review_id, {"review_id": str(one.review_id)}
    for adult_id, comes_at in who.adults.items():
        for event in _events(one, comes_at, calendar, now):
            yield message_of(Message.PAPERS, adult_id=adult_id, pupil_id=pupil_id, review_id=review_id, event=event)
    for person_id in who.staff:
        for event in _events(one, one.starts_at, calendar, now):
            yield Posting(kind=PAPERS_STAFF, event_key=f"{review_id}:{event}", person_id=person_id, facts=facts)
