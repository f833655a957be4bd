"""Opens a review round to families: an invitation for every adult who may come, and the messages that go with it.

Sixty children with two adults each cost as many statements as one child.
"""

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import func, select

from portal.kernel import audit
from portal.kernel.clock import LONDON
from portal.kernel.errors import Conflict, NotAllowed, NotFound
from portal.kernel.outbox import OutboxItem, OutboxState, Posting, post_all
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_
from portal.meetings.models import Invitation, Slot
from portal.meetings.queries_invitees import Asked, who_is_asked
from portal.meetings.rules import instant
from portal.meetings.rules_messages import BEFORE_BOOKING, Message
from portal.people.actor import Actor
from portal.people.rules import Role
from portal.reviews.actions_steps import take_steps
from portal.reviews.models import Review, ReviewRound
from portal.reviews.queries_calendar import calendar_of
from portal.reviews.rules import BEFORE_THE_MEETING, RoundState, Stage, next_stages

REMIND_BEFORE, LAST_CALL_BEFORE = 5, 1  # school days before booking closes (domain.md 8, notice catalogue)
REMIND_AT = time(9)
CALENDAR_NAME = "portal.invalid"  # the second half of a calendar entry's name; it leads nowhere and names nobody


class NoTimes(Conflict):
    """Nobody could choose anything."""

    message = N_("There are no times in this round yet. Enter the times of your staff first.")


class NoChildren(Conflict):
    """Nobody would be invited."""

    message = N_("There are no children in this round yet. Choose them first.")


class BookingOver(Conflict):
    """The last day to choose has passed before anybody was invited."""

    message = N_("The last day to choose a time is over. Change the days of the round first.")


class RoundFinished(Conflict):
    """The round was closed."""

    message = N_("This round is finished.")


@dataclass(frozen=True, slots=True)
class Invited:
    """The reviews for which somebody was newly invited, and how many adults that were."""

    reviews: frozenset[uuid.UUID] = frozenset()
    adults: int = 0

    @property
    def children(self) -> int:
        """How many children they are about."""
        return len(self.reviews)


def open_round(session: PortalSession, *, actor: Actor, round_id: uuid.UUID, now: datetime) -> Invited:
    """Invites every family of the round; opening it twice is opening it once. Messages leave when families can
    choose. Raises NoTimes, NoChildren, BookingOver, RoundFinished, NotFound."""
    row = the_round(session, actor, round_id, hold=True)
    if row.state == RoundState.OPEN:
        return Invited()
    if row.state == RoundState.CLOSED:
        raise RoundFinished
    if row.booking_closes_at <= now:
        raise BookingOver
    free = (
        select(func.count())
        .select_from(Slot)
        .where(Slot.round_id == round_id, Slot.withdrawn_at.is_(None), Slot.starts_at > now)
    )
    if not session.scalar(free):
        raise NoTimes
    reviews = session.scalars(
        select(Review).where(Review.round_id == round_id, Review.stage == Stage.PLANNED).order_by(Review.id)
    ).all()
    if not reviews:
        raise NoChildren
    row.state = RoundState.OPEN
    invited = invite_all(session, actor=actor, row=row, reviews=reviews, now=now)
    _record(session, "round.opened", actor, row, now, children=invited.children, adults=invited.adults)
    session.flush()
    return invited


def close_round(session: PortalSession, *, actor: Actor, round_id: uuid.UUID, now: datetime) -> None:
    """Nobody chooses times any more, and nobody is reminded to. Meetings that are booked stay."""
    row = the_round(session, actor, round_id, hold=True)
    if row.state == RoundState.CLOSED:
        return
    if row.state == RoundState.PLANNED:
        raise Conflict(N_("This round has not been opened yet."))
    row.state = RoundState.CLOSED
    reviews = session.scalars(select(Review).where(Review.round_id == round_id)).all()
    withhold_all(session, reviews, BEFORE_BOOKING)
    _record(session, "round.closed", actor, row, now)
    session.flush()


def invite(session: PortalSession, *, actor: Actor, review: Review, now: datetime) -> Invited:
    """Invites every adult of one review who is not invited yet; with messages when it is part of an open round."""
    row = None
    if review.round_id is not None:
        row = session.scalars(select(ReviewRound).where(ReviewRound.id == review.round_id)).first()
    return invite_all(session, actor=actor, row=row, reviews=[review], now=now)


def invite_all(
    session: PortalSession, *, actor: Actor, row: ReviewRound | None, reviews: Sequence[Review], now: datetime
) -> Invited:
    """Invites every adult of these reviews, all of one round or of none, who is not invited yet."""
    today = now.astimezone(LONDON).date()
    reviews = [review for review in reviews if review.stage in BEFORE_THE_MEETING]
    pupil_ids = {review.pupil_id for review in reviews}
    session.knows(pupil_ids)
    asked = who_is_asked(session, pupil_ids=pupil_ids, today=today)
    invitations = select(Invitation.review_id, Invitation.adult_id).where(
        Invitation.review_id.in_([review.id for review in reviews])
    )
    known = {(found.review_id, found.adult_id) for found in session.execute(invitations)}
    new = [
        (review, adult)
        for review in reviews
        for adult in asked.get(review.pupil_id, ())
        if (review.id, adult.adult_id) not in known
    ]
    session.add_all(_invitation(review, adult, now) for review, adult in new)
    anybody = {review_id for review_id, _adult in known} | {review.id for review, _adult in new}
    first = [
        review
        for review in reviews
        if review.stage == Stage.PLANNED
        and review.id in anybody
        and Stage.INVITED in next_stages(review.kind, review.stage)
    ]
    take_steps(session, first, Stage.INVITED, actor=actor, now=now)
    if row is not None and row.state == RoundState.OPEN:
        post_all(session, _postings(new, _timetable(session, row, now)), now=now)
    return Invited(frozenset(review.id for review, _adult in new), len(new))


def _invitation(review: Review, adult: Asked, now: datetime) -> Invitation:
    return Invitation(
        school_id=review.school_id,
        pupil_id=review.pupil_id,
        review_id=review.id,
        adult_id=adult.adult_id,
        uid=f"{uuid.uuid4()}@{CALENDAR_NAME}",
        sent_at=now,
    )


def _timetable(session: PortalSession, row: ReviewRound, now: datetime) -> dict[Message, datetime]:
    """When each message before a booking leaves; one whose time is over does not leave any more."""
    opens = max(now, row.booking_opens_at)
    closes_on = row.booking_closes_at.astimezone(LONDON).date()
    calendar = calendar_of(session, row.school_id, closes_on)
    later = {
        Message.REMINDER: instant(calendar.school_days_before(closes_on, REMIND_BEFORE), REMIND_AT),
        Message.LAST_CALL: instant(calendar.school_days_before(closes_on, LAST_CALL_BEFORE), REMIND_AT),
    }
    return {Message.BOOKING_OPEN: opens} | {message: due for message, due in later.items() if due > opens}


def _postings(new: Iterable[tuple[Review, Asked]], due: Mapping[Message, datetime]) -> Iterator[Posting]:
    for review, adult in new:
        if adult.reads_the_portal:
            for message, due_at in due.items():
                yield posting(message, review, adult.adult_id, event="first", due_at=due_at)


def posting(message: Message, review: Review, adult_id: uuid.UUID, *, event: str, due_at: datetime) -> Posting:
    """One message about one review, with the facts that `tell` would give it."""
    return Posting(
        kind=message.value,
        event_key=f"{review.id}:{event}",
        person_id=adult_id,
        pupil_id=review.pupil_id,
        due_at=due_at,
        facts={"review_id": str(review.id), "reason": ""},
    )


def withhold_all(session: PortalSession, reviews: Collection[Review], messages: Iterable[Message]) -> None:
    """Messages about these reviews that wait and are no longer true never leave."""
    about = {str(review.id) for review in reviews}
    waiting = session.scalars(
        select(OutboxItem).where(
            OutboxItem.about_pupil_id.in_({review.pupil_id for review in reviews}),
            OutboxItem.kind.in_([message.value for message in messages]),
            OutboxItem.state == OutboxState.QUEUED,
        )
    )
    for item in waiting:
        if item.facts.get("review_id") in about:
            item.state = OutboxState.WITHHELD


def the_round(session: PortalSession, actor: Actor, round_id: uuid.UUID, *, hold: bool = False) -> ReviewRound:
    """A round of the SENDCO's own school, held against others who change it. Raises NotAllowed, NotFound."""
    if not actor.has(Role.SENDCO):
        raise NotAllowed
    wanted = select(ReviewRound).where(ReviewRound.id == round_id, ReviewRound.school_id == actor.school_id)
    row = session.scalars(wanted.with_for_update(key_share=True) if hold else wanted).first()
    if row is None:
        raise NotFound
    return row


def _record(
    session: PortalSession,
    what: str,
    actor: Actor,
    row: ReviewRound,
    now: datetime,
    *,
    children: int | None = None,
    adults: int | None = None,
) -> None:
    audit.record(
        session,
        what,
        now=now,
        actor_id=actor.person_id,
        school_id=row.school_id,
        subject_id=row.id,
        children=children,
        adults=adults,
    )
