"""The dates of an appeal, and the addresses that a school gives its families."""

from datetime import date
from typing import Any

from wtforms import ValidationError

from portal.kernel import clock
from portal.local_offer.rules_plain import link
from portal.web.forms import DayField, LongTextField, PortalForm
from portal.web.i18n import gettext as _
from portal.web.i18n import lazy_gettext

MOST_LINKS = 20


class AppealForm(PortalForm):
    """What the council's letter says; nothing of it is kept."""

    letter = DayField(lazy_gettext("Date on the council's letter"))
    certificate = DayField(
        lazy_gettext("Date on the mediation certificate"),
        description=lazy_gettext("Leave this empty if you do not have one yet."),
    )

    def validate_letter(self, field: Any) -> None:
        """Everything is counted from the letter."""
        if field.data is None and not field.process_errors:
            raise ValidationError(_("Write the date of the letter."))
        _not_to_come(field.data)

    def validate_certificate(self, field: Any) -> None:
        """A certificate follows the letter."""
        _not_to_come(field.data)
        if field.data and self.letter.data and field.data < self.letter.data:
            raise ValidationError(_("The certificate cannot be older than the letter."))


def _not_to_come(day: date | None) -> None:
    if day is not None and day > clock.today():
        raise ValidationError(_("Choose today or a day that is over."))


class LinksForm(PortalForm):
    """A school's addresses for families, one a line."""

    lines = LongTextField(
        lazy_gettext("Addresses for families"),
        description=lazy_gettext("One on each line: first its name, then the address, such as SEND policy https://…"),
        longest=6_000,
    )

    def validate_lines(self, field: Any) -> None:
        """Each line is a name and an address of the web."""
        lines = [line for line in field.data.splitlines() if line.strip()]
        if len(lines) > MOST_LINKS:
            raise ValidationError(_("Please keep to %(most)s addresses.", most=MOST_LINKS))
        for line in lines:
            name, _space, address = line.strip().rpartition(" ")
            if not name.strip() or link(address) != address:
                raise ValidationError(
                    _("This line needs a name and an address that starts with https: %(line)s", line=line.strip())
                )

    @property
    def links(self) -> dict[str, str]:
        """Addresses by name, in the order of the lines."""
        parts = (line.strip().rpartition(" ") for line in self.lines.data.splitlines() if line.strip())
        return {name.strip(): address for name, _space, address in parts}
