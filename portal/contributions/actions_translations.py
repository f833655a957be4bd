"""Somebody at school puts a statement into another language, by a person whose name stands beside it. The original
stays, and whoever reads it, and nobody else, reads the translation."""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.contributions.models import Statement, StatementTranslation
from portal.contributions.rules import LONGEST_ANSWER
from portal.kernel import audit
from portal.kernel.db import renamed
from portal.kernel.errors import Invalid, NotFound, StaleVersion
from portal.kernel.rows import whose
from portal.kernel.scope import PortalSession
from portal.kernel.text import many_lines, one_line
from portal.kernel.words import N_
from portal.meetings.actions_pupil import held_review
from portal.people.actor import Actor

TAKEN = {
    "uq_one_translation_of_a_statement_in_a_language": StaleVersion(),
    "statement_translation.statement_id": StaleVersion(),
}


def seen_mark(at: datetime | None) -> str:
    """The mark of one state of a translation; empty when there is none."""
    return at.isoformat() if at else ""


def translate(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    statement_id: uuid.UUID,
    language: str,
    text: str,
    translated_by: str,
    seen: str,
    now: datetime,
) -> None:
    """Adds the translation into one language, or changes the one of which `seen` is the mark.

    Raises NotFound for a statement that the actor may not read, Invalid at a field, StaleVersion.
    """
    said = _said(session, pupil_id, statement_id)
    words, name = many_lines(text, longest=LONGEST_ANSWER), one_line(translated_by)
    _check(said, language, words, name)
    row = session.scalars(
        select(StatementTranslation).where(
            StatementTranslation.statement_id == statement_id, StatementTranslation.language == language
        )
    ).first()
    if row is not None and (row.text, row.translated_by) == (words, name):
        return
    if seen_mark(row.at if row else None) != seen:
        raise StaleVersion
    row = row or _new(said, language)
    row.text, row.translated_by, row.written_by, row.at = words, name, actor.person_id, now
    session.add(row)
    _flush(session, row, said, actor=actor, now=now)


def _said(session: PortalSession, pupil_id: uuid.UUID, statement_id: uuid.UUID) -> Statement:
    """The statement as it stands once its review is locked: its readers may just have been narrowed."""
    found = select(Statement).where(
        Statement.id == statement_id, Statement.pupil_id == pupil_id, Statement.sent_at.is_not(None)
    )
    said = session.scalars(found).first()
    if said is not None:
        held_review(session, pupil_id=pupil_id, review_id=said.review_id)
        said = session.scalars(found.execution_options(populate_existing=True)).first()
    if said is None:
        raise NotFound
    return said


def _check(said: Statement, language: str, words: str, name: str) -> None:
    if language == said.language:
        raise Invalid(N_("Choose another language than the one it was written in."), field="language")
    if not said.text:
        raise NotFound  # tapped pictures speak every language already
    if not words:
        raise Invalid(N_("Write the translation."), field="text")
    if not name:
        raise Invalid(N_("Say who translated this."), field="translated_by")


def _new(said: Statement, language: str) -> StatementTranslation:
    return StatementTranslation(**whose(said), statement_id=said.id, language=language, sent_at=said.sent_at)


def _flush(session: PortalSession, row: StatementTranslation, said: Statement, *, actor: Actor, now: datetime) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        raise renamed(error, TAKEN) from error
    me, language = actor.person_id, row.language
    audit.record_about(session, "translated a statement", said, actor_id=me, now=now, language=language)
