"""Codes in letters: printed for one adult about one child, tried without telling anything, used exactly once."""

import hmac
import uuid
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, select, update

from portal.accounts.actions import end_all_sittings
from portal.accounts.actions_pins import keep_pin
from portal.accounts.models import LetterCode
from portal.accounts.rules import CODE_TRIES, LETTER_DAYS, new_letter_code, peppered, printed, read_code
from portal.kernel import audit
from portal.kernel.clock import LONDON
from portal.kernel.errors import Invalid, NotFound
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_
from portal.people.actor import Actor
from portal.people.models import Person, PupilContact
from portal.people.rules import OPEN_ACCESS, OPEN_STATES, ContactState
from portal.people.scopes import open_pupils

NO_SUCH_LETTER = N_(
    "This code does not work, or does not work any more. Codes last 28 days and can be used once. "
    "Ask the school office for a new letter."
)


def issue_letter(
    session: PortalSession, *, actor: Actor, contact_id: uuid.UUID, batch: str, pepper: str, now: datetime
) -> str:
    """A new code for this adult and child, as printed (ABC-4F7K-9Q2M); earlier ones stop working. Raises NotFound."""
    contact = session.scalars(select(PupilContact).where(PupilContact.id == contact_id)).first()
    if contact is None or contact.state not in OPEN_STATES or contact.access not in OPEN_ACCESS:
        raise NotFound
    for code in session.scalars(_unused().where(LetterCode.contact_id == contact_id)):
        code.revoked_at = now
    finder, secret = new_letter_code()
    session.add(
        LetterCode(
            school_id=contact.school_id,
            pupil_id=contact.pupil_id,
            adult_id=contact.adult_id,
            contact_id=contact.id,
            batch=batch,
            finder=finder,
            secret_hash=peppered(secret, pepper),
            made_at=now,
            expires_at=now + timedelta(days=LETTER_DAYS),
        )
    )
    if contact.state == ContactState.CONFIRMED:
        contact.state = ContactState.INVITED
    audit.record(
        session,
        "made a letter",
        now=now,
        actor_id=actor.person_id,
        school_id=contact.school_id,
        subject_id=contact.adult_id,
        pupil_id=contact.pupil_id,
        batch=batch,
    )
    session.flush()
    return printed(finder + secret)


def revoke_batch(session: PortalSession, *, actor: Actor, batch: str, now: datetime) -> int:
    """Cancels every unused letter of one print run, and says how many. Raises NotFound for another school's run."""
    if session.scalars(select(LetterCode.id).where(LetterCode.batch == batch)).first() is None:
        raise NotFound
    codes = session.scalars(_unused().where(LetterCode.batch == batch)).all()
    for code in codes:
        code.revoked_at = now
    audit.record(
        session,
        "cancelled letters",
        now=now,
        actor_id=actor.person_id,
        school_id=actor.school_id,
        batch=batch,
        count=len(codes),
    )
    session.flush()
    return len(codes)


def try_letter(session: PortalSession, *, typed: str, pepper: str, now: datetime) -> uuid.UUID | None:
    """The id of the letter with this code, if it opens something today; a wrong secret counts against every letter it
    might have been meant for. Needs a transaction that is kept even when the answer is None."""
    code = read_code(typed)
    meant = session.execute(
        update(LetterCode)
        .where(LetterCode.finder == code[:3], *_alive(now), LetterCode.wrong_tries < CODE_TRIES)
        .values(wrong_tries=LetterCode.wrong_tries + 1)
        .returning(LetterCode.id, LetterCode.adult_id, LetterCode.pupil_id, LetterCode.secret_hash)
    ).all()
    typed_hash = peppered(code[3:], pepper)
    found = next((row for row in meant if hmac.compare_digest(row.secret_hash, typed_hash)), None)
    if found is None:
        return None
    session.execute(  # the right code was no wrong try, neither of this letter nor of its neighbours
        update(LetterCode)
        .where(LetterCode.id.in_([row.id for row in meant]))
        .values(wrong_tries=LetterCode.wrong_tries - 1)
    )
    return found.id if _is_open(session, found.adult_id, found.pupil_id, now) else None


def use_letter(
    session: PortalSession, *, letter_id: uuid.UUID, pin_hash: str | None, language: str, now: datetime
) -> uuid.UUID:
    """Uses the code, opens the child to its adult, keeps language and a newly chosen PIN; returns the adult's id.

    Of several at the same moment one wins. Raises Invalid for the others, and when staff closed the link meanwhile.
    """
    won = session.execute(
        update(LetterCode)
        .where(LetterCode.id == letter_id, *_alive(now))
        .values(used_at=now)
        .returning(LetterCode.adult_id, LetterCode.pupil_id, LetterCode.contact_id)
    ).first()
    if won is None or not _is_open(session, won.adult_id, won.pupil_id, now):
        raise Invalid(NO_SUCH_LETTER)
    contact = session.get_one(PupilContact, won.contact_id)
    contact.state = ContactState.ACTIVE
    person = session.get_one(Person, won.adult_id)
    person.language = language or person.language
    session.flush()
    keep_pin(session, person.id, pin_hash, now=now)
    end_all_sittings(session, person.id)
    audit.record(
        session,
        "used a letter",
        now=now,
        actor_id=person.id,
        school_id=contact.school_id,
        subject_id=person.id,
        pupil_id=contact.pupil_id,
        chose_a_pin=pin_hash is not None,
    )
    return person.id


def _unused() -> Select[LetterCode]:
    return (
        select(LetterCode).where(LetterCode.used_at.is_(None), LetterCode.revoked_at.is_(None)).order_by(LetterCode.id)
    )


def _alive(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return LetterCode.used_at.is_(None), LetterCode.revoked_at.is_(None), LetterCode.expires_at > now


def _is_open(session: PortalSession, adult_id: uuid.UUID, pupil_id: uuid.UUID, now: datetime) -> bool:
    """Whether the letter's link is open today. A link that was closed and opened again waits for a new letter: whoever
    holds the old one may be the reason why it was closed."""
    link = select(PupilContact.id).where(
        PupilContact.adult_id == adult_id,
        PupilContact.pupil_id == pupil_id,
        PupilContact.state != ContactState.CONFIRMED,
        PupilContact.pupil_id.in_(open_pupils(adult_id, now.astimezone(LONDON).date())),
    )
    return session.scalars(link).first() is not None
