"""The season board of one round: every child in a row, read in a fixed number of statements."""

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Uuid, and_, bindparam, func, or_, select

from portal.kernel.clock import LONDON
from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.meetings.models import Booking, Invitation, Meeting, Slot
from portal.meetings.queries_board_rows import (
    Board,
    BoardAdult,
    BoardRow,
    LeadWithoutTimes,
    Totals,
    Wanted,
)
from portal.meetings.queries_invitees import LINKS, link_of, rights_of
from portal.meetings.rules import Answer
from portal.meetings.rules_board import Facts, looks
from portal.meetings.rules_invitees import AdultLink, has_account, invitees
from portal.people.actor import Actor
from portal.people.models import Person, Pupil, PupilContact, School, SchoolClass
from portal.people.rules_classes import class_order
from portal.profiles.models_register import SenStatusPeriod
from portal.profiles.queries_staff import folded
from portal.profiles.rules_steps import SUPPORTED
from portal.reviews.models import Review, ReviewRound, Term
from portal.reviews.rules import Ask, RoundState, Season, Stage
from portal.reviews.rules_rhythm import Counted, Support, TermDates, rhythm

ROUND_ID = bindparam("round_id", type_=Uuid())
IN_ROUND = select(Review.pupil_id).where(Review.round_id == ROUND_ID)
REVIEWS_IN_ROUND = select(Review.id).where(Review.round_id == ROUND_ID)
THE_ROUND = (
    select(
        ReviewRound.id,
        ReviewRound.kind,
        ReviewRound.state,
        ReviewRound.first_day,
        ReviewRound.last_day,
        ReviewRound.booking_opens_at,
        ReviewRound.booking_closes_at,
        ReviewRound.words,
        Term.year_id,
        Term.season,
        Term.starts_on.label("term_starts"),
        School.reviews_a_year,
    )
    .join(Term, Term.id == ReviewRound.term_id)
    .join(School, School.id == ReviewRound.school_id)
    .where(ReviewRound.school_id == bindparam("school_id"), ReviewRound.id == ROUND_ID)
)
TERMS = (
    select(Term.id, Term.season, Term.starts_on, Term.ends_on)
    .where(Term.year_id == bindparam("year_id"))
    .order_by(Term.starts_on, Term.id)
)
CHILDREN = (
    select(
        Review.id.label("review_id"),
        Review.stage,
        Review.ask,
        Review.lead_id,
        Review.invited_at,
        Review.views_in_at,
        Review.held_at,
        Review.held_without_family,
        Review.record_shared_at,
        Pupil.id,
        Pupil.forename,
        Pupil.surname,
        Pupil.known_as,
        Pupil.class_id,
        Pupil.person_id,
        Pupil.rights_pass_on,
        Pupil.rights_stay_with_parents,
        Pupil.shares_with_parents,
        Pupil.left_on,
        SchoolClass.name.label("class_name"),
        Person.full_name.label("lead_name"),
        Person.known_as.label("lead_known_as"),
    )
    .join(Pupil, Pupil.id == Review.pupil_id)
    .join(Person, Person.id == Review.lead_id)
    .outerjoin(SchoolClass, SchoolClass.id == Pupil.class_id)
    .where(Review.round_id == ROUND_ID)
)
INVITED = (
    select(
        Invitation.review_id,
        Invitation.adult_id,
        Invitation.answer,
        Invitation.dealt_with_at,
        Person.full_name,
        Person.language,
        Meeting.starts_at,
        Meeting.ends_at,
    )
    .join(Person, Person.id == Invitation.adult_id)
    .outerjoin(Booking, and_(Booking.invitation_id == Invitation.id, Booking.cancelled_at.is_(None)))
    .outerjoin(Meeting, Meeting.id == Booking.meeting_id)
    .where(Invitation.review_id.in_(REVIEWS_IN_ROUND))
    .order_by(Invitation.review_id, Meeting.starts_at, Person.full_name, Invitation.id)
)
CONTACTS = LINKS.where(PupilContact.pupil_id.in_(IN_ROUND))
OF_THE_YEAR = select(
    Review.pupil_id, Review.kind, Review.stage, Review.term_id, Review.held_at, Review.held_without_family
).where(
    Review.pupil_id.in_(IN_ROUND),
    or_(
        Review.term_id.in_(select(Term.id).where(Term.year_id == bindparam("year_id"))),
        and_(Review.term_id.is_(None), Review.held_at >= bindparam("from"), Review.held_at < bindparam("until")),
    ),
)
SUPPORT = select(SenStatusPeriod.pupil_id, SenStatusPeriod.starts_on, SenStatusPeriod.ends_on).where(
    SenStatusPeriod.pupil_id.in_(IN_ROUND), SenStatusPeriod.provision.in_(sorted(SUPPORTED))
)
TIMES = (
    select(Slot.staff_id, func.count().label("number"))
    .where(Slot.round_id == ROUND_ID, Slot.withdrawn_at.is_(None), Slot.starts_at > bindparam("now"))
    .group_by(Slot.staff_id)
)


@dataclass(slots=True)
class _Read:
    """Everything read, by child or review."""

    terms: list[TermDates] = field(default_factory=list)
    season_of: dict[uuid.UUID, Season] = field(default_factory=dict)
    invited: dict[uuid.UUID, list[Any]] = field(default_factory=dict)
    links: dict[uuid.UUID, list[AdultLink]] = field(default_factory=dict)
    reviews: dict[uuid.UUID, list[Counted]] = field(default_factory=dict)
    support: dict[uuid.UUID, list[Support]] = field(default_factory=dict)


def board(session: PortalSession, *, viewer: Actor, round_id: uuid.UUID, wanted: Wanted, now: datetime) -> Board:
    """The board of a round of the viewer's school in 8 statements, however many children there are. Raises
    NotFound."""
    found = session.execute(THE_ROUND, {"school_id": viewer.school_id, "round_id": round_id}).first()
    if found is None:
        raise NotFound
    read = _read(session, found)
    children = sorted(session.execute(CHILDREN, {"round_id": round_id}), key=_by_class_and_name)
    rows = tuple(_row(child, found, read, now) for child in children)
    times = {time.staff_id: time.number for time in session.execute(TIMES, {"round_id": round_id, "now": now})}
    return Board(
        round_id=found.id,
        kind=found.kind,
        state=found.state,
        season=found.season,
        term_starts=found.term_starts,
        first_day=found.first_day,
        last_day=found.last_day,
        booking_opens_at=found.booking_opens_at,
        booking_closes_at=found.booking_closes_at,
        words=found.words,
        rows=tuple(row for row in rows if _fits(row, wanted)),
        totals=_totals(rows),
        classes=tuple(dict.fromkeys((row.class_id, row.class_name) for row in rows if row.class_id)),
        stages=tuple(stage for stage in Stage if any(row.stage == stage for row in rows)),
        languages=tuple(sorted({adult.language for row in rows for adult in row.adults})),
        has_times=bool(times),
        without_times=_without_times(rows, times),
    )


def _read(session: PortalSession, found: Any) -> _Read:
    read, in_round = _Read(), {"round_id": found.id}
    for term in session.execute(TERMS, {"year_id": found.year_id}):
        read.terms.append(TermDates(term.season, term.starts_on, term.ends_on))
        read.season_of[term.id] = term.season
    for adult in session.execute(INVITED, in_round):
        read.invited.setdefault(adult.review_id, []).append(adult)
    for link in session.execute(CONTACTS, in_round):
        read.links.setdefault(link.pupil_id, []).append(link_of(link))
    first, last = read.terms[0].starts_on, read.terms[-1].ends_on + timedelta(days=1)
    year = {**in_round, "year_id": found.year_id, "from": _midnight(first), "until": _midnight(last)}
    for review in session.execute(OF_THE_YEAR, year):
        read.reviews.setdefault(review.pupil_id, []).append(_counted(review, read.season_of))
    for span in session.execute(SUPPORT, in_round):
        read.support.setdefault(span.pupil_id, []).append(Support(span.starts_on, span.ends_on))
    return read


def _counted(review: Any, season_of: dict[uuid.UUID, Season]) -> Counted:
    return Counted(
        kind=review.kind,
        stage=review.stage,
        season=season_of.get(review.term_id),
        held_on=review.held_at.astimezone(LONDON).date() if review.held_at else None,
        without_family=review.held_without_family,
    )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON)


def _by_class_and_name(child: Any) -> tuple[tuple[int, str], str, str, uuid.UUID]:
    name = folded(child.surname), folded(child.known_as or child.forename)
    return class_order(child.class_name), *name, child.review_id


def _row(child: Any, found: Any, read: _Read, now: datetime) -> BoardRow:
    today = now.astimezone(LONDON).date()
    links = read.links.get(child.id, [])
    with_account = {link.adult_id for link in links if has_account(link, today)} | {child.person_id}
    invited = read.invited.get(child.review_id, [])
    eligible = set(invitees(rights_of(child), links, today))
    support = [_until_leaving(span, child.left_on) for span in read.support.get(child.id, [])]
    counted = read.reviews.get(child.id, [])
    return BoardRow(
        review_id=child.review_id,
        pupil_id=child.id,
        name=f"{child.known_as or child.forename} {child.surname}".strip(),
        class_id=child.class_id,
        class_name=child.class_name or "",
        lead_id=child.lead_id,
        lead=child.lead_known_as or child.lead_name,
        stage=child.stage,
        ask=child.ask,
        invited_at=child.invited_at,
        views_in_at=child.views_in_at,
        held_at=child.held_at,
        held_without_family=child.held_without_family,
        record_shared_at=child.record_shared_at,
        adults=tuple(_adult(row, row.adult_id in with_account) for row in invited),
        year=rhythm(read.terms, support, counted, today=today, a_year=found.reviews_a_year),
        looks=looks(_facts(child, found, invited, eligible, with_account), now),
    )


def _until_leaving(span: Support, left_on: date | None) -> Support:
    if left_on is None or (span.ends_on is not None and span.ends_on <= left_on):
        return span
    return Support(span.starts_on, left_on)


def _adult(row: Any, has_account: bool) -> BoardAdult:
    return BoardAdult(
        name=row.full_name,
        language=row.language,
        answer=row.answer,
        meets_at=row.starts_at,
        has_account=has_account,
    )


def _facts(
    child: Any, found: Any, invited: Sequence[Any], eligible: set[uuid.UUID], with_account: set[uuid.UUID]
) -> Facts:
    here = [row for row in invited if row.adult_id in eligible]  # an answer of somebody kept out now asks for nothing
    waiting = {row.answer for row in here if row.dealt_with_at is None}
    return Facts(
        stage=child.stage,
        is_open=found.state == RoundState.OPEN,
        closes_at=found.booking_closes_at,
        round_ends_at=_midnight(found.last_day + timedelta(days=1)),
        invited=len(here),
        added=len(eligible - {row.adult_id for row in invited}),
        no_need=child.ask == Ask.NO_NEED,
        wants_call=Answer.CALL_ME in waiting,
        no_time_suits=Answer.NO_TIME_SUITS in waiting,
        unbooked_without_account=any(row.starts_at is None and row.adult_id not in with_account for row in here),
        meets_until=max((row.ends_at for row in invited if row.ends_at), default=None),
        held_at=child.held_at,
    )


def _fits(row: BoardRow, wanted: Wanted) -> bool:
    if wanted.exceptions and not row.looks:
        return False
    if wanted.class_id and row.class_id != wanted.class_id:
        return False
    if wanted.stage and row.stage != wanted.stage:
        return False
    if wanted.language and wanted.language not in {adult.language for adult in row.adults}:
        return False
    return all(part in folded(row.name) for part in folded(wanted.search).split())


def _totals(rows: Iterable[BoardRow]) -> Totals:
    live = [row for row in rows if row.stage != Stage.CANCELLED]
    return Totals(
        children=len(live),
        invited=sum(bool(row.adults) for row in live),
        booked=sum(bool(row.times) for row in live),
        views_in=sum(row.views_in_at is not None for row in live),
        held=sum(row.held_at is not None for row in live),
        shared=sum(row.record_shared_at is not None for row in live),
        lit=sum(bool(row.looks) for row in live),
        behind=sum(not row.year.is_kept for row in live),
    )


def _without_times(rows: Iterable[BoardRow], times: dict[uuid.UUID, int]) -> tuple[LeadWithoutTimes, ...]:
    missing = Counter(
        (row.lead, row.lead_id)
        for row in rows
        if row.lead_id not in times and row.stage in (Stage.PLANNED, Stage.INVITED)
    )
    return tuple(LeadWithoutTimes(lead_id, name, number) for (name, lead_id), number in sorted(missing.items()))
