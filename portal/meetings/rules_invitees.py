"""Who is invited to a child's review. Parental responsibility is enough: an adult without an account is met too
(Education Act 1996 s.576; domain.md 3); a court order keeps out whatever else is true."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from portal.people.rules import OPEN_ACCESS, OPEN_STATES, ContactState, PortalAccess, Restriction, YesNo


@dataclass(frozen=True, slots=True, kw_only=True)
class AdultLink:
    """What is recorded about one adult and the child."""

    adult_id: uuid.UUID
    state: ContactState
    access: PortalAccess
    parental_responsibility: YesNo
    restriction: Restriction = Restriction.NONE
    restricted_from: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildRights:
    """Whose rights they are: the parents', or from a day on the young person's own (domain.md 2.6)."""

    own_person_id: uuid.UUID | None
    rights_pass_on: date
    rights_stay_with_parents: bool = False
    shares_with_parents: bool = False
    left_on: date | None = None

    def are_own(self, today: date) -> bool:
        """Whether the rights have passed to the young person."""
        return self.rights_pass_on <= today and not self.rights_stay_with_parents


def is_restricted(link: AdultLink, today: date) -> bool:
    """A restriction holds from its first day and until staff decide otherwise, never only until its last day."""
    return link.restriction != Restriction.NONE and (link.restricted_from is None or link.restricted_from <= today)


def is_invited(link: AdultLink, today: date) -> bool:
    """Whether this adult, as a parent, has a place at the table."""
    meant = link.access in OPEN_ACCESS or link.parental_responsibility == YesNo.YES
    return link.state in OPEN_STATES and meant and not is_restricted(link, today)


def reads_the_portal(link: AdultLink, today: date) -> bool:
    """Whether a message in the portal can reach this adult, who else is asked on paper or by phone."""
    return link.state in OPEN_STATES and link.access in OPEN_ACCESS and not is_restricted(link, today)


def has_account(link: AdultLink, today: date) -> bool:
    """Whether this adult has come in and may still."""
    return link.state == ContactState.ACTIVE and reads_the_portal(link, today)


def invitees(child: ChildRights, links: Iterable[AdultLink], today: date) -> tuple[uuid.UUID, ...]:
    """The ids of everybody who is invited, a young person with own rights first; nobody for a child who left."""
    if child.left_on is not None and child.left_on <= today:
        return ()
    own: tuple[uuid.UUID, ...] = ()
    if child.are_own(today):
        own = (child.own_person_id,) if child.own_person_id else ()
        if not child.shares_with_parents:
            return own
    return own + tuple(link.adult_id for link in links if is_invited(link, today))
