"""The head and the lines of one record, as far as the reader may read them: every page and copy begins with these."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import aliased

from portal.contributions.models import Statement, StatementTranslation
from portal.contributions.rules_pupil import Tapped, tapped
from portal.contributions.rules_staff import RATING, is_rating, thread_of
from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.people.models import Person, Pupil, PupilContact, School
from portal.people.rules import Readers, Side
from portal.profiles.models import PlanVersion, Target
from portal.profiles.queries_texts import SchoolText, Wordings
from portal.profiles.rules import RATINGS, Rating, VersionState
from portal.records.models import Record, RecordEntry
from portal.records.queries_endings import label
from portal.records.rules import HEADINGS, EntryKind, Heading
from portal.records.rules_record import NO_RECORD, goes_to_family
from portal.reviews.models import Review
from portal.reviews.rules import BEFORE_THE_MEETING, ReviewKind, Stage
from portal.web.i18n.languages import LANGUAGES

Author = aliased(Person, name="author")
HEAD = (
    select(
        *(Review.kind, Review.stage, Review.held_at, Review.school_id),
        *(Pupil.forename, Pupil.surname, Pupil.known_as.label("child_known_as")),
        *(School.name.label("school"), School.theme, PupilContact.access),
        *(Record.id.label("record_id"), Record.shared_at),
    )
    .select_from(Review)
    .join(Pupil, Pupil.id == Review.pupil_id)
    .join(School, School.id == Review.school_id)
    .outerjoin(PupilContact, and_(PupilContact.pupil_id == Review.pupil_id, PupilContact.adult_id == bindparam("me")))
    .outerjoin(Record, and_(Record.review_id == Review.id, Record.pupil_id == Review.pupil_id))
    .where(Review.id == bindparam("review_id"), Review.pupil_id == bindparam("pupil_id"))
)
LINES = (
    select(
        *(RecordEntry.id, RecordEntry.heading, RecordEntry.kind, RecordEntry.text, RecordEntry.language),
        *(RecordEntry.statement_id, RecordEntry.for_family, RecordEntry.readers, RecordEntry.side),
        *(RecordEntry.author_id, RecordEntry.written_at, RecordEntry.version),
        *(Person.full_name, Person.known_as),
        *(Author.full_name.label("author"), Author.known_as.label("author_known_as")),
        *(Statement.question, Statement.picks, Statement.readers.label("statement_readers")),
        *(StatementTranslation.text.label("translation"), StatementTranslation.translated_by),
    )
    .join(Person, Person.id == RecordEntry.written_by)
    .outerjoin(Author, Author.id == RecordEntry.author_id)
    .outerjoin(Statement, and_(Statement.id == RecordEntry.statement_id, Statement.pupil_id == RecordEntry.pupil_id))
    .outerjoin(
        StatementTranslation,
        and_(
            StatementTranslation.statement_id == RecordEntry.statement_id,
            StatementTranslation.pupil_id == RecordEntry.pupil_id,
            StatementTranslation.language == bindparam("language"),
        ),
    )
    .where(RecordEntry.record_id == bindparam("record_id"), RecordEntry.pupil_id == bindparam("pupil_id"))
    .order_by(RecordEntry.position, RecordEntry.id)
)

TITLES = (
    select(Target.thread, Target.title)
    .join(PlanVersion, and_(PlanVersion.id == Target.version_id, PlanVersion.pupil_id == Target.pupil_id))
    .where(
        Target.pupil_id == bindparam("pupil_id"),
        Target.thread.in_(bindparam("threads", expanding=True)),
        PlanVersion.state != VersionState.DRAFT,
    )
    .order_by(PlanVersion.published_at, PlanVersion.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Which review it is and how its record stands."""

    pupil_id: uuid.UUID
    review_id: uuid.UUID
    school_id: uuid.UUID
    record_id: uuid.UUID | None
    kind: ReviewKind
    stage: Stage
    held_at: datetime | None
    shared_at: datetime | None
    child: str
    full_name: str
    school: str
    theme: str
    access: str | None

    @property
    def is_shared(self) -> bool:
        """Whether the family has the record, so that it is fixed."""
        return self.shared_at is not None

    @property
    def is_held(self) -> bool:
        """Whether the meeting is written down as held."""
        return self.stage not in BEFORE_THE_MEETING


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a record. `text` and `language` are as written, `words` what the reader reads; `name` whose words
    they are, empty for the reader's own; `writer` who wrote them down; `picks` are tapped pictures with the choice
    for each. `for_the_family`: it is, or will be, the family's too."""

    entry_id: uuid.UUID
    heading: Heading
    kind: EntryKind
    text: str
    language: str
    words: SchoolText | None
    question: str
    picks: Mapping[str, str]
    side: Side
    name: str
    writer: str
    written_at: datetime
    statement_id: uuid.UUID | None
    for_family: bool
    for_the_family: bool
    version: int

    @property
    def taps(self) -> tuple[Tapped, ...]:
        """The pictures that were tapped, in order."""
        return tapped(self.picks)

    @property
    def rating(self) -> str:
        """How a target stands in the words of staff, a message id; empty for everything else."""
        return rating_of(self.picks)

    @property
    def asked(self) -> str:
        """The question that was answered, a message id; empty for a line of somebody's own."""
        return label(self.side, self.question)

    @property
    def is_translated(self) -> bool:
        """Whether the reader's words are not those that were written."""
        return self.words is not None and self.words.text != self.text


@dataclass(frozen=True, slots=True)
class Section:
    """The lines under one heading; `title` is a message id."""

    heading: Heading
    title: str
    lines: tuple[Line, ...]

    @property
    def has_addition(self) -> bool:
        """Whether something was added after the record was shared."""
        return any(line.kind == EntryKind.ADDENDUM for line in self.lines)


def head_of(session: PortalSession, *, reader_id: uuid.UUID, pupil_id: uuid.UUID, review_id: uuid.UUID) -> Head:
    """The head of a record, also of one that nobody has begun. Raises NotFound outside the scope and for a review
    that nobody was invited to."""
    asked = {"me": reader_id, "pupil_id": pupil_id, "review_id": review_id}
    row = session.execute(HEAD, asked).first()
    if row is None or row.stage in NO_RECORD:
        raise NotFound
    child = row.child_known_as or row.forename
    return Head(
        pupil_id=pupil_id,
        review_id=review_id,
        school_id=row.school_id,
        record_id=row.record_id,
        kind=row.kind,
        stage=row.stage,
        held_at=row.held_at,
        shared_at=row.shared_at,
        child=child,
        full_name=f"{child} {row.surname}",
        school=row.school,
        theme=row.theme,
        access=row.access,
    )


def line_rows(session: PortalSession, head: Head, *, language: str) -> list[Any]:
    """The lines of the record that the session may read, in their order, with translations into a language."""
    if head.record_id is None:
        return []
    asked = {"record_id": head.record_id, "pupil_id": head.pupil_id, "language": language}
    return list(session.execute(LINES, asked))


def sections(lines: Iterable[Line]) -> tuple[Section, ...]:
    """The seven headings in their order, each with its lines."""
    found = list(lines)
    return tuple(
        Section(heading, title, tuple(line for line in found if line.heading == heading))
        for heading, title in HEADINGS.items()
    )


def line_of(row: Any, wordings: Wordings, head: Head, *, reader_id: uuid.UUID) -> Line:
    """One line from a row of LINES."""
    is_open = goes_to_family(
        for_family=True,
        readers=row.readers,
        from_statement=row.statement_id is not None,
        statement_readers=row.statement_readers,
    )
    return Line(
        entry_id=row.id,
        heading=row.heading,
        kind=row.kind,
        text=row.text,
        language=row.language,
        words=_words(row, wordings),
        question=row.question or "",
        picks=row.picks or {},
        side=Side(row.side),
        name=_name(row, head.child, reader_id),
        writer=row.known_as or row.full_name,
        written_at=row.written_at,
        statement_id=row.statement_id,
        for_family=row.for_family,
        for_the_family=row.readers == Readers.FAMILY if head.is_shared else row.for_family and is_open,
        version=row.version,
    )


def rating_of(picks: Mapping[str, str]) -> str:
    """The words for how a target stands, a message id."""
    rating = picks.get(RATING, "")
    return RATINGS[Rating(rating)] if is_rating(rating) else ""


def target_titles(session: PortalSession, *, pupil_id: uuid.UUID, questions: Iterable[str]) -> dict[str, str]:
    """By question about a target, the title that the family knows it by; asks nothing when none is about a target."""
    asked = {thread: question for question in questions if (thread := thread_of(question))}
    if not asked:
        return {}
    rows = session.execute(TITLES, {"pupil_id": pupil_id, "threads": list(asked)})
    return {asked[row.thread]: row.title for row in rows}


def _name(row: Any, child: str, reader_id: uuid.UUID) -> str:
    if row.author_id == reader_id:
        return ""
    return child if row.side == Side.PUPIL else (row.author_known_as or row.author or "")


def _words(row: Any, wordings: Wordings) -> SchoolText | None:
    """The school's words by the translation of their wording, what was said by the translation of its statement."""
    if row.translation and row.language != wordings.language:
        language = LANGUAGES[wordings.language]
        return SchoolText(row.translation, language.html_tag, language.direction, translated_by=row.translated_by)
    return wordings.text(row.text, row.language)
