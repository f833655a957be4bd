"""Whoever said something names its readers, and may name others later."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.contributions.actions_rows import all_said, held_review, note
from portal.contributions.models import Statement
from portal.contributions.rules import is_wider
from portal.kernel.db import Base
from portal.kernel.errors import NotFound
from portal.kernel.rows import ForReaders
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.people.rules import Readers


def set_readers(
    session: PortalSession,
    *,
    actor: Actor,
    statement_id: uuid.UUID,
    readers: Readers,
    one_adult_id: uuid.UUID | None = None,
    now: datetime,
) -> None:
    """Other readers for one answer, in every version and in all that was made of it. Raises NotFound, OnlyReads."""
    said = session.scalars(select(Statement).where(Statement.id == statement_id)).first()
    if said is None or said.author_id != actor.person_id:
        raise NotFound
    review = held_review(session, actor=actor, pupil_id=said.pupil_id, review_id=said.review_id)
    _ways, rows = all_said(session, said.review_id, said.author_id)
    ours = [(row, its) for row, its in rows if its.id == said.contribution_id]
    spread(session, [row for row, _its in ours if row.question == said.question], readers, one_adult_id)
    ours[0][1].readers = widest(row for row, _its in ours)
    facts = {"question": said.question, "readers": readers.value}
    note(session, "named other readers", review, actor=actor, subject_id=said.id, now=now, **facts)
    session.flush()


def widest(rows: Iterable[Statement]) -> Readers:
    """Who learns that somebody has spoken: whoever may read an answer, and in any case the teachers."""
    return Readers.FAMILY if any(row.readers == Readers.FAMILY for row in rows) else Readers.TEACHERS


def spread(session: PortalSession, versions: list[Statement], readers: Readers, one_adult_id: uuid.UUID | None) -> None:
    """These readers for the newest of these versions of each answer, oldest first, and for every row that says in
    `statement_id` that it was made of one. Earlier words never reach anybody who was named for later ones. What stands
    in a record or on a card is only narrowed: the record itself says when the family joins its readers."""
    newest = {(row.contribution_id, row.question): row for row in versions}
    for row in versions:
        counts = row.current or row.sent_at is None
        if counts and newest[row.contribution_id, row.question] is row:
            if row.written_by != row.author_id and row.readers != readers:
                row.version += 1  # a form that somebody at school opened before does not undo it
            row.readers, row.one_adult_id = readers, one_adult_id
        else:
            _narrow(row, readers, one_adult_id)
    sent = {row.id: row for row in versions if row.sent_at is not None}
    if not sent:
        return  # nothing was ever made of a draft
    for kind in _made_of_statements():
        is_placed = hasattr(kind, "for_family") or hasattr(kind, "position")
        for row in session.scalars(select(kind).where(kind.statement_id.in_(sent))):
            said = sent[row.statement_id]
            if not is_placed or not is_wider(Readers(said.readers), Readers(row.readers)):
                row.readers, row.one_adult_id = said.readers, said.one_adult_id


def _narrow(row: Statement, readers: Readers, one_adult_id: uuid.UUID | None) -> None:
    """Who is named no longer reads it no longer; the other adult who is named instead was never told this."""
    if is_wider(readers, Readers(row.readers)):
        return
    if row.one_adult_id is not None and row.one_adult_id != one_adult_id:
        one_adult_id = row.author_id
    row.readers, row.one_adult_id = readers, one_adult_id


def _made_of_statements() -> list[Any]:
    kinds = [mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, ForReaders)]
    return sorted((kind for kind in kinds if hasattr(kind, "statement_id")), key=lambda kind: str(kind.__name__))
