"""The mail to staff, when a child told them something, when nobody has opened it, and when the papers of a meeting can
be read: that something new waits in the portal, and no more."""

import uuid
from datetime import datetime
from functools import partial

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from portal.accounts.models import StaffPassword
from portal.contributions.models import Disclosure
from portal.contributions.queries_coming import AT_SCHOOL, LOOK_AHEAD, PAPERS_STAFF
from portal.contributions.queries_tell import WORKS_TODAY
from portal.contributions.rules_tell import LEADS, TOLD_NOW, TOLD_UNOPENED
from portal.kernel.clock import LONDON
from portal.kernel.outbox import Envelope, Kind, OutboxItem
from portal.people.models import Person, School, StaffRole
from portal.people.rules import ContactKind

_IS_TOLD = Disclosure.one_adult_id == Person.id
_CAN_OPEN = (
    select(StaffRole.id)
    .where(
        StaffRole.person_id == Person.id,
        StaffRole.school_id == Disclosure.school_id,
        StaffRole.role.in_(LEADS),
        WORKS_TODAY,
    )
    .exists()
)
UNSEEN = (
    select(Person.known_as, Person.full_name, Person.language, School.name, StaffPassword.sign_in_name)
    .select_from(Disclosure)
    .join(School, School.id == Disclosure.school_id)
    .join(Person, Person.id == bindparam("person_id"))
    .join(StaffPassword, StaffPassword.person_id == Person.id)
    .where(Disclosure.id == bindparam("told_id"), Disclosure.seen_at.is_(None))
)
FOR_WHOM = {
    TOLD_NOW: UNSEEN.where(_IS_TOLD),
    TOLD_UNOPENED: UNSEEN.where(or_(_IS_TOLD, _CAN_OPEN)),
    PAPERS_STAFF: AT_SCHOOL,
}


def kinds(*, base_url: str, reachable: frozenset[ContactKind]) -> dict[str, Kind]:
    """How the messages of this feature are made."""
    told = partial(_told, base_url=base_url, reachable=reachable)
    return {kind: Kind(told, urgent=kind != PAPERS_STAFF) for kind in FOR_WHOM}  # a child told somebody


def _told(
    session: Session, item: OutboxItem, now: datetime, *, base_url: str, reachable: frozenset[ContactKind]
) -> Envelope | None:
    """To the address this member of staff signs in with; None once it was read, is over, or is theirs no more, and
    without an address."""
    about = {name: uuid.UUID(value) for name, value in item.facts.items()}
    when = {"now": now, "until": now + LOOK_AHEAD, "today": now.astimezone(LONDON).date()}
    row = session.execute(FOR_WHOM[item.kind], {**about, **when, "person_id": item.person_id}).first()
    if row is None or "@" not in row.sign_in_name or ContactKind.EMAIL not in reachable:
        return None
    values = {"name": row.known_as or row.full_name, "link": f"{base_url}/sign-in/staff"}
    return Envelope(ContactKind.EMAIL, row.sign_in_name, row.language, row.name, values)
