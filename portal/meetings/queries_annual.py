"""The annual review of one child as the SENDCO leads it: the clock, who is invited, what comes next."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, select

from portal.kernel.clock import LONDON
from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.meetings.models import Guest, Invitation, Room, Slot
from portal.meetings.queries_held import HELD_FOR_IT
from portal.meetings.rules import STATUTORY, Answer, Basis, Mode
from portal.meetings.rules_annual import (
    OVER,
    RECEIVING_YEARS,
    PlanDates,
    Warned,
    missing_from,
    warnings_about,
)
from portal.people.models import Person, Pupil
from portal.reviews.models import EhcPlan, Review, ReviewStep
from portal.reviews.queries_calendar import calendar_of
from portal.reviews.rules import ReviewKind, Stage, next_stages
from portal.reviews.rules_calendar import TermCalendar
from portal.reviews.rules_clock import ClockFacts, Tick, clock
from portal.reviews.rules_deadlines import review_due

HEAD = (
    select(
        *(Pupil.school_id, Pupil.forename, Pupil.surname, Pupil.known_as, Pupil.nc_year, Pupil.born_on),
        *(EhcPlan.issued_on, EhcPlan.last_reviewed_on, EhcPlan.local_authority),
    )
    .outerjoin(EhcPlan, and_(EhcPlan.pupil_id == Pupil.id, EhcPlan.ceased_on.is_(None)))
    .where(Pupil.id == bindparam("pupil_id"))
)
REVIEW = (
    select(
        *(Review.id, Review.stage, Review.due_on, Review.meets_at, Review.meets_minutes, Review.version),
        *(Person.full_name.label("lead"), Slot.id.label("slot_id"), Slot.modes, Slot.join_link),
        *(Slot.room_id, Room.name.label("room")),
    )
    .join(Person, Person.id == Review.lead_id)
    .outerjoin(Slot, HELD_FOR_IT)
    .outerjoin(Room, Room.id == Slot.room_id)
    .where(Review.pupil_id == bindparam("pupil_id"), Review.kind == ReviewKind.ANNUAL, Review.stage.not_in(OVER))
    .order_by(Review.made_at.desc(), Review.id)
    .limit(1)
)
STEPS = (
    select(ReviewStep.stage, ReviewStep.on_day, ReviewStep.reason, Person.full_name)
    .join(Person, Person.id == ReviewStep.noted_by)
    .where(ReviewStep.pupil_id == bindparam("pupil_id"), ReviewStep.review_id == bindparam("review_id"))
    .order_by(ReviewStep.noted_at, ReviewStep.id)
)
GUESTS = (
    select(
        *(Guest.id, Guest.basis, Guest.name, Guest.works_as, Guest.organisation, Guest.email, Guest.answer),
        *(Guest.advice_asked_on, Guest.advice_received_on, Guest.link_ends_on, Guest.link_hash),
        Person.full_name.label("named_by"),
    )
    .outerjoin(Person, Person.id == Guest.adult_id)
    .where(Guest.pupil_id == bindparam("pupil_id"), Guest.review_id == bindparam("review_id"))
    .order_by(Guest.invited_at, Guest.id)
)
ADULTS = (
    select(Person.full_name, Invitation.answer, Invitation.answer_words)
    .join(Person, Person.id == Invitation.adult_id)
    .where(Invitation.pupil_id == bindparam("pupil_id"), Invitation.review_id == bindparam("review_id"))
    .order_by(Person.full_name, Invitation.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """Whose review it is, and the dates of the plan, None while nobody has written them down."""

    pupil_id: uuid.UUID
    school_id: uuid.UUID
    name: str
    full_name: str
    nc_year: str
    born_on: date
    plan: PlanDates | None

    @property
    def looks_at_adult_life(self) -> bool:
        """From Year 9 on each review looks at preparing for adulthood (reg 20(6))."""
        return self.nc_year.isdecimal() and int(self.nc_year) >= 9


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnualReview:
    """The review that is under way. `time_is_held` is false when its time was withdrawn, by a sick day for example."""

    review_id: uuid.UUID
    stage: Stage
    due_on: date
    meets_at: datetime | None
    minutes: int
    version: int
    lead: str
    mode: Mode
    room: str
    room_id: uuid.UUID | None
    join_link: str
    time_is_held: bool
    next_stages: tuple[Stage, ...]

    @property
    def may_invite(self) -> bool:
        """Whether the list of guests can still change."""
        return Stage.HELD in self.next_stages or self.stage in {Stage.PLANNED, Stage.ADVICE_REQUESTED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitee:
    """Somebody other than the family. `named_by` is the adult who asked for them, empty when school did."""

    guest_id: uuid.UUID
    basis: Basis
    name: str
    works_as: str
    organisation: str
    email: str
    answer: Answer
    advice_asked_on: date | None
    advice_received_on: date | None
    named_by: str
    link_ends_on: date | None


@dataclass(frozen=True, slots=True)
class AdultAnswer:
    """One adult of the family, and what they have said."""

    name: str
    answer: Answer
    words: str


@dataclass(frozen=True, slots=True)
class StepTaken:
    """One step with its day, and the reason if it was late or unusual."""

    stage: Stage
    on_day: date
    reason: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnualPage:
    """Everything on the SENDCO's page."""

    child: Child
    review: AnnualReview | None = None
    clock: tuple[Tick, ...] = ()
    warnings: tuple[Warned, ...] = ()
    steps: tuple[StepTaken, ...] = ()
    guests: tuple[Invitee, ...] = ()
    adults: tuple[AdultAnswer, ...] = ()
    missing: tuple[Basis, ...] = ()
    suggested: tuple[Basis, ...] = ()

    def guest(self, guest_id: uuid.UUID) -> Invitee:
        """One of the guests. Raises NotFound."""
        found = next((guest for guest in self.guests if guest.guest_id == guest_id), None)
        if found is None:
            raise NotFound
        return found


def annual_page(session: PortalSession, *, pupil_id: uuid.UUID, today: date) -> AnnualPage:
    """Seven statements. Raises NotFound outside the scope."""
    child = _child(session, pupil_id)
    review = _review(session, pupil_id)
    if review is None:
        facts = _facts(child, None, (), None)
        return AnnualPage(child=child, clock=clock(facts, today) if facts else ())
    here = {"pupil_id": pupil_id, "review_id": review.review_id}
    steps = tuple(StepTaken(*row) for row in session.execute(STEPS, here))
    guests = tuple(_invitee(row) for row in session.execute(GUESTS, here))
    school = calendar_of(session, child.school_id, review.due_on)
    facts = _facts(child, review, steps, school)
    missing = missing_from({guest.basis for guest in guests})
    return AnnualPage(
        child=child,
        review=review,
        clock=clock(facts, today) if facts else (),
        warnings=_warnings(review, school, today),
        steps=steps,
        guests=guests,
        adults=tuple(AdultAnswer(*row) for row in session.execute(ADULTS, here)),
        missing=missing,
        suggested=_suggested(child, guests),
    )


def _child(session: PortalSession, pupil_id: uuid.UUID) -> Child:
    row = session.execute(HEAD, {"pupil_id": pupil_id}).first()
    if row is None:
        raise NotFound
    plan = PlanDates(row.issued_on, row.last_reviewed_on, row.local_authority) if row.issued_on else None
    name = row.known_as or row.forename
    return Child(
        pupil_id=pupil_id,
        school_id=row.school_id,
        name=name,
        full_name=f"{name} {row.surname}",
        nc_year=row.nc_year,
        born_on=row.born_on,
        plan=plan,
    )


def _review(session: PortalSession, pupil_id: uuid.UUID) -> AnnualReview | None:
    row = session.execute(REVIEW, {"pupil_id": pupil_id}).first()
    if row is None:
        return None
    after = next_stages(ReviewKind.ANNUAL, row.stage)
    return AnnualReview(
        review_id=row.id,
        stage=row.stage,
        due_on=row.due_on,
        meets_at=row.meets_at,
        minutes=row.meets_minutes,
        version=row.version,
        lead=row.lead,
        mode=Mode(row.modes[0]) if row.modes else Mode.IN_PERSON,
        room=row.room or "",
        room_id=row.room_id,
        join_link=row.join_link or "",
        time_is_held=row.slot_id is not None,
        next_stages=tuple(stage for stage in Stage if stage in after),
    )


def _invitee(row: Any) -> Invitee:
    return Invitee(
        guest_id=row.id,
        basis=row.basis,
        name=row.name,
        works_as=row.works_as,
        organisation=row.organisation,
        email=row.email,
        answer=row.answer,
        advice_asked_on=row.advice_asked_on,
        advice_received_on=row.advice_received_on,
        named_by=row.named_by or "",
        link_ends_on=row.link_ends_on if row.link_hash else None,
    )


def _facts(
    child: Child, review: AnnualReview | None, steps: Collection[StepTaken], school: TermCalendar | None
) -> ClockFacts | None:
    if child.plan is None:
        return None
    term = school.term_of(review.due_on) if school and review else None
    return ClockFacts(
        issued_on=child.plan.issued_on,
        last_reviewed_on=child.plan.last_reviewed_on,
        due_on=review.due_on if review else None,
        meets_on=review.meets_at.astimezone(LONDON).date() if review and review.meets_at else None,
        nc_year=child.nc_year,
        born_on=child.born_on,
        term_starts_on=term.starts_on if term else None,
        taken={step.stage: step.on_day for step in steps},
    )


def _warnings(review: AnnualReview, school: TermCalendar, today: date) -> tuple[Warned, ...]:
    """What is wrong with the day, until it is announced: from then on the clock says what was late."""
    if review.meets_at is None or review.stage not in {Stage.PLANNED, Stage.ADVICE_REQUESTED}:
        return ()
    return warnings_about(review.meets_at.astimezone(LONDON).date(), due=review.due_on, school=school, today=today)


def warnings_if(session: PortalSession, page: AnnualPage, day: date | None, *, today: date) -> tuple[Warned, ...]:
    """What would be wrong with this day for the meeting; two statements."""
    if day is None or page.child.plan is None:
        return ()
    dates = page.child.plan
    due = page.review.due_on if page.review else review_due(dates.last_reviewed_on or dates.issued_on).on
    school = calendar_of(session, page.child.school_id, day)
    return warnings_about(day, due=due, school=school, today=today)


def _suggested(child: Child, guests: Collection[Invitee]) -> tuple[Basis, ...]:
    has = {guest.basis for guest in guests}
    wanted = (*STATUTORY, *((Basis.RECEIVING_SCHOOL,) if child.nc_year in RECEIVING_YEARS else ()))
    return tuple(basis for basis in wanted if basis not in has)
