"""Opening and ending sittings; every way of coming in ends here."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from portal.accounts.models import KeptText, MailedCode, Sitting
from portal.accounts.rules import STAYS, fast_hash, token
from portal.kernel import audit
from portal.kernel.scope import PortalSession
from portal.people.models import Person, Pupil
from portal.people.rules import Audience

SEEN_EVERY = timedelta(minutes=2)
KEEP_TEXT_FOR = timedelta(hours=12)


def open_sitting(
    session: PortalSession,
    *,
    person_id: uuid.UUID,
    audience: Audience,
    school_id: uuid.UUID | None,
    now: datetime,
    how: str,
    no_later_than: datetime | None = None,
) -> str:
    """Starts a sitting and returns the token for the cookie; only its hash is kept."""
    stay, secret = STAYS[audience], token()
    ends_at = now + timedelta(minutes=stay.longest)
    person = session.get_one(Person, person_id)
    pupil = (
        session.scalars(select(Pupil).where(Pupil.person_id == person_id)).first()
        if audience == Audience.PUPIL
        else None
    )
    session.add(
        Sitting(
            token_hash=fast_hash(secret),
            person_id=person_id,
            audience=audience,
            school_id=pupil.school_id if pupil else school_id,
            own_pupil_id=pupil.id if pupil else None,
            holds_own_rights=bool(pupil and pupil.rights_pass_on <= now.date() and not pupil.rights_stay_with_parents),
            epoch=person.epoch,
            started_at=now,
            seen_at=now,
            ends_at=min(ends_at, no_later_than or ends_at),
            idle_minutes=stay.idle,
        )
    )
    audit.record(session, "signed in", now=now, actor_id=person_id, school_id=school_id, how=how)
    session.flush()
    return secret


def seen(session: PortalSession, sitting_id: uuid.UUID, *, now: datetime) -> None:
    """Notes that somebody is still there."""
    session.execute(update(Sitting).where(Sitting.id == sitting_id).values(seen_at=now))


def end_sitting(session: PortalSession, sitting_id: uuid.UUID, *, now: datetime) -> None:
    """Signs one browser out."""
    session.execute(update(Sitting).where(Sitting.id == sitting_id).values(ended_at=now))


def discard_kept(session: PortalSession, person_id: uuid.UUID) -> None:
    """Forgets what a person had typed into ended sittings."""
    session.execute(delete(KeptText).where(KeptText.person_id == person_id))


def forget_old(session: PortalSession, *, now: datetime) -> None:
    """Forgets what nobody can use any more: kept text that was not fetched, codes long run out."""
    session.execute(delete(KeptText).where(KeptText.kept_at < now - KEEP_TEXT_FOR))
    session.execute(delete(MailedCode).where(MailedCode.expires_at < now - timedelta(days=1)))


def end_all_sittings(session: PortalSession, person_id: uuid.UUID) -> None:
    """Ends every sitting of a person, by the epoch: used whenever their rights or secrets change."""
    session.execute(update(Person).where(Person.id == person_id).values(epoch=Person.epoch + 1))
