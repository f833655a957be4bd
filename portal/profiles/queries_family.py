"""One child's page as a family reads it: the plan and everything around it in a handful of statements."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select, true

from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.people.models import Pupil, School, SchoolClass
from portal.people.queries_who_helps import Helper, SchoolContact
from portal.profiles.models import Outcome, Plan, PlanKind, PlanVersion, Target
from portal.profiles.models_sharing import PlanSharing
from portal.profiles.queries_around import Around, LastLook, LookAt, RegisterNews, around
from portal.profiles.queries_plan import PlanRead, plan_read
from portal.profiles.queries_texts import Credit, Wordings, wordings
from portal.profiles.rules import PARTS, VersionState
from portal.profiles.rules_since import Changes, TargetFacts, VersionFacts, compare, is_news

TARGET_COLUMNS = (
    Target.thread,
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
# The day of the next review moves with every version, and steps are told by notes: neither is news of its own.
NOTICED = attrgetter(
    "now",
    "goal",
    "how_we_will_know",
    "strategies",
    "who",
    "does_what",
    "how_often",
    "help_at_home",
    "state",
)

CHILD_COLUMNS = (
    Pupil.forename,
    Pupil.surname,
    Pupil.known_as,
    Pupil.class_id,
    Pupil.school_id,
    SchoolClass.name.label("class_name"),
    School.name.label("school"),
    School.phone,
    School.email,
    School.theme,
    School.sendco_word,
    PlanKind.label,
    PlanKind.labels,
    PlanVersion.id.label("version_id"),
    PlanVersion.plan_id,
    PlanVersion.number,
    PlanVersion.language,
    PlanVersion.published_at,
    PlanVersion.review_due,
    *(getattr(PlanVersion, part) for part in PARTS),
)


def child_statement(which_plan: ColumnElement[bool], which_version: ColumnElement[bool]) -> Select[Any]:
    """The child, its school and one version of a plan."""
    return (
        select(*CHILD_COLUMNS)
        .select_from(Pupil)
        .join(School, School.id == Pupil.school_id)
        .outerjoin(SchoolClass, SchoolClass.id == Pupil.class_id)
        .outerjoin(Plan, and_(Plan.pupil_id == Pupil.id, which_plan))
        .outerjoin(PlanVersion, and_(PlanVersion.plan_id == Plan.id, PlanVersion.pupil_id == Pupil.id, which_version))
        .outerjoin(PlanKind, PlanKind.id == Plan.kind_id)
        .where(Pupil.id == bindparam("pupil_id"))
        .order_by(PlanVersion.published_at.desc().nulls_last(), Plan.id)
        .limit(1)
    )


_ASKED = (
    select(PlanSharing.id)
    .where(PlanSharing.pupil_id == Pupil.id, PlanSharing.ended_at.is_(None))
    .order_by(PlanSharing.shared_at.desc(), PlanSharing.id)
    .limit(1)
    .correlate(Pupil)
    .scalar_subquery()
)
ANY_VERSION = child_statement(true(), PlanVersion.id == bindparam("version_id")).where(PlanVersion.id.is_not(None))
CHILD = child_statement(Plan.closed_on.is_(None), PlanVersion.state == VersionState.PUBLISHED).add_columns(
    _ASKED.label("asked_id")
)
SEEN = select(PlanVersion.id, *(getattr(PlanVersion, part) for part in PARTS)).where(
    PlanVersion.pupil_id == bindparam("pupil_id"),
    PlanVersion.plan_id == bindparam("plan_id"),
    PlanVersion.number == bindparam("number"),
    PlanVersion.state != VersionState.DRAFT,
)
GOALS = (
    select(Outcome.version_id, Outcome.id.label("outcome_id"), Outcome.text.label("outcome"), *TARGET_COLUMNS)
    .outerjoin(Target, and_(Target.outcome_id == Outcome.id, Target.pupil_id == Outcome.pupil_id))
    .where(
        Outcome.pupil_id == bindparam("pupil_id"),
        or_(Outcome.version_id == bindparam("version_id"), Outcome.version_id == bindparam("seen_id")),
    )
    .order_by(Outcome.position, Outcome.id, Target.position)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildPage:
    """What a family may read about its child. No UPN, no other adult, nothing staff wrote for staff. `asked_id`: the
    sharing of the draft that school asks about now."""

    pupil_id: uuid.UUID
    school_id: uuid.UUID
    name: str
    full_name: str
    class_name: str
    school: SchoolContact
    theme: str
    plan: PlanRead | None
    changes: Changes | None
    news: tuple[RegisterNews, ...]
    helpers: tuple[Helper, ...]
    looks: tuple[LookAt, ...]
    credits: tuple[Credit, ...]
    has_original: bool
    asked_id: uuid.UUID | None = None

    @property
    def version_number(self) -> int:
        """The version shown, 0 without a plan."""
        return self.plan.number if self.plan else 0


def child_page(session: PortalSession, *, viewer: Actor, pupil_id: uuid.UUID, language: str, today: date) -> ChildPage:
    """The published plan and everything around it. Raises NotFound for a child outside the session's scope."""
    row = session.execute(CHILD, {"pupil_id": pupil_id}).first()
    if row is None:
        raise NotFound
    facts = around(session, viewer=viewer, pupil_id=pupil_id, child=row, today=today)
    seen = _seen(session, pupil_id, row, facts.last_look)
    goals = goals_of(session, pupil_id, row.version_id, seen and seen.id)
    words = wordings(
        session,
        pupil_id=pupil_id,
        language=language,
        written_in=[row.language or language, *(news.language for news in facts.news)],
    )
    page = page_of(row, goals, facts, words, _changes(row, seen, goals, facts), pupil_id=pupil_id)
    return replace(page, asked_id=row.asked_id)


def whole_version(
    session: PortalSession,
    statement: Select[Any],
    *,
    viewer: Actor,
    pupil_id: uuid.UUID,
    version_id: uuid.UUID,
    language: str,
    today: date,
) -> ChildPage:
    """The page of one version as it stands, found by a `child_statement`. Raises NotFound. 4 statements at most."""
    row = session.execute(statement, {"pupil_id": pupil_id, "version_id": version_id}).first()
    if row is None:
        raise NotFound
    goals = goals_of(session, pupil_id, version_id, None)
    facts = around(session, viewer=viewer, pupil_id=pupil_id, child=row, today=today)
    words = wordings(session, pupil_id=pupil_id, language=language, written_in=[row.language])
    return page_of(row, goals, facts, words, None, pupil_id=pupil_id)


def _seen(session: PortalSession, pupil_id: uuid.UUID, row: Any, look: LastLook | None) -> Any:
    """The version this reader saw last time; asked for only when another has come since."""
    if look is None or row.version_id is None or look.version_number in (0, row.number):
        return None
    return session.execute(SEEN, {"pupil_id": pupil_id, "plan_id": row.plan_id, "number": look.version_number}).first()


def goals_of(
    session: PortalSession, pupil_id: uuid.UUID, version_id: uuid.UUID | None, seen_id: uuid.UUID | None
) -> dict[uuid.UUID, list[Any]]:
    """Outcomes with their targets, in order, by version; one statement for both versions."""
    found: dict[uuid.UUID, list[Any]] = {}
    if version_id:
        asked = {"pupil_id": pupil_id, "version_id": version_id, "seen_id": seen_id or version_id}
        for row in session.execute(GOALS, asked):
            found.setdefault(row.version_id, []).append(row)
    return found


def _changes(row: Any, seen: Any, goals: Mapping[uuid.UUID, list[Any]], facts: Around) -> Changes | None:
    """What is different since this reader last saw the plan; None without a plan, and when they never opened the one
    that was there."""
    look = facts.last_look
    if look is None or row.version_id is None:
        return None
    if not look.version_number and not is_news(row.number, row.published_at, seen=0, since=look.at):
        return None
    now = _facts(row, row.number, goals.get(row.version_id, ()))
    if look.version_number == row.number:
        then = now
    else:
        then = _facts(seen, look.version_number, goals.get(seen.id, ())) if seen else VersionFacts(look.version_number)
    return compare(then, now, since=look.at, notes=((note.thread, note.at) for note in facts.notes))


def _facts(version: Any, number: int, goals: Iterable[Any]) -> VersionFacts:
    targets = {goal.thread: TargetFacts(goal.title, NOTICED(goal)) for goal in goals if goal.thread}
    return VersionFacts(number, {part: getattr(version, part) for part in PARTS}, targets)


def page_of(
    row: Any,
    goals: Mapping[uuid.UUID, list[Any]],
    facts: Around,
    words: Wordings,
    changes: Changes | None,
    *,
    pupil_id: uuid.UUID,
) -> ChildPage:
    """The page of one version, said in the reader's words."""
    name = row.known_as or row.forename
    plan = plan_read(row, goals.get(row.version_id, ()), facts, words, changes) if row.version_id else None
    return ChildPage(
        pupil_id=pupil_id,
        school_id=row.school_id,
        name=name,
        full_name=f"{name} {row.surname}".strip(),
        class_name=row.class_name or "",
        school=SchoolContact(row.school, row.phone, row.email),
        theme=row.theme,
        plan=plan,
        changes=changes,
        news=tuple(news.said_in(words) for news in facts.news),
        helpers=facts.helpers,
        looks=facts.looks,
        credits=words.credits,
        has_original=words.has_original,
    )
