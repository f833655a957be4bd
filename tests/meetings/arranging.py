"""A review round with its own staff, times and families inside the test world, made through the mapped rows alone."""

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select

from portal.kernel import clock
from portal.kernel.clock import LONDON
from portal.kernel.scope import PortalSession, system
from portal.meetings.models import Invitation, Slot, TimeClaim
from portal.meetings.rules import Mode, cells
from portal.meetings.rules_booking import Wishes
from portal.people.actor import Actor
from portal.people.models import KeptApart, Person, Pupil, PupilContact, School
from portal.people.rules import Audience, ContactState, PortalAccess, Role, YesNo
from portal.people.scopes import scope_of
from portal.reviews.models import AcademicYear, Review, ReviewRound, Term
from portal.reviews.rules import RoundState, Season, Stage

NOW = datetime(2026, 10, 12, 9, 0, tzinfo=LONDON)  # a Monday
DAY = date(2026, 10, 20)
WISHES = Wishes(Mode.IN_PERSON)
MINUTES = 20
PAUSE = 5


@dataclass(frozen=True)
class Family:
    """One child with one invited adult, and who else was invited."""

    pupil_id: uuid.UUID
    review_id: uuid.UUID
    adults: tuple[uuid.UUID, ...]
    about: dict[str, uuid.UUID]

    @property
    def adult_id(self) -> uuid.UUID:
        return self.adults[0]


@dataclass
class Fair:
    """One round of one school: a member of staff, their slots in order, families with invitations."""

    engine: Engine
    school_id: uuid.UUID
    trust_id: uuid.UUID
    round_id: uuid.UUID = field(default_factory=uuid.uuid4)
    staff_id: uuid.UUID = field(default_factory=uuid.uuid4)
    slots: list[uuid.UUID] = field(default_factory=list)
    now: datetime = NOW

    def keep(self, *rows: Any) -> None:
        """Adds rows, one after the other, as the portal itself."""
        with self.session() as session:
            for row in rows:
                session.add(row)
                session.flush()
            session.commit()

    def session(self) -> PortalSession:
        return PortalSession(self.engine, scope=system("arranging"))

    def actor(self, person_id: uuid.UUID, audience: Audience = Audience.FAMILY, **more: Any) -> Actor:
        return Actor(
            person_id=person_id, sitting_id=uuid.uuid4(), name="", audience=audience, language="en",
            trust_id=self.trust_id, **more,
        )  # fmt: skip

    def office(self) -> Actor:
        """Somebody at the gate, who also works as SENDCO."""
        roles = frozenset({Role.OFFICE, Role.SENDCO})
        return self.actor(self.staff_id, Audience.STAFF, school_id=self.school_id, roles=roles)

    def acting(self, actor: Actor) -> PortalSession:
        """A writing session in the actor's own scope."""
        return PortalSession(self.engine, scope=scope_of(actor, self.now.astimezone(LONDON).date()))

    def do(self, act: Any, actor: Actor, **facts: Any) -> Any:
        """Carries an action out as a request would: one session in the actor's scope, committed when it succeeds."""
        with self.acting(actor) as session:
            answer = act(session, actor=actor, **{"now": self.now, **facts})
            session.commit()
            return answer

    def slots_at(
        self,
        *starts: datetime,
        staff_id: uuid.UUID | None = None,
        modes: tuple[str, ...] = tuple(Mode),
        length: int = MINUTES,
        room_id: uuid.UUID | None = None,
    ) -> list[uuid.UUID]:
        """More slots, with the claims of their staff."""
        made = []
        staff_id = staff_id or self.staff_id
        for start in starts:
            slot = Slot(
                id=uuid.uuid4(), school_id=self.school_id, round_id=self.round_id, staff_id=staff_id, starts_at=start,
                ends_at=start + timedelta(minutes=length), pause_minutes=PAUSE, modes=list(modes), room_id=room_id,
            )  # fmt: skip
            claimed = cells(slot.starts_at, slot.ends_at + timedelta(minutes=PAUSE))
            self.keep(slot, *(TimeClaim(holder_id=staff_id, at=at, slot_id=slot.id) for at in claimed))
            made.append(slot.id)
        return made

    def person(self, name: str = "Robin Test") -> uuid.UUID:
        person = Person(id=uuid.uuid4(), trust_id=self.trust_id, full_name=name)
        self.keep(person)
        return person.id

    def family(
        self,
        adults: int = 1,
        access: PortalAccess = PortalAccess.CONTRIBUTE,
        adult_ids: tuple[uuid.UUID, ...] = (),
        lead_id: uuid.UUID | None = None,
    ) -> Family:
        """A child with invited adults, either new people or these."""
        with self.session() as session:
            known = session.get(School, self.school_id)
            assert known
            pupil = Pupil(
                id=uuid.uuid4(), school_id=self.school_id, forename="Kit", surname="Test", born_on=date(2018, 3, 4),
                nc_year="3", rights_pass_on=date(2034, 6, 30), staff_confirmed=True,
            )  # fmt: skip
            session.add(pupil)
            people = [Person(id=uuid.uuid4(), trust_id=self.trust_id, full_name="Jo Test") for _ in range(adults)]
            session.add_all(people if not adult_ids else [])
            session.flush()
            about = {"school_id": self.school_id, "pupil_id": pupil.id}
            review = Review(
                **about, id=uuid.uuid4(), round_id=self.round_id, stage=Stage.INVITED, lead_id=lead_id or self.staff_id,
                made_at=self.now,
            )  # fmt: skip
            session.add(review)
            session.flush()
            ids = adult_ids or tuple(person.id for person in people)
            for adult_id in ids:
                session.add(
                    PupilContact(
                        **about, adult_id=adult_id, relationship="PAM", parental_responsibility=YesNo.YES,
                        state=ContactState.ACTIVE, access=access, decided_by=self.staff_id, decided_at=self.now,
                    )
                )  # fmt: skip
                session.add(
                    Invitation(**about, review_id=review.id, adult_id=adult_id, uid=str(uuid.uuid4()), sent_at=self.now)
                )
            session.commit()
            return Family(pupil.id, review.id, ids, {"pupil_id": pupil.id, "review_id": review.id, "adult_id": ids[0]})

    def keep_apart(self, one: uuid.UUID, other: uuid.UUID) -> None:
        """Two rows, one for each."""
        since = date(2026, 1, 1)
        self.keep(
            KeptApart(adult_id=one, from_id=other, since=since), KeptApart(adult_id=other, from_id=one, since=since)
        )

    def change(self, row: type[Any], key: uuid.UUID, **values: Any) -> None:
        """Changes one row."""
        with self.session() as session:
            found = session.get_one(row, key)
            for name, value in values.items():
                setattr(found, name, value)
            session.commit()

    def link(self, family: Family, **values: Any) -> None:
        """Changes the decision about the family's first adult."""
        with self.session() as session:
            where = PupilContact.pupil_id == family.pupil_id, PupilContact.adult_id == family.adult_id
            contact = session.scalars(select(PupilContact).where(*where)).one()
            for name, value in values.items():
                setattr(contact, name, value)
            session.commit()


def row_of_times(count: int, first: datetime | None = None) -> list[datetime]:
    """Starts of so many slots in a row, with their pause."""
    first = first or datetime(DAY.year, DAY.month, DAY.day, 9, 0, tzinfo=LONDON)
    return [first + timedelta(minutes=MINUTES + PAUSE) * number for number in range(count)]


def make_fair(engine: Engine, slots: int = 6, now: datetime = NOW, interpreter_minutes: int = 15) -> Fair:
    """A fair in the first school: an open round and so many slots in a row."""
    with PortalSession(engine, scope=system("arranging")) as session:
        school = session.scalars(select(School).order_by(School.name)).first()
        assert school
        fair = Fair(engine, school.id, school.trust_id, now=now)
        year = AcademicYear(
            id=uuid.uuid4(), school_id=school.id, starts_on=date(2046, 9, 1), ends_on=date(2047, 7, 20)
        )  # a year of its own, beside the demo's
        session.add_all([Person(id=fair.staff_id, trust_id=school.trust_id, full_name="Sam Lead"), year])
        session.flush()
        term = Term(
            id=uuid.uuid4(), year_id=year.id, school_id=school.id, season=Season.AUTUMN,
            starts_on=date(2046, 9, 1), ends_on=date(2046, 12, 18),
        )  # fmt: skip
        session.add(term)
        session.flush()
        session.add(
            ReviewRound(
                id=fair.round_id, school_id=school.id, term_id=term.id, state=RoundState.OPEN,
                booking_opens_at=now - timedelta(days=1), booking_closes_at=now + timedelta(days=6),
                first_day=DAY, last_day=DAY, minutes=MINUTES, pause_minutes=PAUSE,
                interpreter_minutes=interpreter_minutes, made_by=fair.staff_id, made_at=now,
            )
        )  # fmt: skip
        session.commit()
    fair.slots = fair.slots_at(*row_of_times(slots))
    return fair


def real_now() -> datetime:
    """The clock's now, for pages; slots must then be made after it."""
    return clock.now()
