"""What plans the children of a school have, in a handful of statements whatever the number of children."""

import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from portal.kernel.scope import PortalSession
from portal.profiles.models import Outcome, Plan, PlanKind, PlanVersion, Responsibility, Target
from portal.profiles.rules import Party, VersionState

MAIN_KIND = "support_plan"
PROFILE = ("people_like", "important_to_me", "how_to_support", "needs_in_plain_words")
COPIED = ("language", "starts_on", "ends_on", "review_due")
TARGET = (
    *("thread", "title", "now", "goal", "how_we_will_know", "strategies", "who", "does_what", "how_often"),
    *("help_at_home", "pupil_words", "picture", "steps_done", "steps_total", "review_on", "state"),
)
LIVING = (VersionState.DRAFT, VersionState.PUBLISHED)


@dataclass(slots=True)
class KnownOutcome:
    """An outcome with the values of its targets, in order."""

    text: str
    area: str
    thread: uuid.UUID | None
    targets: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class KnownVersion:
    """A draft or the published version with all it says."""

    id: uuid.UUID
    state: VersionState
    values: dict[str, Any]
    outcomes: list[KnownOutcome] = field(default_factory=list)
    lines: dict[Party, list[str]] = field(default_factory=lambda: defaultdict(list))


@dataclass(slots=True)
class KnownPlan:
    """The open plan of one child."""

    id: uuid.UUID
    last_number: int = 0
    draft: KnownVersion | None = None
    published: KnownVersion | None = None


def main_kind(session: PortalSession, *, school_id: uuid.UUID) -> uuid.UUID | None:
    """The kind of plan most children of the school have; 1 statement. None before the school has any kind."""
    return session.scalars(
        select(PlanKind.id)
        .where(PlanKind.school_id == school_id, PlanKind.in_use)
        .order_by(PlanKind.code != MAIN_KIND, PlanKind.code)
    ).first()


def plans_of(session: PortalSession, *, school_id: uuid.UUID, kind_id: uuid.UUID) -> dict[uuid.UUID, KnownPlan]:
    """The open plans of one kind by child; 4 statements."""
    numbers = select(PlanVersion.plan_id, func.max(PlanVersion.number).label("last")).group_by(PlanVersion.plan_id)
    last = numbers.where(PlanVersion.school_id == school_id).subquery()
    rows: Any = session.execute(
        select(
            Plan.pupil_id, Plan.id, last.c.last, PlanVersion.id, PlanVersion.state, *_of(PlanVersion, PROFILE + COPIED)
        )
        .outerjoin(last, last.c.plan_id == Plan.id)
        .outerjoin(
            PlanVersion,
            (PlanVersion.plan_id == Plan.id) & (PlanVersion.pupil_id == Plan.pupil_id) & PlanVersion.state.in_(LIVING),
        )
        .where(Plan.school_id == school_id, Plan.kind_id == kind_id, Plan.closed_on.is_(None))
    )
    plans, versions = dict[uuid.UUID, KnownPlan](), dict[uuid.UUID, KnownVersion]()
    for pupil_id, plan_id, number, version_id, state, *values in rows:
        plan = plans.setdefault(pupil_id, KnownPlan(plan_id, number or 0))
        if version_id is not None:
            version = KnownVersion(version_id, state, dict(zip(PROFILE + COPIED, values, strict=True)))
            versions[version_id] = version
            setattr(plan, state.value, version)
    _fill(session, school_id, versions)
    return plans


def _of(table: Any, names: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(getattr(table, name) for name in names)


def _fill(session: PortalSession, school_id: uuid.UUID, versions: dict[uuid.UUID, KnownVersion]) -> None:
    living = (PlanVersion.school_id == school_id) & PlanVersion.state.in_(LIVING)
    outcomes = dict[uuid.UUID, KnownOutcome]()
    found: Any = session.execute(
        select(Outcome.id, Outcome.version_id, Outcome.text, Outcome.area, Outcome.thread)
        .join(PlanVersion, PlanVersion.id == Outcome.version_id)
        .where(living)
        .order_by(Outcome.version_id, Outcome.position)
    )
    for key, version_id, *values in found:
        if version_id in versions:
            outcomes[key] = KnownOutcome(*values)
            versions[version_id].outcomes.append(outcomes[key])
    found = session.execute(
        select(Target.outcome_id, *_of(Target, TARGET))
        .join(PlanVersion, PlanVersion.id == Target.version_id)
        .where(living)
        .order_by(Target.version_id, Target.position)
    )
    for outcome_id, *values in found:
        if outcome_id in outcomes:
            outcomes[outcome_id].targets.append(dict(zip(TARGET, values, strict=True)))
    found = session.execute(
        select(Responsibility.version_id, Responsibility.party, Responsibility.text)
        .join(PlanVersion, PlanVersion.id == Responsibility.version_id)
        .where(living)
        .order_by(Responsibility.version_id, Responsibility.party, Responsibility.position)
    )
    for version_id, party, text in found:
        if version_id in versions:
            versions[version_id].lines[party].append(text)
