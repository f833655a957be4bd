"""What taking a time looks at, read and held in one statement, built once: the rush goes through here.

Reviews are held before meetings and meetings before slots, in every action, so that nobody waits in a ring. SQLite
knows no row locks and needs none: it lets in one writer at a time.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Uuid, and_, bindparam, func, or_, select

from portal.kernel.clock import minutes
from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.meetings.models import Booking, Invitation, JoinOffer, Meeting, Slot, TakenSlot, TimeClaim
from portal.meetings.queries_free import is_taken, keeps_apart
from portal.meetings.rules_booking import run_of
from portal.people.models import KeptApart, Pupil, PupilContact, School
from portal.people.rules import ContactState, LinkFacts, PortalAccess, Restriction
from portal.reviews.models import Review, ReviewRound
from portal.reviews.rules import RoundState


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One adult's place in one review, held until the transaction ends."""

    review: Review
    invitation: Invitation
    link: LinkFacts | None
    window: "Window | None"
    apart: bool


@dataclass(frozen=True, slots=True)
class Window:
    """When families of a round may choose, and how long they are met for."""

    state: RoundState
    opens_at: datetime
    closes_at: datetime
    minutes: int
    interpreter_minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A slot that is asked for, held until the transaction ends."""

    id: uuid.UUID
    staff_id: uuid.UUID
    round_id: uuid.UUID
    starts_at: datetime
    ends_at: datetime
    pause_minutes: int
    room_id: uuid.UUID | None
    modes: Sequence[str]
    join_link: str
    withdrawn: bool
    taken: bool


SLOT = (
    *(Slot.id, Slot.staff_id, Slot.round_id, Slot.starts_at, Slot.ends_at, Slot.pause_minutes, Slot.room_id),
    *(Slot.modes, Slot.join_link, Slot.withdrawn_at.is_not(None).label("withdrawn"), is_taken(Slot.id).label("taken")),
)
ADULT = bindparam("adult", type_=Uuid())
PLACE = (
    select(
        Review,
        Invitation,
        *(PupilContact.access, PupilContact.state, PupilContact.restriction, PupilContact.restricted_from),
        *(Pupil.person_id, Pupil.rights_pass_on, Pupil.rights_stay_with_parents, Pupil.shares_with_parents),
        *(Pupil.left_on, ReviewRound.state.label("round_state"), ReviewRound.booking_opens_at),
        *(ReviewRound.booking_closes_at, ReviewRound.minutes, ReviewRound.interpreter_minutes),
        keeps_apart(ADULT).label("apart"),
    )
    .join(Invitation, and_(Invitation.review_id == Review.id, Invitation.adult_id == ADULT))
    .join(Pupil, Pupil.id == Review.pupil_id)
    .outerjoin(ReviewRound, ReviewRound.id == Review.round_id)
    .outerjoin(PupilContact, and_(PupilContact.pupil_id == Review.pupil_id, PupilContact.adult_id == ADULT))
    .where(Review.id == bindparam("review"), Review.pupil_id == bindparam("pupil"))
    .execution_options(populate_existing=True)
)
OWN = (
    select(Booking, Meeting)
    .join(Meeting, Meeting.id == Booking.meeting_id)
    .where(Booking.review_id == bindparam("review"), Booking.adult_id == ADULT, Booking.cancelled_at.is_(None))
    .with_for_update(of=[Meeting, Booking], key_share=True)
    .execution_options(populate_existing=True)
)
ONCE = (
    select(Booking, Meeting)
    .join(Meeting, Meeting.id == Booking.meeting_id)
    .where(Booking.once_key == bindparam("once_key"), Booking.adult_id == ADULT, Booking.cancelled_at.is_(None))
)
NEXT = (
    select(*SLOT)
    .where(
        Slot.staff_id == bindparam("staff"),
        Slot.round_id == bindparam("round"),
        Slot.withdrawn_at.is_(None),
        Slot.starts_at > bindparam("after"),
        Slot.starts_at < bindparam("before"),
    )
    .order_by(Slot.starts_at, Slot.id)
    .with_for_update(of=Slot, key_share=True)
)


def _with_slot(place: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    same = and_(
        Slot.id == bindparam("slot"),
        Slot.school_id == Review.school_id,
        Slot.round_id == Review.round_id,
        Slot.staff_id == Review.lead_id,
    )
    return place.add_columns(*SLOT).join(Slot, same).with_for_update(of=[Review, Invitation, Slot], key_share=True)


PLACE_AND_SLOT = _with_slot(PLACE)
PLACE_ALONE = PLACE.with_for_update(of=[Review, Invitation], key_share=True)
COMERS = select(func.count(TimeClaim.holder_id.distinct())).where(TimeClaim.meeting_id == bindparam("meeting"))
NOT_WITH = (
    select(KeptApart.id)
    .join(TimeClaim, TimeClaim.holder_id == KeptApart.from_id)
    .where(KeptApart.adult_id == ADULT, TimeClaim.meeting_id == bindparam("meeting"))
    .limit(1)
)
OFFER = (
    select(Meeting)
    .join(JoinOffer, JoinOffer.meeting_id == Meeting.id)
    .where(
        JoinOffer.id == bindparam("offer"),
        JoinOffer.review_id == bindparam("review"),
        JoinOffer.pupil_id == bindparam("pupil"),
        JoinOffer.withdrawn_at.is_(None),
        Meeting.released_at.is_(None),
    )
    .with_for_update(of=Meeting, key_share=True)
    .execution_options(populate_existing=True)
)
FIRST_SLOT = (
    select(Slot.id)
    .join(TakenSlot, TakenSlot.slot_id == Slot.id)
    .where(TakenSlot.meeting_id == bindparam("meeting"), TakenSlot.released_at.is_(None))
    .order_by(Slot.starts_at, Slot.id)
    .limit(1)
)
SCHOOL = select(School.id).where(School.id == bindparam("school")).with_for_update(key_share=True)


def place_of(session: PortalSession, *, pupil_id: uuid.UUID, review_id: uuid.UUID, adult_id: uuid.UUID) -> Place:
    """The adult's place in the review. Raises NotFound when there is none."""
    return _place(session.execute(PLACE_ALONE, {"pupil": pupil_id, "review": review_id, "adult": adult_id}).first())


def place_and_slot(
    session: PortalSession, *, pupil_id: uuid.UUID, review_id: uuid.UUID, adult_id: uuid.UUID, slot_id: uuid.UUID
) -> tuple[Place, Offered]:
    """The adult's place and a slot of the review's round with its lead. Raises NotFound when either is not there."""
    facts = {"pupil": pupil_id, "review": review_id, "adult": adult_id, "slot": slot_id}
    row = session.execute(PLACE_AND_SLOT, facts).first()
    return _place(row), _offered(row)


def _place(row: Any) -> Place:
    if row is None:
        raise NotFound
    young_person = row.person_id == row.Invitation.adult_id
    link = None
    if young_person or row.access is not None:
        link = LinkFacts(
            access=PortalAccess.CONTRIBUTE if young_person else row.access,
            state=ContactState.ACTIVE if young_person else row.state,
            restriction=Restriction.NONE if young_person else row.restriction,
            restricted_from=None if young_person else row.restricted_from,
            rights_pass_on=row.rights_pass_on,
            rights_stay_with_parents=row.rights_stay_with_parents or young_person,
            shares_with_parents=row.shares_with_parents,
            left_on=row.left_on,
        )
    window = None
    if row.round_state is not None:
        window = Window(
            row.round_state, row.booking_opens_at, row.booking_closes_at, row.minutes, row.interpreter_minutes
        )
    return Place(review=row.Review, invitation=row.Invitation, link=link, window=window, apart=row.apart)


def _offered(row: Any) -> Offered:
    return Offered(
        id=row.id,
        staff_id=row.staff_id,
        round_id=row.round_id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        pause_minutes=row.pause_minutes,
        room_id=row.room_id,
        modes=row.modes,
        join_link=row.join_link,
        withdrawn=row.withdrawn,
        taken=row.taken,
    )


def slots_from(session: PortalSession, first: Offered, length: int) -> list[Offered]:
    """The slots in a row that a meeting of so many minutes takes from this one on; empty when they do not suffice."""
    until = first.starts_at + minutes(length)
    if until <= first.ends_at:
        return [first]
    facts = {"staff": first.staff_id, "round": first.round_id, "after": first.starts_at, "before": until}
    return run_of([first, *map(_offered, session.execute(NEXT, facts))], length)


def hold_slots(
    session: PortalSession,
    *,
    slot_ids: Sequence[uuid.UUID],
    reviews: Sequence[Review],
    length: int,
    besides: Meeting | None = None,
) -> list[Offered]:
    """The slots that were asked for, each of the round and with the lead of its review; held in the order of their
    start together with those that a meeting of so many minutes may need after them, and with those of a meeting that
    is to be let go. Raises NotFound."""
    asked = session.execute(
        select(Slot.id, Slot.staff_id, Slot.round_id, Slot.starts_at)
        .where(Slot.id.in_(slot_ids), Slot.school_id == reviews[0].school_id)
        .order_by(Slot.starts_at, Slot.id)
    ).all()
    old = select(TakenSlot.slot_id).where(
        TakenSlot.meeting_id == (besides.id if besides else None), TakenSlot.released_at.is_(None)
    )
    runs = [
        and_(
            Slot.staff_id == first.staff_id,
            Slot.round_id == first.round_id,
            Slot.starts_at >= first.starts_at,
            Slot.starts_at < first.starts_at + minutes(length),
        )
        for first in asked
    ]
    held = select(*SLOT).where(or_(Slot.id.in_(old), *runs)).order_by(Slot.starts_at, Slot.id)
    rows = session.execute(held.with_for_update(of=Slot, key_share=True))
    found = {row.id: _offered(row) for row in rows}
    fitting = [
        found[slot_id]
        for slot_id, review in zip(slot_ids, reviews, strict=False)
        if slot_id in found and (found[slot_id].round_id, found[slot_id].staff_id) == (review.round_id, review.lead_id)
    ]
    if len(fitting) < len(slot_ids):
        raise NotFound
    return fitting


def comers(session: PortalSession, meeting_id: uuid.UUID) -> int:
    """How many adults of families come to a meeting; it may have more bookings, when one comes for two children."""
    return session.scalars(COMERS, {"meeting": meeting_id}).one()


def must_not_meet(session: PortalSession, *, adult_id: uuid.UUID, meeting_id: uuid.UUID) -> bool:
    """Whether somebody comes to the meeting whom this adult must not meet, in the building or not."""
    return session.scalars(NOT_WITH, {"adult": adult_id, "meeting": meeting_id}).first() is not None


def own_booking(session: PortalSession, *, review_id: uuid.UUID, adult_id: uuid.UUID) -> tuple[Booking, Meeting] | None:
    """The adult's live booking of this review and its meeting, held."""
    row = session.execute(OWN, {"review": review_id, "adult": adult_id}).first()
    return (row.Booking, row.Meeting) if row else None


def sent_before(session: PortalSession, *, once_key: str, adult_id: uuid.UUID) -> list[tuple[Booking, Meeting]]:
    """The live bookings that a form has made already."""
    rows = session.execute(ONCE, {"once_key": once_key, "adult": adult_id})
    return [(row.Booking, row.Meeting) for row in rows]


def offer_of(
    session: PortalSession, *, offer_id: uuid.UUID, pupil_id: uuid.UUID, review_id: uuid.UUID
) -> Meeting | None:
    """The meeting that somebody offers, held."""
    return session.scalars(OFFER, {"offer": offer_id, "pupil": pupil_id, "review": review_id}).first()


def first_slot(session: PortalSession, meeting_id: uuid.UUID) -> uuid.UUID:
    """The slot with which a live meeting begins."""
    return session.scalars(FIRST_SLOT, {"meeting": meeting_id}).one()


def hold_school(session: PortalSession, school_id: uuid.UUID) -> None:
    """Lets one adult who is kept apart from somebody choose after the other, so that each sees the other's time."""
    session.execute(SCHOOL, {"school": school_id})
