"""What staff fill in to write a notice, one step a form."""

import uuid
from collections.abc import Mapping
from datetime import datetime, time
from typing import Any, cast

from wtforms import HiddenField

from portal.kernel.clock import LONDON
from portal.kernel.errors import Invalid
from portal.kernel.words import N_
from portal.meetings.forms_family import number_of
from portal.meetings.forms_times import ClockField
from portal.meetings.rules import instant
from portal.notices.actions_write import Asking
from portal.notices.queries_staff import Choices, StaffNotice, Translated
from portal.notices.rules import ASKS, CIRCLES, Asks, Audience, Circle
from portal.notices.rules_words import LONGEST_WORDS
from portal.profiles.page_words import language_name, year_name
from portal.web.forms import (
    ChoiceField,
    DayField,
    Govuk,
    GovukTextarea,
    LongTextField,
    ManyField,
    PortalForm,
    SelectField,
    TextField,
    as_named,
)
from portal.web.i18n import lazy_gettext, say

HOW_TO_MARK = lazy_gettext(
    "An empty line starts a new paragraph. # starts a heading, - a line of a list. **bold** is bold. "
    "A link looks like this: [our page](https://example.org)."
)


class StepForm(PortalForm):
    """The version that the page carried."""

    version = HiddenField()

    @property
    def shown_version(self) -> int:
        """As a number; 0 when it was spoiled on the way."""
        return number_of(self.version.data)


class WordsForm(StepForm):
    """Title and text."""

    title = TextField(lazy_gettext("Title"))
    words = LongTextField(
        lazy_gettext("Text"), description=HOW_TO_MARK, longest=LONGEST_WORDS, widget=GovukTextarea(rows=10)
    )

    @classmethod
    def of(cls, notice: StaffNotice) -> "WordsForm":
        """The form with what is stored."""
        return cls(data={"version": notice.version, "title": notice.title, "words": notice.words})


class OptionalClock(ClockField):
    """A time that may be left out."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Reads what was typed, if anything was."""
        if valuelist and valuelist[0].strip():
            super().process_formdata(valuelist)
        else:
            self.typed, self.data = "", None


class AskingForm(StepForm):
    """What it asks; and the gathering, where it is one."""

    asks = ChoiceField(
        lazy_gettext("What do you ask of the families?"),
        choices=[(asks.value, lazy_gettext(label)) for asks, label in ASKS.items()],
    )
    answer_by = DayField(lazy_gettext("Last day to answer"))
    day = DayField(lazy_gettext("Day of the gathering"))
    starts = OptionalClock(lazy_gettext("From"), description=lazy_gettext("For example 15:30 or 3.30 pm."))
    ends = OptionalClock(lazy_gettext("Until"))
    place = TextField(lazy_gettext("Place"))
    places = TextField(
        lazy_gettext("Number of places"),
        description=lazy_gettext("Leave it empty when there is room for all."),
        widget=Govuk(classes="govuk-input--width-4", inputmode="numeric"),
    )

    @classmethod
    def of(cls, notice: StaffNotice) -> "AskingForm":
        """The form with what is stored."""
        starts, ends = _local(notice.happens_at), _local(notice.ends_at)
        return cls(
            data={
                "version": notice.version,
                "asks": notice.asks.value,
                "answer_by": notice.answer_by,
                "day": starts.date() if starts else None,
                "starts": starts.time() if starts else None,
                "ends": ends.time() if ends else None,
                "place": notice.place,
                "places": str(notice.places or ""),
            }
        )

    def asking(self) -> Asking:
        """What was filled in. Raises Invalid at `places`."""
        return Asking(
            asks=Asks(self.asks.data),
            answer_by=self.answer_by.data,
            day=self.day.data,
            starts=self.starts.data,
            ends=self.ends.data,
            place=self.place.data or "",
            places=self._places(),
        )

    def _places(self) -> int | None:
        typed = (self.places.data or "").strip()
        if not typed:
            return None
        if not typed.isascii() or not typed.isdigit() or not 0 < int(typed[:6]) <= 5000:
            raise Invalid(N_("Write a number from 1 to 5000."), field="places")
        return int(typed)


class AudienceForm(StepForm):
    """Whose families; of these perhaps only the readers of some languages."""

    circle = ChoiceField(lazy_gettext("Who is it for?"))
    years = ManyField(lazy_gettext("Year groups"))
    classes = ManyField(lazy_gettext("Classes"))
    child = SelectField(lazy_gettext("Child"))
    languages = ManyField(
        lazy_gettext("Only adults who read"), description=lazy_gettext("Leave it empty for all languages.")
    )

    @classmethod
    def about(cls, notice: StaffNotice, choices: Choices, languages: Mapping[str, int]) -> "AudienceForm":
        """The form with what can be chosen and what is stored. `languages` are those that families read."""
        kept = notice.audience or Audience(choices.circles[-1] if len(choices.circles) < len(Circle) else Circle.SCHOOL)
        chosen = list(kept.of)
        form = cls(
            data={
                "version": notice.version,
                "circle": kept.circle.value if notice.audience else None,
                kept.circle.value: chosen[0] if kept.circle is Circle.CHILD and chosen else chosen,
                "languages": list(kept.languages),
            }
        )
        form.circle.choices = [(circle.value, say(CIRCLES[circle])) for circle in choices.circles]
        form.years.choices = [(year, year_name(year)) for year in choices.years]
        form.classes.choices = [(key, as_named(name)) for key, name in choices.classes]
        form.child.choices = [("", say(N_("Choose a child"))), *choices.children]
        tags = dict.fromkeys((*languages, *kept.languages))
        form.languages.choices = [(tag, as_named(language_name(tag), tag)) for tag in tags]
        return form

    def audience(self) -> Audience:
        """What was chosen."""
        circle = Circle(self.circle.data)
        of: Mapping[Circle, Any] = {
            Circle.YEARS: self.years.data,
            Circle.CLASSES: self.classes.data,
            Circle.CHILD: [self.child.data] if self.child.data else [],
        }
        return Audience(circle, tuple(sorted(of.get(circle) or ())), tuple(sorted(self.languages.data or ())))


class TranslationForm(PortalForm):
    """The notice in another language, and who put it into it."""

    seen = HiddenField()
    title = TextField(lazy_gettext("Title"))
    words = LongTextField(
        lazy_gettext("Text"), description=HOW_TO_MARK, longest=LONGEST_WORDS, widget=GovukTextarea(rows=10)
    )
    translated_by = TextField(lazy_gettext("Translated by"))

    @classmethod
    def of(cls, found: Translated | None) -> "TranslationForm":
        """The form with what is stored."""
        if found is None:
            return cls(data={"seen": ""})
        wording = found.wording
        facts = {"title": wording.title, "words": found.words, "translated_by": wording.translated_by}
        return cls(data={"seen": found.seen, **facts})


class SendForm(StepForm):
    """Now, or at a time."""

    when = ChoiceField(
        lazy_gettext("When should it leave?"),
        choices=[("now", lazy_gettext("Now")), ("later", lazy_gettext("At a time that I choose"))],
        default="now",
    )
    day = DayField(lazy_gettext("Day"))
    at = OptionalClock(lazy_gettext("Time"), description=lazy_gettext("For example 15:30 or 3.30 pm."))

    def moment(self) -> datetime | None:
        """When it is to leave, None for now. Raises Invalid at `day` or `at`, also for a time that the change of the
        clocks leaves out or repeats."""
        if self.when.data == "now":
            return None
        if self.day.data is None:
            raise Invalid(N_("Write the day."), field="day")
        if self.at.data is None:
            raise Invalid(N_("Write the time."), field="at")
        try:
            return instant(self.day.data, cast(time, self.at.data))
        except Invalid as error:
            raise Invalid(error.message, field="at") from None


class TakeBackForm(PortalForm):
    """Why it is taken back."""

    why = TextField(
        lazy_gettext("Why do you take it back?"), description=lazy_gettext("Families read this in place of the notice.")
    )


class ButtonForm(StepForm):
    """Nothing but the button."""


def _local(moment: datetime | None) -> datetime | None:
    return moment.astimezone(LONDON) if moment else None


def id_or_new(typed: str | None) -> uuid.UUID:
    """The id that came with the button; a new one when it was spoiled on the way."""
    try:
        return uuid.UUID(typed or "")
    except ValueError:
        return uuid.uuid4()
