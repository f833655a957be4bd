"""That somebody took a copy of the pack, so that the family can ask who has one."""

import uuid
from datetime import datetime

from portal.kernel import audit
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor


def note_copy(
    session: PortalSession,
    *,
    actor: Actor,
    school_id: uuid.UUID,
    pupil_id: uuid.UUID,
    review_id: uuid.UUID,
    guest_id: uuid.UUID | None = None,
    now: datetime,
) -> None:
    """Notes that the actor took the pack away as a file, perhaps for a guest."""
    audit.record(
        session,
        "copy of the pack taken",
        **({"guest": str(guest_id)} if guest_id else {}),
        now=now,
        actor_id=actor.person_id,
        school_id=school_id,
        subject_id=review_id,
        pupil_id=pupil_id,
    )
    session.flush()
