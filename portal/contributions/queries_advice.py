"""Advice before an annual review: whom the SENDCO can ask, who was asked, by when, and what has come (reg 20(4))."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, or_, select

from portal.contributions.models import AdviceRequest, Statement
from portal.contributions.queries_tell import WORKS_TODAY
from portal.contributions.rules import ADVICE
from portal.contributions.rules_staff import MAY_ADVISE, is_advice_late
from portal.kernel.clock import LONDON
from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.meetings.rules_annual import OVER
from portal.people.actor import Actor
from portal.people.models import Person, Pupil, StaffRole
from portal.people.rules import Role
from portal.reviews.models import Review
from portal.reviews.rules import BEFORE_THE_MEETING, ReviewKind, Stage

REVIEW = (
    select(
        *(Review.id, Review.stage, Review.meets_at, Review.school_id, Pupil.forename, Pupil.known_as, Pupil.class_id)
    )
    .join(Pupil, Pupil.id == Review.pupil_id)
    .where(Review.pupil_id == bindparam("pupil_id"), Review.kind == ReviewKind.ANNUAL, Review.stage.not_in(OVER))
    .order_by(Review.made_at.desc(), Review.id)
    .limit(1)
)
ADVISERS = (
    select(Person.id, Person.full_name, Person.known_as, StaffRole.role, AdviceRequest.due_on)
    .join(StaffRole, StaffRole.person_id == Person.id)
    .outerjoin(
        AdviceRequest, and_(AdviceRequest.person_id == Person.id, AdviceRequest.review_id == bindparam("review_id"))
    )
    .where(
        StaffRole.school_id == bindparam("school_id"),
        StaffRole.role.in_(MAY_ADVISE),
        or_(StaffRole.class_id.is_(None), StaffRole.class_id == bindparam("class_id")),
        WORKS_TODAY,
    )
    .order_by(Person.full_name, Person.id, StaffRole.role)
)
# the advice that is still to come, of everybody who was asked for it
ADVICE_ASKED = (
    select(
        *(AdviceRequest.pupil_id, AdviceRequest.review_id, AdviceRequest.due_on, Statement.sent_at),
        *(Pupil.forename, Pupil.known_as.label("child_known_as"), Person.full_name, Person.known_as),
    )
    .join(Review, and_(Review.id == AdviceRequest.review_id, Review.pupil_id == AdviceRequest.pupil_id))
    .join(Pupil, Pupil.id == AdviceRequest.pupil_id)
    .join(Person, Person.id == AdviceRequest.person_id)
    .outerjoin(
        Statement,
        and_(
            Statement.review_id == AdviceRequest.review_id,
            Statement.author_id == AdviceRequest.person_id,
            Statement.question == ADVICE.key,
            Statement.current,
            Statement.sent_at.is_not(None),
        ),
    )
    .order_by(AdviceRequest.due_on, Person.full_name, AdviceRequest.id)
)
ASKED_OF_ME = ADVICE_ASKED.where(
    AdviceRequest.person_id == bindparam("me"), Review.stage.in_(sorted(BEFORE_THE_MEETING)), Statement.id.is_(None)
)
ASKED_FOR_IT = ADVICE_ASKED.where(
    AdviceRequest.review_id == bindparam("review_id"), AdviceRequest.pupil_id == bindparam("pupil_id")
)


@dataclass(frozen=True, slots=True)
class Adviser:
    """Somebody at school who can be asked; `due_on` when they are."""

    person_id: uuid.UUID
    name: str
    role: Role
    due_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedAdvice:
    """Advice that was asked of somebody: about which child, by when, and when it came."""

    pupil_id: uuid.UUID
    review_id: uuid.UUID
    child: str
    name: str
    due_on: date
    sent_at: datetime | None

    @property
    def is_late(self) -> bool:
        """Whether it came after its day."""
        return self.sent_at is not None and is_advice_late(ADVICE.key, self.due_on, self.sent_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvicePage:
    """Whom the SENDCO can ask for advice before an annual review."""

    pupil_id: uuid.UUID
    review_id: uuid.UUID
    school_id: uuid.UUID
    child: str
    stage: Stage
    meets_on: date | None
    advisers: tuple[Adviser, ...]

    @property
    def due_on(self) -> date | None:
        """The day for which advice was asked so far."""
        return next((one.due_on for one in self.advisers if one.due_on), None)

    @property
    def is_open(self) -> bool:
        """Whether advice can still be asked for."""
        return self.stage in BEFORE_THE_MEETING and self.meets_on is not None


def advice_page(session: PortalSession, *, pupil_id: uuid.UUID, today: date) -> AdvicePage:
    """Two statements. Raises NotFound outside the scope, and while no annual review is under way."""
    head = session.execute(REVIEW, {"pupil_id": pupil_id}).first()
    if head is None:
        raise NotFound
    asked = {"school_id": head.school_id, "class_id": head.class_id, "review_id": head.id, "today": today}
    advisers: dict[uuid.UUID, Adviser] = {}
    for row in session.execute(ADVISERS, asked):
        advisers.setdefault(row.id, Adviser(row.id, row.known_as or row.full_name, row.role, row.due_on))
    return AdvicePage(
        pupil_id=pupil_id,
        review_id=head.id,
        school_id=head.school_id,
        child=head.known_as or head.forename,
        stage=head.stage,
        meets_on=head.meets_at.astimezone(LONDON).date() if head.meets_at else None,
        advisers=tuple(advisers.values()),
    )


def asked_of(session: PortalSession, *, viewer: Actor) -> tuple[AskedAdvice, ...]:
    """The advice that the viewer still owes, the next day first; one statement."""
    return tuple(_asked(row) for row in session.execute(ASKED_OF_ME, {"me": viewer.person_id}))


def advice_asked(session: PortalSession, *, pupil_id: uuid.UUID, review_id: uuid.UUID) -> tuple[AskedAdvice, ...]:
    """All advice that was asked for one review; one statement."""
    asked = {"pupil_id": pupil_id, "review_id": review_id}
    return tuple(_asked(row) for row in session.execute(ASKED_FOR_IT, asked))


def _asked(row: Any) -> AskedAdvice:
    return AskedAdvice(
        pupil_id=row.pupil_id,
        review_id=row.review_id,
        child=row.child_known_as or row.forename,
        name=row.known_as or row.full_name,
        due_on=row.due_on,
        sent_at=row.sent_at,
    )
