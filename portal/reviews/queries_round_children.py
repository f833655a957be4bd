"""The children of a round: whom staff may choose, who could meet the family, and what a teacher says to their own."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, bindparam, or_, select

from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.people.models import Person, Pupil, SchoolClass, StaffRole
from portal.people.rules import Role
from portal.profiles.models_register import SenStatusPeriod
from portal.profiles.rules import SenProvision
from portal.profiles.rules_steps import SUPPORTED
from portal.reviews.models import Review, ReviewRound, Term
from portal.reviews.rules import Ask, ReviewKind, RoundState, Season, Stage
from portal.reviews.rules_rounds import ask_key

LEADS = (Role.CLASS_TEACHER, Role.SENDCO, Role.HEADTEACHER)
MAY_CHANGE = frozenset({Stage.PLANNED, Stage.INVITED})
BEFORE = (Stage.PLANNED, Stage.INVITED, Stage.BOOKED, Stage.NOT_ATTENDED)
THE_ROUND = (
    select(ReviewRound.id, ReviewRound.kind, ReviewRound.state, ReviewRound.term_id, Term.season, Term.starts_on)
    .join(Term, Term.id == ReviewRound.term_id)
    .where(ReviewRound.school_id == bindparam("school_id"), ReviewRound.id == bindparam("round_id"))
)
SUPPORTED_CHILDREN = (
    select(
        Pupil.id,
        Pupil.forename,
        Pupil.surname,
        Pupil.known_as,
        Pupil.nc_year,
        Pupil.class_id,
        Pupil.left_on,
        SchoolClass.name.label("class_name"),
        SenStatusPeriod.provision,
    )
    .join(SenStatusPeriod, and_(SenStatusPeriod.pupil_id == Pupil.id, SenStatusPeriod.ends_on.is_(None)))
    .outerjoin(SchoolClass, SchoolClass.id == Pupil.class_id)
    .where(
        Pupil.school_id == bindparam("school_id"),
        SenStatusPeriod.provision.in_(sorted(SUPPORTED)),
        SenStatusPeriod.starts_on <= bindparam("today"),
        or_(Pupil.left_on.is_(None), Pupil.left_on > bindparam("today")),
    )
    .order_by(*SchoolClass.in_order(), Pupil.surname, Pupil.forename, Pupil.id)
)
REVIEWS_OF_THE_TERM = select(
    Review.id, Review.pupil_id, Review.round_id, Review.stage, Review.lead_id, Review.ask, Review.ask_words
).where(
    Review.school_id == bindparam("school_id"),
    Review.kind == bindparam("kind"),
    or_(
        Review.round_id == bindparam("round_id"),
        and_(Review.term_id == bindparam("term_id"), Review.stage != Stage.CANCELLED),
    ),
)
STAFF = (
    select(StaffRole.person_id, StaffRole.role, StaffRole.class_id, SchoolClass.name.label("class_name"))
    .add_columns(Person.full_name, Person.known_as)
    .join(Person, Person.id == StaffRole.person_id)
    .outerjoin(SchoolClass, SchoolClass.id == StaffRole.class_id)
    .where(
        StaffRole.school_id == bindparam("school_id"),
        StaffRole.role.in_(sorted(LEADS)),
        StaffRole.starts_on <= bindparam("today"),
        or_(StaffRole.ends_on.is_(None), StaffRole.ends_on >= bindparam("today")),
    )
    .order_by(Person.full_name, StaffRole.role, StaffRole.id)
)
MY_CHILDREN = (
    select(
        Review.id.label("review_id"),
        Review.pupil_id,
        Review.ask,
        Review.ask_words,
        Review.kind,
        Pupil.forename,
        Pupil.surname,
        Pupil.known_as,
        SchoolClass.name.label("class_name"),
        ReviewRound.first_day,
        ReviewRound.last_day,
        Term.season,
    )
    .join(Pupil, Pupil.id == Review.pupil_id)
    .join(SchoolClass, SchoolClass.id == Pupil.class_id)
    .join(ReviewRound, ReviewRound.id == Review.round_id)
    .join(Term, Term.id == ReviewRound.term_id)
    .where(
        Review.school_id == bindparam("school_id"),
        ReviewRound.state != RoundState.CLOSED,
        Review.stage.in_(BEFORE),
        Pupil.left_on.is_(None),
        Pupil.class_id.in_(
            select(StaffRole.class_id).where(
                StaffRole.person_id == bindparam("me"),
                StaffRole.school_id == bindparam("school_id"),
                StaffRole.role == Role.CLASS_TEACHER,
                StaffRole.starts_on <= bindparam("today"),
                or_(StaffRole.ends_on.is_(None), StaffRole.ends_on >= bindparam("today")),
            )
        ),
    )
    .order_by(ReviewRound.first_day, *SchoolClass.in_order(), Pupil.surname, Pupil.forename, Review.id)
)


@dataclass(frozen=True, slots=True)
class Lead:
    """A member of staff whom a family can meet."""

    person_id: uuid.UUID
    name: str
    role: Role
    class_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A child who may be chosen, or is in the round already: then with the review's own facts."""

    pupil_id: uuid.UUID
    name: str
    nc_year: str
    provision: SenProvision
    leaves_on: date | None
    elsewhere: bool
    stage: Stage | None = None
    lead_id: uuid.UUID | None = None
    ask: Ask = Ask.NOTHING

    @property
    def is_in(self) -> bool:
        """Whether the child has a review in this round."""
        return self.stage is not None

    @property
    def may_change(self) -> bool:
        """Whether it can still be said here who meets the family."""
        return self.stage is None or self.stage in MAY_CHANGE

    @property
    def is_ticked(self) -> bool:
        """Chosen unless somebody says otherwise."""
        return not self.is_in and not self.elsewhere and self.leaves_on is None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassOfChildren:
    """One class, its children, and who meets their families unless it is said otherwise."""

    class_id: uuid.UUID | None
    name: str
    lead_id: uuid.UUID | None
    children: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundChildren:
    """Everybody who may be in one round, by class."""

    round_id: uuid.UUID
    season: Season
    term_starts: date
    kind: ReviewKind
    state: RoundState
    classes: tuple[ClassOfChildren, ...]
    leads: tuple[Lead, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskRow:
    """One child of a teacher's own class, and what the family is told before it chooses a time."""

    review_id: uuid.UUID
    pupil_id: uuid.UUID
    name: str
    class_name: str
    kind: ReviewKind
    season: Season
    first_day: date
    last_day: date
    ask: Ask
    words: str
    seen: str


def round_children(session: PortalSession, *, viewer: Actor, round_id: uuid.UUID, today: date) -> RoundChildren:
    """Whom to choose for a round; 4 statements. Raises NotFound for another school's round."""
    asked = {"school_id": viewer.school_id, "today": today}
    found = session.execute(THE_ROUND, {**asked, "round_id": round_id}).first()
    if found is None:
        raise NotFound
    facts = {**asked, "round_id": round_id, "kind": found.kind, "term_id": found.term_id}
    mine: dict[uuid.UUID, Any] = {}
    elsewhere = set()
    for review in session.execute(REVIEWS_OF_THE_TERM, facts):
        if review.round_id == round_id:
            mine[review.pupil_id] = review
        else:
            elsewhere.add(review.pupil_id)
    staff = session.execute(STAFF, asked).all()
    children: dict[tuple[str, uuid.UUID | None], list[Candidate]] = {}
    for child in session.execute(SUPPORTED_CHILDREN, asked):
        place = (child.class_name or "", child.class_id)
        children.setdefault(place, []).append(_candidate(child, mine.get(child.id), child.id in elsewhere))
    return RoundChildren(
        round_id=round_id,
        season=found.season,
        term_starts=found.starts_on,
        kind=found.kind,
        state=found.state,
        classes=tuple(
            ClassOfChildren(
                class_id=place[1], name=place[0], lead_id=_first_lead(staff, place[1]), children=tuple(rows)
            )
            for place, rows in children.items()
        ),
        leads=_leads(staff),
    )


def _name(row: Any) -> str:
    return f"{row.known_as or row.forename} {row.surname}".strip()


def _candidate(child: Any, review: Any, elsewhere: bool) -> Candidate:
    return Candidate(
        pupil_id=child.id,
        name=_name(child),
        nc_year=child.nc_year,
        provision=child.provision,
        leaves_on=child.left_on,
        elsewhere=elsewhere,
        stage=review.stage if review else None,
        lead_id=review.lead_id if review else None,
        ask=review.ask if review else Ask.NOTHING,
    )


def _first_lead(staff: Iterable[Any], class_id: uuid.UUID | None) -> uuid.UUID | None:
    """The class's own teacher, else the SENDCO."""
    roles = [*staff]
    own = [row.person_id for row in roles if class_id and row.class_id == class_id]
    return next(iter(own + [row.person_id for row in roles if row.role == Role.SENDCO]), None)


def _leads(staff: Iterable[Any]) -> tuple[Lead, ...]:
    """Each person once, by name."""
    found: dict[uuid.UUID, Lead] = {}
    for row in staff:
        name = row.known_as or row.full_name
        found.setdefault(row.person_id, Lead(row.person_id, name, row.role, row.class_name or ""))
    return tuple(found.values())


def my_asks(session: PortalSession, *, viewer: Actor, today: date) -> list[AskRow]:
    """The children of the classes that the viewer teaches, in rounds that are not over; 1 statement."""
    asked = {"school_id": viewer.school_id, "me": viewer.person_id, "today": today}
    return [
        AskRow(
            review_id=row.review_id,
            pupil_id=row.pupil_id,
            name=_name(row),
            class_name=row.class_name,
            kind=row.kind,
            season=row.season,
            first_day=row.first_day,
            last_day=row.last_day,
            ask=row.ask,
            words=row.ask_words,
            seen=ask_key(row.ask, row.ask_words),
        )
        for row in session.execute(MY_CHILDREN, asked)
    ]
