"""What a pupil may say about their own meeting: choices with their pictures, and which skin asks what on which page."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from portal.kernel.errors import Conflict
from portal.kernel.words import N_
from portal.meetings.rules import PARTS, Part
from portal.people.rules import WORDS, Skin

LONGEST_WORDS = 2_000
LONGEST_NAME = 150
CARD = "card:"  # a picture that was tapped stands before what was written, on a line of its own


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer that can be tapped. `label` is a message id."""

    value: str
    label: str
    picture: str


_PICTURE_OF = {Part.ALL: "people", Part.PART: "clock", Part.NONE: "hand", Part.MESSAGE: "envelope"}
PART_CHOICES = tuple(Choice(part.value, label, _PICTURE_OF[part]) for part, label in PARTS.items())
WHO_CHOICES = (
    Choice("family", N_("My family"), "family"),
    Choice("teacher", N_("My teacher"), "teacher"),
    Choice("helper", N_("My helper"), "person"),
    Choice("friend", N_("A friend"), "friends"),
    Choice("other", N_("Someone else"), "child"),
)
FIRST_CHOICES = (
    Choice("good", N_("What goes well"), "star"),
    Choice("learning", N_("My learning"), "book"),
    Choice("friends", N_("My friends"), "friends"),
    Choice("breaks", N_("Break time"), "football"),
    Choice("worry", N_("A worry"), "worried"),
    Choice("help", N_("What helps me"), "idea"),
)
MESSAGE_CHOICES = (
    Choice("happy", N_("I am happy"), "happy"),
    Choice("worried", N_("I am worried"), "worried"),
    Choice("help", N_("I want more help"), "hand"),
    Choice("thanks", N_("Thank you"), "heart"),
)
HELPED_CHOICES = (
    Choice("alone", N_("Nobody. I did it"), "star"),
    Choice("teacher", N_("My teacher"), "teacher"),
    Choice("helper", N_("My helper"), "person"),
    Choice("home", N_("Someone at home"), "house"),
)
CHOICES = {
    "part": PART_CHOICES,
    "who_there": WHO_CHOICES,
    "first_topic": FIRST_CHOICES,
    "message": MESSAGE_CHOICES,
    "helped_by": HELPED_CHOICES,
}


class MeetingOver(Conflict):
    """The pupil wants to change what they said after the meeting."""

    message = N_("Your meeting is over. You cannot change this now. You can tell your teacher.")


@dataclass(frozen=True, slots=True)
class Said:
    """What a pupil said about one meeting. `message` and `helped_by` may begin with a tapped picture."""

    part: Part | None = None
    which_part: str = ""
    who_there: tuple[str, ...] = ()
    who_words: str = ""
    first_topic: str = ""
    first_words: str = ""
    message: str = ""
    helped_by: str = ""

    def __bool__(self) -> bool:
        """Whether anything was said; that somebody helped is not yet a word of the pupil's."""
        return any(getattr(self, field.name) for field in fields(self) if field.name != "helped_by")


def asks_which_part(before: Said, said: Said) -> bool:
    """Whether a pupil has just said that they come to a part, and not to which: the page asks that once."""
    return said.part == Part.PART != before.part and not said.which_part


@dataclass(frozen=True, slots=True)
class Question:
    """One question: its address, its words, the form's fields to tap and to write in, and what of `Said` they fill."""

    name: str
    label: str
    tap: str
    write: str
    write_label: str
    fills: tuple[str, ...]

    @property
    def choices(self) -> tuple[Choice, ...]:
        """What can be tapped."""
        return CHOICES[self.fills[0]]


QUESTIONS = (
    Question(
        "part",
        N_("Do you want to come to your meeting?"),
        *("part", "which_part", N_("Which part?")),
        ("part", "which_part"),
    ),
    Question("who", N_("Who should be there?"), *("who_there", "who_words", N_("Say who")), ("who_there", "who_words")),
    Question(
        "first",
        N_("What should we talk about first?"),
        *("first_topic", "first_words", N_("Something else")),
        ("first_topic", "first_words"),
    ),
    Question(
        "message", N_("Do you want to tell us something?"), *("message_card", "message", N_("My words")), ("message",)
    ),
    Question(
        "helped",
        N_("Who helped you with this?"),
        *("helped_card", "helped_by", N_("Say who helped you")),
        ("helped_by",),
    ),
)
ALL_AT_ONCE = "all"


def pages(skin: Skin) -> dict[str, tuple[Question, ...]]:
    """The pages of a skin by their addresses, in order: one question a page, but all on one for those who read well."""
    if skin == WORDS:
        return {ALL_AT_ONCE: QUESTIONS}
    return {question.name: (question,) for question in QUESTIONS}


def with_card(card: str, words: str) -> str:
    """A tapped picture and what was written, as one text."""
    return "\n".join(part for part in (f"{CARD}{card}" if card else "", words) if part)


def card_and_words(text: str, choices: tuple[Choice, ...]) -> tuple[Choice | None, str]:
    """The picture a text begins with, if it is one of these, and the words after it."""
    first, _, rest = text.partition("\n")
    known: Mapping[str, Choice] = {f"{CARD}{choice.value}": choice for choice in choices}
    return (known[first], rest) if first in known else (None, text)
