"""A feed on loopback, a fetcher that may go there and does not wait, and sessions of the importer."""

from collections.abc import Iterator

import pytest

from portal.kernel.scope import PortalSession, system
from portal.local_offer.fetching import Fetcher
from tests.local_offer.feed_server import FeedServer


@pytest.fixture
def feed() -> Iterator[FeedServer]:
    server = FeedServer()
    yield server
    server.close()


@pytest.fixture
def waits() -> list[float]:
    """The pauses that the fetcher made."""
    return []


@pytest.fixture
def fetcher(feed: FeedServer, waits: list[float]) -> Fetcher:
    return Fetcher(allowed=frozenset({feed.host}), pause=waits.append)


@pytest.fixture
def sessions(request: pytest.FixtureRequest):
    name = "app" if "app" in request.fixturenames else "sqlite_app"
    engine = request.getfixturevalue(name).extensions["writing_engine"]
    return lambda: PortalSession(engine, scope=system("test of the importer"))
