"""The family is asked about a draft, answers, and the draft is taken back to be changed: until then it stands still."""

import uuid
from datetime import date, datetime

from sqlalchemy import and_, select

from portal.kernel import audit
from portal.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.kernel.once import once
from portal.kernel.outbox import Posting, post_all
from portal.kernel.scope import PortalSession
from portal.kernel.text import many_lines
from portal.kernel.words import N_
from portal.people.actor import Actor
from portal.people.models import PupilContact
from portal.people.rules import Audience, PortalAccess
from portal.profiles.actions_drafting import held_version, open_sharing
from portal.profiles.actions_publishing import refuse_unready
from portal.profiles.models_sharing import PlanComment, PlanSharing
from portal.profiles.queries_mail import PLAN_TO_COMMENT
from portal.profiles.queries_told import to_tell
from portal.profiles.rules import LONGEST_COMMENT, Opinion

DRAFT_IS_CLOSED = N_("This draft is closed. You can still tell school what you think on the child's page.")


def share(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    version_id: uuid.UUID,
    lock: int,
    now: datetime,
    today: date,
) -> bool:
    """Asks everybody who may read about the child and returns True; False when they are asked already.

    Raises NotFound, Conflict for what is published, StaleVersion when the draft is not the one that was read before the
    click, Invalid while something must be mended or nobody would be told.
    """
    draft = held_version(session, pupil_id, version_id)
    if open_sharing(session, draft) is not None:
        return False
    refuse_unready(session, draft, lock=lock, today=today)
    told = to_tell(session, viewer=actor, pupil_id=pupil_id, today=today).people
    if not told:
        raise Invalid(N_("No adult has access in the portal now. Tell them by letter or in person."))
    sharing = PlanSharing(
        id=uuid.uuid4(),
        school_id=draft.school_id,
        pupil_id=pupil_id,
        version_id=draft.id,
        shared_by=actor.person_id,
        shared_at=now,
    )
    session.add(sharing)
    post_all(session, (asked(PLAN_TO_COMMENT, sharing.id, pupil_id, person_id) for person_id in told), now=now)
    facts = {"number": draft.number, "told": len(told)}
    audit.record_about(session, "draft shared for comment", sharing, actor_id=actor.person_id, now=now, **facts)
    return True


def asked(
    kind: str, sharing_id: uuid.UUID, pupil_id: uuid.UUID, person_id: uuid.UUID, due_at: datetime | None = None
) -> Posting:
    """The message to one reader of a shared draft; sharing it again is something new."""
    facts = {"sharing_id": str(sharing_id)}
    return Posting(
        kind=kind, event_key=str(sharing_id), person_id=person_id, pupil_id=pupil_id, due_at=due_at, facts=facts
    )


def take_back(
    session: PortalSession, *, actor: Actor, pupil_id: uuid.UUID, version_id: uuid.UUID, now: datetime
) -> None:
    """The family sees the draft no longer, and it can be changed; twice is once. Raises NotFound, Conflict when it has
    been published."""
    sharing = open_sharing(session, held_version(session, pupil_id, version_id))
    if sharing is not None:
        sharing.ended_at = now
        audit.record_about(session, "shared draft taken back", sharing, actor_id=actor.person_id, now=now)


def comment(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    sharing_id: uuid.UUID,
    opinion: Opinion,
    words: str,
    language: str,
    once_key: str,
    now: datetime,
) -> None:
    """One more answer of this reader; sent twice it is one. Raises NotFound, NotAllowed for an adult who may only read,
    Invalid at `words`, Conflict when the draft was taken back or published meanwhile."""
    mine = and_(PupilContact.pupil_id == PlanSharing.pupil_id, PupilContact.adult_id == actor.person_id)
    found = session.execute(
        select(PlanSharing, PupilContact.access)
        .outerjoin(PupilContact, mine)
        .where(PlanSharing.id == sharing_id, PlanSharing.pupil_id == pupil_id)
        .with_for_update(of=PlanSharing)  # one answer after the other, and none after the end
        .execution_options(populate_existing=True)
    ).first()
    if found is None:
        raise NotFound
    if actor.audience == Audience.FAMILY and found.access != PortalAccess.CONTRIBUTE:
        raise NotAllowed
    text = many_lines(words, longest=LONGEST_COMMENT)
    if opinion == Opinion.CHANGES and not text:
        raise Invalid(N_("Write something first."), field="words")
    key = once(actor.person_id, once_key, str(sharing_id), opinion.value, text)
    if session.scalars(select(PlanComment.id).where(PlanComment.once_key == key)).first() is not None:
        return
    sharing: PlanSharing = found.PlanSharing
    if sharing.ended_at is not None:
        raise Conflict(DRAFT_IS_CLOSED)
    row = PlanComment(
        id=uuid.uuid4(),
        school_id=sharing.school_id,
        pupil_id=pupil_id,
        adult_id=actor.person_id,
        sharing_id=sharing_id,
        opinion=opinion,
        words=text,
        language=language,
        said_at=now,
        once_key=key,
    )
    session.add(row)
    facts = {"opinion": opinion.value}
    audit.record_about(session, "draft commented on", row, actor_id=actor.person_id, now=now, **facts)
