"""One review after its meeting: who was invited, who had which time, who came, and every change of that."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, select

from portal.kernel.audit import AuditEvent
from portal.kernel.clock import LONDON
from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.meetings.models import Booking, Guest, Invitation, Meeting, Participation
from portal.meetings.queries_pupil import SAID, PupilSays, says
from portal.meetings.rules import Answer, Attendance, Basis, Mode
from portal.meetings.rules_attendance import LONGEST_HISTORY, Happened, can_be_not_held, earliest_day, happened_of
from portal.people.actor import Actor
from portal.people.models import Person, Pupil, PupilContact
from portal.people.rules import RELATIONSHIPS, Role
from portal.reviews.models import Review, ReviewRound
from portal.reviews.rules import ReviewKind, Stage

WRITTEN = "attendance written"
READS_THE_PUPIL = (Role.SENDCO, Role.CLASS_TEACHER)  # as the pupil was told before the first word
REVIEW = (
    select(
        Review.kind,
        Review.stage,
        Review.meets_at,
        Review.made_at,
        Review.held_at,
        Review.held_without_family,
        Review.version,
        Review.school_id,
        Pupil.forename,
        Pupil.known_as,
        ReviewRound.first_day,
    )
    .join(Pupil, Pupil.id == Review.pupil_id)
    .outerjoin(ReviewRound, ReviewRound.id == Review.round_id)
    .where(Review.id == bindparam("review_id"), Review.pupil_id == bindparam("pupil_id"))
)
ADULTS = (
    select(
        Invitation.id,
        Invitation.answer,
        Invitation.attendance,
        Person.full_name,
        Person.known_as,
        PupilContact.relationship,
        Meeting.starts_at,
        Meeting.mode,
        Booking.interpreter,
        Booking.brings,
    )
    .join(Person, Person.id == Invitation.adult_id)
    .outerjoin(
        PupilContact, and_(PupilContact.pupil_id == Invitation.pupil_id, PupilContact.adult_id == Invitation.adult_id)
    )
    .outerjoin(Booking, and_(Booking.invitation_id == Invitation.id, Booking.cancelled_at.is_(None)))
    .outerjoin(Meeting, Meeting.id == Booking.meeting_id)
    .where(Invitation.review_id == bindparam("review_id"), Invitation.pupil_id == bindparam("pupil_id"))
    .order_by(Person.full_name, Invitation.id)
)
GUESTS = (
    select(Guest.id, Guest.name, Guest.works_as, Guest.organisation, Guest.basis, Guest.attendance)
    .where(Guest.review_id == bindparam("review_id"), Guest.pupil_id == bindparam("pupil_id"))
    .order_by(Guest.name, Guest.id)
)
PUPIL = select(Participation.attendance, *SAID).where(
    Participation.review_id == bindparam("review_id"), Participation.pupil_id == bindparam("pupil_id")
)
HISTORY = (
    select(AuditEvent.at, AuditEvent.facts, Person.full_name, Person.known_as)
    .outerjoin(Person, Person.id == AuditEvent.actor_id)
    .where(
        AuditEvent.action == WRITTEN,
        AuditEvent.subject_id == bindparam("review_id"),
        AuditEvent.about_pupil_id == bindparam("pupil_id"),
    )
    .order_by(AuditEvent.at.desc(), AuditEvent.id)
    .limit(LONGEST_HISTORY)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CameAdult:
    """One invited adult. `relationship` is a message id or empty; the times are those of their own live booking."""

    invitation_id: uuid.UUID
    name: str
    relationship: str
    answer: Answer
    starts_at: datetime | None
    mode: Mode | None
    interpreter: bool
    brings: str
    attendance: Attendance


@dataclass(frozen=True, slots=True, kw_only=True)
class CameGuest:
    """One guest: who they are and why they were invited."""

    guest_id: uuid.UUID
    name: str
    works_as: str
    organisation: str
    basis: Basis
    attendance: Attendance


@dataclass(frozen=True, slots=True)
class Change:
    """How somebody was noted before and after; `name` is empty for the pupil."""

    name: str
    before: Attendance
    after: Attendance


@dataclass(frozen=True, slots=True)
class Writing:
    """One time that somebody wrote it down."""

    at: datetime
    by: str
    happened: Happened
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CamePage:
    """Everything to write down who came; `says` only for readers whom the pupil knows of."""

    pupil_id: uuid.UUID
    review_id: uuid.UUID
    school_id: uuid.UUID
    child: str
    kind: ReviewKind
    stage: Stage
    version: int
    happened: Happened | None
    held_on: date
    earliest: date
    is_time: bool
    may_be_not_held: bool
    adults: tuple[CameAdult, ...]
    guests: tuple[CameGuest, ...]
    pupil_attendance: Attendance
    says: PupilSays | None
    history: tuple[Writing, ...]


def came_page(
    session: PortalSession, *, viewer: Actor, pupil_id: uuid.UUID, review_id: uuid.UUID, today: date
) -> CamePage:
    """The page about one review; 5 statements. Raises NotFound for a review that is not the child's, is only planned or
    was cancelled."""
    about = {"pupil_id": pupil_id, "review_id": review_id}
    review = session.execute(REVIEW, about).first()
    if review is None or review.stage in (Stage.PLANNED, Stage.CANCELLED):
        raise NotFound
    happened = happened_of(review.stage, is_held=review.held_at is not None, without_family=review.held_without_family)
    # after a new offer the family has a new meeting, about which nothing is known yet
    adults = tuple(_adult(row, known=happened is not None) for row in session.execute(ADULTS, about))
    guests = tuple(_guest(row, known=happened is not None) for row in session.execute(GUESTS, about))
    pupil = session.execute(PUPIL, about).first()
    names = {str(one.invitation_id): one.name for one in adults} | {str(one.guest_id): one.name for one in guests}
    booked = {one.invitation_id: day_of(one.starts_at) for one in adults if one.starts_at}
    earliest = earliest_day(booked=booked, meets_at=review.meets_at, first_day=review.first_day, made_at=review.made_at)
    reads = viewer.has(*READS_THE_PUPIL)
    return CamePage(
        **about,
        school_id=review.school_id,
        child=review.known_as or review.forename,
        kind=review.kind,
        stage=review.stage,
        version=review.version,
        happened=happened,
        held_on=day_of(review.held_at) if review.held_at else _likely_day(booked, earliest, today),
        earliest=earliest,
        is_time=earliest <= today,
        may_be_not_held=can_be_not_held(review.kind),
        adults=adults,
        guests=guests,
        pupil_attendance=pupil.attendance if pupil and happened is not None else Attendance.UNKNOWN,
        says=says(pupil) if pupil and pupil.said_at and reads else None,
        history=tuple(_writing(row, names) for row in session.execute(HISTORY, about)),
    )


def day_of(moment: datetime) -> date:
    """The school's day of a moment."""
    return moment.astimezone(LONDON).date()


def _likely_day(booked: Mapping[uuid.UUID, date], earliest: date, today: date) -> date:
    return max((day for day in booked.values() if day <= today), default=max(earliest, today))


def _adult(row: Any, *, known: bool) -> CameAdult:
    return CameAdult(
        invitation_id=row.id,
        name=row.known_as or row.full_name,
        relationship=RELATIONSHIPS.get(row.relationship or "", ""),
        answer=row.answer,
        starts_at=row.starts_at,
        mode=row.mode,
        interpreter=bool(row.interpreter),
        brings=row.brings or "",
        attendance=row.attendance if known else Attendance.UNKNOWN,
    )


def _guest(row: Any, *, known: bool) -> CameGuest:
    return CameGuest(
        guest_id=row.id,
        name=row.name,
        works_as=row.works_as,
        organisation=row.organisation,
        basis=row.basis,
        attendance=row.attendance if known else Attendance.UNKNOWN,
    )


def _writing(row: Any, names: Mapping[str, str]) -> Writing:
    return Writing(
        row.at, row.known_as or row.full_name or "", Happened(row.facts["happened"]), tuple(_changes(row.facts, names))
    )


def _changes(facts: Mapping[str, str], names: Mapping[str, str]) -> Iterable[Change]:
    for who, change in sorted(facts.items(), key=lambda fact: names.get(fact[0], "")):
        if who == "pupil" or who in names:
            before, after = change.split(">")
            yield Change(names.get(who, ""), Attendance(before), Attendance(after))
