"""The trust's figures: numbers per school, small ones hidden, and nothing that leads to a child."""

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, func, select

from portal.home.queries_staff import has_published_plan, on_register
from portal.home.rules import Told, told
from portal.kernel.scope import PortalSession
from portal.people.models import Pupil, PupilContact, School
from portal.people.rules import OPEN_ACCESS, ContactState

_HAS_READER = (
    select(PupilContact.id)
    .where(
        PupilContact.pupil_id == Pupil.id,
        PupilContact.state == ContactState.ACTIVE,
        PupilContact.access.in_(sorted(OPEN_ACCESS)),
    )
    .exists()
)


def _children(*where: Any) -> Any:
    return (
        select(func.count())
        .select_from(Pupil)
        .where(Pupil.school_id == School.id, Pupil.left_on.is_(None), on_register(Pupil.id), *where)
        .correlate(School)
        .scalar_subquery()
    )


SCHOOLS = (
    select(
        School.name,
        _children().label("on_register"),
        _children(has_published_plan(Pupil.id)).label("with_plan"),
        _children(_HAS_READER).label("with_reader"),
    )
    .where(School.trust_id == bindparam("trust_id"))
    .order_by(School.name, School.id)
)


@dataclass(frozen=True, slots=True)
class SchoolFigures:
    """One school's numbers of children as they may be told."""

    school: str
    on_register: Told
    with_plan: Told
    with_reader: Told


def trust_figures(session: PortalSession, trust_id: uuid.UUID) -> list[SchoolFigures]:
    """Needs the portal's own scope, for a trust lead sees no pupil; only numbers leave this function."""
    return [
        SchoolFigures(
            row.name,
            told(row.on_register),
            told(row.with_plan, row.on_register),
            told(row.with_reader, row.on_register),
        )
        for row in session.execute(SCHOOLS, {"trust_id": trust_id})
    ]
