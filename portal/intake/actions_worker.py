"""The worker's part of imports: large files are read and brought in while a page says how far it is."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from portal.intake.actions import bring_in, report_on
from portal.intake.actions_compare import FileRead, read_file
from portal.intake.models import ImportJob, ImportState
from portal.intake.rules_changes import Kind
from portal.kernel.clock import LONDON
from portal.kernel.scope import PortalSession
from portal.people.scopes import school_scope

LEASE = timedelta(minutes=10)
TRIES = 3
PROGRESS_EVERY = 100
Sessions = Callable[[], PortalSession]


def work_on_imports(sessions: Sessions, *, now: datetime) -> int:
    """Takes up the oldest job that waits, or whose worker died; returns how many it worked on: 0 or 1.

    `sessions` opens sessions of the portal's own scope that may write. After three tries a job has failed.
    """
    job_id = _lease(sessions, now)
    if job_id is None:
        return 0
    try:
        _work_on(sessions, job_id, now)
    except Exception:
        _release(sessions, job_id)
        raise
    return 1


def _lease(sessions: Sessions, now: datetime) -> uuid.UUID | None:
    with sessions() as session:
        job = session.scalars(
            select(ImportJob)
            .where(
                ImportJob.state.in_((ImportState.WAITING, ImportState.CONFIRMED)),
                or_(ImportJob.leased_until.is_(None), ImportJob.leased_until < now),
            )
            .order_by(ImportJob.uploaded_at, ImportJob.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()
        if job is None:
            return None
        if job.tries >= TRIES:
            job.state, job.content, job.finished_at = ImportState.FAILED, None, now
        else:
            job.leased_until, job.tries = now + LEASE, job.tries + 1
        session.commit()
        return job.id if job.state is not ImportState.FAILED else None


def _release(sessions: Sessions, job_id: uuid.UUID) -> None:
    with sessions() as session:
        session.get_one(ImportJob, job_id).leased_until = None
        session.commit()


def _work_on(sessions: Sessions, job_id: uuid.UUID, now: datetime) -> None:
    file = _read(sessions, job_id, now)
    today = now.astimezone(LONDON).date()
    with sessions() as opener:
        school_id = opener.get_one(ImportJob, job_id).school_id
    # From here on the work sees and writes what the person who uploaded the file may see and write, no more.
    with opener.beside(school_scope(school_id)) as session:
        session.serially()
        job = session.get_one(ImportJob, job_id, with_for_update=True)
        if job.state is ImportState.CONFIRMED:
            bring_in(session, job_id, file, actor_id=job.uploaded_by, now=now, today=today)
        elif job.state is ImportState.WAITING:
            report_on(session, job, file, now=now, today=today)
        session.commit()


def _read(sessions: Sessions, job_id: uuid.UUID, now: datetime) -> FileRead:
    """Reads outside any transaction: a large file takes longer than others should wait."""
    with sessions() as session:
        job = session.get_one(ImportJob, job_id)
        kind, content = Kind(job.kind), job.content or b""

    def watch(count: int) -> None:
        if count % PROGRESS_EVERY == 0:
            with sessions() as session:
                session.get_one(ImportJob, job_id).read_so_far = count
                session.commit()

    return read_file(kind, content, today=now.astimezone(LONDON).date(), watch=watch)
