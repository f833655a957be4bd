"""Views before a review, statement by statement, each with its readers; and what a child wants to tell somebody now."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from portal.contributions.rules import How
from portal.kernel.db import Base, Keyed, Long, Short
from portal.kernel.rows import AboutAPupil, ForReaders, SaidToSchool, in_the_pupils_school
from portal.reviews.models import of_the_same_pupil

NARROW = "(readers = 'one_adult') = (one_adult_id IS NOT NULL)"


class Contribution(Keyed, ForReaders, Base):
    """That one person says something for one review, in one way: what another person typed for them stands apart. It
    holds no words: those are statements. Its readers learn that views have come; `sent_at` is when the first were
    sent. Its readers are never fewer than those of a statement, but for the one adult whom a child names."""

    __tablename__ = "contribution"

    review_id: Mapped[uuid.UUID] = mapped_column(index=True)
    how: Mapped[How] = mapped_column(default=How.SELF)
    helped_by: Mapped[Short] = mapped_column(default="")
    started_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        in_the_pupils_school(),
        of_the_same_pupil(),
        UniqueConstraint(
            "review_id", "author_id", "written_by", "how", name="uq_one_contribution_of_a_person_to_a_review"
        ),
        UniqueConstraint("pupil_id", "id", name="uq_contribution_of_its_pupil"),
        CheckConstraint(NARROW, name="a_contribution_for_one_adult_names_them"),
    )


class WantedCall(Keyed, SaidToSchool, Base):
    """An adult would rather say it on the phone. What stands here is when to ring, for whoever rings at school."""

    __tablename__ = "wanted_call"
    for_class_teachers = False

    review_id: Mapped[uuid.UUID] = mapped_column(index=True)
    words: Mapped[Long] = mapped_column(default="")
    wanted_at: Mapped[datetime]
    called_at: Mapped[datetime | None]
    called_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        in_the_pupils_school(),
        of_the_same_pupil(),
        UniqueConstraint("review_id", "adult_id", name="uq_one_wanted_call_of_an_adult_for_a_review"),
    )


class Statement(Keyed, ForReaders, Base):
    """One version of one answer, as it was typed or tapped. A version that was sent is never changed: the next one
    follows it, and the one with `current` counts; a draft after a sent version counts once it is sent too. `question`
    is a key of contributions.rules; `picks` are tapped pictures with the choice for each."""

    __tablename__ = "statement"

    contribution_id: Mapped[uuid.UUID] = mapped_column(index=True)
    review_id: Mapped[uuid.UUID] = mapped_column(index=True)
    question: Mapped[str] = mapped_column(String(60))
    number: Mapped[int] = mapped_column(default=1)
    current: Mapped[bool] = mapped_column(default=True)
    text: Mapped[Long] = mapped_column(default="")
    picks: Mapped[dict[str, str]] = mapped_column(default=dict)
    language: Mapped[str] = mapped_column(String(12), default="en")
    written_at: Mapped[datetime]
    late: Mapped[bool] = mapped_column(default=False)
    # counted by actions_say, under the lock on the review: all drafts can then be sent in one statement
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (
        in_the_pupils_school(),
        of_the_same_pupil(),
        ForeignKeyConstraint(["pupil_id", "contribution_id"], ["contribution.pupil_id", "contribution.id"]),
        UniqueConstraint("pupil_id", "id", name="uq_statement_of_its_pupil"),
        UniqueConstraint("contribution_id", "question", "number", name="uq_versions_of_an_answer_are_numbered"),
        Index(
            "uq_one_current_answer_to_a_question",
            "contribution_id",
            "question",
            unique=True,
            sqlite_where=sql("current = 1"),
            postgresql_where=sql("current"),
        ),
        CheckConstraint(NARROW, name="a_statement_for_one_adult_names_them"),
    )


def of_its_statement() -> ForeignKeyConstraint:
    """The composite key that keeps what is said about a statement with the statement's own child."""
    return ForeignKeyConstraint(["pupil_id", "statement_id"], ["statement.pupil_id", "statement.id"])


class StatementTranslation(Keyed, ForReaders, Base):
    """A statement in another language, made by a person whose name stands beside it; never the only copy. Its readers
    are those of the statement."""

    __tablename__ = "statement_translation"

    statement_id: Mapped[uuid.UUID] = mapped_column(index=True)
    language: Mapped[str] = mapped_column(String(12))
    text: Mapped[Long]
    translated_by: Mapped[Short]
    at: Mapped[datetime]

    __table_args__ = (
        in_the_pupils_school(),
        of_its_statement(),
        UniqueConstraint("statement_id", "language", name="uq_one_translation_of_a_statement_in_a_language"),
    )


class AdviceRequest(Keyed, AboutAPupil, Base):
    """A member of staff was asked for advice for an annual review, by a day. The advice itself is a statement."""

    __tablename__ = "advice_request"

    review_id: Mapped[uuid.UUID] = mapped_column(index=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    asked_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    due_on: Mapped[date]

    __table_args__ = (
        in_the_pupils_school(),
        of_the_same_pupil(),
        UniqueConstraint("review_id", "person_id", name="uq_one_person_is_asked_once_for_advice"),
    )


class Disclosure(Keyed, ForReaders, Base):
    """What a child wants to tell somebody now. The named adult reads it and nobody else; what was seen is written
    down."""

    __tablename__ = "disclosure"

    feeling: Mapped[str] = mapped_column(String(40), default="")
    text: Mapped[Long] = mapped_column(default="")
    said_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    seen_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    done_at: Mapped[datetime | None]
    done_words: Mapped[Long] = mapped_column(default="")
    once_key: Mapped[str] = mapped_column(String(64))

    __table_args__ = (
        in_the_pupils_school(),
        UniqueConstraint("once_key", name="uq_told_twice_is_told_once"),
        CheckConstraint("readers = 'one_adult' AND one_adult_id IS NOT NULL", name="a_child_tells_one_named_adult"),
    )
