"""The rows behind what somebody says for a review. Every write begins with the review, locked: two devices of one
person then come one after the other."""

import uuid
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


def contribution_of(
    session: PortalSession, *, review_id: uuid.UUID, author_id: uuid.UUID, written_by: uuid.UUID, how: How
) -> Contribution | None:
    """What one person says for a review in one way, typed by one hand."""
    return session.scalars(
        select(Contribution).where(
            Contribution.review_id == review_id,
            Contribution.author_id == author_id,
            Contribution.written_by == written_by,
            Contribution.how == how,
        )
    ).first()


def new_contribution(
    review: Review, *, written_by: uuid.UUID, author_id: uuid.UUID, side: Side, how: How, now: datetime
) -> Contribution:
    """The row that holds answers together, before anything is said."""
    return Contribution(
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


def versions_of(session: PortalSession, contribution: Contribution) -> list[Statement]:
    """Every version of every answer, oldest first."""
    found = select(Statement).where(Statement.contribution_id == contribution.id)
    return list(session.scalars(found.order_by(Statement.question, Statement.number, Statement.id)))


def all_of(session: PortalSession, review_id: uuid.UUID, author_id: uuid.UUID) -> list[tuple[Statement, Contribution]]:
    """Every version that one person said for a review, or that was typed for them, as far as the session reads."""
    rows = session.execute(
        select(Statement, Contribution)
        .join(Contribution, Contribution.id == Statement.contribution_id)
        .where(Statement.review_id == review_id, Statement.author_id == author_id)
        .order_by(Statement.question, Statement.number, Statement.id)
    )
    return [(statement, contribution) for statement, contribution in rows]


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
