"""The school years of the demo with their review rounds: two that are over and one in which families choose now."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import islice, takewhile

from portal.demo.calendar import (
    DAY,
    Span,
    inset_days,
    school_day_until,
    school_days_after,
    school_days_before,
    school_year,
    term_before,
    term_from,
    terms,
)
from portal.demo.world import Child, World, told
from portal.meetings.rules import instant
from portal.people.models import Person, School
from portal.people.rules import Role
from portal.reviews.models import AcademicYear, Review, ReviewRound, ReviewStep, SchoolDayException, Term
from portal.reviews.rules import Ask, DayKind, ReviewKind, RoundState, Season, Stage

MEETING_DAYS, FEWEST_DAYS = 10, 5
FIRST_MEETING, CLOSES = 5, 9  # in school days from today
OPENED_AGO = 7
DAYS_IN = 15  # school days of a term before an earlier round began
PAUSE, INTERPRETER = 5, 15
words_of_rounds = told("meetings.toml")


@dataclass(slots=True)
class Round:
    """A round with its days and the reviews in it, each with its child; `back` counts the rounds since."""

    row: ReviewRound
    school: School
    back: int
    days: list[date]
    reviews: list[tuple[Child, Review]] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Whether families choose now."""
        return self.row.state is RoundState.OPEN


def make_reviews(world: World) -> list[Round]:
    """Makes the years, the rounds and each child's reviews in them; the newest round comes last."""
    span, days = open_days(world.today)
    earlier = term_before(span)
    plan = [(2, term_before(earlier)), (1, earlier), (0, span)]
    rounds = []
    for key, school in world.schools.items():
        years = {school_year(world.today), *(one.year for _, one in plan)}
        held_in = {at: row for year in sorted(years) for at, row in _year(world, school, year).items()}
        for back, one in plan:
            held_on = days if back == 0 else term_days(one)[DAYS_IN : DAYS_IN + MEETING_DAYS]
            rounds.append(_round(world, key, school, back, held_in[one.year, one.season], held_on))
    return rounds


def open_days(today: date) -> tuple[Span, list[date]]:
    """The days of the round that is open: up to ten school days of one term, the first a school week from today."""
    first = next(islice(school_days_after(today), FIRST_MEETING - 1, None))
    span = term_from(first)
    days = [day for day in term_days(span) if day >= first]
    if len(days) < FEWEST_DAYS:
        span = term_from(span.ends_on + DAY)
        days = term_days(span)
    return span, days[:MEETING_DAYS]


def term_days(span: Span) -> list[date]:
    """The school days of a term."""
    return list(takewhile(lambda day: day <= span.ends_on, school_days_after(span.starts_on - DAY)))


def on_register(world: World, child: Child, day: date) -> bool:
    """Whether the child was on the register on this day, and at the school."""
    since, until = world.day(child.since), child.told.get("until")
    left = child.pupil.left_on
    return since <= day and (until is None or day <= world.day(until)) and (left is None or day < left)


def add_review(world: World, child: Child, lead: Person, **facts: object) -> Review:
    """One review of a child, as yet only planned unless the facts say more."""
    review = Review(**child.about, lead_id=lead.id, **facts)
    review.stage = Stage.PLANNED
    return world.keep(review)


def step(world: World, review: Review, stage: Stage, by: Person, at: datetime, on_day: date | None = None) -> None:
    """Brings the review to a stage as `take_step` would."""
    review.stage = stage
    row = ReviewStep(school_id=review.school_id, pupil_id=review.pupil_id, review_id=review.id, stage=stage)
    row.on_day, row.noted_by, row.noted_at = on_day or at.date(), by.id, at
    world.keep(row)


def _year(world: World, school: School, year: int) -> dict[tuple[int, Season], Term]:
    row = AcademicYear(school_id=school.id, starts_on=date(year, 9, 1), ends_on=date(year + 1, 8, 31))
    world.keep(row)
    for day in inset_days(year):
        training = SchoolDayException(school_id=school.id, kind=DayKind.INSET, first_day=day, last_day=day)
        world.keep(training)
    made = {}
    for span in terms(year):
        term = Term(year_id=row.id, school_id=school.id, season=span.season)
        term.starts_on, term.ends_on = span.starts_on, span.ends_on
        term.half_term_from, term.half_term_until = span.half_term_from, span.half_term_until
        made[year, span.season] = world.keep(term)
    return made


def _round(world: World, key: str, school: School, back: int, term: Term, days: list[date]) -> Round:
    is_open = back == 0
    opens = school_day_until(world.today - OPENED_AGO * DAY) if is_open else school_days_before(days[0], 15)
    closes = next(islice(school_days_after(world.today), CLOSES - 1, None)) if is_open else days[0] - DAY
    sendco = next(who for row, who in world.staff if (row.school_id, row.role) == (school.id, Role.SENDCO))
    row = ReviewRound(
        school_id=school.id,
        term_id=term.id,
        kind=ReviewKind.SEN_SUPPORT,
        state=RoundState.OPEN if is_open else RoundState.CLOSED,
        booking_opens_at=instant(opens, time(18)),
        booking_closes_at=instant(closes, time(23, 55)),
        first_day=days[0],
        last_day=days[-1],
        minutes=school.slot_minutes,
        pause_minutes=PAUSE,
        interpreter_minutes=INTERPRETER,
        words=words_of_rounds["round"][key],
        made_by=sendco.id,
        made_at=instant(school_days_before(opens, 5), time(14, 20)),
    )
    made = Round(world.keep(row), school, back, days)
    annual = words_of_rounds["annual"].get(("now", "held", "")[back], ())
    for child in (child for child in world.children.values() if child.school is school):
        if on_register(world, child, days[0] if back else world.today) and child.told["key"] not in annual:
            _termly(world, made, child, sendco)
    return made


def _termly(world: World, made: Round, child: Child, sendco: Person) -> None:
    lead = world.holder(Role.CLASS_TEACHER, child) or sendco
    row = made.row
    review = add_review(world, child, lead, round_id=row.id, term_id=row.term_id, kind=row.kind, made_at=row.made_at)
    if made.is_open and (asked := words_of_rounds["ask"].get(child.told["key"])):
        review.ask, review.ask_words, review.asked_by = Ask(asked["ask"]), asked.get("words", ""), lead.id
    made.reviews.append((child, review))
