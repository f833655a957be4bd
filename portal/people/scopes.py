"""What each kind of actor may see, as one option for rows about pupils, one for rows about adults,
one for what one adult of a family keeps from the others, one for what an adult says to school, one for words whose
readers were named, one for what the school writes to many, one for drafts of plans, one for pupils.

The options are made once; only the values behind their names (`scope_...`) belong to an actor, so that a statement and
its cache key are made once too. The criteria name tables, not classes, because a criterion on a class would be filtered
by itself. They are subqueries: a decision taken a second ago holds for the next statement.
"""

import uuid
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    Select,
    Uuid,
    and_,
    bindparam,
    exists,
    false,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import with_loader_criteria
from sqlalchemy.sql.base import ExecutableOption
from sqlalchemy.types import TypeEngine

from portal.kernel.rows import (
    AboutAnAdult,
    AboutAPupil,
    ForReaders,
    ForRecipients,
    HeldBack,
    PrivateToAdult,
    SaidToSchool,
)
from portal.kernel.scope import Scope
from portal.people.actor import Actor
from portal.people.models import Pupil, PupilContact, StaffRole
from portal.people.rules import OPEN_ACCESS, OPEN_STATES, OWN_CLASS, Audience, Readers, Restriction, Role, Side

Criterion = Callable[[Any], ColumnElement[bool]]
CONTACT: Any = PupilContact.__table__.c
PUPIL: Any = Pupil.__table__.c
ROLE: Any = StaffRole.__table__.c
FOR_STAFF = (Readers.TEACHERS, Readers.FAMILY)


def _one_of(column: Any, values: Iterable[str]) -> ColumnElement[bool]:
    # written into the statement, not bound: a list of parameters would be spread out anew at every execution
    return or_(*(column == literal_column(f"'{value}'") for value in sorted(values)))


def _value(name: str, kind: type[TypeEngine[Any]]) -> BindParameter[Any]:
    return bindparam(f"scope_{name}", type_=kind())


ME, TODAY, SCHOOL, PUPIL_ID = _value("me", Uuid), _value("today", Date), _value("school", Uuid), _value("pupil", Uuid)


def open_pupils(adult_id: Any, today: Any) -> Select[uuid.UUID]:
    """The ids of the pupils that staff opened to an adult and no order, leaving or passing of rights closes again."""
    return (
        select(CONTACT.pupil_id)
        .join(Pupil.__table__, PUPIL.id == CONTACT.pupil_id)
        .where(
            CONTACT.adult_id == adult_id,
            _one_of(CONTACT.access, OPEN_ACCESS),
            _one_of(CONTACT.state, OPEN_STATES),
            # a restriction closes from its first day and stays closed after its last until staff decide: never by
            # itself
            or_(_one_of(CONTACT.restriction, [Restriction.NONE]), CONTACT.restricted_from > today),
            or_(PUPIL.rights_pass_on > today, PUPIL.rights_stay_with_parents, PUPIL.shares_with_parents),
            PUPIL.left_on.is_(None),
        )
    )


def class_pupils(school_id: Any, me: Any, today: Any, roles: Iterable[Role] = OWN_CLASS) -> Select[uuid.UUID]:
    """The ids of the pupils in the classes that somebody teaches or helps today; supply teachers drop out by the
    date."""
    mine = select(ROLE.class_id).where(
        ROLE.person_id == me,
        ROLE.school_id == school_id,
        _one_of(ROLE.role, roles),
        ROLE.starts_on <= today,
        or_(ROLE.ends_on.is_(None), ROLE.ends_on >= today),
    )
    return select(PUPIL.id).where(PUPIL.school_id == school_id, PUPIL.class_id.in_(mine), PUPIL.left_on.is_(None))


def _options(
    about_a_pupil: Criterion,
    about_an_adult: Criterion,
    pupil: Criterion,
    *,
    words: Criterion,
    notices: Criterion,
    private: Criterion | None = None,
    said_to_school: Criterion | None = None,
    held_back: Criterion | None = None,
) -> tuple[ExecutableOption, ...]:
    kept = ((PrivateToAdult, private), (SaidToSchool, said_to_school), (HeldBack, held_back))
    return (
        *(with_loader_criteria(kind, who, include_aliases=True) for kind, who in kept if who),
        with_loader_criteria(ForReaders, words, include_aliases=True),
        with_loader_criteria(ForRecipients, notices, include_aliases=True),
        with_loader_criteria(AboutAPupil, about_a_pupil, include_aliases=True),
        with_loader_criteria(AboutAnAdult, about_an_adult, include_aliases=True),
        with_loader_criteria(Pupil, pupil, include_aliases=True),
    )


def _mine_or_the_schools(cls: Any) -> ColumnElement[bool]:
    return or_(cls.adult_id == ME, cls.adult_id.is_(None))


# SQLAlchemy looks into the lambdas below and replaces the names it finds in them; what they call it leaves alone
def _sent(cls: Any, *who: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(cls.sent_at.is_not(None), *who)


def _own_words(cls: Any) -> ColumnElement[bool]:
    # a pupil reads what the pupil said; of what others say they see the version that is made for them
    return cls.author_id == ME


def _words_for_the_family(cls: Any) -> ColumnElement[bool]:
    return or_(_mine_unless_kept(cls), _sent(cls, _one_of(cls.readers, [Readers.FAMILY])))


def _mine_unless_kept(cls: Any) -> ColumnElement[bool]:
    # what school made of a parent's words and keeps for itself is not theirs; a child's card is made of the child's own
    mine: ColumnElement[bool] = cls.author_id == ME
    return and_(mine, or_(cls.for_family, _one_of(cls.side, [Side.PUPIL]))) if hasattr(cls, "for_family") else mine


def _mine_to_do(cls: Any) -> tuple[ColumnElement[bool], ...]:
    # whoever is named to do what the family has agreed to may read what it is: an assistant, the office
    return (_sent(cls, _one_of(cls.readers, [Readers.FAMILY]), cls.owner_id == ME),) if hasattr(cls, "owner_id") else ()


def _holds(person_id: Any, role: Role) -> ColumnElement[bool]:
    held: Any = StaffRole.__table__.alias().c
    today = (held.starts_on <= TODAY, or_(held.ends_on.is_(None), held.ends_on >= TODAY))
    return exists().where(held.person_id == person_id, held.school_id == SCHOOL, _one_of(held.role, [role]), *today)


def _for_one(cls: Any) -> ColumnElement[bool]:
    # what is for an office is read by whoever holds it, so that it waits for nobody who has left
    one: ColumnElement[bool] = cls.for_one(ME, _holds) if hasattr(cls, "for_one") else cls.one_adult_id == ME
    return one


def _typed_or_named(cls: Any) -> ColumnElement[bool]:
    # not even whoever wrote it down reads on when it is for one other adult
    typed = and_(cls.written_by == ME, _one_of(cls.readers, FOR_STAFF))
    return or_(cls.author_id == ME, typed, _sent(cls, _for_one(cls)), *_mine_to_do(cls))


def _words_for_the_school(cls: Any) -> ColumnElement[bool]:
    return or_(_typed_or_named(cls), _sent(cls, _one_of(cls.readers, FOR_STAFF)))


def _words_for_the_class(cls: Any) -> ColumnElement[bool]:
    taught = class_pupils(SCHOOL, ME, TODAY, [Role.CLASS_TEACHER])
    return or_(_typed_or_named(cls), _sent(cls, _one_of(cls.readers, FOR_STAFF), cls.pupil_id.in_(taught)))


def _taught(cls: Any) -> ColumnElement[bool]:
    if not cls.for_class_teachers:
        return false()
    column: ColumnElement[uuid.UUID] = cls.pupil_id
    return column.in_(class_pupils(SCHOOL, ME, TODAY, [Role.CLASS_TEACHER]))


def _went_to_my_family(cls: Any) -> ColumnElement[bool]:
    found: ColumnElement[bool] = cls.went_to(ME, lambda pupil_id: pupil_id.in_(open_pupils(ME, TODAY)))
    return found


def _went_to_me(cls: Any) -> ColumnElement[bool]:
    found: ColumnElement[bool] = cls.went_to(ME, lambda pupil_id: pupil_id == PUPIL_ID)
    return found


def _out(cls: Any) -> ColumnElement[bool]:
    found: ColumnElement[bool] = cls.is_out()
    return found


def _out_or_asked_about(cls: Any) -> ColumnElement[bool]:
    return or_(cls.is_out(), cls.is_asked_about())


def _in_school(words: Criterion) -> tuple[ExecutableOption, ...]:
    return _options(
        lambda cls: cls.school_id == SCHOOL,
        lambda cls: cls.adult_id.in_(select(CONTACT.adult_id).where(CONTACT.school_id == SCHOOL)),
        lambda cls: cls.school_id == SCHOOL,
        words=words,
        notices=lambda cls: cls.school_id == SCHOOL,
    )


def _of_one_pupil(words: Criterion, held_back: Criterion) -> tuple[ExecutableOption, ...]:
    return _options(
        lambda cls: cls.pupil_id == PUPIL_ID,
        lambda cls: cls.adult_id == ME,
        lambda cls: cls.id == PUPIL_ID,
        words=words,
        notices=lambda cls: _went_to_me(cls),
        private=_mine_or_the_schools,
        held_back=held_back,
    )


FAMILY = _options(
    lambda cls: cls.pupil_id.in_(open_pupils(ME, TODAY)),
    lambda cls: cls.adult_id == ME,
    lambda cls: cls.id.in_(open_pupils(ME, TODAY)),
    words=lambda cls: _words_for_the_family(cls),
    notices=lambda cls: _went_to_my_family(cls),
    private=_mine_or_the_schools,
    held_back=lambda cls: _out_or_asked_about(cls),
)
ONE_PUPIL = _of_one_pupil(lambda cls: _words_for_the_family(cls), lambda cls: _out_or_asked_about(cls))
# whoever has no rights of their own is asked about no draft
PUPIL_ALONE = _of_one_pupil(lambda cls: _own_words(cls), lambda cls: _out(cls))
# the SENDCO and the headteacher read what is said to the school; the office what it typed in itself
WHOLE_SCHOOL = _in_school(lambda cls: _words_for_the_school(cls))
OFFICE = _in_school(lambda cls: _typed_or_named(cls))
SCHOOL_WORK = _in_school(lambda _cls: false())
OWN_CLASSES = _options(
    lambda cls: cls.pupil_id.in_(class_pupils(SCHOOL, ME, TODAY)),
    lambda cls: cls.adult_id == ME,
    lambda cls: cls.id.in_(class_pupils(SCHOOL, ME, TODAY)),
    words=lambda cls: _words_for_the_class(cls),
    notices=lambda cls: cls.school_id == SCHOOL,
    said_to_school=lambda cls: _taught(cls),
)
NOBODY = _options(
    lambda _cls: false(),
    lambda _cls: false(),
    lambda _cls: false(),
    words=lambda _cls: false(),
    notices=lambda _cls: false(),
)


def scope_of(actor: Actor, today: date) -> Scope:
    """The scope of an actor on a day; whoever fits nowhere sees nothing."""
    me = actor.person_id
    match actor.audience:
        case Audience.FAMILY:
            return Scope("family", FAMILY, {"scope_me": me, "scope_today": today}, writes_for=me)
        case Audience.PUPIL if actor.pupil_id and actor.holds_own_rights:
            return one_pupil(actor.pupil_id, me)
        case Audience.PUPIL if actor.pupil_id:
            return Scope("pupil", PUPIL_ALONE, {"scope_pupil": actor.pupil_id, "scope_me": me}, writes_for=me)
        case Audience.STAFF if actor.school_id and actor.sees_whole_school:
            reads = actor.has(Role.SENDCO, Role.HEADTEACHER)
            mine = {"scope_school": actor.school_id, "scope_me": me, "scope_today": today}
            return Scope("school", WHOLE_SCHOOL if reads else OFFICE, mine, frozenset({actor.school_id}))
        case Audience.STAFF if actor.school_id:
            values = {"scope_school": actor.school_id, "scope_me": me, "scope_today": today}
            return Scope("class", OWN_CLASSES, values)
        case _:
            return Scope("nobody's pupils", NOBODY)


def school_scope(school_id: uuid.UUID) -> Scope:
    """The scope of work that is finished later for a whole school: all but what was said to named readers."""
    return Scope("school", SCHOOL_WORK, {"scope_school": school_id}, frozenset({school_id}))


def one_pupil(pupil_id: uuid.UUID, me: uuid.UUID) -> Scope:
    """One child and nobody else, not even a brother or sister: a pupil's own scope, and that of a page about a child
    whom the gate has just found within the actor's wider scope. Without a subquery each statement costs less."""
    return Scope("one pupil", ONE_PUPIL, {"scope_pupil": pupil_id, "scope_me": me}, writes_for=me)
