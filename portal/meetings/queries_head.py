"""Who leads the school: the first whom the law wants invited to an annual review."""

from datetime import date

from sqlalchemy import or_, select

from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.people.models import Person, StaffRole
from portal.people.rules import Role


def head_name(session: PortalSession, *, viewer: Actor, today: date) -> str:
    """Who leads the viewer's school today: the first whom the law wants invited; empty when nobody does."""
    return (
        session.scalars(
            select(Person.full_name)
            .join(StaffRole, StaffRole.person_id == Person.id)
            .where(
                StaffRole.school_id == viewer.school_id,
                StaffRole.role == Role.HEADTEACHER,
                StaffRole.starts_on <= today,
                or_(StaffRole.ends_on.is_(None), StaffRole.ends_on >= today),
            )
            .order_by(Person.full_name, Person.id)
            .limit(1)
        ).first()
        or ""
    )
