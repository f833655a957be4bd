"""What the portal knows of a school's children and adults, in a handful of statements whatever the school's size."""

import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select

from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.people.models import ContactPoint, Person, Pupil, PupilContact, School
from portal.people.rules import ContactKind, YesNo
from portal.profiles.models_register import SenNeed, SenStatusPeriod
from portal.profiles.rules import SenProvision


@dataclass(frozen=True, slots=True)
class TheSchool:
    """The school a file is brought to. `laestab` has seven digits."""

    id: uuid.UUID
    trust_id: uuid.UUID
    name: str
    laestab: str
    plan_name: str


def the_school(session: PortalSession, *, school_id: uuid.UUID) -> TheSchool:
    """The school with this id; 1 statement. Raises NotFound."""
    row = session.execute(
        select(School.id, School.trust_id, School.name, School.laestab, School.plan_name).where(School.id == school_id)
    ).first()
    if row is None:
        raise NotFound
    return TheSchool(*row)


def school_with_urn(session: PortalSession, *, urn: str) -> uuid.UUID | None:
    """The id of the school with this URN."""
    return session.scalars(select(School.id).where(School.urn == urn)).first()


@dataclass(frozen=True, slots=True)
class KnownPupil:
    """One child as it stands in the portal."""

    id: uuid.UUID
    upn: str | None
    former_upns: tuple[str, ...]
    forename: str
    surname: str
    known_as: str
    born_on: date
    nc_year: str
    home_language_code: str
    looked_after: bool
    left_on: date | None
    staff_confirmed: bool

    @property
    def name(self) -> str:
        """Both names, as staff read them."""
        return f"{self.known_as or self.forename} {self.surname}".strip()


def pupils_of(session: PortalSession, *, school_id: uuid.UUID) -> tuple[KnownPupil, ...]:
    """Every child of the school, those who left included; 1 statement."""
    rows: Any = session.execute(
        select(
            Pupil.id,
            Pupil.upn,
            Pupil.former_upns,
            Pupil.forename,
            Pupil.surname,
            Pupil.known_as,
            Pupil.born_on,
            Pupil.nc_year,
            Pupil.home_language_code,
            Pupil.looked_after,
            Pupil.left_on,
            Pupil.staff_confirmed,
        )
        .where(Pupil.school_id == school_id)
        .order_by(Pupil.id)
    )
    return tuple(KnownPupil(key, upn, tuple(former), *rest) for key, upn, former, *rest in rows)


@dataclass(frozen=True, slots=True)
class KnownPeriod:
    """A stretch of SEN support, of an EHC plan or of neither."""

    id: uuid.UUID
    provision: SenProvision
    starts_on: date
    ends_on: date | None
    source: str


@dataclass(frozen=True, slots=True)
class KnownNeed:
    """A type of need that has not ended."""

    id: uuid.UUID
    need_type: str
    rank: int
    starts_on: date
    source: str


@dataclass(frozen=True, slots=True)
class KnownSen:
    """The periods of each child from the first to the last, and the open needs by rank."""

    periods: dict[uuid.UUID, list[KnownPeriod]]
    needs: dict[uuid.UUID, list[KnownNeed]]


def sen_of(session: PortalSession, *, school_id: uuid.UUID) -> KnownSen:
    """The SEN record of all children of the school; 2 statements."""
    known = KnownSen(defaultdict(list), defaultdict(list))
    periods: Any = session.execute(
        select(
            SenStatusPeriod.pupil_id,
            SenStatusPeriod.id,
            SenStatusPeriod.provision,
            SenStatusPeriod.starts_on,
            SenStatusPeriod.ends_on,
            SenStatusPeriod.source,
        )
        .where(SenStatusPeriod.school_id == school_id)
        .order_by(SenStatusPeriod.starts_on, SenStatusPeriod.id)
    )
    for pupil_id, *values in periods:
        known.periods[pupil_id].append(KnownPeriod(*values))
    needs: Any = session.execute(
        select(SenNeed.pupil_id, SenNeed.id, SenNeed.need_type, SenNeed.rank, SenNeed.starts_on, SenNeed.source)
        .where(SenNeed.school_id == school_id, SenNeed.ends_on.is_(None))
        .order_by(SenNeed.rank, SenNeed.id)
    )
    for pupil_id, *values in needs:
        known.needs[pupil_id].append(KnownNeed(*values))
    return known


Way = tuple[ContactKind, str]


def folded(text: str) -> str:
    """A name or address as two files may write it differently: spaces and capitals do not count."""
    return " ".join(text.split()).casefold()


@dataclass(slots=True)
class KnownLink:
    """One adult of one child; `decided` once staff have said anything about it."""

    id: uuid.UUID
    adult_id: uuid.UUID
    relationship: str
    parental_responsibility: YesNo
    lives_with_pupil: YesNo
    decided: bool


@dataclass(slots=True)
class KnownAdult:
    """An adult of the school's children. `settled`: staff decided something about them, so that a file may not change
    their addresses or languages. `ways` maps each address, folded, to how it is written."""

    id: uuid.UUID
    full_name: str
    language: str
    spoken_language: str
    interpreter_needed: bool
    settled: bool = False
    ways: dict[Way, str] = field(default_factory=dict)


@dataclass(slots=True)
class KnownAdults:
    """The adults of a school by id, by child and name, and by name and address; what a file adds is put in as it is
    read. `decided` are the children with an adult about whom staff decided."""

    adults: dict[uuid.UUID, KnownAdult] = field(default_factory=dict)
    links: dict[tuple[uuid.UUID, str], list[KnownLink]] = field(default_factory=lambda: defaultdict(list))
    by_way: dict[tuple[str, Way], uuid.UUID] = field(default_factory=dict)
    decided: set[uuid.UUID] = field(default_factory=set)

    def add_link(self, pupil_id: uuid.UUID, link: KnownLink) -> None:
        """One more adult of a child; the adult is known already."""
        self.links[pupil_id, folded(self.adults[link.adult_id].full_name)].append(link)
        if link.decided:
            self.decided.add(pupil_id)

    def add_way(self, adult: KnownAdult, way: Way, written: str) -> None:
        """One more address of an adult."""
        adult.ways[way] = written
        self.by_way.setdefault((folded(adult.full_name), way), adult.id)


def adults_of(session: PortalSession, *, school: TheSchool) -> KnownAdults:
    """Every adult linked to a child of the school; 2 statements.

    Adults of other schools are not looked at: that a name and an address are known there is nobody's business here.
    """
    known = KnownAdults()
    links: Any = session.execute(
        select(
            PupilContact.pupil_id,
            PupilContact.id,
            PupilContact.adult_id,
            PupilContact.relationship,
            PupilContact.parental_responsibility,
            PupilContact.lives_with_pupil,
            PupilContact.decided_by.is_not(None),
            Person.full_name,
            Person.language,
            Person.spoken_language,
            Person.interpreter_needed,
            Person.epoch,
        )
        .join(Person, Person.id == PupilContact.adult_id)
        .where(PupilContact.school_id == school.id, Person.trust_id == school.trust_id)
        .order_by(PupilContact.priority, PupilContact.id)
    )
    for pupil_id, key, adult_id, relationship, responsibility, lives, decided, *person, epoch in links:
        adult = known.adults.setdefault(adult_id, KnownAdult(adult_id, *person))
        # Every decision, at whichever school, moves the epoch on.
        adult.settled = adult.settled or decided or epoch > 0
        known.add_link(pupil_id, KnownLink(key, adult_id, relationship, responsibility, lives, decided))
    points = session.execute(
        select(ContactPoint.adult_id, ContactPoint.kind, ContactPoint.value)
        .where(ContactPoint.adult_id.in_(select(PupilContact.adult_id).where(PupilContact.school_id == school.id)))
        .order_by(ContactPoint.adult_id, ContactPoint.kind, ContactPoint.value)
    )
    for adult_id, kind, value in points:
        if adult_id in known.adults:
            known.add_way(known.adults[adult_id], (kind, folded(value)), value)
    return known
