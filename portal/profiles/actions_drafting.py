"""A draft begins as a copy of what the family has, so no word is lost and each target keeps its notes."""

import uuid
from datetime import date, datetime

from sqlalchemy import func, select

from portal.kernel import audit
from portal.kernel.errors import Conflict, Invalid, NotFound, StaleVersion
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_
from portal.people.actor import Actor
from portal.people.models import Pupil
from portal.profiles.actions import held_pupil
from portal.profiles.models import Outcome, Plan, PlanKind, PlanVersion, Responsibility, Target
from portal.profiles.models_sharing import PlanSharing
from portal.profiles.rules import VersionState
from portal.profiles.rules_content import DATES, PROFILE

OUTCOME_COPIED = ("thread", "position", "text", "area")
TARGET_COPIED = (
    *("thread", "position", "title", "now", "goal", "how_we_will_know", "strategies", "who", "does_what", "how_often"),
    *("help_at_home", "pupil_words", "picture", "steps_done", "steps_total", "review_on", "state"),
)
LINE_COPIED = ("party", "position", "text")
DRAFT_IS_OUT = N_("This draft is already published. Start a new one to change the plan.")
DRAFT_IS_SHARED = N_("This draft is with the family. Take it back before you change it.")


def start_draft(
    session: PortalSession, *, actor: Actor, pupil_id: uuid.UUID, kind_id: uuid.UUID, now: datetime, today: date
) -> uuid.UUID:
    """The draft of the pupil's plan of this kind: the one there is, a copy of the published version, or an empty one.

    Raises NotFound for a kind that is not this school's.
    """
    pupil = held_pupil(session, pupil_id)
    plan = _open_plan(session, pupil, kind_id, today)
    versions = session.scalars(
        select(PlanVersion)
        .where(PlanVersion.pupil_id == pupil_id, PlanVersion.plan_id == plan.id)
        .order_by(PlanVersion.number.desc())
    ).all()
    by_state = {version.state: version for version in versions}
    if VersionState.DRAFT in by_state:
        return by_state[VersionState.DRAFT].id
    former = by_state.get(VersionState.PUBLISHED)
    draft = PlanVersion(
        school_id=pupil.school_id,
        pupil_id=pupil_id,
        plan_id=plan.id,
        number=max((version.number for version in versions), default=0) + 1,
        written_by=actor.person_id,
        written_at=now,
    )
    if former is not None:
        for name in (*PROFILE, *DATES, "language"):
            setattr(draft, name, getattr(former, name))
    session.add(draft)
    session.flush()
    if former is not None:
        _copy(session, former, draft)
    audit.record(
        session,
        "draft started",
        now=now,
        actor_id=actor.person_id,
        school_id=pupil.school_id,
        subject_id=draft.id,
        pupil_id=pupil_id,
        number=draft.number,
    )
    session.flush()
    return draft.id


def _open_plan(session: PortalSession, pupil: Pupil, kind_id: uuid.UUID, today: date) -> Plan:
    of_the_school = select(PlanKind.in_use).where(PlanKind.id == kind_id, PlanKind.school_id == pupil.school_id)
    in_use = session.scalars(of_the_school).first()
    if in_use is None:
        raise NotFound
    plan = session.scalars(
        select(Plan).where(Plan.pupil_id == pupil.id, Plan.kind_id == kind_id, Plan.closed_on.is_(None))
    ).first()
    if plan is None:
        if not in_use:
            raise Invalid(N_("This kind of plan is no longer used. Choose another."), field="kind")
        plan = Plan(school_id=pupil.school_id, pupil_id=pupil.id, kind_id=kind_id, opened_on=today)
        session.add(plan)
        session.flush()
    return plan


def _copy(session: PortalSession, former: PlanVersion, draft: PlanVersion) -> None:
    about = {"school_id": draft.school_id, "pupil_id": draft.pupil_id, "version_id": draft.id}

    def rows(kind: type[Outcome | Target | Responsibility]) -> list[Outcome | Target | Responsibility]:
        return list(session.scalars(select(kind).where(kind.pupil_id == draft.pupil_id, kind.version_id == former.id)))

    copies: dict[uuid.UUID, Outcome] = {}
    for old in rows(Outcome):
        copies[old.id] = Outcome(id=uuid.uuid4(), **about, **{name: getattr(old, name) for name in OUTCOME_COPIED})
    session.add_all(copies.values())
    session.flush()  # targets point to outcomes by a key that only the database knows of
    for old in rows(Target):
        outcome_id = copies[old.outcome_id].id  # type: ignore[union-attr]
        session.add(Target(**about, outcome_id=outcome_id, **{name: getattr(old, name) for name in TARGET_COPIED}))
    for old in rows(Responsibility):
        session.add(Responsibility(**about, **{name: getattr(old, name) for name in LINE_COPIED}))
    session.flush()


def held_draft(session: PortalSession, pupil_id: uuid.UUID, version_id: uuid.UUID) -> PlanVersion:
    """The draft to be changed, with its pupil held. Raises NotFound, and Conflict when it has been published meanwhile,
    or while the family is asked about it: nobody reads words that move."""
    draft = held_version(session, pupil_id, version_id)
    if open_sharing(session, draft) is not None:
        raise Conflict(DRAFT_IS_SHARED)
    return draft


def open_sharing(session: PortalSession, draft: PlanVersion) -> PlanSharing | None:
    """The sharing of a draft that has not ended, if there is one."""
    shared = select(PlanSharing).where(
        PlanSharing.pupil_id == draft.pupil_id, PlanSharing.version_id == draft.id, PlanSharing.ended_at.is_(None)
    )
    return session.scalars(shared.execution_options(populate_existing=True)).first()


def held_version(session: PortalSession, pupil_id: uuid.UUID, version_id: uuid.UUID) -> PlanVersion:
    """The draft, shared or not, with its pupil held. Raises NotFound, and Conflict when it has been published."""
    held_pupil(session, pupil_id)
    draft = session.scalars(
        select(PlanVersion)
        .where(PlanVersion.pupil_id == pupil_id, PlanVersion.id == version_id)
        .execution_options(populate_existing=True)
    ).first()
    if draft is None:
        raise NotFound
    if draft.state != VersionState.DRAFT:
        raise Conflict(DRAFT_IS_OUT)
    return draft


def check_order(draft: PlanVersion, lock: int) -> None:
    """Raises StaleVersion when the draft is not the one that the person was looking at."""
    if draft.lock != lock:
        raise StaleVersion(N_("The draft has changed since you opened this page. Please look again."))


def next_position(session: PortalSession, kind: type[Outcome | Target], draft: PlanVersion) -> int:
    """The place after the last."""
    last = select(func.max(kind.position)).where(kind.pupil_id == draft.pupil_id, kind.version_id == draft.id)
    return (session.scalars(last).first() or 0) + 1
