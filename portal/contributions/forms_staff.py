"""What staff fill in before a review: their own view on a phone, whom to ask for advice, a translation."""

import uuid
from datetime import date
from typing import Any

from wtforms import HiddenField
from wtforms.validators import Optional

from portal.contributions.actions_say import Answer
from portal.contributions.actions_translations import seen_mark
from portal.contributions.queries_advice import AdvicePage
from portal.contributions.queries_pack import Translated
from portal.contributions.queries_staff import Kept, StaffView, questions_of
from portal.contributions.rules import ADVICE, LONGEST_ANSWER, STAFF_QUESTIONS
from portal.contributions.rules_staff import (
    LONGEST_VIEW,
    RATING,
    STAFF_READER_NAMES,
    WRITTEN,
    advice_due,
    is_rating,
    thread_of,
)
from portal.people.rules import ROLE_NAMES, Readers
from portal.profiles.rules import RATINGS
from portal.web.forms import ChoiceField, DayField, LongTextField, ManyField, PortalForm, TextField
from portal.web.i18n import lazy_gettext, say

NOT_KNOWN = ("", lazy_gettext("I cannot say yet"))
HOW_IT_STANDS = [(str(value), lazy_gettext(label)) for value, label in RATINGS.items()]
NOTHING = Kept(text="", picks={}, readers=Readers.FAMILY, version=0, sent_at=None, late=False)


def field_of(question: str) -> str:
    """The name of the field for a question; addresses of targets are no names."""
    thread = thread_of(question)
    return f"target_{thread.hex}" if thread else question


def version_of(question: str) -> str:
    """The name of the field that carries which version of the answer the page had."""
    return f"version_{field_of(question)}"


class StaffViewForm(PortalForm):
    """What all staff are asked; `about` adds a choice for each target and, where it was asked for, the advice."""

    readers = ChoiceField(
        lazy_gettext("Who may read this?"),
        choices=[(str(value), lazy_gettext(label)) for value, label in STAFF_READER_NAMES.items()],
        coerce=Readers,
        default=Readers.FAMILY,
    )

    @classmethod
    def about(cls, view: StaffView) -> "StaffViewForm":
        """The form with what is kept so far."""
        fields: dict[str, Any] = {
            field_of(question): ChoiceField(target.title, [Optional()], choices=[*HOW_IT_STANDS, NOT_KNOWN])
            for question, target in questions_of(view).items()
        }
        for question in asked(view):
            if question in WRITTEN:
                fields[question] = LongTextField(
                    lazy_gettext(WRITTEN[question]),
                    longest=LONGEST_ANSWER if question == ADVICE.key else LONGEST_VIEW,
                )
            fields[version_of(question)] = HiddenField()
        made: type[StaffViewForm] = type("StaffViewFormOfOneReview", (cls,), fields)
        return made(data=_filled(view))

    def answers(self, view: StaffView) -> dict[str, Answer]:
        """What was said, by question. What was left empty and never said is not among it; advice goes to everybody."""
        found = {}
        for question in asked(view):
            typed = self[field_of(question)].data or ""
            is_target = thread_of(question) is not None
            answer = Answer(
                text="" if is_target else typed,
                picks={RATING: typed} if is_target and is_rating(typed) else {},
                readers=Readers.FAMILY if question == ADVICE.key else self.readers.data,
                version=_number(self[version_of(question)].data),
            )
            if answer.text or answer.picks or question in view.kept:
                found[question] = answer
        return found

    def show_versions(self, view: StaffView) -> None:
        """From now on the page carries what is kept now: the next press of the button counts."""
        for question in asked(view):
            self[version_of(question)].data = str(view.kept.get(question, NOTHING).version)


def asked(view: StaffView) -> list[str]:
    """The questions of the page in their order."""
    advice = [ADVICE.key] if view.advice_due else []
    return [*questions_of(view), *(question.key for question in STAFF_QUESTIONS), *advice]


def _filled(view: StaffView) -> dict[str, object]:
    kept = {question: view.kept.get(question, NOTHING) for question in asked(view)}
    said: dict[str, object] = {
        field_of(question): one.picks.get(RATING) if thread_of(question) else one.text for question, one in kept.items()
    }
    said |= {version_of(question): one.version for question, one in kept.items()}
    readers = {one.readers for question, one in view.kept.items() if question != ADVICE.key}
    return {**said, "readers": Readers.TEACHERS if Readers.TEACHERS in readers else Readers.FAMILY}


def _number(typed: object) -> int:
    """The version that the page carried; -1, which nothing has, when it was spoiled on the way."""
    shown = str(typed)
    return int(shown) if shown.isdecimal() and len(shown) < 16 else -1


class AdviceForm(PortalForm):
    """Whom the SENDCO asks, and by when."""

    people = ManyField(lazy_gettext("Who"), choices=[], coerce=lambda key: uuid.UUID(str(key)))
    due_on = DayField(lazy_gettext("By which day?"))

    @classmethod
    def about(cls, page: AdvicePage, today: date) -> "AdviceForm":
        """The form with those who are asked already, and a good day."""
        day = page.due_on or (advice_due(page.meets_on, today) if page.meets_on else None)
        form = cls(data={"people": [one.person_id for one in page.advisers if one.due_on], "due_on": day})
        form.people.choices = [
            (str(one.person_id), f"{one.name} · {say(ROLE_NAMES[one.role])}") for one in page.advisers
        ]
        return form


class StatementTranslationForm(PortalForm):
    """A statement in another language, with the name of whoever put it into that; `seen` marks what the page had."""

    seen = HiddenField()
    text = LongTextField(lazy_gettext("Translation"), longest=LONGEST_ANSWER)
    translated_by = TextField(lazy_gettext("Who translated it?"), description=lazy_gettext("A name, or a service."))

    @classmethod
    def of(cls, known: Translated | None) -> "StatementTranslationForm":
        """The form with the translation there is, or empty."""
        if known is None:
            return cls()
        return cls(data={"seen": seen_mark(known.at), "text": known.text, "translated_by": known.translated_by})
