"""The family's front page in one statement: each child, what is published, what is unread, what is new."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, bindparam, case, func, select
from sqlalchemy.orm import aliased

from portal.concerns.rules_messages import ConcernMessage
from portal.home.rules import NextStep, next_step
from portal.kernel.scope import PortalSession
from portal.notices.queries_messages import Note
from portal.people.actor import Actor
from portal.people.models import Look, Pupil, School
from portal.profiles.models import Plan, PlanVersion, ProgressNote
from portal.profiles.models_register import RegisterWord
from portal.profiles.rules import VersionState
from portal.profiles.rules_since import is_news

AGREEMENTS = frozenset({ConcernMessage.CONSENT_ASK.value})  # an answer that the law asks for
look_now = aliased(Look, name="look_now")
last_look = (
    select(Look.id)
    .where(
        Look.person_id == bindparam("me"),
        Look.pupil_id == Pupil.id,
        Look.sitting_id != bindparam("sitting_id"),
    )
    .order_by(case((Look.version_number > 0, 0), else_=1), Look.at.desc(), Look.id)
    .limit(1)
    .correlate(Pupil)
    .scalar_subquery()
)
_UNREAD = (
    select(func.count())
    .select_from(RegisterWord)
    .where(RegisterWord.pupil_id == Pupil.id, RegisterWord.adult_id == bindparam("me"), RegisterWord.read_at.is_(None))
    .correlate(Pupil)
    .scalar_subquery()
)
_NEW_NOTES = (
    select(func.count())
    .select_from(ProgressNote)
    .where(ProgressNote.pupil_id == Pupil.id, ProgressNote.for_family, ProgressNote.at > Look.at)
    .correlate(Pupil, Look)
    .scalar_subquery()
)
CHILDREN = (
    select(
        Pupil.id,
        Pupil.forename,
        Pupil.known_as,
        School.name.label("school"),
        School.theme,
        PlanVersion.number,
        PlanVersion.published_at,
        Look.at.label("seen_at"),
        Look.version_number.label("seen_number"),
        look_now.at.label("looked_now"),
        look_now.version_number.label("seen_now"),
        _UNREAD.label("unread"),
        _NEW_NOTES.label("new_notes"),
    )
    .select_from(Pupil)
    .join(School, School.id == Pupil.school_id)
    .outerjoin(Plan, and_(Plan.pupil_id == Pupil.id, Plan.closed_on.is_(None)))
    .outerjoin(
        PlanVersion,
        and_(
            PlanVersion.plan_id == Plan.id,
            PlanVersion.pupil_id == Pupil.id,
            PlanVersion.state == VersionState.PUBLISHED,
        ),
    )
    .outerjoin(Look, Look.id == last_look)
    .outerjoin(look_now, and_(look_now.pupil_id == Pupil.id, look_now.sitting_id == bindparam("sitting_id")))
    .order_by(PlanVersion.published_at.desc().nulls_last(), Pupil.id, Plan.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildCard:
    """One child on the family's front page. `seen_at` is when the reader last read the plan in an earlier
    sitting, or last looked when they never read it."""

    pupil_id: uuid.UUID
    name: str
    school: str
    theme: str
    step: NextStep
    published_at: datetime | None
    seen_at: datetime | None
    is_new_version: bool
    new_notes: int


def children(session: PortalSession, *, viewer: Actor) -> list[ChildCard]:
    """The children this reader may read about, by name; none is told apart from not allowed."""
    rows = session.execute(CHILDREN, {"me": viewer.person_id, "sitting_id": viewer.sitting_id})
    cards: dict[uuid.UUID, ChildCard] = {}
    for row in rows:
        number = row.number or 0
        seen, since = row.seen_now or row.seen_number, row.seen_at or row.looked_now
        card = ChildCard(
            pupil_id=row.id,
            name=row.known_as or row.forename,
            school=row.school,
            theme=row.theme,
            step=next_step(
                unread=row.unread,
                version=number,
                is_new=is_news(number, row.published_at, seen=seen, since=since),
            ),
            published_at=row.published_at,
            seen_at=row.seen_at,
            is_new_version=is_news(number, row.published_at, seen=row.seen_number, since=row.seen_at),
            new_notes=row.new_notes,
        )
        cards.setdefault(row.id, card)  # of two open plans the newer one speaks
    return sorted(cards.values(), key=lambda card: (card.name.casefold(), card.pupil_id))


def in_order(waiting: Iterable[Note]) -> tuple[Note, ...]:
    """What waits for an answer: agreements first, then what has a last day by that day, the rest as it came."""
    return tuple(sorted(waiting, key=lambda note: (note.kind not in AGREEMENTS, note.standing.day or date.max)))
