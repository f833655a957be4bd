"""The demo on several days of the year, each in its own SQLite file."""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest

from portal.demo.fill import fill
from portal.kernel import clock
from portal.kernel.db import make_engine
from portal.kernel.scope import PortalSession, system
from portal.migrations.metadata import METADATA
from tests.conftest import SqliteWorld
from tests.demo.made import DAYS as ALL_YEAR
from tests.demo.made import PEPPER, Made

DAYS = (clock.today(), date(2027, 1, 1), date(2028, 2, 29), date(2026, 7, 10), date(2026, 8, 20), date(2026, 9, 1))


@contextmanager
def filled_on(day: date, url: str) -> Iterator[PortalSession]:
    """A reading session of the portal's own scope on a demo that was filled on that day."""
    engine = make_engine(url)
    METADATA.create_all(engine)
    with PortalSession(engine.execution_options(write=True), scope=system("test")) as session:
        fill(session, today=day, pepper=PEPPER)
        session.commit()
    with PortalSession(engine, scope=system("test"), read_only=True) as session:
        yield session
    engine.dispose()


@pytest.fixture(scope="module", params=DAYS, ids=str)
def any_day(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalSession]:
    """The demo on each of several days: term, holidays, a leap day, the last and first days of a school year."""
    with filled_on(request.param, f"sqlite:///{tmp_path_factory.mktemp('demo') / 'demo.sqlite3'}") as session:
        session.info["today"] = request.param
        yield session


@pytest.fixture(scope="module")
def demo(sqlite_world: SqliteWorld, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalSession]:
    """The demo as it is today."""
    engine = make_engine(sqlite_world.copy(tmp_path_factory.mktemp("demo") / "demo.sqlite3"))
    with PortalSession(engine, scope=system("test"), read_only=True) as session:
        yield session
    engine.dispose()


_made = functools.cache(Made)


@pytest.fixture(scope="session", params=ALL_YEAR, ids=str)
def made(request: pytest.FixtureRequest) -> Made:
    """What is filled on each of these days."""
    return _made(request.param)
