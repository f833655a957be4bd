"""Where a member of staff may come in today: each school with a live role, and the trust."""

import uuid
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select

from portal.kernel.scope import PortalSession
from portal.people.models import School, StaffRole, Trust, TrustRole
from portal.people.rules import Audience


@dataclass(frozen=True, slots=True)
class Place:
    """One capacity to sign in with. `key` is what the form sends."""

    key: str
    name: str
    audience: Audience
    school_id: uuid.UUID | None


def places_of(session: PortalSession, person_id: uuid.UUID, *, today: date) -> list[Place]:
    """Schools by name, then the trust; empty when no role is live."""
    schools = session.execute(
        select(School.id, School.name)
        .where(
            School.id.in_(
                select(StaffRole.school_id).where(
                    StaffRole.person_id == person_id,
                    StaffRole.starts_on <= today,
                    or_(StaffRole.ends_on.is_(None), StaffRole.ends_on >= today),
                )
            )
        )
        .order_by(School.name, School.id)
    )
    trusts = session.execute(
        select(Trust.id, Trust.name)
        .join(TrustRole, TrustRole.trust_id == Trust.id)
        .where(TrustRole.person_id == person_id)
    )
    return [Place(str(row.id), row.name, Audience.STAFF, row.id) for row in schools] + [
        Place(str(row.id), row.name, Audience.TRUST, None) for row in trusts
    ]
