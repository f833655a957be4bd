"""The list of children for staff: who is in scope today, how their plans stand, and the few that need a look."""

import unicodedata
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, select

from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.people.models import Pupil, SchoolClass
from portal.people.rules import Role
from portal.people.rules_classes import class_order
from portal.profiles.models import Plan, PlanVersion, ProgressNote
from portal.profiles.models_register import SenStatusPeriod
from portal.profiles.models_sharing import is_shared
from portal.profiles.rules import SenProvision, VersionState
from portal.profiles.rules_steps import SUPPORTED

PAGE = 50
READS_PLANS = (
    Role.SENDCO,
    Role.HEADTEACHER,
    Role.CLASS_TEACHER,
    Role.TEACHING_ASSISTANT,
    Role.SUPPLY_TEACHER,
)
CHILDREN = (
    select(
        Pupil.id,
        Pupil.forename,
        Pupil.surname,
        Pupil.known_as,
        Pupil.nc_year,
        Pupil.class_id,
        SchoolClass.name.label("class_name"),
        SenStatusPeriod.provision,
    )
    .outerjoin(SchoolClass, SchoolClass.id == Pupil.class_id)
    .outerjoin(SenStatusPeriod, and_(SenStatusPeriod.pupil_id == Pupil.id, SenStatusPeriod.ends_on.is_(None)))
    .where(Pupil.left_on.is_(None))
)
PLANS = (
    select(
        PlanVersion.pupil_id,
        PlanVersion.state,
        PlanVersion.published_at,
        PlanVersion.review_due,
        is_shared(PlanVersion.id).label("is_shared"),
    )
    .join(Plan, and_(Plan.id == PlanVersion.plan_id, Plan.pupil_id == PlanVersion.pupil_id))
    .where(Plan.closed_on.is_(None), PlanVersion.state != VersionState.EARLIER)
    .order_by(PlanVersion.published_at, PlanVersion.id)
)
LAST_NOTES = select(ProgressNote.pupil_id, func.max(ProgressNote.at)).group_by(ProgressNote.pupil_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildRow:
    """One line of the list. Everything after `provision` stays empty for a reader who may not read plans."""

    pupil_id: uuid.UUID
    name: str
    class_name: str
    nc_year: str
    provision: SenProvision
    published_at: datetime | None = None
    has_draft: bool = False
    is_draft_shared: bool = False
    review_due: date | None = None
    is_review_late: bool = False
    is_plan_missing: bool = False
    last_note_at: datetime | None = None

    @property
    def is_lit(self) -> bool:
        """Whether somebody should look at this child soon."""
        return self.is_review_late or self.is_plan_missing


@dataclass(frozen=True, slots=True)
class ClassChoice:
    """One class of the filter."""

    class_id: uuid.UUID
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildrenPage:
    """A page of the list, what there is to filter by, and how many there are in all."""

    rows: tuple[ChildRow, ...]
    classes: tuple[ClassChoice, ...]
    total: int
    page: int
    pages: int
    shows_plans: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What the reader asked for; empty means everything."""

    search: str = ""
    class_id: uuid.UUID | None = None
    provision: SenProvision | None = None
    page: int = 1


def children(session: PortalSession, *, viewer: Actor, wanted: Filter, today: date) -> ChildrenPage:
    """The children in the viewer's scope by surname; 3 statements, however many there are."""
    everybody = session.execute(CHILDREN).all()
    chosen = sorted((row for row in everybody if _fits(row, wanted)), key=_by_name)
    pages = max(1, -(-len(chosen) // PAGE))
    page = min(max(1, wanted.page), pages)
    shown = chosen[(page - 1) * PAGE : page * PAGE]
    shows_plans = viewer.has(*READS_PLANS)
    rows = _with_plans(session, shown, today) if shows_plans else [_row(row) for row in shown]
    return ChildrenPage(
        rows=tuple(rows),
        classes=_classes(everybody),
        total=len(chosen),
        page=page,
        pages=pages,
        shows_plans=shows_plans,
    )


def folded(text: str) -> str:
    """A name without accents and capitals, as people type it when they look for somebody."""
    letters = unicodedata.normalize("NFKD", text.replace("ł", "l").replace("Ł", "L"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold()


def _fits(row: Any, wanted: Filter) -> bool:
    if wanted.class_id and row.class_id != wanted.class_id:
        return False
    if wanted.provision and (row.provision or SenProvision.NONE) != wanted.provision:
        return False
    name = folded(f"{row.known_as} {row.forename} {row.surname}")
    return all(part in name for part in folded(wanted.search).split())


def _by_name(row: Any) -> tuple[str, str, uuid.UUID]:
    return folded(row.surname), folded(row.known_as or row.forename), row.id


def _classes(rows: Iterable[Any]) -> tuple[ClassChoice, ...]:
    names = {row.class_id: row.class_name for row in rows if row.class_id}
    return tuple(
        ClassChoice(key, name) for key, name in sorted(names.items(), key=lambda pair: (class_order(pair[1]), pair[0]))
    )


def _row(row: Any, **more: Any) -> ChildRow:
    return ChildRow(
        pupil_id=row.id,
        name=f"{row.known_as or row.forename} {row.surname}",
        class_name=row.class_name or "",
        nc_year=row.nc_year,
        provision=row.provision or SenProvision.NONE,
        **more,
    )


def _with_plans(session: PortalSession, shown: Sequence[Any], today: date) -> Iterable[ChildRow]:
    of_this_page = [row.id for row in shown]
    plans: dict[uuid.UUID, dict[VersionState, Any]] = {}
    for plan in session.execute(PLANS.where(PlanVersion.pupil_id.in_(of_this_page))):
        plans.setdefault(plan.pupil_id, {})[plan.state] = plan
    notes = dict(session.execute(LAST_NOTES.where(ProgressNote.pupil_id.in_(of_this_page))).all())
    for row in shown:
        states = plans.get(row.id, {})
        out, draft = states.get(VersionState.PUBLISHED), states.get(VersionState.DRAFT)
        due = out.review_due if out else None
        yield _row(
            row,
            published_at=out.published_at if out else None,
            has_draft=draft is not None,
            is_draft_shared=draft is not None and draft.is_shared,
            review_due=due,
            is_review_late=due is not None and due < today,
            is_plan_missing=out is None and row.provision in SUPPORTED,
            last_note_at=notes.get(row.id),
        )
