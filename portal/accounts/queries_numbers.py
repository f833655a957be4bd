"""How school rings an adult up."""

import uuid

from sqlalchemy import bindparam, select

from portal.accounts.rules import as_written
from portal.kernel.scope import PortalSession
from portal.people.models import ContactPoint
from portal.people.rules import ContactKind

NUMBERS = (
    select(ContactPoint.value)
    .where(ContactPoint.adult_id == bindparam("who"), ContactPoint.kind == ContactKind.MOBILE)
    .order_by(ContactPoint.wanted.desc(), ContactPoint.id)
)


def numbers_of(session: PortalSession, adult_id: uuid.UUID) -> tuple[str, ...]:
    """How an adult is rung up, as far as the session may know: a class teacher asks the office. One statement."""
    found = session.scalars(NUMBERS, {"who": adult_id})
    return tuple(as_written(ContactKind.MOBILE, value) for value in found)
