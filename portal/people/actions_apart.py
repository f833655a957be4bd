"""Who must never meet at school follows from the orders that staff recorded. Only staff's next decision lifts it: the
last day of an order passes by itself, and what it kept apart stays apart until somebody has looked."""

import uuid
from collections.abc import Collection
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import aliased

from portal.kernel.scope import PortalSession
from portal.people.models import KeptApart, PupilContact
from portal.people.rules import Restriction

OTHER = aliased(PupilContact)


def sync_apart(session: PortalSession, pupil_ids: Collection[uuid.UUID]) -> None:
    """Brings the pairs of these children's adults in line with their orders: every adult under one, and every other
    adult of the child, in two rows, one for each. Call it after the decisions are in the database."""
    orders = session.execute(
        select(PupilContact.id, PupilContact.adult_id, OTHER.adult_id.label("other"), PupilContact.restricted_from)
        .join(OTHER, OTHER.pupil_id == PupilContact.pupil_id)
        .where(
            PupilContact.pupil_id.in_(pupil_ids),
            PupilContact.restriction != Restriction.NONE,
            OTHER.adult_id != PupilContact.adult_id,
        )
    )
    wanted: dict[tuple[uuid.UUID, uuid.UUID, uuid.UUID | None], date | None] = {}
    for contact_id, adult_id, other_id, since in orders:
        wanted[adult_id, other_id, contact_id] = wanted[other_id, adult_id, contact_id] = since
    links = select(PupilContact.id).where(PupilContact.pupil_id.in_(pupil_ids))
    for row in session.scalars(select(KeptApart).where(KeptApart.contact_id.in_(links))).all():
        since = wanted.pop((row.adult_id, row.from_id, row.contact_id), None)
        if since is None:
            session.delete(row)
        else:
            row.since = since
    session.add_all(
        KeptApart(adult_id=adult_id, from_id=other_id, contact_id=contact_id, since=since)
        for (adult_id, other_id, contact_id), since in wanted.items()
    )
    session.flush()
