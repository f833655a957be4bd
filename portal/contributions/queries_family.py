"""What a parent has said for one review, and what they need to know before they say more."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, or_, select

from portal.accounts.queries import kept_texts
from portal.contributions.models import Statement, WantedCall
from portal.contributions.queries_own import OwnViews, own_answers
from portal.contributions.rules import OPEN_FOR_WORDS
from portal.kernel.scope import PortalSession
from portal.meetings.queries_standing import MyReview, my_review
from portal.people.actor import Actor
from portal.reviews.rules import BEFORE_THE_MEETING

CALL = select(WantedCall.words, WantedCall.wanted_at, WantedCall.called_at).where(
    WantedCall.review_id == bindparam("review"), WantedCall.adult_id == bindparam("who")
)


SAID = select(func.count(Statement.id).label("said"), func.max(Statement.sent_at).label("sent_at")).where(
    Statement.review_id == bindparam("review"),
    Statement.author_id == bindparam("who"),
    Statement.text != "",
    or_(Statement.current, Statement.sent_at.is_(None)),
)


@dataclass(frozen=True, slots=True)
class SaidSoFar:
    """Whether the reader has said anything for a review, and when they last sent it."""

    has_begun: bool
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class CallWish:
    """That the reader wants to be rung up, and whether school did."""

    words: str
    wanted_at: datetime
    called_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyViews:
    """One review and one parent. `open` says that words are still taken, `late` that they would be marked so."""

    review: MyReview
    own: OwnViews
    call: CallWish | None
    open: bool
    late: bool

    @property
    def may_write(self) -> bool:
        """Whether this reader may say something now."""
        return self.open and self.review.may_book


def family_views(
    session: PortalSession, *, viewer: Actor, pupil_id: uuid.UUID, review_id: uuid.UUID, now: datetime
) -> FamilyViews:
    """Five statements. Raises NotFound outside the scope and before school has invited."""
    review = my_review(session, viewer=viewer, pupil_id=pupil_id, review_id=review_id, now=now)
    call = session.execute(CALL, {"review": review_id, "who": viewer.person_id}).first()
    begun = review.round_id is None and review.time is not None and now >= review.time.starts_at
    return FamilyViews(
        review=review,
        own=own_answers(session, review_id=review_id, author_id=viewer.person_id),
        call=CallWish(*call) if call else None,
        open=review.stage in OPEN_FOR_WORDS,
        late=begun or review.stage not in BEFORE_THE_MEETING,
    )


def said_so_far(session: PortalSession, *, viewer: Actor, review_id: uuid.UUID) -> SaidSoFar:
    """One statement."""
    row = session.execute(SAID, {"review": review_id, "who": viewer.person_id}).one()
    return SaidSoFar(row.said > 0, row.sent_at)


def rescued(session: PortalSession, *, person_id: uuid.UUID, path: str, since: datetime) -> str:
    """What the person was typing at this address when their sitting ended, if nothing newer is kept; one statement."""
    pages = kept_texts(session, person_id=person_id, not_before=since)
    return next((page.words[0] for page in pages if page.path == path and page.words), "")
