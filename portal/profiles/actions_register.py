"""A decision about the SEN register: status, event, and a word to everybody who must be told, all or nothing."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from portal.kernel import audit, clock, outbox
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.people.models import Pupil
from portal.profiles.actions import held_pupil
from portal.profiles.models_register import RegisterEvent, RegisterWord, SenNeed, SenStatusPeriod
from portal.profiles.queries_mail import REGISTER_WORD
from portal.profiles.queries_told import to_tell
from portal.profiles.rules import SenProvision
from portal.profiles.rules_steps import ONTO, SUPPORTED, RegisterDecision, Standing, check_decision, check_needs

MIDDAY = time(12, tzinfo=clock.LONDON)


def decide_register(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    once: uuid.UUID,
    decision: RegisterDecision,
    now: datetime,
    today: date,
) -> int:
    """Records the decision and returns how many people are told; the same `once` again changes nothing and returns 0.

    Raises Invalid at the field that does not fit, NotFound. Law: Children and Families Act 2014 s.68 (domain.md 2.1).
    """
    pupil = held_pupil(session, pupil_id)
    known = select(RegisterEvent.id).where(RegisterEvent.pupil_id == pupil_id, RegisterEvent.id == once)
    if session.scalars(known).first():
        return 0
    periods = session.scalars(
        select(SenStatusPeriod).where(SenStatusPeriod.pupil_id == pupil_id).order_by(SenStatusPeriod.starts_on)
    ).all()
    day = check_decision(decision, _standing(periods), today)
    _change_status(session, pupil, periods, decision, day)
    event = RegisterEvent(
        id=once,
        school_id=pupil.school_id,
        pupil_id=pupil_id,
        kind=decision.kind,
        decided_at=now if day == today else datetime.combine(day, MIDDAY),
        decided_by=actor.person_id,
        reason_for_family=decision.reason,
    )
    session.add(event)
    session.flush()
    told = _tell(session, actor, event, now, today)
    audit.record(
        session,
        "register " + decision.kind.value,
        now=now,
        actor_id=actor.person_id,
        school_id=pupil.school_id,
        subject_id=event.id,
        pupil_id=pupil_id,
        told=told,
    )
    session.flush()
    return told


def _standing(periods: Sequence[SenStatusPeriod]) -> Standing:
    current = next((period for period in periods if period.ends_on is None), None)
    return Standing(
        provision=current.provision if current else SenProvision.NONE,
        since=current.starts_on if current else None,
        supported_before=any(period.provision in SUPPORTED for period in periods),
    )


def _change_status(
    session: PortalSession, pupil: Pupil, periods: Sequence[SenStatusPeriod], decision: RegisterDecision, day: date
) -> None:
    last_day = day - timedelta(days=1)
    for period in periods:
        if period.ends_on is None:
            period.ends_on = last_day
    needs = session.scalars(select(SenNeed).where(SenNeed.pupil_id == pupil.id, SenNeed.ends_on.is_(None))).all()
    for need in needs:
        need.ends_on = last_day
    session.flush()  # the old period is closed before the new one opens
    about = {"school_id": pupil.school_id, "pupil_id": pupil.id, "starts_on": day}
    provision = decision.provision if decision.kind in ONTO else SenProvision.NONE
    session.add(SenStatusPeriod(**about, provision=provision))
    if decision.main_need:
        session.add(SenNeed(**about, need_type=decision.main_need, rank=1))
    session.flush()


def _tell(session: PortalSession, actor: Actor, event: RegisterEvent, now: datetime, today: date) -> int:
    people = to_tell(session, viewer=actor, pupil_id=event.pupil_id, today=today).people
    for person_id in people:
        outbox.post(
            session, REGISTER_WORD, event_key=str(event.id), person_id=person_id, now=now, pupil_id=event.pupil_id
        )
        session.add(
            RegisterWord(
                school_id=event.school_id,
                pupil_id=event.pupil_id,
                adult_id=person_id,
                event_id=event.id,
                told_at=now,
            )
        )
    session.flush()
    return len(people)


def save_needs(
    session: PortalSession, *, actor: Actor, pupil_id: uuid.UUID, needs: tuple[str, ...], now: datetime, today: date
) -> None:
    """Makes these the child's open needs, the first the main one; what no longer holds is closed, not erased.

    Raises Invalid at `need_1` and so on, NotFound.
    """
    pupil = held_pupil(session, pupil_id)
    current = session.scalars(
        select(SenStatusPeriod.provision).where(SenStatusPeriod.pupil_id == pupil_id, SenStatusPeriod.ends_on.is_(None))
    ).first()
    check_needs(needs, current or SenProvision.NONE)
    there = {
        need.rank: need
        for need in session.scalars(select(SenNeed).where(SenNeed.pupil_id == pupil_id, SenNeed.ends_on.is_(None)))
    }
    wanted = dict(enumerate(needs, 1))
    changed = [rank for rank in {*there, *wanted} if rank not in there or there[rank].need_type != wanted.get(rank)]
    if not changed:
        return
    for rank in changed:
        if rank in there:
            there[rank].ends_on = today
    session.flush()
    for rank in changed:
        if rank in wanted:
            session.add(
                SenNeed(
                    school_id=pupil.school_id, pupil_id=pupil_id, need_type=wanted[rank], rank=rank, starts_on=today
                )
            )
    audit.record(
        session, "needs changed", now=now, actor_id=actor.person_id, school_id=pupil.school_id, pupil_id=pupil_id
    )
    session.flush()
