"""The two halves of sending: one leases what is due and puts it into the queue, the others take it out and send it. Any
number of machines may do both."""

import threading
from collections.abc import Callable, Sequence

from huey import Huey

from portal.delivery.actions import Lease, PostOffice, deliver, lease
from portal.delivery.queue import Queue
from portal.delivery.rules import AT_ONCE, BATCH
from portal.web import logs

CONSUMERS = 2
MOST_WAITING = 2 * CONSUMERS  # batches; what waits longer than its lease was leased in vain
IDLE_SECONDS, BUSY_SECONDS = 1.0, 0.05


def make_queue(office: PostOffice, huey: Huey) -> Queue:
    """The queue whose batches are sent from this post office."""

    def delivered(batch: Sequence[Lease]) -> None:
        try:
            deliver(office, batch)
        except Exception as trouble:  # the leases end and others try; the queue would log the words of the trouble
            logs.log.error("delivery", kind=type(trouble).__name__)

    return Queue(huey, delivered)


def sweep(office: PostOffice, queue: Queue) -> int:
    """Leases what is due, as much as the queue can take; returns how many."""
    room = MOST_WAITING - queue.waiting()
    if room <= 0:
        return 0
    leases = lease(office.sessions, office.kinds, now=office.clock(), at_most=min(AT_ONCE, room * BATCH))
    for batch in _batches(leases):
        queue.put(batch)
    return len(leases)


def _batches(leases: Sequence[Lease]) -> list[Sequence[Lease]]:
    return [leases[start : start + BATCH] for start in range(0, len(leases), BATCH)]


def threads(office: PostOffice, queue: Queue, stop: threading.Event) -> list[threading.Thread]:
    """The sweeper and the consumers of this process, not started yet; they end soon after `stop` is set."""

    def sweeping() -> float:
        return BUSY_SECONDS if sweep(office, queue) or queue.waiting() else IDLE_SECONDS

    def consuming() -> float:
        return 0.0 if queue.work() else BUSY_SECONDS

    works: list[Callable[[], float]] = [sweeping, *[consuming] * CONSUMERS]
    return [threading.Thread(target=_until, args=(stop, work), daemon=True) for work in works]


def _until(stop: threading.Event, work: Callable[[], float]) -> None:
    """Works until told to stop; a trouble is logged by its kind alone, for its words may hold an address."""
    while not stop.is_set():
        try:
            pause = work()
        except Exception as trouble:
            logs.log.error("delivery", kind=type(trouble).__name__)
            pause = IDLE_SECONDS
        if pause:
            stop.wait(pause)
