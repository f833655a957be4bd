"""Real worker processes: they send within seconds, share the work, and a killed one is no harm."""

import multiprocessing
import os
import signal
import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal import jobs
from portal.kernel import clock, outbox
from portal.kernel.outbox import OutboxItem, OutboxState
from portal.people.models import ContactPoint
from tests.conftest import make_settings
from tests.delivery.conftest import FROM, Letterbox
from tests.delivery.test_queue import valkey_url  # noqa: F401 - a fixture

pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")  # nobody but the child goes on
SOON = 60  # seconds


def wait_until(true, seconds=SOON):
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if true():
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def start(sqlite_url, tmp_path, letterbox, monkeypatch):
    """`start()` is a worker process that does nothing but send; those that still run are ended by their own ids."""
    monkeypatch.setattr(jobs, "timetable", lambda _office: ())
    running = []

    def started(queue_url=""):
        settings = make_settings(sqlite_url, tmp_path, smtp_url=letterbox.url, mail_from=FROM, queue_url=queue_url)
        process = multiprocessing.get_context("fork").Process(target=jobs.run, args=(settings,))
        process.start()
        running.append(process)
        return process

    yield started
    for process in running:
        process.kill()
        process.join(10)


def added(sessions, ids, count):
    """Messages that leave at any hour."""
    with sessions() as session:
        mine = select(ContactPoint).where(ContactPoint.adult_id == ids.person("parent"), ContactPoint.kind == "email")
        point = session.scalars(mine.order_by(ContactPoint.id)).first()
        about = {"person_id": point.adult_id, "now": clock.now(), "contact_point": str(point.id)}
        for number in range(count):
            outbox.post(session, "address_added", event_key=str(number), **about)
        session.commit()


def states(sessions):
    with sessions() as session:
        return sorted(session.scalars(select(OutboxItem.state)))


def test_a_worker_killed_between_sending_and_marking_sends_at_most_once_more(
    sqlite_app, ids, sessions, letterbox, start, monkeypatch
):
    added(sessions, ids, 1)
    killed = []
    handle = Letterbox.handle_DATA

    async def kill_then_keep(self, server, session, envelope):
        answer = await handle(self, server, session, envelope)
        if not killed:
            killed.append(worker.pid)
            os.kill(worker.pid, signal.SIGKILL)  # the mail is here, and the row does not say so yet
        return answer

    monkeypatch.setattr(Letterbox, "handle_DATA", kill_then_keep)
    worker = start()
    assert wait_until(lambda: killed)
    worker.join(10)
    assert worker.exitcode == -signal.SIGKILL
    assert states(sessions) == [OutboxState.LEASED]
    second = start()
    time.sleep(2)
    assert len(letterbox.mails) == 1, "the dead one's lease still holds"
    with sessions() as session:
        session.execute(update(OutboxItem).values(leased_until=clock.now() - timedelta(seconds=1)))
        session.commit()
    assert wait_until(lambda: states(sessions) == [OutboxState.SENT])
    assert len(letterbox.mails) == 2
    assert len({mail["Message-ID"] for _to, mail in letterbox.mails}) == 1
    second.terminate()
    second.join(30)
    assert second.exitcode == 0


@pytest.mark.parametrize("queue", ["file", "valkey"])
def test_two_workers_share_the_work_and_send_each_message_once(
    sqlite_app, ids, sessions, letterbox, start, queue, request
):
    added(sessions, ids, 120)
    url = request.getfixturevalue("valkey_url") if queue == "valkey" else ""
    workers = [start(url), start(url)]
    assert wait_until(lambda: states(sessions) == [OutboxState.SENT] * 120)
    names = [mail["Message-ID"] for _to, mail in letterbox.mails]
    assert len(names) == len(set(names)) == 120
    for worker in workers:
        worker.terminate()
    for worker in workers:
        worker.join(30)
    assert [worker.exitcode for worker in workers] == [0, 0]


def test_the_worker_sends_within_seconds_and_stops_when_told(
    sqlite_url, sqlite_app, ids, sessions, tmp_path, letterbox
):
    added(sessions, ids, 1)
    stop = threading.Event()
    settings = make_settings(sqlite_url, tmp_path, smtp_url=letterbox.url, mail_from=FROM)
    worker = threading.Thread(target=jobs.run, args=(settings, stop))
    worker.start()
    try:
        assert wait_until(lambda: letterbox.mails, 10)
    finally:
        stop.set()
        worker.join(10)
    assert not worker.is_alive()


def test_a_job_that_fails_holds_up_no_other(sqlite_url, sqlite_app, tmp_path, monkeypatch):
    done, stop = [], threading.Event()

    def fails(_sessions, _now):
        done.append("failed")
        raise RuntimeError("words that nobody should read")

    def works(_sessions, _now):
        done.append("worked")
        stop.set()

    monkeypatch.setattr(
        jobs, "timetable", lambda _office: (jobs.Job(timedelta(0), fails), jobs.Job(timedelta(0), works))
    )
    jobs.run(make_settings(sqlite_url, tmp_path), stop)
    assert done == ["failed", "worked"]
