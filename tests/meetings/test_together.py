"""Two adults at one table, two children in one go, and two adults who must never meet."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.kernel.errors import Invalid, NotFound
from portal.meetings.actions_booking import book, cancel, change_wishes, move
from portal.meetings.actions_together import book_children, join, offer
from portal.meetings.models import Booking, JoinOffer, Meeting, TakenSlot, TimeClaim
from portal.meetings.queries_free import free_times
from portal.meetings.rules import Mode
from portal.meetings.rules_booking import (
    BusyThen,
    MetTogether,
    NoLongerOffered,
    NotOneAfterTheOther,
    SeveralChildren,
    SlotTaken,
    Wishes,
)
from portal.reviews.models import Review
from portal.reviews.rules import Stage
from tests.meetings.arranging import MINUTES, PAUSE, WISHES, make_fair, row_of_times

SHARED = replace(WISHES, others_may_join=True)


@pytest.fixture
def fair(app):
    return make_fair(app.extensions["writing_engine"])


@pytest.fixture
def parents(fair):
    """Two invited adults of one child, each with the facts of their own."""
    family = fair.family(adults=2)
    return [replace(family, adults=(adult,), about={**family.about, "adult_id": adult}) for adult in family.adults]


def take(fair, family, slot=0, wishes=WISHES, **more):
    facts = {**family.about, "slot_id": fair.slots[slot], "wishes": wishes, "once_key": uuid.uuid4().hex}
    return fair.do(book, fair.actor(family.adult_id), **{**facts, **more})


def go_along(fair, family, offer_id, wishes=WISHES, key=None):
    facts = {"offer_id": offer_id, "wishes": wishes, "once_key": key or uuid.uuid4().hex}
    return fair.do(join, fair.actor(family.adult_id), **family.about, **facts)


def look(fair, statement):
    with fair.session() as session:
        return session.scalars(statement).all()


def offers(fair, family):
    where = JoinOffer.review_id == family.review_id, JoinOffer.withdrawn_at.is_(None)
    return look(fair, select(JoinOffer.id).where(*where))


def one(fair, row, key):
    return look(fair, select(row).where(row.id == key))[0]


def holders(fair, meeting_id):
    return set(look(fair, select(TimeClaim.holder_id).where(TimeClaim.meeting_id == meeting_id)))


def is_free(fair, slot=0):
    taken = select(TakenSlot.id).where(TakenSlot.slot_id == fair.slots[slot], TakenSlot.released_at.is_(None))
    return look(fair, taken) == []


# --- two adults ---


def test_the_other_adult_comes_to_the_same_meeting(fair, parents):
    mine = take(fair, parents[0], wishes=SHARED)
    [offered] = offers(fair, parents[0])
    theirs = go_along(fair, parents[1], offered, Wishes(Mode.PHONE, language="pl"), key="k")
    assert (theirs.meeting_id, theirs.mode, theirs.starts_at) == (mine.meeting_id, Mode.IN_PERSON, mine.starts_at)
    assert go_along(fair, parents[1], offered, key="k") == theirs
    assert one(fair, Meeting, mine.meeting_id).live_bookings == 2
    assert one(fair, Review, parents[0].review_id).live_bookings == 2
    assert holders(fair, mine.meeting_id) == {parents[0].adult_id, parents[1].adult_id}


@pytest.mark.parametrize("first", [0, 1])
def test_the_last_one_out_gives_the_time_back(fair, parents, first):
    mine = take(fair, parents[0], wishes=SHARED)
    go_along(fair, parents[1], offers(fair, parents[0])[0])
    leaving, staying = parents[first], parents[1 - first]
    fair.do(cancel, fair.actor(leaving.adult_id), **leaving.about, reason="")
    assert holders(fair, mine.meeting_id) == {staying.adult_id}
    assert not is_free(fair)
    review = one(fair, Review, parents[0].review_id)
    assert (review.stage, review.live_bookings) == (Stage.BOOKED, 1)
    assert len(offers(fair, parents[0])) == (first == 1), "an offer ends with whoever made it"
    fair.do(cancel, fair.actor(staying.adult_id), **staying.about, reason="")
    assert is_free(fair)
    assert one(fair, Review, parents[0].review_id).stage == Stage.INVITED


def test_whoever_moves_leaves_the_other_the_time(fair, parents):
    mine = take(fair, parents[0], wishes=SHARED)
    go_along(fair, parents[1], offers(fair, parents[0])[0])
    actor = fair.actor(parents[0].adult_id)
    moved = fair.do(move, actor, **parents[0].about, slot_id=fair.slots[2], wishes=WISHES, version=1)
    assert holders(fair, mine.meeting_id) == {parents[1].adult_id}
    assert holders(fair, moved.meeting_id) == {parents[0].adult_id}
    assert (is_free(fair, 0), is_free(fair, 2)) == (False, False)


def test_a_shared_meeting_keeps_its_way(fair, parents):
    take(fair, parents[0], wishes=SHARED)
    go_along(fair, parents[1], offers(fair, parents[0])[0])
    for wishes in (Wishes(Mode.PHONE), Wishes(Mode.IN_PERSON, interpreter=True)):
        with pytest.raises(MetTogether):
            fair.do(change_wishes, fair.actor(parents[0].adult_id), **parents[0].about, wishes=wishes, version=1)


def test_an_offer_can_be_made_later_once_and_taken_back(fair, parents):
    take(fair, parents[0])
    assert offers(fair, parents[0]) == []
    actor = fair.actor(parents[0].adult_id)
    for _ in range(2):
        fair.do(offer, actor, **parents[0].about, open=True)
    [offered] = offers(fair, parents[0])
    fair.do(offer, actor, **parents[0].about, open=False)
    assert offers(fair, parents[0]) == []
    with pytest.raises(NoLongerOffered):
        go_along(fair, parents[1], offered)


def test_nobody_from_outside_joins(fair, parents):
    take(fair, parents[0], wishes=SHARED)
    [offered] = offers(fair, parents[0])
    stranger = fair.family()
    with pytest.raises(NoLongerOffered):
        go_along(fair, stranger, offered)
    with pytest.raises(NotFound):
        go_along(fair, replace(stranger, about={**parents[0].about, "adult_id": stranger.adult_id}), offered)


# --- two children ---


def test_two_children_in_one_meeting_with_one_person(fair):
    one_child = fair.family()
    other = fair.family(adult_ids=one_child.adults)
    actor = fair.actor(one_child.adult_id)
    facts = {
        "adult_id": one_child.adult_id,
        "reviews": [(one_child.pupil_id, one_child.review_id), (other.pupil_id, other.review_id)],
        "slot_ids": fair.slots[:1],
        "wishes": SHARED,
        "once_key": "both",
    }
    made = fair.do(book_children, actor, **facts)
    assert len({booked.meeting_id for booked in made}) == 1
    assert len({booked.booking_id for booked in made}) == 2
    assert made[0].ends_at - made[0].starts_at == timedelta(minutes=2 * MINUTES)
    assert [is_free(fair, number) for number in range(3)] == [False, False, True]
    assert offers(fair, one_child) == offers(fair, other) == []
    with pytest.raises(SeveralChildren):
        fair.do(offer, actor, **one_child.about, open=True)
    assert fair.do(book_children, actor, **facts) == made
    fair.do(cancel, actor, **one_child.about, reason="")
    assert holders(fair, made[0].meeting_id) == {one_child.adult_id}, "still there for the other child"
    fair.do(cancel, actor, **other.about, reason="")
    assert is_free(fair, 0)
    assert holders(fair, made[0].meeting_id) == set()


def two_leads(fair, second_start):
    lead = fair.person("Other Lead")
    one_child = fair.family()
    other = fair.family(adult_ids=one_child.adults, lead_id=lead)
    slots = [fair.slots[0], *fair.slots_at(second_start, staff_id=lead)]
    reviews = [(one_child.pupil_id, one_child.review_id), (other.pupil_id, other.review_id)]
    return one_child, {"adult_id": one_child.adult_id, "reviews": reviews, "slot_ids": slots}


def test_two_children_one_after_the_other(fair):
    start = row_of_times(1)[0] + timedelta(minutes=MINUTES + 20)
    family, facts = two_leads(fair, start)
    made = fair.do(book_children, fair.actor(family.adult_id), **facts, wishes=WISHES, once_key="both")
    assert [booked.starts_at for booked in made] == [row_of_times(1)[0], start]


@pytest.mark.parametrize("minutes", [MINUTES - 5, MINUTES + 25], ids=["overlapping", "too late"])
def test_both_times_or_none(fair, minutes):
    family, facts = two_leads(fair, row_of_times(1)[0] + timedelta(minutes=minutes))
    actor = fair.actor(family.adult_id)
    with pytest.raises(NotOneAfterTheOther):
        fair.do(book_children, actor, **facts, wishes=WISHES, once_key="both")
    assert is_free(fair, 0)
    assert look(fair, select(TimeClaim).where(TimeClaim.holder_id == family.adult_id)) == []


def test_when_the_second_time_is_taken_the_first_is_not_held(fair):
    family, facts = two_leads(fair, row_of_times(1)[0] + timedelta(minutes=MINUTES))
    with fair.session() as session:
        lead_id = session.get_one(Review, facts["reviews"][1][1]).lead_id
    take(fair, fair.family(lead_id=lead_id), slot_id=facts["slot_ids"][1])
    with pytest.raises(SlotTaken):
        fair.do(book_children, fair.actor(family.adult_id), **facts, wishes=WISHES, once_key="both")
    assert is_free(fair, 0)


def test_one_slot_is_not_for_children_of_two_leads(fair):
    family, facts = two_leads(fair, row_of_times(1)[0] + timedelta(minutes=MINUTES))
    actor = fair.actor(family.adult_id)
    with pytest.raises(NotFound):
        fair.do(book_children, actor, **{**facts, "slot_ids": facts["slot_ids"][:1]}, wishes=WISHES, once_key="x")
    with pytest.raises(Invalid):
        fair.do(book_children, actor, **{**facts, "reviews": facts["reviews"][:1]}, wishes=WISHES, once_key="x")
    strange = fair.family()
    reviews = [facts["reviews"][0], (strange.pupil_id, strange.review_id)]
    with pytest.raises(NotFound):
        fair.do(book_children, actor, **{**facts, "reviews": reviews}, wishes=WISHES, once_key="x")


def test_an_adult_is_in_one_place(fair):
    family, facts = two_leads(fair, row_of_times(1)[0] + timedelta(minutes=5))
    take(fair, family)
    pupil_id, review_id = facts["reviews"][1]
    with pytest.raises(BusyThen):
        take(fair, family, pupil_id=pupil_id, review_id=review_id, slot_id=facts["slot_ids"][1])


# --- kept apart ---


@pytest.fixture
def apart(fair, parents):
    fair.keep_apart(parents[0].adult_id, parents[1].adult_id)
    return parents


def offered_to(fair, family, in_building=True):
    with fair.acting(fair.actor(family.adult_id)) as session:
        times = free_times(
            session, school_id=fair.school_id, round_id=fair.round_id, staff_id=fair.staff_id,
            adult_id=family.adult_id, minutes_needed=MINUTES, in_building=in_building, now=fair.now,
        )  # fmt: skip
    return [fair.slots.index(time.slot_id) for time in times]


def test_near_times_look_taken_and_are_refused_like_taken_ones(fair, apart):
    take(fair, apart[0], slot=2)
    # 20 minutes and 5 of pause: two slots on either side begin or end within 30 minutes
    assert PAUSE == 5
    assert offered_to(fair, apart[1]) == [0, 4, 5]
    assert offered_to(fair, fair.family()) == [0, 1, 3, 4, 5]
    for slot in (1, 3):
        with pytest.raises(SlotTaken) as refusal:
            take(fair, apart[1], slot=slot)
        assert str(refusal.value) == str(SlotTaken())
    assert take(fair, apart[1], slot=4)


@pytest.mark.parametrize(("gap", "near"), [(25, True), (30, False)])
def test_thirty_minutes_are_enough_and_twenty_five_are_not(fair, gap, near):
    lead = fair.person("Other Lead")
    first, second = fair.family(), fair.family(lead_id=lead)
    fair.keep_apart(first.adult_id, second.adult_id)
    booked = take(fair, first, slot=2)
    after = fair.slots_at(booked.ends_at + timedelta(minutes=gap), staff_id=lead)[0]
    before = fair.slots_at(booked.starts_at - timedelta(minutes=gap + MINUTES), staff_id=lead)[0]
    for slot_id in (after, before):
        if near:
            with pytest.raises(SlotTaken):
                take(fair, second, slot_id=slot_id)
        else:
            take(fair, second, slot_id=slot_id)
            fair.do(cancel, fair.actor(second.adult_id), **second.about, reason="")


def test_who_is_on_the_phone_is_not_in_the_building(fair, apart):
    take(fair, apart[0], slot=2, wishes=Wishes(Mode.PHONE))
    assert offered_to(fair, apart[1]) == [0, 1, 3, 4, 5]
    assert offered_to(fair, apart[1], in_building=False) == [0, 1, 3, 4, 5]
    take(fair, apart[1], slot=3)
    with pytest.raises(SlotTaken):
        fair.do(change_wishes, fair.actor(apart[0].adult_id), **apart[0].about, wishes=WISHES, version=1)


@pytest.mark.parametrize("mode", [Mode.IN_PERSON, Mode.PHONE])
def test_they_never_sit_at_one_table_not_even_by_phone(fair, apart, mode):
    take(fair, apart[0], wishes=Wishes(mode, others_may_join=True))
    with pytest.raises(NoLongerOffered):
        go_along(fair, apart[1], offers(fair, apart[0])[0])


def test_not_through_a_third_adult_either(fair):
    family = fair.family(adults=3)
    first, second, third = (
        replace(family, adults=(adult,), about={**family.about, "adult_id": adult}) for adult in family.adults
    )
    fair.keep_apart(second.adult_id, third.adult_id)
    take(fair, first, wishes=Wishes(Mode.PHONE, others_may_join=True))
    [offered] = offers(fair, first)
    go_along(fair, second, offered)
    with pytest.raises(NoLongerOffered):
        go_along(fair, third, offered)


def test_moving_near_is_refused_and_the_old_time_kept(fair, apart):
    take(fair, apart[0], slot=2)
    old = take(fair, apart[1], slot=5)
    with pytest.raises(SlotTaken):
        fair.do(move, fair.actor(apart[1].adult_id), **apart[1].about, slot_id=fair.slots[3], wishes=WISHES, version=1)
    assert look(fair, select(Booking.meeting_id).where(Booking.id == old.booking_id)) == [old.meeting_id]


def test_the_day_counts_from_which_they_are_kept_apart(fair, apart):
    from portal.people.models import KeptApart

    for key in look(fair, select(KeptApart.id).where(KeptApart.adult_id.in_([f.adult_id for f in apart]))):
        fair.change(KeptApart, key, since=row_of_times(1)[0].date() + timedelta(days=1))
    take(fair, apart[0], slot=2)
    assert take(fair, apart[1], slot=3)
