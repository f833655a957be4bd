"""A draft that school asks a family about: the plan as it would be, and what the reader said to it."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import aliased

from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.people.models import Pupil, PupilContact, School
from portal.people.rules import Audience, PortalAccess
from portal.profiles.models_sharing import PlanComment, PlanSharing
from portal.profiles.queries_family import ANY_VERSION, ChildPage, whole_version
from portal.profiles.rules import Opinion

before = aliased(PlanSharing, name="before")  # this time and the times before that the same draft was shared
ASKED = (
    select(
        *(PlanSharing.version_id, PlanSharing.ended_at, PupilContact.access),
        *(Pupil.school_id, Pupil.forename, Pupil.known_as, School.name.label("school"), School.theme),
        *(PlanComment.opinion, PlanComment.words, PlanComment.language, PlanComment.said_at),
    )
    .join(Pupil, Pupil.id == PlanSharing.pupil_id)
    .join(School, School.id == Pupil.school_id)
    .join(before, and_(before.version_id == PlanSharing.version_id, before.pupil_id == PlanSharing.pupil_id))
    .outerjoin(PupilContact, and_(PupilContact.pupil_id == Pupil.id, PupilContact.adult_id == bindparam("me")))
    .outerjoin(PlanComment, and_(PlanComment.sharing_id == before.id, PlanComment.adult_id == bindparam("me")))
    .where(PlanSharing.id == bindparam("sharing_id"), PlanSharing.pupil_id == bindparam("pupil_id"))
    .order_by(PlanComment.said_at, PlanComment.id)
)


@dataclass(frozen=True, slots=True)
class MyAnswer:
    """What the reader said to the draft."""

    opinion: Opinion
    words: str
    language: str
    said_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedPage:
    """What a family is asked about. `page` is None when the draft was taken back or published since."""

    pupil_id: uuid.UUID
    school_id: uuid.UUID
    child: str
    school: str
    theme: str
    page: ChildPage | None
    answers: tuple[MyAnswer, ...]
    may_answer: bool


def asked_page(
    session: PortalSession, *, viewer: Actor, pupil_id: uuid.UUID, sharing_id: uuid.UUID, language: str, today: date
) -> AskedPage:
    """The draft in the reader's language; 5 statements at most. Raises NotFound for what was never shared with a family
    of this child."""
    rows = session.execute(ASKED, {"pupil_id": pupil_id, "sharing_id": sharing_id, "me": viewer.person_id}).all()
    if not rows:
        raise NotFound
    first = rows[0]
    return AskedPage(
        pupil_id=pupil_id,
        school_id=first.school_id,
        child=first.known_as or first.forename,
        school=first.school,
        theme=first.theme,
        page=_draft(session, first, viewer=viewer, pupil_id=pupil_id, language=language, today=today),
        answers=tuple(MyAnswer(row.opinion, row.words, row.language, row.said_at) for row in rows if row.opinion),
        may_answer=viewer.audience == Audience.PUPIL or first.access == PortalAccess.CONTRIBUTE,
    )


def _draft(session: PortalSession, asked: Any, **reader: Any) -> ChildPage | None:
    if asked.ended_at is not None:
        return None
    return whole_version(session, ANY_VERSION, version_id=asked.version_id, **reader)
