"""The SENDCO asks named staff for advice before an annual review, by a day (reg 20(4))."""

import uuid
from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import select

from portal.contributions.models import AdviceRequest
from portal.contributions.queries_advice import advice_page
from portal.contributions.rules_staff import check_advice_day
from portal.kernel import audit
from portal.kernel.clock import LONDON
from portal.kernel.errors import Invalid
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_
from portal.meetings.actions_pupil import held_review
from portal.meetings.rules_booking import ReviewOver
from portal.people.actor import Actor
from portal.reviews.actions_steps import take_step
from portal.reviews.models import Review
from portal.reviews.rules import Stage


def ask_for_advice(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    people: Collection[uuid.UUID],
    due_on: date | None,
    now: datetime,
) -> None:
    """From now on exactly these people are asked, by this day. The first asking is the review's own step.

    Raises Invalid at `people` or `due_on`, ReviewOver, NotFound.
    """
    today = now.astimezone(LONDON).date()
    page = advice_page(session, pupil_id=pupil_id, today=today)
    review = held_review(session, pupil_id=pupil_id, review_id=page.review_id)
    if not page.is_open or page.meets_on is None:
        raise ReviewOver
    if not people or not set(people) <= {one.person_id for one in page.advisers}:
        raise Invalid(N_("Choose at least one person."), field="people")
    day = check_advice_day(due_on, page.meets_on, today)
    _ask_exactly(session, review, set(people), day, actor=actor, now=now)
    if review.stage == Stage.PLANNED:
        take_step(session, review, Stage.ADVICE_REQUESTED, actor=actor, now=now)
    audit.record_about(session, "asked for advice", review, actor_id=actor.person_id, now=now, people=len(people))


def _ask_exactly(
    session: PortalSession, review: Review, people: set[uuid.UUID], due_on: date, *, actor: Actor, now: datetime
) -> None:
    known = session.scalars(
        select(AdviceRequest).where(AdviceRequest.review_id == review.id, AdviceRequest.pupil_id == review.pupil_id)
    ).all()
    for request in known:
        if request.person_id in people:
            request.due_on = due_on
        else:
            session.delete(request)
    for person_id in sorted(people - {request.person_id for request in known}):
        session.add(
            AdviceRequest(
                school_id=review.school_id,
                pupil_id=review.pupil_id,
                review_id=review.id,
                person_id=person_id,
                asked_by=actor.person_id,
                asked_at=now,
                due_on=due_on,
            )
        )
