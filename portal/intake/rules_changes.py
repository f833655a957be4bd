"""What a file would change, as facts to be shown, stored and compared: the same facts are later carried out."""

import hashlib
import json
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from portal.intake.codes import Relationship
from portal.intake.rules import Problem, Severity
from portal.kernel.words import N_
from portal.people.rules import YES_NO

# Told, while something long is going on, how much of it is done.
Watch = Callable[[int], object]


class Kind(StrEnum):
    """The files that can be brought."""

    CTF = "ctf"
    CONTACTS = "contacts"
    PLANS = "plans"


class Fate(StrEnum):
    """What becomes of one thing in the file. A remark is about something that is taken, or left out, all the same."""

    NEW = "new"
    CHANGED = "changed"
    CONFLICT = "conflict"
    REFUSED = "refused"
    REMARK = "remark"
    UNCHANGED = "unchanged"


class About(StrEnum):
    """What the file speaks of: a child, one adult of one child, a child's plan, or the file itself."""

    CHILD = "child"
    ADULT = "adult"
    PLAN = "plan"
    FILE = "file"


FATES = {
    Fate.NEW: N_("New"),
    Fate.CHANGED: N_("Changed"),
    Fate.UNCHANGED: N_("The same"),
    Fate.CONFLICT: N_("In conflict"),
    Fate.REFUSED: N_("Refused"),
    Fate.REMARK: N_("To look at"),
}
ABOUTS = {
    About.CHILD: N_("Children"),
    About.ADULT: N_("Adults"),
    About.PLAN: N_("Plans"),
    About.FILE: N_("The file"),
}


class Shown(StrEnum):
    """How a value is shown: as it is, as a word of ours in the reader's language, or as a day."""

    TEXT = "text"
    WORD = "word"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of which the portal and the file say different things. `label` is a message id."""

    label: str
    stored: str
    brought: str
    shown: Shown = Shown.TEXT


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the report. `name` is whom it is about, `child` whose adult that is; `problem` gives a reason."""

    fate: Fate
    about: About
    line: int | None
    name: str = ""
    child: str = ""
    differences: tuple[Difference, ...] = ()
    problem: Problem | None = None

    def stored(self) -> list[Any]:
        """As JSON."""
        told = self.problem
        problem = [told.message, told.column, dict(told.values)] if told else None
        differences = [[d.label, d.stored, d.brought, d.shown] for d in self.differences]
        return [self.fate, self.about, self.line, self.name, self.child, differences, problem]


def entry_from(stored: list[Any]) -> Entry:
    """What `stored` gave."""
    fate, about, line, name, child, differences, told = stored
    severity = Severity.REFUSED if fate == Fate.REFUSED else Severity.WARNING
    problem = Problem(told[0], severity, line, told[1], told[2]) if told else None
    found = tuple(Difference(label, old, new, Shown(shown)) for label, old, new, shown in differences)
    return Entry(Fate(fate), About(about), line, name, child, found, problem)


@dataclass(slots=True)
class Changes:
    """The whole plan of changes: what people are shown, and the rows to make and to change. It touches no database.

    `expected` says how many things the file held, so that a person sees whether it is the right file.
    """

    entries: list[Entry] = field(default_factory=list)
    same: Counter[About] = field(default_factory=Counter)
    made: dict[type, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    altered: dict[type, dict[uuid.UUID, dict[str, Any]]] = field(default_factory=lambda: defaultdict(dict))
    children: set[uuid.UUID] = field(default_factory=set)
    refused_whole: bool = False
    _fresh: dict[uuid.UUID, dict[str, Any]] = field(default_factory=dict)

    def make(self, table: type, **values: Any) -> uuid.UUID:
        """A row to be made; returns its id."""
        key = uuid.uuid4()
        self._fresh[key] = {"id": key, **values}
        self.made[table].append(self._fresh[key])
        return key

    def alter(self, table: type, key: uuid.UUID, **values: Any) -> None:
        """Values to be set in a row; a row that is itself only going to be made takes them at once."""
        if key in self._fresh:
            self._fresh[key].update(values)
        elif values:
            self.altered[table].setdefault(key, {}).update(values)

    def note(
        self,
        fate: Fate,
        about: About,
        line: int | None,
        name: str = "",
        child: str = "",
        *,
        problem: Problem | None = None,
    ) -> None:
        """A line of the report without values."""
        self.entries.append(Entry(fate, about, line, name, child, (), problem))

    def weighed(self, found: "Weighing", about: About, line: int, name: str, child: str = "") -> None:
        """The lines of the report for something that is known already."""
        for fate, differences in ((Fate.CHANGED, found.changed), (Fate.CONFLICT, found.held_back)):
            if differences:
                self.entries.append(Entry(fate, about, line, name, child, tuple(differences)))
        if not found.changed and not found.held_back:
            self.same[about] += 1

    def problems(self, found: Iterable[Problem], about: About, name: str = "", child: str = "") -> None:
        """What a reader of files had to say."""
        for problem in found:
            fate = Fate.REFUSED if problem.severity is Severity.REFUSED else Fate.REMARK
            self.note(fate, about, problem.line, name, child, problem=problem)

    def refuse_whole(self, problem: Problem) -> None:
        """Nothing of the file is taken."""
        self.refused_whole = True
        self.note(Fate.REFUSED, About.FILE, problem.line, problem=problem)

    @property
    def is_nothing(self) -> bool:
        """Whether carrying it out would change nothing."""
        return not any(self.made.values()) and not any(self.altered.values())

    def counts(self) -> dict[str, dict[str, int]]:
        """How many, by what it is about and by what becomes of it."""
        found: dict[str, Counter[str]] = {about: Counter() for about in About}
        for entry in self.entries:
            found[entry.about][entry.fate] += 1
        for about, number in self.same.items():
            found[about][Fate.UNCHANGED] = number
        return {about: dict(numbers) for about, numbers in found.items() if numbers}

    def digest(self) -> str:
        """The same for the same changes: what a person confirmed is carried out only while this has not changed."""
        mark = hashlib.sha256()
        for entry in self.entries:
            mark.update(json.dumps(entry.stored()).encode())
        for table, rows in self.made.items():
            for row in rows:
                mark.update(f"{table.__name__}{[self._marked(value) for value in row.values()]}".encode())
        for table, changed in self.altered.items():
            mark.update(
                f"{table.__name__}{sorted((str(key), str(values)) for key, values in changed.items())}".encode()
            )
        return mark.hexdigest()

    def _marked(self, value: object) -> str:
        return "fresh" if isinstance(value, uuid.UUID) and value in self._fresh else str(value)

    def report(self) -> dict[str, Any]:
        """As JSON, for the job."""
        return {
            "digest": self.digest(),
            "counts": self.counts(),
            "entries": [entry.stored() for entry in self.entries],
            "nothing": self.is_nothing,
        }


Claims = dict[tuple[uuid.UUID, str], Any]


@dataclass(slots=True)
class Weighing:
    """Compares one known row with what the file says. The first line of a file that speaks of a field has said it: a
    later one that differs is a conflict, or the same file would change something each time it is brought."""

    key: uuid.UUID
    claims: Claims
    labels: Mapping[str, str]
    changed: list[Difference] = field(default_factory=list)
    held_back: list[Difference] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)

    def weigh(self, name: str, stored: Any, brought: Any, *, held: bool) -> None:
        """None or an empty text is no opinion. `held`: staff confirmed it, so that it stays as it is."""
        if brought is None or brought == "":
            return
        first = self.claims.setdefault((self.key, name), brought)
        if first != brought:
            self.held_back.append(self.difference(name, first, brought))
        elif stored != brought:
            (self.held_back if held else self.changed).append(self.difference(name, stored, brought))
            if not held:
                self.values[name] = brought

    def difference(self, name: str, stored: Any, brought: Any) -> Difference:
        """The field as it is shown."""
        how = (
            Shown.DAY
            if isinstance(brought, date)
            else Shown.WORD
            if isinstance(brought, bool | StrEnum)
            else Shown.TEXT
        )
        return Difference(self.labels[name], said(stored), said(brought), how)


_WORDS: dict[Any, str] = {True: N_("Yes"), False: N_("No"), **YES_NO, **{code: code.label for code in Relationship}}


def said(value: Any) -> str:
    """A value as the report keeps it: a message id for our own words, else its text."""
    if isinstance(value, bool | StrEnum):
        return _WORDS.get(value, str(value))
    return value.isoformat() if isinstance(value, date) else str(value or "")
