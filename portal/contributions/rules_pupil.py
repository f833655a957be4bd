"""What pupils are asked before a review (domain.md 7.1 and 2.7): which skin asks what, and what can be tapped."""

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from portal.contributions.rules import FEELINGS, NOT_TOLD, Feeling, Question
from portal.kernel.words import N_
from portal.people.rules import CARDS as CARDS_SKIN
from portal.people.rules import PICTURES, WORDS, Skin

PREPARING_YEARS = frozenset({"9", "10", "11", "12", "13", "14"})  # Year 9 and up (Regulations 2014, 20(6) and 21(6))


class Asks(enum.StrEnum):
    """How a question is answered: by one feeling, by a feeling for each card, or in words alone."""

    FEELING = "feeling"
    CARDS = "cards"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Card:
    """One thing of school life that is sorted by tapping. `label` is a message id, `picture` an icon."""

    key: str
    label: str
    picture: str


CARDS = (
    Card("playtime", N_("Playtime"), "football"),
    Card("lunch", N_("Lunch"), "apple"),
    Card("reading", N_("Reading"), "book"),
    Card("writing", N_("Writing"), "pencil"),
    Card("maths", N_("Maths"), "abacus"),
    Card("friends", N_("My friends"), "friends"),
    Card("noise", N_("Noise"), "ear"),
    Card("classroom", N_("My classroom"), "school"),
    Card("getting_there", N_("Getting to school"), "bus"),
    Card("adults", N_("Help from adults"), "hand"),
)
CARD = {card.key: card for card in CARDS}
FEELING = {feeling.value: feeling for feeling in FEELINGS}
OPEN_ANSWERS = tuple(feeling for feeling in FEELINGS if feeling.value in NOT_TOLD)

SCHOOL = Question("school", N_("How is school for me?"))
PROGRESS = Question("progress", N_("How am I doing with my targets?"))
HELP = Question("help", N_("How is the help I get?"))
SORT = Question("cards", N_("What is good? What is tricky?"))
ADMIRE = Question("admire", N_("What am I good at?"), N_("And what do people like about me?"))
NOW = Question("important_now", N_("What matters to me now?"))
FUTURE = Question("important_future", N_("What do I want to do when I am older?"))
SUPPORT = Question("support", N_("What helps me? What does not help me?"))
GOOD = Question("working", N_("What is good?"))
TRICKY = Question("not_working", N_("What is tricky?"))
START = Question("start", N_("What should adults start doing?"))
STOP = Question("stop", N_("What should adults stop doing?"))
WORRIES = Question("questions", N_("Is there anything I am worried about? Who can I talk to?"))
NEXT = Question("actions", N_("What will I do next? Who will help me?"))
PREPARING = (
    Question("employment", N_("What do I want to learn, or work as?")),
    Question("independent_living", N_("How do I want to live one day?"), N_("Where, who with, and what help I want.")),
    Question("community", N_("What do I want to do with friends and near my home?")),
    Question("health", N_("What keeps me healthy and well?")),
)
PUPIL_QUESTIONS = (
    *(SCHOOL, PROGRESS, HELP, SORT, ADMIRE, NOW, FUTURE, SUPPORT, GOOD, TRICKY, START, STOP, WORRIES, NEXT),
    *PREPARING,
)
_TAPPED = (SCHOOL, PROGRESS, HELP, SORT)
_ASKED = {
    PICTURES: _TAPPED,
    CARDS_SKIN: (*_TAPPED, ADMIRE, NOW, SUPPORT, WORRIES, FUTURE),
    WORDS: (PROGRESS, GOOD, TRICKY, ADMIRE, NOW, SUPPORT, START, STOP, WORRIES, FUTURE, NEXT),
}


def questions_for(skin: Skin, nc_year: str) -> dict[str, Question]:
    """What is asked, by key, in order; from Year 9 also how the pupil prepares for being an adult."""
    preparing = PREPARING if nc_year in PREPARING_YEARS else ()
    return {question.key: question for question in (*_ASKED[skin], *preparing)}


def asks(question: Question, skin: Skin) -> Asks:
    """How this skin has a question answered."""
    if question == SORT:
        return Asks.CARDS
    return Asks.FEELING if question in _TAPPED and skin != WORDS else Asks.WORDS


def first_card(picks: Mapping[str, str]) -> str:
    """Where sorting goes on: the first card that is not sorted yet, else the first of all."""
    return next((key for key in CARD if key not in picks), CARDS[0].key)


def beside(keys: Iterable[str], key: str, step: int) -> str:
    """The key that stands so many places from this one, or nothing: nobody is led round in a circle."""
    row = list(keys)
    place = row.index(key) + step
    return row[place] if 0 <= place < len(row) else ""


@dataclass(frozen=True, slots=True)
class Tapped:
    """A feeling, and the card it is about, if it is about one."""

    card: Card | None
    feeling: Feeling


def tapped(picks: Mapping[str, str]) -> tuple[Tapped, ...]:
    """Tapped pictures in the order of the cards; what is no card is the feeling about the question itself."""
    places: Iterable[str] = (*(key for key in picks if key not in CARD), *(key for key in CARD if key in picks))
    return tuple(Tapped(CARD.get(key), FEELING[picks[key]]) for key in places if picks[key] in FEELING)
