"""What somebody has said for a review themselves, what others typed in for them, and what they said last time."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased

from portal.contributions.models import Contribution, Statement
from portal.contributions.rules import How, is_kept_back, is_nothing_new, stamp
from portal.kernel.scope import PortalSession
from portal.people.rules import Readers
from portal.reviews.models import Review

SAID = (
    *(Statement.id, Statement.question, Statement.number, Statement.current, Statement.text, Statement.picks),
    *(Statement.language, Statement.readers, Statement.one_adult_id, Statement.written_by, Statement.written_at),
    *(Statement.sent_at, Statement.late, Statement.version, Contribution.how),
)
OWN = (
    select(
        *(Contribution.helped_by, Contribution.readers, Contribution.sent_at),
    )
    .where(Contribution.review_id == bindparam("review"), Contribution.author_id == bindparam("who"))
    .where(Contribution.written_by == bindparam("who"))
    .order_by(Contribution.started_at, Contribution.id)
)
ANSWERS = (
    select(*SAID)
    .join(Contribution, Contribution.id == Statement.contribution_id)
    .where(Statement.review_id == bindparam("review"), Statement.author_id == bindparam("who"))
    .order_by(Statement.question, Statement.number, Statement.written_at, Statement.id)
)
Now, Before = aliased(Review), aliased(Review)
LAST_REVIEW = (
    select(Statement.review_id)
    .join(Before, Before.id == Statement.review_id)
    .join(Now, Now.pupil_id == Before.pupil_id)
    .where(Now.id == bindparam("review"), Before.made_at < Now.made_at)
    .where(Statement.author_id == bindparam("who"), Statement.current, Statement.sent_at.is_not(None))
    .order_by(Before.made_at.desc(), Before.id)
    .limit(1)
    .scalar_subquery()
)
LAST = (
    select(*SAID)
    .join(Contribution, Contribution.id == Statement.contribution_id)
    .where(Statement.review_id == LAST_REVIEW, Statement.author_id == bindparam("who"))
    .where(Statement.current, Statement.sent_at.is_not(None))
    .order_by(Statement.question, Statement.written_at, Statement.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAnswer:
    """The newest version of one answer. `version` goes back with the form; `was_sent` says that readers have a version
    already, `sent_at` is empty while this one is a draft. `is_kept` says that its words stay with their author, and
    that there is nothing else to send."""

    statement_id: uuid.UUID
    question: str
    text: str
    picks: Mapping[str, str]
    language: str
    readers: Readers
    one_adult_id: uuid.UUID | None
    version: int
    how: How
    written_at: datetime
    sent_at: datetime | None
    was_sent: bool
    is_kept: bool
    late: bool

    @property
    def says_something(self) -> bool:
        """Whether there is anything to read."""
        return bool(self.text or self.picks)

    @property
    def is_kept_back(self) -> bool:
        """Whether the words stay with their author, who chose not to say them."""
        return self.sent_at is None and is_kept_back(self.question, self.text, self.picks)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnViews:
    """Everything one person has said for one review. `answers` are their own, `taken_back` those of which nothing
    counts any more, `typed` what others wrote down for them and still counts, `last_time` what they sent for the review
    before; all by question."""

    helped_by: str = ""
    readers: Readers = Readers.TEACHERS
    sent_at: datetime | None = None
    answers: Mapping[str, OwnAnswer] = field(default_factory=dict)
    taken_back: Mapping[str, OwnAnswer] = field(default_factory=dict)
    typed: Mapping[str, tuple[OwnAnswer, ...]] = field(default_factory=dict)
    last_time: Mapping[str, OwnAnswer] = field(default_factory=dict)

    @property
    def unsent(self) -> tuple[OwnAnswer, ...]:
        """The drafts that have words or choices, or that take back what was sent."""
        drafts = (answer for answer in self.answers.values() if answer.sent_at is None and not answer.is_kept)
        return tuple(answer for answer in drafts if answer.says_something or answer.was_sent)


def own_answers(session: PortalSession, *, review_id: uuid.UUID, author_id: uuid.UUID) -> OwnViews:
    """Three statements. Empty for whoever has said nothing, and for a reader who may not read it."""
    asked = {"review": review_id, "who": author_id}
    own = session.execute(OWN, asked).first()
    rows = list(session.execute(ANSWERS, asked))
    mine = [row for row in rows if row.written_by == author_id]
    answers = _newest(mine)
    typed: dict[str, tuple[OwnAnswer, ...]] = {}
    for row in rows:
        if row.written_by != author_id and row.current:
            typed[row.question] = (*typed.get(row.question, ()), _answer(row, was_sent=row.sent_at is not None))
    return OwnViews(
        helped_by=own.helped_by if own else "",
        readers=Readers(own.readers) if own else Readers.TEACHERS,
        sent_at=own.sent_at if own else None,
        answers=answers,
        taken_back={row.question: _answer(row, was_sent=False) for row in mine if row.question not in answers},
        typed=typed,
        last_time={row.question: _answer(row, was_sent=True) for row in session.execute(LAST, asked)},
    )


def _newest(rows: list[Any]) -> dict[str, OwnAnswer]:
    """By question the last version; one that was taken back is none."""
    newest: dict[str, OwnAnswer] = {}
    sent = {row.question: row for row in rows if row.sent_at is not None and row.current}
    for row in rows:
        newest.pop(row.question, None)
        if row.current or row.sent_at is None:
            before = sent.get(row.question)
            newest[row.question] = _answer(row, was_sent=before is not None, is_kept=is_nothing_new(row, before))
    return newest


def _answer(row: Any, *, was_sent: bool, is_kept: bool = False) -> OwnAnswer:
    return OwnAnswer(
        statement_id=row.id,
        question=row.question,
        text=row.text,
        picks=row.picks,
        language=row.language,
        readers=Readers(row.readers),
        one_adult_id=row.one_adult_id,
        version=stamp(row.number, row.version),
        how=row.how,
        written_at=row.written_at,
        sent_at=row.sent_at,
        was_sent=was_sent,
        is_kept=is_kept,
        late=row.late,
    )
