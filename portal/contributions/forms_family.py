"""What a parent fills in: one answer, who reads it, when to ring."""

from wtforms import HiddenField

from portal.contributions.queries_own import OwnAnswer
from portal.contributions.rules import LONGEST_ANSWER, PARENT_READER_NAMES, Question
from portal.meetings.forms_family import number_of
from portal.meetings.rules_booking import LONGEST_WORDS
from portal.people.rules import Readers
from portal.web.forms import ChoiceField, GovukTextarea, LongTextField, PortalForm
from portal.web.i18n import lazy_gettext, say

BIG_BOX = GovukTextarea(rows=10, attributes={"dir": "auto"})


class AnswerForm(PortalForm):
    """One question, and the version of the answer that the page showed."""

    version = HiddenField()
    text = LongTextField(longest=LONGEST_ANSWER, widget=BIG_BOX)

    @classmethod
    def to(cls, question: Question, answer: OwnAnswer | None, text: str) -> "AnswerForm":
        """The form as it stands before it is touched."""
        form = cls(data={"text": text})
        form.name_it(question)
        form.begin_from(answer)
        return form

    def name_it(self, question: Question, *, also: str = "") -> None:
        """The question is the label; `also` is the text of another device, to stand before what was typed here."""
        self.text.label.text, self.text.description = say(question.label), say(question.hint)
        self.text.data = "\n\n".join(part for part in (also, self.text.data or "") if part)

    def begin_from(self, answer: OwnAnswer | None) -> None:
        """From now on the words follow this version."""
        self.version.data = str(answer.version if answer else 0)

    @property
    def shown_version(self) -> int:
        """The version on which the words were based."""
        return number_of(self.version.data)


class ReadersForm(PortalForm):
    """Who reads what is said here."""

    readers = ChoiceField(
        lazy_gettext("Who will read what you write?"),
        choices=[(readers.value, lazy_gettext(name)) for readers, name in PARENT_READER_NAMES.items()],
        coerce=Readers,
    )


class CallForm(PortalForm):
    """When it is good to ring."""

    words = LongTextField(
        lazy_gettext("Is there more that we should know?"),
        description=lazy_gettext("For example: which days are good, or the best time to call you."),
        longest=LONGEST_WORDS,
    )
