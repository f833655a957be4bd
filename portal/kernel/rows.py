"""Whose a row is, by what its class says of it: the fence of a session filters and refuses by these kinds."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, ForeignKeyConstraint, String, false
from sqlalchemy.orm import Mapped, declared_attr, mapped_column


class IsAPupil:
    """The table of pupils itself."""


class AboutAPupil:
    """A row that tells something about one pupil; the database itself holds it in that pupil's school."""

    school_id: Mapped[uuid.UUID] = mapped_column()
    pupil_id: Mapped[uuid.UUID] = mapped_column(index=True)

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:
        return (in_the_pupils_school(),)


class AboutAnAdult:
    """A row that belongs to one adult, which other families must never meet."""

    adult_id: Mapped[uuid.UUID] = mapped_column(index=True)


class PrivateToAdult:
    """A row about a pupil that of all families only this adult meets; staff who see the pupil see it. Without an adult
    it is the school's own, and every adult who sees the pupil sees it."""

    adult_id: Mapped[uuid.UUID | None] = mapped_column(index=True)


class SaidToSchool(AboutAPupil, PrivateToAdult):
    """What one adult says to school about a pupil. Of the staff of a class only its teachers meet it, and not even they
    where it waits for the office alone."""

    for_class_teachers: ClassVar[bool] = True


class ForReaders(AboutAPupil):
    """Words about a pupil that only those read whom the person who said them named. Until they are sent nobody reads
    them but their author and whoever typed them in."""

    author_id: Mapped[uuid.UUID] = mapped_column(index=True)
    written_by: Mapped[uuid.UUID] = mapped_column()
    side: Mapped[str] = mapped_column(String(10))
    readers: Mapped[str] = mapped_column(String(10))
    one_adult_id: Mapped[uuid.UUID | None] = mapped_column()
    sent_at: Mapped[datetime | None] = mapped_column()


class ForRecipients:
    """What a school writes to many: of its families only those meet it to whom it went, and they never write it."""

    school_id: Mapped[uuid.UUID] = mapped_column()

    @classmethod
    def went_to(cls, _adult_id: Any, _about: Callable[[Any], ColumnElement[bool]]) -> ColumnElement[bool]:
        """That it went to an adult because of a pupil of whose id `about` says that it counts; to nobody until a class
        says how."""
        return false()


class HeldBack(AboutAPupil):
    """What school writes about a pupil, which families and pupils meet only once it is out, or while those who have a
    say in it are asked. Until a class says when, neither is so."""

    @classmethod
    def is_out(cls) -> ColumnElement[bool]:
        """That it is out for good."""
        return false()

    @classmethod
    def is_asked_about(cls) -> ColumnElement[bool]:
        """That families are asked about it now."""
        return false()


def whose(row: ForReaders) -> dict[str, Any]:
    """Author, side and readers of a row, for what is made of it: nobody else may read that."""
    names = ("school_id", "pupil_id", "author_id", "side", "readers", "one_adult_id")
    return {name: getattr(row, name) for name in names}


def in_the_pupils_school() -> ForeignKeyConstraint:
    """The composite key that makes the database refuse a row about a pupil of another school."""
    return ForeignKeyConstraint(["school_id", "pupil_id"], ["pupil.school_id", "pupil.id"])
