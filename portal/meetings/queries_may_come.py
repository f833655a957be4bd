"""Whether an adult may still come to a child's meeting, asked of the database: an order, a pause or the end of a link
holds from the next statement on."""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_
from sqlalchemy.orm import aliased

from portal.people.models import Pupil, PupilContact
from portal.people.rules import OPEN_STATES, Restriction

Link = aliased(PupilContact, name="link_of_the_adult")  # a statement may have the adult's link of its own


def may_come(row: Any, today: Any) -> ColumnElement[bool]:
    """The rule of rules_booking.may_still_come in SQL, for the adult of a row that is joined with its pupil."""
    link = exists().where(
        Link.pupil_id == row.pupil_id,
        Link.adult_id == row.adult_id,
        Link.state.in_(OPEN_STATES),
        or_(Link.restriction == Restriction.NONE, Link.restricted_from > today),
        or_(Pupil.rights_pass_on > today, Pupil.rights_stay_with_parents, Pupil.shares_with_parents),
    )
    return and_(Pupil.left_on.is_(None), or_(link, Pupil.person_id.is_not_distinct_from(row.adult_id)))
