"""One review takes one step; what was done, on which day and why stays written down."""

from collections.abc import Iterable
from datetime import date, datetime

from portal.kernel.clock import LONDON
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.reviews.models import Review, ReviewStep
from portal.reviews.rules import Stage, check_step

DATED = {
    Stage.INVITED: "invited_at",
    Stage.BOOKED: "booked_at",
    Stage.HELD: "held_at",
    Stage.RECORD_SHARED: "record_shared_at",
    Stage.REPORT_SENT: "record_shared_at",
    Stage.CLOSED: "closed_at",
}


def take_step(
    session: PortalSession,
    review: Review,
    stage: Stage,
    *,
    actor: Actor,
    now: datetime,
    on_day: date | None = None,
    reason: str = "",
) -> None:
    """Brings the review to a stage; to the stage where it stands already is no step. Raises Conflict out of order."""
    take_steps(session, [review], stage, actor=actor, now=now, on_day=on_day, reason=reason)


def take_steps(
    session: PortalSession,
    reviews: Iterable[Review],
    stage: Stage,
    *,
    actor: Actor,
    now: datetime,
    on_day: date | None = None,
    reason: str = "",
) -> None:
    """The same step for many reviews, written together."""
    for review in reviews:
        if review.stage == stage:
            continue
        check_step(review.kind, review.stage, stage)
        review.stage = stage
        if stage in DATED:
            setattr(review, DATED[stage], now)
        if stage == Stage.CANCELLED:
            review.cancel_reason = reason
        session.add(
            ReviewStep(
                school_id=review.school_id,
                pupil_id=review.pupil_id,
                review_id=review.id,
                stage=stage,
                on_day=on_day or now.astimezone(LONDON).date(),
                noted_by=actor.person_id,
                noted_at=now,
                reason=reason,
            )
        )
