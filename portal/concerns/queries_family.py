"""What one adult asked school about one child, and what they need to know before they ask."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import aliased

from portal.accounts.models import KeptText
from portal.accounts.rules import as_written
from portal.concerns.models import AnswerDays, Concern
from portal.concerns.rules import (
    DEFAULT_DAYS,
    STEP_ROLES,
    Standing,
    Step,
    Wish,
    WishPage,
    is_late,
    may_step_up,
    step_of_role,
    wishes_of,
)
from portal.kernel.clock import LONDON
from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.meetings.queries_standing import MY_NUMBER
from portal.people.actor import Actor
from portal.people.models import Person, Pupil, School, StaffRole
from portal.people.rules import ContactKind, Readers, Role
from portal.reviews.queries_calendar import calendar_of

ONE_READER = (Role.SENDCO, Role.HEADTEACHER)  # whom a family may name as the only one who reads
Me = aliased(Person, name="me")
ASKING = (
    select(
        *(Pupil.school_id, Pupil.forename, Pupil.known_as.label("child_known_as"), School.name.label("school")),
        *(School.theme, School.sendco_word, School.complaint_ladder),
        *(Me.interpreter_needed, MY_NUMBER.label("my_number")),
        *(StaffRole.role, StaffRole.person_id, Person.known_as, Person.full_name),
    )
    .select_from(Pupil)
    .join(School, School.id == Pupil.school_id)
    .join(Me, Me.id == bindparam("me"))
    .outerjoin(
        StaffRole,
        and_(
            StaffRole.school_id == School.id,
            or_(
                and_(StaffRole.class_id == Pupil.class_id, StaffRole.role == Role.CLASS_TEACHER),
                StaffRole.role.in_(ONE_READER),
            ),
            StaffRole.starts_on <= bindparam("today"),
            or_(StaffRole.ends_on.is_(None), StaffRole.ends_on >= bindparam("today")),
        ),
    )
    .outerjoin(Person, Person.id == StaffRole.person_id)
    .where(Pupil.id == bindparam("pupil_id"))
    .order_by(StaffRole.role, Person.full_name, StaffRole.id)
)
DAYS = select(AnswerDays.step, AnswerDays.days).where(AnswerDays.school_id == bindparam("school_id"))
MINE = (
    select(
        *(Concern.id, Concern.kind, Concern.standing, Concern.parts, Concern.sent_at, Concern.answer_by),
        *(Concern.written_at, Concern.version, Concern.readers, Concern.one_adult_id, Concern.interpreter),
    )
    .where(Concern.pupil_id == bindparam("pupil_id"), Concern.author_id == bindparam("me"))
    .order_by(Concern.written_at.desc(), Concern.id)
    .limit(100)
)

LOST = (
    select(KeptText.fields)
    .where(KeptText.person_id == bindparam("me"), KeptText.path == bindparam("path"))
    .where(KeptText.kept_at > bindparam("since"))
    .order_by(KeptText.kept_at.desc(), KeptText.id)
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Answerer:
    """Somebody at school who answers a step."""

    person_id: uuid.UUID
    name: str
    step: Step


@dataclass(frozen=True, slots=True, kw_only=True)
class AskPage:
    """One child's school for whoever asks: who answers, and what is known of the reader. `number` is the reader's
    own, and so are the rights with `own_rights`: a young person asks for themselves."""

    pupil_id: uuid.UUID
    school_id: uuid.UUID
    child: str
    school: str
    theme: str
    sendco_word: str
    ladder: tuple[str, ...]
    people: tuple[Answerer, ...]
    interpreter_needed: bool
    number: str
    own_rights: bool

    @property
    def wishes(self) -> Mapping[Wish, WishPage]:
        """What can be asked, in the words for this reader."""
        return wishes_of(self.own_rights)

    def at(self, step: Step) -> tuple[Answerer, ...]:
        """Who answers a step today."""
        return tuple(one for one in self.people if one.step == step)

    @property
    def only_readers(self) -> tuple[Answerer, ...]:
        """Whom the reader may name as the only one who reads."""
        return tuple(one for one in self.people if one.step != Step.TEACHER)

    def start(self, wanted: Step, one_adult_id: uuid.UUID | None) -> Step:
        """Where it begins: with the one who alone reads it, else at the wanted step, or above it where it is vacant."""
        if one_adult_id is not None:
            return next(one.step for one in self.only_readers if one.person_id == one_adult_id)
        vacant = wanted == Step.TEACHER and not self.at(Step.TEACHER)
        return Step.SENDCO if vacant else wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One thing that the reader asked, or the draft of it. `begins` are its first words."""

    concern_id: uuid.UUID
    kind: Wish
    standing: Standing
    sent_at: datetime | None
    begins: str
    late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What stands in a form that was not sent yet."""

    parts: Mapping[str, str]
    readers: str
    interpreter: bool
    version: int
    written_at: datetime


def ask_page(session: PortalSession, *, viewer: Actor, pupil_id: uuid.UUID, today: date) -> AskPage:
    """One statement. Raises NotFound outside the scope."""
    rows = session.execute(ASKING, {"pupil_id": pupil_id, "me": viewer.person_id, "today": today}).all()
    if not rows:
        raise NotFound
    first = rows[0]
    people = {
        row.person_id: Answerer(row.person_id, row.known_as or row.full_name, step_of_role(row.role))
        for row in rows
        if row.role in STEP_ROLES.values()
    }
    return AskPage(
        pupil_id=pupil_id,
        school_id=first.school_id,
        child=first.child_known_as or first.forename,
        school=first.school,
        theme=first.theme,
        sendco_word=first.sendco_word,
        ladder=tuple(first.complaint_ladder),
        people=tuple(people.values()),
        interpreter_needed=first.interpreter_needed,
        number=as_written(ContactKind.MOBILE, first.my_number) if first.my_number else "",
        own_rights=viewer.holds_own_rights,
    )


def days_of(session: PortalSession, school_id: uuid.UUID) -> dict[Step, int]:
    """In how many school days each step answers; one statement."""
    said = {row.step: row.days for row in session.execute(DAYS, {"school_id": school_id})}
    return {step: said.get(step, DEFAULT_DAYS) for step in Step}


def promised(session: PortalSession, school_id: uuid.UUID, step: Step, now: datetime) -> date:
    """The day by which a step answers what it is asked now; three statements."""
    return promises(session, school_id, now)[step]


def promises(session: PortalSession, school_id: uuid.UUID, now: datetime) -> dict[Step, date]:
    """The same for every step; three statements."""
    today = now.astimezone(LONDON).date()
    calendar = calendar_of(session, school_id, today)
    return {step: calendar.school_days_after(today, days) for step, days in days_of(session, school_id).items()}


def my_questions(session: PortalSession, *, viewer: Actor, pupil_id: uuid.UUID, today: date) -> list[Asked]:
    """What the viewer asked about a child, newest first, drafts among them; one statement."""
    rows = session.execute(MINE, {"pupil_id": pupil_id, "me": viewer.person_id})
    return [_asked(row, today) for row in rows]


def my_draft(session: PortalSession, *, viewer: Actor, pupil_id: uuid.UUID, kind: Wish) -> Draft | None:
    """What the viewer began to ask and did not send; one statement."""
    asked = {"pupil_id": pupil_id, "me": viewer.person_id}
    row = session.execute(MINE.where(Concern.sent_at.is_(None), Concern.kind == kind), asked).first()
    if row is None:
        return None
    return Draft(
        parts=row.parts,
        readers=str(row.one_adult_id or Readers.TEACHERS),
        interpreter=row.interpreter,
        version=row.version,
        written_at=row.written_at,
    )


def lost_words(session: PortalSession, *, viewer: Actor, path: str, since: datetime) -> Mapping[str, str]:
    """By field what the viewer was typing at this address when their sitting ended, if nothing newer is kept; one
    statement."""
    fields = session.scalars(LOST, {"me": viewer.person_id, "path": path, "since": since}).first() or {}
    return {name: str(words) for name, words in fields.items()}


def can_step_up(standing: Standing, step: Step, answer_by: date | None, today: date) -> bool:
    """Whether the one who asked may go one step further now."""
    return answer_by is not None and may_step_up(standing, step, answer_by, today)


def _asked(row: Any, today: date) -> Asked:
    return Asked(
        concern_id=row.id,
        kind=row.kind,
        standing=row.standing,
        sent_at=row.sent_at,
        begins=next((words for words in row.parts.values() if words), ""),
        late=row.answer_by is not None and is_late(row.standing, row.answer_by, today),
    )
