"""What waits for the SENDCO on the front page about meetings with families, counted in one statement."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Uuid, bindparam, func, or_, select

from portal.kernel.db import UtcDateTime
from portal.kernel.scope import PortalSession
from portal.meetings.models import Booking, Invitation, Meeting
from portal.meetings.rules import Answer
from portal.meetings.rules_board import NEAR_CLOSING, RECORD_WITHIN
from portal.people.actor import Actor
from portal.people.models import School
from portal.reviews.models import Review, ReviewRound
from portal.reviews.rules import BEFORE_THE_MEETING, Ask, ReviewKind, RoundState, Stage

SCHOOL_ID, NOW = bindparam("school_id", type_=Uuid()), bindparam("now", type_=UtcDateTime())


def _number(entity: Any, *where: Any) -> Any:
    return select(func.count()).select_from(entity).where(*where).scalar_subquery()


def _of_review(pupil_id: Any, review_id: Any, *where: Any) -> Any:
    return select(Review.id).where(Review.pupil_id == pupil_id, Review.id == review_id, *where).exists()


_MEETING_OVER = (
    select(Booking.id)
    .join(Meeting, Meeting.id == Booking.meeting_id)
    .where(Booking.review_id == Review.id, Booking.cancelled_at.is_(None), Meeting.ends_at < NOW)
    .exists()
)
_CLOSES_SOON = (
    select(ReviewRound.id)
    .where(
        ReviewRound.id == Review.round_id,
        ReviewRound.state == RoundState.OPEN,
        ReviewRound.booking_closes_at < bindparam("soon"),
    )
    .exists()
)
ATTENTION = (
    select(
        _number(
            Invitation,
            Invitation.school_id == SCHOOL_ID,
            Invitation.answer.in_([Answer.CALL_ME, Answer.NO_TIME_SUITS]),
            Invitation.dealt_with_at.is_(None),
            _of_review(Invitation.pupil_id, Invitation.review_id, Review.stage.in_(sorted(BEFORE_THE_MEETING))),
        ).label("calls"),
        _number(
            Review,
            Review.school_id == SCHOOL_ID,
            Review.stage == Stage.INVITED,
            Review.ask != Ask.NO_NEED,
            _CLOSES_SOON,
        ).label("not_booked"),
        _number(
            Review,
            Review.school_id == SCHOOL_ID,
            Review.kind != ReviewKind.ANNUAL,  # these have a clock of their own
            or_(
                (Review.stage == Stage.BOOKED) & _MEETING_OVER,
                (Review.stage == Stage.HELD) & (Review.held_at < bindparam("held_before")),
            ),
        ).label("without_record"),
        _number(
            Review,
            Review.school_id == SCHOOL_ID,
            Review.stage == Stage.PLANNED,
            select(ReviewRound.id)
            .where(ReviewRound.id == Review.round_id, ReviewRound.state == RoundState.OPEN)
            .exists(),
        ).label("not_invited"),
        select(ReviewRound.id)
        .where(ReviewRound.school_id == SCHOOL_ID, ReviewRound.state == RoundState.OPEN)
        .order_by(ReviewRound.booking_closes_at, ReviewRound.id)
        .limit(1)
        .scalar_subquery()
        .label("open_round_id"),
    )
    .select_from(School)
    .where(School.id == SCHOOL_ID)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingAttention:
    """Families who ask for a call or for whom no time suits; children whose family has no time in the last week of
    choosing; reviews whose day is over and that have no record; children added to an open round and not invited. The
    round to look at is the open one that closes first."""

    calls: int
    not_booked: int
    without_record: int
    not_invited: int
    open_round_id: uuid.UUID | None


def meeting_attention(session: PortalSession, *, viewer: Actor, now: datetime) -> MeetingAttention:
    """What waits in the viewer's school, in one statement."""
    asked = {
        "school_id": viewer.school_id,
        "now": now,
        "soon": now + NEAR_CLOSING,
        "held_before": now - RECORD_WITHIN,
    }
    return MeetingAttention(**session.execute(ATTENTION, asked).one()._asdict())
