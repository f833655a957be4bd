"""The workbench of the filler: one clock, one chance, known ids, and rows kept until all can be written in order."""

import random
import tomllib
import unicodedata
import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, TypeVar

from portal.demo.calendar import school_day_until
from portal.kernel.clock import LONDON
from portal.kernel.db import Base, Keyed
from portal.kernel.scope import PortalSession
from portal.people.models import Person, Pupil, PupilContact, School, SchoolClass, StaffRole
from portal.people.rules import Role

HERE = Path(__file__).parent
SEED = 20140901  # the day the SEND Code of Practice came into force
SINCE = 345  # days on the register where the text file does not say; before the earlier of the closed rounds
Row = TypeVar("Row", bound=Base)


def told(name: str) -> dict[str, Any]:
    """One of the demo's text files, as tables."""
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))


def plain(name: str) -> str:
    """A name as it may stand in an address: small Latin letters with a dot between words."""
    letters = unicodedata.normalize("NFKD", name.casefold().replace("ł", "l"))
    return ".".join("".join(c for c in letters if c.isascii() and (c.isalnum() or c in " -")).split())


@dataclass(slots=True)
class Child:
    """A pupil with what the texts need to speak of them: `told` is the child's table in the text file.

    `said` holds every text the family may read by a short path, such as `sentences.goal`, for its translations;
    `threads` the ids of targets by the names that the texts give them.
    """

    pupil: Pupil
    told: dict[str, Any]
    school: School
    links: list[PupilContact] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)
    threads: dict[str, uuid.UUID] = field(default_factory=dict)
    published: int = 0

    @property
    def since(self) -> int:
        """How many days ago the child joined the register."""
        return int(self.told.get("since", SINCE))

    @property
    def about(self) -> dict[str, uuid.UUID]:
        """The two keys that every row about this child carries."""
        return {"school_id": self.pupil.school_id, "pupil_id": self.pupil.id}


class World:
    """Everything made so far, by the names the text files use."""

    def __init__(self, today: date, pepper: str) -> None:
        self.today, self.pepper = today, pepper
        self.chance = random.Random(SEED)  # noqa: S311 - chance that repeats itself, nothing secret
        self.rows: list[Base] = []
        self.schools: dict[str, School] = {}
        self.classes: dict[str, SchoolClass] = {}
        self.people: dict[str, Person] = {}
        self.staff: list[tuple[StaffRole, Person]] = []
        self.children: dict[str, Child] = {}
        self.persons: dict[uuid.UUID, Person] = {}

    def new_id(self) -> uuid.UUID:
        """An id that is the same in every demo."""
        return uuid.UUID(int=self.chance.getrandbits(128), version=4)

    def keep(self, row: Row) -> Row:
        """Takes a row into the world and gives it its id."""
        known_by_id: Any = row
        if isinstance(known_by_id, Keyed):
            known_by_id.id = self.new_id()
        if isinstance(row, Person):
            self.persons[row.id] = row
        self.rows.append(row)
        return row

    def day(self, ago: int) -> date:
        """The last school day that is at least so many days ago."""
        return school_day_until(self.today - timedelta(days=ago))

    def at(self, ago: int, hour: int = 9, minute: int = 0) -> datetime:
        """An hour of that school day, as the clock in the classroom shows it."""
        return datetime.combine(self.day(ago), time(hour, minute), LONDON).astimezone(UTC)

    def holder(self, role: Role, child: Child) -> Person | None:
        """Who does this at the child's school, or in the child's class."""
        pupil = child.pupil
        places = {(pupil.school_id, None), (pupil.school_id, pupil.class_id)}
        return next(
            (who for row, who in self.staff if row.role == role and (row.school_id, row.class_id) in places), None
        )

    def head_of(self, role: Role, child: Child) -> Person:
        """The same for the roles that are never vacant. Raises LookupError when nobody holds it."""
        person = self.holder(role, child)
        if person is None:
            raise LookupError(f"nobody is {role} for {child.pupil.name}")
        return person

    def write(self, session: PortalSession) -> None:
        """Writes all rows, those first that others point to."""
        by_table = defaultdict[Any, list[Base]](list)
        for row in self.rows:
            by_table[row.__table__].append(row)
        for table in Base.metadata.sorted_tables:
            session.add_all(by_table[table])
            session.flush()
