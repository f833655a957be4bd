"""What tests of imports share: files for the demo's schools, the office's clicks, and the office without a browser."""

import io
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy import Select, func, select

from portal.intake import actions, queries
from portal.intake.formats.contacts_csv import COLUMNS as CONTACTS
from portal.intake.formats.plans_csv import COLUMNS as PLANS
from portal.intake.formats.tables import write_table
from portal.intake.models import ImportJob, ImportState
from portal.intake.rules_changes import Entry, Fate, Kind, entry_from
from portal.kernel import clock
from portal.kernel.scope import PortalSession, system
from portal.people.actor import Actor
from portal.people.models import Person, Pupil, School
from portal.people.rules import Audience, Role
from portal.people.scopes import scope_of
from tests.intake.make_ctf import ctf
from tests.pages import ReadingClient, parse, words

HAZEL, BRIDGE = "Hazel Lane Primary School", "Bridgefield Academy"
LAESTABS = {HAZEL: ("330", "9301"), BRIDGE: ("332", "9302")}


def ctf_for(school: str, *pupils: str) -> bytes:
    """A Common Transfer File that is addressed to one of the demo's schools."""
    la, estab = LAESTABS[school]
    return ctf(*pupils).replace("<LEA>330</LEA><Estab>4998</Estab>", f"<LEA>{la}</LEA><Estab>{estab}</Estab>").encode()


def contacts_csv(*rows: dict[str, str]) -> bytes:
    """A table of adults."""
    return write_table(CONTACTS.names, rows)


def plans_csv(*rows: dict[str, str]) -> bytes:
    """A table of plans."""
    return write_table(PLANS.names, rows)


def send(client: ReadingClient, kind: str, content: bytes, name: str = "file.xml") -> str:
    """Uploads a file in the browser and returns the address of its page."""
    answer = client.post(f"/staff/import/{kind}", data={"file": (io.BytesIO(content), name)})
    assert answer.status_code == 303, words(answer)
    return str(answer.headers["Location"])


def press_confirm(client: ReadingClient, url: str) -> str:
    """Presses the button of the page and returns the words of the next one."""
    (digest,) = parse(client.get(url)).xpath("//input[@name='digest']/@value")
    answer = client.post(f"{url}/confirm", data={"digest": digest})
    assert answer.status_code == 303, words(answer)
    return words(client.get(url))


@dataclass
class Office:
    """The office of one school, through the very functions that its pages call, in its own scope."""

    app: Flask
    actor: Actor

    def session(self) -> PortalSession:
        """A writing session in the office's scope."""
        return PortalSession(self.app.extensions["writing_engine"], scope=scope_of(self.actor, clock.today()))

    def upload(self, kind: Kind, content: bytes, now: datetime | None = None) -> uuid.UUID:
        """Reads and compares; returns the job."""
        with self.session() as session:
            job = actions.upload(
                session,
                actor=self.actor,
                kind=kind,
                file_name="file",
                content=content,
                now=now or clock.now(),
                today=clock.today(),
            )
            session.commit()
            return job.job_id

    def page(self, job_id: uuid.UUID) -> queries.JobPage:
        """What the job's page shows."""
        with self.session() as session:
            return queries.job_page(session, viewer=self.actor, job_id=job_id)

    def confirm(self, job_id: uuid.UUID, digest: str | None = None) -> ImportState:
        """Confirms what is shown now, or what was shown then."""
        digest = self.page(job_id).digest if digest is None else digest
        with self.session() as session:
            state = actions.confirm(
                session, actor=self.actor, job_id=job_id, digest=digest, now=clock.now(), today=clock.today()
            )
            session.commit()
            return state

    def bring(self, kind: Kind, content: bytes) -> tuple[Entry, ...]:
        """Uploads and confirms; returns what was reported."""
        job_id = self.upload(kind, content)
        entries = self.entries(job_id)
        assert self.confirm(job_id) is ImportState.DONE
        return entries

    def dry(self, kind: Kind, content: bytes) -> tuple[Entry, ...]:
        """What a file would change."""
        return self.entries(self.upload(kind, content))

    def entries(self, job_id: uuid.UUID) -> tuple[Entry, ...]:
        """Every line of the report."""
        with self.session() as session:
            return tuple(map(entry_from, session.get_one(ImportJob, job_id).report["entries"]))

    def rows(self, statement: Select[Any]) -> Sequence[Any]:
        """Looks into the database, past all fences."""
        with PortalSession(self.app.extensions["engine"], scope=system("test"), read_only=True) as session:
            return session.scalars(statement).all()

    def change(self, table: type[Any], key: uuid.UUID, **values: object) -> None:
        """Changes a row behind the import's back."""
        with PortalSession(self.app.extensions["writing_engine"], scope=system("test")) as session:
            row = session.get_one(table, key)
            for name, value in values.items():
                setattr(row, name, value)
            session.commit()

    def count(self, *tables: type[Any]) -> tuple[int, ...]:
        """How many rows there are of each."""
        return tuple(self.rows(select(func.count()).select_from(table))[0] for table in tables)

    def pupil(self, upn: str) -> Pupil:
        """The child with this UPN."""
        (found,) = self.rows(select(Pupil).where(Pupil.upn == upn))
        return found


def open_office(app: Flask, slug: str, school: str) -> Office:
    """The office of a school of the demo, with the persona who sits in it."""
    with PortalSession(app.extensions["engine"], scope=system("test"), read_only=True) as session:
        person = session.scalars(select(Person).where(Person.demo_slug == slug)).one()
        (found,) = session.scalars(select(School).where(School.name == school))
    actor = Actor(
        person_id=person.id,
        sitting_id=uuid.uuid4(),
        name=person.name,
        audience=Audience.STAFF,
        language="en",
        trust_id=person.trust_id,
        school_id=found.id,
        school_name=found.name,
        roles=frozenset({Role.OFFICE}),
    )
    return Office(app, actor)


def fates(entries: Sequence[Entry]) -> list[tuple[Fate, str]]:
    """Fate and name of each line, in order."""
    return [(entry.fate, entry.name) for entry in entries]


def differences(entries: Sequence[Entry], fate: Fate) -> dict[str, tuple[str, str]]:
    """What the lines of one fate say: label to what is stored and what is brought."""
    return {d.label: (d.stored, d.brought) for e in entries if e.fate is fate for d in e.differences}
