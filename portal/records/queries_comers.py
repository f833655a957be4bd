"""Who comes to a meeting: from school, and from elsewhere."""

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, and_, bindparam, case, cast, literal, null, or_, select, type_coerce, union_all

from portal.kernel.clock import LONDON
from portal.kernel.scope import PortalSession
from portal.meetings.models import Guest, Meeting, Slot, TakenSlot
from portal.meetings.queries_family import SPEAKS_FIRST
from portal.meetings.queries_held import HELD_FOR_IT
from portal.meetings.rules import Basis
from portal.people.models import Person, StaffRole
from portal.people.rules import ROLE_NAMES, Role
from portal.reviews.models import Review

ROLE_WORD = type_coerce(StaffRole.role, String)


def _line(part: Any, **columns: Any) -> list[Any]:
    given = {name: cast(null(), String) for name in ("name", "other", "third")} | columns
    return [column.label(name) for name, column in {"part": part, **given}.items()]


_STAFF = (
    select(*_line(literal("staff"), name=Person.known_as, other=Person.full_name, third=ROLE_WORD, id=Person.id))
    .join(StaffRole, StaffRole.person_id == Person.id)
    .where(
        StaffRole.school_id == bindparam("school_id"),
        StaffRole.starts_on <= bindparam("today"),
        or_(StaffRole.ends_on.is_(None), StaffRole.ends_on >= bindparam("today")),
    )
)
# those who sit in at a time that a family took, or at the one that school set for everybody
_AT_THE_TIME = (
    select(*_line(literal("with"), name=cast(Slot.with_ids, String), id=Slot.id))
    .join(TakenSlot, TakenSlot.slot_id == Slot.id)
    .join(Meeting, Meeting.id == TakenSlot.meeting_id)
    .where(
        TakenSlot.released_at.is_(None),
        Meeting.school_id == bindparam("school_id"),
        Meeting.id == bindparam("meeting_id"),
    )
)
_AT_THE_SET_TIME = (
    select(*_line(literal("with"), name=cast(Slot.with_ids, String), id=Slot.id))
    .join(Review, HELD_FOR_IT)
    .where(Review.id == bindparam("review_id"), Review.pupil_id == bindparam("pupil_id"))
)
_FROM_OUTSIDE = {"name": Guest.name, "other": Guest.works_as, "third": Guest.organisation, "id": Guest.id}
# whom school invited from elsewhere: not a family's own guest, and not the headteacher, who reads the pack right here
FROM_ELSEWHERE = and_(Guest.adult_id.is_(None), Guest.basis != Basis.HEAD)
_KIND = case((FROM_ELSEWHERE, "guest"), else_="other")
_GUESTS = select(*_line(_KIND, **_FROM_OUTSIDE)).where(
    Guest.pupil_id == bindparam("pupil_id"),
    Guest.review_id == bindparam("review_id"),
    or_(bindparam("all_guests"), Guest.adult_id.is_(None), Guest.adult_id == bindparam("me")),
)
# One statement for short lists: each statement costs more than the lists do.
AROUND = union_all(_STAFF, _AT_THE_TIME, _AT_THE_SET_TIME, _GUESTS).order_by("part", "other", "id", "third")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comes:
    """Somebody who is invited. `role_name` is a message id, `works_as` a guest's own words; `guest_id` is there for
    whom school itself invited from elsewhere."""

    name: str
    role_name: str = ""
    works_as: str = ""
    organisation: str = ""
    guest_id: uuid.UUID | None = None
    starts_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Around:
    """Who comes from school, and who from elsewhere."""

    staff: tuple[Comes, ...]
    guests: tuple[Comes, ...]


def around(
    session: PortalSession,
    reader_id: uuid.UUID,
    about: dict[str, Any],
    review: Any,
    meeting_id: uuid.UUID | None,
    *,
    now: datetime,
    all_guests: bool,
) -> Around:
    """Who comes from school, the one who leads first, and who is invited from elsewhere; of those whom a family invited
    the reader's own, or all; 1 statement. `review` has school_id, lead_id and sendco_word."""
    asked = {
        **about,
        "school_id": review.school_id,
        "meeting_id": meeting_id,
        "today": now.astimezone(LONDON).date(),
        "all_guests": all_guests,
        "me": reader_id,
    }
    found: dict[str, list[Any]] = {"staff": [], "with": [], "guest": [], "other": []}
    for row in session.execute(AROUND, asked):
        found[row.part].append(row)
    people = [review.lead_id, *(uuid.UUID(key) for row in found["with"] for key in json.loads(row.name or "[]"))]
    return Around(
        tuple(_from_school(found["staff"], dict.fromkeys(people), review.sendco_word)),
        tuple(_from_outside(found)),
    )


def _from_school(rows: Iterable[Any], people: Iterable[uuid.UUID], sendco_word: str) -> Iterable[Comes]:
    known: dict[uuid.UUID, tuple[str, list[Role]]] = {}
    for row in rows:
        known.setdefault(row.id, (row.name or row.other, []))[1].append(Role(row.third))
    for person_id in people:
        if person_id in known:
            name, roles = known[person_id]
            highest = min(roles, key=SPEAKS_FIRST.index)
            yield Comes(name=name, role_name=sendco_word if highest == Role.SENDCO else ROLE_NAMES[highest])


def _from_outside(found: dict[str, list[Any]]) -> Iterable[Comes]:
    for part in ("guest", "other"):
        for row in found[part]:
            guest_id = row.id if part == "guest" else None
            yield Comes(name=row.name, works_as=row.other, organisation=row.third, guest_id=guest_id)
