"""The page of one review for one adult: why, with whom, when. Never what another household booked, said or brings."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, and_, bindparam, cast, exists, literal, null, or_, select, type_coerce, union_all

from portal.kernel.clock import LONDON
from portal.kernel.scope import PortalSession
from portal.meetings.models import Guest, JoinOffer, Meeting, Slot, TakenSlot
from portal.meetings.queries_standing import MyReview, my_review
from portal.meetings.rules import Mode
from portal.meetings.rules_family import Step
from portal.people.actor import Actor
from portal.people.models import KeptApart, Person, StaffRole
from portal.people.rules import ROLE_NAMES, Role
from portal.reviews.models import Review

SPEAKS_FIRST = (
    *(Role.SENDCO, Role.CLASS_TEACHER, Role.HEADTEACHER),
    *(Role.TEACHING_ASSISTANT, Role.SUPPLY_TEACHER, Role.OFFICE),
)
OFFERED = frozenset({Step.CHOOSE, Step.ASKED})
# With a time, the staff of that time; before, those of the times that the family may choose from.
STAFF_OF_MY_TIME = (
    select(Slot.with_ids)
    .join(TakenSlot, TakenSlot.slot_id == Slot.id)
    .join(Meeting, Meeting.id == TakenSlot.meeting_id)
    .where(
        TakenSlot.released_at.is_(None),
        Meeting.school_id == bindparam("school_id"),
        Meeting.id == bindparam("meeting_id"),
    )
    .order_by(Slot.starts_at, Slot.id)
    .limit(1)
)
STAFF_OF_THE_TIMES = (
    select(Slot.with_ids)
    .where(
        Slot.school_id == bindparam("school_id"),
        Slot.round_id == bindparam("round_id"),
        Slot.staff_id == bindparam("lead_id"),
        Slot.withdrawn_at.is_(None),
    )
    .order_by(Slot.starts_at, Slot.id)
    .limit(1)
)
STAFF = (
    select(Person.id, Person.known_as, Person.full_name, StaffRole.role)
    .outerjoin(
        StaffRole,
        and_(
            StaffRole.person_id == Person.id,
            StaffRole.school_id == bindparam("school_id"),
            StaffRole.starts_on <= bindparam("today"),
            or_(StaffRole.ends_on.is_(None), StaffRole.ends_on >= bindparam("today")),
        ),
    )
    .where(Person.id.in_(bindparam("people", expanding=True)))
    .order_by(Person.full_name, Person.id)
)


def _line(part: str, **columns: Any) -> list[Any]:
    given = {name: cast(null(), String) for name in ("name", "other", "third")} | columns
    return [column.label(name) for name, column in {"part": literal(part), **given}.items()]


_GUESTS = select(
    *_line("guest", name=Guest.name, other=Guest.works_as, third=Guest.organisation, id=Guest.id, at=Guest.invited_at)
).where(
    Guest.pupil_id == bindparam("pupil_id"),
    Guest.review_id == bindparam("review_id"),
    or_(Guest.adult_id.is_(None), Guest.adult_id == bindparam("me")),
)
# Whoever must not meet the adult who offers is not told that there is an offer.
_OFFERS = (
    select(*_line("offer", name=type_coerce(Meeting.mode, String), id=JoinOffer.id, at=Meeting.starts_at))
    .join(Meeting, Meeting.id == JoinOffer.meeting_id)
    .where(
        JoinOffer.pupil_id == bindparam("pupil_id"),
        JoinOffer.review_id == bindparam("review_id"),
        JoinOffer.offered_by != bindparam("me"),
        JoinOffer.withdrawn_at.is_(None),
        Meeting.released_at.is_(None),
        Meeting.live_bookings > 0,
        Meeting.starts_at > bindparam("now"),
        ~exists().where(KeptApart.adult_id == bindparam("me"), KeptApart.from_id == JoinOffer.offered_by),
    )
)
_last = (
    select(Review.id, Review.held_at, Person.known_as, Person.full_name)
    .join(Person, Person.id == Review.lead_id)
    .where(
        Review.pupil_id == bindparam("pupil_id"),
        Review.id != bindparam("review_id"),
        Review.held_at < bindparam("before"),
    )
    .order_by(Review.held_at.desc(), Review.id)
    .limit(1)
    .subquery()
    .c
)
_LAST = select(*_line("last", name=_last.known_as, other=_last.full_name, id=_last.id, at=_last.held_at))
# One statement for three short lists: each statement costs more than the lists do.
AROUND = union_all(_GUESTS, _OFFERS, _LAST).order_by("part", "at", "id")


@dataclass(frozen=True, slots=True)
class Comer:
    """Somebody from school or from elsewhere who is invited. `role_name` is a message id or the guest's own words."""

    name: str
    role_name: str
    organisation: str = ""
    from_school: bool = True


@dataclass(frozen=True, slots=True)
class Offer:
    """A time of another adult that the reader may come to. It does not say whose it is."""

    offer_id: uuid.UUID
    starts_at: datetime
    mode: Mode


@dataclass(frozen=True, slots=True)
class LastReview:
    """The review before: when it was held, and who met the family."""

    review_id: uuid.UUID
    held_at: datetime
    lead: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPage:
    """Everything that the page of a review shows."""

    review: MyReview
    comers: tuple[Comer, ...]
    offers: tuple[Offer, ...]
    last: LastReview | None


def review_page(
    session: PortalSession, *, viewer: Actor, pupil_id: uuid.UUID, review_id: uuid.UUID, now: datetime
) -> ReviewPage:
    """Four statements. Raises NotFound outside the scope and before school has invited."""
    review = my_review(session, viewer=viewer, pupil_id=pupil_id, review_id=review_id, now=now)
    asked = {
        "pupil_id": pupil_id,
        "review_id": review_id,
        "me": viewer.person_id,
        "now": now,
        "before": review.held_at or now,
    }
    lines: dict[str, list[Any]] = {"guest": [], "offer": [], "last": []}
    for line in session.execute(AROUND, asked):
        lines[line.part].append(line)
    guests = (Comer(line.name, line.other, line.third, from_school=False) for line in lines["guest"])
    offers = lines["offer"] if review.step in OFFERED and review.may_book else ()
    return ReviewPage(
        review=review,
        comers=(*_staff(session, review, now), *guests),
        offers=tuple(Offer(line.id, line.at, Mode(line.name)) for line in offers),
        last=next((LastReview(line.id, line.at, line.name or line.other) for line in lines["last"]), None),
    )


def _staff(session: PortalSession, review: MyReview, now: datetime) -> Iterable[Comer]:
    """Who meets the family, the one who leads first."""
    asked = {"school_id": review.school_id, "round_id": review.round_id, "lead_id": review.lead_id}
    if review.time is not None and review.time.meeting_id is not None:
        found = session.execute(STAFF_OF_MY_TIME, {**asked, "meeting_id": review.time.meeting_id}).first()
    else:
        found = session.execute(STAFF_OF_THE_TIMES, asked).first() if review.round_id else None
    people = [review.lead_id, *(uuid.UUID(partner) for partner in (found.with_ids if found else ()))]
    today = now.astimezone(LONDON).date()
    known: dict[uuid.UUID, tuple[str, list[Role]]] = {}
    for row in session.execute(STAFF, {"school_id": review.school_id, "people": people, "today": today}):
        known.setdefault(row.id, (row.known_as or row.full_name, []))[1].append(row.role)
    return (Comer(known[who][0], _role_name(known[who][1], review.sendco_word)) for who in people if who in known)


def _role_name(roles: Iterable[Role | None], sendco_word: str) -> str:
    highest = min((role for role in roles if role), key=SPEAKS_FIRST.index, default=None)
    return sendco_word if highest == Role.SENDCO else ROLE_NAMES[highest] if highest else ""
