"""How pupils come in: older ones by name and password, young ones by picture inside a lesson."""

import hmac
import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, or_, select, update

from portal.accounts.models import PictureCard, PupilPassword
from portal.accounts.rules import PASSWORD_REST, PASSWORD_TRIES, PIN_TRIES
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_
from portal.people.models import Person, Pupil, School

WRONG_PASSWORD = N_("This name and password do not fit. Try again or ask your teacher.")
WRONG_PICTURE = N_("That was not your picture. Try again or ask your teacher.")
ASK_TEACHER = N_("Please ask your teacher to help you.")


@dataclass(frozen=True, slots=True)
class PupilTry:
    """Whose password must now be compared; the try is counted already."""

    pupil_id: uuid.UUID
    password_hash: str


def try_pupil_password(
    session: PortalSession, *, school_id: uuid.UUID, sign_in_name: str, now: datetime
) -> PupilTry | None:
    """The hash to compare with, or None for an unknown name and for one that rests: the answer must be the same."""
    rested = or_(PupilPassword.tried_at.is_(None), PupilPassword.tried_at <= now - PASSWORD_REST)
    row = session.execute(
        update(PupilPassword)
        .where(
            PupilPassword.school_id == school_id,
            PupilPassword.sign_in_name == sign_in_name.lower(),
            PupilPassword.pupil_id.in_(select(Pupil.id).where(Pupil.school_id == school_id, Pupil.left_on.is_(None))),
            or_(PupilPassword.wrong_tries < PASSWORD_TRIES, rested),
        )
        .values(wrong_tries=case((rested, 1), else_=PupilPassword.wrong_tries + 1), tried_at=now)
        .returning(PupilPassword.pupil_id, PupilPassword.password_hash)
    ).first()
    return PupilTry(row.pupil_id, row.password_hash) if row else None


def password_was_right(session: PortalSession, pupil_id: uuid.UUID) -> uuid.UUID:
    """Forgets the wrong tries and returns the pupil's person."""
    session.scalars(select(PupilPassword).where(PupilPassword.pupil_id == pupil_id)).one().wrong_tries = 0
    return person_of(session, pupil_id)


def try_picture(session: PortalSession, *, card_id: uuid.UUID, window_id: uuid.UUID, picture: str) -> str:
    """`right`, `wrong`, or `closed` after five wrong ones in a row in this lesson. Needs a transaction that is kept."""
    again = PictureCard.tried_in == window_id
    secret = session.execute(
        update(PictureCard)
        .where(
            PictureCard.id == card_id,
            or_(PictureCard.tried_in.is_(None), PictureCard.tried_in != window_id, PictureCard.wrong_tries < PIN_TRIES),
        )
        .values(wrong_tries=case((again, PictureCard.wrong_tries + 1), else_=1), tried_in=window_id)
        .returning(PictureCard.secret_picture, PictureCard.wrong_tries)
    ).first()
    if secret is None:
        return "closed"
    if hmac.compare_digest(secret.secret_picture.encode(), picture.encode()):
        session.execute(update(PictureCard).where(PictureCard.id == card_id).values(wrong_tries=0))
        return "right"
    return "closed" if secret.wrong_tries >= PIN_TRIES else "wrong"


def person_of(session: PortalSession, pupil_id: uuid.UUID) -> uuid.UUID:
    """The pupil's own person, made when the pupil first comes in."""
    pupil = session.get_one(Pupil, pupil_id)
    if pupil.person_id is None:
        school = session.get_one(School, pupil.school_id)
        person = Person(
            id=pupil.id,  # under which their words and their card were kept before they first came in
            trust_id=school.trust_id,
            full_name=f"{pupil.forename} {pupil.surname}".strip(),
            known_as=pupil.known_as,
        )
        session.add(person)
        session.flush()
        pupil.person_id = person.id
        session.flush()
    return pupil.person_id
