"""What a school says about where families turn, for the staff who keep it."""

import uuid

from sqlalchemy import select

from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.people.models import School


def links_of(session: PortalSession, *, school_id: uuid.UUID | None) -> dict[str, str]:
    """A school's addresses for families, by name. Raises NotFound."""
    found = session.execute(select(School.links).where(School.id == school_id)).first()
    if found is None:
        raise NotFound
    return dict(found.links)
