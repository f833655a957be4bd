"""What was promised and is not done yet: each member of staff has a list, the SENDCO and the headteacher have all of
them, the late ones first; and what families say is not happening."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, select

from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.people.models import Person, Pupil, SchoolClass
from portal.people.rules import Role
from portal.records.models import Action, ActionStep, NotHappening, Record
from portal.records.queries_actions import LINE, ActionLine, Colleague, colleagues, lines
from portal.records.queries_waiting import LATE, PROMISED, ToEnd, sees_all, to_end
from portal.records.rules import ACTION_STATES, ActionState

MOST = 200
PROMISES = (
    select(*LINE, Pupil.forename, Pupil.known_as.label("child_known_as"), SchoolClass.name.label("class_name"))
    .join(Record, Record.review_id == Action.review_id)
    .join(Pupil, Pupil.id == Action.pupil_id)
    .outerjoin(SchoolClass, SchoolClass.id == Pupil.class_id)
    .outerjoin(Person, Person.id == Action.owner_id)
    .where(*PROMISED)
    .order_by(Action.due_on.is_(None), Action.due_on, Pupil.surname, Pupil.forename, Action.id)
    .limit(MOST + 1)
)
MINE = PROMISES.where(Action.owner_id == bindparam("person_id"))
LATE_ONES = PROMISES.where(LATE)
MY_LATE_ONES = MINE.where(LATE)
ONE = (
    select(*LINE, Pupil.forename, Pupil.known_as.label("child_known_as"), Action.school_id)
    .join(Record, Record.review_id == Action.review_id)
    .join(Pupil, Pupil.id == Action.pupil_id)
    .outerjoin(Person, Person.id == Action.owner_id)
    .where(
        Action.id == bindparam("action_id"),
        Action.pupil_id == bindparam("pupil_id"),
        Record.shared_at.is_not(None),
    )
)
STEPS = (
    select(
        *(ActionStep.state, ActionStep.words, ActionStep.due_on, ActionStep.noted_at, Person.full_name, Person.known_as)
    )
    .join(Person, Person.id == ActionStep.noted_by)
    .where(ActionStep.action_id == bindparam("action_id"), ActionStep.pupil_id == bindparam("pupil_id"))
    .order_by(ActionStep.noted_at, ActionStep.id)
)
SAID = (
    select(
        *(NotHappening.id, NotHappening.pupil_id, NotHappening.action_id, NotHappening.words, NotHappening.said_at),
        *(NotHappening.answered_at, NotHappening.answer, NotHappening.school_id),
        *(Action.text, Action.language, Pupil.forename, Pupil.known_as.label("child_known_as")),
        *(SchoolClass.name.label("class_name"), NotHappening.adult_id, Person.full_name, Person.known_as),
        *(Person.language.label("adult_language"), Person.spoken_language, Person.interpreter_needed),
    )
    .join(Pupil, Pupil.id == NotHappening.pupil_id)
    .outerjoin(SchoolClass, SchoolClass.id == Pupil.class_id)
    .outerjoin(Person, Person.id == NotHappening.adult_id)
    .outerjoin(Action, and_(Action.id == NotHappening.action_id, Action.pupil_id == NotHappening.pupil_id))
)
UNANSWERED = SAID.where(NotHappening.answered_at.is_(None), Pupil.left_on.is_(None)).order_by(
    NotHappening.said_at, NotHappening.id
)
ONE_SAID = SAID.where(NotHappening.id == bindparam("said_id"), NotHappening.pupil_id == bindparam("pupil_id"))


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise with the child it is about."""

    action: ActionLine
    child: str
    class_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What an adult says is not happening, about an action of which the viewer may not see the text. The words are in
    any language; `language` is the one that the adult reads, `spoken_language` the one to speak, or empty."""

    said_id: uuid.UUID
    pupil_id: uuid.UUID
    school_id: uuid.UUID
    child: str
    class_name: str
    adult_id: uuid.UUID
    name: str
    language: str
    spoken_language: str
    interpreter_needed: bool
    words: str
    said_at: datetime
    action: str
    action_language: str
    answered_at: datetime | None
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromisesPage:
    """A list of promises. `all_of_school`: the reader may see everybody's; `more`: there are more than are shown;
    `to_end`: the reviews in which something waits for the reader's answer."""

    promises: tuple[Promise, ...]
    more: bool
    all_of_school: bool
    colleagues: tuple[Colleague, ...]
    not_happening: tuple[Said, ...]
    may_answer: bool
    to_end: tuple[ToEnd, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """What became of an action on a day; `state_name` is a message id."""

    state: ActionState
    state_name: str
    words: str
    due_on: date | None
    noted_at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PromisePage:
    """One promise and everything that became of it."""

    action: ActionLine
    child: str
    school_id: uuid.UUID
    steps: tuple[StepLine, ...]


def promises_page(
    session: PortalSession, *, viewer: Actor, person_id: uuid.UUID | None, late_only: bool, today: date
) -> PromisesPage:
    """The promises of one person, or without one of the whole school; staff who do not answer for the school get their
    own, whatever they ask for. At most 4 statements."""
    everybody = sees_all(viewer)
    if not everybody:
        person_id = viewer.person_id
    statement = (MY_LATE_ONES if late_only else MINE) if person_id else (LATE_ONES if late_only else PROMISES)
    asked: dict[str, object] = {"person_id": person_id} if person_id else {}
    rows = session.execute(statement, {**asked, "today": today} if late_only else asked).all()
    return PromisesPage(
        promises=tuple(
            Promise(line, row.child_known_as or row.forename, row.class_name or "")
            for row, line in zip(rows[:MOST], lines(rows[:MOST], today), strict=True)
        ),
        more=len(rows) > MOST,
        all_of_school=everybody,
        colleagues=tuple(colleagues(session, viewer=viewer, today=today)) if everybody else (),
        not_happening=tuple(_said(row) for row in session.execute(UNANSWERED)) if everybody else (),
        may_answer=viewer.has(Role.SENDCO),
        to_end=to_end(session, viewer=viewer),
    )


def promise_page(session: PortalSession, *, pupil_id: uuid.UUID, action_id: uuid.UUID, today: date) -> PromisePage:
    """One promise of a shared record; 2 statements. Raises NotFound."""
    about = {"pupil_id": pupil_id, "action_id": action_id}
    row = session.execute(ONE, about).first()
    if row is None:
        raise NotFound
    return PromisePage(
        action=lines([row], today)[0],
        child=row.child_known_as or row.forename,
        school_id=row.school_id,
        steps=tuple(_step(step) for step in session.execute(STEPS, about)),
    )


def one_said(session: PortalSession, *, pupil_id: uuid.UUID, said_id: uuid.UUID) -> Said:
    """What one adult said is not happening. Raises NotFound."""
    row = session.execute(ONE_SAID, {"pupil_id": pupil_id, "said_id": said_id}).first()
    if row is None:
        raise NotFound
    return _said(row)


def _step(row: Any) -> StepLine:
    return StepLine(
        state=row.state,
        state_name=ACTION_STATES[row.state],
        words=row.words,
        due_on=row.due_on,
        noted_at=row.noted_at,
        by=row.known_as or row.full_name,
    )


def _said(row: Any) -> Said:
    return Said(
        said_id=row.id,
        pupil_id=row.pupil_id,
        school_id=row.school_id,
        child=row.child_known_as or row.forename,
        class_name=row.class_name or "",
        adult_id=row.adult_id,
        name=row.known_as or row.full_name or "",
        language=row.adult_language or "",
        spoken_language=row.spoken_language or "",
        interpreter_needed=bool(row.interpreter_needed),
        words=row.words,
        said_at=row.said_at,
        action=row.text or "",
        action_language=row.language or "",
        answered_at=row.answered_at,
        answer=row.answer,
    )
