"""An adult of the family says how they see a shared record. It is asked for, never demanded, and never changed."""

import uuid
from datetime import datetime

from sqlalchemy import select

from portal.kernel import audit
from portal.kernel.errors import Invalid, NotAllowed, NotFound
from portal.kernel.once import once
from portal.kernel.scope import PortalSession
from portal.kernel.text import many_lines
from portal.kernel.words import N_
from portal.people.actor import Actor
from portal.people.models import PupilContact
from portal.people.rules import Audience, PortalAccess
from portal.records.models import FamilyReply, Record
from portal.records.rules import Reply
from portal.records.rules_record import LONGEST_LINE


def reply(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    review_id: uuid.UUID,
    answer: Reply,
    words: str,
    language: str,
    once_key: str,
    now: datetime,
) -> None:
    """One more reply of this adult; sent twice it is one. Raises NotFound before the record is shared, NotAllowed for
    an adult who may only read, Invalid."""
    shared = select(Record).where(
        Record.review_id == review_id, Record.pupil_id == pupil_id, Record.shared_at.is_not(None)
    )
    record = session.scalars(shared.with_for_update(of=Record)).first()
    if record is None:
        raise NotFound
    if actor.audience == Audience.FAMILY and not _takes_part(session, actor, pupil_id):
        raise NotAllowed
    text = many_lines(words, longest=LONGEST_LINE)
    if answer == Reply.COMMENT and not text:
        raise Invalid(N_("Write something first."), field="words")
    key = once(actor.person_id, once_key, str(record.id), answer.value, text)
    if session.scalars(select(FamilyReply.id).where(FamilyReply.once_key == key)).first() is not None:
        return
    about = {"school_id": record.school_id, "pupil_id": pupil_id}
    row = FamilyReply(
        **about,
        record_id=record.id,
        adult_id=actor.person_id,
        reply=answer,
        words=text,
        language=language,
        said_at=now,
        once_key=key,
    )
    session.add(row)
    session.flush()
    facts = {"actor_id": actor.person_id, "subject_id": record.id, "reply": answer.value}
    audit.record(session, "family replied to a record", now=now, **about, **facts)  # type: ignore[arg-type]
    session.flush()


def _takes_part(session: PortalSession, actor: Actor, pupil_id: uuid.UUID) -> bool:
    decided = select(PupilContact.access).where(
        PupilContact.pupil_id == pupil_id, PupilContact.adult_id == actor.person_id
    )
    return session.scalars(decided).first() == PortalAccess.CONTRIBUTE
