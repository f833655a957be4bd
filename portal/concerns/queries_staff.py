"""What families asked and who owes the answer, for those of school who may read it; and the school's own setting."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, Uuid, and_, bindparam, cast, func, literal, null, select, union_all

from portal.concerns.models import Concern, Consent, Referral, Sharing
from portal.concerns.rules import Standing, Step, WishPage, is_late, own_steps, wishes_of
from portal.concerns.rules_consent import ConsentState
from portal.kernel.clock import LONDON
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.people.models import Person, Pupil, School, SchoolClass
from portal.people.rules import Role

SHOWN = 200
INBOX = (
    select(
        *(Concern.id, Concern.pupil_id, Concern.kind, Concern.step, Concern.standing, Concern.answer_by),
        *(Concern.author_id, Pupil.person_id.label("child_id")),
        *(Person.full_name.label("author"), Pupil.forename, Pupil.surname, Pupil.known_as),
        *(SchoolClass.name.label("class_name"), School.sendco_word),
    )
    .join(Pupil, Pupil.id == Concern.pupil_id)
    .join(School, School.id == Concern.school_id)
    .join(Person, Person.id == Concern.author_id)
    .outerjoin(SchoolClass, SchoolClass.id == Pupil.class_id)
    .where(Concern.school_id == bindparam("school_id"), Concern.sent_at.is_not(None))
    .order_by(Concern.standing != Standing.OPEN, Concern.answer_by, Concern.sent_at.desc(), Concern.id)
    .limit(SHOWN)
)
_OPEN = and_(
    Concern.school_id == bindparam("school_id"), Concern.sent_at.is_not(None), Concern.standing == Standing.OPEN
)


def _line(part: str, pupil_id: Any, count: Any) -> Select[Any]:
    return select(literal(part).label("part"), cast(pupil_id, Uuid).label("pupil_id"), count.label("number"))


_MINE = (
    _line("mine", null(), func.count(Concern.id))
    .select_from(Concern)
    .where(_OPEN, Concern.step.in_(bindparam("steps", expanding=True)))
)
_LATE = (
    _line("late", null(), func.count(Concern.id))
    .select_from(Concern)
    .where(_OPEN, Concern.answer_by < bindparam("today"))
)
_ANSWERED = (Consent.referral_id == Referral.id) & (Consent.pupil_id == Referral.pupil_id) & Consent.current
_OF_SCHOOL = and_(Referral.school_id == bindparam("school_id"), Referral.closed_at.is_(None))
_BACK = (
    _line("back", Referral.pupil_id, literal(1))
    .join(Consent, _ANSWERED)
    .where(_OF_SCHOOL, Consent.state == ConsentState.WITHDRAWN, Consent.seen_at.is_(None))
)
_SHARED = select(Sharing.id).where(Sharing.referral_id == Referral.id, Sharing.pupil_id == Referral.pupil_id).exists()
_READY = (
    _line("ready", Referral.pupil_id, literal(1))
    .join(Consent, _ANSWERED)
    .where(_OF_SCHOOL, Consent.state == ConsentState.GIVEN, Consent.ends_at > bindparam("now"), ~_SHARED)
)
# one statement for short lists: each statement costs more than the lists do
WAITING = union_all(_MINE, _LATE)
WAITING_FOR_SENDCO = union_all(_MINE, _LATE, _BACK, _READY)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernRow:
    """One line of the list. `mine`: the viewer owes the answer."""

    concern_id: uuid.UUID
    pupil_id: uuid.UUID
    child: str
    class_name: str
    author: str
    sendco_word: str
    wish: WishPage
    step: Step
    standing: Standing
    answer_by: date
    late: bool
    mine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcernAttention:
    """How many answers the viewer owes, how many answers are late, and the children whose referral needs the SENDCO:
    an agreement was taken back, or is there and nothing went out yet."""

    waiting: int
    late: int
    taken_back: tuple[uuid.UUID, ...] = ()
    ready: tuple[uuid.UUID, ...] = ()


def inbox(session: PortalSession, *, viewer: Actor, today: date) -> list[ConcernRow]:
    """What the viewer may read: what waits first, the earliest promise on top; one statement."""
    mine = own_steps(viewer.roles)
    return [_row(row, mine, today) for row in session.execute(INBOX, {"school_id": viewer.school_id})]


def attention(session: PortalSession, *, viewer: Actor, now: datetime) -> ConcernAttention:
    """One statement; none for whoever answers nothing."""
    steps = own_steps(viewer.roles)
    if not steps:
        return ConcernAttention(waiting=0, late=0)
    asked = {"school_id": viewer.school_id, "steps": list(steps), "today": now.astimezone(LONDON).date(), "now": now}
    found: dict[str, dict[uuid.UUID | None, int]] = {"mine": {}, "late": {}, "back": {}, "ready": {}}
    for row in session.execute(WAITING_FOR_SENDCO if viewer.has(Role.SENDCO) else WAITING, asked):
        found[row.part][row.pupil_id] = row.number
    return ConcernAttention(
        waiting=sum(found["mine"].values()),
        late=sum(found["late"].values()) if viewer.has(Role.SENDCO, Role.HEADTEACHER) else 0,
        taken_back=tuple(sorted(filter(None, found["back"]))),
        ready=tuple(sorted(filter(None, found["ready"]))),
    )


def _row(row: Any, mine: tuple[Step, ...], today: date) -> ConcernRow:
    return ConcernRow(
        concern_id=row.id,
        pupil_id=row.pupil_id,
        child=f"{row.known_as or row.forename} {row.surname}",
        class_name=row.class_name or "",
        author=row.author,
        sendco_word=row.sendco_word,
        wish=wishes_of(row.author_id == row.child_id)[row.kind],
        step=row.step,
        standing=row.standing,
        answer_by=row.answer_by,
        late=is_late(row.standing, row.answer_by, today),
        mine=row.standing == Standing.OPEN and row.step in mine,
    )
