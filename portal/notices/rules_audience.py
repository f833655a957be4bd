"""Who may write to which families, and an audience as it is kept with its notice."""

import uuid
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any

from portal.kernel.errors import Invalid
from portal.kernel.words import N_
from portal.notices.rules import Audience, Circle
from portal.people.rules import WHOLE_SCHOOL, Role

OF_A_TEACHER = (Circle.CLASSES, Circle.CHILD)
CHOSEN = frozenset({Circle.YEARS, Circle.CLASSES, Circle.CHILD})


@dataclass(frozen=True, slots=True)
class Writer:
    """Somebody who writes for a school, with the roles of this day."""

    school_id: uuid.UUID
    person_id: uuid.UUID
    roles: Set[Role]

    @property
    def whole_school(self) -> bool:
        """Whether every family of the school may be written to, or those of the own classes only."""
        return not self.roles.isdisjoint(WHOLE_SCHOOL)

    @property
    def circles(self) -> tuple[Circle, ...]:
        """The circles that may be chosen."""
        if self.whole_school:
            return tuple(Circle)
        return OF_A_TEACHER if Role.CLASS_TEACHER in self.roles else ()


def check_audience(audience: Audience, writer: Writer) -> None:
    """Raises Invalid for a circle that is not this writer's, or one of which nothing was chosen."""
    if audience.circle not in writer.circles:
        raise Invalid(N_("You can write to the families of your own classes."), field="circle")
    if audience.circle in CHOSEN and not audience.of:
        raise Invalid(N_("Choose at least one."), field=audience.circle.value)


def audience_of(kept: Mapping[str, Any]) -> Audience | None:
    """The audience as it was kept; None while nobody has chosen one."""
    if not kept:
        return None
    return Audience(Circle(kept["circle"]), tuple(kept.get("of", ())), tuple(kept.get("languages", ())))


def kept_as(audience: Audience) -> dict[str, Any]:
    """The same to be kept."""
    return {"circle": audience.circle.value, "of": list(audience.of), "languages": list(audience.languages)}
