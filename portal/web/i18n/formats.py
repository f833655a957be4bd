"""Dates, times, lists and numbers as a letter from school would write them: London time, Gregorian, Latin digits."""

import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, get_day_names
from babel.lists import format_list
from babel.numbers import format_decimal
from markupsafe import Markup, escape

from portal.web.i18n.messages import current, gettext, ngettext

LONDON: Final = ZoneInfo("Europe/London")

# CLDR has no pattern for weekday, day and full month in most of the languages, and a comma in English no letter has.
_WEEKDAY_DAY_MONTH: Final = {
    "en": "EEEE d MMMM",
    "ur": "EEEE، d MMMM",
    "pa": "EEEE, d MMMM",
    "bn": "EEEE, d MMMM",
    "pl": "EEEE, d MMMM",
    "ro": "EEEE, d MMMM",
    "ar": "EEEE، d MMMM",
    "so": "EEEE, MMMM d",
}
_RELATIVE_DAYS: Final = 13
_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"
_DIRECTION: Final = {"L": "ltr", "R": "rtl", "AL": "rtl"}


def full_date(day: date) -> str:
    """Weekday, day, month and year: Tuesday 13 October 2026. A moment in time counts as its day in London."""
    language = current()
    return _written(_day(day), "EEEE d MMMM y" if language.tag == "en" else "full", language.locale)


def day_and_month(day: date) -> str:
    """The same without the year, for a day everybody knows the year of: Tuesday 13 October."""
    language = current()
    return _written(_day(day), _WEEKDAY_DAY_MONTH[language.tag], language.locale)


def month_and_year(day: date) -> str:
    """October 2026."""
    return format_skeleton("yMMMM", _day(day), locale=current().locale)


def weekdays() -> list[tuple[str, str]]:
    """Monday to Sunday, each in short and in full, for the head of a calendar."""
    locale = current().locale
    short = get_day_names("abbreviated", "stand-alone", locale)
    full = get_day_names("wide", "stand-alone", locale)
    return [(short[day], full[day]) for day in range(7)]


def time_of_day(moment: datetime) -> str:
    """The time in London: 3.40 pm in English, 15:40 elsewhere, where am and pm are read in too many ways."""
    local = _in_london(moment)
    if current().tag != "en":
        return f"{local:%H:%M}"
    if local.minute == 0 and local.hour in (0, 12):
        return "midday" if local.hour else "midnight"
    return f"{local.hour % 12 or 12}.{local:%M} {'am' if local.hour < 12 else 'pm'}"


def date_and_time(moment: datetime) -> str:
    """Tuesday 13 October 2026 at 3.40 pm."""
    # Translators: a full date with its weekday, and a time, such as Tuesday 13 October 2026 at 3.40 pm.
    return gettext("%(date)s at %(time)s", date=full_date(moment), time=time_of_day(moment))


def when(day: date, today: date) -> str:
    """Today, tomorrow, in 5 days, 2 days ago; the full date when it is two weeks off or more. Stands on its own."""
    days = (_day(day) - _day(today)).days
    if abs(days) > _RELATIVE_DAYS:
        return full_date(day)
    match days:
        case 0:
            return gettext("today")
        case 1:
            return gettext("tomorrow")
        case -1:
            return gettext("yesterday")
    if days > 0:
        return ngettext("in %(num)s day", "in %(num)s days", days)
    return ngettext("%(num)s day ago", "%(num)s days ago", -days)


def list_of(items: Iterable[object]) -> str:
    """Join into `a, b and c`; an item written in the other direction is kept apart, and markup stays markup."""
    parts = list(items)
    if any(hasattr(part, "__html__") for part in parts):
        return Markup(format_list([_isolated(escape(part)) for part in parts], locale=current().locale))  # noqa: S704
    return format_list([_isolated(str(part)) for part in parts], locale=current().locale)


def number(value: int | float, places: int | None = None) -> str:
    """A number with the separators of the language, in Latin digits; with exactly so many places, or as many as it
    has, up to three."""
    pattern = None if places is None else f"#,##0.{'0' * places}"
    return format_decimal(value, pattern, locale=current().locale, numbering_system="latn")


@lru_cache(maxsize=4096)
def _written(day: date, pattern: str, locale: str) -> str:
    # A page tells the same few days over and over, and Babel reads the locale's name anew each time.
    return format_date(day, pattern, locale=locale)


def _day(value: date) -> date:
    return _in_london(value).date() if isinstance(value, datetime) else value


def _in_london(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("A moment without a time zone cannot be told in London time.")
    return moment.astimezone(LONDON)


def _isolated(text: str) -> str:
    here = current().direction
    if all(_DIRECTION.get(unicodedata.bidirectional(letter), here) == here for letter in text):
        return text
    return f"{_FIRST_STRONG_ISOLATE}{text}{_POP_ISOLATE}"
