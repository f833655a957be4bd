"""What the office types in for an adult: all questions on one page, for it has the sheet or the phone in its hand."""

from collections.abc import Mapping

from wtforms import HiddenField

from portal.contributions.actions_say import Answer
from portal.contributions.queries_paper import TypedAnswer
from portal.contributions.rules import LONGEST_ANSWER, PARENT_QUESTIONS, PARENT_READER_NAMES
from portal.meetings.forms_family import number_of
from portal.people.rules import Readers
from portal.web.forms import ChoiceField, GovukTextarea, LongTextField, PortalForm, SelectField
from portal.web.i18n import LANGUAGES, lazy_gettext

FOUR_LINES = GovukTextarea(rows=4, attributes={"dir": "auto"})


class PaperForm(PortalForm):
    """An answer and its version for every question; the fields are added below, one pair a question."""

    language = SelectField(
        lazy_gettext("The language of these words"),
        choices=[(language.tag, language.name) for language in LANGUAGES.values()],
    )
    readers = ChoiceField(
        lazy_gettext("Who may read this?"),
        choices=[(readers.value, lazy_gettext(name)) for readers, name in PARENT_READER_NAMES.items()],
        coerce=Readers,
    )

    @classmethod
    def of(cls, typed: Mapping[str, TypedAnswer]) -> "PaperForm":
        """The form as the last words that were typed in fill it; for the school only until the adult says otherwise."""
        first = next(iter(typed.values()), None)
        return cls(
            data={
                "language": first.language if first else "en",
                "readers": first.readers if first else Readers.TEACHERS,
                **{f"text_{question}": each.text for question, each in typed.items()},
                **{f"version_{question}": str(each.version) for question, each in typed.items()},
            }
        )

    def answers(self) -> dict[str, Answer]:
        """What was typed in, by question."""
        return {
            question.key: Answer(
                text=self[f"text_{question.key}"].data or "",
                language=self.language.data,
                readers=self.readers.data,
                version=number_of(self[f"version_{question.key}"].data),
            )
            for question in PARENT_QUESTIONS
        }

    def begin_from(self, typed: Mapping[str, TypedAnswer]) -> None:
        """From now on the words follow these versions, and go to those whom the adult named meanwhile."""
        if typed:
            self.readers.data = next(iter(typed.values())).readers
        for question in PARENT_QUESTIONS:
            kept = typed.get(question.key)
            self[f"version_{question.key}"].data = str(kept.version if kept else 0)


for _question in PARENT_QUESTIONS:
    setattr(
        PaperForm,
        f"text_{_question.key}",
        LongTextField(lazy_gettext(_question.label), longest=LONGEST_ANSWER, widget=FOUR_LINES),
    )
    setattr(PaperForm, f"version_{_question.key}", HiddenField())
