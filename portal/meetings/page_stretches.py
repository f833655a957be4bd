"""Days and times of staff in the reader's words, for their pages and for refusals that speak of them."""

from datetime import date, datetime, time

from portal.kernel.clock import LONDON
from portal.meetings.rules_times import WEEKDAYS, Availability, Weekday
from portal.web.i18n import date_and_time, day_and_month, say, time_of_day
from portal.web.i18n import gettext as _


def stretch(facts: Availability) -> str:
    """Every Tuesday, 3.30 pm to 5.00 pm."""
    # Translators: a weekday such as "Every Tuesday" or a date, and two times
    return _(
        "%(when)s, %(starts)s to %(ends)s",
        when=in_words(facts.when),
        starts=in_words(facts.starts),
        ends=in_words(facts.ends),
    )


def in_words(value: object) -> object:
    """A day, a moment, a clock time or a weekday in words; anything else as it is."""
    match value:
        case Weekday():
            return say(WEEKDAYS[value])
        case datetime():
            return date_and_time(value)
        case date():
            return day_and_month(value)
        case time():
            return time_of_day(datetime.combine(date(2000, 1, 3), value, LONDON))
    return value
