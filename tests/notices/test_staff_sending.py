"""Sending: once however often the button is pressed, in batches that can be gone on with, never by somebody who lost
the right to write, and never after it was called off."""

import uuid
from datetime import date, time, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from portal.kernel import clock
from portal.kernel.audit import AuditEvent
from portal.kernel.errors import Conflict, Invalid, NotFound, StaleVersion
from portal.kernel.outbox import OutboxItem
from portal.kernel.scope import PortalSession, system
from portal.meetings.rules import instant
from portal.notices import actions_send, actions_sending, actions_write
from portal.notices.models import NoticeCopy
from portal.notices.queries_mail import kinds
from portal.notices.rules import Asks, Audience, Circle, NoticeState, Reply, Told, Trouble
from portal.people.models import StaffRole
from portal.people.rules import ContactKind, PortalAccess, Role
from tests.notices.staff import (
    a_draft,
    acting,
    actor_of,
    change_link,
    copies_of,
    many_families,
    send,
    sent,
    stored,
    to_class,
    work,
)


def reading(app):
    return PortalSession(app.extensions["engine"], scope=system("test"), read_only=True)


def about(app, notice_id, kind=Told.NOTICE):
    """The messages of this kind about a notice."""
    with reading(app) as session:
        found = session.scalars(select(OutboxItem).where(OutboxItem.kind == kind.value).order_by(OutboxItem.id)).all()
    return [item for item in found if item.facts["notice_id"] == str(notice_id)]


def leaves(app, item, now=None):
    """Whether the message would leave now."""
    kind = kinds(base_url="http://127.0.0.1:8000", reachable=frozenset(ContactKind))[item.kind]
    with reading(app) as session:
        return kind.prepare(session, item, now or clock.now()) is not None


def sessions(app):
    return lambda: PortalSession(app.extensions["writing_engine"], scope=system("test"))


def test_pressed_twice_it_is_sent_once(app, ids, system_session):
    sendco = actor_of(app, "sendco")
    draft = a_draft(app, sendco, audience=to_class(app))
    send(app, sendco, draft)
    send(app, sendco, draft)
    assert stored(app, draft[0]).state == NoticeState.SCHEDULED
    work(app)
    work(app)
    send(app, sendco, draft)
    copies = copies_of(app, draft[0])
    assert len({(copy.adult_id, copy.pupil_id) for copy in copies}) == len(copies) > 0
    assert len(about(app, draft[0])) == len({copy.adult_id for copy in copies})
    notice = stored(app, draft[0])
    assert (notice.state, notice.sent_by) == (NoticeState.SENT, sendco.person_id)
    assert notice.done_at


def test_batches_go_on_after_a_crash(app, ids, system_session, monkeypatch):
    sendco, audience = actor_of(app, "sendco"), many_families(app, 25)
    monkeypatch.setattr(actions_sending, "BATCH", 10)
    draft = a_draft(app, sendco, audience=audience)
    send(app, sendco, draft)
    begun = actions_sending._next_batch(sessions(app), draft[0], clock.now())
    assert begun
    halfway = stored(app, draft[0])
    assert (halfway.state, halfway.done_at, len(copies_of(app, draft[0]))) == (NoticeState.SENT, None, 10)
    work(app)
    assert len(copies_of(app, draft[0])) == 25
    assert stored(app, draft[0]).done_at
    assert len(about(app, draft[0])) == 25


def test_the_worker_costs_the_same_for_10_and_400_families(app, ids, counting):
    sendco, spent = actor_of(app, "sendco"), []
    for count in (10, 400):
        draft = a_draft(app, sendco, audience=many_families(app, count))
        send(app, sendco, draft)
        counting.statements.clear()
        work(app)
        spent.append(len(counting))
        assert len(copies_of(app, draft[0])) == count
    assert spent[0] == spent[1] <= 12, spent


def test_a_planned_notice_waits_and_can_be_called_off(app, ids):
    sendco = actor_of(app, "sendco")
    later = clock.now() + timedelta(hours=2)
    draft = a_draft(app, sendco, audience=to_class(app))
    send(app, sendco, draft, send_at=later)
    work(app)
    assert not copies_of(app, draft[0])
    with acting(app, sendco) as session:
        actions_send.cancel(session, actor=sendco, notice_id=draft[0], now=clock.now())
    work(app, later + timedelta(minutes=1))
    assert stored(app, draft[0]).state == NoticeState.DRAFT
    assert not copies_of(app, draft[0])
    again = (draft[0], stored(app, draft[0]).version)
    send(app, sendco, again, send_at=later)
    work(app, later)
    assert copies_of(app, draft[0])
    with pytest.raises(Conflict), acting(app, sendco) as session:
        actions_send.cancel(session, actor=sendco, notice_id=draft[0], now=later)


def test_the_past_and_a_draft_that_changed_are_refused(app, ids):
    sendco = actor_of(app, "sendco")
    draft = a_draft(app, sendco, audience=to_class(app))
    with pytest.raises(Invalid):
        send(app, sendco, draft, send_at=clock.now() - timedelta(minutes=1))
    with acting(app, sendco) as session:
        on = {"actor": sendco, "notice_id": draft[0], "now": clock.now()}
        actions_write.save_words(session, **on, version=draft[1], title="Other", words="Other words")
    with pytest.raises(StaleVersion):
        send(app, sendco, draft)


@pytest.mark.parametrize(("day", "london", "utc"), [
    (date(2027, 3, 27), time(10), 10), (date(2027, 3, 28), time(10), 9), (date(2027, 10, 31), time(10), 10),
])  # fmt: skip
def test_the_clock_of_the_school_is_kept_over_the_change_of_the_clocks(app, ids, day, london, utc):
    sendco = actor_of(app, "sendco")
    at = instant(day, london)
    assert at.hour == utc
    with time_machine.travel(instant(day - timedelta(days=3), time(12)), tick=False):
        draft = a_draft(app, sendco)
        send(app, sendco, draft, send_at=at)
        assert stored(app, draft[0]).send_at == at


def test_whoever_lost_the_role_sends_nothing_and_the_page_says_so(app, ids, system_session, as_persona):
    teacher = actor_of(app, "class-teacher")
    later = clock.now() + timedelta(days=1)
    draft = a_draft(app, teacher, audience=to_class(app))
    send(app, teacher, draft, send_at=later)
    role = system_session.scalars(select(StaffRole).where(StaffRole.person_id == teacher.person_id)).one()
    role.ends_on = clock.today()
    system_session.commit()
    work(app, later + timedelta(minutes=1))
    notice = stored(app, draft[0])
    assert (notice.state, notice.trouble, notice.send_at) == (NoticeState.DRAFT, Trouble.NOT_ALLOWED, None)
    assert not copies_of(app, draft[0])
    assert not about(app, draft[0])
    page = as_persona("sendco").get(f"/staff/notices/{draft[0]}")
    assert "It did not leave" in page.get_data(as_text=True)
    with system_session.begin():
        assert system_session.scalar(select(func.count()).where(AuditEvent.action == "notice withheld")) == 1


def test_a_sendco_who_is_only_a_teacher_now_reaches_no_whole_school(app, ids, system_session):
    sendco = actor_of(app, "sendco")
    draft = a_draft(app, sendco)
    send(app, sendco, draft)
    role = system_session.scalars(select(StaffRole).where(StaffRole.person_id == sendco.person_id)).one()
    room = uuid.UUID(to_class(app).of[0])
    role.role, role.class_id = Role.CLASS_TEACHER, room
    system_session.commit()
    work(app)
    assert stored(app, draft[0]).trouble == Trouble.NOT_ALLOWED
    assert not copies_of(app, draft[0])


def test_when_everybody_lost_access_meanwhile_nothing_leaves(app, ids, system_session):
    sendco = actor_of(app, "sendco")
    draft = a_draft(app, sendco, audience=Audience(Circle.CHILD, (str(ids.pupil("Zara")),)))
    send(app, sendco, draft)
    for slug in ("parent", "second-parent"):
        change_link(system_session, ids, slug, access=PortalAccess.NONE)
    work(app)
    assert stored(app, draft[0]).trouble == Trouble.NOBODY


def test_a_message_does_not_leave_once_the_right_is_lost_or_the_notice_taken_back(app, ids, system_session):
    sendco = actor_of(app, "sendco")
    notice_id = sent(app, sendco, audience=to_class(app))
    mine = next(i for i in about(app, notice_id) if i.person_id == ids.person("parent"))
    assert leaves(app, mine)
    change_link(system_session, ids, "parent", access=PortalAccess.NONE)
    assert not leaves(app, mine)
    other = next(i for i in about(app, notice_id) if i.person_id == ids.person("second-parent"))
    assert leaves(app, other)
    with acting(app, sendco) as session:
        actions_send.take_back(session, actor=sendco, notice_id=notice_id, why="The day was wrong.", now=clock.now())
    assert not leaves(app, other)


def test_taking_back_needs_a_reason_and_tells_those_who_knew(app, ids, system_session):
    sendco = actor_of(app, "sendco")
    notice_id = sent(app, sendco, audience=to_class(app), asks=Asks.SEEN)
    copy = system_session.scalars(
        select(NoticeCopy).where(NoticeCopy.notice_id == notice_id, NoticeCopy.adult_id == ids.person("parent"))
    ).first()
    copy.opened_at = clock.now()
    system_session.commit()
    with pytest.raises(Invalid), acting(app, sendco) as session:
        actions_send.take_back(session, actor=sendco, notice_id=notice_id, why="  ", now=clock.now())
    for _press in range(2):
        with acting(app, sendco) as session:
            actions_send.take_back(session, actor=sendco, notice_id=notice_id, why="Wrong day.", now=clock.now())
        work(app)
    assert [item.person_id for item in about(app, notice_id, Told.TAKEN_BACK)] == [ids.person("parent")]
    assert stored(app, notice_id).taken_back_why == "Wrong day."
    assert leaves(app, about(app, notice_id, Told.TAKEN_BACK)[0])


def test_taken_back_in_the_middle_the_rest_is_not_sent(app, ids, monkeypatch):
    sendco = actor_of(app, "sendco")
    monkeypatch.setattr(actions_sending, "BATCH", 4)
    draft = a_draft(app, sendco, audience=many_families(app, 12))
    send(app, sendco, draft)
    actions_sending._next_batch(sessions(app), draft[0], clock.now())
    with acting(app, sendco) as session:
        actions_send.take_back(session, actor=sendco, notice_id=draft[0], why="Wrong.", now=clock.now())
    work(app)
    assert len(copies_of(app, draft[0])) == 4


def test_reminders_go_once_a_day_to_those_who_have_not_answered(app, ids, system_session):
    sendco, now = actor_of(app, "sendco"), clock.now()
    notice_id = sent(app, sendco, audience=Audience(Circle.CHILD, (str(ids.pupil("Zara")),)), asks=Asks.SEEN)
    copy = system_session.scalars(
        select(NoticeCopy).where(NoticeCopy.notice_id == notice_id, NoticeCopy.adult_id == ids.person("parent"))
    ).one()
    copy.reply, copy.replied_at = Reply.SEEN, now
    system_session.commit()
    silent = {c.adult_id for c in copies_of(app, notice_id)} - {ids.person("parent")}
    told = []
    for moment in (now, now, now + timedelta(days=1)):
        with acting(app, sendco) as session:
            told.append(actions_send.remind(session, actor=sendco, notice_id=notice_id, now=moment))
        work(app, moment)
    assert told == [len(silent), 0, len(silent)]
    reminders = about(app, notice_id, Told.REMINDER)
    assert {item.person_id for item in reminders} == silent
    one = reminders[0]
    assert leaves(app, one)
    late = system_session.scalars(
        select(NoticeCopy).where(NoticeCopy.notice_id == notice_id, NoticeCopy.adult_id == one.person_id)
    ).one()
    late.reply, late.replied_at = Reply.SEEN, now
    system_session.commit()
    assert not leaves(app, one), "answered meanwhile"


def test_nothing_is_reminded_of_that_nobody_can_answer(app, ids):
    sendco = actor_of(app, "sendco")
    notice_id = sent(app, sendco, audience=to_class(app))
    with pytest.raises(Conflict), acting(app, sendco) as session:
        actions_send.remind(session, actor=sendco, notice_id=notice_id, now=clock.now())


def test_nobody_else_sends_a_class_teachers_notice_but_those_who_write_for_the_school(app, ids):
    teacher, sendco = actor_of(app, "class-teacher"), actor_of(app, "sendco")
    other = actor_of(app, "sendco-other-school")
    draft = a_draft(app, sendco)
    for stranger in (teacher, other):
        with pytest.raises(NotFound):
            send(app, stranger, draft)
    own = a_draft(app, teacher, audience=to_class(app))
    send(app, sendco, own)
    assert stored(app, own[0]).sent_by == sendco.person_id
