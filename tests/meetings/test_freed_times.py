"""Times that are given back by others than the family: a sick day, an order, a child that leaves."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.kernel.audit import AuditEvent
from portal.kernel.errors import NotAllowed, NotFound
from portal.kernel.outbox import OutboxItem, OutboxState
from portal.meetings.actions_booking import book, cancel
from portal.meetings.actions_cancel_day import withdraw_day
from portal.meetings.actions_release import release_closed
from portal.meetings.actions_together import join
from portal.meetings.models import Booking, Invitation, JoinOffer, Slot, StaffAbsence, TakenSlot, TimeClaim
from portal.meetings.rules import Answer
from portal.meetings.rules_booking import SlotTaken
from portal.meetings.rules_messages import Message
from portal.people.models import Person, Pupil, StaffRole
from portal.people.rules import Audience, ContactState, PortalAccess, Restriction, Role
from portal.reviews.models import Review
from portal.reviews.rules import ReviewKind, Stage
from tests.meetings.arranging import DAY, WISHES, make_fair, row_of_times


@pytest.fixture
def fair(app):
    fair = make_fair(app.extensions["writing_engine"])
    fair.keep(StaffRole(school_id=fair.school_id, person_id=fair.staff_id, role=Role.SENDCO, starts_on=fair.now.date()))
    return fair


def take(fair, family, slot=0, **more):
    facts = {**family.about, "slot_id": fair.slots[slot], "wishes": WISHES, "once_key": uuid.uuid4().hex, **more}
    return fair.do(book, fair.actor(facts["adult_id"]), **facts)


def look(fair, statement):
    with fair.session() as session:
        return session.scalars(statement).all()


def told(fair, adult_id, state=OutboxState.QUEUED):
    return sorted(
        look(fair, select(OutboxItem.kind).where(OutboxItem.person_id == adult_id, OutboxItem.state == state))
    )


def cancel_day(fair, day=DAY, **more):
    return fair.do(withdraw_day, fair.office(), **{"staff_id": fair.staff_id, "day": day, "reason": "Ill", **more})


def release(fair):
    with fair.session() as session:
        count = release_closed(session, now=fair.now)
        session.commit()
        return count


def is_free(fair, slot=0):
    taken = select(TakenSlot.id).where(TakenSlot.slot_id == fair.slots[slot], TakenSlot.released_at.is_(None))
    return look(fair, taken) == []


# --- a sick day ---


def test_a_sick_day_tells_each_family_and_offers_new_times(fair):
    other_day = fair.slots_at(row_of_times(1)[0] + timedelta(days=1))
    families = [fair.family() for _ in range(3)]
    take(fair, families[0])
    take(fair, families[1], slot=3)
    take(fair, families[2], slot_id=other_day[0])
    assert cancel_day(fair) == 2
    for family in families[:2]:
        assert told(fair, family.adult_id) == [Message.BOOKED, Message.CANCELLED_BY_SCHOOL]
        reason = select(OutboxItem.facts).where(OutboxItem.kind == Message.CANCELLED_BY_SCHOOL.value)
        assert {facts["reason"] for facts in look(fair, reason.where(OutboxItem.person_id == family.adult_id))} == {
            "Ill"
        }
        [review] = look(fair, select(Review).where(Review.id == family.review_id))
        assert (review.stage, review.live_bookings) == (Stage.INVITED, 0)
        [invitation] = look(fair, select(Invitation).where(Invitation.review_id == family.review_id))
        assert (invitation.answer, invitation.sequence) == (Answer.NONE, 1)
    assert told(fair, families[2].adult_id) == [Message.BOOKED, Message.TOMORROW]
    assert set(look(fair, select(Slot.withdrawn_at).where(Slot.id.in_(fair.slots)))) == {fair.now}
    assert look(fair, select(Slot.withdrawn_at).where(Slot.id == other_day[0])) == [None]
    assert look(fair, select(TimeClaim).where(TimeClaim.slot_id.in_(fair.slots))) == []
    assert look(fair, select(StaffAbsence.reason).where(StaffAbsence.person_id == fair.staff_id)) == ["Ill"]
    fair.slots_at(*row_of_times(2))  # the hours are free for other times
    with pytest.raises(SlotTaken):
        take(fair, families[0], slot=1)
    assert take(fair, families[0], slot_id=fair.slots_at(row_of_times(1)[0] + timedelta(days=2))[0])


def test_cancelling_a_day_twice_tells_nobody_twice(fair):
    family = fair.family()
    take(fair, family)
    assert [cancel_day(fair), cancel_day(fair, reason="Still ill")] == [1, 0]
    assert told(fair, family.adult_id).count(Message.CANCELLED_BY_SCHOOL) == 1


def test_what_has_begun_stays(fair):
    families = [fair.family(), fair.family()]
    take(fair, families[0], wishes=replace(WISHES, interpreter=True))  # its second slot is still to come
    take(fair, families[1], slot=2)
    fair.now = row_of_times(1)[0] + timedelta(minutes=5)
    assert cancel_day(fair) == 1
    live = select(Booking.adult_id).where(
        Booking.cancelled_at.is_(None), Booking.review_id.in_([f.review_id for f in families])
    )
    assert look(fair, live) == [families[0].adult_id]


def test_two_adults_at_one_table_are_both_told(fair):
    family = fair.family(adults=2)
    take(fair, family, wishes=replace(WISHES, others_may_join=True))
    [offered] = look(fair, select(JoinOffer.id).where(JoinOffer.review_id == family.review_id))
    other = {**family.about, "adult_id": family.adults[1]}
    fair.do(join, fair.actor(family.adults[1]), **other, offer_id=offered, wishes=WISHES, once_key="j")
    assert cancel_day(fair) == 2
    assert is_free(fair)
    assert look(fair, select(TimeClaim).where(TimeClaim.holder_id.in_(family.adults))) == []
    assert look(fair, select(Review.live_bookings).where(Review.id == family.review_id)) == [0]


def test_a_meeting_that_school_had_set_loses_its_day_too(fair):
    family = fair.family()
    at = row_of_times(1)[0]
    fair.change(
        Review,
        family.review_id,
        round_id=None,
        kind=ReviewKind.ANNUAL,
        due_on=DAY,
        meets_at=at,
        stage=Stage.NOTICE_SENT,
    )
    assert cancel_day(fair) == 1
    assert told(fair, family.adult_id) == [Message.CANCELLED_BY_SCHOOL]
    [review] = look(fair, select(Review).where(Review.id == family.review_id))
    assert (review.meets_at, review.stage) == (None, Stage.NOTICE_SENT)


def test_who_may_cancel_a_day(fair, ids):
    def by(**more):
        actor = fair.actor(fair.staff_id, Audience.STAFF, **more)
        return lambda **facts: fair.do(
            withdraw_day, actor, **{"staff_id": fair.staff_id, "day": DAY, "reason": "", **facts}
        )

    for roles in ({Role.CLASS_TEACHER}, {Role.HEADTEACHER}, set()):
        with pytest.raises(NotAllowed):
            by(school_id=fair.school_id, roles=frozenset(roles))()
    other = next(school for school in ids.schools.values() if school != fair.school_id)
    with pytest.raises(NotFound):
        by(school_id=other, roles=frozenset({Role.OFFICE}))()
    with pytest.raises(NotFound):
        by(school_id=fair.school_id, roles=frozenset({Role.OFFICE}))(staff_id=fair.family().adult_id)
    assert look(fair, select(func.count(Slot.id)).where(Slot.id.in_(fair.slots), Slot.withdrawn_at.is_not(None))) == [0]


# --- those who may no longer come ---


DECISIONS = {
    "order": {"restriction": Restriction.NO_CONTACT},
    "order whose last day has passed": {"restriction": Restriction.SUPERVISED, "until": -3},
    "paused": {"state": ContactState.SUSPENDED, "access": PortalAccess.NONE},
    "ended": {"state": ContactState.ENDED, "access": PortalAccess.NONE},
}


def decide(fair, family, decision):
    values = {name: value for name, value in decision.items() if name != "until"}
    if "restriction" in values:
        values |= {"restricted_from": fair.now.date(), "order_seen_by": fair.staff_id}
    if "until" in decision:
        values["restricted_until"] = fair.now.date() + timedelta(days=decision["until"])
    fair.link(family, **values)


@pytest.mark.parametrize("decision", DECISIONS.values(), ids=DECISIONS)
def test_a_barred_adults_time_is_freed_without_a_word(fair, decision):
    family = fair.family(adults=2)
    take(fair, family, wishes=replace(WISHES, others_may_join=True))
    other = {**family.about, "adult_id": family.adults[1]}
    take(fair, family, slot=2, adult_id=family.adults[1])
    before = told(fair, family.adults[1])
    assert release(fair) == 0
    decide(fair, family, decision)
    assert release(fair) == 1
    assert release(fair) == 0
    assert (is_free(fair, 0), is_free(fair, 2)) == (True, False)
    assert look(fair, select(TimeClaim).where(TimeClaim.holder_id == family.adult_id)) == []
    assert told(fair, family.adult_id) == [Message.BOOKED]
    assert told(fair, family.adult_id, OutboxState.WITHHELD) == [Message.TOMORROW]
    assert told(fair, family.adults[1]) == before
    [review] = look(fair, select(Review).where(Review.id == family.review_id))
    assert (review.stage, review.live_bookings) == (Stage.BOOKED, 1)
    assert (
        look(fair, select(JoinOffer).where(JoinOffer.withdrawn_at.is_(None), JoinOffer.review_id == family.review_id))
        == []
    )
    fair.do(cancel, fair.actor(family.adults[1]), **other, reason="")
    assert look(fair, select(Review.stage).where(Review.id == family.review_id)) == [Stage.INVITED]


def test_the_last_time_of_a_review_that_is_freed_brings_it_back_to_invited(fair):
    family = fair.family()
    take(fair, family)
    decide(fair, family, DECISIONS["order"])
    release(fair)
    assert look(fair, select(Review.stage).where(Review.id == family.review_id)) == [Stage.INVITED]
    where = AuditEvent.action == "freed a time", AuditEvent.about_pupil_id == family.pupil_id
    assert look(fair, select(AuditEvent.subject_id).where(*where)) == [family.adult_id]


def test_an_order_of_tomorrow_frees_tomorrow(fair):
    family = fair.family()
    take(fair, family)
    tomorrow = fair.now.date() + timedelta(days=1)
    fair.link(family, restriction=Restriction.NO_CONTACT, restricted_from=tomorrow, order_seen_by=fair.staff_id)
    assert release(fair) == 0
    fair.now += timedelta(days=1)
    assert release(fair) == 1


def test_a_child_that_leaves_frees_its_times(fair):
    family = fair.family(adults=2)
    take(fair, family)
    take(fair, family, slot=2, adult_id=family.adults[1])
    fair.change(Pupil, family.pupil_id, left_on=fair.now.date())
    assert release(fair) == 2
    assert is_free(fair, 0)
    assert is_free(fair, 2)


def test_when_rights_pass_on_the_young_persons_time_stays_and_the_parents_goes(fair):
    family = fair.family()
    me = Person(id=uuid.uuid4(), trust_id=fair.trust_id, full_name="Kit Test")
    about = {"pupil_id": family.pupil_id, "school_id": fair.school_id, "review_id": family.review_id}
    fair.keep(me, Invitation(**about, adult_id=me.id, uid=str(uuid.uuid4()), sent_at=fair.now))
    fair.change(Pupil, family.pupil_id, person_id=me.id)
    take(fair, family)
    facts = {**family.about, "adult_id": me.id, "slot_id": fair.slots[1], "wishes": WISHES, "once_key": "own"}
    pupil = fair.actor(me.id, Audience.PUPIL, pupil_id=family.pupil_id, school_id=fair.school_id, holds_own_rights=True)
    fair.do(book, pupil, **facts)
    assert release(fair) == 0
    fair.change(Pupil, family.pupil_id, rights_pass_on=fair.now.date(), shares_with_parents=True)
    assert release(fair) == 0
    fair.change(Pupil, family.pupil_id, shares_with_parents=False)
    assert release(fair) == 1
    assert (is_free(fair, 0), is_free(fair, 1)) == (True, False)


def test_what_was_yesterday_is_left_alone(fair):
    family = fair.family()
    take(fair, family)
    decide(fair, family, DECISIONS["order"])
    fair.now = row_of_times(1)[0] + timedelta(days=1)
    assert release(fair) == 0
