"""What is different for a family since its last sitting: the version, its parts, its targets, and notes written meanwhile."""

import uuid
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class TargetFacts:
    """One target of a version: its title, and everything that counts as a change of it."""

    title: str
    facts: Hashable


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """One version: its number (0: no plan yet), its profile's texts by part, and its targets by thread."""

    number: int
    parts: Mapping[str, str] = field(default_factory=dict)
    targets: Mapping[uuid.UUID, TargetFacts] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ended:
    """A target that stood in the plan last time and no longer does."""

    thread: uuid.UUID
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The differences since a moment; false when there are none. `notes` counts new notes by target."""

    since: datetime
    new_version: bool
    first_plan: bool
    parts: frozenset[str]
    new: frozenset[uuid.UUID]
    changed: frozenset[uuid.UUID]
    ended: tuple[Ended, ...]
    notes: Mapping[uuid.UUID, int]

    def __bool__(self) -> bool:
        return self.new_version or bool(self.notes)

    @property
    def note_count(self) -> int:
        """How many notes were written meanwhile."""
        return sum(self.notes.values())


def compare(
    then: VersionFacts, now: VersionFacts, *, since: datetime, notes: Iterable[tuple[uuid.UUID, datetime]] = ()
) -> Changes:
    """What is new now; a first plan is new as a whole, so none of its parts is called new."""
    first_plan = then.number == 0 and now.number > 0
    compared = then.number > 0 and then.number != now.number
    known, there = then.targets, now.targets
    return Changes(
        since=since,
        new_version=then.number != now.number,
        first_plan=first_plan,
        parts=frozenset(part for part, text in now.parts.items() if compared and then.parts.get(part, "") != text),
        new=frozenset(thread for thread in there if compared and thread not in known),
        changed=frozenset(t for t, facts in there.items() if compared and t in known and known[t] != facts),
        ended=tuple(Ended(thread, facts.title) for thread, facts in known.items() if thread not in there),
        notes=Counter(thread for thread, at in notes if at > since and thread in there),
    )
