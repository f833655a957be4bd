"""What somebody has said for a review so far, on the desk while more is said: read once, written once."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from portal.contributions.actions_rows import all_said, held_review
from portal.contributions.models import Contribution, Statement
from portal.contributions.rules import is_late, is_nothing_new
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.reviews.models import Review


@dataclass(slots=True)
class Desk:
    """What one person said for one review so far, the review locked; `fresh` is not in the database yet."""

    actor: Actor
    review: Review
    author_id: uuid.UUID
    now: datetime
    late: bool
    ways: list[Contribution]
    rows: list[tuple[Statement, Contribution]]
    fresh: list[Statement] = field(default_factory=list)

    def drafts(self) -> list[tuple[Statement, Contribution]]:
        """What the actor wrote and readers would learn from."""
        counts = {(its.id, row.question): row for row, its in self.rows if row.sent_at and row.current}
        mine = [(row, its) for row, its in self.rows if row.sent_at is None and row.written_by == self.actor.person_id]
        return [(row, its) for row, its in mine if not is_nothing_new(row, counts.get((its.id, row.question)))]

    def store(self, session: PortalSession) -> None:
        """Writes down what is fresh, the ways in which it was said before what was said."""
        for rows in (self.ways, self.fresh):
            session.add_all(rows)
            session.flush()

    def drop(self, session: PortalSession, draft: Statement) -> None:
        """The draft is gone."""
        if draft in self.fresh:
            self.fresh.remove(draft)
        else:
            session.delete(draft)


def desk_of(
    session: PortalSession,
    actor: Actor,
    pupil_id: uuid.UUID,
    review_id: uuid.UUID,
    author_id: uuid.UUID,
    now: datetime,
) -> Desk:
    """The review, locked, with all that was said. Raises NotFound, OnlyReads, ReviewClosed."""
    review = held_review(session, actor=actor, pupil_id=pupil_id, review_id=review_id)
    late = is_late(review.stage, review.meets_at, now)
    return Desk(actor, review, author_id, now, late, *all_said(session, review_id, author_id))
