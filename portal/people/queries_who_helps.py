"""Who works with a child, for the child's own page and for the page that says where to get help."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, or_, select

from portal.kernel.scope import PortalSession
from portal.people.models import Person, Pupil, School, StaffRole
from portal.people.rules import ROLE_NAMES, Role

HELPING_ROLES = (Role.CLASS_TEACHER, Role.TEACHING_ASSISTANT, Role.SENDCO)


@dataclass(frozen=True, slots=True)
class Helper:
    """A member of staff a family can ask for, with the name of what they do (a message id)."""

    name: str
    role: Role
    role_name: str


@dataclass(frozen=True, slots=True)
class SchoolContact:
    """How a school is reached."""

    name: str
    phone: str
    email: str


@dataclass(frozen=True, slots=True)
class HelpForChild:
    """One child's school, the people there, and the links the school gives families (name, address)."""

    pupil_id: uuid.UUID
    child: str
    school: SchoolContact
    helpers: tuple[Helper, ...]
    links: tuple[tuple[str, str], ...]


def helps(school_id: Any, class_id: Any) -> ColumnElement[bool]:
    """That a staff role of today is one of the child's class, or the SENDCO's of the child's school."""
    return and_(
        StaffRole.school_id == school_id,
        or_(
            and_(StaffRole.class_id == class_id, StaffRole.role.in_((Role.CLASS_TEACHER, Role.TEACHING_ASSISTANT))),
            StaffRole.role == Role.SENDCO,
        ),
        StaffRole.starts_on <= bindparam("today"),
        or_(StaffRole.ends_on.is_(None), StaffRole.ends_on >= bindparam("today")),
    )


MY_CHILDREN = (
    select(
        Pupil.id.label("pupil_id"),
        Pupil.known_as.label("child_known_as"),
        Pupil.forename,
        School.name.label("school"),
        School.phone,
        School.email,
        School.sendco_word,
        School.links,
        StaffRole.role,
        Person.known_as,
        Person.full_name,
    )
    .join(School, School.id == Pupil.school_id)
    .outerjoin(StaffRole, helps(Pupil.school_id, Pupil.class_id))
    .outerjoin(Person, Person.id == StaffRole.person_id)
    .order_by(Pupil.forename, Pupil.id, Person.full_name, StaffRole.role)
)
SCHOOLS = (
    select(School.name, School.phone, School.email)
    .where(School.trust_id == bindparam("trust_id"))
    .order_by(School.name, School.id)
)


def helper(name: str, role: Role, sendco_word: str) -> Helper:
    """The SENDCO carries the word of the school, which may be SENCO."""
    return Helper(name, role, sendco_word if role == Role.SENDCO else ROLE_NAMES[role])


def in_order(helpers: Iterable[Helper]) -> tuple[Helper, ...]:
    """Those who see the child every day first."""
    return tuple(sorted(set(helpers), key=lambda one: (HELPING_ROLES.index(one.role), one.name)))


def help_for_my_children(session: PortalSession, *, today: date) -> list[HelpForChild]:
    """The people at school for each child within the session's scope, by the child's name."""
    found = []
    for _pupil, group in groupby(session.execute(MY_CHILDREN, {"today": today}), key=lambda row: row.pupil_id):
        rows = list(group)
        first = rows[0]
        helpers = in_order(helper(r.known_as or r.full_name, r.role, first.sendco_word) for r in rows if r.role)
        contact = SchoolContact(first.school, first.phone, first.email)
        found.append(
            HelpForChild(
                first.pupil_id,
                first.child_known_as or first.forename,
                contact,
                helpers,
                tuple(first.links.items()),
            )
        )
    return found


def schools_of_trust(session: PortalSession, trust_id: uuid.UUID) -> list[SchoolContact]:
    """Every school of the trust. Who has no child to see is given them all: naming one would say where a child is."""
    return [SchoolContact(*row) for row in session.execute(SCHOOLS, {"trust_id": trust_id})]
