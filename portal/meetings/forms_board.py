"""What the season board sends: which children, what to do for them, and why."""

import uuid
from typing import Any

from wtforms import HiddenField

from portal.meetings.rules_board import Batch
from portal.web.forms import LongTextField, PortalForm
from portal.web.i18n import lazy_gettext

WHY = {
    Batch.CANCEL: lazy_gettext("Why? The families can read it."),
    Batch.HELD_ALONE: lazy_gettext("Why? Only staff read it."),
}


class RoundForm(PortalForm):
    """A button that opens or closes the round; the form only carries the protection against forged requests."""


class BatchForm(PortalForm):
    """One action for the children that were ticked, or for all that the filter shows."""

    batch = HiddenField()
    reason = LongTextField(longest=500)

    def wanted(self) -> Batch | None:
        """The action, or none when nothing or nonsense was chosen."""
        try:
            return Batch(self.batch.data)
        except ValueError:
            return None

    @staticmethod
    def review_ids(sent: Any) -> list[uuid.UUID]:
        """The children's reviews. `sent` is the request's form; what is no id is nobody's."""
        found = []
        for value in sent.getlist("shown" if sent.get("all") else "review"):
            try:
                found.append(uuid.UUID(value))
            except ValueError:
                continue
        return list(dict.fromkeys(found))
