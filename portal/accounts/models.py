"""Sittings and the secrets that open them. Only hashes are kept of whatever lets somebody in."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Keyed
from portal.kernel.outbox import Channel
from portal.kernel.rows import AboutAnAdult, AboutAPupil, in_the_pupils_school
from portal.people.rules import Audience


class Sitting(Keyed, Base):
    """One signed-in browser. It ends by the clock, by signing out, or when the person's rights change (epoch)."""

    __tablename__ = "sitting"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    audience: Mapped[Audience]
    school_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("school.id"))
    own_pupil_id: Mapped[uuid.UUID | None]
    holds_own_rights: Mapped[bool] = mapped_column(default=False)
    epoch: Mapped[int]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    idle_minutes: Mapped[int]
    ended_at: Mapped[datetime | None]


class LetterCode(Keyed, AboutAPupil, AboutAnAdult, Base):
    """A code printed in a letter for one adult about one child: single use, 28 days, revoked with its link."""

    __tablename__ = "letter_code"

    adult_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    contact_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pupil_contact.id"))
    batch: Mapped[str] = mapped_column(String(12), index=True)
    finder: Mapped[str] = mapped_column(String(3), index=True)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    wrong_tries: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        in_the_pupils_school(),
        CheckConstraint("used_at IS NULL OR revoked_at IS NULL", name="a_letter_code_is_used_or_revoked_not_both"),
    )


class MailedCode(Keyed, Base):
    """A code sent to an address somebody typed; it works only in the browser that asked (nonce) and only once."""

    __tablename__ = "mailed_code"

    nonce_hash: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    wrong_tries: Mapped[int] = mapped_column(default=0)


class FamilyPin(Base):
    """The six digits a family member chose. After five wrong ones only a new letter opens the account."""

    __tablename__ = "family_pin"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    pin_hash: Mapped[str] = mapped_column(String(200))
    wrong_tries: Mapped[int] = mapped_column(default=0)
    tried_at: Mapped[datetime | None]
    chosen_at: Mapped[datetime]


class StaffPassword(Base):
    """A member of staff's password and second factor."""

    __tablename__ = "staff_password"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    sign_in_name: Mapped[str] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    totp_secret: Mapped[str] = mapped_column(String(64), default="")
    last_totp_step: Mapped[int] = mapped_column(default=0)
    wrong_tries: Mapped[int] = mapped_column(default=0)
    tried_at: Mapped[datetime | None]


class PupilPassword(Keyed, AboutAPupil, Base):
    """An older pupil's sign-in name at the school, with a password."""

    __tablename__ = "pupil_password"

    sign_in_name: Mapped[str] = mapped_column(String(60))
    password_hash: Mapped[str] = mapped_column(String(200))
    wrong_tries: Mapped[int] = mapped_column(default=0)
    tried_at: Mapped[datetime | None]

    __table_args__ = (
        in_the_pupils_school(),
        UniqueConstraint("school_id", "sign_in_name", name="uq_pupil_sign_in_name_once_in_a_school"),
        UniqueConstraint("pupil_id", name="uq_one_password_for_a_pupil"),
    )


class PictureCard(Keyed, AboutAPupil, Base):
    """A young pupil's own picture, and the secret picture that goes with it: recognition in a supervised room.

    Wrong tries count within one lesson window (`tried_in`); the next window starts at nought.
    """

    __tablename__ = "picture_card"

    picture: Mapped[str] = mapped_column(String(40))
    secret_picture: Mapped[str] = mapped_column(String(40))
    wrong_tries: Mapped[int] = mapped_column(default=0)
    tried_in: Mapped[uuid.UUID | None]

    __table_args__ = (
        in_the_pupils_school(),
        UniqueConstraint("pupil_id", name="uq_one_picture_card_for_a_pupil"),
    )


class LessonWindow(Keyed, Base):
    """The time in which one class may come in by picture cards, opened by an adult in the room."""

    __tablename__ = "lesson_window"

    school_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("school.id"))
    class_id: Mapped[uuid.UUID]
    room_code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    opened_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime]
    closes_at: Mapped[datetime]

    __table_args__ = (
        ForeignKeyConstraint(["school_id", "class_id"], ["school_class.school_id", "school_class.id"]),
        CheckConstraint("closes_at > opened_at", name="a_lesson_window_closes_after_it_opens"),
    )


class KeptText(Keyed, Base):
    """What somebody had typed when their sitting ended; given back to the same person after they sign in again."""

    __tablename__ = "kept_text"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    path: Mapped[str] = mapped_column(String(500))
    fields: Mapped[dict[str, Any]]
    kept_at: Mapped[datetime]


class MessageWishes(AboutAnAdult, Base):
    """How one adult would like to hear of news. Hours are London's; without a row see rules_wishes.Wishes."""

    __tablename__ = "message_wishes"

    adult_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    channel: Mapped[Channel]
    quiet_from: Mapped[int]
    quiet_until: Mapped[int]
    digest: Mapped[bool]
    digest_hour: Mapped[int]

    __table_args__ = (
        CheckConstraint(
            "quiet_from BETWEEN 0 AND 23 AND quiet_until BETWEEN 0 AND 23 AND digest_hour BETWEEN 0 AND 23",
            name="hours_of_messages_are_hours_of_a_day",
        ),
    )
