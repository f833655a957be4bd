"""The mail to the adult whom a child told something: that something new waits in the portal, and no more."""

import uuid
from datetime import datetime
from functools import partial

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from portal.accounts.models import StaffPassword
from portal.contributions.models import Disclosure
from portal.contributions.rules_tell import TOLD_NOW
from portal.kernel.outbox import Envelope, Kind, OutboxItem
from portal.people.models import Person, School
from portal.people.rules import ContactKind

UNSEEN = (
    select(Person.known_as, Person.full_name, Person.language, School.name, StaffPassword.sign_in_name)
    .select_from(Disclosure)
    .join(School, School.id == Disclosure.school_id)
    .join(Person, Person.id == Disclosure.one_adult_id)
    .join(StaffPassword, StaffPassword.person_id == Person.id)
    .where(
        Disclosure.id == bindparam("told_id"),
        Disclosure.one_adult_id == bindparam("adult_id"),
        Disclosure.seen_at.is_(None),
    )
)


def kinds(*, base_url: str, reachable: frozenset[ContactKind]) -> dict[str, Kind]:
    """How the message of this feature is made."""
    return {TOLD_NOW: Kind(partial(_told, base_url=base_url, reachable=reachable))}


def _told(
    session: Session, item: OutboxItem, _now: datetime, *, base_url: str, reachable: frozenset[ContactKind]
) -> Envelope | None:
    """To the address this member of staff signs in with; None once it was read, and without an address."""
    asked = {"told_id": uuid.UUID(item.facts["told_id"]), "adult_id": item.person_id}
    row = session.execute(UNSEEN, asked).first()
    if row is None or "@" not in row.sign_in_name or ContactKind.EMAIL not in reachable:
        return None
    values = {"name": row.known_as or row.full_name, "link": f"{base_url}/sign-in/staff"}
    return Envelope(ContactKind.EMAIL, row.sign_in_name, row.language, row.name, values)
