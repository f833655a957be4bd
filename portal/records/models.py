"""The record of a review, the actions agreed in it, and the answer to every statement."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.contributions.models import NARROW, of_its_statement
from portal.kernel.db import Base, Keyed, Long, Short
from portal.kernel.rows import AboutAPupil, ForReaders, SaidToSchool, in_the_pupils_school
from portal.profiles.rules import Party
from portal.records.rules import ActionState, EndingKind, EntryKind, Heading, Reply
from portal.reviews.models import of_the_same_pupil


class Record(Keyed, AboutAPupil, Base):
    """The record of one review. Once it is shared it is fixed: later words are addenda."""

    __tablename__ = "record"

    review_id: Mapped[uuid.UUID]
    language: Mapped[str] = mapped_column(String(12), default="en")
    started_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    started_at: Mapped[datetime]
    shared_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    shared_at: Mapped[datetime | None]
    # the number of the last line, counted here, because a writer's session cannot see every line
    lines: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        in_the_pupils_school(),
        of_the_same_pupil(),
        UniqueConstraint("review_id", name="uq_one_record_of_a_review"),
        UniqueConstraint("pupil_id", "id", name="uq_record_of_its_pupil"),
    )


def of_its_record() -> ForeignKeyConstraint:
    """The composite key that keeps a line of a record with the record's own child."""
    return ForeignKeyConstraint(["pupil_id", "record_id"], ["record.pupil_id", "record.id"])


class RecordEntry(Keyed, ForReaders, Base):
    """One line of a record. Taken over from a statement it keeps that statement's author and side, and never has
    wider readers than it. While the record is a draft only staff are among its readers: `for_family` says who joins
    them when it is shared."""

    __tablename__ = "record_entry"

    record_id: Mapped[uuid.UUID] = mapped_column(index=True)
    heading: Mapped[Heading]
    kind: Mapped[EntryKind] = mapped_column(default=EntryKind.NOTE)
    position: Mapped[int]
    text: Mapped[Long]
    language: Mapped[str] = mapped_column(String(12), default="en")
    statement_id: Mapped[uuid.UUID | None]
    for_family: Mapped[bool] = mapped_column(default=True)
    written_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        in_the_pupils_school(),
        of_its_record(),
        of_its_statement(),
        UniqueConstraint("record_id", "position", name="uq_lines_of_a_record_are_numbered"),
        UniqueConstraint("record_id", "statement_id", name="uq_a_statement_is_taken_over_once"),
        CheckConstraint(NARROW, name="a_line_for_one_adult_names_them"),
    )


class Action(Keyed, ForReaders, Base):
    """What somebody will do, by when, and how we will know. It outlives its review: the next one starts from it.
    Readers as for a record's lines; `pupil_words` is what stands on the child's own card."""

    __tablename__ = "action"

    review_id: Mapped[uuid.UUID] = mapped_column(index=True)
    position: Mapped[int]
    party: Mapped[Party]
    owner_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    owner_words: Mapped[Short] = mapped_column(default="")
    text: Mapped[Long]
    how_we_will_know: Mapped[Long] = mapped_column(default="")
    pupil_words: Mapped[Long] = mapped_column(default="")
    picture: Mapped[str] = mapped_column(String(40), default="star")
    language: Mapped[str] = mapped_column(String(12), default="en")
    due_on: Mapped[date | None]
    state: Mapped[ActionState] = mapped_column(default=ActionState.OPEN)
    state_at: Mapped[datetime | None]
    for_family: Mapped[bool] = mapped_column(default=True)
    statement_id: Mapped[uuid.UUID | None]
    carried_from: Mapped[uuid.UUID | None]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        in_the_pupils_school(),
        of_the_same_pupil(),
        of_its_statement(),
        ForeignKeyConstraint(["pupil_id", "carried_from"], ["action.pupil_id", "action.id"]),
        UniqueConstraint("pupil_id", "id", name="uq_action_of_its_pupil"),
        UniqueConstraint("review_id", "position", name="uq_actions_of_a_review_are_numbered"),
        UniqueConstraint("carried_from", name="uq_an_action_is_carried_on_once"),
        CheckConstraint(NARROW, name="an_action_for_one_adult_names_them"),
        CheckConstraint("owner_id IS NOT NULL OR owner_words <> ''", name="an_action_says_who"),
    )


class ActionStep(Keyed, ForReaders, Base):
    """What became of an action on a day, and why: only ever followed by the next step. Its readers are those of the
    action."""

    __tablename__ = "action_step"

    action_id: Mapped[uuid.UUID] = mapped_column(index=True)
    state: Mapped[ActionState]
    words: Mapped[Long] = mapped_column(default="")
    due_on: Mapped[date | None]
    noted_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    noted_at: Mapped[datetime]
    statement_id: Mapped[uuid.UUID | None]
    for_family: Mapped[bool] = mapped_column(default=True)

    __table_args__ = (
        in_the_pupils_school(),
        of_its_statement(),
        ForeignKeyConstraint(["pupil_id", "action_id"], ["action.pupil_id", "action.id"]),
    )


class NotHappening(Keyed, SaidToSchool, Base):
    """A family says that an action is not happening; it goes to the SENDCO, who writes down what was done."""

    __tablename__ = "not_happening"

    action_id: Mapped[uuid.UUID] = mapped_column(index=True)
    words: Mapped[Long] = mapped_column(default="")
    said_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    answer: Mapped[Long] = mapped_column(default="")
    once_key: Mapped[str] = mapped_column(String(64))

    __table_args__ = (
        in_the_pupils_school(),
        ForeignKeyConstraint(["pupil_id", "action_id"], ["action.pupil_id", "action.id"]),
        UniqueConstraint("once_key", name="uq_said_twice_is_said_once"),
    )


class Ending(Keyed, ForReaders, Base):
    """What became of one statement. Its author and readers are those of the statement: whoever said it reads it."""

    __tablename__ = "ending"

    statement_id: Mapped[uuid.UUID]
    review_id: Mapped[uuid.UUID] = mapped_column(index=True)
    kind: Mapped[EndingKind]
    words: Mapped[Long] = mapped_column(default="")
    action_id: Mapped[uuid.UUID | None]
    ended_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime]

    __table_args__ = (
        in_the_pupils_school(),
        of_the_same_pupil(),
        of_its_statement(),
        ForeignKeyConstraint(["pupil_id", "action_id"], ["action.pupil_id", "action.id"]),
        UniqueConstraint("statement_id", name="uq_a_statement_ends_once"),
        CheckConstraint("(kind = 'action') = (action_id IS NOT NULL)", name="an_ending_as_action_names_it"),
    )


class CardLine(Keyed, ForReaders, Base):
    """One line of the child's own card, "you said, we will", as it was when the record was shared. Its author is the
    child, who reads nothing else of a record; its readers are those of the action it tells of."""

    __tablename__ = "card_line"

    review_id: Mapped[uuid.UUID] = mapped_column(index=True)
    position: Mapped[int]
    statement_id: Mapped[uuid.UUID | None]
    action_id: Mapped[uuid.UUID]
    said: Mapped[Long] = mapped_column(default="")
    we_will: Mapped[Long]
    picture: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(12), default="en")

    __table_args__ = (
        in_the_pupils_school(),
        of_the_same_pupil(),
        of_its_statement(),
        ForeignKeyConstraint(["pupil_id", "action_id"], ["action.pupil_id", "action.id"]),
        UniqueConstraint("action_id", name="uq_an_action_stands_once_on_a_card"),
        CheckConstraint(NARROW, name="a_card_line_for_one_adult_names_them"),
    )


class FamilyReply(Keyed, SaidToSchool, Base):
    """What one adult says to a shared record: asked for, never demanded. Each reply is followed by the next, none is
    changed."""

    __tablename__ = "family_reply"

    record_id: Mapped[uuid.UUID]
    reply: Mapped[Reply]
    words: Mapped[Long] = mapped_column(default="")
    language: Mapped[str] = mapped_column(String(12), default="en")
    said_at: Mapped[datetime]
    once_key: Mapped[str] = mapped_column(String(64))

    __table_args__ = (
        in_the_pupils_school(),
        of_its_record(),
        UniqueConstraint("once_key", name="uq_replied_twice_is_replied_once"),
        Index("ix_family_reply_record", "record_id", "adult_id", "said_at"),
    )
