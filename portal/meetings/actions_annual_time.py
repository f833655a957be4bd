"""The one time of an annual review: staff, room and the invited adults are held for it, so that nobody is promised
twice and nobody meets whom they must not meet."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from portal.kernel.clock import LONDON
from portal.kernel.db import renamed
from portal.kernel.errors import Conflict
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_
from portal.meetings.models import Invitation, Slot, TimeClaim
from portal.meetings.queries_booking import hold_school
from portal.meetings.queries_free import others_near
from portal.meetings.queries_may_come import may_come
from portal.meetings.rules import Mode, cells
from portal.meetings.rules_annual import MeetingPlan
from portal.people.models import Pupil
from portal.reviews.models import Review

TAKEN = N_("You or the room are taken at that time. Choose another time or room.")
FAMILY_TAKEN = N_("Somebody of the family has another meeting then. Choose another time.")
NEVER_MEET = N_("Somebody is in school then whom an adult of this family must not meet. Choose another time.")


def slot_of(session: PortalSession, review: Review) -> Slot | None:
    """The held time of a review. It belongs to no round; its lead can be in no other place then."""
    return session.scalars(
        select(Slot).where(
            Slot.school_id == review.school_id,
            Slot.staff_id == review.lead_id,
            Slot.round_id.is_(None),
            Slot.starts_at == review.meets_at,
            Slot.withdrawn_at.is_(None),
        )
    ).first()


def hold_time(session: PortalSession, review: Review, plan: MeetingPlan, starts_at: datetime) -> Slot:
    """Takes the time for lead and room, and for the adults who are invited already. Raises Conflict at `at`."""
    in_person = plan.mode == Mode.IN_PERSON
    slot = Slot(
        id=uuid.uuid4(),
        school_id=review.school_id,
        staff_id=review.lead_id,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=plan.minutes),
        room_id=plan.room_id if in_person else None,
        modes=[plan.mode.value],
        join_link="" if in_person else plan.join_link,
    )
    session.add(slot)
    session.flush()
    holders = [slot.staff_id, *([slot.room_id] if slot.room_id else [])]
    _claim(session, slot, holders, TAKEN)
    hold_adults(session, review, slot)
    return slot


def hold_adults(session: PortalSession, review: Review, slot: Slot) -> None:
    """The same for every adult who is invited and may come that day. Raises Conflict at `at`."""
    adults = list(
        session.scalars(
            select(Invitation.adult_id)
            .join(Pupil, Pupil.id == Invitation.pupil_id)
            .where(
                Invitation.review_id == review.id,
                Invitation.pupil_id == review.pupil_id,
                may_come(Invitation, slot.starts_at.astimezone(LONDON).date()),
            )
            .order_by(Invitation.adult_id)
        )
    )
    if adults and Mode.IN_PERSON in slot.modes:
        hold_school(session, review.school_id)
        for adult_id in adults:
            if others_near(
                session, school_id=slot.school_id, adult_id=adult_id, starts_at=slot.starts_at, ends_at=slot.ends_at
            ):
                raise Conflict(NEVER_MEET, field="at")
    _claim(session, slot, adults, FAMILY_TAKEN)


def _claim(session: PortalSession, slot: Slot, holders: list[uuid.UUID], refusal: str) -> None:
    in_building = Mode.IN_PERSON in slot.modes
    try:
        with session.begin_nested():
            for holder in holders:
                for at in cells(slot.starts_at, slot.ends_at):
                    session.add(TimeClaim(holder_id=holder, at=at, slot_id=slot.id, in_building=in_building))
            session.flush()
    except IntegrityError as error:
        taken = Conflict(refusal, field="at")
        raise renamed(error, {"pk_time_claim": taken, "time_claim.holder_id": taken}) from error


def release_time(session: PortalSession, review: Review, *, now: datetime) -> None:
    """Lets the time go, for everybody who was held."""
    slot = slot_of(session, review)
    if slot is None:
        return
    slot.withdrawn_at = now
    for claim in session.scalars(select(TimeClaim).where(TimeClaim.slot_id == slot.id)):
        session.delete(claim)
    session.flush()
