"""Meetings that come soon, and who is invited to them; for the portal's own scope."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, func, select

from portal.accounts.models import StaffPassword
from portal.contributions.queries_tell import WORKS_TODAY
from portal.kernel.scope import PortalSession
from portal.meetings.models import Booking, Invitation, Meeting, Slot, TakenSlot
from portal.meetings.queries_held import HELD_FOR_IT
from portal.meetings.rules_family import HIDDEN
from portal.people.models import Person, School, StaffRole
from portal.people.rules import Role
from portal.people.scopes import open_pupils
from portal.reviews.models import Review
from portal.reviews.rules import BEFORE_THE_MEETING, Stage

PAPERS_STAFF = "papers_staff"  # the outbox's name of the message to staff
LOOK_AHEAD = timedelta(days=70)  # three school days and the longest holidays
READS_PAPERS = (Role.CLASS_TEACHER, Role.SENDCO, Role.HEADTEACHER)
_BOOKED = and_(Booking.review_id == Review.id, Booking.pupil_id == Review.pupil_id, Booking.cancelled_at.is_(None))


def _first(*where: Any) -> Any:
    """The first time that was booked for a review, else the one that school set for everybody."""
    booked = select(func.min(Meeting.starts_at)).join(Booking, Booking.meeting_id == Meeting.id).where(_BOOKED, *where)
    return func.coalesce(booked.correlate(Review, Invitation).scalar_subquery(), Review.meets_at)


STARTS_AT = _first(Meeting.starts_at > bindparam("now"))
AHEAD = Review.stage.in_(sorted(BEFORE_THE_MEETING - HIDDEN))
COMING = (
    select(Review.id, Review.pupil_id, Review.school_id, Review.lead_id, Review.stage, STARTS_AT.label("starts_at"))
    .where(AHEAD, STARTS_AT.between(bindparam("now"), bindparam("until")))
    .order_by(Review.school_id, Review.id)
)
ADULTS = (
    select(
        Invitation.review_id, Invitation.adult_id, _first(Booking.adult_id == Invitation.adult_id).label("starts_at")
    )
    .join(Review, and_(Review.id == Invitation.review_id, Review.pupil_id == Invitation.pupil_id))
    .where(
        Invitation.review_id.in_(bindparam("review_ids", expanding=True)),
        Invitation.pupil_id.in_(open_pupils(Invitation.adult_id, bindparam("today"))),
    )
    .order_by(Invitation.review_id, Invitation.adult_id)
)
_THESE = Review.id.in_(bindparam("review_ids", expanding=True))
COLLEAGUES = (
    select(Review.id, Slot.with_ids)
    .join(Booking, _BOOKED)
    .join(TakenSlot, and_(TakenSlot.meeting_id == Booking.meeting_id, TakenSlot.released_at.is_(None)))
    .join(Slot, Slot.id == TakenSlot.slot_id)
    .where(_THESE)
    .order_by(Review.id, Slot.id)
)
COLLEAGUES_OF_ALL = select(Review.id, Slot.with_ids).join(Slot, HELD_FOR_IT).where(_THESE).order_by(Review.id, Slot.id)
AT_SCHOOL = (
    select(Person.known_as, Person.full_name, Person.language, School.name, StaffPassword.sign_in_name)
    .select_from(Review)
    .join(School, School.id == Review.school_id)
    .join(StaffRole, and_(StaffRole.school_id == School.id, StaffRole.role.in_(READS_PAPERS), WORKS_TODAY))
    .join(Person, Person.id == StaffRole.person_id)
    .join(StaffPassword, StaffPassword.person_id == Person.id)
    .where(Review.id == bindparam("review_id"), Person.id == bindparam("person_id"))
    .where(AHEAD, STARTS_AT.between(bindparam("now"), bindparam("until")))
    .limit(1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Coming:
    """One review whose meeting has a time; `starts_at` is the next of them."""

    review_id: uuid.UUID
    pupil_id: uuid.UUID
    school_id: uuid.UUID
    lead_id: uuid.UUID
    stage: Stage
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Comers:
    """Who is invited to one review: adults who may read about the child, each with the time at which they come, if they
    have one, and staff."""

    adults: Mapping[uuid.UUID, datetime | None]
    staff: tuple[uuid.UUID, ...]


def coming(session: PortalSession, *, now: datetime, until: datetime) -> list[Coming]:
    """Every meeting at every school between these moments; one statement."""
    rows = session.execute(COMING, {"now": now, "until": until})
    return [Coming(review_id=row.id, **{k: v for k, v in row._asdict().items() if k != "id"}) for row in rows]


def comers(session: PortalSession, reviews: Collection[Coming], *, today: date) -> dict[uuid.UUID, Comers]:
    """Who comes, by review; three statements."""
    asked = {"review_ids": [one.review_id for one in reviews]}
    adults: dict[uuid.UUID, dict[uuid.UUID, datetime | None]] = {one.review_id: {} for one in reviews}
    staff = {one.review_id: [one.lead_id] for one in reviews}
    for review_id, adult_id, starts_at in session.execute(ADULTS, {**asked, "today": today}):
        adults[review_id][adult_id] = starts_at
    for found in (COLLEAGUES, COLLEAGUES_OF_ALL):
        for review_id, with_ids in session.execute(found, asked):
            staff[review_id] += [uuid.UUID(key) for key in with_ids]
    return {key: Comers(adults[key], tuple(dict.fromkeys(staff[key]))) for key in staff}
