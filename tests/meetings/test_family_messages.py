"""The portal's own list of messages, the mail that only says something is new, and what a front page puts first."""

import uuid
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import delete, select

from portal.kernel import clock
from portal.kernel.clock import LONDON
from portal.kernel.outbox import OutboxItem, OutboxState, post
from portal.kernel.scope import PortalSession
from portal.meetings.models import Booking, Invitation, Meeting
from portal.meetings.queries_home import NextKind, next_meetings
from portal.meetings.queries_mail import kinds
from portal.meetings.rules import Answer
from portal.meetings.rules_messages import Message
from portal.people.actor import Actor
from portal.people.models import School
from portal.people.rules import Audience, ContactKind, PortalAccess
from portal.people.scopes import scope_of
from portal.reviews.models import Review
from portal.reviews.rules import Stage
from tests.meetings.family import booked_by, set_link
from tests.pages import words


def tell(session, ids, message, *, slug="parent", child="Zara", due_at=None, **facts):
    now = clock.now()
    about = {"person_id": ids.person(slug), "pupil_id": ids.pupil(child), "now": now, "due_at": due_at}
    post(session, message.value, event_key=uuid.uuid4().hex, **about, review_id=str(ids.review(child)), **facts)
    session.commit()


def silence(session):
    session.execute(delete(OutboxItem))
    session.commit()


def listed(client, lang="en"):
    return words(client.get(f"/messages?lang={lang}"))


def meeting_of(session, ids, slug="parent"):
    session.rollback()
    return session.scalars(
        select(Meeting)
        .join(Booking, Booking.meeting_id == Meeting.id)
        .where(
            Booking.adult_id == ids.person(slug),
            Booking.cancelled_at.is_(None),
            Booking.review_id == ids.review("Zara"),
        )
    ).one()


def test_an_empty_list_says_what_will_be_here(sqlite_app, as_persona, system_session):
    silence(system_session)
    assert "No messages yet" in listed(as_persona("parent"))


def test_only_what_is_due_ones_own_and_not_withheld(app, as_persona, ids, system_session):
    silence(system_session)
    later = clock.now() + timedelta(days=1)
    tell(system_session, ids, Message.WILL_CALL)
    tell(system_session, ids, Message.CANCELLED_BY_SCHOOL, due_at=later)
    tell(system_session, ids, Message.CANCELLED, slug="second-parent", reason="MARK-SECRET")
    client = as_persona("parent")
    assert "School will call you" in listed(client)
    assert "had to cancel" not in listed(client)
    assert "MARK-SECRET" not in listed(client)
    for item in system_session.scalars(select(OutboxItem)):
        item.state = OutboxState.WITHHELD
    system_session.commit()
    assert "No messages yet" in listed(client)
    for item in system_session.scalars(select(OutboxItem)):
        item.tries = 1  # the worker found no address: the portal still says it
    system_session.commit()
    assert "School will call you" in listed(client)


def test_newest_first_in_the_language_of_today_and_few_statements(app, as_persona, ids, system_session, counting):
    silence(system_session)
    now = clock.now()
    tell(system_session, ids, Message.WILL_CALL, due_at=now - timedelta(days=3))
    tell(system_session, ids, Message.CANCELLED_BY_SCHOOL, due_at=now - timedelta(days=1), reason="Miss Okafor is ill.")
    client = as_persona("parent")
    client.get("/messages")
    counting.statements.clear()
    text = listed(client)
    assert len(counting) <= 5, counting.statements
    assert text.index("School had to cancel") < text.index("School will call you")
    assert "Miss Okafor is ill." in text
    assert client.get("/messages?lang=ar").status_code == 200


def test_nothing_is_told_about_a_child_one_may_not_read_about(app, as_persona, ids, system_session):
    silence(system_session)
    tell(system_session, ids, Message.WILL_CALL)
    set_link(system_session, ids, "parent", access=PortalAccess.NONE)
    assert "No messages yet" in listed(as_persona("parent"))
    tell(system_session, ids, Message.WILL_CALL, slug="parent-barred")
    assert "No messages yet" in listed(as_persona("parent-barred"))


@pytest.mark.parametrize("message", [Message.REMINDER, Message.LAST_CALL])
def test_a_reminder_is_gone_once_there_is_an_answer(app, as_persona, ids, system_session, message):
    silence(system_session)
    tell(system_session, ids, message)
    client = as_persona("parent")
    title = "You have not chosen a time yet" if message == Message.REMINDER else "Last days to choose a time"
    assert title in listed(client)
    booked_by(client, ids)
    assert title not in listed(client)
    assert envelope(system_session, ids, message) is None


def envelope(session, ids, message, slug="parent"):
    """What the worker would send now."""
    session.rollback()
    item = session.scalars(
        select(OutboxItem).where(OutboxItem.kind == message.value, OutboxItem.person_id == ids.person(slug))
    ).first()
    made = kinds(base_url="https://example.org", reachable=frozenset(ContactKind))[message.value]
    return made.prepare(session, item, clock.now())


def test_tomorrow_is_told_only_while_it_is_true(app, as_persona, ids, system_session):
    client = as_persona("parent")
    booked_by(client, ids)
    silence(system_session)
    meeting = meeting_of(system_session, ids)
    tomorrow = clock.today() + timedelta(days=1)
    meeting.starts_at = datetime.combine(tomorrow, time(15, 40), LONDON)
    meeting.ends_at = meeting.starts_at + timedelta(minutes=30)
    system_session.commit()
    facts = {"meeting_id": str(meeting.id), "starts_at": meeting.starts_at.isoformat(), "mode": "in_person"}
    tell(system_session, ids, Message.TOMORROW, **facts)
    assert "Your meeting is tomorrow" in listed(client)
    assert "3.40 pm" in listed(client)
    assert envelope(system_session, ids, Message.TOMORROW) is not None
    meeting = meeting_of(system_session, ids)
    meeting.starts_at, meeting.ends_at = (
        moment + timedelta(minutes=60) for moment in (meeting.starts_at, meeting.ends_at)
    )
    system_session.commit()
    assert "Your meeting is tomorrow" not in listed(client)
    assert envelope(system_session, ids, Message.TOMORROW) is None


def test_a_time_that_changed_since_is_marked(app, as_persona, ids, system_session):
    client = as_persona("parent")
    booked_by(client, ids)
    assert "This has changed since." not in listed(client)
    meeting = meeting_of(system_session, ids)
    meeting.starts_at += timedelta(minutes=5)
    system_session.commit()
    assert "This has changed since." in listed(client)


@pytest.mark.parametrize("message", list(Message))
def test_every_kind_has_words_for_the_mail_and_says_nothing_of_the_child(app, ids, system_session, message):
    silence(system_session)
    tell(system_session, ids, message)
    made = envelope(system_session, ids, message)
    if message in (Message.TOMORROW, Message.PAPERS):
        assert made is None  # nothing is booked
        return
    assert "Zara" not in str(made)
    from portal.delivery.mail import write

    mail = write(uuid.uuid4(), message.value, made, now=clock.now())
    for tell_tale in ("Zara", "SEN", "meeting", "review", "Okafor"):
        assert tell_tale not in mail.subject + mail.text
    set_link(system_session, ids, "parent", access=PortalAccess.NONE)
    assert envelope(system_session, ids, message) is None


def actor(session, ids, slug, audience=Audience.FAMILY, child=None):
    trust_id = session.scalars(select(School.trust_id)).first()
    about = {"pupil_id": ids.pupil(child), "holds_own_rights": True} if child else {}
    return Actor(
        person_id=ids.person(slug), sitting_id=uuid.uuid4(), name="", audience=audience, language="en",
        trust_id=trust_id, **about,
    )  # fmt: skip


def next_of(session, ids, slug, child, audience=Audience.FAMILY):
    viewer = actor(session, ids, slug, audience, child if audience == Audience.PUPIL else None)
    session.rollback()
    scope = scope_of(viewer, clock.today())
    with PortalSession(session.get_bind(), scope=scope, read_only=True) as reading:
        return next_meetings(reading, viewer=viewer, now=clock.now()).get(ids.pupil(child))


def test_a_front_page_knows_the_next_step(app, as_persona, ids, system_session, counting):
    assert next_of(system_session, ids, "parent", "Zara").kind == NextKind.CHOOSE
    assert next_of(system_session, ids, "young-person", "Grace", Audience.PUPIL).kind == NextKind.CHOOSE
    assert next_of(system_session, ids, "parent-barred", "Zara") is None
    client = as_persona("parent")
    booked_by(client, ids)
    counting.statements.clear()
    found = next_of(system_session, ids, "parent", "Zara")
    assert found.kind == NextKind.BOOKED
    assert found.starts_at == meeting_of(system_session, ids).starts_at
    assert next_of(system_session, ids, "second-parent", "Zara").kind == NextKind.CHOOSE
    invitation = system_session.scalars(
        select(Invitation).where(
            Invitation.review_id == ids.review("Zara"), Invitation.adult_id == ids.person("second-parent")
        )
    ).one()
    invitation.answer = Answer.CALL_ME
    system_session.commit()
    assert next_of(system_session, ids, "second-parent", "Zara").kind == NextKind.ASKED
    review = system_session.get_one(Review, ids.review("Zara"))
    review.stage, review.held_at = Stage.HELD, clock.now() - timedelta(days=2)
    system_session.commit()
    assert next_of(system_session, ids, "parent", "Zara").kind == NextKind.BOOKED, "another household was met, not this"
    meeting = meeting_of(system_session, ids)
    meeting.starts_at -= timedelta(days=40)
    meeting.ends_at -= timedelta(days=40)
    system_session.commit()
    held = next_of(system_session, ids, "parent", "Zara")
    assert (held.kind, held.held_at) == (NextKind.HELD, review.held_at)
