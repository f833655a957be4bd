"""Forms of the office: who an adult is to a child, what they may see, and the school's own words."""

from collections.abc import Mapping
from typing import Any

from wtforms import HiddenField, ValidationError

from portal.people.rules import ACCESSES, RELATIONSHIPS, RESTRICTIONS, YES_NO, PortalAccess, Restriction, YesNo
from portal.web.forms import (
    ChoiceField,
    DayField,
    LongTextField,
    PortalForm,
    SelectField,
    TextField,
    TickField,
    required,
)
from portal.web.i18n import LANGUAGES, lazy_gettext
from portal.web.i18n import gettext as _

THEMES = (
    ("plum", lazy_gettext("Plum")),
    ("forest", lazy_gettext("Forest green")),
    ("navy", lazy_gettext("Navy blue")),
    ("teal", lazy_gettext("Teal")),
    ("berry", lazy_gettext("Berry red")),
    ("slate", lazy_gettext("Slate grey")),
    ("rust", lazy_gettext("Rust")),
    ("indigo", lazy_gettext("Indigo")),
)


def labelled(labels: Mapping[Any, str]) -> list[tuple[str, object]]:
    """Choices of a field from a table of message ids."""
    return [(str(value), lazy_gettext(label)) for value, label in labels.items()]


class LinkForm(PortalForm):
    """The decision about one adult and one child."""

    version = HiddenField()
    relationship = SelectField(lazy_gettext("Who is this adult to the child"), choices=labelled(RELATIONSHIPS))
    parental_responsibility = ChoiceField(
        lazy_gettext("Parental responsibility"), choices=labelled(YES_NO), coerce=YesNo, default=YesNo.UNKNOWN
    )
    lives_with_pupil = ChoiceField(
        lazy_gettext("Does the child live with this adult"),
        choices=labelled(YES_NO),
        coerce=YesNo,
        default=YesNo.UNKNOWN,
    )
    access = ChoiceField(
        lazy_gettext("What may this adult do in the portal"),
        choices=labelled(ACCESSES),
        coerce=PortalAccess,
        default=PortalAccess.NONE,
    )
    paused = TickField(lazy_gettext("Pause this adult's access for now"))
    restriction = SelectField(
        lazy_gettext("Court order"),
        choices=labelled(RESTRICTIONS),
        coerce=Restriction,
        default=Restriction.NONE,
        description=lazy_gettext(
            "An order closes the portal from its first day. It stays closed until you open it again."
        ),
    )
    restricted_from = DayField(lazy_gettext("The order holds from"))
    restricted_until = DayField(lazy_gettext("The order ends on, if it says so"))
    order_reference = TextField(
        lazy_gettext("Which order have you seen"),
        description=lazy_gettext("Court, date or number. Families never see this."),
    )
    confirmed = HiddenField()

    def shown_version(self) -> int:
        """The version that the page carried; 0, which no link has, when it was spoiled on the way."""
        typed = str(self.version.data)
        return int(typed) if typed.isdecimal() and len(typed) < 10 else 0


class NewAdultForm(PortalForm):
    """An adult who is not in the school's system yet."""

    full_name = TextField(lazy_gettext("Full name"), validators=required(lazy_gettext("Write the adult's name.")))
    relationship = SelectField(lazy_gettext("Who is this adult to the child"), choices=labelled(RELATIONSHIPS))
    language = SelectField(
        lazy_gettext("Language this adult reads"),
        choices=[(language.tag, language.name) for language in LANGUAGES.values()],
    )


class RightsForm(PortalForm):
    """A young person's choice about their parents."""

    shares = ChoiceField(
        lazy_gettext("May your parents or carers still read your plan here?"),
        choices=[("yes", lazy_gettext("Yes, they may read it")), ("no", lazy_gettext("No, only I and my school"))],
    )


class SchoolForm(PortalForm):
    """The words and habits of a school."""

    sendco_word = ChoiceField(
        lazy_gettext("Our word for the coordinator"), choices=[("SENDCO", "SENDCO"), ("SENCO", "SENCO")]
    )
    plan_name = TextField(
        lazy_gettext("Our name for a child's plan"), validators=required(lazy_gettext("Write a name.")), longest=60
    )
    theme = SelectField(lazy_gettext("Our colour"), choices=THEMES)
    reviews_a_year = SelectField(
        lazy_gettext("Review meetings in a year"), choices=[(n, str(n)) for n in (3, 4, 5, 6)], coerce=int
    )
    slot_minutes = SelectField(
        lazy_gettext("Minutes for a review meeting"), choices=[(n, str(n)) for n in (20, 30, 40, 45, 60)], coerce=int
    )
    phone = TextField(lazy_gettext("Telephone"), longest=30)
    email = TextField(lazy_gettext("E-mail"), longest=254)
    address = LongTextField(lazy_gettext("Address"), longest=500)
    point = TextField(
        lazy_gettext("Where the school is on the map"),
        longest=60,
        description=lazy_gettext(
            "Two numbers from a map, such as 52.4862, -1.8904. Families can then look for help near school."
        ),
    )

    def validate_point(self, field: TextField) -> None:
        """Two numbers on the earth, or nothing."""
        if field.data and point_in(field.data) is None:
            raise ValidationError(_("Write two numbers with a comma between them, such as 52.4862, -1.8904."))

    @property
    def facts(self) -> dict[str, str | float | None]:
        """The values to store, by the school's column."""
        latitude, longitude = point_in(self.point.data or "") or (None, None)
        told = {name: value for name, value in self.data.items() if name not in {"csrf_token", "point"}}
        return {**told, "latitude": latitude, "longitude": longitude}


def point_in(text: str) -> tuple[float, float] | None:
    """Degrees north and east; None when the text is not two such numbers."""
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError:
        return None
    return (latitude, longitude) if -90 <= latitude <= 90 and -180 <= longitude <= 180 else None
