"""The family's own page of a version that may not be out yet, by the family's own query, for a SENDCO to look at."""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.profiles.models import PlanVersion
from portal.profiles.models_sharing import is_shared
from portal.profiles.queries_around import Around, around
from portal.profiles.queries_family import ANY_VERSION, ChildPage, goals_of, page_of
from portal.profiles.queries_texts import wordings
from portal.profiles.queries_translations import Coverage, coverage, readers
from portal.profiles.rules import PARTS

LOOKED_AT = ANY_VERSION.add_columns(is_shared(PlanVersion.id).label("is_shared"))
TEXTS = (
    "outcome",
    "title",
    "now",
    "goal",
    "how_we_will_know",
    "who",
    "does_what",
    "how_often",
    "help_at_home",
    "pupil_words",
)


@dataclass(frozen=True, slots=True)
class Preview:
    """The family's page, and how much of it there is in the languages of the child's adults. `is_shared`: the family is
    asked about this draft now."""

    page: ChildPage
    is_draft: bool
    is_shared: bool
    coverage: tuple[Coverage, ...]


def preview(
    session: PortalSession,
    *,
    viewer: Actor,
    pupil_id: uuid.UUID,
    version_id: uuid.UUID,
    language: str,
    today: date,
    now: datetime,
) -> Preview:
    """What a family would read; a draft is shown as if it went out now. Raises NotFound. 7 statements."""
    asked = {"pupil_id": pupil_id, "version_id": version_id, "me": viewer.person_id, "sitting_id": viewer.sitting_id}
    row = session.execute(LOOKED_AT, asked).first()
    if row is None:
        raise NotFound
    goals = goals_of(session, pupil_id, version_id, None)
    facts = around(session, viewer=viewer, pupil_id=pupil_id, child=row, today=today)
    words = wordings(session, pupil_id=pupil_id, language=language, written_in=[row.language])
    page = page_of(row, goals, facts, words, None, pupil_id=pupil_id)
    plan = page.plan and replace(page.plan, published_at=page.plan.published_at or now)
    looks = tuple(replace(look, is_me=False) for look in page.looks)
    return Preview(
        page=replace(page, plan=plan, looks=looks),
        is_draft=row.published_at is None,
        is_shared=row.is_shared,
        coverage=coverage(
            session,
            pupil_id=pupil_id,
            texts=_texts(row, goals.get(version_id, []), facts),
            written_in=row.language,
            languages=readers(session, pupil_id=pupil_id),
        ),
    )


def _texts(row: Any, goals: Iterable[Any], facts: Around) -> Iterator[str]:
    yield from (getattr(row, part) for part in PARTS)
    for goal in goals:
        yield from (getattr(goal, name) or "" for name in TEXTS)
        yield from goal.strategies or ()
    for lines in facts.responsibilities.values():
        yield from lines
