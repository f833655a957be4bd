"""A draft that the family is asked about: from when until when it was shown, and what each adult said to it."""

import uuid
from datetime import datetime
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

from portal.kernel.db import Base, Keyed, Long
from portal.kernel.rows import AboutAPupil, SaidToSchool, in_the_pupils_school
from portal.profiles.rules import Opinion


class PlanSharing(Keyed, AboutAPupil, Base):
    """A draft is shown to the family for comment. Until it ends, because the draft is taken back or published, nobody
    changes a word of it: everybody reads the same."""

    __tablename__ = "plan_sharing"

    version_id: Mapped[uuid.UUID] = mapped_column(index=True)
    shared_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    shared_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        in_the_pupils_school(),
        ForeignKeyConstraint(["pupil_id", "version_id"], ["plan_version.pupil_id", "plan_version.id"]),
        UniqueConstraint("pupil_id", "id", name="uq_plan_sharing_of_its_pupil"),
        CheckConstraint("ended_at IS NULL OR ended_at >= shared_at", name="a_sharing_ends_after_it_begins"),
        Index(
            "uq_a_draft_is_shared_once_at_a_time",
            "version_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )


def is_shared(version_id: Any) -> ColumnElement[bool]:
    """That a version is shown to the family now."""
    sharing = PlanSharing.__table__.alias("its_sharing")
    found = exists().where(sharing.c.version_id == version_id, sharing.c.ended_at.is_(None))
    return found.correlate_except(sharing)


class PlanComment(Keyed, SaidToSchool, Base):
    """What one adult, or a young person whose rights are their own, says to a shared draft; never changed, only
    followed by the next one."""

    __tablename__ = "plan_comment"

    adult_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    sharing_id: Mapped[uuid.UUID] = mapped_column(index=True)
    opinion: Mapped[Opinion]
    words: Mapped[Long] = mapped_column(default="")
    language: Mapped[str] = mapped_column(String(12), default="en")
    said_at: Mapped[datetime]
    once_key: Mapped[str] = mapped_column(String(64))

    __table_args__ = (
        in_the_pupils_school(),
        ForeignKeyConstraint(["pupil_id", "sharing_id"], ["plan_sharing.pupil_id", "plan_sharing.id"]),
        UniqueConstraint("once_key", name="uq_a_comment_sent_twice_is_one_comment"),
        CheckConstraint("opinion = 'agree' OR words <> ''", name="whoever_wants_changes_says_which"),
    )


@event.listens_for(PlanComment, "before_update")
def _comments_are_kept(_mapper: Mapper[Any], _connection: Connection, _comment: PlanComment) -> None:
    raise RuntimeError("a comment is never changed; the next one follows it")
