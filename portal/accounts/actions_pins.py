"""The family PIN: each try is written down before it is checked, so that many at once are still only five."""

import uuid
from datetime import datetime

from sqlalchemy import update

from portal.accounts.actions import end_all_sittings
from portal.accounts.models import FamilyPin
from portal.accounts.rules import PIN_TRIES
from portal.kernel import audit
from portal.kernel.errors import Invalid
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_

WRONG_PIN = N_("This is not the PIN we know. Please try again.")
PIN_CLOSED = N_("Your PIN is closed, to keep your pages safe. Ask the school office for a new letter.")


def try_pin(session: PortalSession, person_id: uuid.UUID, *, now: datetime) -> str | None:
    """The hash to compare with, the try already counted; None when the PIN is closed or was never chosen.

    Comparing is slow and must happen after this transaction has ended.
    """
    counted = (
        update(FamilyPin)
        .where(FamilyPin.person_id == person_id, FamilyPin.wrong_tries < PIN_TRIES)
        .values(wrong_tries=FamilyPin.wrong_tries + 1, tried_at=now)
        .returning(FamilyPin.pin_hash)
    )
    return session.execute(counted).scalar()


def keep_pin(session: PortalSession, person_id: uuid.UUID, pin_hash: str | None, *, now: datetime) -> None:
    """Keeps a newly chosen PIN, or forgives the wrong tries when the old one was given."""
    pin = session.get(FamilyPin, person_id)
    if pin is None:
        if pin_hash is None:
            raise Invalid(PIN_CLOSED)
        pin = FamilyPin(person_id=person_id, pin_hash=pin_hash, chosen_at=now)
        session.add(pin)
    elif pin_hash is not None:
        pin.pin_hash, pin.chosen_at = pin_hash, now
    pin.wrong_tries = 0
    session.flush()


def change_pin(session: PortalSession, person_id: uuid.UUID, pin_hash: str, *, now: datetime) -> None:
    """Keeps the new PIN and ends every sitting of the person, this one too."""
    keep_pin(session, person_id, pin_hash, now=now)
    end_all_sittings(session, person_id)
    audit.record(session, "changed the PIN", now=now, actor_id=person_id, subject_id=person_id)
