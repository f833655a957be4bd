"""How fast one worker process hands mail to a server on the same machine, and whether it grows while it does so.

The server takes everything and keeps only how many came, in a process of its own.
"""

import asyncio
import itertools
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope
from sqlalchemy import select

ROOT = Path(__file__).resolve().parent.parent.parent
MAILS, WARM = 5_000, 500


class Counting:
    """The inside of the server."""

    def __init__(self, came: "Synchronized[int]", twice: "Synchronized[int]") -> None:
        self.came, self.twice = came, twice
        self.names: set[bytes] = set()

    async def handle_DATA(self, _server: object, _session: object, envelope: Envelope) -> str:
        """Takes it."""
        name = next(line for line in bytes(envelope.content or b"").splitlines() if line.startswith(b"Message-ID:"))
        count = self.twice if name in self.names else self.came
        self.names.add(name)
        with count.get_lock():
            count.value += 1
        return "250 OK"


def serve(came: "Synchronized[int]", twice: "Synchronized[int]", port: "Synchronized[int]") -> None:
    """Runs until it is ended."""
    inside = Counting(came, twice)

    async def forever() -> None:
        server = await asyncio.get_running_loop().create_server(lambda: SMTP(inside), "127.0.0.1", 0)
        port.value = server.sockets[0].getsockname()[1]
        await server.serve_forever()

    asyncio.run(forever())


def fill_outbox(url: str, pepper: str) -> None:
    """The demo school with news for every adult who may read, again and again until there is enough."""
    from portal.accounts.models import MessageWishes
    from portal.accounts.rules_wishes import Wishes
    from portal.demo.fill import fill
    from portal.kernel import clock
    from portal.kernel.db import make_engine
    from portal.kernel.outbox import OutboxItem, OutboxState, Posting, post_all
    from portal.kernel.scope import PortalSession, system
    from portal.migrations.metadata import METADATA
    from portal.people.models import ContactPoint
    from portal.people.rules import ContactKind
    from portal.people.scopes import open_pupils

    engine = make_engine(url)
    METADATA.create_all(engine)
    with PortalSession(engine.execution_options(write=True), scope=system("bench")) as session:
        fill(session, today=clock.today(), pepper=pepper)
        for item in session.scalars(select(OutboxItem)):
            item.state = OutboxState.WITHHELD
        reachable = select(ContactPoint.adult_id).where(ContactPoint.kind == ContactKind.EMAIL, ContactPoint.wanted)
        readers = [
            (adult_id, pupil_id)
            for adult_id in session.scalars(reachable.distinct())
            for pupil_id in session.scalars(open_pupils(adult_id, clock.today()))
        ]
        awake = {**asdict(Wishes()), "quiet_from": 0, "quiet_until": 0}  # the bench runs at any hour
        session.add_all(MessageWishes(adult_id=adult_id, **awake) for adult_id in dict(readers))
        told = enumerate(itertools.islice(itertools.cycle(readers), MAILS))
        wanted = [
            Posting(kind="plan_published", event_key=str(number), person_id=adult_id, pupil_id=pupil_id)
            for number, (adult_id, pupil_id) in told
        ]
        post_all(session, wanted, now=clock.now())
        session.commit()
    engine.dispose()


def megabytes(pid: int) -> float:
    """Resident memory of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def wait_for(came: "Synchronized[int]", count: int, worker: "subprocess.Popen[bytes]") -> float:
    """The moment at which so many had come."""
    ends = time.monotonic() + 300
    last, moved = -1, time.monotonic()
    while came.value < count:
        if came.value != last:
            last, moved = came.value, time.monotonic()
        if worker.poll() is not None or time.monotonic() > ends or time.monotonic() - moved > 30:
            raise SystemExit(f"only {came.value} of {count} mails came")
        time.sleep(0.01)
    return time.monotonic()


def measure(name: str, url: str, folder: Path, secrets: dict[str, str], figure: Callable[..., None]) -> None:
    """Prints the figures of one database."""
    fill_outbox(url, secrets["LETTER_PEPPER"])
    context = multiprocessing.get_context("spawn")
    came, twice, port = (context.Value("i", 0) for _each in range(3))
    server = context.Process(target=serve, args=(came, twice, port), daemon=True)
    server.start()
    while not port.value:
        time.sleep(0.01)
    environment = {
        **os.environ, **secrets, "DATABASE_URL": url, "BASE_URL": "http://127.0.0.1:8190",
        "INSTANCE_FOLDER": str(folder / f"instance_{name}"), "SMTP_URL": f"smtp://127.0.0.1:{port.value}",
    }  # fmt: skip
    worker = subprocess.Popen([sys.executable, "-m", "portal.cli", "worker"], cwd=ROOT, env=environment)
    try:
        started = wait_for(came, WARM, worker)
        before = megabytes(worker.pid)
        ended = wait_for(came, MAILS, worker)
        grown = megabytes(worker.pid) - before
        time.sleep(1)
        figure(f"delivery_mails_{name}", (MAILS - WARM) / (ended - started), "per_second", 100)
        figure(f"delivery_memory_{name}", grown, "MB_more", 10, at_most=True)
        figure(f"delivery_twice_{name}", twice.value, "mails", 0, at_most=True)
    finally:
        worker.terminate()
        worker.wait(20)
        server.terminate()
        server.join()
