"""Earlier versions of a plan are kept: a family can read each of them as it was."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, bindparam, or_, select, true

from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.people.models import Pupil, School
from portal.profiles.models import Plan, PlanKind, PlanVersion
from portal.profiles.queries_family import ChildPage, child_statement, whole_version
from portal.profiles.rules import VersionState

IS_EARLIER = or_(
    PlanVersion.state == VersionState.EARLIER,
    and_(PlanVersion.state == VersionState.PUBLISHED, Plan.closed_on.is_not(None)),
)
VERSIONS = (
    select(
        Pupil.forename,
        Pupil.known_as,
        School.name.label("school"),
        School.theme,
        PlanVersion.id.label("version_id"),
        PlanVersion.published_at,
        PlanKind.label,
        PlanKind.labels,
    )
    .select_from(Pupil)
    .join(School, School.id == Pupil.school_id)
    .outerjoin(Plan, Plan.pupil_id == Pupil.id)
    .outerjoin(PlanKind, PlanKind.id == Plan.kind_id)
    .outerjoin(PlanVersion, and_(PlanVersion.plan_id == Plan.id, PlanVersion.pupil_id == Pupil.id, IS_EARLIER))
    .where(Pupil.id == bindparam("pupil_id"))
    .order_by(PlanVersion.published_at.desc(), PlanVersion.id)
)
ONE = child_statement(true(), and_(PlanVersion.id == bindparam("version_id"), IS_EARLIER)).where(
    PlanVersion.id.is_not(None)
)


@dataclass(frozen=True, slots=True)
class EarlierVersion:
    """One line of the list: what it was called and when families got it."""

    version_id: uuid.UUID
    label: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class EarlierList:
    """All earlier versions of one child's plans, newest first."""

    pupil_id: uuid.UUID
    child: str
    school_name: str
    theme: str
    versions: tuple[EarlierVersion, ...]


def earlier_list(session: PortalSession, *, pupil_id: uuid.UUID, language: str) -> EarlierList:
    """Raises NotFound for a child outside the session's scope."""
    rows = session.execute(VERSIONS, {"pupil_id": pupil_id}).all()
    if not rows:
        raise NotFound
    first = rows[0]
    versions = (
        EarlierVersion(row.version_id, row.labels.get(language) or row.label, row.published_at)
        for row in rows
        if row.version_id
    )
    return EarlierList(pupil_id, first.known_as or first.forename, first.school, first.theme, tuple(versions))


def earlier_page(
    session: PortalSession, *, viewer: Actor, pupil_id: uuid.UUID, version_id: uuid.UUID, language: str, today: date
) -> ChildPage:
    """One earlier version as it was. Raises NotFound for one that is not this child's, or is not earlier."""
    return whole_version(
        session, ONE, viewer=viewer, pupil_id=pupil_id, version_id=version_id, language=language, today=today
    )
