"""One print run of letters: a new code for every adult chosen, known to nobody but the paper."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from portal.accounts.actions_letters import issue_letter
from portal.accounts.queries_letters import READY, is_open
from portal.accounts.rules import LETTER_DAYS, batch_name
from portal.kernel.clock import LONDON
from portal.kernel.errors import Invalid
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_
from portal.people.actor import Actor
from portal.people.models import Person, Pupil, PupilContact


@dataclass(frozen=True, slots=True)
class NewLetter:
    """One letter to print; the code exists nowhere else."""

    recipient: str
    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class NewBatch:
    """A print run of letters in one language."""

    name: str
    language: str
    letters: tuple[NewLetter, ...]


def make_letters(
    session: PortalSession,
    *,
    actor: Actor,
    contact_ids: Collection[uuid.UUID],
    language: str,
    pepper: str,
    now: datetime,
) -> NewBatch:
    """Makes a new code for each chosen adult who reads this language.

    Raises Invalid when nobody is left to write to: decided otherwise meanwhile, or already in.
    """
    today = now.astimezone(LONDON).date()
    rows = session.execute(
        select(PupilContact, Person, Pupil)
        .join(Person, Person.id == PupilContact.adult_id)
        .join(Pupil, Pupil.id == PupilContact.pupil_id)
        .where(PupilContact.id.in_(contact_ids), PupilContact.state.in_(READY), Person.language == language)
        .order_by(Pupil.surname, Pupil.forename, Person.full_name, PupilContact.id)
    )
    batch, expires_at = batch_name(), now + timedelta(days=LETTER_DAYS)
    letters = []
    for contact, person, pupil in rows.all():
        if is_open(contact, pupil, today):
            code = issue_letter(session, actor=actor, contact_id=contact.id, batch=batch, pepper=pepper, now=now)
            letters.append(NewLetter(person.full_name, code, expires_at))
    if not letters:
        raise Invalid(N_("Choose at least one adult who still needs a letter."))
    return NewBatch(batch, language, tuple(letters))
