"""What school writes to many families at once, in as many languages as somebody wrote it, and one copy for each adult
and child it reached."""

import uuid
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Select,
    String,
    UniqueConstraint,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Keyed, Long, Short
from portal.kernel.rows import AboutAnAdult, AboutAPupil, ForRecipients, PrivateToAdult, in_the_pupils_school
from portal.notices.rules import Asks, NoticeState, Reply, Trouble


class Notice(Keyed, ForRecipients, Base):
    """A notice, or an invitation to a gathering such as a coffee morning when it says when it happens. `words` are kept
    as typed, `html` is made of them and has passed the sanitiser; `audience` is notices.rules.Audience as JSON. It is
    sent from the first copy on; `done_at` says when the worker made the last of what it has to make. A `send_at` after
    `sent_at` is that of a reminder (rules.is_reminding); `sent_by` asked for what left last."""

    __tablename__ = "notice"

    school_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("school.id"), index=True)
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    changed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    title: Mapped[Short]
    words: Mapped[Long] = mapped_column(default="")
    html: Mapped[Long] = mapped_column(default="")
    language: Mapped[str] = mapped_column(String(12), default="en")
    audience: Mapped[dict[str, Any]] = mapped_column(default=dict)
    asks: Mapped[Asks] = mapped_column(default=Asks.NOTHING)
    answer_by: Mapped[date | None]
    happens_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    place: Mapped[Short] = mapped_column(default="")
    places: Mapped[int | None]
    state: Mapped[NoticeState] = mapped_column(default=NoticeState.DRAFT)
    written_at: Mapped[datetime]
    send_at: Mapped[datetime | None] = mapped_column(index=True)
    sent_at: Mapped[datetime | None]
    sent_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    done_at: Mapped[datetime | None]
    trouble: Mapped[Trouble] = mapped_column(default=Trouble.NONE)
    taken_back_at: Mapped[datetime | None]
    taken_back_why: Mapped[Short] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)

    @classmethod
    def went_to(cls, adult_id: Any, about: Callable[[Any], ColumnElement[bool]]) -> ColumnElement[bool]:
        """That the adult has a copy of it."""
        return cls.id.in_(copies_of(adult_id, about))

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        UniqueConstraint("school_id", "id", name="uq_notice_in_its_school"),
        CheckConstraint("places IS NULL OR places > 0", name="a_gathering_has_at_least_one_place"),
        CheckConstraint("places IS NULL OR happens_at IS NOT NULL", name="only_a_gathering_has_places"),
        CheckConstraint("ends_at IS NULL OR ends_at > happens_at", name="a_gathering_ends_after_it_begins"),
        CheckConstraint("state <> 'scheduled' OR send_at IS NOT NULL", name="a_scheduled_notice_says_when"),
        CheckConstraint("state <> 'sent' OR sent_at IS NOT NULL", name="a_sent_notice_says_when"),
        CheckConstraint("state <> 'taken_back' OR taken_back_at IS NOT NULL", name="a_notice_taken_back_says_when"),
    )


class NoticeText(Keyed, ForRecipients, Base):
    """A notice in another language, written by a person whose name stands beside it; `wording` is the hash of the
    original that it translates, so that a change of the original takes it back."""

    __tablename__ = "notice_text"

    school_id: Mapped[uuid.UUID]
    notice_id: Mapped[uuid.UUID] = mapped_column(index=True)
    language: Mapped[str] = mapped_column(String(12))
    title: Mapped[Short]
    words: Mapped[Long] = mapped_column(default="")
    html: Mapped[Long]
    wording: Mapped[str] = mapped_column(String(64))
    translated_by: Mapped[Short]
    at: Mapped[datetime]

    @classmethod
    def went_to(cls, adult_id: Any, about: Callable[[Any], ColumnElement[bool]]) -> ColumnElement[bool]:
        """That the adult has a copy of the notice."""
        return cls.notice_id.in_(copies_of(adult_id, about))

    __table_args__ = (
        ForeignKeyConstraint(["school_id", "notice_id"], ["notice.school_id", "notice.id"]),
        UniqueConstraint("notice_id", "language", name="uq_one_text_of_a_notice_in_a_language"),
    )


class NoticeCopy(Keyed, AboutAPupil, PrivateToAdult, Base):
    """That a notice went to one adult because of one child, whether they opened it and what they answered. At a
    gathering with a number of places whoever comes has a `place` of their own (notices.actions_gathering), so that
    the database itself never promises one twice."""

    __tablename__ = "notice_copy"

    notice_id: Mapped[uuid.UUID] = mapped_column(index=True)
    made_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    reply: Mapped[Reply] = mapped_column(default=Reply.NONE)
    replied_at: Mapped[datetime | None]
    place: Mapped[int | None]

    __table_args__ = (
        in_the_pupils_school(),
        ForeignKeyConstraint(["school_id", "notice_id"], ["notice.school_id", "notice.id"]),
        UniqueConstraint("notice_id", "adult_id", "pupil_id", name="uq_one_copy_for_an_adult_and_a_child"),
        Index("uq_a_place_is_taken_once", "notice_id", "place", unique=True),
        Index("ix_notice_copy_of_an_adult", "adult_id", "made_at"),
        CheckConstraint("adult_id IS NOT NULL", name="a_copy_of_a_notice_is_for_an_adult"),
        CheckConstraint("place IS NULL OR (place > 0 AND reply = 'come')", name="only_those_who_come_have_a_place"),
    )


def copies_of(adult_id: Any, about: Callable[[Any], ColumnElement[bool]]) -> Select[uuid.UUID]:
    """The ids of the notices that went to an adult because of a pupil who counts."""
    copy = NoticeCopy.__table__.c
    return select(copy.notice_id).where(copy.adult_id == adult_id, about(copy.pupil_id))


class MessagesSeen(Keyed, AboutAnAdult, Base):
    """When somebody last opened the list of their messages, and when before the sitting in which they did: what came
    since then is marked as new, until they come again."""

    __tablename__ = "messages_seen"

    adult_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), unique=True)
    sitting_id: Mapped[uuid.UUID]
    seen_at: Mapped[datetime]
    before: Mapped[datetime | None]
