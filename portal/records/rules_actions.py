"""When an action is late, what its day may be, what an ending needs, and what is said when something cannot be done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from portal.contributions.rules import NOT_TOLD
from portal.kernel.errors import Conflict, Invalid
from portal.kernel.words import N_
from portal.people.rules import Role
from portal.profiles.rules import Party
from portal.records.rules import ActionState, EndingKind

UNFINISHED = (ActionState.OPEN, ActionState.CHANGED)
# what a family may say is not happening: also what school has marked as done
DISPUTABLE = (*UNFINISHED, ActionState.KEPT)
LONGEST_ACTION = 2_000
LONGEST_FOR_A_CHILD = 200
FARTHEST = timedelta(days=2 * 366)
# who can be named: a supply teacher is gone tomorrow
CAN_PROMISE = (Role.CLASS_TEACHER, Role.TEACHING_ASSISTANT, Role.SENDCO, Role.HEADTEACHER, Role.OFFICE)

PARTY_NAMES = {Party.PUPIL: N_("The child"), Party.PARENT: N_("Family"), Party.SCHOOL: N_("School")}
MARKS = {
    ActionState.KEPT: N_("It is done"),
    ActionState.CHANGED: N_("It is changed, with a new day"),
    ActionState.STOPPED: N_("We stop it"),
}
STATE_KINDS = {
    ActionState.OPEN: "plain",
    ActionState.KEPT: "good",
    ActionState.CHANGED: "wait",
    ActionState.STOPPED: "plain",
}
NEEDS_WORDS = frozenset({EndingKind.OUTCOME, EndingKind.ANSWERED, EndingKind.DIFFERENTLY})


class RecordIsShared(Conflict):
    """Somebody wants to change a record that the family has."""

    message = N_("The family has this record. It stays as it is. You can add something at its end.")


class StillOpen(Conflict):
    """A review is to be finished while somebody has had no answer."""

    message = N_("This review cannot be finished yet. Something that was said has no ending.")


class EndingIsShared(Conflict):
    """An ending is to be changed that the family has read."""

    message = N_("The family has read this already. It stays as it is.")


class NamedByAnEnding(Conflict):
    """An action is to go that was the answer to what somebody said, and this reader may not see what."""

    message = N_("This action is the answer to something that was said. It stays.")


def is_late(state: ActionState, due_on: date | None, today: date) -> bool:
    """Whether the day has gone by and nobody has said what became of it."""
    return state in UNFINISHED and due_on is not None and due_on < today


def check_day(due_on: date | None, today: date) -> date:
    """The day by which something will be done. Raises Invalid at `due_on`."""
    if due_on is None:
        raise Invalid(N_("Say by which day."), field="due_on")
    if not today <= due_on <= today + FARTHEST:
        raise Invalid(N_("Choose a day from today on, within two years."), field="due_on")
    return due_on


def card_words(*, pupil_words: str, text: str, state: ActionState, from_child: bool) -> str:
    """What stands on the child's card about an action; empty for one that is stopped or not for the child."""
    return "" if state == ActionState.STOPPED else pupil_words or (text if from_child else "")


def says_something(text: str, picks: Mapping[str, str]) -> bool:
    """Whether a statement is one that somebody has to answer; StatementStanding says the same in SQL."""
    return bool(text) or any(pick not in NOT_TOLD for pick in picks.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionWords:
    """An action as it was typed: who, what, by when, how we will know, and what stands on the child's card."""

    party: Party
    owner: str
    owner_words: str
    text: str
    due_on: date | None
    how_we_will_know: str
    pupil_words: str
    picture: str
    for_family: bool
