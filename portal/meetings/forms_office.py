"""What the office fills in for an adult who stands at the gate or calls."""

import uuid

from portal.meetings.forms_family import PHONE, TWO_LINES, WishesForm
from portal.meetings.queries_gate import GateAdult
from portal.meetings.rules import ANSWERS, NEEDS, Answer, Mode
from portal.meetings.rules_booking import LONGEST_PHONE, LONGEST_WISHES, LONGEST_WORDS
from portal.web.forms import ChoiceField, LongTextField, ManyField, PortalForm, SelectField, TextField, TickField
from portal.web.i18n import lazy_gettext


class GateForm(WishesForm):
    """The family's form in the words of somebody who asks for it."""

    phone = TextField(lazy_gettext("Phone number for that day"), longest=LONGEST_PHONE, widget=PHONE)
    interpreter = TickField(lazy_gettext("An interpreter is needed"))
    language = SelectField(lazy_gettext("Language"))
    needs = ManyField(
        lazy_gettext("What helps?"), choices=[(str(need), lazy_gettext(label)) for need, label in NEEDS.items()]
    )
    need_words = LongTextField(lazy_gettext("Anything else that helps"), longest=LONGEST_WORDS, widget=TWO_LINES)
    brings = LongTextField(lazy_gettext("Who comes along?"), longest=LONGEST_WORDS, widget=TWO_LINES)
    wishes = LongTextField(
        lazy_gettext("What would they like to talk about?"), longest=LONGEST_WISHES, widget=TWO_LINES
    )
    others_may_join = TickField(lazy_gettext("Other invited adults may come to this meeting"))

    @classmethod
    def of(cls, adult: GateAdult) -> "GateForm":
        """The form as this adult's last words or settings fill it."""
        time = adult.time
        form = cls(
            data={
                **adult.told.as_fields(),
                "mode": time.mode.value if time else Mode.IN_PERSON.value,
                "version": str(time.version if time else 0),
                "others_may_join": bool(time and time.offers),
                "once_key": uuid.uuid4().hex,
            }
        )
        form.prepare(tuple(Mode))
        return form


GATE_ANSWERS = (Answer.CALL_ME, Answer.NO_TIME_SUITS)


class GateAnswerForm(PortalForm):
    """What an adult says who takes no time now."""

    answer = ChoiceField(
        lazy_gettext("What do they say?"),
        choices=[(answer.value, lazy_gettext(ANSWERS[answer])) for answer in GATE_ANSWERS],
        coerce=Answer,
    )
    words = LongTextField(
        lazy_gettext("In their words"),
        description=lazy_gettext("For example: which days are good, or the best time to call."),
        longest=LONGEST_WORDS,
    )


class GateCancelForm(PortalForm):
    """Giving a time back for somebody."""

    reason = LongTextField(
        lazy_gettext("Why?"), description=lazy_gettext("They need not say."), longest=LONGEST_WORDS, widget=TWO_LINES
    )


class DoneForm(PortalForm):
    """Nothing but the button."""
