"""The message that says something new is there, and nothing else: whoever else reads the mailbox learns no more."""

from datetime import datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.kernel.clock import LONDON
from portal.kernel.outbox import Envelope, Kind, OutboxItem
from portal.people.models import ContactPoint, Person, Pupil, School
from portal.people.rules import ContactKind
from portal.people.scopes import open_pupils

PLAN_PUBLISHED, REGISTER_WORD = "plan_published", "register_word"


def kinds(*, base_url: str, reachable: frozenset[ContactKind]) -> dict[str, Kind]:
    """How each message of this feature is made."""
    told = Kind(partial(news, base_url=base_url, reachable=reachable))
    return {PLAN_PUBLISHED: told, REGISTER_WORD: told}


def news(
    session: Session, item: OutboxItem, now: datetime, *, base_url: str, reachable: frozenset[ContactKind]
) -> Envelope | None:
    """The neutral message to an adult who may still read about the child; None for everybody else, and for whoever
    gave no address that can be reached."""
    person = session.get(Person, item.person_id)
    still_open = set(session.scalars(open_pupils(item.person_id, now.astimezone(LONDON).date())))
    if person is None or item.about_pupil_id not in still_open:
        return None  # the right was lost between queueing and sending
    point = session.scalars(
        select(ContactPoint)
        .where(ContactPoint.adult_id == person.id, ContactPoint.kind.in_(reachable), ContactPoint.wanted)
        .order_by(ContactPoint.verified_at.is_(None), ContactPoint.id)
    ).first()
    if point is None:
        return None
    school = session.scalars(
        select(School.name).join(Pupil, Pupil.school_id == School.id).where(Pupil.id == item.about_pupil_id)
    ).one()
    values = {"name": person.name, "link": f"{base_url}/sign-in/family"}
    return Envelope(point.kind, point.value, person.language, school, values)
