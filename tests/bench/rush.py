"""A rush of 400 families on 300 times through the real pages, against the floor's, in turns on the same machine.

A family is signed in, has seen the days and has a form open (so its CSRF token comes from that page). At the same moment
all load the times of a day (hot: the first day), pick one and send the form. Whoever is refused picks from the free times
that the refusal shows; a day on which nothing is free any more shows the days that are left. The floor's families look at its list of numbers and post one, signed in as well.
"""

import json
import os
import random
import re
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench.crowd import Http, Outcome, Said, rushes
from tests.bench.rush_data import FAMILIES, SLOTS, Fair, make_fair

FLOOR = Path(__file__).parent / "floor.py"
ROUNDS, RUNS = 3, 10  # rounds against the floor; rushes on each of the two databases
FLOOR_PORT, PORTAL_PORT = 8196, 8197
HIDDEN = re.compile(r'name="(csrf_token|once_key|version)"[^>]*value="([^"]*)"')
DAY = re.compile(r"/time\?day=(\d{4}-\d\d-\d\d)&amp;mode=")  # not the links to other languages
FREE = re.compile(r'type="radio" name="slot"[^>]*value="([0-9a-f]{32})"')
# what floor.py and its `how` of booking are called in the figures
AS_IT_SHOULD, NAIVE = "conflict", "naive"


class FloorDesk:
    """The floor's list and its booking."""

    def __init__(self, url: str, how: str) -> None:
        self.url, self.path = url, f"/rush/{how}"

    async def prepare(self, number: int) -> Http:
        """Signed in."""
        http = Http(self.url)
        await http("GET", f"/login/{number + 1}")
        return http

    async def free(self, family: Http) -> list[str]:
        """Numbers."""
        _status, body = await family("GET", f"{self.path}/free")
        return [str(number) for number in json.loads(body)]

    async def book(self, family: Http, slot: str) -> Said:
        """201 or 409."""
        status, _body = await family("POST", f"{self.path}/{slot}")
        return Said({201: "won", 409: "taken"}.get(status, f"status {status}"))

    def reset(self) -> None:
        """An empty book."""
        import asyncio

        asyncio.run(Http(self.url)("POST", f"{self.path}/reset"))


class Sitting:
    """One family of the portal with its page open."""

    def __init__(self, url: str, path: str, token: str) -> None:
        self.http, self.path = Http(url, portal=token, language="en"), path
        self.hidden: dict[str, str] = {}
        self.days: list[str] = []


class PortalDesk:
    """The portal's pages."""

    def __init__(self, url: str, fair: Fair) -> None:
        self.url, self.fair, self.hot = url, fair, False

    async def prepare(self, number: int) -> Sitting:
        """Signed in, with the form of any one time open."""
        family = Sitting(self.url, *self.fair.families[number])
        await self._look_at_days(family)
        free = await self.free(family)
        _status, page = await family.http("GET", f"{family.path}?slot={free[0]}")
        family.hidden = dict(HIDDEN.findall(page))
        assert family.hidden.keys() == {"csrf_token", "once_key", "version"}, page[:2000]
        return family

    async def _look_at_days(self, family: Sitting) -> str:
        status, page = await family.http("GET", family.path)
        assert status == 200, status
        family.days = DAY.findall(page)
        return page

    async def free(self, family: Sitting) -> list[str]:
        """The times of one day; empty when there is no day left."""
        while family.days:
            day = family.days[0] if self.hot else random.choice(family.days)
            status, page = await family.http("GET", f"{family.path}?day={day}")
            assert status == 200, status
            if found := FREE.findall(page):
                return found
            family.days = DAY.findall(page)
        return []

    async def book(self, family: Sitting, slot: str) -> Said:
        """The form, filled in."""
        status, page = await family.http("POST", family.path, {**family.hidden, "slot": slot, "mode": "in_person"})
        if status == 409:
            return Said("taken", FREE.findall(page))
        return Said("won" if status == 303 else f"status {status}")


def floor_ready(database: str) -> str:
    """Makes the floor's data; the cookie of one family."""
    environment = {**os.environ, "FLOOR_DB": database}
    subprocess.run([sys.executable, str(FLOOR), "init"], env=environment, check=True)
    command = [sys.executable, str(FLOOR), "cookie"]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def measure(
    name: str,
    database: str,
    floor_database: str,
    folder: Path,
    secrets: dict[str, str],
    serving: Callable[..., Any],
    wait_for: Callable[[str, str], int],
    load: Callable[[str, str], float],
    figure: Callable[..., None],
) -> None:
    """All figures of one database. What serves, loads and prints comes from run.py."""
    floor_cookie = floor_ready(floor_database)
    fair = make_fair(database, folder, secrets["LETTER_PEPPER"])
    environment = {
        **secrets, "DATABASE_URL": database, "BASE_URL": f"http://127.0.0.1:{PORTAL_PORT}",
        "INSTANCE_FOLDER": str(folder), "SMTP_URL": "smtp://127.0.0.1:1",
    }  # fmt: skip
    with (
        serving(["floor:app"], FLOOR_PORT, FLOOR.parent, FLOOR_DB=floor_database) as floor,
        serving(["--preload", "wsgi:app"], PORTAL_PORT, FLOOR.parent.parent.parent, **environment) as portal,
    ):
        path, token = fair.families[0]
        cookie = f"portal={token}; language=en"
        slots = f"{portal}{path}?all=1"
        wait_for(f"{floor}/slots", floor_cookie)
        size = wait_for(slots, cookie)
        ratios = []
        for turn in range(ROUNDS + 1):
            ratio = load(slots, cookie) / load(f"{floor}/slots", floor_cookie)
            ratios += [ratio] if turn else []  # the first is to warm up
        figure(f"slot_list_{name}", statistics.median(ratios), "of_floor", 0.6)
        print(f"# the list has {size} bytes unpacked; rounds: {' '.join(f'{r:.2f}' for r in ratios)}")
        _rushes(name, floor, PortalDesk(portal, fair), fair, figure)


def _rushes(name: str, floor_url: str, desk: PortalDesk, fair: Fair, figure: Callable[..., None]) -> None:
    bare, naive = FloorDesk(floor_url, AS_IT_SHOULD), FloorDesk(floor_url, NAIVE)
    every: list[Outcome] = []
    for way, hot in (("spread", False), ("hot", True)):
        ratios, desk.hot = [], hot
        for seed in range(1, RUNS // 2 + 1):
            [ours] = rushes(desk, FAMILIES, hot=hot, seeds=[seed], reset=fair.reset)
            every.append(ours)
            assert fair.promised() == (ours.won, 0), fair.promised()
            if seed <= ROUNDS:
                [theirs] = rushes(bare, FAMILIES, hot=hot, seeds=[seed], reset=bare.reset)
                ratios.append(ours.wins_per_second / theirs.wins_per_second)
                print(
                    f"# {way}: {ours.wins_per_second:.0f} wins/s, floor {theirs.wins_per_second:.0f}; {dict(ours.said)}"
                )
        figure(f"rush_{name}_{way}", statistics.median(ratios), "of_floor", 0.5)
    figure(f"rush_{name}_sold", min(outcome.won for outcome in every), "of_300", SLOTS)
    figure(f"rush_{name}_promised_twice", sum(outcome.twice for outcome in every), "times", 0, at_most=True)
    figure(f"rush_{name}_trouble", sum(outcome.trouble for outcome in every), "answers", 0, at_most=True)
    control = rushes(naive, FAMILIES, hot=True, seeds=range(1, ROUNDS + 1), reset=naive.reset)
    figure(f"rush_{name}_naive_control", sum(outcome.twice for outcome in control), "promised_twice", 1)
