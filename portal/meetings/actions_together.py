"""Meeting together: two adults of one child at one table, or one adult for several children in one go."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from portal.kernel.errors import Invalid, NotFound
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_
from portal.meetings.actions_booking import before, length_of
from portal.meetings.actions_claims import come_to, one_effect, take
from portal.meetings.actions_places import check_actor, check_link, check_window
from portal.meetings.actions_promise import booked, note, offer_to_meet, promise, withdraw_offer
from portal.meetings.models import Meeting
from portal.meetings.queries_booking import (
    Offered,
    Place,
    comers,
    hold_slots,
    must_not_meet,
    offer_of,
    own_booking,
    place_of,
)
from portal.meetings.rules import Answer
from portal.meetings.rules_booking import (
    NEXT_CHILD_WITHIN,
    Booked,
    NoLongerOffered,
    NothingBooked,
    NotOneAfterTheOther,
    SeveralChildren,
    SlotPast,
    Wishes,
    checked,
    once,
)
from portal.people.actor import Actor


def book_children(
    session: PortalSession,
    *,
    actor: Actor,
    adult_id: uuid.UUID,
    reviews: Sequence[tuple[uuid.UUID, uuid.UUID]],
    slot_ids: Sequence[uuid.UUID],
    wishes: Wishes,
    once_key: str,
    now: datetime,
) -> list[Booked]:
    """Times for several children of one adult, all or none; `reviews` are pairs of pupil and review.

    One slot: one meeting about all of them, long enough, with one and the same lead. As many slots as children: one
    meeting each, in that order, each within NEXT_CHILD_WITHIN of the end of the one before. Raises as `book`.
    """
    wishes, once_key = replace(checked(wishes), others_may_join=False), once(once_key)
    if len(reviews) < 2 or len(set(reviews)) < len(reviews) or len(slot_ids) not in {1, len(reviews)}:
        raise Invalid(N_("Choose a time."), field="slot")
    for pupil_id, _review_id in reviews:
        check_actor(actor, pupil_id, adult_id)
    with one_effect(session):
        places = _places(session, actor, adult_id, reviews, now)
        keys = [f"{once_key}:{number}" for number in range(len(places))]
        same = [_same(session, place, key, actor, now) for place, key in zip(places, keys, strict=True)]
        if made := [booking for booking in same if booking]:
            return made
        for place in places:
            check_window(actor, place, now)
        meetings = _meetings(session, places, slot_ids, wishes, now)
        return [
            booked(promise(session, place, meeting, actor=actor, wishes=wishes, once_key=key, now=now), meeting)
            for place, meeting, key in zip(places, meetings, keys, strict=True)
        ]


def _places(
    session: PortalSession,
    actor: Actor,
    adult_id: uuid.UUID,
    reviews: Sequence[tuple[uuid.UUID, uuid.UUID]],
    now: datetime,
) -> list[Place]:
    held = {}
    for pupil_id, review_id in sorted(reviews, key=lambda pair: pair[1]):
        held[review_id] = place_of(session, pupil_id=pupil_id, review_id=review_id, adult_id=adult_id)
        check_link(actor, held[review_id], now)
    return [held[review_id] for _pupil_id, review_id in reviews]


def _same(session: PortalSession, place: Place, once_key: str, actor: Actor, now: datetime) -> Booked | None:
    if place.invitation.answer != Answer.BOOKED:
        return None
    return before(session, place, once_key, actor, now)


def _meetings(
    session: PortalSession, places: Sequence[Place], slot_ids: Sequence[uuid.UUID], wishes: Wishes, now: datetime
) -> list[Meeting]:
    if len({place.review.school_id for place in places}) > 1:
        raise NotFound
    children = len(places) if len(slot_ids) == 1 else 1
    length = length_of(places[0], wishes, children=children)
    slots = hold_slots(session, slot_ids=slot_ids, reviews=[place.review for place in places], length=length)
    if len(slots) > 1:
        return _one_after_the_other(session, places, slots, wishes, now)
    if len({(place.review.round_id, place.review.lead_id) for place in places}) > 1:
        raise NotFound
    return [_one_for_all(session, places, slots[0], wishes, now)] * len(places)


def _one_for_all(
    session: PortalSession, places: Sequence[Place], slot: Offered, wishes: Wishes, now: datetime
) -> Meeting:
    length = length_of(places[0], wishes, children=len(places))
    meeting = take(session, places[0], slot, length=length, mode=wishes.mode, now=now, bookings=len(places))
    come_to(session, places[0], meeting)
    return meeting


def _one_after_the_other(
    session: PortalSession, places: Sequence[Place], slots: Sequence[Offered], wishes: Wishes, now: datetime
) -> list[Meeting]:
    meetings: list[Meeting] = []
    for place, slot in zip(places, slots, strict=True):
        meeting = take(session, place, slot, length=length_of(place, wishes), mode=wishes.mode, now=now)
        if meetings and not meetings[-1].ends_at <= meeting.starts_at <= meetings[-1].ends_at + NEXT_CHILD_WITHIN:
            raise NotOneAfterTheOther(field="slot")
        come_to(session, place, meeting)
        meetings.append(meeting)
    return meetings


def offer(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    review_id: uuid.UUID,
    adult_id: uuid.UUID,
    open: bool,
    now: datetime,
) -> None:
    """Lets the other adults of the child come to this adult's meeting, or nobody new. Raises NothingBooked."""
    check_actor(actor, pupil_id, adult_id)
    with one_effect(session):
        place = place_of(session, pupil_id=pupil_id, review_id=review_id, adult_id=adult_id)
        check_link(actor, place, now)
        own = own_booking(session, review_id=review_id, adult_id=adult_id)
        if own is None:
            raise NothingBooked
        if open and own[1].live_bookings > comers(session, own[1].id):
            raise SeveralChildren
        if open:
            offer_to_meet(session, own[0], now=now)
        else:
            withdraw_offer(session, own[0], now=now)
        act = "opened a meeting to others" if open else "closed a meeting to others"
        note(act, session, own[0], actor=actor, now=now)


def join(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    review_id: uuid.UUID,
    adult_id: uuid.UUID,
    offer_id: uuid.UUID,
    wishes: Wishes,
    once_key: str,
    now: datetime,
) -> Booked:
    """Comes to the meeting that another adult of the child offers, held as that meeting is. Raises NoLongerOffered,
    and the same for somebody whom this adult must not meet."""
    wishes, once_key = checked(wishes), once(once_key)
    check_actor(actor, pupil_id, adult_id)
    with one_effect(session):
        place = place_of(session, pupil_id=pupil_id, review_id=review_id, adult_id=adult_id)
        check_link(actor, place, now)
        if place.invitation.answer == Answer.BOOKED and (same := before(session, place, once_key, actor, now)):
            return same
        check_window(actor, place, now)
        found = offer_of(session, offer_id=offer_id, pupil_id=pupil_id, review_id=review_id)
        if found is None or must_not_meet(session, adult_id=adult_id, meeting_id=found.id):
            raise NoLongerOffered
        if found.starts_at <= now:
            raise SlotPast
        found.live_bookings += 1
        come_to(session, place, found)
        booking = promise(session, place, found, actor=actor, wishes=wishes, once_key=once_key, now=now)
        return booked(booking, found)
