"""One child's file for staff: the plan with its latest notes, the way on the register, and who was told what."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import aliased

from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.people.models import Person, Pupil, School, SchoolClass
from portal.people.rules import Role
from portal.profiles.models import Plan, PlanKind, PlanVersion
from portal.profiles.models_register import RegisterEvent, RegisterWord, SenNeed, SenStatusPeriod
from portal.profiles.models_sharing import PlanSharing
from portal.profiles.queries_progress import FILE_NOTES, NoteLine, notes_of
from portal.profiles.queries_staff import READS_PLANS
from portal.profiles.queries_version import SHARED_NOW, version_content
from portal.profiles.rules import RegisterKind, SenProvision, VersionState
from portal.profiles.rules_content import VersionContent
from portal.profiles.rules_steps import SUPPORTED, Standing

READS_EVENTS = (Role.SENDCO, Role.HEADTEACHER, Role.CLASS_TEACHER)

HEAD = (
    select(
        Pupil.id,
        Pupil.school_id,
        Pupil.forename,
        Pupil.surname,
        Pupil.known_as,
        Pupil.nc_year,
        SchoolClass.name.label("class_name"),
        School.plan_name,
        School.languages,
        SenStatusPeriod.provision,
        SenStatusPeriod.starts_on,
        SenStatusPeriod.ends_on,
    )
    .join(School, School.id == Pupil.school_id)
    .outerjoin(SchoolClass, SchoolClass.id == Pupil.class_id)
    .outerjoin(SenStatusPeriod, SenStatusPeriod.pupil_id == Pupil.id)
    .where(Pupil.id == bindparam("pupil_id"))
    .order_by(SenStatusPeriod.starts_on.desc(), SenStatusPeriod.id)
)
NEEDS = (
    select(SenNeed.need_type)
    .where(SenNeed.pupil_id == bindparam("pupil_id"), SenNeed.ends_on.is_(None))
    .order_by(SenNeed.rank)
)
VERSIONS = (
    select(
        PlanVersion.id,
        PlanVersion.plan_id,
        PlanVersion.number,
        PlanVersion.state,
        PlanVersion.published_at,
        PlanVersion.written_at,
        PlanSharing.shared_at,
        Plan.closed_on,
        Plan.kind_id,
        PlanKind.label,
    )
    .join(Plan, and_(Plan.id == PlanVersion.plan_id, Plan.pupil_id == PlanVersion.pupil_id))
    .join(PlanKind, PlanKind.id == Plan.kind_id)
    .outerjoin(PlanSharing, SHARED_NOW)
    .where(PlanVersion.pupil_id == bindparam("pupil_id"))
    .order_by(Plan.closed_on.is_not(None), PlanKind.label, PlanVersion.number.desc(), PlanVersion.id)
)
adult = aliased(Person, name="adult")
EVENTS = (
    select(
        RegisterEvent.id,
        RegisterEvent.kind,
        RegisterEvent.decided_at,
        RegisterEvent.reason_for_family,
        Person.full_name.label("decided_by"),
        adult.full_name.label("told"),
        RegisterWord.told_at,
        RegisterWord.read_at,
    )
    .join(Person, Person.id == RegisterEvent.decided_by)
    .outerjoin(
        RegisterWord, and_(RegisterWord.event_id == RegisterEvent.id, RegisterWord.pupil_id == RegisterEvent.pupil_id)
    )
    .outerjoin(adult, adult.id == RegisterWord.adult_id)
    .where(RegisterEvent.pupil_id == bindparam("pupil_id"))
    .order_by(RegisterEvent.decided_at.desc(), RegisterEvent.id, adult.full_name, adult.id)
)


@dataclass(frozen=True, slots=True)
class Period:
    """From when to when a child had which support."""

    provision: SenProvision
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildHead:
    """Who the child is, and where it stands."""

    pupil_id: uuid.UUID
    school_id: uuid.UUID
    name: str
    full_name: str
    class_name: str
    nc_year: str
    plan_name: str
    school_languages: tuple[str, ...]
    periods: tuple[Period, ...]

    @property
    def standing(self) -> Standing:
        """The open period, and whether there was support before."""
        current = next((period for period in self.periods if period.ends_on is None), None)
        return Standing(
            provision=current.provision if current else SenProvision.NONE,
            since=current.starts_on if current else None,
            supported_before=any(period.provision in SUPPORTED for period in self.periods),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLine:
    """One version in the list of versions. `shared_at`: the family is asked about this draft since then."""

    id: uuid.UUID
    plan_id: uuid.UUID
    kind_id: uuid.UUID
    label: str
    number: int
    state: VersionState
    published_at: datetime | None
    written_at: datetime
    shared_at: datetime | None
    is_closed: bool


@dataclass(frozen=True, slots=True)
class Told:
    """One adult who was told, and when they said that they had read it."""

    name: str
    told_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLine:
    """One decision about the register, with everybody who was told, as far as the reader may know."""

    kind: RegisterKind
    decided_at: datetime
    decided_by: str
    reason: str
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildFile:
    """Everything on the page of one child. `plan` and `notes` stay empty for a reader who may not read plans."""

    head: ChildHead
    needs: tuple[str, ...]
    versions: tuple[VersionLine, ...]
    plan: VersionContent | None
    notes: tuple[NoteLine, ...]
    events: tuple[EventLine, ...]
    shows_plan: bool
    shows_events: bool

    @property
    def draft(self) -> VersionLine | None:
        """The draft that waits, if there is one."""
        return next((line for line in self.versions if line.state == VersionState.DRAFT and not line.is_closed), None)

    def last_note(self, thread: uuid.UUID) -> NoteLine | None:
        """The newest note about a target."""
        return next((note for note in self.notes if note.thread == thread), None)


def child_head(session: PortalSession, *, pupil_id: uuid.UUID) -> ChildHead:
    """Who this is. Raises NotFound outside the session's scope."""
    rows = session.execute(HEAD, {"pupil_id": pupil_id}).all()
    if not rows:
        raise NotFound
    first = rows[0]
    name = first.known_as or first.forename
    return ChildHead(
        pupil_id=first.id,
        school_id=first.school_id,
        name=name,
        full_name=f"{name} {first.surname}",
        class_name=first.class_name or "",
        nc_year=first.nc_year,
        plan_name=first.plan_name,
        school_languages=tuple(first.languages),
        periods=tuple(Period(row.provision, row.starts_on, row.ends_on) for row in rows if row.starts_on),
    )


def child_file(session: PortalSession, *, viewer: Actor, pupil_id: uuid.UUID) -> ChildFile:
    """The whole file, as far as the viewer's role goes. Raises NotFound. 8 statements at most."""
    head = child_head(session, pupil_id=pupil_id)
    shows_plan, shows_events = viewer.has(*READS_PLANS), viewer.has(*READS_EVENTS)
    versions = tuple(_lines(session, pupil_id)) if shows_plan else ()
    out = next((line for line in versions if line.state == VersionState.PUBLISHED and not line.is_closed), None)
    return ChildFile(
        head=head,
        needs=open_needs(session, pupil_id=pupil_id) if shows_plan else (),
        versions=versions,
        plan=version_content(session, pupil_id=pupil_id, version_id=out.id) if out else None,
        notes=notes_of(session.execute(FILE_NOTES, {"pupil_id": pupil_id})) if shows_plan else (),
        events=tuple(_events(session, pupil_id)) if shows_events else (),
        shows_plan=shows_plan,
        shows_events=shows_events,
    )


def open_needs(session: PortalSession, *, pupil_id: uuid.UUID) -> tuple[str, ...]:
    """The types of need that hold today, the main one first."""
    return tuple(session.scalars(NEEDS, {"pupil_id": pupil_id}))


def _lines(session: PortalSession, pupil_id: uuid.UUID) -> Iterable[VersionLine]:
    for row in session.execute(VERSIONS, {"pupil_id": pupil_id}):
        values = row._asdict()
        yield VersionLine(is_closed=values.pop("closed_on") is not None, **values)


def _events(session: PortalSession, pupil_id: uuid.UUID) -> Iterable[EventLine]:
    by_event: dict[uuid.UUID, list[Any]] = {}
    for row in session.execute(EVENTS, {"pupil_id": pupil_id}):
        by_event.setdefault(row.id, []).append(row)
    for rows in by_event.values():
        first = rows[0]
        yield EventLine(
            kind=first.kind,
            decided_at=first.decided_at,
            decided_by=first.decided_by,
            reason=first.reason_for_family,
            told=tuple(Told(row.told, row.told_at, row.read_at) for row in rows if row.told_at),
        )
