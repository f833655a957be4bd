"""The forms of rooms and of the times at which staff can meet families."""

import uuid
from collections.abc import Iterable
from typing import Any

from wtforms import StringField

from portal.kernel.errors import PortalError
from portal.meetings.page_stretches import in_words
from portal.meetings.queries_times import RoomLine, RoundLine, StaffLine
from portal.meetings.rules import MODES, Mode
from portal.meetings.rules_times import PAUSES, WEEKDAYS, Availability, Weekday, read_clock
from portal.web.forms import (
    DayField,
    Govuk,
    ManyField,
    PortalForm,
    SelectField,
    TextField,
    TickField,
    required,
)
from portal.web.i18n import gettext as _
from portal.web.i18n import lazy_gettext, ngettext, say

ONE_DAY = "day"


class ClockField(StringField):
    """A time of day as people write it; data is a `time` or None."""

    widget = Govuk(classes="govuk-input--width-5", autocomplete="off", attributes={"dir": "ltr"})
    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        """Reads what was typed and keeps it to show again."""
        self.typed, self.data = (valuelist[0] if valuelist else ""), None
        try:
            self.data = read_clock(self.typed)
        except PortalError as error:
            raise ValueError(say(error.message)) from None

    def _value(self) -> str:
        typed: str = getattr(self, "typed", "")
        return typed or (f"{self.data:%H:%M}" if self.data else "")


class TimesForm(PortalForm):
    """A form whose refusals speak of days and times."""

    def accept(self, error: PortalError) -> None:
        """As every form's, with days and times in the reader's words."""
        error.values = {name: in_words(value) for name, value in error.values.items()}
        super().accept(error)


class TimeForm(TimesForm):
    """One stretch in which somebody can meet families."""

    weekday = SelectField(lazy_gettext("Which days?"))
    day = DayField(lazy_gettext("If only on one day: which?"))
    starts = ClockField(lazy_gettext("From"), description=lazy_gettext("For example 15:30 or 3.30 pm."))
    ends = ClockField(lazy_gettext("Until"))
    pause_minutes = SelectField(lazy_gettext("Pause after each meeting"), coerce=int)
    room_id = SelectField(lazy_gettext("Room"))
    modes = ManyField(
        lazy_gettext("How can families meet you then?"),
        choices=[(mode.value, lazy_gettext(label)) for mode, label in MODES.items()],
    )
    join_link = TextField(
        lazy_gettext("Link for the video meeting"),
        description=lazy_gettext("Families who choose video get this link."),
        longest=500,
        widget=Govuk(type="url", attributes={"dir": "ltr"}),
    )
    with_ids = ManyField(
        lazy_gettext("Who sits in with you?"),
        description=lazy_gettext("They cannot be in another meeting then."),
    )

    @classmethod
    def about(
        cls, line: RoundLine, person_id: uuid.UUID, staff: Iterable[StaffLine], rooms: Iterable[RoomLine]
    ) -> "TimeForm":
        """The form with the rooms and colleagues of the school, and the pause of the round."""
        form = cls(data={"pause_minutes": line.pause_minutes, "modes": [Mode.IN_PERSON.value]})
        form.weekday.choices = [
            *((str(int(day)), say(WEEKDAYS[day])) for day in Weekday if day < Weekday.SATURDAY),
            (ONE_DAY, _("Only on one day")),
        ]
        pauses = sorted({*PAUSES, line.pause_minutes})
        form.pause_minutes.choices = [
            (pause, ngettext("%(num)s minute", "%(num)s minutes", pause) if pause else _("No pause"))
            for pause in pauses
        ]
        form.room_id.choices = [
            ("", _("No room, for example the classroom")),
            *((str(room.room_id), room.name) for room in rooms if not room.closed),
        ]
        form.with_ids.choices = [(str(each.person_id), each.name) for each in staff if each.person_id != person_id]
        return form

    def availability(self, person_id: uuid.UUID) -> Availability:
        """What was filled in."""
        weekly = self.weekday.data != ONE_DAY
        return Availability(
            person_id=person_id,
            weekday=Weekday(int(self.weekday.data)) if weekly else None,
            day=None if weekly else self.day.data,
            starts=self.starts.data,
            ends=self.ends.data,
            pause_minutes=self.pause_minutes.data,
            room_id=uuid.UUID(self.room_id.data) if self.room_id.data else None,
            modes=tuple(mode for mode in Mode if mode.value in (self.modes.data or [])),
            with_ids=tuple(sorted(uuid.UUID(each) for each in self.with_ids.data or [])),
            join_link=self.join_link.data or "",
        )


class MakeForm(TimesForm):
    """Making the times; with the tick the ones that cannot be are left out."""

    leave_out_busy = TickField(lazy_gettext("Make the others without these"))


class RemoveForm(PortalForm):
    """Nothing but the button."""


class RoomForm(PortalForm):
    """A room in which families are met."""

    name = TextField(
        lazy_gettext("Name of the room"), validators=required(lazy_gettext("Give the room a name.")), longest=80
    )
    step_free = TickField(lazy_gettext("The way there has no steps"))


class ChangeRoomForm(RoomForm):
    """The same for a room that is there."""

    closed = TickField(lazy_gettext("This room is not used any more"))
