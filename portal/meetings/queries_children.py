"""The reviews of one family's children that wait for a time, and the times that suit two of them in one go."""

import uuid
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from sqlalchemy import and_, bindparam, select

from portal.kernel.scope import PortalSession
from portal.meetings.models import Invitation
from portal.meetings.queries_free import FreeTime, free_times
from portal.meetings.rules import Answer
from portal.meetings.rules_booking import NEXT_CHILD_WITHIN, minutes_needed
from portal.people.actor import Actor
from portal.people.models import Person, Pupil, PupilContact, School
from portal.people.rules import PortalAccess
from portal.reviews.models import Review, ReviewRound
from portal.reviews.rules import BEFORE_THE_MEETING, RoundState

OPEN = (
    select(
        *(Review.id.label("review_id"), Review.pupil_id, Review.school_id, Review.lead_id, Review.round_id),
        *(Pupil.forename, Pupil.known_as, School.name.label("school"), School.theme),
        *(Person.known_as.label("lead_known_as"), Person.full_name.label("lead_name")),
        *(ReviewRound.minutes, ReviewRound.interpreter_minutes),
    )
    .join(Pupil, Pupil.id == Review.pupil_id)
    .join(School, School.id == Review.school_id)
    .join(Person, Person.id == Review.lead_id)
    .join(ReviewRound, ReviewRound.id == Review.round_id)
    .join(Invitation, and_(Invitation.review_id == Review.id, Invitation.adult_id == bindparam("me")))
    .join(PupilContact, and_(PupilContact.pupil_id == Review.pupil_id, PupilContact.adult_id == bindparam("me")))
    .where(
        Invitation.answer != Answer.BOOKED,
        PupilContact.access == PortalAccess.CONTRIBUTE,
        Review.stage.in_(BEFORE_THE_MEETING),
        ReviewRound.state == RoundState.OPEN,
        ReviewRound.booking_opens_at <= bindparam("now"),
        ReviewRound.booking_closes_at > bindparam("now"),
    )
    .order_by(Pupil.forename, Pupil.id, Review.id)
)
MY_HELP = select(Person.spoken_language, Person.interpreter_needed).where(Person.id == bindparam("me"))


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenReview:
    """A child's review for which the reader may choose a time just now."""

    pupil_id: uuid.UUID
    review_id: uuid.UUID
    school_id: uuid.UUID
    school: str
    theme: str
    child: str
    lead_id: uuid.UUID
    lead: str
    round_id: uuid.UUID
    minutes: int
    interpreter_minutes: int


@dataclass(frozen=True, slots=True)
class Couple:
    """Two children at one school. `same_lead`: one person meets the family about both."""

    first: OpenReview
    second: OpenReview

    @property
    def same_lead(self) -> bool:
        """Whether one meeting can be about both."""
        return (self.first.lead_id, self.first.round_id) == (self.second.lead_id, self.second.round_id)

    @property
    def key(self) -> str:
        """What an address calls them."""
        return f"{self.first.review_id},{self.second.review_id}"


@dataclass(frozen=True, slots=True)
class Choice:
    """One or two times that go together, in their order; `value` is what a form sends back."""

    times: tuple[FreeTime, ...]
    reviews: tuple[OpenReview, ...]

    @property
    def value(self) -> str:
        """Each child with its review and its slot."""
        slots = self.times * len(self.reviews) if len(self.times) == 1 else self.times
        return " ".join(f"{r.pupil_id}:{r.review_id}:{t.slot_id}" for r, t in zip(self.reviews, slots, strict=True))

    @property
    def modes(self) -> set[str]:
        """The ways in which all of it can be held."""
        return set.intersection(*(set(time.modes) for time in self.times))


@dataclass(frozen=True, slots=True)
class Help:
    """What the reader's settings say about interpreters."""

    language: str
    interpreter: bool


def couples(session: PortalSession, *, viewer: Actor, now: datetime) -> list[Couple]:
    """Every two children at one school whose reviews wait for a time; one statement."""
    found = [
        OpenReview(
            pupil_id=row.pupil_id,
            review_id=row.review_id,
            school_id=row.school_id,
            school=row.school,
            theme=row.theme,
            child=row.known_as or row.forename,
            lead_id=row.lead_id,
            lead=row.lead_known_as or row.lead_name,
            round_id=row.round_id,
            minutes=row.minutes,
            interpreter_minutes=row.interpreter_minutes,
        )
        for row in session.execute(OPEN, {"me": viewer.person_id, "now": now})
    ]
    return [
        Couple(one, other)
        for one, other in combinations(found, 2)
        if one.school_id == other.school_id and one.pupil_id != other.pupil_id
    ]


def my_help(session: PortalSession, *, viewer: Actor) -> Help:
    """The reader's own settings."""
    row = session.execute(MY_HELP, {"me": viewer.person_id}).one()
    return Help(row.spoken_language, row.interpreter_needed)


def in_one_meeting(
    session: PortalSession, *, viewer: Actor, couple: Couple, interpreter: bool, now: datetime
) -> list[Choice]:
    """The free times that are long enough to talk about both children."""
    times = _free(session, viewer, couple.first, interpreter, now, children=2) if couple.same_lead else []
    return [Choice((time,), (couple.first, couple.second)) for time in times]


def one_after_the_other(
    session: PortalSession, *, viewer: Actor, couple: Couple, interpreter: bool, now: datetime
) -> list[Choice]:
    """Free times of which the second begins at most twenty minutes after the first has ended."""
    first = _free(session, viewer, couple.first, interpreter, now)
    second = first if couple.same_lead else _free(session, viewer, couple.second, interpreter, now)
    ways = [Choice(pair, (couple.first, couple.second)) for pair in pairs(first, second)]
    if not couple.same_lead:
        ways += [Choice(pair, (couple.second, couple.first)) for pair in pairs(second, first)]
    return sorted(ways, key=lambda way: [(time.starts_at, time.slot_id) for time in way.times])


def pairs(earlier: Sequence[FreeTime], later: Sequence[FreeTime]) -> list[tuple[FreeTime, FreeTime]]:
    """Each of the earlier times with the first of the later ones that follows closely; both lists in their order."""
    starts = [time.starts_at for time in later]
    found = []
    for time in earlier:
        at = bisect_left(starts, time.ends_at)
        if at < len(later) and later[at].starts_at <= time.ends_at + NEXT_CHILD_WITHIN:
            found.append((time, later[at]))
    return found


def _free(
    session: PortalSession, viewer: Actor, review: OpenReview, interpreter: bool, now: datetime, children: int = 1
) -> list[FreeTime]:
    return free_times(
        session,
        school_id=review.school_id,
        round_id=review.round_id,
        staff_id=review.lead_id,
        adult_id=viewer.person_id,
        minutes_needed=minutes_needed(
            review.minutes, review.interpreter_minutes, interpreter=interpreter, children=children
        ),
        in_building=True,
        now=now,
    )
