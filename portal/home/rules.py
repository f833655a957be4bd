"""What a front page puts first, and which numbers it may say aloud."""

import enum
from dataclasses import dataclass

SMALLEST_NUMBER = 5  # fewer children than this could be recognised


class NextStep(enum.StrEnum):
    """The one thing a family is asked to do about a child."""

    NEWS = "news"
    CHANGES = "changes"
    PLAN = "plan"
    WAIT = "wait"


def next_step(*, unread: int, version: int, is_new: bool) -> NextStep:
    """News from the register first, then a version they have not seen, then the plan as it is. Version 0: no plan."""
    if unread:
        return NextStep.NEWS
    if not version:
        return NextStep.WAIT
    if is_new:
        return NextStep.CHANGES
    return NextStep.PLAN


class Count(enum.StrEnum):
    """How a number of children is told to somebody who must not know who they are."""

    EXACT = "exact"
    FEW = "few"
    NEARLY_ALL = "nearly_all"


@dataclass(frozen=True, slots=True)
class Told:
    """A number as it may be shown; `value` is 0 unless it is exact."""

    how: Count
    value: int = 0


def told(count: int, of: int | None = None) -> Told:
    """Hides a number below five, and one so near its total that the rest would be below five."""
    if count < SMALLEST_NUMBER:
        return Told(Count.FEW)
    if of is not None and 0 < of - count < SMALLEST_NUMBER:
        return Told(Count.NEARLY_ALL)
    return Told(Count.EXACT, count)
