"""What parents and the pupil said for a review and has no ending yet, and what became of the rest."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import aliased

from portal.contributions.models import Statement, StatementTranslation
from portal.contributions.rules import PARENT_QUESTIONS
from portal.contributions.rules_pupil import PUPIL_QUESTIONS, Tapped, tapped
from portal.kernel import clock
from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.people.models import Person, Pupil, StaffRole
from portal.people.rules import Side
from portal.records.models import Action, Ending, Record
from portal.records.models_standing import EndingStanding, StatementStanding
from portal.records.rules import ENDINGS, EndingKind
from portal.reviews.models import Review
from portal.reviews.rules import ReviewKind, Stage

ENDED_SIDES = (Side.PARENT, Side.PUPIL)
LABELS = {
    Side.PARENT: {question.key: question.label for question in PARENT_QUESTIONS},
    Side.PUPIL: {question.key: question.label for question in PUPIL_QUESTIONS},
}
There = aliased(StatementStanding, name="there")
OneAdult = aliased(Person, name="one_adult")
_STILL_HERE = (
    select(StaffRole.id)
    .where(
        StaffRole.person_id == There.one_adult_id,
        StaffRole.school_id == There.school_id,
        StaffRole.starts_on <= bindparam("today"),
        or_(StaffRole.ends_on.is_(None), StaffRole.ends_on >= bindparam("today")),
    )
    .exists()
)
# the translation of a statement, if a person has put it into the reader's language
INTO_THE_READERS = and_(
    StatementTranslation.statement_id == Statement.id,
    StatementTranslation.pupil_id == Statement.pupil_id,
    StatementTranslation.language == bindparam("language"),
    StatementTranslation.language != Statement.language,
)
# Every statement that waits, also those that this reader may not read: of these the joined columns are empty. What was
# said to one adult who has left the school can be ended by nobody, so it holds nothing up.
WAITING = (
    select(
        *(
            There.id,
            There.side,
            There.one_adult_id,
            OneAdult.full_name.label("adult"),
            OneAdult.known_as.label("called"),
        ),
        *(Statement.id.label("readable"), Statement.question, Statement.text, Statement.picks, Statement.language),
        *(Statement.late, Person.full_name, Person.known_as),
        *(StatementTranslation.text.label("translation"), StatementTranslation.translated_by),
        *(Pupil.forename, Pupil.known_as.label("child_known_as")),
    )
    .join(Pupil, Pupil.id == There.pupil_id)
    .outerjoin(EndingStanding, and_(EndingStanding.statement_id == There.id, EndingStanding.pupil_id == There.pupil_id))
    .outerjoin(Statement, and_(Statement.id == There.id, Statement.pupil_id == There.pupil_id))
    .outerjoin(StatementTranslation, INTO_THE_READERS)
    .outerjoin(Person, Person.id == Statement.author_id)
    .outerjoin(OneAdult, OneAdult.id == There.one_adult_id)
    .where(
        There.review_id == bindparam("review_id"),
        There.current,
        There.sent_at.is_not(None),
        There.side.in_(ENDED_SIDES),
        There.says_something,
        EndingStanding.id.is_(None),
        or_(There.one_adult_id.is_(None), _STILL_HERE),
    )
    .order_by(There.side, There.sent_at, There.id)
)
ENDED = (
    select(
        *(Ending.statement_id, Ending.kind, Ending.words, Ending.action_id, Ending.side),
        *(Statement.question, Statement.text, Statement.picks, Statement.language),
        *(
            Statement.one_adult_id,
            Statement.author_id,
            Action.text.label("action"),
            Action.language.label("action_language"),
        ),
        *(StatementTranslation.text.label("translation"), StatementTranslation.translated_by),
        *(Person.full_name, Person.known_as, Pupil.forename, Pupil.known_as.label("child_known_as")),
    )
    .join(Statement, and_(Statement.id == Ending.statement_id, Statement.pupil_id == Ending.pupil_id))
    .join(Pupil, Pupil.id == Ending.pupil_id)
    .outerjoin(StatementTranslation, INTO_THE_READERS)
    .outerjoin(Action, and_(Action.id == Ending.action_id, Action.pupil_id == Ending.pupil_id))
    .outerjoin(Person, Person.id == Ending.author_id)
    .where(Ending.review_id == bindparam("review_id"), Statement.current)
    .order_by(Ending.side, Statement.sent_at, Ending.id)
)
HEAD = (
    select(
        *(Review.school_id, Review.kind, Review.stage, Pupil.forename, Pupil.known_as),
        Record.shared_at,
    )
    .join(Pupil, Pupil.id == Review.pupil_id)
    .outerjoin(Record, and_(Record.review_id == Review.id, Record.pupil_id == Review.pupil_id))
    .where(Review.id == bindparam("review_id"), Review.pupil_id == bindparam("pupil_id"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenStatement:
    """Something that was said and has no ending. Of what is for one other adult only that it is there is known:
    `is_hidden`, and `one_adult` is that adult's name; the id and all words are left out. `translation` is in the
    reader's language, empty when there is none or none is needed."""

    statement_id: uuid.UUID | None = None
    side: Side
    name: str = ""
    question: str = ""
    text: str = ""
    picks: Mapping[str, str]
    language: str = ""
    late: bool = False
    one_adult_id: uuid.UUID | None = None
    one_adult: str = ""
    translation: str = ""
    translated_by: str = ""
    is_hidden: bool = False

    @property
    def taps(self) -> tuple[Tapped, ...]:
        """The pictures that were tapped, in order."""
        return tapped(self.picks)

    @property
    def endings(self) -> Mapping[EndingKind, str]:
        """The five endings it may get, as message ids."""
        return ENDINGS


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingLine:
    """What became of one statement. `question` is a message id or empty, `action` the text of the action it became;
    `translation` is in the reader's language, empty when there is none or none is needed."""

    statement_id: uuid.UUID
    side: Side
    author_id: uuid.UUID
    name: str
    question: str
    text: str
    picks: Mapping[str, str]
    language: str
    one_adult_id: uuid.UUID | None
    kind: EndingKind
    words: str
    action_id: uuid.UUID | None
    action: str
    action_language: str
    translation: str
    translated_by: str

    @property
    def kind_name(self) -> str:
        """Which ending it is, as a message id."""
        return ENDINGS[self.kind]

    @property
    def taps(self) -> tuple[Tapped, ...]:
        """The pictures that were tapped, in order."""
        return tapped(self.picks)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewHead:
    """One review and its record, as far as its endings need it."""

    pupil_id: uuid.UUID
    review_id: uuid.UUID
    school_id: uuid.UUID
    child: str
    kind: ReviewKind
    stage: Stage
    is_shared: bool

    @property
    def is_closed(self) -> bool:
        """Whether the review is finished for good."""
        return self.stage in (Stage.CLOSED, Stage.CANCELLED)


def open_statements(
    session: PortalSession, *, review_id: uuid.UUID, language: str = "", today: date | None = None
) -> list[OpenStatement]:
    """What parents and the pupil said for the review and has no ending: what the viewer may read, with what is
    translated into a language, and that there is something which they may not; 1 statement."""
    rows = session.execute(WAITING, {"review_id": review_id, "language": language, "today": today or clock.today()})
    return [_open(row) for row in rows]


def endings_of(session: PortalSession, *, review_id: uuid.UUID, language: str) -> list[EndingLine]:
    """What became of the statements of the review that the viewer may read, with what is translated into a language;
    1 statement. A family reads it once the record is shared."""
    return [ending_line(row) for row in session.execute(ENDED, {"review_id": review_id, "language": language})]


def review_head(session: PortalSession, *, pupil_id: uuid.UUID, review_id: uuid.UUID) -> ReviewHead:
    """The review, its child and where its record stands. Raises NotFound."""
    row = session.execute(HEAD, {"pupil_id": pupil_id, "review_id": review_id}).first()
    if row is None or row.stage == Stage.PLANNED:
        raise NotFound
    return ReviewHead(
        pupil_id=pupil_id,
        review_id=review_id,
        school_id=row.school_id,
        child=row.known_as or row.forename,
        kind=row.kind,
        stage=row.stage,
        is_shared=row.shared_at is not None,
    )


def ending_line(row: Any) -> EndingLine:
    """One ending from a row with the columns of ENDED."""
    return EndingLine(
        name=_author(row),
        question=label(row.side, row.question),
        action=row.action or "",
        action_language=row.action_language or "",
        translation=row.translation or "",
        translated_by=row.translated_by or "",
        **{name: value for name, value in row._mapping.items() if name in _PLAIN},
    )


_PLAIN = (
    *("statement_id", "author_id", "side", "text", "picks", "language", "kind", "words", "action_id"),
    "one_adult_id",
)


def _author(row: Any) -> str:
    return (row.child_known_as or row.forename) if row.side == Side.PUPIL else (row.known_as or row.full_name or "")


def label(side: str, question: str) -> str:
    """The question as it was asked, a message id; empty for one of a kind of its own, such as a target."""
    return LABELS.get(Side(side), {}).get(question, "")


def _open(row: Any) -> OpenStatement:
    side, one_adult = Side(row.side), row.called or row.adult or ""
    if row.readable is None:
        return OpenStatement(side=side, picks={}, one_adult=one_adult, is_hidden=True)
    return OpenStatement(
        statement_id=row.id,
        side=side,
        name=_author(row),
        question=label(side, row.question),
        text=row.text,
        picks=row.picks,
        language=row.language,
        late=row.late,
        one_adult_id=row.one_adult_id,
        one_adult=one_adult,
        translation=row.translation or "",
        translated_by=row.translated_by or "",
    )
