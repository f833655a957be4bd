"""What one version of a plan says, as plain values: for the editor, the checks before publishing, the translators."""

import hashlib
import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from portal.kernel.words import N_
from portal.profiles.rules import PARTS, Party, TargetState, VersionState

PROFILE = tuple(PARTS)
DATES = ("starts_on", "ends_on", "review_due")
OUTCOME = ("text", "area")
TARGET_TEXTS = ("title", "now", "goal", "how_we_will_know")
HELP_TEXTS = ("who", "does_what", "how_often", "help_at_home", "pupil_words")
TARGET = (*TARGET_TEXTS, "strategies", *HELP_TEXTS, "picture", "steps_total", "review_on", "state")
LINES = ("pupil_lines", "parent_lines", "school_lines")
TRANSLATION = ("text", "translated_by", "checked_by")

LABELS = {
    **PARTS,
    "starts_on": N_("First day of the plan"),
    "ends_on": N_("Last day of the plan"),
    "review_due": N_("Next review by"),
    "text": N_("Outcome"),
    "area": N_("Area of need"),
    "title": N_("Target"),
    "now": N_("Where things are now"),
    "goal": N_("The goal"),
    "how_we_will_know": N_("How we will know"),
    "strategies": N_("What helps"),
    "who": N_("Who helps"),
    "does_what": N_("What they do"),
    "how_often": N_("How often"),
    "help_at_home": N_("Help at home"),
    "pupil_words": N_("The target in the child's words"),
    "picture": N_("Picture"),
    "steps_total": N_("Number of steps"),
    "review_on": N_("Day to look at it again"),
    "state": N_("How it stands"),
    "pupil_lines": N_("What the child does"),
    "parent_lines": N_("What the family does"),
    "school_lines": N_("What the school does"),
}
AREAS = {
    "": N_("Not said"),
    "CI": N_("Communication and interaction"),
    "CL": N_("Thinking and learning"),
    "SEMH": N_("Feelings and friendships"),
    "SP": N_("Senses and body"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetContent:
    """One target of a version."""

    id: uuid.UUID
    thread: uuid.UUID
    position: int
    title: str
    now: str
    goal: str
    how_we_will_know: str
    strategies: tuple[str, ...]
    who: str
    does_what: str
    how_often: str
    help_at_home: str
    pupil_words: str
    picture: str
    steps_done: int
    steps_total: int
    review_on: date | None
    state: TargetState


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeContent:
    """One outcome with its targets, in order."""

    id: uuid.UUID
    thread: uuid.UUID
    position: int
    text: str
    area: str
    targets: tuple[TargetContent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionContent:
    """Everything one version says. `shared_at`: the family is asked about this draft since then."""

    id: uuid.UUID
    plan_id: uuid.UUID
    number: int
    state: VersionState
    lock: int
    language: str
    kind_label: str
    child: str
    people_like: str
    important_to_me: str
    how_to_support: str
    needs_in_plain_words: str
    starts_on: date | None
    ends_on: date | None
    review_due: date | None
    written_by: str
    written_at: datetime
    published_at: datetime | None
    shared_at: datetime | None
    outcomes: tuple[OutcomeContent, ...]
    pupil_lines: tuple[str, ...]
    parent_lines: tuple[str, ...]
    school_lines: tuple[str, ...]

    @property
    def targets(self) -> tuple[TargetContent, ...]:
        """All targets in the order of their outcomes."""
        return tuple(target for outcome in self.outcomes for target in outcome.targets)

    def outcome(self, thread: uuid.UUID) -> OutcomeContent | None:
        """The outcome of a thread, if this version has it."""
        return next((outcome for outcome in self.outcomes if outcome.thread == thread), None)

    def target(self, thread: uuid.UUID) -> TargetContent | None:
        """The target of a thread, if this version has it."""
        return next((target for target in self.targets if target.thread == thread), None)

    def outcome_of(self, thread: uuid.UUID) -> OutcomeContent | None:
        """The outcome that a target belongs to."""
        return next((o for o in self.outcomes if any(target.thread == thread for target in o.targets)), None)


@dataclass(frozen=True, slots=True)
class FamilyText:
    """One text that a family reads: where it stands (message id, and of which target) and what it says."""

    label: str
    about: str
    text: str


PARTY_LINES = {Party.PUPIL: "pupil_lines", Party.PARENT: "parent_lines", Party.SCHOOL: "school_lines"}


def fingerprint(source: object, names: Sequence[str]) -> str:
    """A short mark of some values: two forms opened on the same words carry the same mark."""
    values = [getattr(source, name) for name in names]
    return hashlib.sha256(json.dumps(values, default=str).encode()).hexdigest()[:16]


def family_texts(content: VersionContent) -> Iterator[FamilyText]:
    """Every text of a version that a family or its child reads, in the order of the page, empty ones left out."""
    for name in PROFILE:
        yield from _said(LABELS[name], "", getattr(content, name))
    for outcome in content.outcomes:
        yield from _said(LABELS["text"], "", outcome.text)
        for target in outcome.targets:
            for name in TARGET_TEXTS:
                yield from _said(LABELS[name], "" if name == "title" else target.title, getattr(target, name))
            for line in target.strategies:
                yield from _said(LABELS["strategies"], target.title, line)
            for name in HELP_TEXTS:
                yield from _said(LABELS[name], target.title, getattr(target, name))
    for name in LINES:
        for line in getattr(content, name):
            yield from _said(LABELS[name], "", line)


def _said(label: str, about: str, text: str) -> Iterator[FamilyText]:
    if text.strip():
        yield FamilyText(label, about, text)
