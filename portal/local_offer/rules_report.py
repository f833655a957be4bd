"""What became of an import, in numbers and in sentences that can be said in any language."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from portal.kernel.errors import PortalError
from portal.kernel.words import N_

MOST_TROUBLES = 50

REPEATS = N_("The feed gives the same services again and again. We stopped there.")
TOO_MANY_PAGES = N_("The feed has more than %(most)s pages. We stopped there.")
BAD_PAGES = N_("Too many pages in a row could not be read. We stopped there.")
BAD_PAGE = N_("Page %(page)s was left out: %(why)s")
NO_LIST = N_("This page has no list of services.")
NO_DETAILS = N_("%(service)s: the details could not be read: %(why)s")
NO_NAME = N_("Page %(page)s: a service without a name or a number was left out.")
WRONG_TOTAL = N_("The feed says that it has %(said)s services. We found %(found)s.")


@dataclass(frozen=True, slots=True)
class Trouble:
    """One sentence: a message id and its values; a value may itself be a message id, under `why`."""

    message: str
    values: Mapping[str, Any] = field(default_factory=dict)


def trouble_of(error: PortalError) -> Trouble:
    """What an error says, to be kept."""
    return Trouble(error.message, error.values)


@dataclass(slots=True)
class Report:
    """Counts of one import. `complete` says that everything was read to its end."""

    pages: int = 0
    unchanged_pages: int = 0
    found: int = 0
    added: int = 0
    changed: int = 0
    same: int = 0
    twice: int = 0
    left_out: int = 0
    complete: bool = False
    said_total: int | None = None
    troubles: list[Trouble] = field(default_factory=list)

    def tell(self, message: str, **values: Any) -> None:
        """Adds a sentence, unless there are very many already."""
        if len(self.troubles) < MOST_TROUBLES:
            self.troubles.append(Trouble(message, values))

    def count(self, written: Mapping[str, int]) -> None:
        """Adds what writing a page did."""
        self.added += written["added"]
        self.changed += written["changed"]
        self.same += written["same"]

    def as_json(self) -> dict[str, Any]:
        """As the database keeps it."""
        return asdict(self)


def report_from(kept: Mapping[str, Any]) -> Report | None:
    """The other way round; None when nothing was imported yet."""
    if not kept:
        return None
    troubles = [Trouble(one["message"], one["values"]) for one in kept["troubles"]]
    return Report(**{**kept, "troubles": troubles})
