"""The forms of an annual review: the plan's dates, the meeting, a step, a guest."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import date, time
from typing import cast

from wtforms import Field, HiddenField, ValidationError

from portal.kernel.clock import LONDON
from portal.meetings.forms_times import ClockField
from portal.meetings.queries_annual import AnnualReview, Invitee
from portal.meetings.queries_times import RoomLine
from portal.meetings.rules import BASES, MODES, Basis, Mode
from portal.meetings.rules_annual import LONGEST, SHORTEST, GuestFacts, MeetingPlan, PlanDates
from portal.web.forms import ChoiceField, DayField, LongTextField, PortalForm, SelectField, TextField
from portal.web.i18n import gettext as _
from portal.web.i18n import lazy_gettext, ngettext

BY_STAFF = tuple(basis for basis in Basis if basis not in {Basis.FAMILY, Basis.PUPIL})


def filled(message: object) -> tuple[Callable[[PortalForm, Field], None]]:
    """Validators for a day or a time that is needed; what was typed wrongly keeps its own message."""

    def check(_form: PortalForm, field: Field) -> None:
        if field.data is None and not field.process_errors:
            raise ValidationError(str(message))

    return (check,)


class DatesForm(PortalForm):
    """The dates from which the clock counts."""

    issued_on = DayField(lazy_gettext("When was the EHC plan issued?"), filled(lazy_gettext("Write the date.")))
    last_reviewed_on = DayField(
        lazy_gettext("When did the council last finish a review of it?"),
        description=lazy_gettext("Leave it empty if it has not been reviewed yet."),
    )
    local_authority = TextField(lazy_gettext("Which council keeps the plan?"), longest=80)

    @classmethod
    def of(cls, stored: PlanDates | None) -> "DatesForm":
        """The form with the dates there are."""
        return cls(data=asdict(stored) if stored else None)

    def dates(self) -> PlanDates:
        """What was filled in."""
        return PlanDates(cast(date, self.issued_on.data), self.last_reviewed_on.data, self.local_authority.data)


class MeetingForm(PortalForm):
    """Day, time and place. `version` is the review's, 0 while there is none."""

    version = HiddenField()
    day = DayField(lazy_gettext("Day of the meeting"), filled(lazy_gettext("Write the day.")))
    at = ClockField(
        lazy_gettext("Time"),
        filled(lazy_gettext("Write the time.")),
        description=lazy_gettext("For example 15:30 or 3.30 pm."),
    )
    minutes = SelectField(lazy_gettext("How long?"), coerce=int)
    mode = ChoiceField(
        lazy_gettext("How do you meet?"),
        choices=[(mode.value, lazy_gettext(MODES[mode])) for mode in (Mode.IN_PERSON, Mode.VIDEO)],
        coerce=Mode,
    )
    room = SelectField(lazy_gettext("Room, if you meet at school"))
    join_link = TextField(lazy_gettext("Link, if you meet by video"), longest=500)
    reason = LongTextField(
        lazy_gettext("Why this day, if it is outside the dates"),
        description=lazy_gettext("Only if a reason is asked for above. It is kept with the review."),
        longest=2000,
    )

    @classmethod
    def about(cls, review: AnnualReview | None, rooms: Iterable[RoomLine]) -> "MeetingForm":
        """The form with what is planned, or empty."""
        data: dict[str, object] = {"version": 0, "minutes": 60, "mode": Mode.IN_PERSON}
        if review is not None:
            data = {
                "version": review.version,
                "minutes": review.minutes,
                "mode": review.mode,
                "room": str(review.room_id or ""),
                "join_link": review.join_link,
            }
            if review.meets_at:
                local = review.meets_at.astimezone(LONDON)
                data |= {"day": local.date(), "at": local.time()}
        form = cls(data=data)
        lengths = range(SHORTEST, LONGEST + 1, 15)
        form.minutes.choices = [(n, ngettext("%(num)s minute", "%(num)s minutes", n)) for n in lengths]
        open_rooms = ((str(room.room_id), room.name) for room in rooms if not room.closed)
        form.room.choices = [("", _("No room yet")), *open_rooms]
        return form

    def plan(self) -> MeetingPlan:
        """What was filled in."""
        return MeetingPlan(
            day=cast(date, self.day.data),
            at=cast(time, self.at.data),
            minutes=self.minutes.data,
            mode=self.mode.data,
            room_id=uuid.UUID(self.room.data) if self.room.data else None,
            join_link=self.join_link.data,
            reason=self.reason.data,
        )


class StepForm(PortalForm):
    """One step, on which day, and why if it is late."""

    version = HiddenField()
    on_day = DayField(lazy_gettext("On which day?"), filled(lazy_gettext("Write the day.")))
    reason = LongTextField(
        lazy_gettext("Why, if it is late or unusual"),
        description=lazy_gettext("It is kept with the review."),
        longest=2000,
    )


class GuestForm(PortalForm):
    """Somebody who is invited by school."""

    basis = SelectField(
        lazy_gettext("Invited as"),
        choices=[(basis.value, lazy_gettext(BASES[basis])) for basis in BY_STAFF],
        coerce=Basis,
    )
    name = TextField(lazy_gettext("Name"))
    works_as = TextField(lazy_gettext("Works as"), description=lazy_gettext("For example: speech therapist."))
    organisation = TextField(lazy_gettext("Where"), description=lazy_gettext("For example: the health service."))
    email = TextField(lazy_gettext("E-mail address"), longest=254)
    advice_asked_on = DayField(lazy_gettext("Asked for written advice on"))
    advice_received_on = DayField(lazy_gettext("Advice came on"))

    @classmethod
    def of(cls, guest: Invitee | None, basis: Basis | None = None, name: str = "") -> "GuestForm":
        """The form with a guest there is, or for a new one. A guest of the family stays one."""
        form = cls(data=asdict(guest) if guest else {"basis": basis, "name": name})
        if guest and guest.basis not in BY_STAFF:
            form.basis.choices = [(guest.basis.value, lazy_gettext(BASES[guest.basis]))]
        return form

    def facts(self) -> GuestFacts:
        """What was filled in."""
        names = ("name", "works_as", "organisation", "email", "advice_asked_on", "advice_received_on")
        return GuestFacts(basis=self.basis.data, **{name: self[name].data for name in names})


class OwnGuestForm(PortalForm):
    """Somebody whom the family wants there."""

    name = TextField(lazy_gettext("Name of the person"))
    works_as = TextField(
        lazy_gettext("Who is it?"), description=lazy_gettext("For example: a friend, a grandmother, a therapist.")
    )
