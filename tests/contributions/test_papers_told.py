"""Three school days before a meeting, and when the papers of an annual review went round, everybody who is invited learns
that there is something to read: once for each day, without a word of it, and only while it is true."""

import uuid
from datetime import datetime, time, timedelta

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
from portal.meetings.models import Booking, Invitation, Meeting
from portal.meetings.queries_mail import kinds as kinds_of_families
from portal.meetings.rules import Mode
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


def test_a_meeting_that_moves_to_another_day_is_told_again(app, ids, review, system_session):
    assert len(remind(app, review)) == 3
    for later, told in ((timedelta(days=2), 3), (timedelta(days=2, minutes=30), 0)):
        system_session.get_one(Review, review).meets_at = datetime.combine(clock.today(), time(10), LONDON) + later
        system_session.commit()
        assert len(remind(app, review)) == told, later


def book(session, ids, review, slug, starts_at):
    """The adult has this time now, and no other."""
    session.execute(delete(Booking).where(Booking.review_id == review, Booking.adult_id == ids.person(slug)))
    its = {"starts_at": starts_at, "ends_at": starts_at + timedelta(minutes=15), "mode": Mode.IN_PERSON}
    meeting = Meeting(id=uuid.uuid4(), school_id=ids.school_of("Zara"), staff_id=ids.person("class-teacher"), **its)
    mine = (Invitation.review_id == review, Invitation.adult_id == ids.person(slug))
    invitation = session.scalars(select(Invitation).where(*mine)).one()
    session.add(meeting)
    session.flush()
    session.add(
        Booking(
            school_id=meeting.school_id, pupil_id=ids.pupil("Zara"), review_id=review, invitation_id=invitation.id,
            adult_id=invitation.adult_id, meeting_id=meeting.id, once_key=uuid.uuid4().hex,
            made_by=invitation.adult_id, made_at=clock.now(),
        )
    )  # fmt: skip
    session.commit()


def test_nobody_learns_that_another_household_has_moved(app, ids, review, system_session):
    system_session.get_one(Review, review).meets_at = None
    morning = datetime.combine(clock.today(), time(10), LONDON)
    book(system_session, ids, review, "parent", morning + timedelta(days=1))
    assert {item.person_id for item in remind(app, review)} >= {ids.person("parent"), ids.person("second-parent")}
    book(system_session, ids, review, "parent", morning + timedelta(days=2))
    assert {item.person_id for item in remind(app, review)} == {ids.person("parent"), ids.person("class-teacher")}
    book(system_session, ids, review, "second-parent", morning + timedelta(days=1))
    assert ids.person("parent") not in {item.person_id for item in remind(app, review)}


def test_a_household_that_comes_later_is_told_before_its_own_meeting(app, ids, review, system_session):
    system_session.get_one(Review, review).meets_at = None
    morning = datetime.combine(clock.today(), time(10), LONDON)
    book(system_session, ids, review, "parent", morning - timedelta(days=1))
    book(system_session, ids, review, "second-parent", morning + timedelta(days=60))
    assert remind(app, review) == []
    book(system_session, ids, review, "second-parent", morning + timedelta(days=1))
    assert {item.person_id for item in remind(app, review)} == {
        ids.person("second-parent"),
        ids.person("class-teacher"),
    }


@pytest.mark.parametrize("stage", [Stage.PLANNED, Stage.CANCELLED, Stage.HELD])
def test_a_meeting_that_nobody_comes_to_tells_nobody(app, ids, review, system_session, stage):
    system_session.get_one(Review, review).stage = stage
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
        assert (item.kind == PAPERS_STAFF) == ("read it in the next few days" in message.text)
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
