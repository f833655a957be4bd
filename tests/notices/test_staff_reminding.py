"""What follows a notice leaves like the notice itself: planned by the page, made by the worker in batches that another
worker goes on with, once for each adult, and never for somebody who lost the right to ask for it."""

import multiprocessing
import os
import signal
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal.kernel import clock
from portal.kernel.db import make_engine
from portal.kernel.scope import PortalSession, system
from portal.notices import actions_send, actions_sending
from portal.notices.models import NoticeCopy
from portal.notices.rules import Asks, Told
from portal.people.models import Pupil, StaffRole
from tests.notices.staff import acting, actor_of, copies_of, many_families, sent, stored, to_class, work
from tests.notices.test_staff_sending import about, sessions


def remind(app, actor, notice_id, now=None):
    with acting(app, actor) as session:
        return actions_send.remind(session, actor=actor, notice_id=notice_id, now=now or clock.now())


def test_reminders_leave_in_batches_that_another_worker_goes_on_with(app, ids, as_persona, monkeypatch):
    monkeypatch.setattr(actions_sending, "BATCH", 10)
    sendco, now = actor_of(app, "sendco"), clock.now()
    notice_id = sent(app, sendco, audience=many_families(app, 25), asks=Asks.SEEN)
    assert remind(app, sendco, notice_id, now) == 25
    assert about(app, notice_id, Told.REMINDER) == [], "the page only plans"
    assert remind(app, sendco, notice_id, now) == 0, "asked twice is once"
    assert actions_sending._next_batch(sessions(app), notice_id, now)  # the worker that did so is killed now
    assert len(about(app, notice_id, Told.REMINDER)) == 10
    page = as_persona("sendco").get(f"/staff/notices/{notice_id}").get_data(as_text=True)
    assert "It is being sent: 10 of 25." in page
    assert "Remind those who have not answered" not in page
    work(app)
    work(app)
    reminders = about(app, notice_id, Told.REMINDER)
    assert len(reminders) == len({item.person_id for item in reminders}) == 25
    assert stored(app, notice_id).done_at
    assert remind(app, sendco, notice_id, now) == 0, "once a day"
    assert len(copies_of(app, notice_id)) == 25
    page = as_persona("sendco").get(f"/staff/notices/{notice_id}").get_data(as_text=True)
    assert "It is being sent" not in page


def test_a_reminder_brings_nobody_new_into_the_audience(app, ids, system_session):
    sendco = actor_of(app, "sendco")
    notice_id = sent(app, sendco, audience=to_class(app), asks=Asks.SEEN)
    before = len(copies_of(app, notice_id))
    elsewhere = uuid.UUID(many_families(app, 1).of[0])
    moved = system_session.scalars(select(Pupil).where(Pupil.class_id == elsewhere)).one()
    moved.class_id = uuid.UUID(to_class(app).of[0])
    system_session.commit()
    remind(app, sendco, notice_id)
    work(app)
    assert len(copies_of(app, notice_id)) == before
    assert stored(app, notice_id).done_at


def test_asking_for_reminders_costs_the_same_for_10_and_400_families(app, ids, counting):
    sendco, spent = actor_of(app, "sendco"), []
    for count in (10, 400):
        notice_id = sent(app, sendco, audience=many_families(app, count), asks=Asks.SEEN)
        counting.statements.clear()
        assert remind(app, sendco, notice_id) == count
        spent.append(len(counting))
    assert spent[0] == spent[1] <= 6, spent


def test_who_lost_the_role_reminds_nobody_and_a_teacher_only_the_own_children(app, ids, system_session):
    teacher = actor_of(app, "class-teacher")
    notice_id = sent(app, teacher, audience=to_class(app), asks=Asks.SEEN)
    silent = {copy.adult_id for copy in copies_of(app, notice_id)}
    stray = system_session.scalars(select(NoticeCopy).where(NoticeCopy.notice_id == notice_id)).first()
    moved = system_session.get_one(Pupil, stray.pupil_id)
    there, moved.class_id = moved.class_id, None
    system_session.commit()
    theirs = {copy.adult_id for copy in copies_of(app, notice_id) if copy.pupil_id != stray.pupil_id}
    assert remind(app, teacher, notice_id) == len(theirs) < len(silent)
    role = system_session.scalars(select(StaffRole).where(StaffRole.person_id == teacher.person_id)).one()
    role.ends_on = clock.today() - timedelta(days=1)
    system_session.commit()
    work(app)
    assert about(app, notice_id, Told.REMINDER) == []
    assert stored(app, notice_id).done_at, "nobody waits for it"
    role.ends_on = None
    system_session.commit()
    assert remind(app, teacher, notice_id) == len(theirs)
    moved.class_id = there
    system_session.commit()
    system_session.get_one(Pupil, stray.pupil_id).class_id = None
    system_session.commit()
    work(app)
    assert {item.person_id for item in about(app, notice_id, Told.REMINDER)} == theirs


def test_the_word_that_it_was_taken_back_leaves_in_batches_too(app, ids, system_session, monkeypatch):
    monkeypatch.setattr(actions_sending, "BATCH", 10)
    sendco = actor_of(app, "sendco")
    notice_id = sent(app, sendco, audience=many_families(app, 25))
    system_session.execute(update(NoticeCopy).where(NoticeCopy.notice_id == notice_id).values(opened_at=clock.now()))
    system_session.commit()
    with acting(app, sendco) as session:
        actions_send.take_back(session, actor=sendco, notice_id=notice_id, why="Wrong day.", now=clock.now())
    assert about(app, notice_id, Told.TAKEN_BACK) == []
    assert actions_sending._next_batch(sessions(app), notice_id, clock.now())
    work(app)
    assert len(about(app, notice_id, Told.TAKEN_BACK)) == 25
    assert stored(app, notice_id).done_at


def die_before_the_second_batch(url):
    """The worker's part in a process of its own, which is killed while it writes."""
    engine, post_all, batches = make_engine(url).execution_options(write=True), actions_sending.post_all, []

    def post_and_die(session, postings, *, now):
        made = post_all(session, postings, now=now)
        batches.append(made)
        if len(batches) == 2:
            session.flush()
            os.kill(os.getpid(), signal.SIGKILL)
        return made

    actions_sending.post_all = post_and_die
    actions_sending.send_notices(lambda: PortalSession(engine, scope=system("test")), now=clock.now())


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # nobody but the child goes on
def test_a_worker_killed_in_the_middle_leaves_no_reminder_out_and_makes_none_twice(app, ids, database_url, monkeypatch):
    monkeypatch.setattr(actions_sending, "BATCH", 10)
    sendco = actor_of(app, "sendco")
    notice_id = sent(app, sendco, audience=many_families(app, 25), asks=Asks.SEEN)
    assert remind(app, sendco, notice_id) == 25
    process = multiprocessing.get_context("fork").Process(target=die_before_the_second_batch, args=(database_url,))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    assert len(about(app, notice_id, Told.REMINDER)) == 10
    assert stored(app, notice_id).done_at is None
    work(app)
    reminders = about(app, notice_id, Told.REMINDER)
    assert len(reminders) == len({item.person_id for item in reminders}) == 25
    assert stored(app, notice_id).done_at
