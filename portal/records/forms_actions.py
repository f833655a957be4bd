"""What staff type about actions and endings, and what a family types when something is not happening."""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import HiddenField

from portal.meetings.forms_family import number_of
from portal.profiles.rules import Party
from portal.profiles.rules_content import LABELS
from portal.profiles.rules_pictures import PICTURES
from portal.records.queries_actions import ActionLine, Colleague
from portal.records.rules import ENDINGS, ActionState, EndingKind
from portal.records.rules_actions import (
    LONGEST_ACTION,
    LONGEST_FOR_A_CHILD,
    MARKS,
    PARTY_NAMES,
    ActionWords,
)
from portal.web.forms import ChoiceField, DayField, LongTextField, PortalForm, SelectField, TextField, TickField
from portal.web.i18n import full_date, lazy_gettext

HOW_LABEL = LABELS["how_we_will_know"]
TYPED = ("party", "owner", "owner_words", "text", "due_on", "how_we_will_know", "pupil_words", "picture", "for_family")


def _choices(labels: Mapping[Any, str]) -> list[tuple[str, object]]:
    return [(str(value), lazy_gettext(label)) for value, label in labels.items()]


def _stored(line: ActionLine) -> dict[str, Any]:
    return {**{name: getattr(line, name) for name in TYPED}, "owner": str(line.owner_id or "")}


class VersionForm(PortalForm):
    """A form that remembers which version of a row it was made from."""

    version = HiddenField()

    def shown_version(self) -> int:
        """The version that the page carried; 0 when it was spoiled on the way."""
        return number_of(self.version.data)


class ActionForm(VersionForm):
    """One action: who, what, by when, how we will know, and what stands on the child's card."""

    text = LongTextField(lazy_gettext("What will be done"), longest=LONGEST_ACTION)
    party = ChoiceField(lazy_gettext("Who takes it on"), choices=_choices(PARTY_NAMES), default=Party.SCHOOL)
    owner = SelectField(lazy_gettext("A colleague by name"))
    owner_words = TextField(
        lazy_gettext("Or who, in words"), description=lazy_gettext("Such as: Mum and Dad. Or: all teachers.")
    )
    due_on = DayField(lazy_gettext("By which day"))
    how_we_will_know = LongTextField(lazy_gettext(HOW_LABEL), longest=LONGEST_ACTION)
    pupil_words = TextField(
        lazy_gettext("Short words for the child's card"),
        description=lazy_gettext("Leave it empty if it is not for the card."),
        longest=LONGEST_FOR_A_CHILD,
    )
    picture = SelectField(lazy_gettext("Picture"), choices=_choices(PICTURES), default="star")
    for_family = TickField(lazy_gettext("The family may read this"), default=True)

    @classmethod
    def of(cls, line: ActionLine | None, colleagues: Iterable[Colleague]) -> "ActionForm":
        """The form of an action that is there, or of a new one."""
        form = cls(data={**_stored(line), "version": line.version} if line else {"version": 0})
        form.owner.choices = [("", lazy_gettext("Nobody from this list"))]
        form.owner.choices += [(str(one.person_id), one.name) for one in colleagues]
        if line and line.owner_id and str(line.owner_id) not in {choice.value for choice in form.owner.choices}:
            form.owner.choices += [(str(line.owner_id), line.owner)]  # somebody who has left: the action says so itself
        return form

    def words(self) -> ActionWords:
        """What was typed."""
        typed = {name: self[name].data for name in TYPED}
        return ActionWords(**{**typed, "party": Party(self.party.data), "owner": self.owner.data or ""})

    def beside(self, line: ActionLine) -> dict[str, str]:
        """Turns the form to the action as it is stored now, keeping what was typed, and returns the stored texts that
        differ."""
        self.version.data = str(line.version)
        stored = _stored(line)
        return {name: self._told(name, stored[name], line) for name in TYPED if self[name].data != stored[name]}

    def _told(self, name: str, value: Any, line: ActionLine) -> str:
        if name == "owner":
            return line.owner
        if name == "due_on":
            return full_date(value) if value else ""
        if name in ("party", "picture"):
            return next(str(choice.label) for choice in self[name].choices if choice.value == str(value))
        return "✓" if value is True else "–" if value is False else value


class EndingForm(PortalForm):
    """Which ending something that was said gets."""

    kind = ChoiceField(lazy_gettext("What becomes of it?"), choices=_choices(ENDINGS), coerce=EndingKind)
    words = LongTextField(lazy_gettext("Your answer, if it needs words"))
    action_id = SelectField(lazy_gettext("Which action did it become?"), default="")

    @classmethod
    def among(cls, actions: Iterable[ActionLine], **stored: Any) -> "EndingForm":
        """The form with the actions of the review to choose from."""
        form = cls(data=stored)
        form.action_id.choices = [("", lazy_gettext("No action"))]
        form.action_id.choices += [(str(action.action_id), _short(action.text)) for action in actions]
        return form

    def named(self) -> uuid.UUID | None:
        """The chosen action."""
        return uuid.UUID(self.action_id.data) if self.action_id.data else None


def _short(text: str) -> str:
    return text if len(text) <= 90 else text[:89] + "…"


class MarkForm(VersionForm):
    """What became of a promise."""

    state = ChoiceField(lazy_gettext("What became of it?"), choices=_choices(MARKS), coerce=ActionState)
    words = LongTextField(
        lazy_gettext("Why?"),
        description=lazy_gettext("If it is changed or stopped, say why. The family reads it."),
        longest=LONGEST_ACTION,
    )
    due_on = DayField(lazy_gettext("The new day, if it is changed"))


class NotHappeningForm(PortalForm):
    """A family says that something is not happening."""

    once_key = HiddenField()
    words = LongTextField(lazy_gettext("What do you see?"), description=lazy_gettext("You may leave this empty."))


class AnswerForm(PortalForm):
    """What school answers."""

    words = LongTextField(lazy_gettext("Your answer"), description=lazy_gettext("The adult who said it reads it."))
