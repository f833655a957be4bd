"""The rows behind what somebody says for a review. Every write begins with the review, locked: two devices of one
person then come one after the other."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import and_, select

from portal.contributions.models import Contribution, Statement
from portal.contributions.rules import How, OnlyReads
from portal.kernel import audit
from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.people.models import PupilContact
from portal.people.rules import Audience, PortalAccess, Readers, Side
from portal.reviews.models import Review
from portal.reviews.rules import Stage


def held_review(session: PortalSession, *, actor: Actor, pupil_id: uuid.UUID, review_id: uuid.UUID) -> Review:
    """The review, locked until the transaction ends, if the actor may write about it. Raises NotFound, OnlyReads."""
    link = and_(PupilContact.pupil_id == Review.pupil_id, PupilContact.adult_id == actor.person_id)
    found = (
        select(Review, PupilContact.access)
        .outerjoin(PupilContact, link)
        .where(Review.id == review_id, Review.pupil_id == pupil_id)
        .with_for_update(key_share=True, of=Review)
        .execution_options(populate_existing=True)
    )
    row = session.execute(found).first()
    if row is None or row.Review.stage == Stage.PLANNED:
        raise NotFound
    if actor.audience == Audience.FAMILY and row.access != PortalAccess.CONTRIBUTE:
        raise OnlyReads
    review: Review = row.Review
    return review


def new_contribution(
    review: Review, *, written_by: uuid.UUID, author_id: uuid.UUID, side: Side, how: How, now: datetime
) -> Contribution:
    """The row that holds answers together, before anything is said."""
    return Contribution(
        id=uuid.uuid4(),
        school_id=review.school_id,
        pupil_id=review.pupil_id,
        review_id=review.id,
        author_id=author_id,
        written_by=written_by,
        side=side,
        readers=Readers.TEACHERS,
        how=how,
        started_at=now,
    )


def all_said(
    session: PortalSession, review_id: uuid.UUID, author_id: uuid.UUID
) -> tuple[list[Contribution], list[tuple[Statement, Contribution]]]:
    """In which ways one person spoke for a review or others typed for them, and every version that was said, oldest
    first, as far as the session reads; one statement."""
    rows = session.execute(
        select(Contribution, Statement)
        .outerjoin(Statement, Statement.contribution_id == Contribution.id)
        .where(Contribution.review_id == review_id, Contribution.author_id == author_id)
        .order_by(Statement.question, Statement.number, Statement.id, Contribution.id)
    ).all()
    ways = {row.Contribution.id: row.Contribution for row in rows}
    return list(ways.values()), [(row.Statement, row.Contribution) for row in rows if row.Statement]


def own_way(ways: Iterable[Contribution], *, written_by: uuid.UUID, how: How) -> Contribution | None:
    """What was said in one way, typed by one hand."""
    return next((its for its in ways if (its.written_by, its.how) == (written_by, how)), None)


def note(
    session: PortalSession,
    what: str,
    review: Review,
    *,
    actor: Actor,
    subject_id: uuid.UUID,
    now: datetime,
    **facts: str | int | bool,
) -> None:
    """Writes down what was done, and never the words."""
    audit.record(
        session,
        what,
        now=now,
        actor_id=actor.person_id,
        school_id=review.school_id,
        subject_id=subject_id,
        pupil_id=review.pupil_id,
        **facts,
    )
