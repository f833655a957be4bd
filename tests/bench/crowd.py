"""Many families at once, each on its own connection; loopback only. What the server promised is counted here, so that
a time promised twice shows even where the server's own table hides it."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

TRIES = 60
TIMEOUT = 120


class Http:
    """One keep-alive HTTP/1.1 connection with its cookies; redirects are not followed."""

    def __init__(self, url: str, **cookies: str) -> None:
        parts = urlsplit(url)
        assert parts.hostname == "127.0.0.1", "loopback only"
        self.host, self.port = parts.hostname, parts.port or 80
        self.cookies = cookies
        self.reader: asyncio.StreamReader | None = None
        self.writer: asyncio.StreamWriter | None = None

    async def __call__(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str]:
        """Status and body."""
        body = urlencode(form or {}).encode()
        head = [f"{method} {path} HTTP/1.1", f"Host: {self.host}:{self.port}"]
        if self.cookies:
            head.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        if method == "POST":
            head += [f"Content-Length: {len(body)}", "Content-Type: application/x-www-form-urlencoded"]
        data = "\r\n".join(head).encode() + b"\r\n\r\n" + body
        while True:
            fresh = self.writer is None
            try:
                if self.writer is None:
                    self.reader, self.writer = await asyncio.open_connection(self.host, self.port, limit=2**20)
                self.writer.write(data)
                return await asyncio.wait_for(self._answer(), TIMEOUT)
            except (ConnectionError, asyncio.IncompleteReadError):
                self.close()
                if fresh:  # only a connection that had gone stale is tried once more
                    raise

    async def _answer(self) -> tuple[int, str]:
        assert self.reader is not None
        lines = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        length, closes = 0, False
        for line in filter(None, lines[1:]):
            name, value = (part.strip() for part in line.split(":", 1))
            if name.lower() == "set-cookie":
                cookie, _rest = value.split(";", 1)
                key, content = cookie.split("=", 1)
                self.cookies[key] = content
            elif name.lower() == "content-length":
                length = int(value)
            elif name.lower() == "connection":
                closes = value.lower() == "close"
        body = await self.reader.readexactly(length)
        if closes:
            self.close()
        return int(lines[0].split()[1]), body.decode()

    def close(self) -> None:
        """Ends the connection."""
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None


@dataclass
class Said:
    """What a family was told: won, taken (with the free times that the refusal showed, if it did), or trouble."""

    word: str
    free: list[str] = field(default_factory=list)


class Desk(Protocol):
    """What a rush needs to know of a server."""

    url: str

    async def prepare(self, number: int) -> Any:
        """A family that is signed in and has the page open."""

    async def free(self, family: Any) -> list[str]:
        """The free times as the family sees them."""

    async def book(self, family: Any, slot: str) -> Said:
        """Tries to take one."""


@dataclass(frozen=True)
class Outcome:
    """One rush: places won on the client's side, and how fast."""

    won: int
    twice: int
    wins_per_second: float
    said: Counter[str]

    @property
    def trouble(self) -> int:
        """Answers that were neither a time nor a friendly refusal."""
        return sum(count for word, count in self.said.items() if word not in {"won", "taken", "left with none"})


async def rush(desk: Desk, clients: int, *, hot: bool, seed: int) -> Outcome:
    """All look at the same moment, pick a free time (hot: one of the first twenty) and take it; whoever is refused
    picks again until there is none."""
    gate = asyncio.Semaphore(8)

    async def ready(number: int) -> Any:
        async with gate:
            return await desk.prepare(number)

    families = await asyncio.gather(*(ready(number) for number in range(clients)))
    go, wins, said = asyncio.Event(), [], Counter[str]()

    async def choose(number: int) -> None:
        rng, free = random.Random(seed * 100_000 + number), []
        await go.wait()
        for _try in range(TRIES):
            try:
                free = free or await desk.free(families[number])
                if not free:
                    said["left with none"] += 1
                    return
                slot = rng.choice(free[:20] if hot else free)
                answer = await desk.book(families[number], slot)
            except Exception as error:  # an error of the server or of the connection is a finding
                answer = Said(type(error).__name__)
            said[answer.word] += 1
            free = answer.free
            if answer.word == "won":
                wins.append((time.perf_counter(), slot))
                return

    tasks = [asyncio.create_task(choose(number)) for number in range(clients)]
    await asyncio.sleep(0.2)
    started = time.perf_counter()
    go.set()
    await asyncio.gather(*tasks)
    twice = sum(count - 1 for count in Counter(slot for _at, slot in wins).values())
    last = max((at for at, _slot in wins), default=started) - started
    return Outcome(len(wins), twice, len(wins) / last if last else 0.0, said)


def rushes(desk: Desk, clients: int, *, hot: bool, seeds: Sequence[int], reset: Any) -> list[Outcome]:
    """Several rushes, each on an empty book."""
    outcomes = []
    for seed in seeds:
        reset()
        outcomes.append(asyncio.run(rush(desk, clients, hot=hot, seed=seed)))
    return outcomes
