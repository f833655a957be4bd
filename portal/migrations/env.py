"""What Alembic runs: one engine handed in by the portal, batch mode for SQLite."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Engine

from portal.kernel.db import UtcDateTime
from portal.migrations.metadata import METADATA


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Our own column type is written into migrations as the plain type it is made of."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


engine: Engine = context.config.attributes["engine"]
with engine.execution_options(write=True).connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=METADATA,
        render_as_batch=engine.dialect.name == "sqlite",
        render_item=render_item,
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
