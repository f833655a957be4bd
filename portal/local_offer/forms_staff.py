"""Forms of staff: one entry, a feed, a council's page."""

from typing import Any

from wtforms import HiddenField, ValidationError

from portal.local_offer.page_words import AREA_NAMES
from portal.local_offer.rules import OLDEST
from portal.local_offer.rules_plain import LONGEST_TEXT, LONGEST_URL
from portal.web.forms import DayField, LongTextField, ManyField, PortalForm, TextField, TickField, required
from portal.web.i18n import gettext as _
from portal.web.i18n import lazy_gettext


class AgeField(TextField):
    """Years, or nothing."""

    def _value(self) -> str:
        return "" if self.data is None else str(self.data)

    def pre_validate(self, form: Any) -> None:
        """Refuses what is no age."""
        typed = str(self.data if self.data is not None else "").strip()
        if typed and not (typed.isascii() and typed.isdigit() and len(typed) < 4 and int(typed) <= OLDEST):
            raise ValidationError(_("Write an age in years, such as 7."))
        self.data = int(typed) if typed else None


class EntryForm(PortalForm):
    """One entry. `token` says which saving it was made from."""

    token = HiddenField()
    name = TextField(lazy_gettext("Name"), validators=required(lazy_gettext("Write a name.")))
    organisation = TextField(lazy_gettext("Who runs it"))
    description = LongTextField(lazy_gettext("What it offers"), longest=LONGEST_TEXT)
    areas = ManyField(
        lazy_gettext("Kind of need"), choices=[(code, lazy_gettext(name)) for code, name in AREA_NAMES.items()]
    )
    minimum_age = AgeField(lazy_gettext("Youngest age"))
    maximum_age = AgeField(lazy_gettext("Oldest age"))
    schedules = LongTextField(lazy_gettext("When"), longest=LONGEST_TEXT)
    costs = LongTextField(lazy_gettext("Cost"), longest=LONGEST_TEXT)
    is_free = TickField(lazy_gettext("It is free for everybody"))
    place = TextField(lazy_gettext("Name of the place"))
    address_1 = TextField(lazy_gettext("Street"))
    city = TextField(lazy_gettext("Town"))
    postal_code = TextField(lazy_gettext("Postcode"), longest=12)
    access = LongTextField(lazy_gettext("Getting in and around"), longest=LONGEST_TEXT)
    phone = TextField(lazy_gettext("Telephone"), longest=60)
    email = TextField(lazy_gettext("E-mail"), longest=254)
    url = TextField(lazy_gettext("Web page"), longest=LONGEST_URL)

    @property
    def facts(self) -> dict[str, Any]:
        """The values to store, by name."""
        return {name: value for name, value in self.data.items() if name not in {"csrf_token", "token"}}


class FeedForm(PortalForm):
    """A feed to be read every night."""

    url = TextField(
        lazy_gettext("Address of the feed"),
        validators=required(lazy_gettext("Write the address.")),
        longest=LONGEST_URL,
        description=lazy_gettext("An Open Referral UK address. It often ends in /services."),
    )
    name = TextField(lazy_gettext("What you call it"))


class LinkForm(PortalForm):
    """A council's own page."""

    name = TextField(lazy_gettext("Name"), validators=required(lazy_gettext("Write a name.")))
    url = TextField(
        lazy_gettext("Web page"), validators=required(lazy_gettext("Write the address.")), longest=LONGEST_URL
    )
    checked_on = DayField(lazy_gettext("When you last looked at it"))
