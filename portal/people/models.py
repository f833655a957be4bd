"""The trust, its schools, its people and children, and the recorded decision which adult may see which child."""

import uuid
from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    and_,
    case,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Keyed, Long, Short
from portal.kernel.rows import AboutAnAdult, AboutAPupil, IsAPupil, in_the_pupils_school
from portal.people.rules import ContactKind, ContactState, Phase, PortalAccess, Restriction, Role, YesNo
from portal.people.rules_classes import (
    BY_NAME,
    DIGITS,
    LETTERS,
    NO_CLASS,
    NO_YEAR,
    YEAR_BEFORE,
    YEARS_FROM_10,
    YEARS_TO_9,
)


class Trust(Keyed, Base):
    """The trust that runs the schools."""

    __tablename__ = "trust"

    name: Mapped[Short]


class School(Keyed, Base):
    """One school, with the words and habits that differ between schools (domain.md 1.8)."""

    __tablename__ = "school"

    trust_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("trust.id"))
    name: Mapped[Short]
    phase: Mapped[Phase]
    urn: Mapped[str] = mapped_column(String(6), unique=True)
    laestab: Mapped[str] = mapped_column(String(7), unique=True)
    theme: Mapped[str] = mapped_column(String(20), default="plum")
    address: Mapped[Long] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(String(30), default="")
    email: Mapped[str] = mapped_column(String(254), default="")
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    sendco_word: Mapped[str] = mapped_column(String(10), default="SENDCO")
    plan_name: Mapped[Short] = mapped_column(default="Support plan")
    reviews_a_year: Mapped[int] = mapped_column(default=3)
    slot_minutes: Mapped[int] = mapped_column(default=30)
    languages: Mapped[list[str]] = mapped_column(default=list)
    complaint_ladder: Mapped[list[str]] = mapped_column(default=list)
    safeguarding_lead_id: Mapped[uuid.UUID | None]
    safeguarding_words: Mapped[Long] = mapped_column(default="")
    links: Mapped[dict[str, str]] = mapped_column(default=dict)

    __table_args__ = (
        CheckConstraint("reviews_a_year >= 3", name="school_meets_families_at_least_three_times_a_year"),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="school_is_at_a_point_or_says_nothing"),
        CheckConstraint("sendco_word IN ('SENCO', 'SENDCO')", name="school_says_senco_or_sendco"),
    )


class SchoolClass(Keyed, Base):
    """A class or tutor group."""

    __tablename__ = "school_class"

    school_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("school.id"))
    name: Mapped[Short]

    @classmethod
    def in_order(cls) -> tuple[ColumnElement[int], ColumnElement[str]]:
        """To order by: rules_classes.class_order in SQL."""
        lower = func.lower(func.coalesce(cls.name, ""))

        def begins(word: str, then: frozenset[str]) -> ColumnElement[bool]:
            return and_(lower.startswith(word), func.substr(lower, len(word) + 1, 1).in_(sorted(then)))

        years = [(begins(word, DIGITS), func.substr(lower, len(word) + 1)) for word in YEAR_BEFORE]
        name = case(*years, else_=lower)
        first, second = func.substr(name, 1, 1), func.substr(name, 2, 1)
        named = [(and_(lower.startswith(word), ~begins(word, LETTERS)), place) for word, place in BY_NAME.items()]
        year = case(
            (lower == "", NO_CLASS),
            (and_(first.in_(sorted(DIGITS)), second.in_(sorted(DIGITS))), YEARS_FROM_10),
            (first.in_(sorted(DIGITS)), YEARS_TO_9),
            *named,
            else_=NO_YEAR,
        )
        return year, name

    __table_args__ = (
        UniqueConstraint("school_id", "name", name="uq_class_name_once_in_a_school"),
        UniqueConstraint("school_id", "id", name="uq_class_in_its_school"),
    )


class Person(Keyed, Base):
    """Somebody who may sign in. How an adult is reached stands apart, in ContactPoint."""

    __tablename__ = "person"

    trust_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("trust.id"))
    full_name: Mapped[Short]
    known_as: Mapped[Short] = mapped_column(default="")
    language: Mapped[str] = mapped_column(String(12), default="en")
    spoken_language: Mapped[str] = mapped_column(String(12), default="")
    interpreter_needed: Mapped[bool] = mapped_column(default=False)
    easy_read: Mapped[bool] = mapped_column(default=False)
    epoch: Mapped[int] = mapped_column(default=0)
    demo_slug: Mapped[str | None] = mapped_column(String(40), unique=True)

    @property
    def name(self) -> str:
        """What this person likes to be called."""
        return self.known_as or self.full_name


class ContactPoint(Keyed, AboutAnAdult, Base):
    """One address or number of one adult. Two adults may share one; it is never a key to anything. `bounced_at`: since
    when its server says that there is nobody."""

    __tablename__ = "contact_point"

    adult_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[ContactKind]
    value: Mapped[str] = mapped_column(String(254), index=True)
    verified_at: Mapped[datetime | None]
    bounced_at: Mapped[datetime | None]
    wanted: Mapped[bool] = mapped_column(default=True)

    __table_args__ = (UniqueConstraint("adult_id", "kind", "value", name="uq_contact_point_once_for_an_adult"),)


class StaffRole(Keyed, Base):
    """What somebody does at a school, from one day to another; a class role is for one class."""

    __tablename__ = "staff_role"

    school_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("school.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[Role]
    class_id: Mapped[uuid.UUID | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]

    __table_args__ = (
        ForeignKeyConstraint(["school_id", "class_id"], ["school_class.school_id", "school_class.id"]),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="staff_role_ends_after_it_starts"),
        CheckConstraint(
            "(role IN ('class_teacher', 'teaching_assistant', 'supply_teacher')) = (class_id IS NOT NULL)",
            name="class_roles_name_their_class",
        ),
        CheckConstraint("role <> 'supply_teacher' OR ends_on IS NOT NULL", name="supply_teachers_have_a_last_day"),
    )


class TrustRole(Keyed, Base):
    """Somebody who sees the trust's figures, and no child."""

    __tablename__ = "trust_role"

    trust_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("trust.id"))
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), unique=True)


class Pupil(Keyed, IsAPupil, Base):
    """A child at a school. The UPN is for exchange with other systems only: never in a URL, never shown to a family."""

    __tablename__ = "pupil"

    school_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("school.id"))
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"), unique=True)
    upn: Mapped[str | None] = mapped_column(String(13))
    former_upns: Mapped[list[str]] = mapped_column(default=list)
    forename: Mapped[Short]
    surname: Mapped[Short]
    known_as: Mapped[Short] = mapped_column(default="")
    born_on: Mapped[date]
    nc_year: Mapped[str] = mapped_column(String(2))
    class_id: Mapped[uuid.UUID | None]
    home_language_code: Mapped[str] = mapped_column(String(4), default="")
    looked_after: Mapped[bool] = mapped_column(default=False)
    rights_pass_on: Mapped[date]
    rights_stay_with_parents: Mapped[bool] = mapped_column(default=False)
    shares_with_parents: Mapped[bool] = mapped_column(default=False)
    left_on: Mapped[date | None]
    staff_confirmed: Mapped[bool] = mapped_column(default=False)
    source: Mapped[str] = mapped_column(String(20), default="staff")

    __table_args__ = (
        UniqueConstraint("school_id", "id", name="uq_pupil_in_its_school"),
        UniqueConstraint("school_id", "upn", name="uq_upn_once_in_a_school"),
        ForeignKeyConstraint(["school_id", "class_id"], ["school_class.school_id", "school_class.id"]),
        Index("ix_pupil_class_id", "class_id"),
    )

    @property
    def name(self) -> str:
        """What this child is called at school."""
        return self.known_as or self.forename


class PupilContact(Keyed, AboutAPupil, AboutAnAdult, Base):
    """The recorded decision about one adult and one child (domain.md 3): an import proposes it, only staff open it."""

    __tablename__ = "pupil_contact"

    adult_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    relationship: Mapped[str] = mapped_column(String(3))
    parental_responsibility: Mapped[YesNo] = mapped_column(default=YesNo.UNKNOWN)
    lives_with_pupil: Mapped[YesNo] = mapped_column(default=YesNo.UNKNOWN)
    priority: Mapped[int] = mapped_column(default=9)
    state: Mapped[ContactState] = mapped_column(default=ContactState.PROPOSED)
    access: Mapped[PortalAccess] = mapped_column(default=PortalAccess.NONE)
    restriction: Mapped[Restriction] = mapped_column(default=Restriction.NONE)
    restricted_from: Mapped[date | None]
    restricted_until: Mapped[date | None]
    order_reference: Mapped[Short] = mapped_column(default="")
    order_seen_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    decided_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    source: Mapped[str] = mapped_column(String(20), default="staff")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}
    __table_args__ = (
        in_the_pupils_school(),
        UniqueConstraint("pupil_id", "adult_id", name="uq_one_link_for_an_adult_and_a_child"),
        CheckConstraint("access = 'none' OR decided_by IS NOT NULL", name="access_needs_a_recorded_decision"),
        CheckConstraint("state <> 'proposed' OR access = 'none'", name="a_proposed_link_opens_nothing"),
        CheckConstraint(
            "restriction = 'none' OR (restricted_from IS NOT NULL AND order_seen_by IS NOT NULL)",
            name="a_restriction_says_from_when_and_who_saw_the_order",
        ),
    )


class KeptApart(Keyed, AboutAnAdult, Base):
    """Two adults who must never meet at school. Each pair is two rows, one for each, so that either may be asked about
    alone; it follows from a court order about a child, or staff wrote it down. No page tells either about it."""

    __tablename__ = "kept_apart"

    adult_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    from_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    contact_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("pupil_contact.id"), index=True)
    since: Mapped[date]

    __table_args__ = (
        UniqueConstraint("adult_id", "from_id", "contact_id", name="uq_kept_apart_once_for_an_order"),
        CheckConstraint("adult_id <> from_id", name="nobody_is_kept_apart_from_themselves"),
    )


class RightsDecision(Keyed, AboutAPupil, Base):
    """What was recorded when rights passed to a young person, or why they did not (domain.md 2.6)."""

    __tablename__ = "rights_decision"

    decided_at: Mapped[datetime]
    decided_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    basis: Mapped[str] = mapped_column(String(20))
    shares_with_parents: Mapped[bool]
    rights_stay_with_parents: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[Long] = mapped_column(default="")


class Look(Keyed, AboutAPupil, Base):
    """Somebody opened a child's pages: one row a sitting, and the family can read who it was."""

    __tablename__ = "look"

    sitting_id: Mapped[uuid.UUID]
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    audience: Mapped[str] = mapped_column(String(10))
    role: Mapped[str] = mapped_column(String(40), default="")
    at: Mapped[datetime]
    version_number: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        in_the_pupils_school(),
        Index("uq_one_look_a_sitting", "sitting_id", "pupil_id", unique=True),
        Index("ix_look_pupil_at", "pupil_id", "at"),
    )
