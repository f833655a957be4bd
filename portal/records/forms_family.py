"""What a family may say to a shared record: three calm choices, and words for whoever has some."""

import uuid

from wtforms import HiddenField

from portal.records.rules import REPLIES, Reply
from portal.records.rules_record import LONGEST_LINE
from portal.web.forms import ChoiceField, LongTextField, PortalForm
from portal.web.i18n import lazy_gettext


class ReplyForm(PortalForm):
    """One reply."""

    once_key = HiddenField()
    reply = ChoiceField(
        lazy_gettext("How do you see it?"),
        choices=[(str(value), lazy_gettext(label)) for value, label in REPLIES.items()],
        coerce=Reply,
    )
    words = LongTextField(
        lazy_gettext("Your words"), description=lazy_gettext("You may leave this empty."), longest=LONGEST_LINE
    )

    @classmethod
    def fresh(cls) -> "ReplyForm":
        """An empty form with a key of its own."""
        return cls(data={"once_key": uuid.uuid4().hex})
