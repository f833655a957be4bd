"""A round with one lead, 300 times and 400 families for the rush, beside the demo school; and how to empty its book."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import delete, select, update

from portal.accounts.actions import open_sitting
from portal.demo.fill import fill
from portal.kernel import clock
from portal.kernel.audit import AuditEvent
from portal.kernel.db import make_engine
from portal.kernel.outbox import OutboxItem
from portal.kernel.scope import PortalSession, system
from portal.meetings.models import Booking, Invitation, JoinOffer, Meeting, Slot, TakenSlot, TimeClaim
from portal.meetings.rules import Answer, Mode, cells, instant
from portal.migrations.metadata import METADATA
from portal.people.models import Person, Pupil, PupilContact, School
from portal.people.rules import Audience, ContactState, PortalAccess, YesNo
from portal.reviews.models import AcademicYear, Review, ReviewRound, ReviewStep, Term
from portal.reviews.rules import RoundState, Season, Stage

FAMILIES, SLOTS, SLOTS_A_DAY = 400, 300, 30
LENGTH = timedelta(minutes=10)


@dataclass(frozen=True)
class Fair:
    """Where the 400 families find their times: the path of the page and the cookie of each."""

    database: str
    round_id: uuid.UUID
    families: list[tuple[str, str]]

    def reset(self) -> None:
        """Nothing is booked."""
        engine = make_engine(self.database)
        mine = select(Review.id).where(Review.round_id == self.round_id)
        slots = select(Slot.id).where(Slot.round_id == self.round_id)
        with engine.execution_options(write=True).begin() as connection:
            for table, column, of in (
                (JoinOffer, JoinOffer.review_id, mine),
                (Booking, Booking.review_id, mine),
                (ReviewStep, ReviewStep.review_id, mine),
                (TakenSlot, TakenSlot.slot_id, slots),
            ):
                connection.execute(delete(table.__table__).where(column.in_(of)))
            connection.execute(delete(TimeClaim.__table__).where(TimeClaim.meeting_id.is_not(None)))
            gone = ~Meeting.id.in_(select(Booking.meeting_id)) & ~Meeting.id.in_(select(TakenSlot.meeting_id))
            connection.execute(delete(Meeting.__table__).where(gone))
            connection.execute(delete(OutboxItem.__table__))
            connection.execute(delete(AuditEvent.__table__))
            fresh = {"stage": Stage.INVITED, "live_bookings": 0, "version": 1}
            connection.execute(update(Review.__table__).where(Review.round_id == self.round_id).values(**fresh))
            asked = {"answer": Answer.NONE, "sequence": 0, "version": 1}
            connection.execute(update(Invitation.__table__).where(Invitation.review_id.in_(mine)).values(**asked))
        engine.dispose()

    def promised(self) -> tuple[int, int]:
        """Times that are taken, and times that more than one meeting has."""
        engine = make_engine(self.database)
        with engine.connect() as connection:
            taken = select(TakenSlot.slot_id).join(Slot).where(Slot.round_id == self.round_id)
            held = connection.scalars(taken.where(TakenSlot.released_at.is_(None))).all()
        engine.dispose()
        return len(held), len(held) - len(set(held))


def make_fair(database: str, folder: Path, pepper: str) -> Fair:
    """Fills an empty database and returns the fair in it."""
    folder.mkdir(exist_ok=True)
    engine = make_engine(database)
    METADATA.create_all(engine)
    now, today = clock.now(), clock.today()
    with PortalSession(engine.execution_options(write=True), scope=system("bench")) as session:
        fill(session, today=today, pepper=pepper)
        school = session.scalars(select(School).order_by(School.name)).first()
        assert school is not None
        lead = Person(id=uuid.uuid4(), trust_id=school.trust_id, full_name="Bench Lead")
        year = AcademicYear(id=uuid.uuid4(), school_id=school.id, starts_on=date(2046, 9, 1), ends_on=date(2047, 7, 20))
        session.add_all([lead, year])
        session.flush()
        round_id = _round(session, school, lead, year, now)
        _slots(session, school, lead, round_id, today)
        families = [_family(session, school, lead, round_id, now) for _ in range(FAMILIES)]
        session.flush()
        found = []
        for pupil_id, review_id, adult_id in families:
            token = open_sitting(
                session, person_id=adult_id, audience=Audience.FAMILY, school_id=None, now=now, how="bench"
            )
            found.append((f"/children/{pupil_id}/reviews/{review_id}/time", token))
        session.commit()
    engine.dispose()
    return Fair(database, round_id, found)


def _round(session: PortalSession, school: School, lead: Person, year: AcademicYear, now: datetime) -> uuid.UUID:
    term = Term(id=uuid.uuid4(), year_id=year.id, school_id=school.id, season=Season.AUTUMN,
                starts_on=date(2046, 9, 1), ends_on=date(2046, 12, 18))  # fmt: skip
    session.add(term)
    session.flush()
    made = ReviewRound(
        id=uuid.uuid4(), school_id=school.id, term_id=term.id, state=RoundState.OPEN,
        booking_opens_at=now - timedelta(days=1), booking_closes_at=now + timedelta(days=10),
        first_day=now.date(), last_day=now.date() + timedelta(days=40), minutes=10, pause_minutes=0,
        interpreter_minutes=10, made_by=lead.id, made_at=now,
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made.id


def _slots(session: PortalSession, school: School, lead: Person, round_id: uuid.UUID, today: date) -> None:
    for number in range(SLOTS):
        day, place = divmod(number, SLOTS_A_DAY)
        start = instant(today + timedelta(days=14 + day), time(10)) + LENGTH * place
        slot = Slot(
            id=uuid.uuid4(), school_id=school.id, round_id=round_id, staff_id=lead.id, starts_at=start,
            ends_at=start + LENGTH, modes=[mode.value for mode in Mode],
        )  # fmt: skip
        session.add(slot)
        session.flush()
        session.add_all(
            TimeClaim(holder_id=lead.id, at=at, slot_id=slot.id) for at in cells(slot.starts_at, slot.ends_at)
        )


def _family(
    session: PortalSession, school: School, lead: Person, round_id: uuid.UUID, now: datetime
) -> tuple[uuid.UUID, uuid.UUID, uuid.UUID]:
    adult = Person(id=uuid.uuid4(), trust_id=school.trust_id, full_name="Jo Bench")
    pupil = Pupil(
        id=uuid.uuid4(), school_id=school.id, forename="Kit", surname="Bench", born_on=date(2018, 3, 4), nc_year="3",
        rights_pass_on=date(2034, 6, 30), staff_confirmed=True,
    )  # fmt: skip
    session.add_all([adult, pupil])
    session.flush()
    about = {"school_id": school.id, "pupil_id": pupil.id}
    review = Review(
        **about, id=uuid.uuid4(), round_id=round_id, stage=Stage.INVITED, lead_id=lead.id, made_at=now,
    )  # fmt: skip
    session.add(review)
    session.flush()
    session.add_all([
        PupilContact(
            **about, adult_id=adult.id, relationship="PAM", parental_responsibility=YesNo.YES,
            state=ContactState.ACTIVE, access=PortalAccess.CONTRIBUTE, decided_by=lead.id, decided_at=now,
        ),
        Invitation(**about, review_id=review.id, adult_id=adult.id, uid=str(uuid.uuid4()), sent_at=now),
    ])  # fmt: skip
    return pupil.id, review.id, adult.id
