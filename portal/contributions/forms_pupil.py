"""What a pupil taps or types about how things are; nothing has to be answered."""

from dataclasses import dataclass, field
from typing import Any

from wtforms import HiddenField
from wtforms.validators import Optional

from portal.contributions.queries_own import OwnAnswer
from portal.contributions.rules import FEELINGS, NOT_TOLD, Question, is_kept_back
from portal.contributions.rules_pupil import CARD, FEELING, Asks
from portal.meetings.rules_pupil import HELPED_CHOICES
from portal.web.forms import ChoiceField, LongTextField, PortalForm
from portal.web.i18n import lazy_gettext


@dataclass(frozen=True, slots=True)
class Typed:
    """An answer as a form holds it, ready to be kept."""

    text: str = ""
    picks: dict[str, str] = field(default_factory=dict)


class MyViewsForm(PortalForm):
    """One question. A tapped picture is a button of its own, so it comes with the form that it sends."""

    version = HiddenField()
    feeling = ChoiceField("", [Optional()], choices=[(each.value, lazy_gettext(each.label)) for each in FEELINGS])
    text = LongTextField(lazy_gettext("My words"))

    @classmethod
    def of(cls, answer: OwnAnswer | None) -> "MyViewsForm":
        """The form with what was said so far."""
        return cls(data={"version": answer.version if answer else 0, "text": answer.text if answer else ""})

    def answer(self, question: Question, how: Asks, before: OwnAnswer | None, card: str) -> Typed:
        """What is said now. A feeling tapped before stays when only words are added, but for the wish not to say
        anything, which words take back."""
        picks = dict(before.picks) if before else {}
        tap: Any = self.feeling.data if self.feeling.data in FEELING else ""
        if how == Asks.CARDS:
            return Typed(before.text if before else "", picks | ({card: tap} if tap and card in CARD else {}))
        if how == Asks.WORDS and tap not in NOT_TOLD:
            return Typed(self.text.data)
        if not tap and is_kept_back(question.key, self.text.data, picks):
            picks = {}
        return Typed(self.text.data, {question.key: tap} if tap else picks)

    def without(self, before: OwnAnswer | None, card: str) -> Typed:
        """What is left of an answer when it is taken away: of sorted cards the others."""
        rest = {key: tap for key, tap in before.picks.items() if key != card} if before and card else {}
        return Typed(before.text, rest) if before and rest else Typed()

    def shown_version(self) -> int:
        """The version that the page carried; -1, which nothing has, when it was spoiled on the way."""
        typed = str(self.version.data)
        return int(typed) if typed.isdecimal() and len(typed) < 16 else -1


class SendForm(PortalForm):
    """Who helped, asked of those who may have needed it, on the last page."""

    helped = ChoiceField(
        lazy_gettext("Who helped you with this?"),
        [Optional()],
        choices=[(choice.value, lazy_gettext(choice.label)) for choice in HELPED_CHOICES],
    )

    @property
    def helped_by(self) -> str | None:
        """Who helped, as a message id; empty for nobody, None where it was not said."""
        found = next((choice for choice in HELPED_CHOICES if choice.value == self.helped.data), None)
        return None if found is None else "" if found.value == "alone" else found.label
