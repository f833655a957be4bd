"""The family's own page of a version that may not be out yet, by the family's own query, for a SENDCO to look at."""

import uuid
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import bindparam, true

from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.profiles.models import PlanVersion
from portal.profiles.queries_around import around
from portal.profiles.queries_family import ChildPage, child_statement, goals_of, page_of
from portal.profiles.queries_texts import wordings

ANY_VERSION = child_statement(true(), PlanVersion.id == bindparam("version_id")).where(PlanVersion.id.is_not(None))


def preview_page(
    session: PortalSession,
    *,
    viewer: Actor,
    pupil_id: uuid.UUID,
    version_id: uuid.UUID,
    language: str,
    today: date,
    now: datetime,
) -> ChildPage:
    """What a family would read; a draft is shown as if it went out now. Raises NotFound. 5 statements."""
    asked = {"pupil_id": pupil_id, "version_id": version_id, "me": viewer.person_id, "sitting_id": viewer.sitting_id}
    row = session.execute(ANY_VERSION, asked).first()
    if row is None:
        raise NotFound
    goals = goals_of(session, pupil_id, version_id, None)
    facts = around(session, viewer=viewer, pupil_id=pupil_id, child=row, today=today)
    words = wordings(session, pupil_id=pupil_id, language=language, written_in=[row.language])
    page = page_of(row, goals, facts, words, None, pupil_id=pupil_id)
    plan = page.plan and replace(page.plan, published_at=page.plan.published_at or now)
    return replace(page, plan=plan)
