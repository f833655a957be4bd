"""Who looked at a child's pages is kept for the family to read: once a sitting, so that reading stays fast."""

import threading
import uuid
from collections import OrderedDict

from sqlalchemy.exc import IntegrityError

from portal.kernel import clock
from portal.people.actor import Actor
from portal.people.models import Look
from portal.people.rules import Role
from portal.web.unit_of_work import aside

REMEMBERED = 5_000
# what a process has written already; another process may write the same look, and the unique index keeps one
_noted: OrderedDict[tuple[uuid.UUID, uuid.UUID], None] = OrderedDict()
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
    """Notes that the actor opened this child's pages, in a short transaction of its own; a second look is free."""
    look = (actor.sitting_id, pupil_id)
    if not _first(look):
        return
    try:
        with aside("a look at a child's pages") as session:
            session.add(
                Look(
                    school_id=school_id,
                    pupil_id=pupil_id,
                    sitting_id=actor.sitting_id,
                    person_id=actor.person_id,
                    audience=actor.audience.value,
                    role=role_of(actor),
                    at=clock.now(),
                    version_number=version_number,
                )
            )
    except IntegrityError:
        return  # another process was faster
    except BaseException:
        _forget(look)  # nothing was kept: the next page tries again
        raise


def _first(look: tuple[uuid.UUID, uuid.UUID]) -> bool:
    with _one_at_a_time:
        if look in _noted:
            return False
        _noted[look] = None
        if len(_noted) > REMEMBERED:
            _noted.popitem(last=False)
        return True


def _forget(look: tuple[uuid.UUID, uuid.UUID]) -> None:
    with _one_at_a_time:
        _noted.pop(look, None)
