"""What the rules refuse is told in the form that asked for it, with everything that was typed still in its boxes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from portal.kernel.errors import PortalError
from portal.web.forms import PortalForm
from portal.web.unit_of_work import db

SHOWN_AGAIN = frozenset({409, 422})


@dataclass(slots=True)
class Refusal:
    """The status with which the form is shown again."""

    status: int = 422


@contextmanager
def told_in(form: PortalForm) -> Iterator[Refusal]:
    """Nothing of what was begun inside is kept when it is refused. What a form cannot mend, such as a page that is not
    there, is raised."""
    refusal = Refusal()
    try:
        yield refusal
    except PortalError as error:
        if error.status not in SHOWN_AGAIN:
            raise
        db().rollback()
        form.accept(error)
        refusal.status = error.status
