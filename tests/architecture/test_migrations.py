"""The migrations make exactly the tables that the models describe, up and down, with the demo school's rows in them."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from portal import migrations
from portal.demo.fill import fill
from portal.kernel import clock
from portal.kernel.db import make_engine
from portal.kernel.scope import PortalSession, system
from portal.migrations.metadata import METADATA
from tests.conftest import PEPPER


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request, tmp_path):
    if request.param == "sqlite":
        engine = make_engine(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
        yield engine
        engine.dispose()
        return
    world = request.getfixturevalue("postgres_world")
    url = world.make("migrated", "template0 ENCODING 'UTF8'")
    engine = make_engine(url)
    yield engine
    engine.dispose()
    world.drop(url)


def test_up_with_a_school_in_it_then_down_and_up_again(empty):
    migrations.upgrade(empty)
    with empty.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    with PortalSession(empty.execution_options(write=True), scope=system("test")) as session:
        fill(session, today=clock.today(), pepper=PEPPER)
        session.commit()
    migrations.downgrade(empty, "base")
    assert set(inspect(empty).get_table_names()) <= {"alembic_version"}
    migrations.upgrade(empty)
    with empty.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_there_is_one_line_of_history(empty):
    assert len(ScriptDirectory.from_config(migrations.config_for(empty)).get_heads()) == 1
