"""The form that cancels a whole day of somebody's meetings."""

from wtforms import ValidationError

from portal.meetings.rules_booking import LONGEST_WORDS
from portal.web.forms import LongTextField, PortalForm
from portal.web.i18n import gettext as _
from portal.web.i18n import lazy_gettext


class CancelDayForm(PortalForm):
    """Why the day is cancelled, in words that families read."""

    reason = LongTextField(
        lazy_gettext("What shall families read?"),
        description=lazy_gettext("For example: Miss Okafor is not in school that day. Say nothing about an illness."),
        longest=LONGEST_WORDS,
    )

    def validate_reason(self, field: LongTextField) -> None:
        """Families read it: it may not be empty."""
        if not field.data:
            raise ValidationError(_("Write a sentence for the families."))
