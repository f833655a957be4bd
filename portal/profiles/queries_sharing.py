"""A draft that the family is asked about, as school sees it: who said what, who has said nothing yet, and whom the
calendar reminds."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, bindparam, exists, select
from sqlalchemy.orm import aliased

from portal.kernel.scope import PortalSession
from portal.people.models import Person, Pupil, PupilContact
from portal.people.rules import PortalAccess
from portal.people.scopes import open_pupils
from portal.profiles.models_sharing import PlanComment, PlanSharing
from portal.profiles.queries_told import ToTell
from portal.profiles.rules import Opinion
from portal.profiles.rules_content import VersionContent

SAID = (
    select(
        *(PlanComment.adult_id, PlanComment.opinion, PlanComment.words, PlanComment.language, PlanComment.said_at),
        *(PlanSharing.ended_at, Person.full_name),
    )
    .join(PlanSharing, and_(PlanSharing.id == PlanComment.sharing_id, PlanSharing.pupil_id == PlanComment.pupil_id))
    .join(Person, Person.id == PlanComment.adult_id)
    .where(PlanComment.pupil_id == bindparam("pupil_id"), PlanSharing.version_id == bindparam("version_id"))
    .order_by(PlanComment.said_at.desc(), PlanComment.id)
)
TODAY = bindparam("today", type_=Date())
link = aliased(PupilContact, name="link")


def has_answered(person_id: Any) -> ColumnElement[bool]:
    """That somebody has answered what is asked with a sharing."""
    return exists().where(PlanComment.sharing_id == PlanSharing.id, PlanComment.adult_id == person_id)


_WAITING = (PlanSharing.ended_at.is_(None), PlanSharing.shared_at < bindparam("before"))
_FACTS = (PlanSharing.id, PlanSharing.school_id, PlanSharing.pupil_id, PlanSharing.shared_at)
SILENT_ADULTS = (
    select(*_FACTS, link.adult_id.label("person_id"))
    .join(link, link.pupil_id == PlanSharing.pupil_id)
    .where(
        *_WAITING,
        link.access == PortalAccess.CONTRIBUTE,
        link.pupil_id.in_(open_pupils(link.adult_id, TODAY)),
        ~has_answered(link.adult_id),
    )
)
SILENT_YOUNG_PEOPLE = (
    select(*_FACTS, Pupil.person_id)
    .join(Pupil, Pupil.id == PlanSharing.pupil_id)
    .where(
        *_WAITING,
        Pupil.person_id.is_not(None),
        Pupil.rights_pass_on <= TODAY,
        ~Pupil.rights_stay_with_parents,
        Pupil.left_on.is_(None),
        ~has_answered(Pupil.person_id),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody said to a draft. `is_earlier`: the draft was taken back since, and may have changed."""

    name: str
    opinion: Opinion
    words: str
    language: str
    said_at: datetime
    is_earlier: bool


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said to a draft, the newest first, and the names of those who are asked and have said nothing yet."""

    said: tuple[Said, ...] = ()
    silent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """Somebody who is asked about a shared draft and has not answered."""

    sharing_id: uuid.UUID
    school_id: uuid.UUID
    pupil_id: uuid.UUID
    shared_at: datetime
    person_id: uuid.UUID


def heard(session: PortalSession, *, pupil_id: uuid.UUID, content: VersionContent, told: ToTell) -> Heard:
    """Everything that was said to a draft; one statement."""
    rows = session.execute(SAID, {"pupil_id": pupil_id, "version_id": content.id}).all()
    said = tuple(
        Said(
            name=row.full_name,
            opinion=row.opinion,
            words=row.words,
            language=row.language,
            said_at=row.said_at,
            is_earlier=row.ended_at is not None,
        )
        for row in rows
    )
    answered = {row.adult_id for row in rows if row.ended_at is None}
    asked = told.asked(content.child) if content.shared_at else {}
    return Heard(said, tuple(name for person_id, name in asked.items() if person_id not in answered))


def silent(session: PortalSession, *, today: date, before: datetime) -> list[Silent]:
    """Everybody who has not answered what was asked before a moment; for the portal's own scope. 2 statements."""
    asked = {"today": today, "before": before}
    rows = [row for statement in (SILENT_ADULTS, SILENT_YOUNG_PEOPLE) for row in session.execute(statement, asked)]
    return [
        Silent(
            sharing_id=row.id,
            school_id=row.school_id,
            pupil_id=row.pupil_id,
            shared_at=row.shared_at,
            person_id=row.person_id,
        )
        for row in rows
    ]
