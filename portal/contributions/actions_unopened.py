"""What a child told must not wait for one adult who is away: others learn that it is there, and one of them opens it
and becomes the adult it was told. For the portal's own scope, which therefore touches no column with words."""

import uuid
from datetime import datetime

from sqlalchemy import select, update

from portal.contributions.models import Disclosure
from portal.contributions.queries_unopened import OPENED_INSTEAD, overdue, unopened, who_else
from portal.contributions.rules_tell import TOLD_UNOPENED
from portal.kernel import audit
from portal.kernel.clock import LONDON
from portal.kernel.errors import NotFound
from portal.kernel.outbox import Posting, post_all
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor


def tell_others(session: PortalSession, *, now: datetime) -> int:
    """One message without any word of it to the adult who has not opened it, and to everybody who can open it instead;
    how many are new. The worker asks again and again."""
    late = overdue(session, now=now)
    if not late:
        return 0
    leads = who_else(session, today=now.astimezone(LONDON).date())
    return post_all(
        session,
        [
            Posting(
                kind=TOLD_UNOPENED, event_key=one.told_id.hex, person_id=person, facts={"told_id": str(one.told_id)}
            )
            for one in late
            for person in {one.adult_id, *leads.get(one.school_id, ())}
        ],
        now=now,
    )


def open_instead(session: PortalSession, *, actor: Actor, told_id: uuid.UUID, now: datetime) -> None:
    """Opens it in the place of the adult it was told; from now on it was told the actor. Pressed twice, it is once.
    Raises NotFound, also when somebody else was faster."""
    found = select(Disclosure.one_adult_id, Disclosure.seen_by, Disclosure.pupil_id, Disclosure.school_id)
    row = session.execute(found.where(Disclosure.id == told_id).with_for_update()).first()
    if row is not None and row.one_adult_id == row.seen_by == actor.person_id:
        return
    waiting = unopened(session, viewer=actor)
    if row is None or told_id not in {one.told_id for one in waiting}:
        raise NotFound
    mine = {"one_adult_id": actor.person_id, "seen_at": now, "seen_by": actor.person_id}
    session.execute(update(Disclosure).where(Disclosure.id == told_id).values(**mine))
    audit.record(
        session,
        OPENED_INSTEAD,
        now=now,
        actor_id=actor.person_id,
        school_id=row.school_id,
        subject_id=row.one_adult_id,
        pupil_id=row.pupil_id,
        told_id=str(told_id),
    )
    session.flush()
