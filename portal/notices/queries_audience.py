"""Which adults an audience is made of, by the rule of the fence itself: whom staff opened the portal to, and no order,
leaving or passing of rights closed it again; a young person instead of the parents once the rights are their own.

A class teacher's session does not see who is linked to a child, so ids, languages and numbers come from the tables.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, not_, or_, select

from portal.kernel.scope import PortalSession
from portal.notices.models import NoticeCopy
from portal.notices.queries_ways import ALL, way_of
from portal.notices.rules import Audience, Circle
from portal.notices.rules_audience import Writer
from portal.people.models import Person, Pupil
from portal.people.rules import ContactKind, Role
from portal.people.scopes import CONTACT, class_pupils, open_pupils
from portal.profiles.models_register import SenStatusPeriod
from portal.profiles.rules_steps import SUPPORTED

STATUS: Any = SenStatusPeriod.__table__.c
COPY: Any = NoticeCopy.__table__.c


@dataclass(frozen=True, slots=True)
class Readers:
    """How many adults read one language and are reached in one way."""

    language: str
    way: str
    adults: int


@dataclass(frozen=True, slots=True)
class Families:
    """An audience in numbers: adults by language and way, the children in it, and those nobody may read about."""

    readers: tuple[Readers, ...] = ()
    children: int = 0
    without_anybody: int = 0

    @property
    def adults(self) -> int:
        """Everybody who gets it."""
        return sum(each.adults for each in self.readers)

    @property
    def languages(self) -> dict[str, int]:
        """How many adults read each language, the most first."""
        return self._by("language")

    @property
    def ways(self) -> dict[str, int]:
        """How many adults are reached in each way, the most first."""
        return self._by("way")

    def by_way(self, language: str) -> dict[str, int]:
        """The same for the readers of one language."""
        return {each.way: each.adults for each in self.readers if each.language == language}

    def _by(self, name: str) -> dict[str, int]:
        counted: dict[str, int] = {}
        for each in self.readers:
            counted[getattr(each, name)] = counted.get(getattr(each, name), 0) + each.adults
        return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def families(
    session: PortalSession,
    audience: Audience,
    writer: Writer,
    today: date,
    reachable: frozenset[ContactKind] = ALL,
) -> Families:
    """The audience in numbers; 3 statements, however many families there are. `reachable`: what this installation can
    send by."""
    counted = []
    for adults in _adults(audience, writer, today):
        grouped = adults.with_only_columns(
            Person.language, way_of(Person.id, reachable).label("way"), func.count(Person.id.distinct()).label("adults")
        )
        counted += [Readers(*row) for row in session.execute(grouped.group_by(Person.language, "way"))]
    read_about = or_(Pupil.id.in_(select(_links(today).c.pupil_id)), and_(*_own_rights(today)))
    lost = func.coalesce(func.sum(case((read_about, 0), else_=1)), 0)
    children, without = session.execute(
        select(func.count(Pupil.id), lost).where(*_children(audience, writer, today))
    ).one()
    return Families(tuple(counted), children, int(without))


def recipients(
    session: PortalSession, audience: Audience, writer: Writer, today: date, *, but_not_of: uuid.UUID, most: int
) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """Who is still to get a notice, as (adult, child), at most so many; 2 statements."""
    has_it = select(COPY.id).where(COPY.notice_id == but_not_of, COPY.adult_id == Person.id, COPY.pupil_id == Pupil.id)
    found = []
    for adults in _adults(audience, writer, today):
        left = adults.with_only_columns(Person.id, Pupil.id).where(not_(has_it.exists()))
        rows = session.execute(left.order_by(Person.id, Pupil.id).limit(most))
        found += [(adult_id, pupil_id) for adult_id, pupil_id in rows]
    return found[:most]


def may_write_to(session: PortalSession, audience: Audience, writer: Writer, today: date) -> bool:
    """Whether these are this writer's families on that day; 1 statement for a class teacher."""
    if audience.circle not in writer.circles:
        return False
    if writer.whole_school:
        return True
    column = Pupil.class_id if audience.circle is Circle.CLASSES else Pupil.id
    taught = Pupil.id.in_(_taught(writer, today))
    mine = session.scalars(select(column).distinct().where(taught, column.in_(_ids(audience))))
    return len(set(mine)) == len(set(audience.of))


def children_of(writer: Writer, today: date) -> tuple[ColumnElement[bool], ...]:
    """What filters the copies of a notice for the children whose families this writer may write to."""
    return () if writer.whole_school else (NoticeCopy.pupil_id.in_(_taught(writer, today)),)


def _taught(writer: Writer, today: date) -> Any:
    return class_pupils(writer.school_id, writer.person_id, today, [Role.CLASS_TEACHER])


def _adults(audience: Audience, writer: Writer, today: date) -> Iterator[Any]:
    """Two selects of Pupil and Person: the linked adults, and the young people whose rights are their own."""
    links = _links(today)
    wanted = [*_children(audience, writer, today)]
    if audience.languages:
        wanted.append(Person.language.in_(audience.languages))
    linked = select(Pupil.id).join(links, links.c.pupil_id == Pupil.id).join(Person, Person.id == links.c.adult_id)
    yield linked.where(*wanted)
    own = select(Pupil.id).join(Person, Person.id == Pupil.person_id)
    yield own.where(*wanted, *_own_rights(today))


def _links(today: date) -> Any:
    return open_pupils(CONTACT.adult_id, today).with_only_columns(CONTACT.pupil_id, CONTACT.adult_id).subquery()


def _own_rights(today: date) -> tuple[ColumnElement[bool], ...]:
    passed = Pupil.rights_pass_on <= today
    return passed, ~Pupil.rights_stay_with_parents, Pupil.person_id.is_not(None)


def _children(audience: Audience, writer: Writer, today: date) -> Iterator[ColumnElement[bool]]:
    yield Pupil.school_id == writer.school_id
    yield Pupil.left_on.is_(None)
    if not writer.whole_school:
        yield Pupil.id.in_(_taught(writer, today))
    match audience.circle:
        case Circle.YEARS:
            yield Pupil.nc_year.in_(audience.of)
        case Circle.CLASSES:
            yield Pupil.class_id.in_(_ids(audience))
        case Circle.CHILD:
            yield Pupil.id.in_(_ids(audience))
        case Circle.ON_SUPPORT:
            yield Pupil.id.in_(
                select(STATUS.pupil_id).where(STATUS.ends_on.is_(None), STATUS.provision.in_(sorted(SUPPORTED)))
            )


def _ids(audience: Audience) -> list[uuid.UUID]:
    return [uuid.UUID(each) for each in audience.of]
