"""Three school days before a meeting, and when the papers of an annual review went round, everybody who is invited learns
that there is something to read: once, without a word of it, and only while it is true."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select

from portal.contributions.actions_papers import is_due, remind_of_papers
from portal.contributions.queries_coming import PAPERS_STAFF
from portal.contributions.queries_mail import kinds as kinds_of_staff
from portal.delivery.mail import write
from portal.kernel import clock
from portal.kernel.clock import LONDON
from portal.kernel.outbox import OutboxItem
from portal.kernel.scope import PortalSession, system
from portal.meetings.models import Invitation
from portal.meetings.queries_mail import kinds as kinds_of_families
from portal.meetings.rules_messages import Message
from portal.people.models import StaffRole
from portal.people.rules import ContactKind, Restriction
from portal.reviews.models import Review
from portal.reviews.rules import ReviewKind, Stage
from portal.reviews.rules_calendar import NO_YEAR
from tests.contributions.saying import new_review
from tests.meetings.family import set_link

WEDNESDAY = datetime(2026, 11, 18, 14, tzinfo=LONDON)


@pytest.fixture
def review(app, ids, system_session):
    """An annual review tomorrow, to which both parents and an adult under an order are invited."""
    row = new_review(
        system_session, ids, kind=ReviewKind.ANNUAL, stage=Stage.NOTICE_SENT, lead_id=ids.person("class-teacher"),
        meets_at=clock.now() + timedelta(days=1), meets_minutes=60, due_on=clock.today() + timedelta(days=1),
    )  # fmt: skip
    about = {"pupil_id": ids.pupil("Zara"), "school_id": ids.school_of("Zara"), "review_id": row}
    for slug in ("parent", "second-parent", "parent-barred"):
        invited = Invitation(**about, adult_id=ids.person(slug), uid=f"{slug} {row}", sent_at=clock.now())
        system_session.add(invited)
    system_session.commit()
    return row


def remind(app, review):
    """Whom the worker tells now about this review, by kind."""
    with PortalSession(app.extensions["writing_engine"], scope=system("the worker")) as session:
        before = set(session.scalars(select(OutboxItem.id)))
        remind_of_papers(session, now=clock.now())
        session.commit()
        found = session.scalars(select(OutboxItem).where(OutboxItem.kind.in_([Message.PAPERS, PAPERS_STAFF]))).all()
        new = [item for item in found if item.id not in before and item.facts["review_id"] == str(review)]
        session.expunge_all()
    return new


def test_each_who_is_invited_is_told_once(app, ids, review, system_session):
    told = {(item.kind, item.person_id) for item in remind(app, review)}
    assert told == {
        (Message.PAPERS, ids.person("parent")),
        (Message.PAPERS, ids.person("second-parent")),
        (PAPERS_STAFF, ids.person("class-teacher")),
    }
    assert remind(app, review) == []
    system_session.get_one(Review, review).stage = Stage.PAPERS_CIRCULATED
    system_session.commit()
    assert len(remind(app, review)) == 3
    assert remind(app, review) == []


def test_a_meeting_that_was_cancelled_tells_nobody(app, ids, review, system_session):
    system_session.get_one(Review, review).stage = Stage.CANCELLED
    system_session.commit()
    assert remind(app, review) == []


def prepared(session, items, **facts):
    """Who would get it now."""
    out = {"base_url": "https://portal.example", "reachable": frozenset({ContactKind.EMAIL})}
    made = {**kinds_of_families(**out), **kinds_of_staff(**out)}
    sent = {item.person_id: made[item.kind].prepare(session, item, clock.now()) for item in items}
    session.rollback()
    return {person: envelope for person, envelope in sent.items() if envelope}


def test_rights_are_read_again_when_it_leaves(app, ids, review, system_session):
    items = remind(app, review)
    assert set(prepared(system_session, items)) == {item.person_id for item in items}
    for item in items:
        message = write(item.id, item.kind, prepared(system_session, [item])[item.person_id], now=clock.now())
        for secret in ("Zara", "review", "meeting", "papers"):
            assert secret not in (message.subject + message.text).lower()
    order = {"restricted_from": clock.today(), "order_seen_by": ids.person("sendco")}
    set_link(system_session, ids, "second-parent", **order, restriction=Restriction.NO_CONTACT)
    assert ids.person("second-parent") not in prepared(system_session, items)
    system_session.execute(delete(StaffRole).where(StaffRole.person_id == ids.person("class-teacher")))
    system_session.commit()
    assert set(prepared(system_session, items)) == {ids.person("parent")}
    system_session.get_one(Review, review).stage = Stage.CANCELLED
    system_session.commit()
    assert prepared(system_session, items) == {}


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (datetime(2026, 11, 13, 8, 59, tzinfo=LONDON), False),  # Friday is the third school day before a Wednesday
        (datetime(2026, 11, 13, 9, tzinfo=LONDON), True),
        (datetime(2026, 11, 17, 9, tzinfo=LONDON), True),
    ],
)
def test_three_school_days_before(now, due):
    assert is_due(NO_YEAR, WEDNESDAY, now) is due
