"""What may help one child, with the reason in words. Read within the scope of whoever reads the child's plan; nothing
of it goes into an address, a log or another person's page."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, exists, false, func, not_, or_, select, union

from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.local_offer.models import Service, ServicePlace, ServiceWord
from portal.local_offer.queries_search import SHOWN, ServiceLine, lines_of
from portal.local_offer.rules import Point, age_on, areas_of, conditions, old_before
from portal.people.models import Pupil, School
from portal.profiles.models import Outcome, PlanVersion
from portal.profiles.models_register import SenNeed
from portal.profiles.rules import VersionState

MOST = 12


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One service, with the areas of the child's plan that it is for."""

    service: ServiceLine
    areas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SuggestionsPage:
    """What may help this child."""

    pupil_id: uuid.UUID
    school_id: uuid.UUID
    name: str
    school_name: str
    theme: str
    suggestions: tuple[Suggestion, ...]


CHILD = (
    select(
        Pupil.known_as,
        Pupil.forename,
        Pupil.born_on,
        Pupil.school_id,
        School.name.label("school"),
        School.theme,
        School.latitude,
        School.longitude,
    )
    .join(School, School.id == Pupil.school_id)
    .where(Pupil.id == bindparam("pupil_id"))
)
# the child's needs, and the areas that the published plan names
NEEDS = union(
    select(SenNeed.need_type).where(SenNeed.pupil_id == bindparam("pupil_id"), SenNeed.ends_on.is_(None)),
    select(Outcome.area)
    .join(PlanVersion, and_(PlanVersion.id == Outcome.version_id, PlanVersion.pupil_id == Outcome.pupil_id))
    .where(Outcome.pupil_id == bindparam("pupil_id"), PlanVersion.state == VersionState.PUBLISHED),
)


def suggestions(session: PortalSession, *, pupil_id: uuid.UUID, today: date) -> SuggestionsPage:
    """A handful of services for this child's needs and age, those near school first. Raises NotFound."""
    child = session.execute(CHILD, {"pupil_id": pupil_id}).first()
    if child is None:
        raise NotFound
    needs = session.scalars(NEEDS, {"pupil_id": pupil_id}).all()
    areas = areas_of(needs)
    here = Point(child.latitude, child.longitude) if child.latitude is not None else None
    ids = _fitting(session, needs, age_on(child.born_on, today), here, today) if areas else []
    lines = lines_of(session, ids, near=here, today=today)
    found = tuple(Suggestion(line, tuple(area for area in areas if area in line.areas)) for line in lines)
    name = child.known_as or child.forename
    return SuggestionsPage(pupil_id, child.school_id, name, child.school, child.theme, found)


def _named(words: list[str]) -> ColumnElement[bool]:
    """That one of the words stands in the name of a service."""
    its = (ServiceWord.service_id == Service.id, ServiceWord.in_name, ServiceWord.word.in_(words))
    return exists().where(*its)


def _fitting(
    session: PortalSession, needs: Sequence[str], age: int, here: Point | None, today: date
) -> list[uuid.UUID]:
    nearest: Any = None
    if here is not None:
        north, east = ServicePlace.latitude - here.latitude, ServicePlace.longitude - here.longitude
        far = func.min(north * north + east * east * here.east_scale**2)
        nearest = select(far).where(ServicePlace.service_id == Service.id).correlate(Service).scalar_subquery()
    matches = [Service.areas.like(f"%{area}%") for area in areas_of(needs)]
    own, others = conditions(needs)
    order = [
        case((Service.fresh_on < old_before(today), 1), else_=0),
        case((or_(Service.minimum_age.is_not(None), Service.maximum_age.is_not(None)), 0), else_=1),
        *([nearest.is_(None), nearest] if nearest is not None else []),
    ]
    return list(
        session.scalars(
            select(Service.id)
            .where(
                *SHOWN,
                or_(false(), *matches),
                or_(_named(own), not_(_named(others))),
                or_(Service.minimum_age.is_(None), Service.minimum_age <= age),
                or_(Service.maximum_age.is_(None), Service.maximum_age >= age),
            )
            .order_by(*order, Service.sort_name, Service.id)
            .limit(MOST)
        )
    )
