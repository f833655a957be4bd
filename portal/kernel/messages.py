"""What the portal's own list of messages asks of each feature: a title for each kind, where it opens, and how one
message stands for its reader just now."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from portal.kernel.scope import PortalSession


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One message to one reader, a row of the outbox. `event` is what made it one of its kind; `at` is when it was
    due."""

    item_id: uuid.UUID
    kind: str
    event: str
    facts: Mapping[str, str]
    at: datetime
    pupil_id: uuid.UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a message stands for its reader. `holds`: it may still be told; `ask` names what waits for an answer, the
    same for every message about it; `is_read`: there is nothing new in it. `title` takes the place of the kind's own
    and stands in `lang` and `direction` where it is a person's words, else it is a message id, as `how` and `notes`
    are; in `notes` `name` is the child and `day` the day in `day`. `reason` was typed by school, or by the reader."""

    holds: bool = True
    ask: str = ""
    is_read: bool = False
    title: str = ""
    lang: str = ""
    direction: str = ""
    moment: datetime | None = None
    how: str = ""
    notes: tuple[str, ...] = ()
    day: date | None = None
    reason: str = ""
    reason_is_mine: bool = False


AS_TOLD = Standing()
Address = tuple[str, dict[str, Any]]
OpenAt = Callable[[str, Mapping[str, str], uuid.UUID], Address]
Standings = Mapping[uuid.UUID, Standing]
AskStanding = Callable[[PortalSession, Any, Sequence[Item], datetime, str], Standings]


def as_told(_session: PortalSession, _viewer: Any, _items: Sequence[Item], _now: datetime, _language: str) -> Standings:
    """For kinds that stay true."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The messages of one feature. `titles` are message ids, in which `name` stands for the child; `open_at` gives the
    endpoint and its values; `standing` looks at many messages of one reader (an actor) at once, in a language; `asks`
    are the kinds that may wait for an answer, `has_own_step` says that front pages speak of those anyway."""

    titles: Mapping[Any, str]
    open_at: OpenAt
    standing: AskStanding = as_told
    asks: frozenset[str] = frozenset()
    has_own_step: bool = False


Rooms = Mapping[str, Room]


def by_kind(*rooms: Room) -> dict[str, Room]:
    """Every kind of message with its room; raises ValueError when two rooms claim one kind."""
    found: dict[str, Room] = {}
    for room in rooms:
        if doubled := found.keys() & room.titles.keys():
            raise ValueError(f"two features send {', '.join(sorted(doubled))}")
        found |= {str(kind): room for kind in room.titles}
    return found
