"""One adult agrees, does not agree, or takes the agreement back: in the portal, on paper or on the phone.

An agreement that was used stays as it was at that moment; taking it back stops what comes after.
"""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select

from portal.concerns.actions_referral import first_answer, held_referral
from portal.concerns.models import Consent, Referral, Sharing
from portal.concerns.queries_referral import child_of, consenters
from portal.concerns.rules_consent import (
    LASTS,
    LONGEST_REASON,
    REMINDED_BEFORE,
    WORDING_VERSION,
    AlreadyOver,
    ConsentState,
    Way,
    holds,
)
from portal.concerns.rules_messages import ConcernMessage
from portal.kernel import audit
from portal.kernel.clock import LONDON
from portal.kernel.errors import Invalid, NotFound
from portal.kernel.outbox import post
from portal.kernel.scope import PortalSession
from portal.kernel.text import many_lines
from portal.people.actor import Actor
from portal.people.models import StaffRole
from portal.people.rules import Role

A_MOMENT = timedelta(microseconds=1)
ANSWERS = (ConsentState.GIVEN, ConsentState.DECLINED, ConsentState.WITHDRAWN)


def say(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    referral_id: uuid.UUID,
    answer: ConsentState,
    reason: str,
    language: str,
    now: datetime,
) -> None:
    """The actor's own answer; the same twice is one. Raises NotFound for whoever was not asked, AlreadyOver,
    Invalid."""
    referral = held_referral(session, pupil_id=pupil_id, referral_id=referral_id)
    row = _current(session, referral, actor.person_id)
    if row is None:
        raise NotFound
    _answer(session, referral, row, _Given(actor, answer, reason, language, Way.PORTAL, now))


def type_in(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    referral_id: uuid.UUID,
    adult_id: uuid.UUID,
    answer: ConsentState,
    way: Way,
    reason: str,
    language: str,
    now: datetime,
) -> None:
    """The same, typed in by school for somebody who said it on paper or on the phone, with an account or without.
    Raises NotFound for whoever may not agree, AlreadyOver, Invalid."""
    if way == Way.PORTAL:
        raise Invalid(field="way")
    referral = held_referral(session, pupil_id=pupil_id, referral_id=referral_id)
    row = _current(session, referral, adult_id)
    if row is None or answer != ConsentState.WITHDRAWN:  # taking back is never refused
        today = now.astimezone(LONDON).date()
        may = consenters(session, child_of(session, pupil_id, today), today)
        who = next((one for one in may if one.adult_id == adult_id), None)
        if who is None:
            raise NotFound
        if row is None:
            row = first_answer(referral, adult_id, who.basis, now)
            session.add(row)
            session.flush()
    _answer(session, referral, row, _Given(actor, answer, reason, language, way, now))


def confirm_seen(
    session: PortalSession, *, actor: Actor, pupil_id: uuid.UUID, referral_id: uuid.UUID, now: datetime
) -> None:
    """The SENDCO knows that agreements were taken back, and has told whoever had something. Raises NotFound."""
    referral = held_referral(session, pupil_id=pupil_id, referral_id=referral_id)
    for row in session.scalars(
        select(Consent).where(
            Consent.referral_id == referral.id,
            Consent.pupil_id == pupil_id,
            Consent.state == ConsentState.WITHDRAWN,
            Consent.seen_at.is_(None),
        )
    ):
        row.seen_at = now
    audit.record_about(session, "saw that an agreement ended", referral, actor_id=actor.person_id, now=now)


class _Given:
    """One answer as it came."""

    def __init__(self, actor: Actor, answer: ConsentState, reason: str, language: str, way: Way, now: datetime) -> None:
        if answer not in ANSWERS:
            raise Invalid(field="answer")
        self.actor, self.answer, self.way, self.now, self.language = actor, answer, way, now, language
        self.reason = many_lines(reason, longest=LONGEST_REASON)
        self.typed_by = None if way == Way.PORTAL else actor.person_id


def _answer(session: PortalSession, referral: Referral, row: Consent, given: _Given) -> None:
    if given.answer == ConsentState.WITHDRAWN:
        _take_back(session, referral, row, given)
        return
    if referral.closed_at is not None:
        raise AlreadyOver
    agreed = holds(row.state, row.ends_at, given.now)
    if given.answer == ConsentState.GIVEN and agreed:
        return
    if given.answer == ConsentState.DECLINED and row.state == ConsentState.DECLINED:
        return
    if given.answer == ConsentState.DECLINED and agreed:
        _take_back(session, referral, row, given)  # whoever agreed and now says no takes it back
        return
    if row.state != ConsentState.ASKED:
        row = _next(session, row)
    row.state, row.answered_at, row.way, row.typed_by = given.answer, given.now, given.way, given.typed_by
    row.wording_version, row.language, row.reason = WORDING_VERSION, given.language, given.reason
    if given.answer == ConsentState.GIVEN:
        row.given_at, row.ends_at = given.now, given.now + LASTS
    session.flush()
    if given.answer == ConsentState.GIVEN:
        _remind(session, row, given.now)
    _note(session, row, given)


def _next(session: PortalSession, row: Consent) -> Consent:
    """A row of its own for an answer that follows another."""
    row.current = False
    session.flush()  # the index that lets one answer count would refuse two for a moment
    about = {"school_id": row.school_id, "pupil_id": row.pupil_id, "referral_id": row.referral_id}
    new = Consent(**about, id=uuid.uuid4(), adult_id=row.adult_id, number=row.number + 1, current=True)
    new.basis, new.asked_at = row.basis, row.asked_at
    session.add(new)
    return new


def _take_back(session: PortalSession, referral: Referral, row: Consent, given: _Given) -> None:
    """It ends now. What went out a moment ago, while this waited for its turn, went out before."""
    if not holds(row.state, row.ends_at, given.now):
        return
    went = select(func.max(Sharing.went_at)).where(Sharing.pupil_id == row.pupil_id, Sharing.consent_id == row.id)
    last = session.scalar(went)
    ended = max(given.now, last + A_MOMENT) if last else given.now
    row.state, row.ends_at, row.back_way, row.reason = ConsentState.WITHDRAWN, ended, given.way, given.reason
    session.flush()
    for sendco in _sendcos(session, referral.school_id, given.now):
        post(
            session,
            ConcernMessage.TAKEN_BACK.value,
            event_key=str(row.id),
            person_id=sendco,
            now=given.now,
            consent_id=str(row.id),
        )
    _note(session, row, given)


def _remind(session: PortalSession, row: Consent, now: datetime) -> None:
    if row.adult_id is None or row.ends_at is None:
        return
    post(
        session,
        ConcernMessage.CONSENT_REMINDER.value,
        event_key=str(row.id),
        person_id=row.adult_id,
        pupil_id=row.pupil_id,
        now=now,
        due_at=row.ends_at - REMINDED_BEFORE,
        referral_id=str(row.referral_id),
        consent_id=str(row.id),
    )


def _current(session: PortalSession, referral: Referral, adult_id: uuid.UUID) -> Consent | None:
    found = select(Consent).where(
        Consent.referral_id == referral.id,
        Consent.pupil_id == referral.pupil_id,
        Consent.adult_id == adult_id,
        Consent.current,
    )
    return session.scalars(found.with_for_update(of=Consent).execution_options(populate_existing=True)).first()


def _sendcos(session: PortalSession, school_id: uuid.UUID, now: datetime) -> list[uuid.UUID]:
    today = now.astimezone(LONDON).date()
    found = select(StaffRole.person_id).where(
        StaffRole.school_id == school_id,
        StaffRole.role == Role.SENDCO,
        StaffRole.starts_on <= today,
        or_(StaffRole.ends_on.is_(None), StaffRole.ends_on >= today),
    )
    return sorted(set(session.scalars(found)))


def _note(session: PortalSession, row: Consent, given: _Given) -> None:
    facts = {"actor_id": given.actor.person_id, "now": given.now, "way": given.way.value, "answer": row.state.value}
    audit.record_about(session, "answered about a specialist", row, **facts)  # type: ignore[arg-type]
