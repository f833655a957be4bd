"""Free times in words, grouped as a family reads them: days, then the morning and the afternoon of each.

A list may hold three hundred times: each day, clock time and set of modes is put into words once.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import NamedTuple

from markupsafe import Markup, escape

from portal.kernel.clock import LONDON
from portal.meetings.queries_children import Choice
from portal.meetings.queries_free import FreeTime
from portal.meetings.rules import MODES, Mode
from portal.web.i18n import day_and_month, list_of, say, time_of_day
from portal.web.i18n import gettext as _


class TimeLine(NamedTuple):
    """One time to choose. `how` is empty where every time of the list may be held in the same ways."""

    slot_id: uuid.UUID
    words: str
    how: str


@dataclass(frozen=True, slots=True)
class PartOfDay:
    """The times before or after midday."""

    words: str
    times: list[TimeLine] = field(default_factory=list)

    @property
    def radios(self) -> Markup:
        """A radio button for each time; a template would take four times as long for a list of three hundred."""
        label = cache(_label)
        lines = (
            f'{RADIO}{slot}" value="{slot}">{LABEL}{slot}">{label(words, how)}{END}'
            for slot, words, how in ((time.slot_id.hex, time.words, time.how) for time in self.times)
        )
        return Markup("".join(lines))  # noqa: S704 - ids, and labels that are escaped


RADIO = '<div class="govuk-radios__item"><input class="govuk-radios__input" type="radio" name="slot" id="'
LABEL = '<label class="govuk-label govuk-radios__label" for="'
END = "</label></div>"


def _label(words: str, how: str) -> str:
    # plain strings: adding to Markup would escape what follows once more
    return f'{escape(words)} <span class="aside">{escape(how)}</span>' if how else str(escape(words))


@dataclass(frozen=True, slots=True)
class DayOfTimes:
    """One day with its free times in their order."""

    day: date
    words: str
    parts: list[PartOfDay] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many times are free on that day."""
        return sum(len(part.times) for part in self.parts)


def in_words(times: Iterable[FreeTime]) -> list[DayOfTimes]:
    """The free times, which come in their order, by day and part of the day."""
    offered = list(times)
    ways = {time.modes for time in offered}
    how = {modes: how_of(modes) if len(ways) > 1 else "" for modes in ways}
    clock_words: dict[object, str] = {}
    halves = (_("Morning"), _("Afternoon"))
    days: list[DayOfTimes] = []
    parts: list[PartOfDay] = []
    for time in offered:
        local = time.starts_at.astimezone(LONDON)
        day = local.date()
        if not days or days[-1].day != day:
            days.append(DayOfTimes(day, day_and_month(day)))
            parts = days[-1].parts
        half = halves[local.hour >= 12]
        if not parts or parts[-1].words != half:
            parts.append(PartOfDay(half))
        at = local.time()
        if at not in clock_words:
            clock_words[at] = time_of_day(local)
        parts[-1].times.append(TimeLine(time.slot_id, clock_words[at], how[time.modes]))
    return days


def how_of(modes: Iterable[str]) -> str:
    """At school, by video or by phone, in the order of all lists."""
    given = set(modes)
    return list_of(say(MODES[mode]) for mode in Mode if mode in given)


@dataclass(frozen=True, slots=True)
class ChoiceLine:
    """One choice for two children, such as `3.40 pm: Zofia, 4.10 pm: Jan`."""

    value: str
    words: str


@dataclass(frozen=True, slots=True)
class DayOfChoices:
    """One day with its choices in their order."""

    day: date
    words: str
    lines: list[ChoiceLine] = field(default_factory=list)


def choices_in_words(choices: Iterable[Choice]) -> list[DayOfChoices]:
    """The choices, which come in their order, by day."""
    days: list[DayOfChoices] = []
    for choice in choices:
        local = choice.times[0].starts_at.astimezone(LONDON)
        if not days or days[-1].day != local.date():
            days.append(DayOfChoices(local.date(), day_and_month(local.date())))
        days[-1].lines.append(ChoiceLine(choice.value, _choice_words(choice)))
    return days


def _choice_words(choice: Choice) -> str:
    if len(choice.times) == 1:
        return time_of_day(choice.times[0].starts_at)
    first, second = choice.times
    return _(
        "%(first_time)s: %(first_child)s, then %(second_time)s: %(second_child)s",
        first_time=time_of_day(first.starts_at),
        first_child=choice.reviews[0].child,
        second_time=time_of_day(second.starts_at),
        second_child=choice.reviews[1].child,
    )
