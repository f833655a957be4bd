"""A draft goes out whole: the former version is kept, adults with open access are told, a second click does nothing."""

import uuid
from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import select

from portal.kernel import audit, outbox
from portal.kernel.errors import Invalid, NotFound, StaleVersion
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_
from portal.people.actor import Actor
from portal.profiles.actions import held_pupil
from portal.profiles.actions_drafting import open_sharing
from portal.profiles.models import PlanVersion
from portal.profiles.queries_mail import PLAN_PUBLISHED
from portal.profiles.queries_told import to_tell
from portal.profiles.queries_version import version_content
from portal.profiles.rules import VersionState
from portal.profiles.rules_quality import obstacles


def publish(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    version_id: uuid.UUID,
    lock: int,
    now: datetime,
    today: date,
) -> bool:
    """Publishes the draft and returns True; returns False when it is published already, and then does nothing.

    Raises NotFound, StaleVersion when the draft is not the one that was read before the click, and Invalid while
    something must be mended.
    """
    held_pupil(session, pupil_id)
    versions = _versions_of_its_plan(session, pupil_id, version_id)
    draft = next((version for version in versions if version.id == version_id), None)
    if draft is None:
        raise NotFound
    if draft.state != VersionState.DRAFT:
        return False
    refuse_unready(session, draft, lock=lock, today=today)
    for former in versions:
        if former.state == VersionState.PUBLISHED:
            former.state = VersionState.EARLIER
    session.flush()  # first make room: there is one published version of a plan, at every moment
    draft.state, draft.published_by, draft.published_at = VersionState.PUBLISHED, actor.person_id, now
    if (sharing := open_sharing(session, draft)) is not None:
        sharing.ended_at = now
    told = to_tell(session, viewer=actor, pupil_id=pupil_id, today=today).people
    for person_id in told:
        outbox.post(session, PLAN_PUBLISHED, event_key=str(draft.id), person_id=person_id, now=now, pupil_id=pupil_id)
    audit.record(
        session,
        "plan published",
        now=now,
        actor_id=actor.person_id,
        school_id=draft.school_id,
        subject_id=draft.id,
        pupil_id=pupil_id,
        number=draft.number,
        told=len(told),
    )
    session.flush()
    return True


def _versions_of_its_plan(session: PortalSession, pupil_id: uuid.UUID, version_id: uuid.UUID) -> Iterable[PlanVersion]:
    plan = select(PlanVersion.plan_id).where(PlanVersion.id == version_id, PlanVersion.pupil_id == pupil_id)
    return session.scalars(
        select(PlanVersion)
        .where(PlanVersion.pupil_id == pupil_id, PlanVersion.plan_id.in_(plan))
        .order_by(PlanVersion.number)
        .execution_options(populate_existing=True)
    ).all()


def refuse_unready(session: PortalSession, draft: PlanVersion, *, lock: int, today: date) -> None:
    """Before families read a draft: raises StaleVersion when it is not the one that was read before the click, Invalid
    while something must be mended."""
    if draft.lock != lock:
        raise StaleVersion(N_("The draft has changed since you opened this page. Please read it again."))
    if obstacles(version_content(session, pupil_id=draft.pupil_id, version_id=draft.id), today):
        raise Invalid(N_("Something is still missing. Please mend it first."))
