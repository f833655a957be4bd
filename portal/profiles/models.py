"""Plans and their versions, targets and progress, and translations of exact wordings."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Connection,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    event,
    exists,
    text,
)
from sqlalchemy.orm import Mapped, Mapper, mapped_column

from portal.kernel.db import Base, Keyed, Long, Short
from portal.kernel.rows import AboutAPupil, HeldBack, in_the_pupils_school
from portal.profiles.models_sharing import is_shared
from portal.profiles.rules import Party, Rating, TargetState, VersionState


class PlanKind(Keyed, Base):
    """A kind of plan as the school calls it. Kinds are data: an Individual Support Plan can be added without a
    release."""

    __tablename__ = "plan_kind"

    school_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("school.id"))
    code: Mapped[str] = mapped_column(String(30))
    label: Mapped[Short]
    labels: Mapped[dict[str, str]] = mapped_column(default=dict)
    in_use: Mapped[bool] = mapped_column(default=True)

    __table_args__ = (
        UniqueConstraint("school_id", "code", name="uq_plan_kind_once_in_a_school"),
        UniqueConstraint("school_id", "id", name="uq_plan_kind_in_its_school"),
    )


class Plan(Keyed, AboutAPupil, Base):
    """One child's plan of one kind, through all its versions."""

    __tablename__ = "plan"

    kind_id: Mapped[uuid.UUID]
    opened_on: Mapped[date]
    closed_on: Mapped[date | None]

    __table_args__ = (
        in_the_pupils_school(),
        ForeignKeyConstraint(["school_id", "kind_id"], ["plan_kind.school_id", "plan_kind.id"]),
        UniqueConstraint("pupil_id", "id", name="uq_plan_of_its_pupil"),
        Index(
            "uq_one_open_plan_of_a_kind",
            "pupil_id",
            "kind_id",
            unique=True,
            sqlite_where=text("closed_on IS NULL"),
            postgresql_where=text("closed_on IS NULL"),
        ),
    )


class PlanVersion(Keyed, HeldBack, Base):
    """The profile and everything planned, as one piece: a draft, the published one, or an earlier one that is kept."""

    __tablename__ = "plan_version"

    plan_id: Mapped[uuid.UUID]
    number: Mapped[int]
    state: Mapped[VersionState] = mapped_column(default=VersionState.DRAFT)
    language: Mapped[str] = mapped_column(String(12), default="en")
    people_like: Mapped[Long] = mapped_column(default="")
    important_to_me: Mapped[Long] = mapped_column(default="")
    how_to_support: Mapped[Long] = mapped_column(default="")
    needs_in_plain_words: Mapped[Long] = mapped_column(default="")
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    review_due: Mapped[date | None]
    written_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime]
    published_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime | None]
    source: Mapped[str] = mapped_column(String(20), default="staff")
    lock: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": lock}
    __table_args__ = (
        in_the_pupils_school(),
        ForeignKeyConstraint(["pupil_id", "plan_id"], ["plan.pupil_id", "plan.id"]),
        UniqueConstraint("plan_id", "number", name="uq_plan_version_number"),
        UniqueConstraint("pupil_id", "id", name="uq_plan_version_of_its_pupil"),
        CheckConstraint("(state = 'draft') = (published_at IS NULL)", name="a_published_version_says_when"),
        CheckConstraint(
            "starts_on IS NULL OR ends_on IS NULL OR starts_on < ends_on", name="a_plan_ends_after_it_starts"
        ),
        Index(
            "uq_one_draft_of_a_plan",
            "plan_id",
            unique=True,
            sqlite_where=text("state = 'draft'"),
            postgresql_where=text("state = 'draft'"),
        ),
        Index(
            "uq_one_published_version_of_a_plan",
            "plan_id",
            unique=True,
            sqlite_where=text("state = 'published'"),
            postgresql_where=text("state = 'published'"),
        ),
    )

    @classmethod
    def is_out(cls) -> ColumnElement[bool]:
        """Published, now or once."""
        return cls.state != VersionState.DRAFT

    @classmethod
    def is_asked_about(cls) -> ColumnElement[bool]:
        """A draft that is shared for comment now."""
        return is_shared(cls.id)


class OfAVersion(HeldBack):
    """One piece of a version: families meet it when they meet the version."""

    version_id: Mapped[uuid.UUID] = mapped_column(index=True)

    @classmethod
    def is_out(cls) -> ColumnElement[bool]:
        """Its version is out."""
        # a table under a name of its own, as in is_shared: the statement around it may speak of the same one
        version = PlanVersion.__table__.alias("its_version")
        found = exists().where(version.c.id == cls.version_id, version.c.state != VersionState.DRAFT)
        return found.correlate_except(version)

    @classmethod
    def is_asked_about(cls) -> ColumnElement[bool]:
        """Its version is shared for comment now."""
        return is_shared(cls.version_id)


def _of_its_version() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["pupil_id", "version_id"], ["plan_version.pupil_id", "plan_version.id"])


class Outcome(Keyed, OfAVersion, Base):
    """What the child should be able to do in the long run. `thread` stays the same from version to version."""

    __tablename__ = "outcome"

    thread: Mapped[uuid.UUID] = mapped_column(default=uuid.uuid4)
    position: Mapped[int]
    text: Mapped[Long]
    area: Mapped[str] = mapped_column(String(10), default="")

    __table_args__ = (
        in_the_pupils_school(),
        _of_its_version(),
        UniqueConstraint("pupil_id", "id", name="uq_outcome_of_its_pupil"),
        UniqueConstraint("version_id", "position", name="uq_outcome_position"),
    )


class Target(Keyed, OfAVersion, Base):
    """A SMART step towards an outcome (domain.md 7.2). `thread` ties progress notes to it across versions."""

    __tablename__ = "target"

    outcome_id: Mapped[uuid.UUID]
    thread: Mapped[uuid.UUID] = mapped_column(default=uuid.uuid4, index=True)
    position: Mapped[int]
    title: Mapped[Long]
    now: Mapped[Long] = mapped_column(default="")
    goal: Mapped[Long] = mapped_column(default="")
    how_we_will_know: Mapped[Long] = mapped_column(default="")
    strategies: Mapped[list[str]] = mapped_column(default=list)
    who: Mapped[Short] = mapped_column(default="")
    does_what: Mapped[Long] = mapped_column(default="")
    how_often: Mapped[Short] = mapped_column(default="")
    help_at_home: Mapped[Long] = mapped_column(default="")
    pupil_words: Mapped[Long] = mapped_column(default="")
    picture: Mapped[str] = mapped_column(String(40), default="star")
    steps_done: Mapped[int] = mapped_column(default=0)
    steps_total: Mapped[int] = mapped_column(default=4)
    review_on: Mapped[date | None]
    state: Mapped[TargetState] = mapped_column(default=TargetState.WORKING)

    __table_args__ = (
        in_the_pupils_school(),
        _of_its_version(),
        ForeignKeyConstraint(["pupil_id", "outcome_id"], ["outcome.pupil_id", "outcome.id"]),
        UniqueConstraint("version_id", "position", name="uq_target_position"),
        CheckConstraint(
            "steps_done >= 0 AND steps_done <= steps_total AND steps_total BETWEEN 1 AND 10", name="steps_fit"
        ),
    )


class Responsibility(Keyed, OfAVersion, Base):
    """What the pupil, the family or the school takes on."""

    __tablename__ = "responsibility"

    party: Mapped[Party]
    position: Mapped[int]
    text: Mapped[Long]

    __table_args__ = (
        in_the_pupils_school(),
        _of_its_version(),
        UniqueConstraint("version_id", "party", "position", name="uq_responsibility_position"),
    )


class ProgressNote(Keyed, AboutAPupil, Base):
    """What a member of staff saw about a target on a day; never changed, only followed by the next one."""

    __tablename__ = "progress_note"

    target_thread: Mapped[uuid.UUID] = mapped_column(index=True)
    written_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    writer_role: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]
    rating: Mapped[Rating]
    text: Mapped[Long]
    language: Mapped[str] = mapped_column(String(12), default="en")
    steps_done: Mapped[int | None]
    for_family: Mapped[bool] = mapped_column(default=True)
    once_key: Mapped[str] = mapped_column(String(64))

    __table_args__ = (
        in_the_pupils_school(),
        UniqueConstraint("once_key", name="uq_a_note_sent_twice_is_one_note"),
        Index("ix_progress_note_pupil_at", "pupil_id", "at"),
    )


class TextTranslation(Keyed, AboutAPupil, Base):
    """One exact wording about one child in another language: who wrote it, and who checked it."""

    __tablename__ = "text_translation"

    wording: Mapped[str] = mapped_column(String(32))
    language: Mapped[str] = mapped_column(String(12))
    text: Mapped[Long]
    translated_by: Mapped[Short]
    checked_by: Mapped[Short] = mapped_column(default="")
    at: Mapped[datetime]

    __table_args__ = (
        in_the_pupils_school(),
        UniqueConstraint("pupil_id", "language", "wording", name="uq_one_translation_of_a_wording"),
    )


@event.listens_for(ProgressNote, "before_update")
def _notes_are_kept(_mapper: Mapper[Any], _connection: Connection, _note: ProgressNote) -> None:
    raise RuntimeError("a progress note is never changed; write the next one")
