"""What waits for a member of staff: promises that are late, families who say that something is not happening, and what
was said for a review and has no ending yet."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select

from portal.contributions.rules import OPEN_FOR_WORDS
from portal.kernel.clock import LONDON
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.people.models import Pupil, School
from portal.people.rules import Role
from portal.records.models import Action, NotHappening, Record
from portal.records.models_standing import EndingStanding, StatementStanding
from portal.records.queries_actions import CARRIED_ON
from portal.records.queries_endings import ENDED_SIDES
from portal.records.rules_actions import UNFINISHED
from portal.records.rules_record import WRITERS
from portal.reviews.models import Review
from portal.reviews.rules import BEFORE_THE_MEETING, Stage

AFTER_IT = frozenset(Stage) - BEFORE_THE_MEETING - {Stage.CLOSED, Stage.CANCELLED}
PROMISED = (
    Action.state.in_(UNFINISHED),
    Record.shared_at.is_not(None),
    Pupil.left_on.is_(None),
    ~CARRIED_ON,
)
LATE = Action.due_on < bindparam("today")
# what a child said to one adult nobody else can answer, and nobody else can finish the review before
_MINE = StatementStanding.one_adult_id == bindparam("person_id")
_NO_ENDING = (
    StatementStanding.current,
    StatementStanding.sent_at.is_not(None),
    StatementStanding.side.in_(ENDED_SIDES),
    StatementStanding.says_something,
    EndingStanding.id.is_(None),
    Pupil.left_on.is_(None),
    or_(_MINE, and_(bindparam("leads"), StatementStanding.one_adult_id.is_(None))),
)


def _unanswered(*columns: Any) -> Any:
    return (
        select(*columns)
        .select_from(StatementStanding)
        .join(Review, Review.id == StatementStanding.review_id)
        .join(Pupil, Pupil.id == StatementStanding.pupil_id)
        .outerjoin(
            EndingStanding,
            and_(
                EndingStanding.statement_id == StatementStanding.id,
                EndingStanding.pupil_id == StatementStanding.pupil_id,
            ),
        )
        .where(*_NO_ENDING)
    )


def _promised(*where: Any) -> Any:
    return (
        select(func.count())
        .select_from(Action)
        .join(Record, Record.review_id == Action.review_id)
        .join(Pupil, Pupil.id == Action.pupil_id)
        .where(*PROMISED, LATE, *where)
        .scalar_subquery()
    )


TO_END = (
    _unanswered(
        *(StatementStanding.pupil_id, StatementStanding.review_id),
        StatementStanding.one_adult_id.is_not(None).label("is_mine"),
        *(Pupil.forename, Pupil.known_as, Pupil.surname),
    )
    .where(or_(Review.stage.in_(sorted(AFTER_IT)), and_(_MINE, Review.stage.in_(sorted(OPEN_FOR_WORDS)))))
    .distinct()
    .order_by(Pupil.surname, Pupil.forename, StatementStanding.review_id)
)
ATTENTION = (
    select(
        _promised(Action.owner_id == bindparam("person_id")).label("late_mine"),
        _promised().label("late"),
        select(func.count())
        .select_from(NotHappening)
        .join(Pupil, Pupil.id == NotHappening.pupil_id)
        .where(NotHappening.answered_at.is_(None), Pupil.left_on.is_(None))
        .scalar_subquery()
        .label("not_happening"),
        _unanswered(func.count()).where(Review.stage.in_(sorted(AFTER_IT))).scalar_subquery().label("unanswered"),
        _unanswered(func.count(StatementStanding.review_id.distinct()))
        .where(_MINE, Review.stage.in_(sorted(AFTER_IT | OPEN_FOR_WORDS)))
        .scalar_subquery()
        .label("said_to_me"),
    )
    .select_from(School)
    .where(School.id == bindparam("school_id"))
)


@dataclass(frozen=True, slots=True)
class ToEnd:
    """A review in which something has no ending yet; `is_mine`: a child said it to the reader alone."""

    pupil_id: uuid.UUID
    review_id: uuid.UUID
    is_mine: bool
    child: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait: the reader's own late promises, all late ones they may read, what is not happening, what was said
    in a meeting that is over and has no ending, and reviews in which a child said something to the reader alone that
    has none, also before the meeting."""

    late_mine: int
    late: int
    not_happening: int
    unanswered: int
    said_to_me: int


def sees_all(viewer: Actor) -> bool:
    """Who answers for the promises of the whole school."""
    return viewer.has(Role.SENDCO, Role.HEADTEACHER)


def waiting(session: PortalSession, *, viewer: Actor, now: datetime) -> Waiting:
    """What waits for the viewer's front page; 1 statement. Only those who answer for the school hear of more than
    their own promises."""
    today = now.astimezone(LONDON).date()
    asked = {"school_id": viewer.school_id, "today": today, **_who(viewer)}
    row = session.execute(ATTENTION, asked).one()
    everybody = sees_all(viewer)
    late, not_happening = (row.late, row.not_happening) if everybody else (0, 0)
    return Waiting(row.late_mine, late, not_happening, row.unanswered, row.said_to_me)


def to_end(session: PortalSession, *, viewer: Actor) -> tuple[ToEnd, ...]:
    """The reviews in which something waits for the viewer's answer, by child; 1 statement. What a child said to the
    viewer alone can be answered before the meeting too."""
    rows = session.execute(TO_END, _who(viewer))
    return tuple(ToEnd(row.pupil_id, row.review_id, row.is_mine, row.known_as or row.forename) for row in rows)


def _who(viewer: Actor) -> dict[str, Any]:
    return {"person_id": viewer.person_id, "leads": viewer.has(*WRITERS)}
