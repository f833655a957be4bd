"""Rooms, staff times and slots; who is invited, which slots are taken by which meeting, and who booked it."""

import uuid
from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Keyed, Long, Short
from portal.kernel.rows import AboutAPupil, PrivateToAdult, in_the_pupils_school
from portal.meetings.rules import Answer, Attendance, Basis, Mode, Part
from portal.reviews.models import of_the_same_pupil


class Room(Keyed, Base):
    """A room in which families are met."""

    __tablename__ = "room"

    school_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("school.id"))
    name: Mapped[Short]
    step_free: Mapped[bool] = mapped_column(default=False)
    closed: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (UniqueConstraint("school_id", "name", name="uq_room_name_once_in_a_school"),)


class StaffTime(Keyed, Base):
    """When a member of staff can meet families: each week on a weekday, or on one single day; the clock's own time."""

    __tablename__ = "staff_time"

    school_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("school.id"), index=True)
    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("review_round.id"), index=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    weekday: Mapped[int | None]
    day: Mapped[date | None]
    starts: Mapped[time]
    ends: Mapped[time]
    pause_minutes: Mapped[int]
    room_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("room.id"))
    modes: Mapped[list[str]]
    with_ids: Mapped[list[str]] = mapped_column(default=list)
    join_link: Mapped[str] = mapped_column(String(500), default="")

    __table_args__ = (
        CheckConstraint("(weekday IS NULL) <> (day IS NULL)", name="a_time_is_weekly_or_on_one_day"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="a_week_has_seven_days"),
        CheckConstraint("ends > starts", name="staff_time_ends_after_it_starts"),
    )


class StaffAbsence(Keyed, Base):
    """A whole day on which a member of staff meets nobody."""

    __tablename__ = "staff_absence"

    school_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("school.id"), index=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    day: Mapped[date]
    reason: Mapped[Long] = mapped_column(default="")
    noted_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    noted_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("person_id", "day", name="uq_absent_once_a_day"),)


class Slot(Keyed, Base):
    """A time that can be taken. Its staff and its room are claimed for it, pause included, from the day it is made."""

    __tablename__ = "slot"

    school_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("school.id"), index=True)
    round_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("review_round.id"))
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    pause_minutes: Mapped[int] = mapped_column(default=0)
    room_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("room.id"))
    modes: Mapped[list[str]]
    with_ids: Mapped[list[str]] = mapped_column(default=list)
    join_link: Mapped[str] = mapped_column(String(500), default="")
    withdrawn_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="a_slot_ends_after_it_starts"),
        Index("ix_slot_round_staff_start", "round_id", "staff_id", "starts_at"),
        Index("ix_slot_staff_start", "staff_id", "starts_at"),
    )


class Meeting(Keyed, Base):
    """A time that is held: one slot, or several in a row. It names nobody: who comes stands in the bookings."""

    __tablename__ = "meeting"

    school_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("school.id"), index=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    mode: Mapped[Mode]
    room_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("room.id"))
    join_link: Mapped[str] = mapped_column(String(500), default="")
    live_bookings: Mapped[int] = mapped_column(default=0)
    released_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="a_meeting_ends_after_it_starts"),
        CheckConstraint("live_bookings >= 0", name="a_meeting_has_no_less_than_nobody"),
    )


class TakenSlot(Keyed, Base):
    """That a meeting has a slot. While it has, the database lets nobody else have it."""

    __tablename__ = "taken_slot"

    slot_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("slot.id"))
    meeting_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("meeting.id"), index=True)
    released_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "uq_a_slot_is_taken_once",
            "slot_id",
            unique=True,
            sqlite_where=text("released_at IS NULL"),
            postgresql_where=text("released_at IS NULL"),
        ),
    )


class TimeClaim(Base):
    """Five minutes of one member of staff, one room or one adult. Nobody can be in two places: the key is the guard.

    Staff and rooms are claimed by the slot for as long as it is offered, with its pause; an adult by the meeting.
    """

    __tablename__ = "time_claim"

    holder_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    slot_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("slot.id"), index=True)
    meeting_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("meeting.id"), index=True)
    in_building: Mapped[bool] = mapped_column(default=True)

    __table_args__ = (CheckConstraint("(slot_id IS NULL) <> (meeting_id IS NULL)", name="a_claim_says_for_what"),)


class Invitation(Keyed, AboutAPupil, PrivateToAdult, Base):
    """One adult's invitation to one review: the calendar's identity, the answer, and whether the adult came.

    `uid` never changes and `sequence` only grows, so that a calendar follows every move (RFC 5546).
    """

    __tablename__ = "invitation"

    review_id: Mapped[uuid.UUID] = mapped_column(index=True)
    adult_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    uid: Mapped[str] = mapped_column(String(80), unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime]
    answer: Mapped[Answer] = mapped_column(default=Answer.NONE)
    answer_words: Mapped[Long] = mapped_column(default="")
    answered_at: Mapped[datetime | None]
    dealt_with_at: Mapped[datetime | None]
    dealt_with_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    attendance: Mapped[Attendance] = mapped_column(default=Attendance.UNKNOWN)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        in_the_pupils_school(),
        of_the_same_pupil(),
        UniqueConstraint("review_id", "adult_id", name="uq_one_invitation_for_an_adult_to_a_review"),
    )


class Booking(Keyed, AboutAPupil, PrivateToAdult, Base):
    """One adult's place in one meeting about one child. Cancelled ones stay, so that it can be seen what happened."""

    __tablename__ = "booking"

    review_id: Mapped[uuid.UUID] = mapped_column(index=True)
    invitation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("invitation.id"))
    adult_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    meeting_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("meeting.id"), index=True)
    once_key: Mapped[str] = mapped_column(String(80), unique=True)
    language: Mapped[str] = mapped_column(String(12), default="")
    interpreter: Mapped[bool] = mapped_column(default=False)
    needs: Mapped[list[str]] = mapped_column(default=list)
    need_words: Mapped[Long] = mapped_column(default="")
    brings: Mapped[Long] = mapped_column(default="")
    wishes: Mapped[Long] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(String(30), default="")
    made_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancelled_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    cancel_reason: Mapped[Long] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        in_the_pupils_school(),
        of_the_same_pupil(),
        Index(
            "uq_one_time_for_an_adult_and_a_review",
            "review_id",
            "adult_id",
            unique=True,
            sqlite_where=text("cancelled_at IS NULL"),
            postgresql_where=text("cancelled_at IS NULL"),
        ),
    )


class JoinOffer(Keyed, AboutAPupil, Base):
    """An adult with a time lets the other adults of the child come to the same meeting. It does not say who offers."""

    __tablename__ = "join_offer"

    review_id: Mapped[uuid.UUID] = mapped_column(index=True)
    meeting_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("meeting.id"))
    offered_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    offered_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    __table_args__ = (in_the_pupils_school(), of_the_same_pupil())


class Guest(Keyed, AboutAPupil, PrivateToAdult, Base):
    """Somebody from outside the family who is invited to one review; with a link to one page until a day."""

    __tablename__ = "guest"

    review_id: Mapped[uuid.UUID] = mapped_column(index=True)
    adult_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    basis: Mapped[Basis]
    name: Mapped[Short]
    works_as: Mapped[Short] = mapped_column(default="")
    organisation: Mapped[Short] = mapped_column(default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    link_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    link_ends_on: Mapped[date | None]
    invited_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    invited_at: Mapped[datetime]
    advice_asked_on: Mapped[date | None]
    advice_received_on: Mapped[date | None]
    answer: Mapped[Answer] = mapped_column(default=Answer.NONE)
    attendance: Mapped[Attendance] = mapped_column(default=Attendance.UNKNOWN)

    __table_args__ = (in_the_pupils_school(), of_the_same_pupil())


class Participation(Keyed, AboutAPupil, PrivateToAdult, Base):
    """What a pupil wants about their own meeting. Only the pupil and the staff of the pupil read it.

    Without an adult and a time of saying it only holds whether a pupil came who has no account of their own.
    """

    __tablename__ = "participation"

    review_id: Mapped[uuid.UUID]
    adult_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    part: Mapped[Part | None]
    which_part: Mapped[Long] = mapped_column(default="")
    who_there: Mapped[list[str]] = mapped_column(default=list)
    who_words: Mapped[Long] = mapped_column(default="")
    first_topic: Mapped[str] = mapped_column(String(40), default="")
    first_words: Mapped[Long] = mapped_column(default="")
    message: Mapped[Long] = mapped_column(default="")
    helped_by: Mapped[Short] = mapped_column(default="")
    said_at: Mapped[datetime | None]
    attendance: Mapped[Attendance] = mapped_column(default=Attendance.UNKNOWN)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        in_the_pupils_school(),
        of_the_same_pupil(),
        UniqueConstraint("review_id", name="uq_a_pupil_says_it_once_for_a_review"),
    )


class CalendarFeed(Keyed, Base):
    """A private calendar address of one person in one capacity. Only the hash of its secret is kept."""

    __tablename__ = "calendar_feed"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    audience: Mapped[str] = mapped_column(String(10))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    made_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
