"""Who can be sent a letter with a code, and which print runs there were."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select

from portal.accounts.models import LetterCode
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.people.models import Person, Pupil, PupilContact, School, SchoolClass
from portal.people.rules import OPEN_ACCESS, ContactState, LinkFacts, link_is_open

READY = (ContactState.CONFIRMED, ContactState.INVITED)


@dataclass(frozen=True, slots=True)
class Addressee:
    """One adult who may be sent a letter about one child."""

    contact_id: uuid.UUID
    adult_name: str
    pupil_name: str
    class_name: str
    printed_before: bool


@dataclass(frozen=True, slots=True)
class LanguagePile:
    """The letters of one language: they are printed together."""

    language: str
    addressees: tuple[Addressee, ...]


@dataclass(frozen=True, slots=True)
class PrintRun:
    """One batch of letters: how many, how many are used, whether it was cancelled."""

    batch: str
    made_at: datetime
    letters: int
    used: int
    revoked: int


def _ready(viewer: Actor) -> Select[PupilContact, Person, Pupil, str]:
    return (
        select(PupilContact, Person, Pupil, SchoolClass.name)
        .join(Person, Person.id == PupilContact.adult_id)
        .join(Pupil, Pupil.id == PupilContact.pupil_id)
        .outerjoin(SchoolClass, SchoolClass.id == Pupil.class_id)
        .where(
            PupilContact.school_id == viewer.school_id,
            PupilContact.state.in_(READY),
            PupilContact.access.in_(OPEN_ACCESS),
        )
        .order_by(
            Person.language, *SchoolClass.in_order(), Pupil.surname, Pupil.forename, Person.full_name, PupilContact.id
        )
    )


def is_open(contact: PupilContact, pupil: Pupil, today: date) -> bool:
    """Whether the link lets the adult in today."""
    return link_is_open(
        LinkFacts(
            access=contact.access,
            state=contact.state,
            restriction=contact.restriction,
            restricted_from=contact.restricted_from,
            rights_pass_on=pupil.rights_pass_on,
            rights_stay_with_parents=pupil.rights_stay_with_parents,
            shares_with_parents=pupil.shares_with_parents,
            left_on=pupil.left_on,
        ),
        today,
    )


def piles(session: PortalSession, *, viewer: Actor, today: date) -> list[LanguagePile]:
    """The adults that staff opened and who have not come in yet, by the language they read; 1 statement."""
    found: dict[str, list[Addressee]] = {}
    for contact, person, pupil, class_name in session.execute(_ready(viewer)):
        if is_open(contact, pupil, today):
            name = f"{pupil.name} {pupil.surname}"
            again = contact.state == ContactState.INVITED
            found.setdefault(person.language, []).append(
                Addressee(contact.id, person.full_name, name, class_name or "", again)
            )
    return [LanguagePile(language, tuple(rows)) for language, rows in found.items()]


def runs(session: PortalSession, *, viewer: Actor, newest: int = 20) -> list[PrintRun]:
    """The latest print runs; 1 statement."""
    rows = session.execute(
        select(
            LetterCode.batch,
            func.min(LetterCode.made_at),
            func.count(),
            func.count(LetterCode.used_at),
            func.count(LetterCode.revoked_at),
        )
        .where(LetterCode.school_id == viewer.school_id)
        .group_by(LetterCode.batch)
        .order_by(func.min(LetterCode.made_at).desc(), LetterCode.batch)
        .limit(newest)
    )
    return [PrintRun(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Sender:
    """The school as it stands at the head of a letter."""

    name: str
    lines: tuple[str, ...]
    phone: str
    theme: str


def sender(session: PortalSession, *, viewer: Actor) -> Sender:
    """The viewer's own school."""
    row = session.execute(
        select(School.name, School.address, School.phone, School.email, School.theme).where(
            School.id == viewer.school_id
        )
    ).one()
    lines = tuple(line for line in (*row.address.splitlines(), row.phone, row.email) if line)
    return Sender(row.name, lines, row.phone, row.theme)
