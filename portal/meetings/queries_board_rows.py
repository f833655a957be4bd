"""What the season board shows: a child in a row, the whole round in numbers."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from portal.meetings.rules import Answer
from portal.meetings.rules_board import Look
from portal.reviews.rules import Ask, ReviewKind, RoundState, Season, Stage
from portal.reviews.rules_rhythm import Rhythm


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardAdult:
    """One invited adult; only the SENDCO and the head read the names."""

    name: str
    language: str
    answer: Answer
    meets_at: datetime | None
    has_account: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRow:
    """One child of the round."""

    review_id: uuid.UUID
    pupil_id: uuid.UUID
    name: str
    class_id: uuid.UUID | None
    class_name: str
    lead_id: uuid.UUID
    lead: str
    stage: Stage
    ask: Ask
    invited_at: datetime | None
    views_in_at: datetime | None
    held_at: datetime | None
    held_without_family: bool
    record_shared_at: datetime | None
    adults: tuple[BoardAdult, ...]
    year: Rhythm
    looks: tuple[Look, ...]

    @property
    def times(self) -> tuple[datetime, ...]:
        """When the family comes: once, or once for each household."""
        return tuple(sorted({adult.meets_at for adult in self.adults if adult.meets_at}))

    @property
    def booked(self) -> int:
        """How many of the invited adults have a time."""
        return sum(adult.meets_at is not None for adult in self.adults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the reader asked for; empty means everything."""

    search: str = ""
    class_id: uuid.UUID | None = None
    stage: Stage | None = None
    language: str = ""
    exceptions: bool = False


@dataclass(frozen=True, slots=True)
class Totals:
    """The whole round in numbers, whatever the filter shows."""

    children: int = 0
    invited: int = 0
    booked: int = 0
    views_in: int = 0
    held: int = 0
    shared: int = 0
    lit: int = 0
    behind: int = 0


@dataclass(frozen=True, slots=True)
class LeadWithoutTimes:
    """Somebody whom families should meet and who has no free time left in this round."""

    lead_id: uuid.UUID
    name: str
    children: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """One round with all that is shown of it."""

    round_id: uuid.UUID
    kind: ReviewKind
    state: RoundState
    season: Season
    term_starts: date
    first_day: date
    last_day: date
    booking_opens_at: datetime
    booking_closes_at: datetime
    words: str
    rows: tuple[BoardRow, ...]
    totals: Totals
    classes: tuple[tuple[uuid.UUID, str], ...]
    stages: tuple[Stage, ...]
    languages: tuple[str, ...]
    has_times: bool
    without_times: tuple[LeadWithoutTimes, ...]
