"""Who looked at a child's pages is kept for the family to read: once a sitting, so that reading stays fast. The
newest version of the plan that the sitting saw stands with it: what is new next time is told from there."""

import threading
import uuid
from collections import OrderedDict

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from portal.kernel import clock
from portal.people.actor import Actor
from portal.people.models import Look
from portal.people.rules import Role
from portal.web.unit_of_work import aside

REMEMBERED = 5_000
# what a process has written already, with the version that was seen; another process may write the same look, and the
# unique index keeps one
_Sitting = tuple[uuid.UUID, uuid.UUID]
_noted: OrderedDict[_Sitting, int] = OrderedDict()
_one_at_a_time = threading.Lock()

HIGHEST_FIRST = (
    Role.SENDCO,
    Role.HEADTEACHER,
    Role.CLASS_TEACHER,
    Role.TEACHING_ASSISTANT,
    Role.SUPPLY_TEACHER,
    Role.OFFICE,
)


def role_of(actor: Actor) -> str:
    """The role under which a family meets this member of staff; empty for everybody else."""
    return next((role.value for role in HIGHEST_FIRST if actor.has(role)), "")


def remember_look(actor: Actor, *, school_id: uuid.UUID, pupil_id: uuid.UUID, version_number: int = 0) -> None:
    """Notes that the actor opened this child's pages, in a short transaction of its own. A second look is free, unless
    it is the first at the plan, or at a newer version of it; 0 is a page without the plan."""
    sitting = (actor.sitting_id, pupil_id)
    before = _note(sitting, version_number)
    if before is not None and before >= version_number:
        return
    look = Look(
        school_id=school_id,
        pupil_id=pupil_id,
        sitting_id=actor.sitting_id,
        person_id=actor.person_id,
        audience=actor.audience.value,
        role=role_of(actor),
        at=clock.now(),
        version_number=version_number,
    )
    try:
        if before is not None or not _write(look):
            _write_version(sitting, version_number)
    except BaseException:
        _forget(sitting)  # nothing was kept: the next page tries again
        raise


def _write(look: Look) -> bool:
    """False when another process was faster."""
    try:
        with aside("a look at a child's pages") as session:
            session.add(look)
    except IntegrityError:
        return False
    return True


def _write_version(sitting: _Sitting, number: int) -> None:
    if number:
        sitting_id, pupil_id = sitting
        with aside("a look at a plan") as session:
            session.execute(
                update(Look)
                .where(Look.sitting_id == sitting_id, Look.pupil_id == pupil_id, Look.version_number < number)
                .values(version_number=number)
            )


def _note(sitting: _Sitting, number: int) -> int | None:
    """The version that this process knew of before; None when it knew of no look."""
    with _one_at_a_time:
        before = _noted.get(sitting)
        _noted[sitting] = max(before or 0, number)
        if len(_noted) > REMEMBERED:
            _noted.popitem(last=False)
        return before


def _forget(sitting: _Sitting) -> None:
    with _one_at_a_time:
        _noted.pop(sitting, None)
