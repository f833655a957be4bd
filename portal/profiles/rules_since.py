"""What is different for one reader since they last looked: versions compared by the threads that run through them."""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class TargetFacts:
    """What a family would notice of one target: its title, and everything else that may differ."""

    title: str
    facts: object


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """What a family would notice of one version; number 0 without anything is none at all."""

    number: int
    parts: Mapping[str, str] = field(default_factory=dict)
    targets: Mapping[uuid.UUID, TargetFacts] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ended:
    """A target that stood in the version last seen and stands there no more."""

    thread: uuid.UUID
    title: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since `since`. Parts are names of texts of the plan, targets are threads."""

    since: datetime
    new_version: bool = False
    first_plan: bool = False
    parts: frozenset[str] = frozenset()
    new: frozenset[uuid.UUID] = frozenset()
    changed: frozenset[uuid.UUID] = frozenset()
    ended: tuple[Ended, ...] = ()
    notes: Mapping[uuid.UUID, int] = field(default_factory=dict)

    @property
    def note_count(self) -> int:
        """How many notes are new, about all targets together."""
        return sum(self.notes.values())

    def __bool__(self) -> bool:
        return self.new_version or bool(self.notes)


def is_news(number: int, published_at: datetime | None, *, seen: int | None, since: datetime | None) -> bool:
    """Whether version `number` (0: no plan) is new to somebody who looked at `since` (None: never) and has seen version
    `seen` last. Who has seen none is told of what came after they looked."""
    if since is None or published_at is None:
        return False
    return number != seen if seen else published_at > since


def compare(
    then: VersionFacts, now: VersionFacts, *, since: datetime, notes: Iterable[tuple[uuid.UUID, datetime]] = ()
) -> Changes:
    """What a reader who saw `then` at `since` would find different; `notes` are (thread, when written)."""
    new_notes = Counter(thread for thread, at in notes if at > since and thread in now.targets)
    if then.number == now.number:
        return Changes(since, notes=new_notes)
    if not then.parts:
        return Changes(since, new_version=True, first_plan=then.number == 0 and now.number == 1, notes=new_notes)
    both = then.targets.keys() & now.targets.keys()
    return Changes(
        since,
        new_version=True,
        parts=frozenset(name for name, text in now.parts.items() if text != then.parts.get(name, "")),
        new=frozenset(now.targets.keys() - both),
        changed=frozenset(thread for thread in both if then.targets[thread] != now.targets[thread]),
        ended=tuple(Ended(thread, target.title) for thread, target in then.targets.items() if thread not in both),
        notes=new_notes,
    )
