"""What everybody said for one review, side by side by person, as far as the reader may read it."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import and_, bindparam, select

from portal.contributions.models import AdviceRequest, Contribution, Statement, StatementTranslation
from portal.contributions.rules import ADVICE, PARENT_QUESTIONS, STAFF_QUESTIONS, How
from portal.contributions.rules_pupil import PUPIL_QUESTIONS
from portal.contributions.rules_staff import ABOUT_A_TARGET, is_advice_late
from portal.kernel.scope import PortalSession
from portal.people.models import Person, Pupil
from portal.people.rules import Readers, Side

SIDES = (Side.PARENT, Side.PUPIL, Side.STAFF)
ASKED = {Side.PARENT: PARENT_QUESTIONS, Side.PUPIL: PUPIL_QUESTIONS, Side.STAFF: (ADVICE, *STAFF_QUESTIONS)}
LABELS = {side: {question.key: question.label for question in questions} for side, questions in ASKED.items()}
STATEMENTS = (
    select(
        *(Statement.id, Statement.author_id, Statement.written_by, Statement.contribution_id, Statement.side),
        *(Statement.question, Statement.text, Statement.picks, Statement.language, Statement.late, Statement.sent_at),
        *(Statement.readers,),
        *(Contribution.how, Contribution.helped_by, AdviceRequest.due_on),
        *(Person.full_name, Person.known_as, Pupil.forename, Pupil.known_as.label("child_known_as")),
        *(StatementTranslation.language.label("into"), StatementTranslation.text.label("translation")),
        *(StatementTranslation.translated_by, StatementTranslation.at.label("translated_at")),
    )
    .join(Pupil, Pupil.id == Statement.pupil_id)
    .outerjoin(
        Contribution, and_(Contribution.id == Statement.contribution_id, Contribution.pupil_id == Statement.pupil_id)
    )
    .outerjoin(Person, Person.id == Statement.author_id)
    .outerjoin(
        AdviceRequest,
        and_(AdviceRequest.review_id == Statement.review_id, AdviceRequest.person_id == Statement.author_id),
    )
    .outerjoin(
        StatementTranslation,
        and_(
            StatementTranslation.statement_id == Statement.id,
            StatementTranslation.pupil_id == Statement.pupil_id,
        ),
    )
    .where(Statement.review_id == bindparam("review_id"), Statement.current, Statement.sent_at.is_not(None))
    .order_by(Statement.contribution_id, Statement.question, Statement.id, StatementTranslation.language)
)


@dataclass(frozen=True, slots=True)
class Translated:
    """A statement in one other language, who put it into that, and when."""

    language: str
    text: str
    translated_by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidLine:
    """One answer. `translation` is in the reader's language, empty when there is none or none is needed."""

    statement_id: uuid.UUID
    question: str
    text: str
    picks: Mapping[str, str]
    language: str
    translation: str
    translated_by: str
    late: bool
    sent_at: datetime
    translations: tuple[Translated, ...]
    readers: Readers


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """What one person said in one way; who also had school type something in has two voices. `late`: all of it."""

    side: Side
    name: str
    how: How
    helped_by: str
    sent_at: datetime
    late: bool
    statements: tuple[SaidLine, ...]


def voices(session: PortalSession, *, review_id: uuid.UUID, language: str = "en") -> list[Voice]:
    """Every statement that was sent, counts, and may be read by the session's actor: parents first, then the pupil,
    then staff; one statement of SQL. `language` is the reader's."""
    found = []
    for _contribution, together in groupby(
        session.execute(STATEMENTS, {"review_id": review_id}), key=lambda row: row.contribution_id
    ):
        rows = list(together)
        found.append((rows[0].author_id, _voice(rows, language)))
    found.sort(key=lambda one: (SIDES.index(one[1].side), one[1].name, one[0], one[1].sent_at, one[1].how))
    return [voice for _author_id, voice in found]


def _voice(rows: list[Any], language: str) -> Voice:
    first, side = rows[0], Side(rows[0].side)
    child = first.child_known_as or first.forename
    lines = tuple(sorted(_lines(rows, language), key=lambda line: _place(side, line.question)))
    return Voice(
        side=side,
        name=child if side == Side.PUPIL else first.known_as or first.full_name or "",
        how=first.how or (How.SELF if first.written_by == first.author_id else How.PAPER),
        helped_by=first.helped_by or "",
        sent_at=min(line.sent_at for line in lines),
        late=all(line.late for line in lines),
        statements=lines,
    )


def _place(side: Side, question: str) -> tuple[int, str]:
    """What is about a target stands first, the others in the order in which they were asked."""
    if question.startswith(ABOUT_A_TARGET):
        return 0, question
    asked = list(LABELS[side])
    return (asked.index(question) if question in asked else len(asked)) + 1, question


def _lines(rows: Iterable[Any], language: str) -> Iterator[SaidLine]:
    for statement_id, together in groupby(rows, key=lambda row: row.id):
        same = list(together)
        row = same[0]
        translations = tuple(
            Translated(each.into, each.translation, each.translated_by, each.translated_at)
            for each in same
            if each.into
        )
        mine = next((each for each in translations if each.language == language != row.language), None)
        yield SaidLine(
            statement_id=statement_id,
            question=row.question,
            text=row.text,
            picks=row.picks,
            language=row.language,
            translation=mine.text if mine else "",
            translated_by=mine.translated_by if mine else "",
            late=row.late or is_advice_late(row.question, row.due_on, row.sent_at),
            sent_at=row.sent_at,
            translations=translations,
            readers=Readers(row.readers),
        )
