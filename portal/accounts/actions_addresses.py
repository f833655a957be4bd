"""How an adult wants to be reached. A new one counts once a code sent there came back; the old ones are told."""

import uuid
from datetime import datetime

from sqlalchemy import func, select

from portal.accounts.actions_codes import WRONG_CODE, new_code
from portal.accounts.models import MailedCode
from portal.accounts.rules import ADDRESS_ADDED, CONFIRM_ADDRESS, MAILED_CODES_AN_HOUR, MOST_ADDRESSES, Address
from portal.kernel import audit, outbox
from portal.kernel.clock import minutes
from portal.kernel.errors import Invalid, TooManyTries
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_
from portal.people.models import ContactPoint, Person

TOO_MANY = N_("You have as many addresses as we can keep. Ask the school office to take one away.")
HAVE_IT = N_("We have this address already.")


def choose(
    session: PortalSession,
    *,
    person_id: uuid.UUID,
    language: str,
    spoken_language: str,
    interpreter_needed: bool,
    easy_read: bool,
    wanted: set[str],
    now: datetime,
) -> None:
    """Keeps what somebody said about their languages, and which of their own addresses to use."""
    person = session.get_one(Person, person_id)
    person.language, person.spoken_language = language, spoken_language
    person.interpreter_needed, person.easy_read = interpreter_needed, easy_read
    for point in _own(session, person_id):
        point.wanted = str(point.id) in wanted
    audit.record(session, "changed own settings", now=now, actor_id=person_id, subject_id=person_id)
    session.flush()


def propose_address(
    session: PortalSession, *, person_id: uuid.UUID, address: Address, nonce: str, pepper: str, now: datetime
) -> None:
    """Posts a code to an address that is not theirs yet. Raises Invalid at `address`, or TooManyTries."""
    own = _own(session, person_id)
    if any(point.kind == address.kind and point.value.lower() == address.value for point in own):
        raise Invalid(HAVE_IT, field="address")
    if len(own) >= MOST_ADDRESSES:
        raise Invalid(TOO_MANY, field="address")
    lately = select(func.count()).where(MailedCode.person_id == person_id, MailedCode.made_at > now - minutes(60))
    if session.scalars(lately).one() >= MAILED_CODES_AN_HOUR:
        raise TooManyTries
    code_id = new_code(session, person_id=person_id, nonce=nonce, pepper=pepper, now=now)
    outbox.post(
        session,
        CONFIRM_ADDRESS,
        event_key=str(code_id),
        person_id=person_id,
        now=now,
        mailed_code=str(code_id),
        channel=address.kind,
        address=address.value,
    )
    session.flush()


def confirm_address(
    session: PortalSession, *, person_id: uuid.UUID, address: Address, code_id: uuid.UUID, now: datetime
) -> None:
    """Keeps the address, and tells every address the adult had before. Raises Invalid when it was done already."""
    code = session.get(MailedCode, code_id, with_for_update=True)
    if code is None or code.person_id != person_id or code.used_at is not None:
        raise Invalid(WRONG_CODE, field="code")
    own = _own(session, person_id)
    if any(point.kind == address.kind and point.value.lower() == address.value for point in own):
        raise Invalid(HAVE_IT, field="code")
    code.used_at = now
    for point in own:
        outbox.post(
            session,
            ADDRESS_ADDED,
            event_key=f"{code_id}:{point.id}",
            person_id=person_id,
            now=now,
            contact_point=str(point.id),
        )
    session.add(ContactPoint(adult_id=person_id, kind=address.kind, value=address.value, verified_at=now))
    audit.record(
        session, "added an address", now=now, actor_id=person_id, subject_id=person_id, kind=address.kind.value
    )
    session.flush()


def _own(session: PortalSession, person_id: uuid.UUID) -> list[ContactPoint]:
    return list(
        session.scalars(
            select(ContactPoint).where(ContactPoint.adult_id == person_id).order_by(ContactPoint.kind, ContactPoint.id)
        )
    )
