"""What a family fills in: what it asks, and its answer to school's question about a specialist."""

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from wtforms import HiddenField

from portal.concerns.actions_ask import Said
from portal.concerns.page_words import at_step, step_name
from portal.concerns.queries_family import AskPage, Draft
from portal.concerns.rules import LONGEST_ANSWER, LONGEST_PART, WISHES, Step, Wish
from portal.concerns.rules_consent import LONGEST_REASON
from portal.contributions.rules import PARENT_READER_NAMES
from portal.meetings.forms_family import id_of, number_of
from portal.people.rules import Readers
from portal.web.forms import ChoiceField, GovukChoice, GovukTextarea, LongTextField, PortalForm, TickField
from portal.web.i18n import current, full_date, lazy_gettext, say
from portal.web.i18n import gettext as _
from portal.web.while_typing import is_typing

BOX = GovukTextarea(rows=6, attributes={"dir": "auto"})
SMALL_BOX = GovukTextarea(rows=2, attributes={"dir": "auto"})
PLACES = 3  # the most questions that one thing to ask has


class AskForm(PortalForm):
    """Readers first, then up to three questions. `once_key` makes two presses one, `version` is the draft's."""

    once_key = HiddenField()
    version = HiddenField()
    readers = ChoiceField(
        lazy_gettext("Who will read what you write?"),
        description=lazy_gettext("If you choose one person, that person answers."),
    )
    part_0 = LongTextField(longest=LONGEST_PART, widget=BOX)
    part_1 = LongTextField(longest=LONGEST_PART, widget=SMALL_BOX)
    part_2 = LongTextField(longest=LONGEST_PART, widget=SMALL_BOX)
    interpreter = TickField(
        lazy_gettext("I would like an interpreter"),
        description=lazy_gettext("School pays the interpreter. Children and relatives do not interpret."),
    )

    @classmethod
    def of(cls, page: AskPage, kind: Wish, draft: Draft | None) -> "AskForm":
        """The form of one thing to ask, with what was begun; after a press it holds what was typed."""
        # whoever complains says who reads it: no word about a class teacher goes to that teacher unasked
        unsaid = "" if WISHES[kind].about_staff else Readers.TEACHERS.value
        data: dict[str, Any] = {"once_key": uuid.uuid4().hex, "version": "0", "interpreter": page.interpreter_needed}
        data["readers"] = unsaid
        if draft is not None:
            data |= {"version": str(draft.version), "readers": draft.readers, "interpreter": draft.interpreter}
            for place, question in enumerate(page.wishes[kind].questions):
                data[f"part_{place}"] = draft.parts.get(question.key, "")
        form = cls(data=data)
        names = [(str(Readers.TEACHERS), say(PARENT_READER_NAMES[Readers.TEACHERS]))]
        for one in page.only_readers:
            who = f"{one.name} · {step_name(one.step, page.sendco_word)}"
            names.append((str(one.person_id), _("Only %(name)s", name=who)))
        form.readers.choices = names
        if not form.is_submitted() and not (id_of(form.readers.data) and form.readers.data in dict(names)):
            form.readers.data = unsaid  # nobody was named, or whoever was has left
        elif is_typing() and not form.readers.data:
            form.readers.data = Readers.TEACHERS.value  # a draft has no reader but its author
        for place in range(PLACES):
            if place < len(page.wishes[kind].questions):
                question = page.wishes[kind].questions[place]
                form[f"part_{place}"].label.text = say(question.label)
                form[f"part_{place}"].description = say(question.hint) if question.hint else ""
            else:
                del form[f"part_{place}"]
        return form

    def promise(self, page: AskPage, kind: Wish, by: Mapping[Step, date]) -> None:
        """Says beside each choice of readers who then answers, and by which day."""
        first = page.start(WISHES[kind].first, None)
        who = f"{_('Who answers:')} {at_step(first, page)}"
        hints = {str(Readers.TEACHERS): f"{who} · {_until(by[first])}"}
        for one in page.only_readers:
            said = [_until(by[one.step])]
            if WISHES[kind].about_staff and one.step == Step.HEAD:
                said.insert(0, _("You may start with the headteacher when it is about a member of staff."))
                said.insert(1, _("Then only the headteacher reads it, and nobody else at school."))
            hints[str(one.person_id)] = " ".join(said)
        self.readers.widget = GovukChoice(hints=hints)

    def bring_back(self, words: Mapping[str, str]) -> None:
        """What was being typed when a sitting ended."""
        for place in range(PLACES):
            name = f"part_{place}"
            if name in self and words.get(name):
                self[name].data = words[name]

    def said(self, kind: Wish) -> Said:
        """What was filled in."""
        questions = WISHES[kind].questions
        return Said(
            parts={question.key: self[f"part_{place}"].data or "" for place, question in enumerate(questions)},
            one_adult_id=id_of(self.readers.data),
            interpreter=bool(self.interpreter.data),
            language=current().tag,
            version=number_of(self.version.data),
            once_key=self.once_key.data or "",
        )


class StepUpForm(PortalForm):
    """What is still missing. `replies` is how much the page showed."""

    replies = HiddenField()
    words = LongTextField(
        lazy_gettext("What are you not content with?"),
        description=lazy_gettext("You may leave this empty."),
        longest=LONGEST_ANSWER,
        widget=BOX,
    )


class ReasonForm(PortalForm):
    """Why somebody does not agree, if they like to say."""

    reason = LongTextField(
        lazy_gettext("Your reason"),
        description=lazy_gettext("You do not have to give a reason."),
        longest=LONGEST_REASON,
        widget=SMALL_BOX,
    )


def _until(day: date) -> str:
    return _("At the latest on %(day)s.", day=full_date(day))
