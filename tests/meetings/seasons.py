"""A review round with as many children as a test asks for, made inside the test world through mapped rows."""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, select

from portal.kernel import clock
from portal.kernel.scope import PortalSession, system
from portal.meetings.models import Slot
from portal.people.actor import Actor
from portal.people.models import Person, Pupil, PupilContact, School, SchoolClass, StaffRole
from portal.people.rules import Audience, ContactState, PortalAccess, Role, YesNo
from portal.people.scopes import scope_of
from portal.profiles.models_register import SenStatusPeriod
from portal.profiles.rules import SenProvision
from portal.reviews.models import Review, ReviewRound, Term
from portal.reviews.rules import RoundState


@dataclass
class Season:
    """One planned round of the first school with its children; two adults each."""

    engine: Engine
    actor: Actor
    school_id: uuid.UUID
    class_id: uuid.UUID
    round_id: uuid.UUID
    lead_id: uuid.UUID
    pupils: list[uuid.UUID] = field(default_factory=list)
    adults: dict[uuid.UUID, tuple[uuid.UUID, ...]] = field(default_factory=dict)
    now: Any = None

    def session(self) -> PortalSession:
        return PortalSession(self.engine, scope=system("arranging"))

    def do(self, act: Any, actor: Actor | None = None, **facts: Any) -> Any:
        """An action as a request carries it out: one session in the actor's scope, committed when it succeeds."""
        actor = actor or self.actor
        with PortalSession(self.engine, scope=scope_of(actor, clock.today())) as session:
            answer = act(session, actor=actor, **{"now": self.now, **facts})
            session.commit()
            return answer

    def read(self, statement: Any) -> list[Any]:
        with self.session() as session:
            return list(session.execute(statement))

    def reviews(self) -> dict[uuid.UUID, Review]:
        """The reviews of the round by pupil, as they stand in the database."""
        with self.session() as session:
            found = session.scalars(select(Review).where(Review.round_id == self.round_id)).all()
            session.expunge_all()
            return {review.pupil_id: review for review in found}

    def review_ids(self) -> list[uuid.UUID]:
        return [review.id for review in self.reviews().values()]

    def add_times(self, count: int = 1) -> list[uuid.UUID]:
        """Slots of the lead in three weeks."""
        with self.session() as session:
            start = (self.now + timedelta(days=21)).replace(hour=9, minute=0, second=0, microsecond=0)
            made = [
                Slot(
                    id=uuid.uuid4(), school_id=self.school_id, round_id=self.round_id, staff_id=self.lead_id,
                    starts_at=start + timedelta(minutes=35 * number),
                    ends_at=start + timedelta(minutes=35 * number + 30), pause_minutes=5, modes=["in_person"],
                )
                for number in range(count)
            ]  # fmt: skip
            session.add_all(made)
            session.commit()
            return [slot.id for slot in made]

    def change(self, row: type[Any], key: uuid.UUID, **values: Any) -> None:
        with self.session() as session:
            found = session.get_one(row, key)
            for name, value in values.items():
                setattr(found, name, value)
            session.commit()

    def link(self, pupil_id: uuid.UUID, adult_id: uuid.UUID, **values: Any) -> None:
        """Changes the decision about one adult and one child, or makes one."""
        with self.session() as session:
            where = PupilContact.pupil_id == pupil_id, PupilContact.adult_id == adult_id
            contact = session.scalars(select(PupilContact).where(*where)).one()
            for name, value in values.items():
                setattr(contact, name, value)
            session.commit()

    def add_adult(self, pupil_id: uuid.UUID, **values: Any) -> uuid.UUID:
        with self.session() as session:
            person = Person(id=uuid.uuid4(), trust_id=self.actor.trust_id, full_name="Later Adult", language="pl")
            session.add(person)
            session.flush()
            session.add(_contact(self.school_id, pupil_id, person.id, self.actor.person_id, self.now, **values))
            session.commit()
            return person.id

    def add_children(self, count: int) -> list[uuid.UUID]:
        """Children with SEN support for a year, in the class of the season."""
        with self.session() as session:
            made = []
            for number in range(count):
                pupil = Pupil(
                    id=uuid.uuid4(), school_id=self.school_id, forename=f"Kit{number:03}", surname="Many",
                    born_on=clock.today() - timedelta(days=3000), nc_year="3", class_id=self.class_id,
                    rights_pass_on=clock.today() + timedelta(days=3000), staff_confirmed=True,
                )  # fmt: skip
                people = [
                    Person(id=uuid.uuid4(), trust_id=self.actor.trust_id, full_name=f"{who} Many{number}", language=tag)
                    for who, tag in (("Jo", "en"), ("Sam", "ur"))
                ]
                session.add_all([pupil, *people])
                made.append((pupil, people))
            session.flush()
            for pupil, people in made:
                session.add(
                    SenStatusPeriod(
                        school_id=self.school_id, pupil_id=pupil.id, provision=SenProvision.SUPPORT,
                        starts_on=clock.today() - timedelta(days=800),
                    )
                )  # fmt: skip
                session.add_all(
                    _contact(self.school_id, pupil.id, one.id, self.actor.person_id, self.now) for one in people
                )
                self.adults[pupil.id] = tuple(one.id for one in people)
            session.commit()
            self.pupils += [pupil.id for pupil, _people in made]
            return [pupil.id for pupil, _people in made]


def _contact(school_id: Any, pupil_id: Any, adult_id: Any, by: Any, now: Any, **values: Any) -> PupilContact:
    facts = {
        "relationship": "PAM", "parental_responsibility": YesNo.YES, "state": ContactState.ACTIVE,
        "access": PortalAccess.CONTRIBUTE, "decided_by": by, "decided_at": now, **values,
    }  # fmt: skip
    return PupilContact(school_id=school_id, pupil_id=pupil_id, adult_id=adult_id, **facts)


def make_season(engine: Engine, ids: Any, children: int = 0, state: RoundState = RoundState.PLANNED) -> Season:
    """A round of the school of `sendco`, in the term of the round that is open in the demo."""
    now = clock.now()
    with PortalSession(engine, scope=system("arranging")) as session:
        school = session.get_one(School, ids.school_of("Zara"))
        sendco = ids.person("sendco")
        term = session.scalars(
            select(Term).join(ReviewRound, ReviewRound.term_id == Term.id).where(ReviewRound.id == ids.round("primary"))
        ).one()
        room = SchoolClass(id=uuid.uuid4(), school_id=school.id, name="9 Season")
        lead = Person(id=uuid.uuid4(), trust_id=school.trust_id, full_name="Sam Season")
        row = ReviewRound(
            id=uuid.uuid4(), school_id=school.id, term_id=term.id, state=state, minutes=30, pause_minutes=5,
            interpreter_minutes=15, booking_opens_at=now - timedelta(hours=1),
            booking_closes_at=now + timedelta(days=20), first_day=(now + timedelta(days=21)).date(),
            last_day=(now + timedelta(days=30)).date(), made_by=sendco, made_at=now,
        )  # fmt: skip
        session.add_all([room, lead, row])
        session.flush()
        session.add(
            StaffRole(
                school_id=school.id, person_id=lead.id, role=Role.CLASS_TEACHER, class_id=room.id,
                starts_on=clock.today() - timedelta(days=100),
            )
        )  # fmt: skip
        actor = Actor(
            person_id=sendco, sitting_id=uuid.uuid4(), name="", audience=Audience.STAFF, language="en",
            trust_id=school.trust_id, school_id=school.id, roles=frozenset({Role.SENDCO}),
        )  # fmt: skip
        season = Season(engine, actor, school.id, room.id, row.id, lead.id, now=now)
        session.commit()
    season.add_children(children)
    return season
