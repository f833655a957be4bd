"""A parent says who reads it all, or would rather say it on the phone."""

import uuid
from datetime import datetime

from sqlalchemy import select

from portal.contributions.actions_readers import spread
from portal.contributions.actions_rows import all_said, held_review, new_contribution, note, own_way
from portal.contributions.models import WantedCall
from portal.contributions.rules import How, is_late
from portal.kernel.scope import PortalSession
from portal.kernel.text import many_lines
from portal.meetings.rules_booking import LONGEST_WORDS
from portal.people.actor import Actor
from portal.people.rules import Readers, Side


def choose_readers(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    review_id: uuid.UUID,
    readers: Readers,
    now: datetime,
) -> None:
    """One choice for everything that this parent says for a review, also for what stands there already and for what
    school typed in. It may be made at any time. Raises NotFound, OnlyReads."""
    review = held_review(session, actor=actor, pupil_id=pupil_id, review_id=review_id)
    me = actor.person_id
    ways, rows = all_said(session, review_id, me)
    own = own_way(ways, written_by=me, how=How.SELF)
    if own is None:
        own = new_contribution(review, written_by=me, author_id=me, side=Side.PARENT, how=How.SELF, now=now)
        session.add(own)
    own.readers = readers
    for _row, contribution in rows:
        contribution.readers = readers
    if any(row.readers != readers for row, _its in rows):
        spread(session, [row for row, _its in rows], readers, None)
        note(session, "named other readers", review, actor=actor, subject_id=review.id, now=now, readers=readers.value)
    session.flush()


def ask_for_call(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    review_id: uuid.UUID,
    words: str,
    now: datetime,
) -> None:
    """School is to ring; asked again, it is the same wish with the newer words. Raises NotFound, OnlyReads,
    ReviewClosed."""
    review = held_review(session, actor=actor, pupil_id=pupil_id, review_id=review_id)
    is_late(review.stage, review.meets_at, now)
    call = _own_call(session, actor, review_id)
    if call is None:
        about = {"school_id": review.school_id, "pupil_id": pupil_id, "review_id": review_id}
        call = WantedCall(**about, adult_id=actor.person_id)
        session.add(call)
    call.words, call.wanted_at = many_lines(words, longest=LONGEST_WORDS), now
    call.called_at = call.called_by = None
    note(session, "asked for a call about a review", review, actor=actor, subject_id=review.id, now=now)
    session.flush()


def no_call(session: PortalSession, *, actor: Actor, pupil_id: uuid.UUID, review_id: uuid.UUID, now: datetime) -> None:
    """School need not ring any more. Raises NotFound, OnlyReads."""
    review = held_review(session, actor=actor, pupil_id=pupil_id, review_id=review_id)
    call = _own_call(session, actor, review_id)
    if call is not None:
        session.delete(call)
        note(session, "needs no call about a review", review, actor=actor, subject_id=review.id, now=now)
        session.flush()


def _own_call(session: PortalSession, actor: Actor, review_id: uuid.UUID) -> WantedCall | None:
    return session.scalars(
        select(WantedCall).where(WantedCall.review_id == review_id, WantedCall.adult_id == actor.person_id)
    ).first()
