"""What a family says to a draft: whether it agrees, and what should be different."""

import uuid

from wtforms import HiddenField

from portal.profiles.rules import LONGEST_COMMENT, OPINIONS, Opinion
from portal.web.forms import ChoiceField, GovukTextarea, LongTextField, PortalForm
from portal.web.i18n import lazy_gettext


class CommentForm(PortalForm):
    """One answer."""

    once_key = HiddenField()
    opinion = ChoiceField(
        lazy_gettext("How do you see it?"),
        choices=[(str(value), lazy_gettext(label)) for value, label in OPINIONS.items()],
        coerce=Opinion,
    )
    words = LongTextField(
        lazy_gettext("Your words"),
        description=lazy_gettext("If you want changes, say which."),
        longest=LONGEST_COMMENT,
        widget=GovukTextarea(rows=5, attributes={"dir": "auto"}),
    )

    @classmethod
    def fresh(cls) -> "CommentForm":
        """An empty form with a key of its own."""
        return cls(data={"once_key": uuid.uuid4().hex})
