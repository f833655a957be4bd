"""Codes by mail: asked for without an answer that tells anything, good for one browser, a few minutes and one use."""

import hmac
import uuid
from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from portal.accounts.actions_pins import keep_pin
from portal.accounts.models import FamilyPin, MailedCode
from portal.accounts.rules import (
    CODE_TRIES,
    MAILED_CODE_CAP_MINUTES,
    MAILED_CODES_AN_HOUR,
    SIGN_IN_CODE,
    Address,
    fast_hash,
    mailed_code,
    peppered,
    read_code,
)
from portal.kernel import outbox
from portal.kernel.errors import Invalid
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_
from portal.people.models import ContactPoint

NOBODY = uuid.UUID(int=0)
WRONG_CODE = N_("This code does not fit. Look at the newest message from us, or ask for a new code.")
USED_CODE = N_("This code was used already. Please ask for a new code.")


def ask_for_code(session: PortalSession, *, address: Address, nonce: str, pepper: str, now: datetime) -> None:
    """Posts a code of their own to each family member with this address, at most five an hour.

    An address that nobody has makes the same statements and the same rows, for nobody: neither the answer nor its time
    tells whether somebody is known here. The sender withholds what is for nobody.
    """
    points = session.execute(
        select(ContactPoint.id, ContactPoint.adult_id)
        .join(FamilyPin, FamilyPin.person_id == ContactPoint.adult_id)
        .where(ContactPoint.kind == address.kind, func.lower(ContactPoint.value) == address.value)
        .order_by(ContactPoint.adult_id)
    ).all()
    asked = _asked_lately(session, [point.adult_id for point in points] or [NOBODY], now)
    wanted = [(p.adult_id, p.id) for p in points if asked.get(p.adult_id, 0) < MAILED_CODES_AN_HOUR]
    for person_id, point_id in wanted or [(None, NOBODY)]:
        code_id = new_code(session, person_id=person_id, nonce=nonce, pepper=pepper, now=now)
        outbox.post(
            session,
            SIGN_IN_CODE,
            event_key=str(code_id),
            person_id=person_id or NOBODY,
            now=now,
            mailed_code=str(code_id),
            contact_point=str(point_id),
        )
    session.flush()


def _asked_lately(session: PortalSession, people: list[uuid.UUID], now: datetime) -> dict[uuid.UUID | None, int]:
    lately = (
        select(MailedCode.person_id, func.count())
        .where(MailedCode.person_id.in_(people), MailedCode.made_at > now - timedelta(hours=1))
        .group_by(MailedCode.person_id)
    )
    return {person_id: count for person_id, count in session.execute(lately)}


def new_code(
    session: PortalSession, *, person_id: uuid.UUID | None, nonce: str, pepper: str, now: datetime
) -> uuid.UUID:
    """A row for a code that nobody has seen yet; the code itself follows from the row's id."""
    code_id = uuid.uuid4()
    session.add(
        MailedCode(
            id=code_id,
            nonce_hash=fast_hash(nonce),
            person_id=person_id,
            code_hash=peppered(mailed_code(code_id, pepper), pepper),
            made_at=now,
            # Nobody knows the code before it is sent; then it has ten minutes, see queries_mail.start_the_clock.
            expires_at=now + timedelta(minutes=MAILED_CODE_CAP_MINUTES),
        )
    )
    return code_id


def try_code(session: PortalSession, *, typed: str, nonce: str, pepper: str, now: datetime) -> uuid.UUID | None:
    """The id of the code with these letters that this very browser asked for. It is not used up yet, so that a second
    click does no harm. Needs a transaction that is kept even when the answer is None."""
    asked = session.execute(
        update(MailedCode)
        .where(
            MailedCode.nonce_hash == fast_hash(nonce),
            MailedCode.used_at.is_(None),
            MailedCode.expires_at > now,
            MailedCode.wrong_tries < CODE_TRIES,
        )
        .values(wrong_tries=MailedCode.wrong_tries + 1)
        .returning(MailedCode.id, MailedCode.person_id, MailedCode.code_hash)
    ).all()
    typed_hash = peppered(read_code(typed), pepper)
    found = next((row for row in asked if row.person_id and hmac.compare_digest(row.code_hash, typed_hash)), None)
    if found is None:
        return None
    # the right code was no wrong try, neither of this one nor of the other adult's at the same address
    session.execute(
        update(MailedCode)
        .where(MailedCode.id.in_([row.id for row in asked]))
        .values(wrong_tries=MailedCode.wrong_tries - 1)
    )
    return found.id


def use_code(session: PortalSession, code_id: uuid.UUID, *, now: datetime) -> uuid.UUID:
    """Uses the code once the PIN was right and returns whose it was; of several at the same moment one wins, the others
    get Invalid."""
    used = (
        update(MailedCode)
        .where(MailedCode.id == code_id, MailedCode.used_at.is_(None))
        .values(used_at=now)
        .returning(MailedCode.person_id)
    )
    person_id = session.execute(used).scalar()
    if person_id is None:
        raise Invalid(USED_CODE)
    keep_pin(session, person_id, None, now=now)
    return person_id
