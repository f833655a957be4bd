"""How staff come in: name and password, then a code from their phone. Every try is counted before it is checked."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, or_, update

from portal.accounts.actions import end_all_sittings
from portal.accounts.models import StaffPassword
from portal.accounts.rules import (
    PASSWORD_REST,
    PASSWORD_TRIES,
    SHORTEST_PASSWORD,
    check_password,
    hash_secret,
    totp_step,
)
from portal.kernel import audit
from portal.kernel.errors import Invalid
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_

WRONG_PASSWORD = N_("This name and password do not fit together. After ten wrong tries we wait 15 minutes.")
WRONG_STEP = N_("This code does not fit. Wait for the next code on your phone and type that one.")


@dataclass(frozen=True, slots=True)
class PasswordTry:
    """Whose password must now be compared; the try is counted already."""

    person_id: uuid.UUID
    password_hash: str


def try_password(session: PortalSession, sign_in_name: str, *, now: datetime) -> PasswordTry | None:
    """The hash to compare with; None for an unknown name and for an account that rests: the answer must be the same."""
    row = session.execute(_count(StaffPassword.sign_in_name == sign_in_name.lower(), now)).first()
    return PasswordTry(row.person_id, row.password_hash) if row else None


def _count(whose: ColumnElement[bool], now: datetime) -> Any:
    rested = or_(StaffPassword.tried_at.is_(None), StaffPassword.tried_at <= now - PASSWORD_REST)
    return (
        update(StaffPassword)
        .where(whose, or_(StaffPassword.wrong_tries < PASSWORD_TRIES, rested))
        .values(wrong_tries=case((rested, 1), else_=StaffPassword.wrong_tries + 1), tried_at=now)
        .returning(
            StaffPassword.person_id,
            StaffPassword.password_hash,
            StaffPassword.totp_secret,
            StaffPassword.last_totp_step,
        )
    )


def password_was_right(session: PortalSession, person_id: uuid.UUID) -> str:
    """Takes the counted try back and returns the TOTP secret, empty before the first sign-in.

    Only this one try: the wrong ones before it stand until the second step is right too, or somebody who has the
    password could guess at the second step for ever.
    """
    row = session.get_one(StaffPassword, person_id)
    row.wrong_tries = max(0, row.wrong_tries - 1)
    session.flush()
    return row.totp_secret


def try_second_step(session: PortalSession, person_id: uuid.UUID, *, code: str, now: datetime) -> bool:
    """Whether the code is right and was not used before. Needs a transaction that is kept when it is not."""
    row = session.execute(_count(StaffPassword.person_id == person_id, now)).first()
    step = totp_step(row.totp_secret, code, now, row.last_totp_step) if row and row.totp_secret else None
    if step is None:
        return False
    # the counted try above holds the row until the end of this transaction: nobody else can use this step meanwhile
    session.execute(
        update(StaffPassword).where(StaffPassword.person_id == person_id).values(last_totp_step=step, wrong_tries=0)
    )
    return True


def set_up_second_step(session: PortalSession, person_id: uuid.UUID, *, secret: str, code: str, now: datetime) -> None:
    """Keeps the secret once the phone has shown a right code for it. Raises Invalid at `code`."""
    step = totp_step(secret, code, now, 0)
    if step is None:
        raise Invalid(WRONG_STEP, field="code")
    won = session.execute(
        update(StaffPassword)
        .where(StaffPassword.person_id == person_id, StaffPassword.totp_secret == "")
        .values(totp_secret=secret, last_totp_step=step, wrong_tries=0)
        .returning(StaffPassword.person_id)
    ).first()
    if won is None:
        raise Invalid(WRONG_STEP, field="code")
    audit.record(session, "set up the second step", now=now, actor_id=person_id, subject_id=person_id)


def give_password(
    session: PortalSession,
    *,
    person_id: uuid.UUID,
    sign_in_name: str,
    password: str,
    by: uuid.UUID | None,
    now: datetime,
) -> None:
    """A new password for a member of staff. It forgets the phone, so that the next sign-in sets one up, and ends every
    sitting. Raises Invalid."""
    check_password(password, shortest=SHORTEST_PASSWORD)
    row = session.get(StaffPassword, person_id)
    if row is None:
        row = StaffPassword(person_id=person_id)
        session.add(row)
    row.sign_in_name, row.password_hash = sign_in_name.strip().lower(), hash_secret(password)
    row.totp_secret, row.last_totp_step, row.wrong_tries, row.tried_at = "", 0, 0, None
    end_all_sittings(session, person_id)
    audit.record(session, "gave a password", now=now, actor_id=by, subject_id=person_id)
    session.flush()
