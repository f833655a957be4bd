"""The small forms of the plan editor; each remembers what was on the page, so that nobody's words are lost."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, ClassVar

from wtforms import HiddenField

from portal.profiles.rules import PARTS, TARGET_STATES, TargetState
from portal.profiles.rules_content import (
    AREAS,
    DATES,
    LABELS,
    LINES,
    OUTCOME,
    PROFILE,
    TARGET,
    VersionContent,
    fingerprint,
)
from portal.profiles.rules_pictures import PICTURES
from portal.web.forms import DayField, LongTextField, PortalForm, SelectField, TextField
from portal.web.i18n import full_date, lazy_gettext

ONE_A_LINE = lazy_gettext("One a line.")


def _label(name: str) -> object:
    return lazy_gettext(LABELS[name])


def _part(name: str) -> object:
    return lazy_gettext(PARTS[name])


class LinesField(LongTextField):
    """Several short texts, one a line."""

    def process_data(self, value: Any) -> None:
        """Stored texts become lines."""
        self.data = "\n".join(value) if isinstance(value, tuple | list) else value

    @property
    def lines(self) -> tuple[str, ...]:
        """The texts without empty lines."""
        return tuple(line.strip() for line in (self.data or "").splitlines() if line.strip())


class PieceForm(PortalForm):
    """One piece of a draft: its values, and two marks of what the person had before their eyes."""

    names: ClassVar[tuple[str, ...]] = ()
    lock = HiddenField()
    seen = HiddenField()

    @classmethod
    def on(cls, content: VersionContent, source: object | None, **more: Any) -> Any:
        """The form filled with what is stored (`source`), or empty for a new piece."""
        stored = {name: getattr(source, name) for name in cls.names} if source else {}
        seen = fingerprint(source, cls.names) if source else ""
        return cls(data={**stored, "lock": str(content.lock), "seen": seen, **more})

    def values(self) -> dict[str, Any]:
        """What was typed, by the names of the stored columns."""
        fields = ((name, self[name]) for name in self.names)
        return {name: field.lines if isinstance(field, LinesField) else field.data for name, field in fields}

    def shown_lock(self) -> int:
        """The lock that the page carried; 0, which no draft has, when it was spoiled on the way."""
        return int(self.lock.data) if str(self.lock.data).isdecimal() else 0

    def beside(self, content: VersionContent, source: object | None) -> dict[str, str]:
        """Turns the form to what is stored now, keeping what was typed, and returns the stored texts that differ."""
        self.lock.data = str(content.lock)
        self.seen.data = fingerprint(source, self.names) if source else ""
        if source is None:
            return {}
        mine = self.values()
        return {
            name: _told(self[name], getattr(source, name)) for name in self.names if mine[name] != getattr(source, name)
        }


def _told(field: Any, value: Any) -> str:
    if isinstance(value, date):
        return full_date(value)
    if isinstance(value, tuple):
        return "\n".join(value)
    if isinstance(field, SelectField):
        return next((str(label) for choice, label, *_rest in field.iter_choices() if choice == str(value)), str(value))
    return str(value) if value is not None else ""


def _choices(labels: Mapping[Any, str]) -> list[tuple[str, object]]:
    return [(str(value), lazy_gettext(label)) for value, label in labels.items()]


class ProfileForm(PieceForm):
    """The four texts of the profile."""

    names = PROFILE
    people_like = LongTextField(_part("people_like"))
    important_to_me = LongTextField(_part("important_to_me"))
    how_to_support = LongTextField(_part("how_to_support"))
    needs_in_plain_words = LongTextField(_part("needs_in_plain_words"))


class DatesForm(PieceForm):
    """From when to when the plan is for, and when it is looked at again."""

    names = DATES
    starts_on = DayField(_label("starts_on"))
    ends_on = DayField(_label("ends_on"))
    review_due = DayField(_label("review_due"))


class LinesForm(PieceForm):
    """Who does what."""

    names = LINES
    pupil_lines = LinesField(_label("pupil_lines"), description=ONE_A_LINE)
    parent_lines = LinesField(_label("parent_lines"), description=ONE_A_LINE)
    school_lines = LinesField(_label("school_lines"), description=ONE_A_LINE)


class OutcomeForm(PieceForm):
    """One outcome."""

    names = OUTCOME
    text = LongTextField(
        lazy_gettext("What should the child be able to do?"),
        description=lazy_gettext("Think of a year or more. Short words, for the family."),
        longest=2000,
    )
    area = SelectField(_label("area"), choices=_choices(AREAS), default="")


class TargetForm(PieceForm):
    """One target with everything that belongs to it."""

    names = TARGET
    outcome = SelectField(lazy_gettext("Which outcome is it a step to?"))
    title = TextField(lazy_gettext("Short name of the target"), longest=300)
    now = LongTextField(_label("now"), longest=4000)
    goal = LongTextField(
        _label("goal"),
        description=lazy_gettext("With a number: how many, how often, how long."),
        longest=4000,
    )
    how_we_will_know = LongTextField(
        _label("how_we_will_know"),
        description=lazy_gettext("Who looks, when, and at what."),
        longest=4000,
    )
    review_on = DayField(_label("review_on"))
    strategies = LinesField(_label("strategies"), description=ONE_A_LINE)
    who = TextField(_label("who"))
    does_what = LongTextField(_label("does_what"), longest=4000)
    how_often = TextField(_label("how_often"), description=lazy_gettext("Such as: 3 times a week, 15 minutes."))
    help_at_home = LongTextField(_label("help_at_home"), longest=4000)
    pupil_words = LongTextField(
        _label("pupil_words"),
        description=lazy_gettext("One short sentence that begins with I."),
        longest=1000,
    )
    picture = SelectField(lazy_gettext("Picture on the child's page"), choices=_choices(PICTURES), default="star")
    steps_total = SelectField(
        lazy_gettext("Steps to the goal"), choices=[(str(n), str(n)) for n in range(1, 11)], default="4", coerce=int
    )
    state = SelectField(
        _label("state"),
        choices=_choices(TARGET_STATES),
        default=TargetState.NOT_STARTED,
        coerce=TargetState,
    )

    def offer(self, outcomes: Iterable[tuple[uuid.UUID, str]]) -> None:
        """The outcomes of the draft to choose from."""
        self.outcome.choices = [
            (str(thread), text if len(text) <= 90 else text[:89] + "…") for thread, text in outcomes
        ]


class LockForm(PortalForm):
    """A button that acts on the draft as it was on the page."""

    lock = HiddenField()

    def shown_lock(self) -> int:
        """The lock that the page carried, 0 when it was spoiled."""
        return int(self.lock.data) if str(self.lock.data).isdecimal() else 0
