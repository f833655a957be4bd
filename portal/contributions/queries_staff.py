"""What a member of staff says for one review: the targets to look at, what is kept so far, what was asked of them; and
the reviews of a child, for whoever works with them."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, or_, select

from portal.contributions.models import AdviceRequest, Contribution, Statement
from portal.contributions.rules import OPEN_FOR_WORDS, How, stamp
from portal.contributions.rules_staff import about_target
from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.people.models import Pupil
from portal.people.rules import Readers
from portal.profiles.models import Outcome, Plan, PlanVersion, Target
from portal.profiles.rules import VersionState
from portal.reviews.models import Review
from portal.reviews.rules import BEFORE_THE_MEETING, ReviewKind, Stage

HEAD = (
    select(
        *(Review.kind, Review.stage, Review.meets_at, Review.school_id, Pupil.forename, Pupil.known_as),
        *(Pupil.class_id, AdviceRequest.due_on),
    )
    .join(Pupil, Pupil.id == Review.pupil_id)
    .outerjoin(
        AdviceRequest, and_(AdviceRequest.review_id == Review.id, AdviceRequest.person_id == bindparam("person_id"))
    )
    .where(Review.id == bindparam("review_id"), Review.pupil_id == bindparam("pupil_id"))
)
TARGETS = (
    select(Target.thread, Target.title, Target.goal, Target.state, PlanVersion.language)
    .join(Outcome, and_(Outcome.id == Target.outcome_id, Outcome.pupil_id == Target.pupil_id))
    .join(PlanVersion, and_(PlanVersion.id == Target.version_id, PlanVersion.pupil_id == Target.pupil_id))
    .join(Plan, and_(Plan.id == PlanVersion.plan_id, Plan.pupil_id == PlanVersion.pupil_id))
    .where(
        Target.pupil_id == bindparam("pupil_id"),
        PlanVersion.state == VersionState.PUBLISHED,
        Plan.closed_on.is_(None),
    )
    .order_by(PlanVersion.published_at, PlanVersion.id, Outcome.position, Target.position)
)
MINE = (
    select(
        *(Statement.id, Statement.question, Statement.number, Statement.version, Statement.text, Statement.picks),
        *(Statement.readers, Statement.sent_at, Statement.current, Statement.late),
    )
    .join(Contribution, and_(Contribution.id == Statement.contribution_id, Contribution.pupil_id == Statement.pupil_id))
    .where(
        Statement.pupil_id == bindparam("pupil_id"),
        Statement.review_id == bindparam("review_id"),
        Statement.author_id == bindparam("person_id"),
        Contribution.how == How.SELF,
        or_(Statement.current, Statement.sent_at.is_(None)),
    )
    .order_by(Statement.question, Statement.number)
)
REVIEWS = (
    select(
        *(Review.id, Review.kind, Review.stage, Review.meets_at, Review.held_at, Pupil.school_id),
        *(Pupil.forename, Pupil.surname, Pupil.known_as),
    )
    .select_from(Pupil)
    .outerjoin(Review, and_(Review.pupil_id == Pupil.id, Review.stage.not_in((Stage.PLANNED, Stage.CANCELLED))))
    .where(Pupil.id == bindparam("pupil_id"))
    .order_by(Review.made_at.desc(), Review.id)
)


@dataclass(frozen=True, slots=True)
class TargetToJudge:
    """One target of the published plan."""

    thread: uuid.UUID
    title: str
    goal: str
    state: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The newest version of one answer of the viewer's; `version` goes back with the next."""

    text: str
    picks: Mapping[str, str]
    readers: Readers
    version: int
    sent_at: datetime | None
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffView:
    """The page on which a member of staff says how things stand. `advice_due` only for whoever was asked."""

    pupil_id: uuid.UUID
    review_id: uuid.UUID
    school_id: uuid.UUID
    child: str
    kind: ReviewKind
    is_open: bool
    is_over: bool
    advice_due: date | None
    targets: tuple[TargetToJudge, ...]
    kept: Mapping[str, Kept]
    sent_at: datetime | None
    has_drafts: bool


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One review of a child that the family knows of."""

    review_id: uuid.UUID
    kind: ReviewKind
    stage: Stage
    meets_at: datetime | None
    held_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReviewsPage:
    """The reviews of one child, the newest first."""

    pupil_id: uuid.UUID
    school_id: uuid.UUID
    child: str
    full_name: str
    reviews: tuple[ReviewLine, ...]


def staff_view(
    session: PortalSession, *, viewer: Actor, pupil_id: uuid.UUID, review_id: uuid.UUID, now: datetime
) -> StaffView:
    """Three statements. Raises NotFound outside the scope and before the family is invited."""
    asked = {"pupil_id": pupil_id, "review_id": review_id, "person_id": viewer.person_id}
    head = _head(session, asked)
    rows = session.execute(MINE, asked).all()
    kept = {row.question: _kept(row) for row in rows}  # a draft comes after what was sent
    return StaffView(
        pupil_id=pupil_id,
        review_id=review_id,
        school_id=head.school_id,
        child=head.known_as or head.forename,
        kind=head.kind,
        is_open=head.stage in OPEN_FOR_WORDS,
        is_over=head.stage not in BEFORE_THE_MEETING or (head.meets_at is not None and head.meets_at <= now),
        advice_due=head.due_on,
        targets=tuple(TargetToJudge(*row) for row in session.execute(TARGETS, asked)),
        kept=kept,
        sent_at=max((row.sent_at for row in rows if row.sent_at), default=None),
        has_drafts=any(one.sent_at is None for one in kept.values()),
    )


def reviews_page(session: PortalSession, *, pupil_id: uuid.UUID) -> ReviewsPage:
    """One statement. Raises NotFound outside the scope."""
    rows = session.execute(REVIEWS, {"pupil_id": pupil_id}).all()
    if not rows:
        raise NotFound
    name = rows[0].known_as or rows[0].forename
    lines = (ReviewLine(row.id, row.kind, row.stage, row.meets_at, row.held_at) for row in rows if row.id)
    return ReviewsPage(pupil_id, rows[0].school_id, name, f"{name} {rows[0].surname}", tuple(lines))


def _head(session: PortalSession, asked: Mapping[str, Any]) -> Any:
    head = session.execute(HEAD, asked).first()
    if head is None or head.stage in (Stage.PLANNED, Stage.CANCELLED):
        raise NotFound
    return head


def _kept(row: Any) -> Kept:
    return Kept(
        text=row.text,
        picks=row.picks,
        readers=Readers(row.readers),
        version=stamp(row.number, row.version),
        sent_at=row.sent_at,
        late=row.late,
    )


def questions_of(view: StaffView) -> dict[str, TargetToJudge]:
    """The questions about the targets, in the order of the plan."""
    return {about_target(target.thread): target for target in view.targets}
