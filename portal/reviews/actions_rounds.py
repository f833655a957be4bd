"""Sets up a review round: its days, its sixty children in one go, and what the families are told before they choose."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError

from portal.kernel import audit
from portal.kernel.clock import LONDON
from portal.kernel.db import renamed
from portal.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, StaleVersion
from portal.kernel.scope import PortalSession
from portal.kernel.text import many_lines
from portal.kernel.words import N_
from portal.people.actor import Actor
from portal.people.models import Pupil, StaffRole
from portal.people.rules import Role
from portal.reviews.models import Review, ReviewRound, Term
from portal.reviews.rules import Ask, RoundState, Stage
from portal.reviews.rules_rounds import AskFor, ChildChoice, RoundClosed, RoundFacts, ask_key, check_round

LONGEST_ASK = 500
LEADS = (Role.CLASS_TEACHER, Role.SENDCO, Role.HEADTEACHER)
CHANGEABLE = frozenset({Stage.PLANNED, Stage.INVITED})
BEFORE = frozenset({Stage.PLANNED, Stage.INVITED, Stage.BOOKED, Stage.NOT_ATTENDED})
ALREADY_IN = Conflict(N_("Somebody else has just added one of these children. Look at the list again."))


@dataclass(frozen=True, slots=True)
class Arranged:
    """How many children were added, and for how many that were in the round something changed."""

    added: int
    changed: int


def plan_round(session: PortalSession, *, actor: Actor, facts: RoundFacts, once: uuid.UUID, now: datetime) -> uuid.UUID:
    """A new round, known by `once`: sending the form twice makes one. Raises Invalid at the field that does not fit."""
    if not actor.has(Role.SENDCO):
        raise NotAllowed
    known = session.scalars(select(ReviewRound).where(ReviewRound.id == once)).first()
    if known is not None:
        if known.school_id != actor.school_id:
            raise NotFound
        return known.id
    _check_term(session, actor, facts)
    made = ReviewRound(id=once, school_id=actor.school_id, made_by=actor.person_id, made_at=now)
    _set(made, facts)
    session.add(made)
    audit.record(
        session, "round.planned", now=now, actor_id=actor.person_id, school_id=actor.school_id, subject_id=once
    )
    session.flush()
    return once


def change_round(
    session: PortalSession, *, actor: Actor, round_id: uuid.UUID, facts: RoundFacts, version: int, now: datetime
) -> None:
    """Other days or words for a round that is not open yet. Raises StaleVersion when somebody changed it meanwhile."""
    row = _round(session, actor, round_id)
    if row.state != RoundState.PLANNED:
        raise Conflict(N_("Families have been invited. The days of this round stay as they are."))
    if row.version != version:
        raise StaleVersion
    _check_term(session, actor, facts)
    _set(row, facts)
    audit.record(
        session, "round.changed", now=now, actor_id=actor.person_id, school_id=actor.school_id, subject_id=round_id
    )
    session.flush()


def _round(session: PortalSession, actor: Actor, round_id: uuid.UUID) -> ReviewRound:
    if not actor.has(Role.SENDCO):
        raise NotAllowed
    row = session.scalars(
        select(ReviewRound).where(ReviewRound.id == round_id, ReviewRound.school_id == actor.school_id)
    ).first()
    if row is None:
        raise NotFound
    return row


def _check_term(session: PortalSession, actor: Actor, facts: RoundFacts) -> None:
    term = session.scalars(select(Term).where(Term.id == facts.term_id, Term.school_id == actor.school_id)).first()
    if term is None:
        raise NotFound
    check_round(facts, term_starts=term.starts_on, term_ends=term.ends_on)


def _set(row: ReviewRound, facts: RoundFacts) -> None:
    row.term_id, row.kind = facts.term_id, facts.kind
    row.first_day, row.last_day = _day(facts.first_day), _day(facts.last_day)
    row.booking_opens_at, row.booking_closes_at = facts.booking_opens_at, facts.booking_closes_at
    row.minutes, row.pause_minutes = facts.minutes, facts.pause_minutes
    row.interpreter_minutes, row.words = facts.interpreter_minutes, facts.words


def _day(day: date | None) -> date:
    if day is None:
        raise Invalid(N_("Fill in the day."))
    return day


def add_children(
    session: PortalSession, *, actor: Actor, round_id: uuid.UUID, choices: Sequence[ChildChoice], now: datetime
) -> Arranged:
    """A review for each chosen child who has none in this round; for those who have one that nobody booked yet, who
    leads it and what is asked. Sixty children cost as many statements as one. Raises Invalid for somebody who cannot
    be met, NotFound for a child of another school or one who left, RoundClosed."""
    row = _round(session, actor, round_id)
    if row.state == RoundState.CLOSED:
        raise RoundClosed
    wanted = {choice.pupil_id: choice for choice in choices}
    today = now.astimezone(LONDON).date()
    session.knows(wanted.keys())
    _check_leads(session, actor, {choice.lead_id for choice in wanted.values()}, today)
    there = session.scalars(select(Review).where(Review.round_id == round_id, Review.pupil_id.in_(wanted)))
    known = {review.pupil_id: review for review in there}
    new = wanted.keys() - known.keys()
    _check_children(session, actor, new, today)
    changed = sum(_rearrange(review, wanted[pupil_id], actor) for pupil_id, review in known.items())
    session.add_all(_review(row, wanted[pupil_id], actor, now) for pupil_id in sorted(new))
    if new or changed:
        audit.record(
            session,
            "round.children",
            now=now,
            actor_id=actor.person_id,
            school_id=actor.school_id,
            subject_id=round_id,
            added=len(new),
            changed=changed,
        )
    try:
        session.flush()
    except IntegrityError as error:
        names = {"uq_one_review_for_a_child_in_a_round": ALREADY_IN, "review.round_id": ALREADY_IN}
        raise renamed(error, names) from error
    return Arranged(len(new), changed)


def _check_leads(session: PortalSession, actor: Actor, lead_ids: Collection[uuid.UUID], today: date) -> None:
    found = session.scalars(
        select(StaffRole.person_id).where(
            StaffRole.school_id == actor.school_id,
            StaffRole.person_id.in_(lead_ids),
            StaffRole.role.in_(LEADS),
            StaffRole.starts_on <= today,
            or_(StaffRole.ends_on.is_(None), StaffRole.ends_on >= today),
        )
    )
    if set(lead_ids) - set(found):
        raise Invalid(N_("Choose a teacher of this school whom the family meets."))


def _check_children(session: PortalSession, actor: Actor, pupil_ids: Collection[uuid.UUID], today: date) -> None:
    found = session.scalars(
        select(Pupil.id).where(
            Pupil.id.in_(pupil_ids),
            Pupil.school_id == actor.school_id,
            or_(Pupil.left_on.is_(None), Pupil.left_on > today),
        )
    )
    if set(pupil_ids) - set(found):
        raise NotFound


def _review(row: ReviewRound, choice: ChildChoice, actor: Actor, now: datetime) -> Review:
    return Review(
        school_id=row.school_id,
        pupil_id=choice.pupil_id,
        round_id=row.id,
        term_id=row.term_id,
        kind=row.kind,
        lead_id=choice.lead_id,
        ask=choice.ask,
        asked_by=actor.person_id if choice.ask else None,
        meets_minutes=row.minutes,
        made_at=now,
    )


def _rearrange(review: Review, choice: ChildChoice, actor: Actor) -> bool:
    if review.stage not in CHANGEABLE or (review.lead_id, review.ask) == (choice.lead_id, choice.ask):
        return False
    if review.ask != choice.ask:
        review.ask, review.asked_by = choice.ask, actor.person_id
    review.lead_id = choice.lead_id
    return True


def set_ask(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    review_id: uuid.UUID,
    ask: Ask,
    words: str = "",
    now: datetime,
) -> None:
    """What staff say to one family before it chooses, whatever stood there before."""
    review = session.scalars(select(Review).where(Review.id == review_id, Review.pupil_id == pupil_id)).first()
    if review is None:
        raise NotFound
    seen = ask_key(review.ask, review.ask_words)
    set_asks(session, actor=actor, asks=[AskFor(review_id=review_id, ask=ask, words=words, seen=seen)], now=now)


def set_asks(session: PortalSession, *, actor: Actor, asks: Sequence[AskFor], now: datetime) -> int:
    """What staff say to several families; how many are different now. Raises StaleVersion when somebody else changed
    one of them since the page was opened, NotFound for a child who is not theirs."""
    if not actor.has(Role.CLASS_TEACHER, Role.SENDCO):
        raise NotAllowed
    wanted = {ask.review_id: ask for ask in asks}
    reviews = session.scalars(
        select(Review).where(Review.id.in_(wanted), Review.school_id == actor.school_id).order_by(Review.id)
    ).all()
    if len(reviews) != len(wanted):
        raise NotFound
    session.knows({review.pupil_id for review in reviews})
    changed = [review for review in reviews if _say(review, wanted[review.id], actor)]
    for review in changed:
        audit.record(
            session,
            "review.ask",
            now=now,
            actor_id=actor.person_id,
            school_id=review.school_id,
            subject_id=review.id,
            pupil_id=review.pupil_id,
            ask=review.ask.value,
        )
    session.flush()
    return len(changed)


def _say(review: Review, wanted: AskFor, actor: Actor) -> bool:
    words = many_lines(wanted.words, longest=LONGEST_ASK)
    before = ask_key(review.ask, review.ask_words)
    if wanted.seen == ask_key(wanted.ask, words) or before == ask_key(wanted.ask, words):
        return False  # left as it was shown, or somebody else said the same
    if wanted.seen != before:
        raise StaleVersion
    if review.stage not in BEFORE:
        raise Conflict(N_("This review is not at that step. Look at it again: somebody may have been faster."))
    review.ask, review.ask_words, review.asked_by = wanted.ask, words, actor.person_id
    return True
