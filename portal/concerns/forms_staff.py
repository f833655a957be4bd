"""What school fills in: answers, the days of its ladder, a referral, and answers that came on paper or on the phone."""

import uuid

from wtforms import HiddenField, IntegerField
from wtforms.validators import NumberRange, Optional

from portal.concerns.rules import ANSWERS, LONGEST_ANSWER, MOST_DAYS, STEP_NAMES, STEP_ROLES, STEPS, Step, Turn
from portal.concerns.rules_consent import LONGEST_REASON, LONGEST_WHY, SPECIALISTS, ConsentState, Specialist, Way
from portal.meetings.forms_family import number_of
from portal.web.forms import ChoiceField, Govuk, LongTextField, PortalForm, SelectField, TextField, required
from portal.web.i18n import LANGUAGES, lazy_gettext

NUMBER = Govuk(classes="govuk-input--width-2", inputmode="numeric")
ANSWER_NAMES = {
    Turn.ANSWER: lazy_gettext("I answer here"),
    Turn.CALLED: lazy_gettext("I called, and note what we said"),
    Turn.WILL_CALL: lazy_gettext("I say when I will call"),
}


class ThreadForm(PortalForm):
    """The base of every form about one question: how many entries the page showed."""

    replies = HiddenField()

    @property
    def shown(self) -> int:
        """So many entries had the page."""
        return number_of(self.replies.data)


class AnswerForm(ThreadForm):
    """An answer in writing, or about a call."""

    kind = ChoiceField(
        lazy_gettext("What do you do?"),
        choices=[(kind.value, ANSWER_NAMES[kind]) for kind in ANSWERS],
        coerce=Turn,
        default=Turn.ANSWER,
    )
    words = LongTextField(
        lazy_gettext("Your words"),
        description=lazy_gettext("Whoever asked reads them."),
        longest=LONGEST_ANSWER,
    )


class PassOnForm(ThreadForm):
    """Who of school answers instead."""

    step = SelectField(
        lazy_gettext("Who answers now"),
        choices=[(one.value, lazy_gettext(STEP_NAMES[one])) for one in STEP_ROLES],
        coerce=Step,
    )
    words = LongTextField(
        lazy_gettext("Your words"),
        description=lazy_gettext("Whoever asked reads them."),
        id="pass-on-words",
        longest=LONGEST_ANSWER,
    )


class TranslationForm(ThreadForm):
    """The family's words in English."""

    words = LongTextField(
        lazy_gettext("Translation"),
        description=lazy_gettext("The family's own words stay as they are. Whoever asked reads this too."),
        id="translate-words",
        longest=LONGEST_ANSWER,
    )


class HandOnForm(ThreadForm):
    """To whom the letter went."""

    words = LongTextField(
        lazy_gettext("To whom, and how"),
        description=lazy_gettext("Whoever asked reads them."),
        id="hand-on-words",
        longest=LONGEST_ANSWER,
    )


def _days(step: Step) -> IntegerField:
    return IntegerField(lazy_gettext(STEP_NAMES[step]), [NumberRange(1, MOST_DAYS)], widget=NUMBER)


class DaysForm(PortalForm):
    """In how many school days each step answers."""

    teacher = _days(Step.TEACHER)
    sendco = _days(Step.SENDCO)
    head = _days(Step.HEAD)
    director = _days(Step.DIRECTOR)
    trustee = _days(Step.TRUSTEE)

    @property
    def days(self) -> dict[Step, int]:
        """The days by step."""
        return {step: self[step.value].data or 0 for step in STEPS}


class ReferralForm(PortalForm):
    """Who shall help, why, and what they will be given."""

    once_key = HiddenField()
    specialist = SelectField(
        lazy_gettext("Which specialist"),
        choices=[(one.value, lazy_gettext(name)) for one, name in SPECIALISTS.items()],
        coerce=Specialist,
    )
    agency = TextField(lazy_gettext("From which service"), longest=200)
    why = LongTextField(
        lazy_gettext("Why, in plain words"),
        required(lazy_gettext("Write something first.")),
        description=lazy_gettext("The family reads this before it agrees."),
        longest=LONGEST_WHY,
    )
    shares = LongTextField(
        lazy_gettext("What will be shared"),
        required(lazy_gettext("Write something first.")),
        description=lazy_gettext("Only what is named here may go out."),
        longest=LONGEST_WHY,
    )

    @classmethod
    def new(cls) -> "ReferralForm":
        """An empty form with a key of its own."""
        return cls(data={"once_key": uuid.uuid4().hex})


class ShareForm(PortalForm):
    """What went out."""

    once_key = HiddenField()
    what = LongTextField(lazy_gettext("What you sent"), longest=LONGEST_WHY)

    @classmethod
    def new(cls) -> "ShareForm":
        """An empty form with a key of its own."""
        return cls(data={"once_key": uuid.uuid4().hex})


class CloseForm(PortalForm):
    """What came of it."""

    words = LongTextField(lazy_gettext("What came of it"), [Optional()], longest=LONGEST_WHY)


class TypeInForm(PortalForm):
    """An answer that came on paper or on the phone."""

    way = ChoiceField(
        lazy_gettext("How did the answer come?"),
        choices=[(Way.PAPER.value, lazy_gettext("On paper")), (Way.PHONE.value, lazy_gettext("On the phone"))],
        coerce=Way,
    )
    answer = ChoiceField(
        lazy_gettext("What is the answer?"),
        choices=[
            (ConsentState.GIVEN.value, lazy_gettext("Agreement given")),
            (ConsentState.DECLINED.value, lazy_gettext("Did not agree")),
            (ConsentState.WITHDRAWN.value, lazy_gettext("Taken back")),
        ],
        coerce=ConsentState,
    )
    language = SelectField(
        lazy_gettext("In which language did they read or hear it?"),
        choices=[(language.tag, language.name) for language in LANGUAGES.values()],
    )
    reason = LongTextField(lazy_gettext("The reason, if they gave one"), longest=LONGEST_REASON)
