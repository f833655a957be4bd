"""What staff type into a record: a line, or later words to one that the family has."""

import uuid

from wtforms import HiddenField

from portal.meetings.forms_family import id_of, number_of
from portal.records.queries_lines import Line
from portal.records.rules import EntryKind, Heading
from portal.records.rules_record import LONGEST_LINE
from portal.web.forms import LongTextField, PortalForm, TickField
from portal.web.i18n import lazy_gettext


class LineForm(PortalForm):
    """One line. `entry_id` is made with the page, so that sending it twice is one line."""

    entry_id = HiddenField()
    heading = HiddenField()
    version = HiddenField()
    text = LongTextField(lazy_gettext("The words"), longest=LONGEST_LINE)
    differs = TickField(lazy_gettext("People see this differently. I write down who sees it how."))
    for_family = TickField(lazy_gettext("The family may read this"), default=True)

    @classmethod
    def of(cls, line: Line) -> "LineForm":
        """The form of a line that is there."""
        return cls(
            data={
                "entry_id": line.entry_id,
                "heading": line.heading.value,
                "version": line.version,
                "text": line.text,
                "differs": line.kind == EntryKind.DISAGREEMENT,
                "for_family": line.for_family,
            }
        )

    @property
    def place(self) -> Heading | None:
        """The heading it was written under; None when that was spoiled on the way."""
        typed = str(self.heading.data)
        return Heading(typed) if typed in tuple(Heading) else None

    @property
    def line_id(self) -> uuid.UUID | None:
        """The id of the line; None when it was spoiled on the way."""
        return id_of(self.entry_id.data)

    @property
    def shown_version(self) -> int:
        """The version that the page carried."""
        return number_of(self.version.data)

    @property
    def kind(self) -> EntryKind:
        """What sort of line it is."""
        return EntryKind.DISAGREEMENT if self.differs.data else EntryKind.NOTE
