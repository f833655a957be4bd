"""How the one held time of an annual review is found again: it belongs to no round, and its lead is in one place."""

from sqlalchemy import and_

from portal.meetings.models import Slot
from portal.reviews.models import Review

HELD_FOR_IT = and_(
    Slot.school_id == Review.school_id,
    Slot.staff_id == Review.lead_id,
    Slot.round_id.is_(None),
    Slot.starts_at == Review.meets_at,
    Slot.withdrawn_at.is_(None),
)
