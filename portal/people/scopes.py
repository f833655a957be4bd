"""What each kind of actor may see, as one option for rows about pupils, one for rows about adults, one for pupils.

The options are lambdas over the actor's ids, so that SQLAlchemy caches the statement and only binds the ids anew; the
criteria name tables, not classes, because a criterion on a class would be filtered by itself. They are subqueries: a
decision taken a second ago holds for the next statement.
"""

import uuid
from datetime import date
from typing import Any

from sqlalchemy import Select, false, or_, select
from sqlalchemy.orm import with_loader_criteria
from sqlalchemy.sql.base import ExecutableOption

from portal.kernel.scope import AboutAnAdult, AboutAPupil, Scope
from portal.people.actor import Actor
from portal.people.models import Pupil, PupilContact, StaffRole
from portal.people.rules import OPEN_ACCESS, OPEN_STATES, OWN_CLASS, Audience, Restriction

CONTACT: Any = PupilContact.__table__.c
PUPIL: Any = Pupil.__table__.c
ROLE: Any = StaffRole.__table__.c
_OPEN_STATES, _OPEN_ACCESS, _OWN_CLASS = sorted(OPEN_STATES), sorted(OPEN_ACCESS), sorted(OWN_CLASS)


def scope_of(actor: Actor, today: date) -> Scope:
    """The scope of an actor on a day; whoever fits nowhere sees nothing."""
    match actor.audience:
        case Audience.FAMILY:
            return Scope("family", _family(actor.person_id, today))
        case Audience.PUPIL if actor.pupil_id:
            return Scope("pupil", _pupil(actor.pupil_id, actor.person_id))
        case Audience.STAFF if actor.school_id and actor.sees_whole_school:
            return school_scope(actor.school_id)
        case Audience.STAFF if actor.school_id:
            return Scope("class", _class(actor.school_id, actor.person_id, today))
        case _:
            return Scope("nobody's pupils", _none())


def school_scope(school_id: uuid.UUID) -> Scope:
    """The scope of staff who see a whole school, also for work that is finished later in their name."""
    return Scope("school", _school(school_id), frozenset({school_id}))


def open_pupils(adult_id: uuid.UUID, today: date) -> Select[tuple[uuid.UUID]]:
    """The ids of the pupils that staff opened to an adult and no order, leaving or passing of rights closes again."""
    return (
        select(CONTACT.pupil_id)
        .join(Pupil.__table__, PUPIL.id == CONTACT.pupil_id)
        .where(
            CONTACT.adult_id == adult_id,
            CONTACT.access.in_(_OPEN_ACCESS),
            CONTACT.state.in_(_OPEN_STATES),
            # a restriction closes from its first day and stays closed after its last until staff decide: never by itself
            or_(CONTACT.restriction == Restriction.NONE, CONTACT.restricted_from > today),
            or_(PUPIL.rights_pass_on > today, PUPIL.rights_stay_with_parents, PUPIL.shares_with_parents),
            PUPIL.left_on.is_(None),
        )
    )


def _family(me: uuid.UUID, today: date) -> tuple[ExecutableOption, ...]:
    return (
        with_loader_criteria(AboutAPupil, lambda cls: cls.pupil_id.in_(open_pupils(me, today)), include_aliases=True),
        with_loader_criteria(AboutAnAdult, lambda cls: cls.adult_id == me, include_aliases=True),
        with_loader_criteria(Pupil, lambda cls: cls.id.in_(open_pupils(me, today)), include_aliases=True),
    )


def one_pupil(pupil_id: uuid.UUID, me: uuid.UUID) -> tuple[ExecutableOption, ...]:
    """Options for the page of one child whom the gate has just found within the actor's scope: that child and nobody
    else, not even a brother or sister. Without a subquery, every statement of the page costs less."""
    return _pupil(pupil_id, me)


def _pupil(pupil_id: uuid.UUID, me: uuid.UUID) -> tuple[ExecutableOption, ...]:
    return (
        with_loader_criteria(AboutAPupil, lambda cls: cls.pupil_id == pupil_id, include_aliases=True),
        with_loader_criteria(AboutAnAdult, lambda cls: cls.adult_id == me, include_aliases=True),
        with_loader_criteria(Pupil, lambda cls: cls.id == pupil_id, include_aliases=True),
    )


def _adults_of(school_id: uuid.UUID) -> Select[tuple[uuid.UUID]]:
    return select(CONTACT.adult_id).where(CONTACT.school_id == school_id)


def _school(school_id: uuid.UUID) -> tuple[ExecutableOption, ...]:
    return (
        with_loader_criteria(AboutAPupil, lambda cls: cls.school_id == school_id, include_aliases=True),
        with_loader_criteria(AboutAnAdult, lambda cls: cls.adult_id.in_(_adults_of(school_id)), include_aliases=True),
        with_loader_criteria(Pupil, lambda cls: cls.school_id == school_id, include_aliases=True),
    )


def class_pupils(school_id: uuid.UUID, me: uuid.UUID, today: date) -> Select[tuple[uuid.UUID]]:
    """The ids of the pupils in the classes that somebody teaches or helps today; supply teachers drop out by the date."""
    mine = select(ROLE.class_id).where(
        ROLE.person_id == me,
        ROLE.school_id == school_id,
        ROLE.role.in_(_OWN_CLASS),
        ROLE.starts_on <= today,
        or_(ROLE.ends_on.is_(None), ROLE.ends_on >= today),
    )
    return select(PUPIL.id).where(PUPIL.school_id == school_id, PUPIL.class_id.in_(mine), PUPIL.left_on.is_(None))


def _class(school_id: uuid.UUID, me: uuid.UUID, today: date) -> tuple[ExecutableOption, ...]:
    return (
        with_loader_criteria(
            AboutAPupil, lambda cls: cls.pupil_id.in_(class_pupils(school_id, me, today)), include_aliases=True
        ),
        with_loader_criteria(AboutAnAdult, lambda cls: cls.adult_id == me, include_aliases=True),
        with_loader_criteria(Pupil, lambda cls: cls.id.in_(class_pupils(school_id, me, today)), include_aliases=True),
    )


def _none() -> tuple[ExecutableOption, ...]:
    return (
        with_loader_criteria(AboutAPupil, lambda _cls: false(), include_aliases=True),
        with_loader_criteria(AboutAnAdult, lambda _cls: false(), include_aliases=True),
        with_loader_criteria(Pupil, lambda _cls: false(), include_aliases=True),
    )
