"""Everything one version of a plan says, in three statements, whoever needs it."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import aliased

from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.people.models import Person, Pupil
from portal.profiles.models import Outcome, Plan, PlanKind, PlanVersion, Responsibility, Target
from portal.profiles.models_sharing import PlanSharing
from portal.profiles.rules import Party, VersionState
from portal.profiles.rules_content import OutcomeContent, TargetContent, VersionContent

SHARED_NOW = and_(
    PlanSharing.version_id == PlanVersion.id,
    PlanSharing.pupil_id == PlanVersion.pupil_id,
    PlanSharing.ended_at.is_(None),
)
VERSION = (
    select(
        PlanVersion.id,
        PlanVersion.plan_id,
        PlanVersion.number,
        PlanVersion.state,
        PlanVersion.lock,
        PlanVersion.language,
        PlanKind.label.label("kind_label"),
        PlanVersion.people_like,
        PlanVersion.important_to_me,
        PlanVersion.how_to_support,
        PlanVersion.needs_in_plain_words,
        PlanVersion.starts_on,
        PlanVersion.ends_on,
        PlanVersion.review_due,
        Pupil.forename,
        Pupil.known_as.label("child"),
        Person.full_name,
        Person.known_as,
        PlanVersion.written_at,
        PlanVersion.published_at,
        PlanSharing.shared_at,
    )
    .join(Plan, Plan.id == PlanVersion.plan_id)
    .join(PlanKind, PlanKind.id == Plan.kind_id)
    .join(Pupil, Pupil.id == PlanVersion.pupil_id)
    .outerjoin(Person, Person.id == PlanVersion.written_by)
    .outerjoin(PlanSharing, SHARED_NOW)
    .where(PlanVersion.pupil_id == bindparam("pupil_id"))
)
ONE_VERSION = VERSION.where(PlanVersion.id == bindparam("version_id"))
_same_plan = aliased(PlanVersion, name="same_plan")
_PLAN = select(_same_plan.plan_id).where(_same_plan.id == bindparam("version_id")).scalar_subquery()
AND_WHAT_IS_OUT = VERSION.where(
    or_(
        PlanVersion.id == bindparam("version_id"),
        and_(PlanVersion.plan_id == _PLAN, PlanVersion.state == VersionState.PUBLISHED),
    )
)
STANDING = VERSION.where(Plan.closed_on.is_(None), PlanVersion.state != VersionState.EARLIER).order_by(
    PlanVersion.state, PlanVersion.written_at.desc(), PlanVersion.id
)
OUTCOMES = (
    select(
        Outcome.version_id,
        Outcome.id.label("outcome_id"),
        Outcome.thread.label("outcome_thread"),
        Outcome.position.label("outcome_position"),
        Outcome.text,
        Outcome.area,
        Target.id,
        Target.thread,
        Target.position,
        Target.title,
        Target.now,
        Target.goal,
        Target.how_we_will_know,
        Target.strategies,
        Target.who,
        Target.does_what,
        Target.how_often,
        Target.help_at_home,
        Target.pupil_words,
        Target.picture,
        Target.steps_done,
        Target.steps_total,
        Target.review_on,
        Target.state,
    )
    .outerjoin(Target, and_(Target.outcome_id == Outcome.id, Target.pupil_id == Outcome.pupil_id))
    .where(Outcome.pupil_id == bindparam("pupil_id"), Outcome.version_id.in_(bindparam("version_ids", expanding=True)))
    .order_by(Outcome.version_id, Outcome.position, Target.position)
)
LINES_OF = (
    select(Responsibility.version_id, Responsibility.party, Responsibility.text)
    .where(
        Responsibility.pupil_id == bindparam("pupil_id"),
        Responsibility.version_id.in_(bindparam("version_ids", expanding=True)),
    )
    .order_by(Responsibility.version_id, Responsibility.party, Responsibility.position)
)


def version_content(session: PortalSession, *, pupil_id: uuid.UUID, version_id: uuid.UUID) -> VersionContent:
    """One version with all it says. Raises NotFound when the pupil has no such version."""
    rows = session.execute(ONE_VERSION, {"pupil_id": pupil_id, "version_id": version_id}).all()
    if not rows:
        raise NotFound
    return _filled(session, rows, pupil_id)[0]


def and_what_is_out(
    session: PortalSession, *, pupil_id: uuid.UUID, version_id: uuid.UUID
) -> tuple[VersionContent, VersionContent | None]:
    """One version, and what the family has now of the same plan if that is another one; 3 statements for both. Raises
    NotFound."""
    rows = session.execute(AND_WHAT_IS_OUT, {"pupil_id": pupil_id, "version_id": version_id}).all()
    found = {content.id: content for content in _filled(session, rows, pupil_id)}
    if version_id not in found:
        raise NotFound
    return found.pop(version_id), next(iter(found.values()), None)


def standing_contents(session: PortalSession, *, pupil_id: uuid.UUID) -> tuple[VersionContent, ...]:
    """Drafts, then what families have now."""
    rows = session.execute(STANDING, {"pupil_id": pupil_id}).all()
    return _filled(session, rows, pupil_id)


def _filled(session: PortalSession, rows: Sequence[Any], pupil_id: uuid.UUID) -> tuple[VersionContent, ...]:
    given = {"pupil_id": pupil_id, "version_ids": [row.id for row in rows]}
    lines: dict[tuple[uuid.UUID, Party], list[str]] = {}
    for line in session.execute(LINES_OF, given):
        lines.setdefault((line.version_id, line.party), []).append(line.text)
    goals: dict[uuid.UUID, list[Any]] = {}
    for goal in session.execute(OUTCOMES, given):
        goals.setdefault(goal.version_id, []).append(goal)
    return tuple(_content(row, goals.get(row.id, []), lines) for row in rows)


def _content(row: Any, goals: Iterable[Any], lines: Mapping[tuple[uuid.UUID, Party], list[str]]) -> VersionContent:
    values = row._asdict()
    writer, child = (values.pop("known_as"), values.pop("full_name")), (values.pop("child"), values.pop("forename"))
    return VersionContent(
        **values,
        child=child[0] or child[1],
        written_by=writer[0] or writer[1] or "",
        outcomes=_outcomes(goals),
        pupil_lines=tuple(lines.get((row.id, Party.PUPIL), ())),
        parent_lines=tuple(lines.get((row.id, Party.PARENT), ())),
        school_lines=tuple(lines.get((row.id, Party.SCHOOL), ())),
    )


def _outcomes(rows: Iterable[Any]) -> tuple[OutcomeContent, ...]:
    found = []
    for _position, group in groupby(rows, key=lambda row: row.outcome_position):
        together = list(group)
        first = together[0]
        found.append(
            OutcomeContent(
                id=first.outcome_id,
                thread=first.outcome_thread,
                position=first.outcome_position,
                text=first.text,
                area=first.area,
                targets=tuple(_target(row) for row in together if row.id is not None),
            )
        )
    return tuple(found)


def _target(row: Any) -> TargetContent:
    values = {name: getattr(row, name) for name in TargetContent.__dataclass_fields__}
    return TargetContent(**{**values, "strategies": tuple(row.strategies)})
