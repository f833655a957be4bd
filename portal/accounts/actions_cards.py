"""What staff give pupils to come in with: a picture and a secret picture, or a name and a password."""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.accounts.actions import end_all_sittings
from portal.accounts.models import PictureCard, PupilPassword
from portal.accounts.rules import SHORTEST_PUPIL_PASSWORD, check_password, hash_secret
from portal.accounts.rules_pictures import PICTURES
from portal.kernel import audit
from portal.kernel.db import renamed
from portal.kernel.errors import Invalid, NotFound
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_
from portal.people.actor import Actor
from portal.people.models import Pupil

PICTURE_TAKEN = N_("Another child in this class has this picture.")
NAME_TAKEN = N_("Another pupil of the school has this name.")
NO_PICTURE = N_("Choose one of the pictures.")
NO_NAME = N_("Type a name of at least three letters, without spaces.")


def password_hash_for(password: str) -> str:
    """The slow hash of a pupil's new password, made before any transaction. Raises Invalid at `password`."""
    return hash_secret(check_password(password, shortest=SHORTEST_PUPIL_PASSWORD))


def give_pictures(
    session: PortalSession, *, actor: Actor, pupil_id: uuid.UUID, picture: str, secret: str, now: datetime
) -> None:
    """Keeps a child's own and secret picture; the own one is unique within the class. Raises Invalid, NotFound."""
    for field, chosen in (("picture", picture), ("secret", secret)):
        if chosen not in PICTURES:
            raise Invalid(NO_PICTURE, field=field)
    pupil = _pupil(session, pupil_id)
    taken = (
        select(PictureCard.id)
        .join(Pupil, Pupil.id == PictureCard.pupil_id)
        .where(Pupil.class_id == pupil.class_id, PictureCard.picture == picture, PictureCard.pupil_id != pupil_id)
    )
    if session.execute(taken).first():
        raise Invalid(PICTURE_TAKEN, field="picture")
    card = session.scalars(select(PictureCard).where(PictureCard.pupil_id == pupil_id)).first()
    if card is None:
        card = PictureCard(school_id=pupil.school_id, pupil_id=pupil_id)
        session.add(card)
    card.picture, card.secret_picture, card.wrong_tries, card.tried_in = picture, secret, 0, None
    _changed(session, actor, pupil, "gave a pupil pictures", now)


def give_pupil_password(
    session: PortalSession, *, actor: Actor, pupil_id: uuid.UUID, sign_in_name: str, password_hash: str, now: datetime
) -> None:
    """Keeps a pupil's sign-in name, once in a school, and password. Raises Invalid, NotFound."""
    pupil, name = _pupil(session, pupil_id), sign_in_name.strip().lower()
    if len(name) < 3 or len(name) > 60 or " " in name:
        raise Invalid(NO_NAME, field="sign_in_name")
    row = session.scalars(select(PupilPassword).where(PupilPassword.pupil_id == pupil_id)).first()
    if row is None:
        row = PupilPassword(school_id=pupil.school_id, pupil_id=pupil_id)
        session.add(row)
    row.sign_in_name, row.password_hash, row.wrong_tries, row.tried_at = name, password_hash, 0, None
    taken = Invalid(NAME_TAKEN, field="sign_in_name")
    try:
        _changed(session, actor, pupil, "gave a pupil a password", now)
    except IntegrityError as error:
        names = ("uq_pupil_sign_in_name_once_in_a_school", "pupil_password.school_id, pupil_password.sign_in_name")
        raise renamed(error, dict.fromkeys(names, taken)) from error


def _pupil(session: PortalSession, pupil_id: uuid.UUID) -> Pupil:
    pupil = session.scalars(select(Pupil).where(Pupil.id == pupil_id)).first()
    if pupil is None:
        raise NotFound
    return pupil


def _changed(session: PortalSession, actor: Actor, pupil: Pupil, action: str, now: datetime) -> None:
    session.flush()
    if pupil.person_id is not None:
        end_all_sittings(session, pupil.person_id)
    audit.record(session, action, now=now, actor_id=actor.person_id, school_id=pupil.school_id, pupil_id=pupil.id)
    session.flush()
