"""What waits on the front page of staff because somebody said something, counted in one statement."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Uuid, bindparam, func, select

from portal.contributions.models import Disclosure, WantedCall
from portal.contributions.models_standing import DisclosureStanding
from portal.contributions.queries_unopened import CAN_BE_OPENED, who_asks
from portal.contributions.rules_tell import LEADS
from portal.kernel.scope import PortalSession
from portal.meetings.queries_may_come import may_come
from portal.people.actor import Actor
from portal.people.models import Person, Pupil
from portal.people.rules import Role
from portal.reviews.models import Review
from portal.reviews.rules import Stage

ME = bindparam("me", type_=Uuid())


def _number(entity: Any) -> Any:
    return select(func.count()).select_from(entity)


def _children(entity: Any) -> Any:
    return select(func.count(entity.pupil_id.distinct())).select_from(entity)


ATTENTION = (
    select(
        _children(Disclosure)
        .where(Disclosure.one_adult_id == ME, Disclosure.done_at.is_(None))
        .scalar_subquery()
        .label("told"),
        _children(DisclosureStanding).where(*CAN_BE_OPENED).scalar_subquery().label("unopened"),
        _number(WantedCall)
        .join(Review, Review.id == WantedCall.review_id)
        .join(Pupil, Pupil.id == WantedCall.pupil_id)
        .where(
            WantedCall.called_at.is_(None),
            Review.stage.not_in((Stage.CLOSED, Stage.CANCELLED)),
            may_come(WantedCall, bindparam("today")),
        )
        .scalar_subquery()
        .label("calls"),
    )
    .select_from(Person)
    .where(Person.id == ME)
)


@dataclass(frozen=True, slots=True)
class Attention:
    """How many children told the viewer what is not dealt with, and how many told others, who have not opened it; how
    many parents would rather talk than type."""

    told: int
    unopened: int
    calls: int


def attention(session: PortalSession, *, viewer: Actor, today: date) -> Attention:
    """What the viewer can do something about."""
    row = session.execute(ATTENTION, {**who_asks(viewer), "today": today}).one()
    rings = viewer.has(Role.SENDCO, Role.OFFICE)
    return Attention(row.told, row.unopened if viewer.has(*LEADS) else 0, row.calls if rings else 0)
