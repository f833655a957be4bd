"""The school's year, its review rounds, and the reviews of children."""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Keyed, Long, Short
from portal.kernel.rows import AboutAPupil, in_the_pupils_school
from portal.reviews.rules import Ask, DayKind, ReviewKind, RoundState, Season, Stage


class AcademicYear(Keyed, Base):
    """One school year as one school keeps it."""

    __tablename__ = "academic_year"

    school_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("school.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        UniqueConstraint("school_id", "starts_on", name="uq_a_school_year_starts_once"),
        CheckConstraint("ends_on > starts_on", name="a_school_year_ends_after_it_starts"),
    )


class Term(Keyed, Base):
    """One of the three terms, with the half-term week in which no school is."""

    __tablename__ = "term"

    year_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("academic_year.id"))
    school_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("school.id"), index=True)
    season: Mapped[Season]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    half_term_from: Mapped[date | None]
    half_term_until: Mapped[date | None]

    __table_args__ = (
        UniqueConstraint("year_id", "season", name="uq_each_term_once_in_a_year"),
        CheckConstraint("ends_on > starts_on", name="a_term_ends_after_it_starts"),
        CheckConstraint(
            "(half_term_from IS NULL) = (half_term_until IS NULL) AND (half_term_from IS NULL OR "
            "(half_term_from > starts_on AND half_term_until >= half_term_from AND half_term_until < ends_on))",
            name="half_term_lies_inside_its_term",
        ),
    )


class SchoolDayException(Keyed, Base):
    """Days on which the term says one thing and the school does another: INSET, a closure, a declared bank holiday."""

    __tablename__ = "school_day_exception"

    school_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("school.id"), index=True)
    kind: Mapped[DayKind]
    first_day: Mapped[date]
    last_day: Mapped[date]
    label: Mapped[Short] = mapped_column(default="")

    __table_args__ = (CheckConstraint("last_day >= first_day", name="a_closure_ends_after_it_starts"),)


class ReviewRound(Keyed, Base):
    """The weeks in which a school meets many families: when they may choose, on which days, how long a meeting is."""

    __tablename__ = "review_round"

    school_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("school.id"), index=True)
    term_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("term.id"))
    kind: Mapped[ReviewKind] = mapped_column(default=ReviewKind.SEN_SUPPORT)
    state: Mapped[RoundState] = mapped_column(default=RoundState.PLANNED)
    booking_opens_at: Mapped[datetime]
    booking_closes_at: Mapped[datetime]
    first_day: Mapped[date]
    last_day: Mapped[date]
    minutes: Mapped[int]
    pause_minutes: Mapped[int] = mapped_column(default=5)
    interpreter_minutes: Mapped[int] = mapped_column(default=15)
    words: Mapped[Long] = mapped_column(default="")
    made_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        CheckConstraint("last_day >= first_day", name="a_round_ends_after_it_starts"),
        CheckConstraint("booking_closes_at > booking_opens_at", name="booking_closes_after_it_opens"),
        CheckConstraint("minutes BETWEEN 10 AND 240", name="a_meeting_takes_ten_minutes_to_four_hours"),
        CheckConstraint("minutes % 5 = 0 AND pause_minutes % 5 = 0", name="meetings_keep_to_five_minutes"),
        CheckConstraint("pause_minutes BETWEEN 0 AND 60", name="a_pause_is_an_hour_at_most"),
        CheckConstraint("interpreter_minutes BETWEEN 0 AND 240", name="an_interpreter_adds_four_hours_at_most"),
    )


class Review(Keyed, AboutAPupil, Base):
    """One child's review. The dates say when it reached a step; the stage says where it stands."""

    __tablename__ = "review"

    round_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("review_round.id"), index=True)
    term_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("term.id"))
    kind: Mapped[ReviewKind] = mapped_column(default=ReviewKind.SEN_SUPPORT)
    stage: Mapped[Stage] = mapped_column(default=Stage.PLANNED)
    lead_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    ask: Mapped[Ask] = mapped_column(default=Ask.NOTHING)
    ask_words: Mapped[Long] = mapped_column(default="")
    asked_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    due_on: Mapped[date | None]
    meets_at: Mapped[datetime | None]
    meets_minutes: Mapped[int] = mapped_column(default=60)
    invited_at: Mapped[datetime | None]
    booked_at: Mapped[datetime | None]
    views_in_at: Mapped[datetime | None]
    family_views_at: Mapped[datetime | None]
    pupil_views_at: Mapped[datetime | None]
    staff_views_at: Mapped[datetime | None]
    held_at: Mapped[datetime | None]
    held_without_family: Mapped[bool] = mapped_column(default=False)
    record_shared_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    cancel_reason: Mapped[Long] = mapped_column(default="")
    made_at: Mapped[datetime]
    # counted here, because one adult's session cannot see whether another has a time
    live_bookings: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        in_the_pupils_school(),
        CheckConstraint("live_bookings >= 0", name="a_review_has_no_less_than_no_bookings"),
        UniqueConstraint("pupil_id", "id", name="uq_review_of_its_pupil"),
        Index("uq_one_review_for_a_child_in_a_round", "round_id", "pupil_id", unique=True),
        CheckConstraint("kind <> 'annual' OR due_on IS NOT NULL", name="an_annual_review_says_when_it_is_due"),
    )


def of_the_same_pupil() -> ForeignKeyConstraint:
    """The composite key that makes the database refuse a row that joins one child's review to another child."""
    return ForeignKeyConstraint(["pupil_id", "review_id"], ["review.pupil_id", "review.id"])


class ReviewStep(Keyed, AboutAPupil, Base):
    """A step that was taken, on which day, by whom, and why when it was late or out of the ordinary."""

    __tablename__ = "review_step"

    review_id: Mapped[uuid.UUID] = mapped_column(index=True)
    stage: Mapped[Stage]
    on_day: Mapped[date]
    noted_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    noted_at: Mapped[datetime]
    reason: Mapped[Long] = mapped_column(default="")

    __table_args__ = (in_the_pupils_school(), of_the_same_pupil())


class EhcPlan(Keyed, AboutAPupil, Base):
    """The dates of a child's EHC plan that start the yearly clock (SEND Regulations 2014 reg 18-22)."""

    __tablename__ = "ehc_plan"

    local_authority: Mapped[str] = mapped_column(String(80), default="")
    issued_on: Mapped[date]
    last_reviewed_on: Mapped[date | None]
    ceased_on: Mapped[date | None]

    __table_args__ = (
        in_the_pupils_school(),
        Index(
            "uq_one_ehc_plan_at_a_time",
            "pupil_id",
            unique=True,
            sqlite_where=text("ceased_on IS NULL"),
            postgresql_where=text("ceased_on IS NULL"),
        ),
    )
