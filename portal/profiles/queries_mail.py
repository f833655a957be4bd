"""The message that says something new is there, and nothing else: whoever else reads the mailbox learns no more."""

import uuid
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Date, Uuid, bindparam, or_, select
from sqlalchemy.orm import Session

from portal.accounts.queries_wishes import where_to
from portal.kernel.clock import LONDON
from portal.kernel.outbox import Envelope, Kind, OutboxItem
from portal.people.models import Person, Pupil, School
from portal.people.rules import ContactKind
from portal.people.scopes import open_pupils
from portal.profiles.models_sharing import PlanSharing
from portal.profiles.queries_sharing import has_answered

PLAN_PUBLISHED, REGISTER_WORD = "plan_published", "register_word"
PLAN_TO_COMMENT, PLAN_REMINDER = "plan_to_comment", "plan_to_comment_reminder"


def may_read(person_id: Any, today: Any) -> ColumnElement[bool]:
    """That a person may read about the pupil of the row: an adult to whom staff opened it, or a young person whose
    rights are their own (domain.md 2.6)."""
    own = (Pupil.person_id == person_id) & (Pupil.rights_pass_on <= today) & ~Pupil.rights_stay_with_parents
    return or_(Pupil.id.in_(open_pupils(person_id, today)), own & Pupil.left_on.is_(None))


READERS = (
    select(Person.known_as, Person.full_name, Person.language, School.name, School.theme, Pupil.person_id.label("own"))
    .select_from(Pupil)
    .join(School, School.id == Pupil.school_id)
    .join(Person, Person.id == bindparam("person_id"))
    .where(
        Pupil.id == bindparam("pupil_id"),
        may_read(bindparam("person_id", type_=Uuid()), bindparam("today", type_=Date())),
    )
)

STILL_ASKED = select(PlanSharing.id).where(
    PlanSharing.id == bindparam("sharing_id"),
    PlanSharing.ended_at.is_(None),
    ~has_answered(bindparam("person_id", type_=Uuid())),
)


def kinds(*, base_url: str, reachable: frozenset[ContactKind]) -> dict[str, Kind]:
    """How each message of this feature is made."""
    told = Kind(partial(news, base_url=base_url, reachable=reachable))
    asked = Kind(partial(_asked, base_url=base_url, reachable=reachable))
    return {PLAN_PUBLISHED: told, REGISTER_WORD: told, PLAN_TO_COMMENT: asked, PLAN_REMINDER: asked}


def _asked(
    session: Session, item: OutboxItem, now: datetime, *, base_url: str, reachable: frozenset[ContactKind]
) -> Envelope | None:
    """Only while the draft is shared and this reader has not answered."""
    asked = {"sharing_id": uuid.UUID(item.facts["sharing_id"]), "person_id": item.person_id}
    if session.execute(STILL_ASKED, asked).first() is None:
        return None
    return news(session, item, now, base_url=base_url, reachable=reachable)


def news(
    session: Session, item: OutboxItem, now: datetime, *, base_url: str, reachable: frozenset[ContactKind]
) -> Envelope | None:
    """The neutral message to somebody who may still read about the child, by the channel they want; None for everybody
    else."""
    asked = {"person_id": item.person_id, "pupil_id": item.about_pupil_id, "today": now.astimezone(LONDON).date()}
    row = session.execute(READERS, asked).first()
    if row is None:
        return None  # the right was lost between queueing and sending
    channel, address = where_to(session, item.person_id, reachable)
    values = {"name": row.known_as or row.full_name, "link": f"{base_url}/sign-in/{_door(row.own, item.person_id)}"}
    return Envelope(channel, address, row.language, row.name, values, row.theme)


def _door(pupils_own: uuid.UUID | None, reader: uuid.UUID) -> str:
    return "pupil" if pupils_own == reader else "family"
