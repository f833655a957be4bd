"""The words that the pages of the directory share: for whom, how old an entry is, why it was suggested."""

from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from portal.kernel.words import N_
from portal.local_offer.rules import ServiceState, months_between
from portal.local_offer.rules_report import Trouble
from portal.profiles.rules_content import AREAS
from portal.web.i18n import gettext as _
from portal.web.i18n import month_and_year, ngettext, number, say

AREA_NAMES = {code: name for code, name in AREAS.items() if code}
REASONS = {
    "CI": N_("The plan speaks of talking, listening and being with others."),
    "CL": N_("The plan speaks of thinking and learning."),
    "SEMH": N_("The plan speaks of feelings and friendships."),
    "SP": N_("The plan speaks of hearing, sight, touch or moving."),
}
STATES = {
    ServiceState.ACTIVE: N_("Open"),
    ServiceState.INACTIVE: N_("Not running"),
    ServiceState.DEFUNCT: N_("Has ended"),
    ServiceState.CLOSED_FOR_NOW: N_("Closed for now"),
}


def ages(youngest: int | None, oldest: int | None) -> str:
    """For whom, by age; empty when it is not said."""
    if youngest is not None and oldest is not None:
        return _("For ages %(youngest)s to %(oldest)s", youngest=youngest, oldest=oldest)
    if youngest is not None:
        return _("From age %(age)s", age=youngest)
    return _("Up to age %(age)s", age=oldest) if oldest is not None else ""


def how_old(checked_on: date | None, last_seen_at: datetime, today: date) -> str:
    """When somebody last stood for this entry, or else when we last saw it."""
    if checked_on is None:
        return _("We last saw this entry in %(month)s", month=month_and_year(last_seen_at))
    months = months_between(checked_on, today)
    if months == 0:
        return _("Checked in the last month")
    return ngettext("Checked %(num)s month ago", "Checked %(num)s months ago", months)


def how_far(miles: float) -> str:
    """The miles from school."""
    return _("About %(miles)s miles from school", miles=number(miles, places=1))


def host_of(url: str) -> str:
    """The name of the site a link leads to."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


def trouble_words(trouble: Trouble) -> str:
    """One sentence of a report."""
    values = dict(trouble.values)
    if why := values.get("why"):
        values["why"] = say(why, **{name: value for name, value in values.items() if name != "why"})
    return say(trouble.message, **values)


WORDS: dict[str, Any] = {
    "ages": ages,
    "how_old": how_old,
    "how_far": how_far,
    "host_of": host_of,
    "trouble_words": trouble_words,
    "area_names": AREA_NAMES,
    "reasons": REASONS,
    "state_names": STATES,
}
