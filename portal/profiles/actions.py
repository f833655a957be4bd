"""What every act about one child's plan begins with: the child's row, held so that people act one by one."""

import uuid

from sqlalchemy import select

from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.people.models import Pupil


def held_pupil(session: PortalSession, pupil_id: uuid.UUID) -> Pupil:
    """The pupil, locked until the transaction ends. Raises NotFound outside the actor's scope.

    SQLite lets one writer in at a time anyway; on PostgreSQL this makes a double click, or two SENDCOs, one after the
    other, so that what is read next is what will be changed.
    """
    found = select(Pupil).where(Pupil.id == pupil_id).with_for_update(key_share=True, of=Pupil)
    pupil = session.scalars(found.execution_options(populate_existing=True)).first()
    if pupil is None:
        raise NotFound
    return pupil
