"""The rounds that are over: who came, who sent their views, and how far each review went afterwards."""

import enum
from datetime import date, datetime, time
from itertools import cycle

from portal.demo.bookings import Desk, Invitee, Taken
from portal.demo.calendar import DAY, school_day_from, school_day_until
from portal.demo.diary import Busy, Diary
from portal.demo.reviews import Round, step
from portal.demo.said import CYCLES
from portal.demo.world import Child, World
from portal.kernel.clock import LONDON
from portal.meetings.actions_attendance import NOON
from portal.meetings.rules import Attendance, Mode, instant
from portal.people.models import Person
from portal.reviews.models import Review
from portal.reviews.rules import Stage


class Fate(enum.Enum):
    """What became of one review."""

    CAME = enum.auto()
    STAYED_AWAY = enum.auto()
    NEVER_BOOKED = enum.auto()
    NOT_HELD = enum.auto()


TURNS = (Fate.CAME, Fate.CAME, Fate.STAYED_AWAY, Fate.CAME, Fate.NOT_HELD, Fate.CAME, Fate.NEVER_BOOKED, Fate.CAME)
MODES = (Mode.IN_PERSON, Mode.IN_PERSON, Mode.PHONE, Mode.IN_PERSON, Mode.VIDEO)
BESIDES = (Attendance.SENT_VIEWS, Attendance.APOLOGIES, Attendance.PRESENT, Attendance.ABSENT)
AFTERNOON, WRITTEN_AT = time(16, 30), time(17, 40)
SHARED_AFTER, CLOSED_AFTER = 4 * DAY, 7 * DAY


def make_past_round(world: World, made: Round, diary: Diary, busy: Busy) -> None:
    """Every review of a closed round, from the invitation to where it stands."""
    desk, turns = Desk(world, made, diary, busy), cycle(TURNS)
    for place, (child, review) in enumerate(made.reviews):
        # a child of somebody one can sign in as was met: their pages have something to show
        shown = "slug" in child.told or any(world.persons[link.adult_id].demo_slug for link in child.links)
        shown = shown or "said" in CYCLES.get(child.told["key"], {})
        _one(world, desk, place, (child, review), Fate.CAME if shown else next(turns))


def _one(world: World, desk: Desk, place: int, of: tuple[Child, Review], fate: Fate) -> None:
    child, review = of
    adults, lead = desk.invite(child, review), world.persons[review.lead_id]
    able = [who for who in adults if who.books and fate is not Fate.NEVER_BOOKED]
    taken = _book(desk, place, review, able[0]) if able else None
    days = desk.made.days
    day = taken.meeting.starts_at.astimezone(LONDON).date() if taken else days[place % len(days)]
    came = taken is not None and fate is Fate.CAME
    _how_they_took_part(place, adults, taken, came=came)
    if any(who.invitation.attendance is Attendance.SENT_VIEWS for who in adults):
        review.views_in_at = instant(school_day_until(day - DAY), AFTERNOON)
    if fate is Fate.NOT_HELD:
        step(world, review, Stage.NOT_ATTENDED, lead, instant(day, WRITTEN_AT))
        if taken:
            desk.let_go(taken, lead, instant(day, WRITTEN_AT))
        return
    if taken:
        desk.hold(taken)
    step(world, review, Stage.HELD, lead, instant(day, WRITTEN_AT))
    review.held_at, review.held_without_family = instant(day, NOON), not came
    reached = _reached(desk.made, place, child)
    if reached is not Stage.HELD:
        _share(world, review, lead, day, closed=reached is Stage.CLOSED)


def _reached(made: Round, place: int, child: Child) -> Stage:
    """Where the review stands now that was held: the older ones are finished."""
    if made.back == 2:
        return Stage.CLOSED
    cycle = CYCLES.get(child.told["key"], {})
    if "said" in cycle:
        return Stage(cycle.get("until", Stage.RECORD_SHARED))
    return Stage.HELD if place % 3 == 2 else Stage.RECORD_SHARED


def _book(desk: Desk, place: int, review: Review, who: Invitee) -> Taken | None:
    opened = desk.made.row.booking_opens_at.astimezone(LONDON).date()
    at = instant(school_day_until(opened + (1 + place % 8) * DAY), time(19, 5 + place % 50))
    wanted = MODES[place % len(MODES)]
    return desk.book(place, review, who, {"mode": wanted.value}, at) or desk.book(place, review, who, {}, at)


def _how_they_took_part(place: int, adults: list[Invitee], taken: Taken | None, *, came: bool) -> None:
    for number, who in enumerate(adults):
        there = BESIDES[(place + number) % len(BESIDES)]
        if taken and who is taken.who and came:
            there = Attendance.PRESENT if taken.meeting.mode is Mode.IN_PERSON else Attendance.ONLINE
        elif there is Attendance.PRESENT and not came:
            there = Attendance.APOLOGIES
        who.invitation.attendance = there


def _share(world: World, review: Review, lead: Person, held_on: date, *, closed: bool) -> None:
    """The record goes to the family some days later, and then the review is over."""
    review.record_shared_at = _afternoon(held_on + SHARED_AFTER)
    step(world, review, Stage.RECORD_SHARED, lead, review.record_shared_at)
    if closed:
        review.closed_at = _afternoon(held_on + CLOSED_AFTER)
        step(world, review, Stage.CLOSED, lead, review.closed_at)


def _afternoon(day: date) -> datetime:
    return instant(school_day_from(day), AFTERNOON)
