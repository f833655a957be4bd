"""What is different between two versions of a plan, in words that a SENDCO reads before publishing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from portal.kernel.words import N_
from portal.profiles.rules_content import (
    DATES,
    LABELS,
    LINES,
    OUTCOME,
    PROFILE,
    TARGET,
    OutcomeContent,
    TargetContent,
    VersionContent,
)


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: a message id, its values, and the labels (message ids) of the parts it touches."""

    message: str
    values: Mapping[str, object] = field(default_factory=dict)
    parts: tuple[str, ...] = ()


def changes(before: VersionContent | None, after: VersionContent) -> tuple[Change, ...]:
    """The differences, in the order of the page; a first version is one change."""
    if before is None:
        return (Change(N_("This is the first plan that the family gets.")),)
    return tuple(_changes(before, after))


def _changes(before: VersionContent, after: VersionContent) -> Iterator[Change]:
    for names, message in (
        (PROFILE, N_("The profile has new words.")),
        (LINES, N_("Who does what has changed.")),
        (DATES, N_("The dates have changed.")),
    ):
        if parts := _parts(before, after, names):
            yield Change(message, parts=parts)
    yield from _outcomes(before, after)
    yield from _targets(before, after)


def _outcomes(before: VersionContent, after: VersionContent) -> Iterator[Change]:
    for outcome in after.outcomes:
        old = before.outcome(outcome.thread)
        if old is None:
            yield Change(N_("New outcome: %(text)s"), {"text": outcome.text})
        elif _parts(old, outcome, OUTCOME):
            yield Change(N_("Outcome with new words: %(text)s"), {"text": outcome.text})
    for outcome in before.outcomes:
        if after.outcome(outcome.thread) is None:
            yield Change(N_("Outcome no longer in the plan: %(text)s"), {"text": outcome.text})


def _targets(before: VersionContent, after: VersionContent) -> Iterator[Change]:
    for target in after.targets:
        old = before.target(target.thread)
        if old is None:
            yield Change(N_("New target: %(title)s"), {"title": target.title})
        elif parts := _parts(old, target, TARGET):
            yield Change(N_("Target changed: %(title)s"), {"title": target.title}, parts)
    for target in before.targets:
        if after.target(target.thread) is None:
            yield Change(N_("Target no longer in the plan: %(title)s"), {"title": target.title})


Part = VersionContent | OutcomeContent | TargetContent


def _parts(before: Part, after: Part, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(LABELS[name] for name in names if getattr(before, name) != getattr(after, name))
