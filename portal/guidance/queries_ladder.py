"""Who answers a family that is not content, step by step: by name where school has somebody, and in how many days."""

import uuid
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import and_, bindparam, or_, select

from portal.concerns.models import AnswerDays
from portal.concerns.rules import DEFAULT_DAYS, STEP_ROLES, Step
from portal.kernel.scope import PortalSession
from portal.people.models import Person, Pupil, School, StaffRole
from portal.people.rules import Role

MY_CHILDREN = (
    select(
        *(Pupil.id, Pupil.known_as.label("child_known_as"), Pupil.forename, Pupil.school_id),
        *(School.name.label("school"), School.sendco_word, School.complaint_ladder),
        *(StaffRole.role, Person.known_as, Person.full_name),
    )
    .join(School, School.id == Pupil.school_id)
    .outerjoin(
        StaffRole,
        and_(
            StaffRole.school_id == Pupil.school_id,
            or_(
                and_(StaffRole.class_id == Pupil.class_id, StaffRole.role == Role.CLASS_TEACHER),
                StaffRole.role.in_((Role.SENDCO, Role.HEADTEACHER)),
            ),
            StaffRole.starts_on <= bindparam("today"),
            or_(StaffRole.ends_on.is_(None), StaffRole.ends_on >= bindparam("today")),
        ),
    )
    .outerjoin(Person, Person.id == StaffRole.person_id)
    .order_by(Pupil.forename, Pupil.id, Person.full_name, StaffRole.id)
)
DAYS = select(AnswerDays.school_id, AnswerDays.step, AnswerDays.days).where(
    AnswerDays.school_id.in_(bindparam("schools", expanding=True))
)


@dataclass(frozen=True, slots=True)
class Rung:
    """One step: the names of those who answer it today, and within how many school days."""

    step: Step
    names: tuple[str, ...]
    days: int


@dataclass(frozen=True, slots=True)
class Ladder:
    """The steps for one child, and the school's own words for them, empty where it wrote none."""

    child: str
    school: str
    sendco_word: str
    rungs: tuple[Rung, ...]
    own_words: tuple[str, ...]


def ladders(session: PortalSession, *, today: date) -> list[Ladder]:
    """One for each child within the session's scope, by the child's name. Two statements, one without a child."""
    groups = [list(rows) for _id, rows in groupby(session.execute(MY_CHILDREN, {"today": today}), lambda row: row.id)]
    schools = sorted({rows[0].school_id for rows in groups})
    found = session.execute(DAYS, {"schools": schools}) if schools else ()
    days: dict[tuple[uuid.UUID, Step], int] = {(row.school_id, row.step): row.days for row in found}
    return [_ladder(rows, days) for rows in groups]


def _ladder(rows: list[Any], days: dict[tuple[uuid.UUID, Step], int]) -> Ladder:
    first = rows[0]
    rungs = tuple(
        Rung(
            step,
            tuple(dict.fromkeys(row.known_as or row.full_name for row in rows if row.role == STEP_ROLES.get(step, ""))),
            days.get((first.school_id, step), DEFAULT_DAYS),
        )
        for step in Step
    )
    name, own_words = first.child_known_as or first.forename, tuple(first.complaint_ladder)
    return Ladder(name, first.school, first.sendco_word, rungs, own_words)
