"""The annual review of an EHC plan: its dates, its meeting and its steps, in the order and the time that the law asks
for; what is late or unusual carries a reason."""

import uuid
from datetime import date, datetime

from sqlalchemy import func, select

from portal.kernel import audit
from portal.kernel.clock import LONDON
from portal.kernel.errors import Conflict, Invalid, NotFound, StaleVersion
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_
from portal.meetings.actions_annual_family import call_off, tell_the_date, tell_the_move
from portal.meetings.actions_annual_time import hold_adults, hold_time, release_time, slot_of
from portal.meetings.actions_invite import invite
from portal.meetings.models import Guest, Invitation, Room
from portal.meetings.rules import instant
from portal.meetings.rules_annual import (
    NEEDS_REASON,
    OVER,
    MeetingPlan,
    PlanDates,
    check_all_invited,
    check_dates,
    check_meeting,
    check_step_day,
    warnings_about,
)
from portal.people.actor import Actor
from portal.people.models import Pupil
from portal.profiles.actions import held_pupil
from portal.reviews.actions_steps import take_step
from portal.reviews.models import EhcPlan, Review, ReviewStep
from portal.reviews.queries_calendar import calendar_of
from portal.reviews.rules import ReviewKind, Stage, check_step
from portal.reviews.rules_clock import DECIDED, ClockFacts
from portal.reviews.rules_deadlines import review_due

BEFORE_HELD = (Stage.PLANNED, Stage.ADVICE_REQUESTED, Stage.NOTICE_SENT, Stage.PAPERS_CIRCULATED)


def save_plan_dates(
    session: PortalSession, *, actor: Actor, pupil_id: uuid.UUID, dates: PlanDates, now: datetime
) -> None:
    """Keeps the dates that the clock counts from; a review that has not met yet follows them. Raises Invalid at a
    field, NotFound."""
    check_dates(dates, _london(now))
    pupil = held_pupil(session, pupil_id)
    plan = _plan_of(session, pupil_id)
    if plan is None:
        plan = EhcPlan(school_id=pupil.school_id, pupil_id=pupil_id, issued_on=dates.issued_on)
        session.add(plan)
    plan.issued_on = dates.issued_on
    plan.last_reviewed_on = dates.last_reviewed_on
    plan.local_authority = dates.local_authority
    review = _open_review(session, pupil_id)
    if review is not None and review.stage in BEFORE_HELD:
        review.due_on = review_due(dates.last_reviewed_on or dates.issued_on).on
    session.flush()
    _record(session, "kept the dates of an EHC plan", pupil, plan.id, actor, now)


def plan_meeting(
    session: PortalSession, *, actor: Actor, pupil_id: uuid.UUID, plan: MeetingPlan, version: int, now: datetime
) -> uuid.UUID:
    """Sets the meeting of the annual review, or moves it; begins the review when there is none. `version` is the
    review's, 0 for none. Returns the review's id.

    Raises Invalid at a field, at `reason` when the day breaks a date and nobody says why; Conflict at `at` when
    somebody is taken; StaleVersion.
    """
    check_meeting(plan, _london(now))
    starts_at = instant(plan.day, plan.at)
    pupil = held_pupil(session, pupil_id)
    _check_room(session, pupil, plan)
    review = _review_to_plan(session, pupil, actor, version, now)
    due = review.due_on or plan.day
    school = calendar_of(session, pupil.school_id, plan.day)
    if warnings_about(plan.day, due=due, school=school, today=_london(now)) and not plan.reason:
        raise Invalid(NEEDS_REASON, field="reason")
    release_time(session, review, now=now)
    hold_time(session, review, plan, starts_at)
    moved = (review.meets_at, review.meets_minutes) != (starts_at, plan.minutes)
    review.meets_at, review.meets_minutes = starts_at, plan.minutes
    if plan.reason:
        session.add(_step_with_reason(review, actor, plan.reason, now))
    if moved:
        tell_the_move(session, review, plan, now=now)
    session.flush()
    _record(session, "planned an annual review", pupil, review.id, actor, now, unusual=bool(plan.reason))
    return review.id


def take_annual_step(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    review_id: uuid.UUID,
    stage: Stage,
    on_day: date,
    reason: str,
    version: int,
    now: datetime,
) -> None:
    """Notes one step with its day, and does what belongs to it: invites the family, keeps the day of the council's
    decision, lets go what was held. Raises Conflict out of order, Invalid at `on_day` or `reason`, StaleVersion."""
    pupil = held_pupil(session, pupil_id)
    review = _the_review(session, pupil_id, review_id, version)
    check_step(review.kind, review.stage, stage)
    check_step_day(stage, on_day, reason, _facts(session, pupil, review), _london(now))
    if stage == Stage.NOTICE_SENT:
        _announce(session, review, actor, now)
    take_step(session, review, stage, actor=actor, now=now, on_day=on_day, reason=reason)
    if stage == Stage.CANCELLED:
        call_off(session, review, reason, now=now)
    if stage in DECIDED:
        _keep_decision(session, pupil_id, on_day)
    if stage == Stage.CLOSED:
        _end_ceased_plan(session, review, on_day)
    session.flush()
    _record(session, "annual review step", pupil, review.id, actor, now, stage=stage.value)


def _announce(session: PortalSession, review: Review, actor: Actor, now: datetime) -> None:
    """Everybody whom the law names is on the list, the family has its invitations, and their time is held."""
    slot = slot_of(session, review)
    if review.meets_at is None or slot is None:
        raise Invalid(N_("Set the day and time of the meeting first."))
    here = Guest.pupil_id == review.pupil_id, Guest.review_id == review.id
    check_all_invited(set(session.scalars(select(Guest.basis).where(*here))))
    invite(session, actor=actor, review=review, now=now)
    if not session.scalar(select(func.count(Invitation.id)).where(Invitation.review_id == review.id)):
        raise Invalid(N_("No adult of the family can be invited. Look at adults and access first."))
    hold_adults(session, review, slot)
    review.invited_at = now
    tell_the_date(session, review, slot, now=now)


def _keep_decision(session: PortalSession, pupil_id: uuid.UUID, on_day: date) -> None:
    """With the council's decision the review is complete: the next twelve months begin (reg 20(10))."""
    plan = _plan_of(session, pupil_id)
    if plan is not None:
        plan.last_reviewed_on = on_day


def _end_ceased_plan(session: PortalSession, review: Review, on_day: date) -> None:
    ceased = select(ReviewStep.id).where(
        ReviewStep.pupil_id == review.pupil_id,
        ReviewStep.review_id == review.id,
        ReviewStep.stage == Stage.DECIDED_CEASE,
    )
    plan = _plan_of(session, review.pupil_id)
    if plan is not None and session.scalars(ceased).first():
        plan.ceased_on = on_day


def _review_to_plan(session: PortalSession, pupil: Pupil, actor: Actor, version: int, now: datetime) -> Review:
    review = _open_review(session, pupil.id)
    if review is None and version == 0:
        return _begin(session, pupil, actor, now)
    if review is None or review.version != version:
        raise StaleVersion
    if review.stage not in BEFORE_HELD:
        raise Conflict(N_("This meeting has been held. Its date cannot change any more."))
    return review


def _begin(session: PortalSession, pupil: Pupil, actor: Actor, now: datetime) -> Review:
    plan = _plan_of(session, pupil.id)
    if plan is None:
        raise Invalid(N_("Write down the dates of the EHC plan first."))
    review = Review(
        school_id=pupil.school_id,
        pupil_id=pupil.id,
        kind=ReviewKind.ANNUAL,
        lead_id=actor.person_id,
        due_on=review_due(plan.last_reviewed_on or plan.issued_on).on,
        made_at=now,
    )
    session.add(review)
    session.flush()
    return review


def _check_room(session: PortalSession, pupil: Pupil, plan: MeetingPlan) -> None:
    ours = select(Room.id).where(Room.id == plan.room_id, Room.school_id == pupil.school_id, Room.closed.is_(False))
    if plan.room_id and session.scalars(ours).first() is None:
        raise Invalid(N_("Choose one of the rooms."), field="room")


def _the_review(session: PortalSession, pupil_id: uuid.UUID, review_id: uuid.UUID, version: int) -> Review:
    review = _open_review(session, pupil_id)
    if review is None or review.id != review_id:
        raise NotFound
    if review.version != version:
        raise StaleVersion
    return review


def _open_review(session: PortalSession, pupil_id: uuid.UUID) -> Review | None:
    return session.scalars(
        select(Review)
        .where(Review.pupil_id == pupil_id, Review.kind == ReviewKind.ANNUAL, Review.stage.not_in(OVER))
        .order_by(Review.made_at.desc(), Review.id)
        .limit(1)
    ).first()


def _plan_of(session: PortalSession, pupil_id: uuid.UUID) -> EhcPlan | None:
    return session.scalars(select(EhcPlan).where(EhcPlan.pupil_id == pupil_id, EhcPlan.ceased_on.is_(None))).first()


def _facts(session: PortalSession, pupil: Pupil, review: Review) -> ClockFacts:
    steps = session.execute(
        select(ReviewStep.stage, ReviewStep.on_day)
        .where(ReviewStep.pupil_id == pupil.id, ReviewStep.review_id == review.id)
        .order_by(ReviewStep.noted_at, ReviewStep.id)
    )
    plan = _plan_of(session, pupil.id)
    return ClockFacts(
        issued_on=plan.issued_on if plan else review.made_at.astimezone(LONDON).date(),
        last_reviewed_on=plan.last_reviewed_on if plan else None,
        due_on=review.due_on,
        meets_on=review.meets_at.astimezone(LONDON).date() if review.meets_at else None,
        taken={stage: on_day for stage, on_day in steps},
    )


def _step_with_reason(review: Review, actor: Actor, reason: str, now: datetime) -> ReviewStep:
    return ReviewStep(
        school_id=review.school_id,
        pupil_id=review.pupil_id,
        review_id=review.id,
        stage=Stage.PLANNED,
        on_day=_london(now),
        noted_by=actor.person_id,
        noted_at=now,
        reason=reason,
    )


def _record(
    session: PortalSession,
    action: str,
    pupil: Pupil,
    subject: uuid.UUID,
    actor: Actor,
    now: datetime,
    **facts: str | bool,
) -> None:
    audit.record(
        session,
        action,
        now=now,
        actor_id=actor.person_id,
        school_id=pupil.school_id,
        subject_id=subject,
        pupil_id=pupil.id,
        **facts,
    )
    session.flush()


def _london(now: datetime) -> date:
    return now.astimezone(LONDON).date()
