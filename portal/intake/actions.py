"""A file's way through the portal: uploaded, read, shown, and only when a person has confirmed it, brought in whole."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError

from portal.intake.actions_compare import FileRead, compare, read_file
from portal.intake.actions_write import carry_out
from portal.intake.formats.source import fingerprint
from portal.intake.models import ImportJob, ImportState
from portal.intake.queries_known import the_school
from portal.intake.rules_changes import Changes, Kind, Watch
from portal.kernel import audit
from portal.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.kernel.scope import PortalSession
from portal.kernel.text import one_line
from portal.kernel.words import N_
from portal.people.actor import Actor

SMALL = 1_000_000
LONGEST_NAME = 200
OPEN = (ImportState.WAITING, ImportState.READ, ImportState.CONFIRMED)
_SERIALIZATION_FAILURE = "40001"


@dataclass(frozen=True, slots=True)
class Uploaded:
    """The job a file has become; `known` when this very file was there before and nothing new was made."""

    job_id: uuid.UUID
    known: bool


def upload(
    session: PortalSession, *, actor: Actor, kind: Kind, file_name: str, content: bytes, now: datetime, today: date
) -> Uploaded:
    """Keeps a file and, if it is small, reads and compares it at once; a large one waits for the worker."""
    school_id = school_of(actor)
    mark = fingerprint(content)
    small = read_file(kind, content, today=today) if len(content) < SMALL else None
    same = same_file(session, school_id=school_id, kind=kind, mark=mark, states=(*OPEN, ImportState.DONE))
    if same is not None:
        return Uploaded(same, True)
    job = new_job(session, school_id=school_id, kind=kind, file_name=file_name, mark=mark, now=now)
    job.content, job.uploaded_by, job.expected = content, actor.person_id, expected_children(kind, content)
    session.flush()
    if small is not None:
        report_on(session, job, small, now=now, today=today)
    _record(session, job, "uploaded a file", now=now, actor_id=actor.person_id)
    session.flush()
    return Uploaded(job.id, False)


def school_of(actor: Actor) -> uuid.UUID:
    """The school somebody works at. Raises NotAllowed for those who work at none."""
    if actor.school_id is None:
        raise NotAllowed
    return actor.school_id


def new_job(
    session: PortalSession, *, school_id: uuid.UUID, kind: Kind, file_name: str, mark: str, now: datetime
) -> ImportJob:
    """A job that waits to be read."""
    job = ImportJob(
        school_id=school_id,
        kind=kind.value,
        file_name=shown_name(file_name),
        sha256=mark,
        state=ImportState.WAITING,
        uploaded_at=now,
    )
    session.add(job)
    session.flush()
    return job


def same_file(
    session: PortalSession, *, school_id: uuid.UUID, kind: Kind, mark: str, states: Collection[ImportState]
) -> uuid.UUID | None:
    """The first job of the school with this very file that stands in one of these states."""
    return session.scalars(
        select(ImportJob.id)
        .where(
            ImportJob.school_id == school_id,
            ImportJob.kind == kind.value,
            ImportJob.sha256 == mark,
            ImportJob.state.in_(states),
        )
        .order_by(ImportJob.uploaded_at, ImportJob.id)
    ).first()


def expected_children(kind: Kind, content: bytes) -> int:
    """How many children a Common Transfer File seems to have, for people who wait; 0 where it cannot be told."""
    return content.count(b"<Pupil>") if kind is Kind.CTF else 0


def shown_name(file_name: str) -> str:
    """The file's name as it may be shown: the end of a path, without unreadable signs."""
    try:
        return one_line(file_name.replace("\\", "/").rsplit("/", 1)[-1][-LONGEST_NAME:])
    except Invalid:
        return ""


def report_on(session: PortalSession, job: ImportJob, file: FileRead, *, now: datetime, today: date) -> Changes:
    """Writes the dry run into the job. A file of which nothing can be taken is done with."""
    school = the_school(session, school_id=job.school_id)
    changes = compare(session, school=school, file=file, today=today)
    job.report = changes.report()
    job.state = ImportState.REFUSED if changes.refused_whole else ImportState.READ
    job.leased_until = None
    if changes.refused_whole:
        job.content, job.finished_at = None, now
    return changes


def confirm(
    session: PortalSession, *, actor: Actor, job_id: uuid.UUID, digest: str, now: datetime, today: date
) -> ImportState:
    """Brings a small file in, or leaves a large one to the worker; returns where the job stands then.

    READ means that something has changed since the person looked: the report is new and nothing was brought in.
    A second confirmation changes nothing. Raises NotFound, and Conflict for a job that was dropped.
    """
    job = _held_serially(session, actor, job_id)
    if job.state in (ImportState.DONE, ImportState.CONFIRMED):
        return job.state
    if job.state is not ImportState.READ or job.content is None:
        raise Conflict(N_("This file cannot be brought in any more. Choose it again."))
    if job.report["digest"] != digest:
        return job.state
    if len(job.content) >= SMALL:
        job.state, job.tries, job.read_so_far = ImportState.CONFIRMED, 0, 0
        session.flush()
        return job.state
    file = read_file(Kind(job.kind), job.content, today=today)
    return bring_in(session, job_id, file, actor_id=actor.person_id, now=now, today=today)


def _held_serially(session: PortalSession, actor: Actor, job_id: uuid.UUID) -> ImportJob:
    session.serially()
    try:
        return held_job(session, actor, job_id)
    except OperationalError as error:
        if not _was_overtaken(error):
            raise
    # Somebody else's click was first and has finished: what we saw of the job is no longer so.
    session.rollback()
    session.serially()
    return held_job(session, actor, job_id)


def _was_overtaken(error: Exception) -> bool:
    return getattr(getattr(error, "orig", None), "sqlstate", "") == _SERIALIZATION_FAILURE


def bring_in(
    session: PortalSession,
    job_id: uuid.UUID,
    file: FileRead,
    *,
    actor_id: uuid.UUID | None,
    now: datetime,
    today: date,
) -> ImportState:
    """Compares anew, and carries out what was shown, or shows what has changed meanwhile. The session is serial."""
    try:
        return _bring_in(session, job_id, file, actor_id=actor_id, now=now, today=today)
    except (IntegrityError, StaleDataError, OperationalError) as error:
        if isinstance(error, OperationalError) and not _was_overtaken(error):
            raise
    session.rollback()
    job = session.get_one(ImportJob, job_id, populate_existing=True)
    report_on(session, job, file, now=now, today=today)
    session.flush()
    return job.state


def _bring_in(
    session: PortalSession, job_id: uuid.UUID, file: FileRead, *, actor_id: uuid.UUID | None, now: datetime, today: date
) -> ImportState:
    job = session.get_one(ImportJob, job_id)
    confirmed = job.report["digest"]
    changes = report_on(session, job, file, now=now, today=today)
    if job.report["digest"] == confirmed:
        finish(session, job, changes, actor_id=actor_id, now=now)
    session.flush()
    return job.state


def finish(
    session: PortalSession,
    job: ImportJob,
    changes: Changes,
    *,
    actor_id: uuid.UUID | None,
    now: datetime,
    watch: Watch = lambda _rows: None,
) -> None:
    """Carries the changes out; from then on the file is not kept. Raises IntegrityError when somebody was faster."""
    carry_out(session, changes, actor_id=actor_id, school_id=job.school_id, job_id=job.id, now=now, watch=watch)
    job.state, job.content, job.finished_at = ImportState.DONE, None, now
    _record(session, job, "imported a file", now=now, actor_id=actor_id)
    session.flush()


def drop(session: PortalSession, *, actor: Actor, job_id: uuid.UUID, now: datetime) -> None:
    """Throws a file away with what was read of it. Raises NotFound, and Conflict when it is being brought in."""
    job = held_job(session, actor, job_id)
    if job.state not in (ImportState.WAITING, ImportState.READ):
        raise Conflict(N_("This file cannot be dropped any more."))
    job.state, job.content, job.finished_at = ImportState.DROPPED, None, now
    job.report = {"counts": job.report.get("counts", {})}
    _record(session, job, "dropped a file", now=now, actor_id=actor.person_id)
    session.flush()


def held_job(session: PortalSession, actor: Actor, job_id: uuid.UUID) -> ImportJob:
    """A job of the actor's own school, locked so that two clicks come one after the other. Raises NotFound."""
    job = session.scalars(
        select(ImportJob)
        .where(ImportJob.id == job_id, ImportJob.school_id == actor.school_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if job is None:
        raise NotFound
    return job


def _record(session: PortalSession, job: ImportJob, action: str, *, now: datetime, actor_id: uuid.UUID | None) -> None:
    audit.record(session, action, now=now, actor_id=actor_id, school_id=job.school_id, subject_id=job.id, kind=job.kind)
