"""Everybody who comes to a meeting learns that its papers can be read, without a word of them and once: three school
days before it, and when the papers of an annual review went round. For the portal's own scope."""

from collections.abc import Collection, Iterator
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
    ahead = [one for one in found if is_due(calendars[one.school_id], one.starts_at, now)]
    went_round = [one for one in found if one.stage == Stage.PAPERS_CIRCULATED]
    return post_papers(session, ahead, AHEAD, now=now) + post_papers(session, went_round, CIRCULATED, now=now)


def is_due(calendar: TermCalendar, starts_at: datetime, now: datetime) -> bool:
    """Whether it is the morning of the third school day before a meeting, or later."""
    day = calendar.school_days_before(starts_at.astimezone(LONDON).date(), SCHOOL_DAYS_BEFORE)
    return now >= datetime.combine(day, AT, LONDON)


def post_papers(session: PortalSession, reviews: Collection[Coming], event: str, *, now: datetime) -> int:
    """One message for each adult and each member of staff who is invited; the same event is told once."""
    if not reviews:
        return 0
    who = comers(session, reviews, today=now.astimezone(LONDON).date())
    return post_all(session, [each for one in reviews for each in _messages(one, who[one.review_id], event)], now=now)


def _messages(one: Coming, who: Comers, event: str) -> Iterator[Posting]:
    for adult_id in who.adults:
        yield message_of(Message.PAPERS, adult_id=adult_id, pupil_id=one.pupil_id, review_id=one.review_id, event=event)
    facts = {"review_id": str(one.review_id)}
    for person_id in who.staff:
        yield Posting(kind=PAPERS_STAFF, event_key=f"{one.review_id}:{event}", person_id=person_id, facts=facts)
