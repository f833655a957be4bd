"""Who comes to the meetings of a span of days, and for which child: booked by families, or set by school."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import aliased

from portal.kernel.clock import LONDON
from portal.kernel.scope import PortalSession
from portal.meetings.models import Booking, Guest, Invitation, Meeting, Participation, Room, Slot, TakenSlot
from portal.meetings.queries_may_come import may_come
from portal.meetings.queries_times import own_school
from portal.meetings.rules import Answer, Need, Part
from portal.people.actor import Actor
from portal.people.models import Person, Pupil, PupilContact, SchoolClass
from portal.people.rules import Role
from portal.reviews.models import Review
from portal.reviews.rules import Stage

SEES_PHONES = (Role.OFFICE, Role.SENDCO)
SEES_SAYINGS = (Role.SENDCO, Role.CLASS_TEACHER)  # whom the pupil was told
SEES_TOPICS = (Role.SENDCO, Role.HEADTEACHER, Role.CLASS_TEACHER, Role.TEACHING_ASSISTANT, Role.SUPPLY_TEACHER)
STAFF = aliased(Person, name="staff")
CHILD = (Pupil.forename, Pupil.surname, Pupil.known_as.label("child_known_as"), SchoolClass.name.label("class_name"))
ADULT = (Person.full_name, Person.known_as, PupilContact.relationship, Participation.part)
MEETINGS = (
    select(
        Meeting.id,
        Meeting.staff_id,
        Meeting.starts_at,
        Meeting.ends_at,
        Meeting.mode,
        Meeting.join_link,
        STAFF.full_name,
        STAFF.known_as,
        Room.name.label("room"),
        Room.step_free,
        Slot.with_ids,
    )
    .join(STAFF, STAFF.id == Meeting.staff_id)
    .outerjoin(TakenSlot, and_(TakenSlot.meeting_id == Meeting.id, TakenSlot.released_at.is_(None)))
    .outerjoin(Slot, Slot.id == TakenSlot.slot_id)
    .outerjoin(Room, Room.id == Meeting.room_id)
    .where(
        Meeting.school_id == bindparam("school_id"),
        Meeting.released_at.is_(None),
        Meeting.starts_at >= bindparam("since"),
        Meeting.starts_at < bindparam("until"),
    )
    .order_by(Meeting.starts_at, STAFF.full_name, Meeting.id, Slot.starts_at)
)
BOOKINGS = (
    select(
        Booking.meeting_id,
        Booking.review_id,
        Booking.pupil_id,
        Booking.adult_id,
        Booking.language,
        Booking.interpreter,
        Booking.needs,
        Booking.need_words,
        Booking.brings,
        Booking.wishes,
        Booking.phone,
        *CHILD,
        *ADULT,
    )
    .join(Pupil, Pupil.id == Booking.pupil_id)
    .join(Person, Person.id == Booking.adult_id)
    .outerjoin(SchoolClass, SchoolClass.id == Pupil.class_id)
    .outerjoin(PupilContact, and_(PupilContact.pupil_id == Booking.pupil_id, PupilContact.adult_id == Booking.adult_id))
    .outerjoin(Participation, Participation.review_id == Booking.review_id)
    .join(Meeting, Meeting.id == Booking.meeting_id)
    .where(
        Booking.cancelled_at.is_(None),
        Meeting.school_id == bindparam("school_id"),
        Meeting.released_at.is_(None),
        Meeting.starts_at >= bindparam("since"),
        Meeting.starts_at < bindparam("until"),
    )
    .order_by(PupilContact.priority, Person.full_name, Booking.id)
)
# an annual review has one day for everybody, which school sets; its slot belongs to no round
SET_BY_SCHOOL = (
    select(
        Review.id.label("review_id"),
        Review.pupil_id,
        Review.lead_id.label("staff_id"),
        Review.meets_at.label("starts_at"),
        Review.meets_minutes,
        Slot.modes,
        Slot.join_link,
        Slot.with_ids,
        STAFF.full_name.label("staff_full_name"),
        STAFF.known_as.label("staff_known_as"),
        Room.name.label("room"),
        Room.step_free,
        Invitation.adult_id,
        Invitation.answer,
        Person.spoken_language,
        Person.interpreter_needed,
        *CHILD,
        *ADULT,
    )
    .join(Pupil, Pupil.id == Review.pupil_id)
    .join(STAFF, STAFF.id == Review.lead_id)
    .outerjoin(SchoolClass, SchoolClass.id == Pupil.class_id)
    .outerjoin(
        Slot,
        and_(
            Slot.school_id == Review.school_id,
            Slot.staff_id == Review.lead_id,
            Slot.starts_at == Review.meets_at,
            Slot.round_id.is_(None),
            Slot.withdrawn_at.is_(None),
        ),
    )
    .outerjoin(Room, Room.id == Slot.room_id)
    # an order or a pause since the invitation takes the adult off the list
    .outerjoin(
        Invitation,
        and_(
            Invitation.review_id == Review.id,
            Invitation.pupil_id == Review.pupil_id,
            may_come(Invitation, bindparam("today")),
        ),
    )
    .outerjoin(Person, Person.id == Invitation.adult_id)
    .outerjoin(PupilContact, and_(PupilContact.pupil_id == Review.pupil_id, PupilContact.adult_id == Person.id))
    .outerjoin(Participation, Participation.review_id == Review.id)
    .where(
        Review.school_id == bindparam("school_id"),
        Review.round_id.is_(None),
        Review.stage != Stage.CANCELLED,
        Review.meets_at >= bindparam("since"),
        Review.meets_at < bindparam("until"),
    )
    .order_by(Review.meets_at, Review.id, PupilContact.priority, Person.full_name, Invitation.id)
)
GUESTS = select(Guest.review_id, Guest.adult_id, Guest.name, Guest.works_as, Guest.organisation).order_by(
    Guest.name, Guest.id
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comer:
    """One adult who comes. `phone` and `topics` are empty for staff who need not know them."""

    adult_id: uuid.UUID
    name: str
    relationship: str
    language: str
    interpreter: bool
    needs: tuple[Need, ...] = ()
    need_words: str = ""
    brings: str = ""
    topics: str = ""
    phone: str = ""

    @property
    def needs_interpreter(self) -> bool:
        """Whether somebody must be ordered who interprets, in speech or in sign."""
        return self.interpreter or Need.SIGN_LANGUAGE in self.needs


@dataclass(slots=True, kw_only=True)
class ChildHere:
    """One child who is spoken about, and who comes for it."""

    pupil_id: uuid.UUID
    review_id: uuid.UUID
    name: str
    class_name: str
    part: Part | None
    adults: list[Comer] = field(default_factory=list)
    guests: list[str] = field(default_factory=list)


def span_of(viewer: Actor, first: date, last: date) -> dict[str, Any]:
    """The values of the statements for the days from the first to the last."""
    since = datetime.combine(first, time(), LONDON)
    until = datetime.combine(last + timedelta(days=1), time(), LONDON)
    return {"school_id": own_school(viewer), "since": since, "until": until}


def booked_children(
    session: PortalSession, viewer: Actor, span: dict[str, Any]
) -> dict[uuid.UUID, dict[uuid.UUID, ChildHere]]:
    """Who comes, by meeting and review; 1 statement."""
    found: dict[uuid.UUID, dict[uuid.UUID, ChildHere]] = {}
    for row in session.execute(BOOKINGS, span):
        child = found.setdefault(row.meeting_id, {}).setdefault(row.review_id, _child(row, viewer))
        child.adults.append(_comer(row, viewer))
    return found


def invited_adult(row: Any) -> Comer | None:
    """An adult who is invited to a day that school set, unless they cannot come."""
    if row.adult_id is None or row.answer == Answer.NOT_COMING:
        return None
    return Comer(
        adult_id=row.adult_id,
        name=row.known_as or row.full_name,
        relationship=row.relationship or "",
        language=row.spoken_language,
        interpreter=row.interpreter_needed,
    )


def child_set(rows: list[Any], viewer: Actor) -> ChildHere:
    """The child of one review whose day school set, from its rows."""
    child = _child(rows[0], viewer)
    child.adults += [adult for adult in map(invited_adult, rows) if adult is not None]
    return child


def add_guests(session: PortalSession, children: Collection[ChildHere]) -> None:
    """Adds everybody else who is invited: by school, or by an adult who comes; 1 statement, or none."""
    if not children:
        return
    reviews = {child.review_id for child in children}
    found = session.execute(GUESTS.where(Guest.review_id.in_(reviews))).all()
    for child in children:
        coming = {adult.adult_id for adult in child.adults}
        for guest in found:
            if guest.review_id == child.review_id and (guest.adult_id is None or guest.adult_id in coming):
                child.guests.append(
                    ", ".join(part for part in (guest.name, guest.works_as, guest.organisation) if part)
                )


def _child(row: Any, viewer: Actor) -> ChildHere:
    return ChildHere(
        pupil_id=row.pupil_id,
        review_id=row.review_id,
        name=f"{row.child_known_as or row.forename} {row.surname}",
        class_name=row.class_name or "",
        part=row.part if viewer.has(*SEES_SAYINGS) else None,
    )


def _comer(row: Any, viewer: Actor) -> Comer:
    return Comer(
        adult_id=row.adult_id,
        name=row.known_as or row.full_name,
        relationship=row.relationship or "",
        language=row.language,
        interpreter=row.interpreter,
        needs=tuple(Need(need) for need in row.needs),
        need_words=row.need_words,
        brings=row.brings,
        topics=row.wishes if viewer.has(*SEES_TOPICS) else "",
        phone=row.phone if viewer.has(*SEES_PHONES) else "",
    )
