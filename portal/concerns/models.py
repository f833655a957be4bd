"""What a family asks, every answer to it, and the agreements without which nothing goes to a specialist."""

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
    String,
    UniqueConstraint,
    and_,
    exists,
    or_,
)
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from portal.concerns.rules import OFFICES, Standing, Step, Turn, Wish
from portal.concerns.rules_consent import Basis, ConsentState, Specialist, Way
from portal.contributions.models import NARROW
from portal.kernel.db import Base, Keyed, Long, Short
from portal.kernel.rows import AboutAPupil, ForReaders, PrivateToAdult, in_the_pupils_school

Holds = Callable[[Any, Any], ColumnElement[bool]]


def in_office(step: Any, named: Any, who: Any, holds: Holds) -> ColumnElement[bool]:
    """That somebody holds the office whose step it is, and is the one who was named or follows one who has left it."""
    return or_(
        *(
            and_(step.in_(steps), holds(who, role), or_(named == who, ~holds(named, role)))
            for role, steps in OFFICES.items()
        )
    )


class Concern(Keyed, ForReaders, Base):
    """What one adult asks of school. `parts` are the words by question (rules.WISHES); once sent they stay as they
    are, and what follows are replies. Its author is the only one of the family who ever learns of it. The side is that
    of a parent also for a young person whose rights are their own: assistants do not read it."""

    __tablename__ = "concern"

    kind: Mapped[Wish]
    parts: Mapped[dict[str, str]] = mapped_column(default=dict)
    language: Mapped[str] = mapped_column(String(12), default="en")
    interpreter: Mapped[bool] = mapped_column(default=False)
    written_at: Mapped[datetime]
    step: Mapped[Step]
    standing: Mapped[Standing] = mapped_column(default=Standing.OPEN)
    answer_by: Mapped[date | None]
    replies: Mapped[int] = mapped_column(default=0)
    once_key: Mapped[str | None] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        in_the_pupils_school(),
        UniqueConstraint("pupil_id", "id", name="uq_concern_of_its_pupil"),
        UniqueConstraint("once_key", name="uq_asked_twice_is_asked_once"),
        Index(
            "uq_one_draft_of_a_kind",
            "pupil_id",
            "author_id",
            "kind",
            unique=True,
            sqlite_where=sql("sent_at IS NULL"),
            postgresql_where=sql("sent_at IS NULL"),
        ),
        Index("ix_concern_waiting", "school_id", "standing", "step"),
        CheckConstraint(NARROW, name="a_concern_for_one_adult_names_them"),
        CheckConstraint("sent_at IS NULL OR answer_by IS NOT NULL", name="what_was_asked_says_until_when"),
    )

    @classmethod
    def for_one(cls, me: Any, holds: Holds) -> ColumnElement[bool]:
        """Whoever holds the office for which it is."""
        return and_(cls.one_adult_id.is_not(None), in_office(cls.step, cls.one_adult_id, me, holds))


class ConcernReply(Keyed, ForReaders, Base):
    """One entry after the first words: an answer, a call, one step further. Only ever followed by the next. Its author
    and readers are those of the concern, so that of the family only whoever asked reads it."""

    __tablename__ = "concern_reply"

    concern_id: Mapped[uuid.UUID]
    number: Mapped[int]
    kind: Mapped[Turn]
    step: Mapped[Step]
    words: Mapped[Long] = mapped_column(default="")
    said_at: Mapped[datetime]

    __table_args__ = (
        in_the_pupils_school(),
        ForeignKeyConstraint(["pupil_id", "concern_id"], ["concern.pupil_id", "concern.id"]),
        UniqueConstraint("concern_id", "number", name="uq_replies_to_a_concern_are_numbered"),
        CheckConstraint(NARROW, name="a_reply_for_one_adult_names_them"),
    )

    @classmethod
    def for_one(cls, me: Any, holds: Holds) -> ColumnElement[bool]:
        """Whoever reads its concern, wherever that stands by now."""
        asked: Any = Concern.__table__.alias().c
        its = (asked.id == cls.concern_id, asked.pupil_id == cls.pupil_id, asked.one_adult_id.is_not(None))
        return exists().where(*its, in_office(asked.step, cls.one_adult_id, me, holds))


class AnswerDays(Keyed, Base):
    """In how many school days one step of a school's ladder answers."""

    __tablename__ = "answer_days"

    school_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("school.id"))
    step: Mapped[Step]
    days: Mapped[int]

    __table_args__ = (
        UniqueConstraint("school_id", "step", name="uq_days_of_a_step_once_in_a_school"),
        CheckConstraint("days BETWEEN 1 AND 30", name="a_step_answers_in_1_to_30_school_days"),
    )


class Referral(Keyed, AboutAPupil, Base):
    """School wants a specialist from outside: who, why in plain words, and what will be shared."""

    __tablename__ = "referral"

    specialist: Mapped[Specialist]
    agency: Mapped[Short] = mapped_column(default="")
    why: Mapped[Long]
    shares: Mapped[Long]
    language: Mapped[str] = mapped_column(String(12), default="en")
    asked_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_words: Mapped[Long] = mapped_column(default="")
    once_key: Mapped[str] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        in_the_pupils_school(),
        UniqueConstraint("pupil_id", "id", name="uq_referral_of_its_pupil"),
        UniqueConstraint("once_key", name="uq_referred_twice_is_referred_once"),
    )


class Consent(Keyed, AboutAPupil, PrivateToAdult, Base):
    """One answer of one adult to one referral. An agreement stays as it was given; taken back, it ends at that moment,
    and whoever agrees anew does so in a row of its own."""

    __tablename__ = "consent"

    referral_id: Mapped[uuid.UUID] = mapped_column(index=True)
    number: Mapped[int] = mapped_column(default=1)
    current: Mapped[bool] = mapped_column(default=True)
    basis: Mapped[Basis]
    state: Mapped[ConsentState] = mapped_column(default=ConsentState.ASKED)
    asked_at: Mapped[datetime]
    wording_version: Mapped[str] = mapped_column(String(20), default="")
    language: Mapped[str] = mapped_column(String(12), default="")
    way: Mapped[Way | None]
    typed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]
    given_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    reason: Mapped[Long] = mapped_column(default="")
    back_way: Mapped[Way | None]
    seen_at: Mapped[datetime | None]

    __table_args__ = (
        in_the_pupils_school(),
        ForeignKeyConstraint(["pupil_id", "referral_id"], ["referral.pupil_id", "referral.id"]),
        UniqueConstraint("referral_id", "adult_id", "number", name="uq_answers_of_an_adult_are_numbered"),
        UniqueConstraint("referral_id", "id", "given_at", "ends_at", name="uq_what_a_sharing_rests_on"),
        Index(
            "uq_one_current_answer_of_an_adult",
            "referral_id",
            "adult_id",
            unique=True,
            sqlite_where=sql("current = 1"),
            postgresql_where=sql("current"),
        ),
        CheckConstraint("adult_id IS NOT NULL", name="an_answer_is_somebodys"),
        CheckConstraint("(state = 'asked') = (answered_at IS NULL)", name="an_answer_says_when"),
        CheckConstraint(
            "(state IN ('given', 'withdrawn')) = (given_at IS NOT NULL AND ends_at IS NOT NULL)",
            name="an_agreement_says_from_when_until_when",
        ),
        CheckConstraint(
            "given_at IS NULL OR (wording_version <> '' AND language <> '')", name="an_agreement_says_to_which_words"
        ),
        CheckConstraint(
            "state = 'asked' OR (way IS NOT NULL AND (way = 'portal') = (typed_by IS NULL))",
            name="what_school_typed_in_says_who_did",
        ),
    )


class Sharing(Keyed, AboutAPupil, Base):
    """That something went to the specialist, and on whose agreement. The key carries from when until when that
    agreement holds, and follows when it is taken back: the database refuses what was shared outside of it."""

    __tablename__ = "sharing"

    referral_id: Mapped[uuid.UUID] = mapped_column(index=True)
    consent_id: Mapped[uuid.UUID]
    consent_given_at: Mapped[datetime]
    consent_ends_at: Mapped[datetime]
    went_at: Mapped[datetime]
    what: Mapped[Long] = mapped_column(default="")
    sent_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    once_key: Mapped[str] = mapped_column(String(64))

    __table_args__ = (
        in_the_pupils_school(),
        ForeignKeyConstraint(["pupil_id", "referral_id"], ["referral.pupil_id", "referral.id"]),
        ForeignKeyConstraint(
            ["referral_id", "consent_id", "consent_given_at", "consent_ends_at"],
            ["consent.referral_id", "consent.id", "consent.given_at", "consent.ends_at"],
            name="a_sharing_rests_on_a_consent_of_its_referral",
            onupdate="CASCADE",
        ),
        UniqueConstraint("once_key", name="uq_sent_twice_is_sent_once"),
        CheckConstraint(
            "went_at >= consent_given_at AND went_at < consent_ends_at",
            name="nothing_is_shared_without_a_consent_in_force",
        ),
    )
