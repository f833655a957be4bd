"""Taking, moving and letting go a time: one short transaction each, in which nothing can be promised twice.

The guards are the unique index on taken slots and the key of time claims; what is looked at before only finds better
words. Locks are taken in one order, so that nobody waits in a ring: reviews by their id, meetings, slots by their
start, and last the school.
"""

import uuid
from datetime import datetime

from portal.kernel.errors import Invalid, StaleVersion
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_
from portal.meetings.actions_claims import come_to, let_go, one_effect, take
from portal.meetings.actions_places import check_actor, check_link, check_window
from portal.meetings.actions_promise import (
    back_to_invited,
    booked,
    end_booking,
    note,
    offer_to_meet,
    promise,
    tell_adult,
    tell_booked,
    withdraw_offer,
    withhold_for,
    write_wishes,
)
from portal.meetings.models import Booking, Meeting
from portal.meetings.queries_booking import (
    Place,
    comers,
    first_slot,
    hold_slots,
    own_booking,
    place_and_slot,
    place_of,
    sent_before,
)
from portal.meetings.rules import Answer
from portal.meetings.rules_booking import (
    AlreadyBooked,
    Booked,
    MetTogether,
    NothingBooked,
    ReviewOver,
    SeveralChildren,
    SlotPast,
    Wishes,
    checked,
    minutes_needed,
    once,
    words_at,
)
from portal.meetings.rules_messages import BEFORE_BOOKING, Message
from portal.people.actor import Actor
from portal.reviews.rules import BEFORE_THE_MEETING

SAID = frozenset({Answer.CALL_ME, Answer.NO_TIME_SUITS, Answer.COMING, Answer.NOT_COMING})


def book(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    review_id: uuid.UUID,
    adult_id: uuid.UUID,
    slot_id: uuid.UUID,
    wishes: Wishes,
    once_key: str,
    now: datetime,
) -> Booked:
    """Takes a time for an invited adult. The same key again is the same booking.

    Raises NotFound, NotAllowed, Invalid, or a Conflict of rules_booking; after one the session has let go of all.
    """
    wishes, once_key = checked(wishes), once(once_key)
    check_actor(actor, pupil_id, adult_id)
    with one_effect(session):
        place, slot = place_and_slot(
            session, pupil_id=pupil_id, review_id=review_id, adult_id=adult_id, slot_id=slot_id
        )
        check_link(actor, place, now)
        if place.invitation.answer == Answer.BOOKED and (same := before(session, place, once_key, actor, now)):
            return same
        check_window(actor, place, now)
        meeting = take(session, place, slot, length=length_of(place, wishes), mode=wishes.mode, now=now)
        come_to(session, place, meeting)
        booking = promise(session, place, meeting, actor=actor, wishes=wishes, once_key=once_key, now=now)
        return booked(booking, meeting)


def move(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    review_id: uuid.UUID,
    adult_id: uuid.UUID,
    slot_id: uuid.UUID,
    wishes: Wishes,
    version: int,
    now: datetime,
) -> Booked:
    """Takes another time and lets the old one go, both or neither. Sent twice, it is one move.

    Raises as `book`; StaleVersion when the booking is no longer of that version.
    """
    wishes = checked(wishes)
    check_actor(actor, pupil_id, adult_id)
    with one_effect(session):
        place = place_of(session, pupil_id=pupil_id, review_id=review_id, adult_id=adult_id)
        check_link(actor, place, now)
        booking, meeting = _own(session, place, now)
        if booking.version != version:
            if first_slot(session, meeting.id) == slot_id:
                return booked(booking, meeting)
            raise StaleVersion
        check_window(actor, place, now, has_time=True)
        return _go_over(session, actor, place, booking, meeting, slot_id, wishes, now)


def cancel(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    review_id: uuid.UUID,
    adult_id: uuid.UUID,
    reason: str,
    now: datetime,
) -> None:
    """Gives the time back; whoever else comes to the meeting keeps it. Raises NotFound, NothingBooked, SlotPast."""
    reason = words_at("reason", reason)
    check_actor(actor, pupil_id, adult_id)
    with one_effect(session):
        place = place_of(session, pupil_id=pupil_id, review_id=review_id, adult_id=adult_id)
        check_link(actor, place, now)
        booking, meeting = _own(session, place, now)
        end_booking(
            session, place.review, place.invitation, booking, meeting, by=actor.person_id, reason=reason, now=now
        )
        tell_adult(session, Message.CANCELLED, place.invitation, booking, meeting, now=now, reason=reason)
        note("cancelled a meeting", session, booking, actor=actor, now=now)
        back_to_invited(session, place.review, actor=actor, now=now)


def change_wishes(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    review_id: uuid.UUID,
    adult_id: uuid.UUID,
    wishes: Wishes,
    version: int,
    now: datetime,
) -> None:
    """Changes what the adult asks for; the time stays, and grows or shrinks with an interpreter.

    Raises as `move`, MetTogether when others come to the same meeting and it would have to change, SeveralChildren.
    """
    wishes = checked(wishes)
    check_actor(actor, pupil_id, adult_id)
    with one_effect(session):
        place = place_of(session, pupil_id=pupil_id, review_id=review_id, adult_id=adult_id)
        check_link(actor, place, now)
        booking, meeting = _own(session, place, now)
        if booking.version != version:
            raise StaleVersion
        if meeting.mode == wishes.mode and booking.interpreter == wishes.interpreter:
            write_wishes(booking, wishes, now)
            _offer_or_not(session, booking, meeting, wishes, now)
            note("changed the wishes for a meeting", session, booking, actor=actor, now=now)
            return
        if meeting.live_bookings > 1:
            raise MetTogether
        _go_over(session, actor, place, booking, meeting, first_slot(session, meeting.id), wishes, now)


def answer(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    review_id: uuid.UUID,
    adult_id: uuid.UUID,
    answer: Answer,
    words: str,
    now: datetime,
) -> None:
    """What an adult says who takes no time: call me, no time suits, or, when school set the day, whether they come.

    Raises NotFound, ReviewOver, AlreadyBooked, and Invalid for an answer that does not fit the meeting.
    """
    words = words_at("words", words)
    check_actor(actor, pupil_id, adult_id)
    with one_effect(session):
        place = place_of(session, pupil_id=pupil_id, review_id=review_id, adult_id=adult_id)
        check_link(actor, place, now)
        if place.review.stage not in BEFORE_THE_MEETING:
            raise ReviewOver
        if place.invitation.answer == Answer.BOOKED:
            raise AlreadyBooked
        if answer not in SAID or (answer == Answer.COMING and place.review.meets_at is None):
            raise Invalid(N_("Choose one of the answers."), field="answer")
        invitation = place.invitation
        invitation.answer, invitation.answer_words, invitation.answered_at = answer, words, now
        invitation.dealt_with_at = invitation.dealt_with_by = None
        withhold_for(session, invitation, *BEFORE_BOOKING)
        note("answered an invitation", session, invitation, actor=actor, now=now, answer=answer.value)


def length_of(place: Place, wishes: Wishes, *, children: int = 1) -> int:
    """Minutes of the meeting; without a round there is no time to take."""
    if place.window is None:
        return 0
    return minutes_needed(
        place.window.minutes, place.window.interpreter_minutes, interpreter=wishes.interpreter, children=children
    )


def before(session: PortalSession, place: Place, once_key: str, actor: Actor, now: datetime) -> Booked | None:
    """The booking that the same form made already; None when the old time is over and gives way, because nobody came.

    Raises AlreadyBooked when the adult has a time to come.
    """
    adult_id = place.invitation.adult_id
    for booking, meeting in sent_before(session, once_key=once_key, adult_id=adult_id):
        if booking.review_id == place.review.id:
            return booked(booking, meeting)
    own = own_booking(session, review_id=place.review.id, adult_id=adult_id)
    if own is None or own[1].ends_at > now or place.review.stage not in BEFORE_THE_MEETING:
        raise AlreadyBooked
    end_booking(session, place.review, place.invitation, *own, by=actor.person_id, reason="", now=now)
    return None


def _own(session: PortalSession, place: Place, now: datetime) -> tuple[Booking, Meeting]:
    """The adult's own time to come. It stands also when another household was met already."""
    own = own_booking(session, review_id=place.review.id, adult_id=place.invitation.adult_id)
    if own is not None and own[1].starts_at > now:
        return own
    if place.review.stage not in BEFORE_THE_MEETING:
        raise ReviewOver
    raise NothingBooked if own is None else SlotPast


def _offer_or_not(session: PortalSession, booking: Booking, meeting: Meeting, wishes: Wishes, now: datetime) -> None:
    """The tick on the form is the offer, also when it is taken away."""
    if not wishes.others_may_join:
        withdraw_offer(session, booking, now=now)
    elif meeting.live_bookings > comers(session, meeting.id):
        raise SeveralChildren
    else:
        offer_to_meet(session, booking, now=now)


def _go_over(
    session: PortalSession,
    actor: Actor,
    place: Place,
    booking: Booking,
    old: Meeting,
    slot_id: uuid.UUID,
    wishes: Wishes,
    now: datetime,
) -> Booked:
    """From one meeting to another. The old time is let go first, so that the new one may overlap it; if the new one is
    not to be had, nothing of this has happened."""
    length = length_of(place, wishes)
    [slot] = hold_slots(session, slot_ids=[slot_id], reviews=[place.review], length=length, besides=old)
    let_go(session, booking, old, now=now)
    new = take(session, place, slot, length=length, mode=wishes.mode, now=now, again=True)
    come_to(session, place, new)
    booking.meeting_id = new.id
    write_wishes(booking, wishes, now)
    place.invitation.sequence += 1
    if wishes.others_may_join:
        offer_to_meet(session, booking, now=now)
    withhold_for(session, place.invitation, Message.TOMORROW)
    message = Message.BOOKED if new.starts_at == old.starts_at else Message.MOVED
    tell_booked(session, message, place.invitation, booking, new, now=now)
    note("moved a meeting", session, booking, actor=actor, now=now)
    return booked(booking, new)
