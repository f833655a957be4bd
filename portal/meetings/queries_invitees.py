"""Which adults are invited for a set of children, read at once for all of them."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from portal.kernel.scope import PortalSession
from portal.meetings.rules_invitees import AdultLink, ChildRights, invitees, reads_the_portal
from portal.people.models import Pupil, PupilContact

RIGHTS = select(
    Pupil.id,
    Pupil.person_id,
    Pupil.rights_pass_on,
    Pupil.rights_stay_with_parents,
    Pupil.shares_with_parents,
    Pupil.left_on,
)
LINKS = select(
    PupilContact.pupil_id,
    PupilContact.adult_id,
    PupilContact.state,
    PupilContact.access,
    PupilContact.parental_responsibility,
    PupilContact.restriction,
    PupilContact.restricted_from,
).order_by(PupilContact.pupil_id, PupilContact.priority, PupilContact.id)


@dataclass(frozen=True, slots=True)
class Asked:
    """One adult to invite, and whether a message in the portal can reach them."""

    adult_id: uuid.UUID
    reads_the_portal: bool


def link_of(row: Any) -> AdultLink:
    """The rule's facts from a row that has the columns of LINKS."""
    return AdultLink(
        adult_id=row.adult_id,
        state=row.state,
        access=row.access,
        parental_responsibility=row.parental_responsibility,
        restriction=row.restriction,
        restricted_from=row.restricted_from,
    )


def rights_of(row: Any) -> ChildRights:
    """The rule's facts from a row that has the columns of RIGHTS."""
    return ChildRights(
        own_person_id=row.person_id,
        rights_pass_on=row.rights_pass_on,
        rights_stay_with_parents=row.rights_stay_with_parents,
        shares_with_parents=row.shares_with_parents,
        left_on=row.left_on,
    )


def who_is_asked(
    session: PortalSession, *, pupil_ids: Collection[uuid.UUID], today: date
) -> dict[uuid.UUID, tuple[Asked, ...]]:
    """The adults to invite by child; 2 statements, however many children there are."""
    links: dict[uuid.UUID, list[AdultLink]] = {}
    for row in session.execute(LINKS.where(PupilContact.pupil_id.in_(pupil_ids))):
        links.setdefault(row.pupil_id, []).append(link_of(row))
    asked = {}
    for child in session.execute(RIGHTS.where(Pupil.id.in_(pupil_ids))):
        own = links.get(child.id, [])
        reading = {link.adult_id for link in own if reads_the_portal(link, today)} | {child.person_id}
        asked[child.id] = tuple(Asked(adult, adult in reading) for adult in invitees(rights_of(child), own, today))
    return asked
