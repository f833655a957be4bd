"""The rows behind a question. Every change begins with the question itself, locked: two people who press at the same
moment come one after the other."""

import uuid
from datetime import datetime

from sqlalchemy import select

from portal.concerns.models import Concern, ConcernReply
from portal.concerns.rules import Turn
from portal.kernel.errors import NotFound, StaleVersion
from portal.kernel.rows import whose
from portal.kernel.scope import PortalSession
from portal.people.rules import Readers


def held_concern(
    session: PortalSession, *, pupil_id: uuid.UUID, concern_id: uuid.UUID, author_id: uuid.UUID | None = None
) -> Concern:
    """What was sent, locked until the transaction ends; with an author only what this adult asked. Raises NotFound."""
    found = select(Concern).where(Concern.id == concern_id, Concern.pupil_id == pupil_id, Concern.sent_at.is_not(None))
    if author_id is not None:
        found = found.where(Concern.author_id == author_id)
    found = found.with_for_update(of=Concern).execution_options(populate_existing=True)
    row = session.scalars(found).first()
    if row is None:
        raise NotFound
    return row


def is_kept(
    session: PortalSession, concern: Concern, kind: Turn, words: str, *, written_by: uuid.UUID, replies: int
) -> bool:
    """Whether the entry that a form would add after so many has just been kept: the form came twice. Raises
    StaleVersion when something else was said meanwhile."""
    if concern.replies == replies:
        return False
    last = session.scalars(
        select(ConcernReply).where(
            ConcernReply.concern_id == concern.id,
            ConcernReply.pupil_id == concern.pupil_id,
            ConcernReply.number == replies + 1,
        )
    ).first()
    if last is None or (last.kind, last.words, last.written_by) != (kind, words, written_by):
        raise StaleVersion
    return True


def add_reply(
    session: PortalSession, concern: Concern, kind: Turn, words: str, *, written_by: uuid.UUID, now: datetime
) -> ConcernReply:
    """The next entry, for the same readers."""
    concern.replies += 1
    row = ConcernReply(
        **whose(concern),
        concern_id=concern.id,
        number=concern.replies,
        kind=kind,
        step=concern.step,
        words=words,
        written_by=written_by,
        said_at=now,
        sent_at=now,
    )
    session.add(row)
    session.flush()
    return row


def with_readers(session: PortalSession, concern: Concern, one_adult_id: uuid.UUID) -> None:
    """From now on this adult alone reads the question and all that followed it, whoever did until now."""
    replies = select(ConcernReply).where(
        ConcernReply.concern_id == concern.id, ConcernReply.pupil_id == concern.pupil_id
    )
    for row in (concern, *session.scalars(replies)):
        row.readers, row.one_adult_id = Readers.ONE_ADULT, one_adult_id
    session.flush()
