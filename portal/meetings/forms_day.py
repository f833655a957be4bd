"""The form that cancels a whole day of somebody's meetings."""

from portal.meetings.rules_booking import LONGEST_WORDS
from portal.web.forms import LongTextField, PortalForm, required
from portal.web.i18n import lazy_gettext


class CancelDayForm(PortalForm):
    """Why the day is cancelled, in words that families read."""

    reason = LongTextField(
        lazy_gettext("What shall families read?"),
        description=lazy_gettext("For example: Miss Okafor is not in school that day. Say nothing about an illness."),
        validators=required(lazy_gettext("Write a sentence for the families.")),
        longest=LONGEST_WORDS,
    )
