"""The mails of this part: that something new is there, and no more, and only while that is so."""

import uuid
from datetime import datetime
from functools import partial

from sqlalchemy import Select, bindparam, or_, select
from sqlalchemy.orm import Session

from portal.accounts.models import StaffPassword
from portal.concerns.models import Concern, Consent, Referral
from portal.concerns.rules_consent import ConsentState
from portal.concerns.rules_messages import ConcernMessage
from portal.kernel.clock import LONDON
from portal.kernel.outbox import Envelope, Kind, OutboxItem
from portal.people.models import Person, School, StaffRole
from portal.people.rules import ContactKind, Role
from portal.profiles.queries_mail import news

ASKED = select(Concern.id).where(
    Concern.id == bindparam("concern_id"), Concern.author_id == bindparam("adult_id"), Concern.sent_at.is_not(None)
)
OPEN_QUESTION = (
    select(Consent.id)
    .join(Referral, Referral.id == Consent.referral_id)
    .where(
        Consent.referral_id == bindparam("referral_id"),
        Consent.adult_id == bindparam("adult_id"),
        Consent.current,
        Consent.state == ConsentState.ASKED,
        Referral.closed_at.is_(None),
    )
)
ENDS_SOON = (
    select(Consent.id)
    .join(Referral, Referral.id == Consent.referral_id)
    .where(
        Consent.id == bindparam("consent_id"),
        Consent.adult_id == bindparam("adult_id"),
        Consent.current,
        Consent.state == ConsentState.GIVEN,
        Referral.closed_at.is_(None),
    )
)
TAKEN_BACK = (
    select(Person.known_as, Person.full_name, Person.language, School.name, StaffPassword.sign_in_name)
    .select_from(Consent)
    .join(School, School.id == Consent.school_id)
    .join(StaffRole, StaffRole.school_id == School.id)
    .join(Person, Person.id == StaffRole.person_id)
    .join(StaffPassword, StaffPassword.person_id == Person.id)
    .where(
        Consent.id == bindparam("consent_id"),
        Consent.state == ConsentState.WITHDRAWN,
        Consent.seen_at.is_(None),
        Person.id == bindparam("adult_id"),
        StaffRole.role == Role.SENDCO,
        StaffRole.starts_on <= bindparam("today"),
        or_(StaffRole.ends_on.is_(None), StaffRole.ends_on >= bindparam("today")),
    )
)


def kinds(*, base_url: str, reachable: frozenset[ContactKind]) -> dict[str, Kind]:
    """How each message of this feature is made; what it says stands in the portal alone."""
    true_while = {
        ConcernMessage.ANSWERED: (ASKED, "concern_id"),
        ConcernMessage.WILL_CALL: (ASKED, "concern_id"),
        ConcernMessage.CONSENT_ASK: (OPEN_QUESTION, "referral_id"),
        ConcernMessage.CONSENT_REMINDER: (ENDS_SOON, "consent_id"),
    }
    made = {
        message.value: Kind(partial(_told, there=there, fact=fact, base_url=base_url, reachable=reachable))
        for message, (there, fact) in true_while.items()
    }
    sendco = Kind(partial(_told_sendco, base_url=base_url, reachable=reachable))
    return {**made, ConcernMessage.TAKEN_BACK.value: sendco}


def _told(
    session: Session,
    item: OutboxItem,
    now: datetime,
    *,
    there: Select[uuid.UUID],
    fact: str,
    base_url: str,
    reachable: frozenset[ContactKind],
) -> Envelope | None:
    asked = {fact: uuid.UUID(item.facts[fact]), "adult_id": item.person_id}
    if session.execute(there, asked).first() is None:
        return None
    return news(session, item, now, base_url=base_url, reachable=reachable)


def _told_sendco(
    session: Session, item: OutboxItem, now: datetime, *, base_url: str, reachable: frozenset[ContactKind]
) -> Envelope | None:
    """To the address the SENDCO signs in with; None once it was seen, and without an address."""
    today = now.astimezone(LONDON).date()
    asked = {"consent_id": uuid.UUID(item.facts["consent_id"]), "adult_id": item.person_id, "today": today}
    row = session.execute(TAKEN_BACK, asked).first()
    if row is None or "@" not in row.sign_in_name or ContactKind.EMAIL not in reachable:
        return None
    values = {"name": row.known_as or row.full_name, "link": f"{base_url}/sign-in/staff"}
    return Envelope(ContactKind.EMAIL, row.sign_in_name, row.language, row.name, values)
