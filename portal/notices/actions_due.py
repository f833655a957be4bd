"""What school's calendar sends by itself: the worker looks again and again, and each message is posted once."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from portal.kernel.clock import LONDON
from portal.kernel.outbox import Posting, post_all
from portal.kernel.scope import PortalSession
from portal.meetings.rules import instant
from portal.notices.queries_due import ASKED, Passing, Silent, passing, silent
from portal.notices.rules_catalogue import ASK_BEFORE_ANNUAL, DRAFT_AGAIN_AFTER, Due, rights_due, views_due
from portal.profiles.actions_sharing import asked
from portal.profiles.queries_mail import PLAN_REMINDER
from portal.profiles.queries_sharing import silent as silent_about_drafts
from portal.reviews.queries_calendar import calendar_of

AT = time(9)  # nobody's telephone rings at night because a day has begun


def post_due(session: PortalSession, *, now: datetime) -> int:
    """Posts what is due today and was not posted yet; how many messages are new. For the portal's own scope."""
    today = now.astimezone(LONDON).date()
    due_at = max(now, instant(today, AT))
    new = post_all(session, _about_views(session, now, today, due_at), now=now)
    new += post_all(session, _about_drafts(session, now, today, due_at), now=now)
    return new + post_all(session, _about_rights(session, today, due_at), now=now)


def _about_views(session: PortalSession, now: datetime, today: date, due_at: datetime) -> Iterator[Posting]:
    waiting = silent(session, now=now, today=today, until=now + ASK_BEFORE_ANNUAL + timedelta(days=1))
    first = {_views(Due.VIEWS, one, due_at).key: one for one in waiting}
    asked = {key: at.astimezone(LONDON).date() for key, at in session.execute(ASKED, {"keys": list(first)})}
    for key, one in first.items():
        meets_on = one.starts_at.astimezone(LONDON).date()
        if due := views_due(one.kind, meets_on=meets_on, asked_on=asked.get(key), today=today):
            yield _views(due, one, due_at)


def _views(kind: Due, one: Silent, due_at: datetime) -> Posting:
    return Posting(
        kind=kind.value,
        event_key=str(one.review_id),
        person_id=one.adult_id,
        pupil_id=one.pupil_id,
        due_at=due_at,
        facts={"review_id": str(one.review_id)},
    )


def _about_drafts(session: PortalSession, now: datetime, today: date, due_at: datetime) -> Iterator[Posting]:
    before = now - timedelta(days=DRAFT_AGAIN_AFTER - 1)  # no school day of theirs can be over sooner
    waiting = silent_about_drafts(session, today=today, before=before)
    calendars = {school: calendar_of(session, school, today) for school in sorted({one.school_id for one in waiting})}
    for one in waiting:
        shared_on = one.shared_at.astimezone(LONDON).date()
        if calendars[one.school_id].school_days_after(shared_on, DRAFT_AGAIN_AFTER) <= today:
            yield asked(PLAN_REMINDER, one.sharing_id, one.pupil_id, one.person_id, due_at)


def _about_rights(session: PortalSession, today: date, due_at: datetime) -> Iterator[Posting]:
    for one in passing(session, today=today):
        if due := rights_due(one.on, today):
            yield _rights(due, one, due_at)


def _rights(kind: Due, one: Passing, due_at: datetime) -> Posting:
    return Posting(
        kind=kind.value,
        event_key=f"{one.pupil_id}:{one.on.isoformat()}",
        person_id=one.person_id,
        pupil_id=one.pupil_id,
        due_at=due_at,
        facts={"on": one.on.isoformat()} | ({"own": "yes"} if one.own else {}),
    )
