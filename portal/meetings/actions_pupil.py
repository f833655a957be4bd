"""A pupil says what they want about their meeting, and may change it until the meeting was held."""

import uuid
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.kernel import audit
from portal.kernel.db import renamed
from portal.kernel.errors import NotFound, StaleVersion
from portal.kernel.scope import PortalSession
from portal.meetings.models import Participation
from portal.meetings.queries_pupil import TOLD_STAGES, said_of
from portal.meetings.rules_pupil import MeetingOver, Said
from portal.people.actor import Actor
from portal.reviews.models import Review
from portal.reviews.rules import Stage

TAKEN = {"uq_a_pupil_says_it_once_for_a_review": StaleVersion(), "participation.review_id": StaleVersion()}


def say(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    review_id: uuid.UUID,
    answers: Mapping[str, object],
    version: int,
    now: datetime,
) -> None:
    """Keeps answers, fields of `Said` by name; what is not among them stays as it was. Skipping everything keeps
    nothing. Raises NotFound, MeetingOver, StaleVersion."""
    review = held_review(session, pupil_id=pupil_id, review_id=review_id)
    if review.stage in (Stage.PLANNED, Stage.CANCELLED):
        raise NotFound
    if review.stage not in TOLD_STAGES:
        raise MeetingOver
    kept = session.scalars(
        select(Participation).where(Participation.review_id == review_id, Participation.pupil_id == pupil_id)
    ).first()
    if (kept.version if kept else 0) != version:
        raise StaleVersion
    before = said_of(kept) if kept else Said()
    said = replace(before, **answers)  # type: ignore[arg-type]
    if said == before:
        return
    row = kept or Participation(school_id=review.school_id, pupil_id=pupil_id, review_id=review_id)
    for name, value in asdict(said).items():
        setattr(row, name, list(value) if name == "who_there" else value)
    row.adult_id, row.said_at = actor.person_id, now
    session.add(row)
    if said and review.views_in_at is None:
        review.views_in_at = now
    _keep(session, row, actor=actor, review=review, now=now)


def held_review(session: PortalSession, *, pupil_id: uuid.UUID, review_id: uuid.UUID) -> Review:
    """The review, locked until the transaction ends: whoever writes about a meeting begins with it. Raises
    NotFound."""
    found = select(Review).where(Review.id == review_id, Review.pupil_id == pupil_id)
    held = found.with_for_update(key_share=True, of=Review).execution_options(populate_existing=True)
    review = session.scalars(held).first()
    if review is None:
        raise NotFound
    return review


def _keep(session: PortalSession, row: Participation, *, actor: Actor, review: Review, now: datetime) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        raise renamed(error, TAKEN) from error
    what, me = "pupil spoke about the meeting", actor.person_id
    audit.record_about(session, what, review, actor_id=me, now=now, version=row.version)
