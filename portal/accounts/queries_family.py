"""What the steps of a family's sign-in must know between one page and the next; all in the portal's own scope."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.accounts.models import FamilyPin, LetterCode, MailedCode
from portal.accounts.rules import PIN_TRIES
from portal.kernel.scope import PortalSession
from portal.people.models import School


@dataclass(frozen=True, slots=True)
class OpenedLetter:
    """A letter whose code was typed rightly. `has_pin`: the adult came in before and must give the PIN of that time."""

    letter_id: uuid.UUID
    adult_id: uuid.UUID
    school_name: str
    has_pin: bool


def opened_letter(session: PortalSession, letter_id: uuid.UUID | None, *, now: datetime) -> OpenedLetter | None:
    """The letter while it can still be used."""
    row = session.execute(
        select(LetterCode.id, LetterCode.adult_id, LetterCode.made_at, School.name, FamilyPin)
        .join(School, School.id == LetterCode.school_id)
        .outerjoin(FamilyPin, FamilyPin.person_id == LetterCode.adult_id)
        .where(
            LetterCode.id == letter_id,
            LetterCode.used_at.is_(None),
            LetterCode.revoked_at.is_(None),
            LetterCode.expires_at > now,
        )
    ).first()
    if row is None:
        return None
    return OpenedLetter(row.id, row.adult_id, row.name, _must_give_pin(row.FamilyPin, row.made_at))


def _must_give_pin(pin: FamilyPin | None, letter_made_at: datetime) -> bool:
    # Only a letter that the office made after the PIN was closed replaces it: with an older one, whoever holds the
    # paper would need no more than five wrong tries to choose a PIN of their own.
    if pin is None:
        return False
    closed = pin.wrong_tries >= PIN_TRIES
    return not (closed and pin.tried_at is not None and pin.tried_at < letter_made_at)


def owner_of_code(session: PortalSession, code_id: uuid.UUID | None) -> uuid.UUID | None:
    """Whose code this is, while it is not used."""
    return session.scalars(
        select(MailedCode.person_id).where(MailedCode.id == code_id, MailedCode.used_at.is_(None))
    ).first()
