"""The database: one declarative base with named constraints, UTC times and enums by value, on SQLite and PostgreSQL
alike."""

import enum
import sqlite3
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    Engine,
    Enum,
    MetaData,
    String,
    Text,
    TypeDecorator,
    create_engine,
    event,
)
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from portal.kernel.errors import PortalError


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant in UTC; SQLite keeps no zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """To the database: only a time that knows its zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without its zone cannot be stored")
        return value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:  # noqa: ARG002
        """From the database: aware, in UTC. Reads SQLite's text in one go: a list of times has hundreds."""
        if dialect.name == "sqlite":
            return lambda text: None if text is None else datetime.fromisoformat(f"{text}+00:00")
        return lambda value: None if value is None else value.astimezone(UTC)


Short = Annotated[str, mapped_column(String(200))]
Long = Annotated[str, mapped_column(Text)]


class Base(DeclarativeBase):
    """Every table of the portal."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        datetime: UtcDateTime,
        enum.StrEnum: Enum(enum.StrEnum, native_enum=False, length=40, values_callable=lambda e: [m.value for m in e]),
        list[str]: JSON,
        dict[str, str]: JSON,
        dict[str, Any]: JSON,
    }


class Keyed:
    """A row known by a random id, so that nobody can guess the next one."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)


def make_engine(url: str, *, waits_for_disk: bool = True, **options: Any) -> Engine:
    """An engine for SQLite (WAL, full sync, foreign keys, no lock upgrades) or PostgreSQL.

    `waits_for_disk`: on SQLite each commit outlives a cut of the power. Without it only the death of any process; the
    last moments before a cut are then undone as a whole, which suits whoever would do them again.
    """
    if url.startswith("sqlite"):
        options.setdefault("connect_args", {"check_same_thread": False, "timeout": 15})
    engine = create_engine(url, **options)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        if not waits_for_disk:
            event.listen(engine, "connect", _leave_disk_to_itself)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=15000",
        "cache_size=-20000",
    ):
        connection.execute("PRAGMA " + pragma)


def _leave_disk_to_itself(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous=NORMAL")


def _begin_sqlite(connection: Connection) -> None:
    # A read transaction that later wants to write is refused at once as "locked"; whoever will write says so first.
    write = connection.get_execution_options().get("write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN DEFERRED")


def renamed(error: IntegrityError, names: Mapping[str, PortalError]) -> PortalError:
    """The domain error for the constraint that refused, or the driver's error again when the name is unknown.

    SQLite names a unique index by its columns, so both the constraint's name and `table.column` may be keys.
    """
    text = str(error.orig)
    for name, domain_error in names.items():
        if name in text:
            return domain_error
    raise error
