"""Whom a date concerns: adults whose views are missing before a meeting, and families whose rights pass on."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, exists, func, or_, select

from portal.contributions.models import Contribution, WantedCall
from portal.kernel.outbox import OutboxItem
from portal.kernel.scope import PortalSession
from portal.meetings.models import Booking, Invitation, Meeting
from portal.notices.rules_catalogue import RIGHTS_BEFORE, RIGHTS_LATE
from portal.people.models import Pupil, PupilContact
from portal.people.rules import OPEN_ACCESS, OPEN_STATES, PortalAccess, Restriction
from portal.reviews.models import Review
from portal.reviews.rules import BEFORE_THE_MEETING, ReviewKind, Stage

TAKES_WORDS = BEFORE_THE_MEETING - {Stage.PLANNED}
starts_at = func.coalesce(Meeting.starts_at, Review.meets_at)
# that somebody said something, or asked to say it on the phone; not a word of it is read
HAS_SAID = exists().where(
    Contribution.review_id == Review.id,
    Contribution.author_id == Invitation.adult_id,
    Contribution.sent_at.is_not(None),
)
WANTS_A_CALL = exists().where(WantedCall.review_id == Review.id, WantedCall.adult_id == Invitation.adult_id)
TAKES_PART = exists().where(
    PupilContact.pupil_id == Invitation.pupil_id,
    PupilContact.adult_id == Invitation.adult_id,
    PupilContact.access == PortalAccess.CONTRIBUTE,
    PupilContact.state.in_(OPEN_STATES),
    or_(PupilContact.restriction == Restriction.NONE, PupilContact.restricted_from > bindparam("today")),
)
SILENT = (
    select(Review.id, Review.kind, Invitation.pupil_id, Invitation.adult_id, starts_at.label("starts_at"))
    .join(Invitation, and_(Invitation.review_id == Review.id, Invitation.pupil_id == Review.pupil_id))
    .join(Pupil, Pupil.id == Invitation.pupil_id)
    .outerjoin(Booking, and_(Booking.invitation_id == Invitation.id, Booking.cancelled_at.is_(None)))
    .outerjoin(Meeting, Meeting.id == Booking.meeting_id)
    .where(Review.stage.in_(TAKES_WORDS), starts_at > bindparam("now"), ~HAS_SAID, ~WANTS_A_CALL)
    .where(Pupil.left_on.is_(None), or_(TAKES_PART, Pupil.person_id == Invitation.adult_id))
    .order_by(Review.id, Invitation.adult_id)
)
SILENT_UNTIL = SILENT.where(starts_at <= bindparam("until"))
SILENT_READER = SILENT.where(Invitation.adult_id == bindparam("me"))
ASKED = select(OutboxItem.event_key, OutboxItem.created_at).where(
    OutboxItem.event_key.in_(bindparam("keys", expanding=True))
)
PASSING = (
    select(Pupil.id, Pupil.person_id, Pupil.rights_pass_on, PupilContact.adult_id)
    .outerjoin(
        PupilContact,
        and_(
            PupilContact.pupil_id == Pupil.id,
            PupilContact.access.in_(OPEN_ACCESS),
            PupilContact.state.in_(OPEN_STATES),
            or_(PupilContact.restriction == Restriction.NONE, PupilContact.restricted_from > bindparam("today")),
        ),
    )
    .where(Pupil.left_on.is_(None), ~Pupil.rights_stay_with_parents)
    .order_by(Pupil.id, PupilContact.adult_id)
)
PASSING_SOON = PASSING.where(Pupil.rights_pass_on.between(bindparam("first"), bindparam("last")))
PASSING_OF = PASSING.where(Pupil.id == bindparam("pupil_id"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """An adult who has not said anything for a review whose meeting is still to come."""

    review_id: uuid.UUID
    kind: ReviewKind
    pupil_id: uuid.UUID
    adult_id: uuid.UUID
    starts_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Passing:
    """Somebody who is told that the rights pass on; `own` when they are the young person."""

    pupil_id: uuid.UUID
    person_id: uuid.UUID
    on: date
    own: bool


def silent(session: PortalSession, *, now: datetime, today: date, until: datetime) -> list[Silent]:
    """Everybody whose views are missing for a meeting before this moment; for the portal's own scope."""
    return _silent(session.execute(SILENT_UNTIL, {"now": now, "today": today, "until": until}))


def silent_reader(session: Any, *, person_id: uuid.UUID, now: datetime, today: date) -> list[Silent]:
    """The reviews for which one adult has not said anything."""
    return _silent(session.execute(SILENT_READER, {"now": now, "today": today, "me": person_id}))


def _silent(rows: Iterable[Any]) -> list[Silent]:
    return [
        Silent(review_id=row.id, kind=row.kind, pupil_id=row.pupil_id, adult_id=row.adult_id, starts_at=row.starts_at)
        for row in rows
    ]


def passing(session: PortalSession, *, today: date) -> list[Passing]:
    """Everybody whom it concerns that rights pass on soon or have just passed; for the portal's own scope."""
    days = {"first": today - RIGHTS_LATE, "last": today + RIGHTS_BEFORE, "today": today}
    return _passing(session.execute(PASSING_SOON, days))


def passing_of(session: Any, *, pupil_id: uuid.UUID, today: date) -> list[Passing]:
    """The same for one child, on whatever day."""
    return _passing(session.execute(PASSING_OF, {"pupil_id": pupil_id, "today": today}))


def _passing(rows: Iterable[Any]) -> list[Passing]:
    found: dict[tuple[uuid.UUID, uuid.UUID], Passing] = {}
    for row in rows:
        for person_id, own in ((row.person_id, True), (row.adult_id, False)):
            if person_id is not None:
                found[row.id, person_id] = Passing(pupil_id=row.id, person_id=person_id, on=row.rights_pass_on, own=own)
    return list(found.values())
