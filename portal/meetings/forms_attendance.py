"""Who came and how, written on a phone in a minute: one list a person, nothing to type."""

import uuid
from collections.abc import Iterable

from wtforms import HiddenField

from portal.meetings.queries_attendance import CamePage
from portal.meetings.rules import ATTENDANCES, Attendance
from portal.meetings.rules_attendance import HAPPENINGS, Happened, field_of
from portal.web.forms import ChoiceField, DayField, PortalForm, SelectField
from portal.web.i18n import lazy_gettext

WAYS = [(str(value), lazy_gettext(label)) for value, label in ATTENDANCES.items()]


class CameForm(PortalForm):
    """What is the same for every meeting; `about` adds a list for each person."""

    version = HiddenField()
    happened = ChoiceField(
        lazy_gettext("How did it go?"),
        choices=[(str(value), lazy_gettext(label)) for value, label in HAPPENINGS.items()],
        coerce=Happened,
    )
    held_on = DayField(lazy_gettext("On which day?"))
    pupil = SelectField(lazy_gettext("The child"), choices=WAYS, coerce=Attendance)

    @classmethod
    def about(cls, page: CamePage) -> "CameForm":
        """The form with a list for each adult and guest of the meeting."""
        people = [(one.invitation_id, one.name, one.attendance) for one in page.adults]
        people += [(one.guest_id, one.name, one.attendance) for one in page.guests]
        fields = {field_of(who): SelectField(name, choices=WAYS, coerce=Attendance) for who, name, _known in people}
        made: type[CameForm] = type("CameFormOfOneMeeting", (cls,), fields)
        form = made(
            data={
                "version": page.version,
                "happened": page.happened,
                "held_on": page.held_on,
                "pupil": page.pupil_attendance,
                **{field_of(who): known for who, _name, known in people},
            }
        )
        if not page.may_be_not_held:
            form.happened.choices = [choice for choice in form.happened.choices if choice.value != Happened.NOT_HELD]
        return form

    def chosen(self, people: Iterable[uuid.UUID]) -> dict[uuid.UUID, Attendance]:
        """How each of these took part."""
        return {who: self[field_of(who)].data for who in people}

    def shown_version(self) -> int:
        """The version that the page carried; 0, which no review has, when it was spoiled on the way."""
        typed = str(self.version.data)
        return int(typed) if typed.isdecimal() and len(typed) < 10 else 0
