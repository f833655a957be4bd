"""Rooms, the times of staff, and the slots made from them: the diary out of which the families of the demo choose."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any

from portal.demo.reviews import PAUSE, Round, words_of_rounds
from portal.demo.world import Child, World
from portal.kernel.clock import minutes
from portal.meetings.models import Room, Slot, StaffTime, TimeClaim
from portal.meetings.rules import Mode, cells, instant
from portal.meetings.rules_booking import run_of
from portal.people.rules import Role

STARTS, ENDS = time(15, 20), time(17, 30)
EARLY_STARTS, EARLY_ENDS = time(8, 0), time(8, 35)
FROM_AFAR = (Mode.VIDEO.value, Mode.PHONE.value)


@dataclass(slots=True)
class Diary:
    """The slots of one round by who meets families in them, in their order, and which of them are taken."""

    slots: dict[uuid.UUID, list[Slot]] = field(default_factory=lambda: defaultdict(list))
    taken: set[int] = field(default_factory=set)

    def runs(self, lead_id: uuid.UUID, length: int, mode: Mode) -> Iterator[list[Slot]]:
        """Free slots in a row for a meeting of so many minutes, the earliest first."""
        line = self.slots[lead_id]
        for place, slot in enumerate(line):
            run = run_of(line[place:], length)
            if run and mode in slot.modes and not any(id(one) in self.taken for one in run):
                yield run

    def take(self, run: Iterable[Slot]) -> None:
        """From now on these are taken."""
        self.taken.update(id(slot) for slot in run)


class Busy:
    """Which five minutes each holder has given away, over all rounds."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.at: dict[uuid.UUID, set[datetime]] = defaultdict(set)

    def free(self, holder: uuid.UUID, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether the holder has all of this time."""
        return self.at[holder].isdisjoint(cells(starts_at, ends_at))

    def claim(self, holder: uuid.UUID, starts_at: datetime, ends_at: datetime, **for_what: Any) -> None:
        """Gives this time away, for a slot or for a meeting."""
        for at in cells(starts_at, ends_at):
            self.at[holder].add(at)
            self.world.keep(TimeClaim(holder_id=holder, at=at, **for_what))

    def offer(self, slot: Slot) -> None:
        """Claims what a slot needs for as long as it is offered: staff and room, the pause after it included."""
        holders = [slot.staff_id, *(uuid.UUID(one) for one in slot.with_ids), *([slot.room_id] if slot.room_id else ())]
        for holder in holders:
            self.claim(holder, slot.starts_at, slot.ends_at + minutes(slot.pause_minutes), slot_id=slot.id)


def make_rooms(world: World) -> dict[str, Room]:
    """The rooms of both schools by their names."""
    rooms = {}
    for facts in words_of_rounds["room"]:
        school = world.schools[facts["school"]]
        room = Room(school_id=school.id, name=facts["name"], step_free=facts.get("step_free", False))
        rooms[room.name] = world.keep(room)
    return rooms


def make_diary(world: World, made: Round, rooms: dict[str, Room], busy: Busy) -> Diary:
    """The times of all who lead a review of the round and the slots from them. Of an open round all are offered; of an
    earlier one only those are written that somebody takes."""
    diary, leads = Diary(), dict[uuid.UUID, Child]()
    for child, review in made.reviews:
        leads.setdefault(review.lead_id, child)
    for lead_id, child in leads.items():
        patterns = [world.keep(pattern) for pattern in _times(world, made, lead_id, child, rooms)]
        line = sorted((slot for one in patterns for slot in _slots(made, one)), key=lambda slot: slot.starts_at)
        diary.slots[lead_id] = line
        for slot in line if made.is_open else ():
            busy.offer(world.keep(slot))
    return diary


def _times(world: World, made: Round, lead_id: uuid.UUID, child: Child, rooms: dict[str, Room]) -> Iterator[StaffTime]:
    facts = words_of_rounds["times"].get(child.told["class"], {})
    helper = world.head_of(Role.TEACHING_ASSISTANT, child) if facts.get("with") else None
    room = rooms.get(facts.get("room", ""))
    about: dict[str, Any] = {
        **{"school_id": made.school.id, "round_id": made.row.id, "person_id": lead_id, "pause_minutes": PAUSE},
        **{"room_id": room.id if room else None, "with_ids": [str(helper.id)] if helper else []},
        "join_link": f"https://meet.example.org/{child.told['class'].split()[-1].lower()}",
    }
    modes = facts.get("modes", [mode.value for mode in Mode])
    for weekday in range(5):
        yield StaffTime(**about, weekday=weekday, starts=STARTS, ends=ENDS, modes=modes)
    if made.is_open and facts.get("early"):
        yield StaffTime(**about, day=made.days[1], starts=EARLY_STARTS, ends=EARLY_ENDS, modes=list(FROM_AFAR))


def _slots(made: Round, pattern: StaffTime) -> Iterator[Slot]:
    length, pause = minutes(made.row.minutes), minutes(pattern.pause_minutes)
    for day in made.days:
        if day == pattern.day or day.weekday() == pattern.weekday:
            starts_at, ends = instant(day, pattern.starts), instant(day, pattern.ends)
            while starts_at + length <= ends:
                yield _slot(pattern, starts_at, starts_at + length)
                starts_at += length + pause


def _slot(pattern: StaffTime, starts_at: datetime, ends_at: datetime) -> Slot:
    slot = Slot(school_id=pattern.school_id, round_id=pattern.round_id, staff_id=pattern.person_id)
    slot.starts_at, slot.ends_at, slot.pause_minutes = starts_at, ends_at, pattern.pause_minutes
    slot.room_id, slot.modes, slot.with_ids = pattern.room_id, list(pattern.modes), list(pattern.with_ids)
    slot.join_link = pattern.join_link
    return slot
