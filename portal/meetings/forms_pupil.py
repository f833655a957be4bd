"""What a pupil taps or types about their meeting; nothing has to be answered."""

from typing import Any

from wtforms import HiddenField
from wtforms.validators import Optional

from portal.meetings.rules import Part
from portal.meetings.rules_pupil import (
    CHOICES,
    HELPED_CHOICES,
    LONGEST_NAME,
    LONGEST_WORDS,
    MESSAGE_CHOICES,
    QUESTIONS,
    Choice,
    Question,
    Said,
    card_and_words,
    with_card,
)
from portal.web.forms import ChoiceField, LongTextField, ManyField, PortalForm, TextField
from portal.web.i18n import lazy_gettext

QUESTION = {question.name: question for question in QUESTIONS}


NOT_SAID = ("", lazy_gettext("I do not want to say"))


def _taps(name: str) -> list[tuple[str, object]]:
    return [(choice.value, lazy_gettext(choice.label)) for choice in CHOICES[name]]


def _asked(name: str) -> Any:
    return lazy_gettext(QUESTION[name].label)


def _beside(name: str) -> Any:
    return lazy_gettext(QUESTION[name].write_label)


class MyMeetingForm(PortalForm):
    """All questions; a page shows and keeps those that it asks."""

    version = HiddenField()
    part = ChoiceField(_asked("part"), [Optional()], choices=[*_taps("part"), NOT_SAID])
    which_part = TextField(_beside("part"), longest=LONGEST_WORDS)
    who_there = ManyField(_asked("who"), choices=_taps("who_there"))
    who_words = TextField(_beside("who"), longest=LONGEST_WORDS)
    first_topic = ChoiceField(_asked("first"), [Optional()], choices=[*_taps("first_topic"), NOT_SAID])
    first_words = TextField(_beside("first"), longest=LONGEST_WORDS)
    message_card = ChoiceField(_asked("message"), [Optional()], choices=_taps("message"))
    message = LongTextField(_beside("message"), longest=LONGEST_WORDS)
    helped_card = ChoiceField(_asked("helped"), [Optional()], choices=_taps("helped_by"))
    helped_by = TextField(_beside("helped"), longest=LONGEST_NAME)

    @classmethod
    def of(cls, said: Said, version: int) -> "MyMeetingForm":
        """The form with what was said so far."""
        message_card, message = card_and_words(said.message, MESSAGE_CHOICES)
        helped_card, helped_by = card_and_words(said.helped_by, HELPED_CHOICES)
        return cls(
            data={
                "version": version,
                "part": said.part.value if said.part else None,
                "which_part": said.which_part,
                "who_there": said.who_there,
                "who_words": said.who_words,
                "first_topic": said.first_topic or None,
                "first_words": said.first_words,
                "message_card": _value(message_card),
                "message": message,
                "helped_card": _value(helped_card),
                "helped_by": helped_by,
            }
        )

    def answers(self, questions: tuple[Question, ...], *, taken_back: bool = False) -> dict[str, object]:
        """The answers to these questions, or none to them any more, by the names of `Said`."""
        if taken_back:
            return {name: getattr(Said(), name) for question in questions for name in question.fills}
        everything: dict[str, object] = {
            "part": Part(self.part.data) if self.part.data else None,
            "which_part": self.which_part.data,
            "who_there": tuple(choice.value for choice in CHOICES["who_there"] if choice.value in self.who_there.data),
            "who_words": self.who_words.data,
            "first_topic": self.first_topic.data or "",
            "first_words": self.first_words.data,
            "message": with_card(self.message_card.data or "", self.message.data),
            "helped_by": with_card(self.helped_card.data or "", self.helped_by.data),
        }
        return {name: everything[name] for question in questions for name in question.fills}

    def taps(self, question: Question) -> list[Choice]:
        """What is tapped now of what this question offers."""
        data = self[question.tap].data
        tapped = data if isinstance(data, list) else [data]
        return [choice for choice in question.choices if choice.value in tapped]

    def words(self, question: Question) -> str:
        """What stands beside it now."""
        return str(self[question.write].data or "")

    def shown_version(self) -> int:
        """The version that the page carried; -1, which nothing has, when it was spoiled on the way."""
        typed = str(self.version.data)
        return int(typed) if typed.isdecimal() and len(typed) < 10 else -1


def _value(choice: Choice | None) -> str | None:
    return choice.value if choice else None
