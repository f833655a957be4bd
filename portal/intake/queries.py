"""What the office reads about the files it brought: of its own school's only."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from portal.intake.models import ImportJob, ImportState
from portal.intake.rules_changes import About, Entry, Fate, Kind, entry_from
from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.people.models import Person

NEWEST = 10
LISTED = 50
COUNTED = (Fate.NEW, Fate.CHANGED, Fate.UNCHANGED, Fate.CONFLICT, Fate.REFUSED)
GROUPS = (Fate.REFUSED, Fate.CONFLICT, Fate.CHANGED, Fate.NEW, Fate.REMARK)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """One file that was brought."""

    job_id: uuid.UUID
    kind: Kind
    file_name: str
    state: ImportState
    uploaded_at: datetime
    uploaded_by: str


_JOBS = select(
    ImportJob.id, ImportJob.kind, ImportJob.file_name, ImportJob.state, ImportJob.uploaded_at, Person.full_name
).outerjoin(Person, Person.id == ImportJob.uploaded_by)


def _row(values: Sequence[Any]) -> JobRow:
    job_id, kind, file_name, state, uploaded_at, name = values
    return JobRow(
        job_id=job_id,
        kind=Kind(kind),
        file_name=file_name,
        state=state,
        uploaded_at=uploaded_at,
        uploaded_by=name or "",
    )


def last_jobs(session: PortalSession, *, viewer: Actor) -> tuple[JobRow, ...]:
    """The newest files of the viewer's school; 1 statement."""
    newest = _JOBS.where(ImportJob.school_id == viewer.school_id)
    rows = session.execute(newest.order_by(ImportJob.uploaded_at.desc(), ImportJob.id).limit(NEWEST))
    return tuple(_row(row) for row in rows)


@dataclass(frozen=True, slots=True)
class CountRow:
    """How many children, adults or plans are new, changed, the same, in conflict and refused, in that order."""

    about: About
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The lines of the report with one fate: how many, and the first of them."""

    fate: Fate
    total: int
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobPage:
    """One file with all that it would change, or has changed. `digest` stands for exactly what is shown."""

    job: JobRow
    read_so_far: int
    expected: int
    digest: str
    changes_nothing: bool
    counts: tuple[CountRow, ...]
    whole_file: tuple[Entry, ...]
    groups: tuple[Group, ...]

    @property
    def is_busy(self) -> bool:
        """Whether the worker has it, so that the page should look again."""
        return self.job.state in (ImportState.WAITING, ImportState.CONFIRMED)


def job_page(session: PortalSession, *, viewer: Actor, job_id: uuid.UUID) -> JobPage:
    """One file of the viewer's school; 1 statement. Raises NotFound."""
    row = _one(session, _JOBS.add_columns(ImportJob.read_so_far, ImportJob.expected, ImportJob.report), viewer, job_id)
    *job, read_so_far, expected, report = row
    entries = tuple(entry_from(stored) for stored in report.get("entries", ()))
    counts = report.get("counts", {})
    return JobPage(
        job=_row(job),
        read_so_far=read_so_far,
        expected=expected,
        digest=report.get("digest", ""),
        changes_nothing=report.get("nothing", True),
        counts=tuple(
            CountRow(about, tuple(counts[about].get(fate, 0) for fate in COUNTED))
            for about in (About.CHILD, About.ADULT, About.PLAN)
            if about in counts
        ),
        whole_file=tuple(entry for entry in entries if entry.about is About.FILE),
        groups=_groups(entry for entry in entries if entry.about is not About.FILE),
    )


def _groups(entries: Any) -> tuple[Group, ...]:
    by_fate: dict[Fate, list[Entry]] = {fate: [] for fate in GROUPS}
    for entry in entries:
        by_fate[entry.fate].append(entry)
    return tuple(Group(fate, len(found), tuple(found[:LISTED])) for fate, found in by_fate.items() if found)


def report_entries(session: PortalSession, *, viewer: Actor, job_id: uuid.UUID) -> tuple[Entry, ...]:
    """Every line of the report of one file of the viewer's school. Raises NotFound."""
    (report,) = _one(session, select(ImportJob.report), viewer, job_id)
    return tuple(entry_from(stored) for stored in report.get("entries", ()))


def _one(session: PortalSession, statement: Select[Any], viewer: Actor, job_id: uuid.UUID) -> Any:
    row = session.execute(statement.where(ImportJob.id == job_id, ImportJob.school_id == viewer.school_id)).first()
    if row is None:
        raise NotFound
    return row
