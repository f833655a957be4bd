"""Before a record goes out: who gets it, and how much of it there is in the language that each of them reads."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from portal.contributions.models import StatementTranslation
from portal.kernel import clock
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.people.rules import Role
from portal.profiles.queries_told import ToTell, to_tell
from portal.profiles.queries_translations import KEPT, Coverage
from portal.profiles.rules import wording_key
from portal.records.queries_actions import ActionLine
from portal.records.queries_lines import Line

SAID = select(StatementTranslation.statement_id, StatementTranslation.language).where(
    StatementTranslation.pupil_id == bindparam("pupil_id")
)


@dataclass(frozen=True, slots=True)
class Written:
    """One text as it was written, and the statement that it was taken from."""

    text: str
    language: str
    statement_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class GoingOut:
    """Who will be told, and for each of their languages in which not everything was written how much is there."""

    told: ToTell
    coverage: tuple[Coverage, ...]


def going_out(
    session: PortalSession, *, viewer: Actor, pupil_id: uuid.UUID, lines: Iterable[Line], actions: Iterable[ActionLine]
) -> GoingOut | None:
    """Who gets these lines and actions; 5 statements. None for a class teacher, whose session does not hold which
    adults are linked to a child."""
    if not viewer.has(Role.SENDCO):
        return None
    told = to_tell(session, viewer=viewer, pupil_id=pupil_id, today=clock.today())
    texts = {text for text in _texts(lines, actions) if text.text.strip()}
    kept = {(row.wording, row.language) for row in session.execute(KEPT, {"pupil_id": pupil_id})}
    said = {(row.statement_id, row.language) for row in session.execute(SAID, {"pupil_id": pupil_id})}

    def is_there(text: Written, tag: str) -> bool:
        return text.language == tag or (text.statement_id, tag) in said or (wording_key(text.text), tag) in kept

    languages = sorted({adult.language for adult in told.adults})
    return GoingOut(
        told,
        tuple(
            Coverage(tag, sum(is_there(text, tag) for text in texts), len(texts))
            for tag in languages
            if any(text.language != tag for text in texts)
        ),
    )


def _texts(lines: Iterable[Line], actions: Iterable[ActionLine]) -> Iterable[Written]:
    for line in lines:
        yield Written(line.text, line.language, line.statement_id)
    for action in actions:
        for text in (action.text, action.how_we_will_know, action.owner_words):
            yield Written(text, action.language)
