"""When a record can be written, when it goes to the family, and what may then still be said."""

from portal.contributions.rules import ReviewClosed
from portal.kernel.errors import Conflict
from portal.kernel.words import N_
from portal.people.rules import Readers, Role
from portal.reviews.rules import BEFORE_THE_MEETING, Stage

LONGEST_LINE = 20_000
NO_RECORD = frozenset({Stage.PLANNED, Stage.CANCELLED})
# whoever meets a family writes down what was agreed; the headteacher reads it
WRITERS = (Role.CLASS_TEACHER, Role.SENDCO)
WRITABLE = frozenset(BEFORE_THE_MEETING - NO_RECORD) | {Stage.HELD, Stage.RECORD_SHARED, Stage.REPORT_SENT}


class NotHeldYet(Conflict):
    """A record is to be shared before anybody has met."""

    message = N_("First write down who came. Then you can share the record.")


class NothingToShare(Conflict):
    """The record has not one line or action."""

    message = N_("There is nothing in this record yet.")


class NotSharedYet(Conflict):
    """An addition comes before there is something to add to."""

    message = N_("The record is still a draft. Write your words under their heading.")


def check_writable(stage: Stage) -> None:
    """Raises ReviewClosed for a review that is finished."""
    if stage not in WRITABLE:
        raise ReviewClosed


def check_held(stage: Stage) -> None:
    """Raises NotHeldYet before the meeting, ReviewClosed after the review was finished."""
    if stage in BEFORE_THE_MEETING:
        raise NotHeldYet
    check_writable(stage)


def goes_to_family(*, for_family: bool, readers: str, from_statement: bool, statement_readers: str | None) -> bool:
    """Whether a line or an action becomes the family's when the record is shared: never when the person whose words
    it comes from wanted fewer readers, and never when the writer cannot see what they wanted."""
    is_narrow = readers == Readers.ONE_ADULT or (from_statement and statement_readers != Readers.FAMILY)
    return for_family and not is_narrow
