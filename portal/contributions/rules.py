"""Who is asked what before a review (domain.md 7.1), who may read the answers, and when an answer is late."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.kernel.errors import Conflict, NotAllowed
from portal.kernel.words import N_
from portal.people.rules import Readers
from portal.reviews.rules import BEFORE_THE_MEETING, Stage

LONGEST_ANSWER = 20_000


class How(enum.StrEnum):
    """How somebody's views came in; what another person typed says so wherever it is read."""

    SELF = "self"
    PAPER = "paper"
    PHONE = "phone"
    TALKED = "talked"
    OBSERVED = "observed"


HOWS = {
    How.SELF: N_("Written by themselves"),
    How.PAPER: N_("Typed in from paper by school"),
    How.PHONE: N_("Said on the phone and typed in by school"),
    How.TALKED: N_("Said in a talk and typed in by school"),
    How.OBSERVED: N_("Seen by an adult, not said"),
}


# in which ways the office types in what a parent says
TYPED_IN = (How.PAPER, How.PHONE, How.TALKED)


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `key` stands in the database and in the address; `label` and `hint` are message ids."""

    key: str
    label: str
    hint: str = ""


PARENT_QUESTIONS = (
    Question(
        "progress",
        N_("How are things going with the targets?"),
        N_("Think of what you see at home. Small steps count."),
    ),
    Question("admire", N_("What do you like and admire about your child?"), N_("We like to start with this.")),
    Question("important_now", N_("What matters most to your child now?"), N_("People, places, things, routines.")),
    Question(
        "important_future", N_("What are your hopes for the future?"), N_("Next term, or when your child is older.")
    ),
    Question("support", N_("What helps your child most, at home and at school?"), N_("Also what makes things harder.")),
    Question("working", N_("What is going well?"), N_("At home and at school.")),
    Question("not_working", N_("What is not going so well?"), N_("We want to know this too.")),
    Question("questions", N_("What worries you? What do you want to ask?"), N_("You can also ask for a call instead.")),
    Question("actions", N_("What should we each do next, and by when?"), N_("You, your child, and school.")),
)
STAFF_QUESTIONS = (
    Question("working", N_("What is working?")),
    Question("not_working", N_("What is not working yet?")),
    Question("admire", N_("One good thing")),
)
ADVICE = Question("advice", N_("Advice for the annual review"))


@dataclass(frozen=True, slots=True)
class Feeling:
    """One of the five answers a young child can tap; `label` is a message id, `picture` an icon."""

    value: str
    label: str
    picture: str


FEELINGS = (
    Feeling("good", N_("Good"), "happy"),
    Feeling("so_so", N_("So-so"), "neutral"),
    Feeling("tricky", N_("Tricky"), "worried"),
    Feeling("not_now", N_("Not now"), "clock"),
    Feeling("not_say", N_("I don't want to say"), "quiet"),
)
# answers, but none that anybody has to answer in turn
NOT_TOLD = frozenset({"not_now", "not_say"})


def is_kept_back(question: str, text: str, picks: Mapping[str, str]) -> bool:
    """Whether somebody wrote words and then chose not to say them: the choice is sent, and the words stay a draft."""
    return bool(text) and picks.get(question) in NOT_TOLD


def is_nothing_new(draft: Any, counts: Any) -> bool:
    """Whether a draft holds only words that are kept back, for the version that counts says the choice already, to the
    same readers. Both are statements or rows of them."""
    if counts is None or counts.text or not is_kept_back(draft.question, draft.text, draft.picks):
        return False
    said, meant = ((row.picks, row.readers, row.one_adult_id) for row in (counts, draft))
    return bool(said == meant)


READER_NAMES = {
    Readers.ONE_ADULT: N_("One adult"),
    Readers.TEACHERS: N_("My teachers"),
    Readers.FAMILY: N_("My teachers and my family"),
}
PARENT_READER_NAMES = {
    Readers.TEACHERS: N_("School only: the class teacher, the SENDCO and the headteacher"),
    Readers.FAMILY: N_("School and the other adults of my child who use the portal"),
}


CIRCLES = (Readers.ONE_ADULT, Readers.TEACHERS, Readers.FAMILY)


def is_wider(readers: Readers, than: Readers) -> bool:
    """Whether one circle holds more people than another."""
    return CIRCLES.index(readers) > CIRCLES.index(than)


class ReviewClosed(Conflict):
    """Words come for a review that was cancelled or finished for good."""

    message = N_("This review is finished. Nothing can be added to it any more. What you wrote is still here.")


OPEN_FOR_WORDS = frozenset(BEFORE_THE_MEETING - {Stage.PLANNED}) | {Stage.HELD, Stage.RECORD_SHARED, Stage.REPORT_SENT}


def is_late(stage: Stage, meets_at: datetime | None, now: datetime) -> bool:
    """Words are kept until the review is finished; those that come after the meeting began are marked late. Raises
    ReviewClosed."""
    if stage not in OPEN_FOR_WORDS:
        raise ReviewClosed
    return stage not in BEFORE_THE_MEETING or (meets_at is not None and now >= meets_at)


class OnlyReads(NotAllowed):
    """The adult may read about the child and not take part."""

    message = N_("You can read about this child. To tell us something, please call the school office.")


VERSIONS = 1_000_000  # more changes than one draft will ever see


def stamp(number: int, version: int) -> int:
    """One number for the state of an answer, which never comes again."""
    return number * VERSIONS + version
