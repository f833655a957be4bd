"""What stands in somebody's own calendar: one meeting for its file, all of them for the private address."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from portal.accounts.rules import fast_hash
from portal.kernel.errors import NotFound
from portal.kernel.outbox import OutboxItem
from portal.kernel.scope import PortalSession
from portal.meetings.calendar_file import Entry
from portal.meetings.models import Booking, CalendarFeed, Invitation, Meeting, Slot, TakenSlot, TimeClaim
from portal.meetings.queries_held import HELD_FOR_IT
from portal.meetings.rules import Answer, Mode
from portal.meetings.rules_messages import Message
from portal.people.actor import Actor
from portal.people.models import ContactPoint, Person, Pupil, School, StaffRole
from portal.people.rules import Audience, ContactKind, Role
from portal.people.scopes import scope_of
from portal.reviews.models import Review
from portal.reviews.rules import ReviewKind, Stage

KEPT_FOR = timedelta(days=60)  # how long a meeting that was stays in the feed
FIXED = and_(Review.kind == ReviewKind.ANNUAL, Review.meets_at.is_not(None))
INVITED = (
    select(
        Invitation.uid,
        Invitation.sequence,
        Invitation.answer,
        Review.stage,
        Review.meets_at,
        Review.meets_minutes,
        Booking.cancelled_at,
        Meeting.starts_at,
        Meeting.ends_at,
        Meeting.mode,
        Slot.modes,
        School.name,
        School.email,
    )
    .join(Review, and_(Review.id == Invitation.review_id, Review.pupil_id == Invitation.pupil_id))
    .join(School, School.id == Invitation.school_id)
    .outerjoin(Slot, and_(Review.kind == ReviewKind.ANNUAL, HELD_FOR_IT))
    .where(Invitation.adult_id == bindparam("me"))
)
ONE = (
    INVITED.outerjoin(Booking, Booking.invitation_id == Invitation.id)
    .outerjoin(Meeting, Meeting.id == Booking.meeting_id)
    .where(
        Invitation.pupil_id == bindparam("pupil_id"),
        Invitation.review_id == bindparam("review_id"),
        or_(Meeting.id.is_not(None), FIXED),
    )
    .order_by(Booking.cancelled_at.is_(None).desc(), Booking.made_at.desc(), Booking.id)
    .limit(1)
)
UNSET = (
    select(Invitation.uid, Invitation.sequence, Review.meets_minutes, School.name, School.email)
    .join(Review, and_(Review.id == Invitation.review_id, Review.pupil_id == Invitation.pupil_id))
    .join(School, School.id == Invitation.school_id)
    .where(
        Invitation.adult_id == bindparam("me"),
        Invitation.pupil_id == bindparam("pupil_id"),
        Invitation.review_id == bindparam("review_id"),
    )
)
TAKEN_BACK = (
    select(OutboxItem.facts)
    .where(
        OutboxItem.person_id == bindparam("me"),
        OutboxItem.about_pupil_id == bindparam("pupil_id"),
        OutboxItem.kind == Message.CANCELLED_BY_SCHOOL.value,
    )
    .order_by(OutboxItem.created_at.desc(), OutboxItem.id)
)
FEED = (
    INVITED.outerjoin(Booking, and_(Booking.invitation_id == Invitation.id, Booking.cancelled_at.is_(None)))
    .outerjoin(Meeting, and_(Meeting.id == Booking.meeting_id, Meeting.released_at.is_(None)))
    .where(
        Review.stage != Stage.CANCELLED,
        or_(
            Meeting.ends_at > bindparam("since"),
            and_(FIXED, Review.meets_at > bindparam("since"), Invitation.answer != Answer.NOT_COMING),
        ),
    )
    .order_by(Invitation.uid)
)
ADDRESS = (
    select(ContactPoint.value)
    .where(ContactPoint.adult_id == bindparam("me"), ContactPoint.kind == ContactKind.EMAIL)
    .order_by(ContactPoint.verified_at.is_(None), ContactPoint.value)
    .limit(1)
)
_CLAIMED = select(TimeClaim.slot_id).where(TimeClaim.holder_id == bindparam("me"), TimeClaim.slot_id.is_not(None))
_TAKEN = select(TakenSlot.meeting_id).where(TakenSlot.released_at.is_(None), TakenSlot.slot_id.in_(_CLAIMED))
AT_WORK = (
    select(Meeting.id, Meeting.starts_at, Meeting.ends_at, Meeting.mode, School.name, School.email)
    .join(School, School.id == Meeting.school_id)
    .where(
        Meeting.school_id == bindparam("school_id"),
        Meeting.released_at.is_(None),
        Meeting.live_bookings > 0,
        Meeting.ends_at > bindparam("since"),
        or_(Meeting.staff_id == bindparam("me"), Meeting.id.in_(_TAKEN)),
    )
    .order_by(Meeting.starts_at, Meeting.id)
)
LED = (
    select(Review.id, Review.meets_at, Review.meets_minutes, Slot.modes, School.name, School.email)
    .join(School, School.id == Review.school_id)
    .outerjoin(Slot, HELD_FOR_IT)
    .where(
        Review.school_id == bindparam("school_id"),
        Review.lead_id == bindparam("me"),
        FIXED,
        Review.meets_at > bindparam("since"),
        Review.stage != Stage.CANCELLED,
    )
    .order_by(Review.meets_at, Review.id)
)


@dataclass(frozen=True, slots=True)
class Sender:
    """From whom calendar files come where a school has no address of its own, and the host of their UIDs."""

    email: str
    host: str


def own_entry(
    session: Session, *, adult_id: uuid.UUID, pupil_id: uuid.UUID, review_id: uuid.UUID, sender: Sender
) -> Entry:
    """An adult's own meeting of a review, or the one that was cancelled last. Raises NotFound when there is none;
    2 statements, or 4 for one that was taken back."""
    given = {"me": adult_id, "pupil_id": pupil_id, "review_id": review_id}
    row = session.execute(ONE, given).first()
    entry = _entry(row, sender) if row else _taken_back(session, given, sender)
    attendee = session.scalars(ADDRESS, {"me": adult_id}).first() or ""
    return replace(entry, attendee=attendee)


def _taken_back(session: Session, given: dict[str, uuid.UUID], sender: Sender) -> Entry:
    """A day that school had set and took back: only the message still knows it, and the reader's calendar."""
    row = session.execute(UNSET, given).first()
    about = (facts for facts in session.scalars(TAKEN_BACK, given) if facts["review_id"] == str(given["review_id"]))
    told = next((facts["starts_at"] for facts in about if facts.get("starts_at")), None)
    if row is None or told is None:
        raise NotFound
    starts_at = datetime.fromisoformat(told)
    return Entry(
        uid=row.uid,
        sequence=row.sequence,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=row.meets_minutes),
        school_name=row.name,
        school_email=row.email or sender.email,
        cancelled=True,
    )


def _entry(row: Any, sender: Sender) -> Entry:
    starts_at = row.starts_at or row.meets_at
    booked = row.starts_at is not None
    modes = [row.mode] if booked else row.modes or [Mode.IN_PERSON]
    return Entry(
        uid=row.uid,
        sequence=row.sequence,
        starts_at=starts_at,
        ends_at=row.ends_at or starts_at + timedelta(minutes=row.meets_minutes),
        school_name=row.name,
        school_email=row.email or sender.email,
        place=row.name if Mode.IN_PERSON in modes else "",
        accepted=booked or row.answer == Answer.COMING,
        cancelled=row.cancelled_at is not None or row.stage == Stage.CANCELLED,
    )


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose private address it is: one actor for each capacity that holds today, so perhaps none."""

    language: str
    capacities: tuple[Actor, ...]


def owner_of(session: PortalSession, token: str, *, today: date) -> Owner:
    """The owner of a private address. Needs the portal's own scope. Raises NotFound for one that is revoked or was
    never made."""
    row = session.execute(
        select(CalendarFeed.id, CalendarFeed.audience, Person)
        .join(Person, Person.id == CalendarFeed.person_id)
        .where(CalendarFeed.token_hash == fast_hash(token), CalendarFeed.revoked_at.is_(None))
    ).first()
    if row is None:
        raise NotFound
    found = _capacities(session, row.id, Audience(row.audience), row.Person, today)
    return Owner(row.Person.language, tuple(found))


def _capacities(
    session: PortalSession, feed_id: uuid.UUID, audience: Audience, person: Person, today: date
) -> Iterator[Actor]:
    facts: dict[str, Any] = {
        "person_id": person.id,
        "sitting_id": feed_id,
        "name": person.name,
        "audience": audience,
        "language": person.language,
        "trust_id": person.trust_id,
    }
    match audience:
        case Audience.FAMILY:
            yield Actor(**facts)
        case Audience.PUPIL:
            yield from (Actor(**facts, pupil_id=own) for own in session.scalars(_own_pupil(person.id, today)))
        case Audience.STAFF:
            roles: dict[uuid.UUID, set[Role]] = {}
            for school_id, role in session.execute(_roles(person.id, today)):
                roles.setdefault(school_id, set()).add(role)
            yield from (Actor(**facts, school_id=school_id, roles=held) for school_id, held in roles.items())


def _own_pupil(person_id: uuid.UUID, today: date) -> Select[uuid.UUID]:
    return select(Pupil.id).where(
        Pupil.person_id == person_id,
        Pupil.rights_pass_on <= today,
        Pupil.rights_stay_with_parents.is_(False),
        Pupil.left_on.is_(None),
    )


def _roles(person_id: uuid.UUID, today: date) -> Select[uuid.UUID, Role]:
    return (
        select(StaffRole.school_id, StaffRole.role)
        .where(
            StaffRole.person_id == person_id,
            StaffRole.starts_on <= today,
            or_(StaffRole.ends_on.is_(None), StaffRole.ends_on >= today),
        )
        .order_by(StaffRole.school_id, StaffRole.role)
    )


def own_entries(session: PortalSession, owner: Owner, *, sender: Sender, today: date, now: datetime) -> list[Entry]:
    """All meetings of the owner, each capacity read in its own scope: what is closed to it today is not there."""
    found: list[Entry] = []
    for actor in owner.capacities:
        with session.beside(scope_of(actor, today)) as own:
            if actor.audience == Audience.STAFF:
                found += _staff_entries(own, actor, sender, now - KEPT_FOR)
            else:
                rows = own.execute(FEED, {"me": actor.person_id, "since": now - KEPT_FOR})
                found += [_entry(row, sender) for row in rows]
    return sorted(found, key=lambda entry: (entry.starts_at, entry.uid))


def _staff_entries(session: PortalSession, actor: Actor, sender: Sender, since: datetime) -> Iterator[Entry]:
    given = {"me": actor.person_id, "school_id": actor.school_id, "since": since}
    for key, starts_at, ends_at, mode, school_name, email in session.execute(AT_WORK, given):
        place = school_name if mode == Mode.IN_PERSON else ""
        yield _at_work(key, starts_at, ends_at, school_name, email, place, sender)
    for row in session.execute(LED, given):
        place = row.name if row.modes is None or Mode.IN_PERSON in row.modes else ""
        ends_at = row.meets_at + timedelta(minutes=row.meets_minutes)
        yield _at_work(row.id, row.meets_at, ends_at, row.name, row.email, place, sender)


def _at_work(
    key: uuid.UUID, starts_at: datetime, ends_at: datetime, school_name: str, email: str, place: str, sender: Sender
) -> Entry:
    return Entry(
        uid=f"{key}@{sender.host}",
        sequence=0,
        starts_at=starts_at,
        ends_at=ends_at,
        school_name=school_name,
        school_email=email or sender.email,
        place=place,
    )


def feed_made_at(session: PortalSession, *, viewer: Actor) -> datetime | None:
    """Since when the viewer has a private address in this capacity, or None."""
    return session.scalars(
        select(CalendarFeed.made_at)
        .where(
            CalendarFeed.person_id == viewer.person_id,
            CalendarFeed.audience == viewer.audience.value,
            CalendarFeed.revoked_at.is_(None),
        )
        .order_by(CalendarFeed.made_at.desc(), CalendarFeed.id)
        .limit(1)
    ).first()
