"""The next step about each child's meeting, for the front page of a family or a young person."""

import enum
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, or_, select

from portal.kernel.scope import PortalSession
from portal.meetings.models import Booking, Invitation, Meeting
from portal.meetings.rules import Answer, Mode
from portal.meetings.rules_family import HELD_IS_NEWS, HIDDEN, Standing, Step, step_of
from portal.people.actor import Actor
from portal.people.models import Pupil, PupilContact
from portal.people.rules import Audience, PortalAccess
from portal.reviews.models import Review, ReviewRound
from portal.reviews.rules import BEFORE_THE_MEETING, Ask


class NextKind(enum.StrEnum):
    """What a front page says about a meeting."""

    BOOKED = "booked"
    CHOOSE = "choose"
    ASKED = "asked"
    HELD = "held"


KIND_OF = {
    Step.BOOKED: NextKind.BOOKED,
    Step.ANSWERED: NextKind.BOOKED,
    Step.DATED: NextKind.CHOOSE,
    Step.CHOOSE: NextKind.CHOOSE,
    Step.CLOSED: NextKind.CHOOSE,
    Step.ASKED: NextKind.ASKED,
    Step.HELD: NextKind.HELD,
}
FIRST = tuple(NextKind)
NEXT = (
    select(
        *(Review.id, Review.pupil_id, Review.stage, Review.ask, Review.held_at, Review.meets_at),
        *(Review.meets_minutes, ReviewRound.state, ReviewRound.booking_opens_at, ReviewRound.booking_closes_at),
        *(Invitation.answer, Booking.id.label("booking_id"), Meeting.starts_at, Meeting.ends_at, Meeting.mode),
        PupilContact.access,
    )
    .join(Pupil, Pupil.id == Review.pupil_id)
    .join(Invitation, and_(Invitation.review_id == Review.id, Invitation.adult_id == bindparam("me")))
    .outerjoin(ReviewRound, ReviewRound.id == Review.round_id)
    .outerjoin(Booking, and_(Booking.invitation_id == Invitation.id, Booking.cancelled_at.is_(None)))
    .outerjoin(Meeting, Meeting.id == Booking.meeting_id)
    .outerjoin(PupilContact, and_(PupilContact.pupil_id == Review.pupil_id, PupilContact.adult_id == bindparam("me")))
    .where(or_(Review.stage.in_(BEFORE_THE_MEETING - HIDDEN), Review.held_at >= bindparam("since")))
    .order_by(Review.pupil_id, Review.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NextMeeting:
    """The next step about one child's meeting. `choose` is also said when school set the day and waits for an answer
    (then `starts_at` is that day), and when choosing online has ended (`is_closed`)."""

    pupil_id: uuid.UUID
    review_id: uuid.UUID
    kind: NextKind
    starts_at: datetime | None
    mode: Mode | None
    held_at: datetime | None
    closes_at: datetime | None
    is_closed: bool
    ask: Ask

    @property
    def awaits_a_choice(self) -> bool:
        """Whether there are times to choose from, and none is chosen."""
        return self.kind == NextKind.CHOOSE and self.starts_at is None and not self.is_closed


def next_meetings(session: PortalSession, *, viewer: Actor, now: datetime) -> dict[uuid.UUID, NextMeeting]:
    """By child, for each about whose meeting there is something to say; one statement."""
    found: dict[uuid.UUID, NextMeeting] = {}
    for row in session.execute(NEXT, {"me": viewer.person_id, "since": now - HELD_IS_NEWS}):
        one = _next(row, viewer, now)
        if one is not None and (row.pupil_id not in found or _before(one, found[row.pupil_id], now)):
            found[row.pupil_id] = one
    return found


def _next(row: Any, viewer: Actor, now: datetime) -> NextMeeting | None:
    starts_at, ends_at = row.starts_at, row.ends_at
    if row.booking_id is None and row.state is None and row.meets_at is not None:
        starts_at, ends_at = row.meets_at, row.meets_at + timedelta(minutes=row.meets_minutes)
    standing = Standing(
        stage=row.stage,
        ends_at=ends_at,
        has_booking=row.booking_id is not None,
        may_book=viewer.audience == Audience.PUPIL or row.access == PortalAccess.CONTRIBUTE,
        answer=row.answer,
        round_state=row.state,
        opens_at=row.booking_opens_at,
        closes_at=row.booking_closes_at,
    )
    step = step_of(standing, now)
    kind = KIND_OF.get(step)
    if kind is None or (step == Step.ANSWERED and row.answer != Answer.COMING):
        return None
    return NextMeeting(
        pupil_id=row.pupil_id,
        review_id=row.id,
        kind=kind,
        starts_at=starts_at,
        mode=row.mode,
        held_at=row.held_at,
        closes_at=row.booking_closes_at,
        is_closed=step == Step.CLOSED,
        ask=row.ask,
    )


def _before(one: NextMeeting, other: NextMeeting, now: datetime) -> bool:
    """Which of two is said: what must be done soonest comes before what was."""
    return _rank(one, now) < _rank(other, now)


def _rank(one: NextMeeting, now: datetime) -> tuple[int, float]:
    moment = one.starts_at or one.closes_at or one.held_at or now
    return FIRST.index(one.kind), abs((moment - now).total_seconds())
