"""Carries the ids of what is to be sent from whoever leased it to whoever sends it, over several machines if need be.

The row in the outbox is the truth: what is lost on this way is leased again, and what arrives twice is known by its
lease.
"""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey
from huey.serializer import SignedSerializer

from portal.delivery.actions import Lease

NAME = "portal"
REDIS = frozenset({"redis", "rediss", "unix"})


def make_huey(url: str, *, secret: str, folder: Path) -> Huey:
    """The queue of the setting QUEUE_URL: a file in the instance folder, Redis or Valkey, or PostgreSQL. What is in it
    is signed, because it is unpickled."""
    options: dict[str, Any] = {
        "utc": True,
        "results": False,
        "serializer": SignedSerializer(secret=secret, salt="portal outbox"),
    }
    scheme = urlsplit(url).scheme
    if scheme in REDIS:
        return RedisHuey(NAME, url=url, **options)
    if scheme.startswith("postgresql"):
        return PostgresHuey(NAME, dsn=url.replace("postgresql+psycopg://", "postgresql://", 1), **options)
    folder.mkdir(parents=True, exist_ok=True)
    return SqliteHuey(NAME, filename=str(folder / "queue.sqlite3"), fsync=False, **options)


class Queue:
    """Batches of leases on their way."""

    def __init__(self, huey: Huey, deliver: Callable[[Sequence[Lease]], None]) -> None:
        self._huey = huey

        def arrived(batch: list[tuple[str, str]]) -> None:
            deliver([Lease(uuid.UUID(item_id), datetime.fromisoformat(until)) for item_id, until in batch])

        self._put = huey.task(name="deliver")(arrived)

    def put(self, batch: Sequence[Lease]) -> None:
        """Sends a batch on its way."""
        self._put([(str(each.item_id), each.until.isoformat()) for each in batch])

    def waiting(self) -> int:
        """How many batches nobody has taken yet."""
        return int(self._huey.pending_count())

    def work(self) -> bool:
        """Delivers the next batch here; False when there is none. Raises when the queue cannot be read."""
        task = self._huey.dequeue()
        if task is None:
            return False
        self._huey.execute(task)
        return True

    def close(self) -> None:
        """Lets go of files and connections."""
        self._huey.storage.close()
