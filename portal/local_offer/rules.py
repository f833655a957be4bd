"""Rules of the directory that need no database: which entries are shown, whom they are for, how old and how far."""

import enum
import math
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.local_offer.rules_words import words_of

PER_PAGE = 20
MONTHS_UNTIL_OLD = 18
OLDEST = 120
EARTH_MILES = 3958.8
MILES_A_DEGREE = math.radians(EARTH_MILES)
DISTANCES = (1, 3, 5, 10)  # miles


class Source(enum.StrEnum):
    """Where an entry comes from."""

    FEED = "feed"
    CSV = "csv"
    MANUAL = "manual"


class ServiceState(enum.StrEnum):
    """What a service says of itself (HSDS 3.0)."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    DEFUNCT = "defunct"
    CLOSED_FOR_NOW = "temporarily closed"


SHOWN_STATES = (ServiceState.ACTIVE, ServiceState.CLOSED_FOR_NOW)

# which of the four areas (SEND Code of Practice 6.28-6.35) the words of an entry speak of, and the needs of a census
_AREA_WORDS = {
    "CI": "autism autistic asperger speech language communication slcn stammer stammering signing makaton",
    "CL": "dyslexia dyslexic dyscalculia learning literacy numeracy downs",
    "SEMH": "anxiety anxious emotional mental wellbeing counselling behaviour adhd semh bereavement trauma",
    "SP": "deaf hearing blind visual vision sensory physical wheelchair mobility palsy multisensory",
}
_AREA_OF_WORD = {word: area for area, words in _AREA_WORDS.items() for word in words.split()}
AREA_CODES = tuple(_AREA_WORDS)
# words in the name of a service that speak of one condition, and the needs that name it; no need names the last ones
_CONDITIONS: dict[tuple[str, ...], str] = {
    ("ASD",): "autism autistic asperger aspergers asd",
    ("DS",): "downs syndrome",
    ("SPLD",): "dyslexia dyslexic dyscalculia",
    ("SLCN",): "stammer stammering stammerers",
    ("SEMH",): "adhd",
    ("HI", "MSI"): "deaf hearing",
    ("VI", "MSI"): "blind visually",
    ("MSI",): "deafblind",
    ("PD",): "palsy wheelchair",
    (): "epilepsy epileptic tourette tourettes cancer",
}
AREA_OF_NEED = {
    **dict.fromkeys(("SLCN", "ASD"), "CI"),
    **dict.fromkeys(("SPLD", "MLD", "SLD", "PMLD", "DS"), "CL"),
    "SEMH": "SEMH",
    **dict.fromkeys(("HI", "VI", "MSI", "PD"), "SP"),
}

STARTING_LINKS = {
    "330": ("Birmingham's Local Offer", "https://www.localofferbirmingham.co.uk/"),
    "332": ("Dudley's Local Offer", "https://dudley.portal.fsd.org.uk/kb5/dudley/fsd/localoffer.page"),
}


def starting_links(laestab: str) -> list[tuple[str, str]]:
    """The pages of the school's own council, or of every council we know when we do not know which it is."""
    mine = STARTING_LINKS.get(laestab[:3])
    return [mine] if mine else list(STARTING_LINKS.values())


def conditions(codes: Collection[str]) -> tuple[list[str], list[str]]:
    """The words for conditions that these needs name, and those for others: a suggestion must not hint at what nobody
    has found."""
    own: list[str] = []
    others: list[str] = []
    for needs, words in _CONDITIONS.items():
        (own if not set(needs).isdisjoint(codes) else others).extend(words.split())
    return own, others


def areas_in(*texts: str) -> tuple[str, ...]:
    """The areas of need that these words speak of, in the order of the Code of Practice."""
    told = {_AREA_OF_WORD.get(word, word.upper()) for text in texts for word in words_of(text)}
    return tuple(area for area in AREA_CODES if area in told)


def areas_of(codes: Iterable[str]) -> tuple[str, ...]:
    """The areas of the census codes of a child's needs, and of the areas that a plan names."""
    told = {AREA_OF_NEED.get(code, code) for code in codes}
    return tuple(area for area in AREA_CODES if area in told)


def pages_of(total: int) -> int:
    """How many pages so many entries fill."""
    return max(1, -(-total // PER_PAGE))


def age_on(born: date, today: date) -> int:
    """Whole years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def old_before(today: date) -> date:
    """An entry that was last checked before this day is old."""
    months = today.year * 12 + today.month - 1 - MONTHS_UNTIL_OLD
    return date(months // 12, months % 12 + 1, min(today.day, 28))


def months_between(first: date, last: date) -> int:
    """Whole months, never fewer than none."""
    return max(0, (last.year - first.year) * 12 + last.month - first.month - (last.day < first.day))


def checked_on(row: Any) -> date | None:
    """The newest day that the feed or a person stands for, from the columns of an entry; None when nobody does."""
    told = (row.assured_on, *(at.date() for at in (row.last_modified, row.edited_at) if at))
    return max((one for one in told if one), default=None)


@dataclass(frozen=True, slots=True)
class Point:
    """Degrees north and east."""

    latitude: float
    longitude: float

    @property
    def east_scale(self) -> float:
        """How much shorter a degree to the east is here than one to the north."""
        return math.cos(math.radians(self.latitude))


@dataclass(frozen=True, slots=True)
class Box:
    """The degrees that hold every point within so many miles."""

    south: float
    north: float
    west: float
    east: float


def box_around(here: Point, miles: float) -> Box:
    """A box for the index of places; what lies in its corners is further off."""
    high = miles / MILES_A_DEGREE
    wide = high / max(here.east_scale, 0.01)
    return Box(here.latitude - high, here.latitude + high, here.longitude - wide, here.longitude + wide)


def miles_between(one: Point, other: Point) -> float:
    """The haversine distance."""
    north, east = math.radians(other.latitude - one.latitude), math.radians(other.longitude - one.longitude)
    half = math.sin(north / 2) ** 2 + one.east_scale * other.east_scale * math.sin(east / 2) ** 2
    return 2 * EARTH_MILES * math.asin(math.sqrt(min(1.0, half)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody looks for. `near` is asked for together with `miles`; `area` is one of the four codes or empty."""

    words: tuple[str, ...] = ()
    area: str = ""
    age: int | None = None
    free: bool = False
    near: Point | None = None
    miles: int = 0
    page: int = 1

    @property
    def is_anything(self) -> bool:
        """Whether anything was asked for at all."""
        return bool(self.words or self.area or self.age is not None or self.free or self.near)
