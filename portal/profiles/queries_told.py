"""Who is told when something about a child is decided: every adult whose access is open today, and nobody else."""

import uuid
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.people.models import Pupil
from portal.people.queries import adults_of
from portal.people.rules import PortalAccess


@dataclass(frozen=True, slots=True)
class ToldAdult:
    """One adult who will be told, in this language (tag); `takes_part`: who may answer, too."""

    person_id: uuid.UUID
    name: str
    relationship: str
    language: str
    takes_part: bool


@dataclass(frozen=True, slots=True)
class YoungPerson:
    """Whether the rights are the young person's own, and with which account they sign in, if they have one."""

    holds_rights: bool
    person_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class ToTell:
    """The adults, and the young person where the rights are theirs."""

    adults: tuple[ToldAdult, ...]
    young_person: YoungPerson

    @property
    def reads_own_page(self) -> bool:
        """Whether the young person is told by their own page."""
        return self.young_person.holds_rights and self.young_person.person_id is not None

    @property
    def people(self) -> tuple[uuid.UUID, ...]:
        """Everybody with a page to read it on."""
        own = (self.young_person.person_id,) if self.reads_own_page and self.young_person.person_id else ()
        return (*(adult.person_id for adult in self.adults), *own)

    def asked(self, child: str) -> dict[uuid.UUID, str]:
        """The names of those whose answer counts; `child` is what the young person is called."""
        adults = {adult.person_id: adult.name for adult in self.adults if adult.takes_part}
        own = {self.young_person.person_id: child} if self.reads_own_page and self.young_person.person_id else {}
        return adults | own

    @property
    def nobody(self) -> bool:
        """Whether the portal can tell nobody, so that a person has to."""
        return not self.adults and not self.reads_own_page


def _adults(session: PortalSession, *, viewer: Actor, pupil_id: uuid.UUID, today: date) -> tuple[ToldAdult, ...]:
    # the most important contact first; restricted, paused and proposed links never
    page = adults_of(session, viewer=viewer, pupil_id=pupil_id, today=today)
    return tuple(
        ToldAdult(row.adult_id, row.adult_name, row.relationship, row.language, row.access == PortalAccess.CONTRIBUTE)
        for row in page.rows
        if row.is_open
    )


def _young_person(session: PortalSession, *, pupil_id: uuid.UUID, today: date) -> YoungPerson:
    # whose the rights are on a day (domain.md 2.6)
    row = session.execute(
        select(Pupil.rights_pass_on, Pupil.rights_stay_with_parents, Pupil.person_id).where(Pupil.id == pupil_id)
    ).first()
    if row is None:
        raise NotFound
    return YoungPerson(row.rights_pass_on <= today and not row.rights_stay_with_parents, row.person_id)


def to_tell(session: PortalSession, *, viewer: Actor, pupil_id: uuid.UUID, today: date) -> ToTell:
    """Everybody who must be told. Raises NotFound outside the scope. 3 statements."""
    return ToTell(
        _adults(session, viewer=viewer, pupil_id=pupil_id, today=today),
        _young_person(session, pupil_id=pupil_id, today=today),
    )
