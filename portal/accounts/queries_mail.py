"""The messages of coming in, made ready at the moment they are sent, when rights and addresses are looked at again."""

import uuid
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import MailedCode
from portal.accounts.rules import (
    ADDRESS_ADDED,
    CONFIRM_ADDRESS,
    MAILED_CODE_MINUTES,
    SIGN_IN_CODE,
    mailed_code,
    printed,
)
from portal.kernel.clock import LONDON
from portal.kernel.outbox import Envelope, Kind, OutboxItem
from portal.people.models import ContactPoint, Person, PupilContact, School, Trust
from portal.people.rules import ContactKind
from portal.people.scopes import open_pupils


def kinds(*, pepper: str, base_url: str, reachable: frozenset[ContactKind]) -> dict[str, Kind]:
    """How each message of this feature is made. `reachable`: the channels that this installation can send by."""
    return {
        SIGN_IN_CODE: Kind(
            partial(_sign_in_code, pepper=pepper, base_url=base_url, reachable=reachable),
            sent=start_the_clock,
            urgent=True,
        ),
        CONFIRM_ADDRESS: Kind(partial(_confirm_address, pepper=pepper), sent=start_the_clock, urgent=True),
        ADDRESS_ADDED: Kind(_address_added, urgent=True),
    }


def start_the_clock(session: Session, item: OutboxItem, now: datetime) -> None:
    """Ten minutes count from here: some mail servers keep a first letter waiting, and nobody knew the code before."""
    code = session.get(MailedCode, uuid.UUID(item.facts["mailed_code"]))
    if code is not None:
        code.expires_at = min(code.expires_at, now + timedelta(minutes=MAILED_CODE_MINUTES))
    item.facts = {name: value for name, value in item.facts.items() if name != "address"}


def _sign_in_code(
    session: Session, item: OutboxItem, now: datetime, *, pepper: str, base_url: str, reachable: frozenset[ContactKind]
) -> Envelope | None:
    code = _live_code(session, item, now)
    point = session.get(ContactPoint, uuid.UUID(item.facts["contact_point"]))
    if code is None or point is None or point.adult_id != item.person_id:
        return None
    if point.kind not in reachable or point.bounced_at is not None:  # another address of the same adult will do
        point = _another(session, item.person_id, reachable) or point
    if point.kind not in reachable:
        return None
    shown = mailed_code(code.id, pepper)
    return _envelope(
        session,
        item,
        now,
        channel=point.kind,
        address=point.value,
        code=printed(shown),
        link=f"{base_url}/sign-in/link/{shown}",
    )


def _another(session: Session, adult_id: uuid.UUID, reachable: frozenset[ContactKind]) -> ContactPoint | None:
    good = select(ContactPoint).where(
        ContactPoint.adult_id == adult_id, ContactPoint.kind.in_(reachable), ContactPoint.bounced_at.is_(None)
    )
    return session.scalars(good.order_by(ContactPoint.wanted.desc(), ContactPoint.id)).first()


def _confirm_address(session: Session, item: OutboxItem, now: datetime, *, pepper: str) -> Envelope | None:
    code = _live_code(session, item, now)
    if code is None or not item.facts.get("address"):
        return None
    shown = printed(mailed_code(code.id, pepper))
    return _envelope(session, item, now, channel=item.facts["channel"], address=item.facts["address"], code=shown)


def _address_added(session: Session, item: OutboxItem, now: datetime) -> Envelope | None:
    point = session.get(ContactPoint, uuid.UUID(item.facts["contact_point"]))
    if point is None or point.adult_id != item.person_id:
        return None
    return _envelope(session, item, now, channel=point.kind, address=point.value)


def _live_code(session: Session, item: OutboxItem, now: datetime) -> MailedCode | None:
    code = session.get(MailedCode, uuid.UUID(item.facts["mailed_code"]))
    if code is None or code.person_id != item.person_id or code.used_at or code.expires_at <= now:
        return None
    return code


def _envelope(
    session: Session, item: OutboxItem, now: datetime, *, channel: str, address: str, **values: str
) -> Envelope | None:
    person = session.get(Person, item.person_id)
    if person is None:
        return None
    school = session.execute(
        select(School.name, School.theme)
        .join(PupilContact, PupilContact.school_id == School.id)
        .where(
            PupilContact.adult_id == person.id,
            PupilContact.pupil_id.in_(open_pupils(person.id, now.astimezone(LONDON).date())),
        )
        .order_by(School.name)
    ).first()
    name, theme = school or (session.get_one(Trust, person.trust_id).name, "")
    return Envelope(channel, address, person.language, name, {"name": person.name, **values}, theme)
