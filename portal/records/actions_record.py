"""The record is written: lines of one's own, what was said taken over with one press, and how people differ.

Every write begins with the review, locked, so that two writers come one after the other.
"""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.contributions.models import Statement
from portal.kernel import audit
from portal.kernel.db import renamed
from portal.kernel.errors import Conflict, Invalid, NotFound, StaleVersion
from portal.kernel.scope import PortalSession
from portal.kernel.text import many_lines
from portal.kernel.words import N_
from portal.meetings.actions_pupil import held_review
from portal.meetings.rules_messages import Message
from portal.people.actor import Actor
from portal.people.rules import Readers, Side
from portal.records.actions_carry import carry_on
from portal.records.actions_news import tell_the_family
from portal.records.models import Record, RecordEntry
from portal.records.queries_lines import target_titles
from portal.records.rules import EntryKind, Heading, heading_of
from portal.records.rules_actions import RecordIsShared
from portal.records.rules_record import LONGEST_LINE, NO_RECORD, NotSharedYet, check_writable
from portal.reviews.models import Review

TAKEN = {
    "uq_a_statement_is_taken_over_once": Conflict(N_("Somebody else has just taken this over.")),
    "record_entry.record_id, record_entry.statement_id": Conflict(N_("Somebody else has just taken this over.")),
    "pk_record_entry": NotFound(),
    "record_entry.id": NotFound(),
}


def start(session: PortalSession, *, actor: Actor, pupil_id: uuid.UUID, review_id: uuid.UUID, now: datetime) -> Record:
    """The draft record of a review, begun if nobody has. Raises NotFound, ReviewClosed, RecordIsShared."""
    review = reviewed(session, pupil_id=pupil_id, review_id=review_id)
    record = record_of(session, review)
    if record is not None and record.shared_at is not None:
        raise RecordIsShared
    check_writable(review.stage)
    if record is None:
        about = {"school_id": review.school_id, "pupil_id": pupil_id, "review_id": review_id}
        record = Record(**about, started_by=actor.person_id, started_at=now, lines=0)
        session.add(record)
        session.flush()
        audit.record_about(session, "record started", record, actor_id=actor.person_id, now=now)
        carry_on(session, actor=actor, pupil_id=pupil_id, review_id=review_id, now=now)
    return record


def reviewed(session: PortalSession, *, pupil_id: uuid.UUID, review_id: uuid.UUID) -> Review:
    """The review, locked until the transaction ends. Raises NotFound, also for one that nobody was invited to."""
    review = held_review(session, pupil_id=pupil_id, review_id=review_id)
    if review.stage in NO_RECORD:
        raise NotFound
    return review


def record_of(session: PortalSession, review: Review) -> Record | None:
    """The record of a review as it stands now, locked until the transaction ends."""
    found = select(Record).where(Record.review_id == review.id, Record.pupil_id == review.pupil_id)
    return session.scalars(found.with_for_update(of=Record).execution_options(populate_existing=True)).first()


def write_line(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    review_id: uuid.UUID,
    entry_id: uuid.UUID,
    heading: Heading,
    text: str,
    now: datetime,
    for_family: bool = True,
    version: int = 0,
    kind: EntryKind = EntryKind.NOTE,
) -> int:
    """A line of the writer's own under a heading, or other words in it; returns its version then. `entry_id` is made
    with the form, so that sending it twice is one line; `version` is 0 for a new one. Raises NotFound, Invalid,
    ReviewClosed, RecordIsShared, StaleVersion when the line was changed meanwhile."""
    record = start(session, actor=actor, pupil_id=pupil_id, review_id=review_id, now=now)
    words = many_lines(text, longest=LONGEST_LINE)
    if not words:
        raise Invalid(N_("Write something first."), field="text")
    row = _line(session, record, entry_id)
    if row is None and version == 0:
        row = _new(record, actor, heading, kind, now, entry_id=entry_id)
        session.add(row)
    elif row is None:
        raise NotFound
    elif (row.text, row.for_family, row.kind) == (words, for_family, kind):
        return row.version
    elif row.version != version or row.kind == EntryKind.TAKEN_OVER:
        raise StaleVersion
    row.text, row.for_family, row.kind, row.heading = words, for_family, kind, heading
    row.written_by, row.written_at = actor.person_id, now
    _keep(session, "record written", row, actor=actor, now=now)
    return row.version


def take_over(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    review_id: uuid.UUID,
    statement_id: uuid.UUID,
    now: datetime,
) -> None:
    """What somebody said becomes a line under its heading, in their words and name, for no more readers than they
    named. Taken over twice is once. Raises NotFound, ReviewClosed, RecordIsShared, Conflict."""
    record = start(session, actor=actor, pupil_id=pupil_id, review_id=review_id, now=now)
    said = session.scalars(
        select(Statement).where(
            Statement.id == statement_id,
            Statement.review_id == review_id,
            Statement.pupil_id == pupil_id,
            Statement.sent_at.is_not(None),
            Statement.current,
        )
    ).first()
    if said is None:
        raise NotFound
    if session.scalars(_taken(record, statement_id)).first() is not None:
        return
    row = _new(record, actor, heading_of(said.question), EntryKind.TAKEN_OVER, now)
    row.author_id, row.side, row.language = said.author_id, said.side, said.language
    title = target_titles(session, pupil_id=pupil_id, questions=[said.question]).get(said.question, "")
    row.text = f"{title}\n{said.text}".strip()  # the record still says which target when the plan has gone on
    row.statement_id, row.one_adult_id = said.id, said.one_adult_id
    row.readers = Readers.ONE_ADULT if said.readers == Readers.ONE_ADULT else Readers.TEACHERS
    session.add(row)
    _keep(session, "statement taken over", row, actor=actor, now=now)


def remove_line(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    review_id: uuid.UUID,
    entry_id: uuid.UUID,
    version: int,
    now: datetime,
) -> None:
    """Takes a line out of a draft; one that is gone already stays gone. Raises NotFound, ReviewClosed, RecordIsShared,
    StaleVersion when it has other words than the reader saw."""
    record = start(session, actor=actor, pupil_id=pupil_id, review_id=review_id, now=now)
    row = _line(session, record, entry_id)
    if row is None:
        return
    if row.version != version:
        raise StaleVersion
    session.delete(row)
    audit.record_about(session, "record line removed", row, actor_id=actor.person_id, now=now)


def add_addendum(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    review_id: uuid.UUID,
    entry_id: uuid.UUID,
    heading: Heading,
    text: str,
    now: datetime,
    for_family: bool = True,
) -> None:
    """Later words to a shared record: a line of its own with its day and its writer, never changed again; that there
    is something for the family is announced to it. Sent twice is once, with other words it is one more. Raises
    NotFound, Invalid, NotSharedYet."""
    review = reviewed(session, pupil_id=pupil_id, review_id=review_id)
    record = record_of(session, review)
    if record is None or record.shared_at is None:
        raise NotSharedYet
    words = many_lines(text, longest=LONGEST_LINE)
    if not words:
        raise Invalid(N_("Write something first."), field="text")
    if (before := _line(session, record, entry_id)) is not None:
        if before.text == words:
            return
        entry_id = uuid.uuid5(entry_id, words)  # the same form with other words: they are not lost
        if _line(session, record, entry_id) is not None:
            return
    row = _new(record, actor, heading, EntryKind.ADDENDUM, now, entry_id=entry_id)
    row.text, row.for_family = words, for_family
    row.readers = Readers.FAMILY if for_family else Readers.TEACHERS
    session.add(row)
    _keep(session, "record added to", row, actor=actor, now=now)
    if for_family:
        tell_the_family(session, review, Message.ADDED, event=f"added {entry_id}", now=now)


def _line(session: PortalSession, record: Record, entry_id: uuid.UUID) -> RecordEntry | None:
    found = select(RecordEntry).where(RecordEntry.id == entry_id, RecordEntry.record_id == record.id)
    return session.scalars(found.execution_options(populate_existing=True)).first()


def _taken(record: Record, statement_id: uuid.UUID) -> Any:
    return select(RecordEntry.id).where(RecordEntry.record_id == record.id, RecordEntry.statement_id == statement_id)


def _new(
    record: Record, actor: Actor, heading: Heading, kind: EntryKind, now: datetime, entry_id: uuid.UUID | None = None
) -> RecordEntry:
    """The next line, for teachers only until the record is shared."""
    record.lines += 1
    return RecordEntry(
        id=entry_id or uuid.uuid4(),
        school_id=record.school_id,
        pupil_id=record.pupil_id,
        record_id=record.id,
        heading=heading,
        kind=kind,
        position=record.lines,
        language=record.language,
        author_id=actor.person_id,
        written_by=actor.person_id,
        side=Side.STAFF,
        readers=Readers.TEACHERS,
        written_at=now,
        sent_at=now,
    )


def _keep(session: PortalSession, what: str, row: RecordEntry, *, actor: Actor, now: datetime) -> None:
    """Writes a line down, and that it was written, without a word of it."""
    facts = {"heading": row.heading.value, "kind": row.kind.value}
    try:
        audit.record_about(session, what, row, actor_id=actor.person_id, now=now, **facts)
    except IntegrityError as error:
        raise renamed(error, TAKEN) from error
