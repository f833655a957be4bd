"""The SEN register: from when to when, for which needs, and how each adult was told."""

import uuid
from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Keyed, Long
from portal.kernel.rows import AboutAnAdult, AboutAPupil, in_the_pupils_school
from portal.profiles.rules import RegisterKind, SenProvision


class SenStatusPeriod(Keyed, AboutAPupil, Base):
    """From when to when a child had SEN support, an EHC plan, or neither."""

    __tablename__ = "sen_status_period"

    provision: Mapped[SenProvision]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    reason: Mapped[Long] = mapped_column(default="")
    legacy_code: Mapped[str] = mapped_column(String(2), default="")
    source: Mapped[str] = mapped_column(String(20), default="staff")

    __table_args__ = (
        in_the_pupils_school(),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="sen_status_ends_after_it_starts"),
        Index(
            "uq_one_open_sen_status",
            "pupil_id",
            unique=True,
            sqlite_where=text("ends_on IS NULL"),
            postgresql_where=text("ends_on IS NULL"),
        ),
    )


class SenNeed(Keyed, AboutAPupil, Base):
    """A type of need with its rank; rank 1 is the main one."""

    __tablename__ = "sen_need"

    need_type: Mapped[str] = mapped_column(String(5))
    rank: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    source: Mapped[str] = mapped_column(String(20), default="staff")

    __table_args__ = (
        in_the_pupils_school(),
        CheckConstraint("rank >= 1", name="need_ranks_start_at_one"),
        Index(
            "uq_open_need_rank",
            "pupil_id",
            "rank",
            unique=True,
            sqlite_where=text("ends_on IS NULL"),
            postgresql_where=text("ends_on IS NULL"),
        ),
    )


class RegisterEvent(Keyed, AboutAPupil, Base):
    """A child joined or left the SEN register; the family is told what it means before any report shows it."""

    __tablename__ = "register_event"

    kind: Mapped[RegisterKind]
    decided_at: Mapped[datetime]
    decided_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    reason_for_family: Mapped[Long]
    language: Mapped[str] = mapped_column(String(12), default="en")

    __table_args__ = (in_the_pupils_school(), UniqueConstraint("pupil_id", "id", name="uq_register_event_of_its_pupil"))


class RegisterWord(Keyed, AboutAPupil, AboutAnAdult, Base):
    """One adult was told about one register event, and when that adult said they had read it."""

    __tablename__ = "register_word"

    adult_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    event_id: Mapped[uuid.UUID]
    told_at: Mapped[datetime]
    read_at: Mapped[datetime | None]

    __table_args__ = (
        in_the_pupils_school(),
        ForeignKeyConstraint(["pupil_id", "event_id"], ["register_event.pupil_id", "register_event.id"]),
        UniqueConstraint("event_id", "adult_id", name="uq_told_once"),
    )
