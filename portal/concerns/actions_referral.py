"""School wants a specialist from outside: asks everybody who may agree, and lets nothing out before somebody has."""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.concerns.models import Consent, Referral, Sharing
from portal.concerns.queries_referral import child_of, consenters
from portal.concerns.rules_consent import (
    LONGEST_WHY,
    AlreadyOver,
    Basis,
    ConsentState,
    NoConsent,
    Specialist,
    holds,
)
from portal.concerns.rules_messages import ConcernMessage
from portal.kernel import audit
from portal.kernel.clock import LONDON
from portal.kernel.db import renamed
from portal.kernel.errors import Invalid, NotFound
from portal.kernel.once import once
from portal.kernel.outbox import Posting, post_all
from portal.kernel.scope import PortalSession
from portal.kernel.text import many_lines, one_line
from portal.kernel.words import N_
from portal.people.actor import Actor

REFUSED = {
    "nothing_is_shared_without_a_consent_in_force": NoConsent(),
    "a_sharing_rests_on_a_consent_of_its_referral": NoConsent(),
}


def refer(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    specialist: Specialist,
    agency: str,
    why: str,
    shares: str,
    once_key: str,
    now: datetime,
) -> uuid.UUID:
    """Writes the referral and asks everybody who may agree; the same form twice is one. Raises NotFound, Invalid."""
    child = child_of(session, pupil_id, now.astimezone(LONDON).date())
    key = once(actor.person_id, once_key)
    texts = {"why": many_lines(why, longest=LONGEST_WHY), "shares": many_lines(shares, longest=LONGEST_WHY)}
    for name, text in texts.items():
        if not text:
            raise Invalid(N_("Write something first."), field=name)
    known = select(Referral.id).where(Referral.pupil_id == pupil_id, Referral.once_key == key)
    if (same := session.scalars(known).first()) is not None:
        return same
    row = Referral(
        id=uuid.uuid4(),
        school_id=child.school_id,
        pupil_id=pupil_id,
        specialist=specialist,
        agency=one_line(agency),
        **texts,
        asked_by=actor.person_id,
        asked_at=now,
        once_key=key,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        if (same := session.scalars(known).first()) is not None:
            return same  # the other of two presses was faster
        raise
    ask_everybody(session, row, now=now)
    audit.record_about(session, "asked for agreement", row, actor_id=actor.person_id, now=now)
    return row.id


def ask_again(
    session: PortalSession, *, actor: Actor, pupil_id: uuid.UUID, referral_id: uuid.UUID, now: datetime
) -> int:
    """Asks whoever may agree and was never asked, such as a young person whose rights have passed to them since; how
    many. Raises NotFound, AlreadyOver."""
    referral = held_referral(session, pupil_id=pupil_id, referral_id=referral_id)
    if referral.closed_at is not None:
        raise AlreadyOver
    asked = ask_everybody(session, referral, now=now)
    audit.record_about(session, "asked for agreement", referral, actor_id=actor.person_id, now=now)
    return asked


def share(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    referral_id: uuid.UUID,
    what: str,
    once_key: str,
    now: datetime,
) -> None:
    """Writes down that something goes to the specialist, on the strength of an agreement that holds at this moment; the
    same form twice is one. Raises NotFound, AlreadyOver, Invalid, NoConsent."""
    referral = held_referral(session, pupil_id=pupil_id, referral_id=referral_id)
    if referral.closed_at is not None:
        raise AlreadyOver
    key, text = once(actor.person_id, once_key), many_lines(what, longest=LONGEST_WHY)
    if session.scalars(select(Sharing.id).where(Sharing.once_key == key)).first() is not None:
        return
    consent = _in_force(session, referral, now)
    row = Sharing(
        school_id=referral.school_id,
        pupil_id=pupil_id,
        referral_id=referral.id,
        consent_id=consent.id,
        consent_given_at=consent.given_at,
        consent_ends_at=consent.ends_at,
        went_at=now,
        what=text,
        sent_by=actor.person_id,
        once_key=key,
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise renamed(error, REFUSED) from None
    audit.record_about(session, "shared with a specialist", referral, actor_id=actor.person_id, now=now)


def close(
    session: PortalSession, *, actor: Actor, pupil_id: uuid.UUID, referral_id: uuid.UUID, words: str, now: datetime
) -> None:
    """Finishes it, with what came of it for the family to read; twice is once. Raises NotFound, Invalid."""
    referral = held_referral(session, pupil_id=pupil_id, referral_id=referral_id)
    if referral.closed_at is None:
        referral.closed_words = many_lines(words, longest=LONGEST_WHY)
        referral.closed_at = now
        audit.record_about(session, "finished a referral", referral, actor_id=actor.person_id, now=now)


def held_referral(session: PortalSession, *, pupil_id: uuid.UUID, referral_id: uuid.UUID) -> Referral:
    """The referral, locked until the transaction ends: an agreement is given, taken back and used one after the other.
    Raises NotFound."""
    found = select(Referral).where(Referral.id == referral_id, Referral.pupil_id == pupil_id)
    locked = found.with_for_update(of=Referral).execution_options(populate_existing=True)
    row = session.scalars(locked).first()
    if row is None:
        raise NotFound
    return row


def ask_everybody(session: PortalSession, referral: Referral, *, now: datetime) -> int:
    """A question to everybody whom the portal can ask and who has none yet; how many."""
    today = now.astimezone(LONDON).date()
    child = child_of(session, referral.pupil_id, today)
    before = set(session.scalars(select(Consent.adult_id).where(Consent.referral_id == referral.id)))
    new = [who for who in consenters(session, child, today) if who.in_portal and who.adult_id not in before]
    session.add_all(first_answer(referral, who.adult_id, who.basis, now) for who in new)
    session.flush()
    post_all(
        session,
        [
            Posting(
                kind=ConcernMessage.CONSENT_ASK.value,
                event_key=str(referral.id),
                person_id=who.adult_id,
                pupil_id=referral.pupil_id,
                facts={"referral_id": str(referral.id)},
            )
            for who in new
        ],
        now=now,
    )
    return len(new)


def first_answer(referral: Referral, adult_id: uuid.UUID, basis: Basis, now: datetime) -> Consent:
    """The question to one adult, not answered yet."""
    about = {"school_id": referral.school_id, "pupil_id": referral.pupil_id, "referral_id": referral.id}
    return Consent(
        **about,
        id=uuid.uuid4(),
        adult_id=adult_id,
        number=1,
        current=True,
        basis=basis,
        state=ConsentState.ASKED,
        asked_at=now,
    )


def _in_force(session: PortalSession, referral: Referral, now: datetime) -> Consent:
    """The oldest agreement that holds, of somebody who may agree today: an order, the passing of rights or a change of
    responsibility since then takes it away. Raises NoConsent."""
    today = now.astimezone(LONDON).date()
    may = {who.adult_id for who in consenters(session, child_of(session, referral.pupil_id, today), today)}
    found = select(Consent).where(
        Consent.referral_id == referral.id, Consent.pupil_id == referral.pupil_id, Consent.current
    )
    rows = session.scalars(
        found.order_by(Consent.given_at, Consent.id)
        .with_for_update(of=Consent)
        .execution_options(populate_existing=True)
    ).all()
    for row in rows:
        if holds(row.state, row.ends_at, now) and row.adult_id in may:
            return row
    raise NoConsent
