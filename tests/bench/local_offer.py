"""The search over 20,000 services against the barest query an index can answer with a page and a count: how many entries
have the same first word, and the first twenty by name; without the other words, needs, ages, distance, ranks, places."""

import random
import statistics
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, bindparam, event, func, select, text

from portal.kernel.db import make_engine
from portal.kernel.scope import NOTHING, PortalSession, system
from portal.local_offer.actions_import import feed_called
from portal.local_offer.actions_write import write_services
from portal.local_offer.formats.hsds import read_service
from portal.local_offer.models import Service, ServiceWord
from portal.local_offer.queries_search import Found, search
from portal.local_offer.rules import Point, Source, Wanted
from portal.migrations.metadata import METADATA

SERVICES, AT_ONCE, ROUNDS = 20_000, 500, 30
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
HERE = Point(52.5, -1.9)
COMMON = ("autism", "club", "family", "support", "group", "speech", "learning", "sport", "music", "youth")
COMMON += ("parents", "dyslexia", "sensory", "holiday", "play", "drop-in", "therapy", "advice", "toddlers", "art")
BARE = (
    select(Service.id, Service.name, func.count().over())
    .join(ServiceWord, ServiceWord.service_id == Service.id)
    .where(ServiceWord.word == bindparam("word"))
    .order_by(Service.sort_name, Service.id)
    .limit(20)
)
QUESTIONS = {
    "one_word": Wanted(words=("autism",)),
    "two_words_one_begun": Wanted(words=("autism", "spo")),
    "words_need_age": Wanted(words=("autism", "club"), area="CI", age=7),
    "words_near": Wanted(words=("autism",), near=HERE, miles=5),
    "rare_word": Wanted(words=("word777",)),
}


def _services(chance: random.Random, numbers: Iterable[int]) -> list[dict[str, Any]]:
    rare = [f"word{number}" for number in range(4_000)]
    return [
        {
            "id": str(number),
            "name": " ".join(chance.sample(COMMON, 2)) + f" {chance.choice(rare)}",
            "description": " ".join([*chance.sample(COMMON, 2), *chance.choices(rare, k=40)]),
            "minimum_age": chance.choice([None, 3, 5, 11]),
            "maximum_age": chance.choice([None, 11, 16, 25]),
            "assured_date": chance.choice(["2026-05-01", "2024-01-01", None]),
            "service_at_locations": [
                {"location": {"latitude": 52.5 + chance.gauss(0, 0.2), "longitude": -1.9 + chance.gauss(0, 0.3)}}
            ],
        }
        for number in numbers
    ]


def _fill(url: str) -> None:
    engine = make_engine(url).execution_options(write=True)
    METADATA.create_all(engine)
    chance = random.Random(20)
    for first in range(0, SERVICES, AT_ONCE):
        with PortalSession(engine, scope=system("bench")) as session:
            feed = feed_called(session, "Bench", Source.FEED, now=NOW)
            read = [read_service(raw, NOW) for raw in _services(chance, range(first, first + AT_ONCE))]
            write_services(session, feed, [one for one in read if one], page=1, now=NOW)
            session.commit()
    with engine.connect() as connection:
        connection.execute(text("ANALYZE"))
        connection.commit()
    engine.dispose()


def _seconds(work: Callable[[], Any]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def measure(name: str, url: str, figure: Callable[..., None]) -> None:
    """Prints the figures of one database."""
    started = time.perf_counter()
    _fill(url)
    print(f"# {SERVICES / (time.perf_counter() - started):.0f} services written a second")
    engine = make_engine(url)
    for question, wanted in QUESTIONS.items():
        ours, bare, told = _compare(engine, wanted)
        figure(f"local_offer_{question}_{name}", ours / bare, "of_bare_query", 5, at_most=True)
        print(f"# {told}, {ours * 1000:.1f} ms; bare {bare * 1000:.1f} ms")
    engine.dispose()


def _compare(engine: Engine, wanted: Wanted) -> tuple[float, float, str]:
    """Seconds of ours and of the bare query, in turns, and what was found in how many statements."""
    counted: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *told: counted.append(told[2]))
    with PortalSession(engine, scope=NOTHING, read_only=True) as session:

        def bare() -> None:
            session.execute(BARE, {"word": wanted.words[0]}).all()

        def ours() -> Found:
            return search(session, wanted, today=NOW.date())

        ours(), bare(), counted.clear()
        found, statements = ours(), len(counted)
        times = [(_seconds(ours), _seconds(bare)) for _round in range(ROUNDS)]
    told = f"{found.total} found in {statements} statements"
    return statistics.median(one for one, _bare in times), statistics.median(bare for _one, bare in times), told
