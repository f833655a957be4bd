"""A filled database for the bench, and a signed-in parent's cookie."""

from pathlib import Path

from sqlalchemy import select

from portal import migrations
from portal.accounts.actions import open_sitting
from portal.demo.fill import fill
from portal.kernel import clock
from portal.kernel.db import make_engine
from portal.kernel.scope import PortalSession, system
from portal.people.models import Person, Pupil
from portal.people.rules import Audience


def open_bench_sitting(database: str, folder: Path, pepper: str) -> tuple[str, str]:
    """Path of the child's page and the cookie of the parent who reads it."""
    folder.mkdir(exist_ok=True)
    engine = make_engine(database)
    migrations.upgrade(engine)
    with PortalSession(engine.execution_options(write=True), scope=system("bench")) as session:
        fill(session, today=clock.today(), pepper=pepper)
        parent = session.scalars(select(Person).where(Person.demo_slug == "parent")).one()
        child = session.scalars(select(Pupil).where(Pupil.known_as == "Zara")).one()
        token = open_sitting(
            session, person_id=parent.id, audience=Audience.FAMILY, school_id=None, now=clock.now(), how="bench"
        )
        session.commit()
    engine.dispose()
    return f"/children/{child.id}", f"portal={token}; language=en"
