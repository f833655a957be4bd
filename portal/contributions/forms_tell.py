"""What a child tells now, what the adult did about it, and whom the school names."""

import uuid

from wtforms import HiddenField
from wtforms.validators import Optional

from portal.contributions.queries_tell import Safeguarding
from portal.contributions.rules_tell import LONGEST_DONE, TELLS, kept_words
from portal.web.forms import ChoiceField, LongTextField, PortalForm, SelectField
from portal.web.i18n import lazy_gettext


class ToldField(LongTextField):
    """A child's words: never refused."""

    def _kept(self, value: str) -> str:
        return kept_words(value)


class TellForm(PortalForm):
    """A feeling to tap, own words, or neither. `once_key` makes two taps one."""

    once_key = HiddenField()
    feeling = ChoiceField(
        lazy_gettext("What is it?"),
        [Optional()],
        choices=[(each.value, lazy_gettext(each.label)) for each in TELLS],
    )
    text = ToldField(lazy_gettext("My words"))

    @classmethod
    def new(cls) -> "TellForm":
        """An empty form with a key of its own."""
        return cls(data={"once_key": uuid.uuid4().hex})


class DoneForm(PortalForm):
    """What the adult did."""

    words = LongTextField(lazy_gettext("What did you do?"), longest=LONGEST_DONE)


class SafeguardingForm(PortalForm):
    """Whom children tell, and the school's own words about it."""

    lead = SelectField(
        lazy_gettext("Who is told"),
        description=lazy_gettext("Only the SENDCO and the headteacher can be named: they reach every child."),
    )
    words = LongTextField(
        lazy_gettext("Words for children on that page"),
        description=lazy_gettext("Such as where to find this adult at school. Children read them as they are."),
        longest=1_000,
    )

    @classmethod
    def of(cls, setting: Safeguarding) -> "SafeguardingForm":
        """The form with what is stored; somebody who left the post cannot be kept."""
        form = cls(data={"lead": str(setting.lead_id or ""), "words": setting.words})
        people = [(str(key), name) for key, name in setting.choices]
        form.lead.choices = [("", lazy_gettext("The class teacher of each child")), *people]
        return form
