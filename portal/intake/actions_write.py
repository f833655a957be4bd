"""Carries a plan of changes out, table by table, in the one transaction of its caller: all of it or nothing."""

import uuid
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import select

from portal.intake.rules_changes import Changes, Watch
from portal.kernel import audit
from portal.kernel.scope import PortalSession
from portal.people.actions_apart import sync_apart
from portal.people.models import ContactPoint, Person, Pupil, PupilContact
from portal.profiles.models import Outcome, Plan, PlanKind, PlanVersion, Responsibility, Target
from portal.profiles.models_register import SenNeed, SenStatusPeriod

# Those first that others point to.
ORDER: tuple[type[Any], ...] = (
    PlanKind,
    Person,
    Pupil,
    ContactPoint,
    PupilContact,
    SenStatusPeriod,
    SenNeed,
    Plan,
    PlanVersion,
    Outcome,
    Target,
    Responsibility,
)
AT_ONCE = 500
OUT_OF_THE_WAY = 1000


def carry_out(
    session: PortalSession,
    changes: Changes,
    *,
    actor_id: uuid.UUID | None,
    school_id: uuid.UUID,
    job_id: uuid.UUID,
    now: datetime,
    watch: Watch = lambda _rows: None,
) -> None:
    """Writes and flushes every row and a record for each child; `watch` is told how many rows are done.

    A session holds what is written only weakly, so that memory does not grow with the file.
    """
    session.knows(changes.children - {row["id"] for row in changes.made.get(Pupil, ())})
    done = 0
    for table in ORDER:
        for part in _parts(_altered(session, table, changes.altered.pop(table, {}))):
            done += _written(session, part)
            watch(done)
        dated = {"written_at": now, "written_by": actor_id} if table is PlanVersion else {}
        made = changes.made.pop(table, [])
        for part in _parts(table(**row, **dated) for row in made):
            session.add_all(part)
            done += _written(session, part)
            watch(done)
    for children in _parts(sorted(changes.children)):
        sync_apart(session, children)
        for pupil_id in children:
            audit.record(
                session,
                "imported",
                now=now,
                actor_id=actor_id,
                school_id=school_id,
                subject_id=job_id,
                pupil_id=pupil_id,
            )
        session.flush()


def _parts(rows: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(rows)
    while part := list(islice(rest, AT_ONCE)):
        yield part


def _written(session: PortalSession, rows: list[Any]) -> int:
    session.flush()
    return len(rows)


def _altered(session: PortalSession, table: type[Any], changes: dict[uuid.UUID, dict[str, Any]]) -> Iterator[Any]:
    """The rows with their new values, loaded a part at a time."""
    if table is SenNeed:
        _make_room(session, changes)
    for keys in _parts(sorted(changes)):
        for row in session.scalars(select(table).where(table.id.in_(keys)).order_by(table.id)).all():
            for name, value in changes[row.id].items():
                setattr(row, name, value)
            yield row


def _make_room(session: PortalSession, changes: dict[uuid.UUID, dict[str, Any]]) -> None:
    """Two open needs may never have one rank, not even for a moment: all that move step aside first."""
    for keys in _parts(sorted(changes)):
        needs = session.scalars(select(SenNeed).where(SenNeed.id.in_(keys)).order_by(SenNeed.id)).all()
        for need in needs:
            need.rank += OUT_OF_THE_WAY
        _written(session, list(needs))
