"""The season board: one page for a whole round, read in a fixed number of statements, and what it does for many."""

import time
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.kernel.errors import Invalid, NotAllowed, NotFound
from portal.kernel.outbox import OutboxItem, OutboxState
from portal.meetings.actions_booking import book
from portal.meetings.actions_invite import open_round
from portal.meetings.actions_season import Done, NotOpen, do_for_many
from portal.meetings.models import Booking, Invitation, TakenSlot
from portal.meetings.queries_attention import meeting_attention
from portal.meetings.queries_board import board
from portal.meetings.queries_board_rows import Wanted
from portal.meetings.rules import Answer, Mode
from portal.meetings.rules_board import Batch, Look
from portal.meetings.rules_booking import Wishes
from portal.meetings.rules_messages import Message
from portal.people.rules import ContactState
from portal.reviews.actions_rounds import add_children
from portal.reviews.models import Review, ReviewRound, ReviewStep
from portal.reviews.rules import RoundState, Season, Stage
from portal.reviews.rules_rounds import ChildChoice
from tests.meetings.seasons import make_season
from tests.pages import parse, words


def opened(app, ids, children=3, times=4):
    season = make_season(app.extensions["writing_engine"], ids, children=children)
    add(season, season.pupils)
    season.slots = season.add_times(times)
    season.do(open_round, round_id=season.round_id)
    return season


def add(season, pupils):
    choices = [ChildChoice(pupil_id=pupil, lead_id=season.lead_id) for pupil in pupils]
    season.do(add_children, round_id=season.round_id, choices=choices)


@pytest.fixture
def season(app, ids):
    return opened(app, ids)


def read(season, now=None, **wanted):
    with season.session() as session:
        return board(
            session, viewer=season.actor, round_id=season.round_id, wanted=Wanted(**wanted), now=now or season.now
        )


def row_of(season, pupil_id, **more):
    return next(row for row in read(season, **more).rows if row.pupil_id == pupil_id)


def takes(season, pupil_id, adult_id, slot_id):
    """The office takes a time for an adult."""
    review = season.reviews()[pupil_id]
    return season.do(
        book, pupil_id=pupil_id, review_id=review.id, adult_id=adult_id, slot_id=slot_id,
        wishes=Wishes(Mode.IN_PERSON), once_key=uuid.uuid4().hex,
    )  # fmt: skip


def many(season, batch, reviews=None, **more):
    return season.do(
        do_for_many, round_id=season.round_id, batch=batch,
        review_ids=season.review_ids() if reviews is None else reviews, **more,
    )  # fmt: skip


def test_the_columns_of_a_child(season):
    pupil = season.pupils[0]
    jo, sam = season.adults[pupil]
    row = row_of(season, pupil)
    assert (len(row.adults), row.booked, row.times, row.looks) == (2, 0, (), ())
    first = takes(season, pupil, jo, season.slots[0])
    row = row_of(season, pupil)
    assert (row.stage, row.booked, row.times) == (Stage.BOOKED, 1, (first.starts_at,))
    second = takes(season, pupil, sam, season.slots[2])
    assert row_of(season, pupil).times == (first.starts_at, second.starts_at)
    assert row_of(season, pupil).booked == 2
    totals = read(season).totals
    assert (totals.children, totals.invited, totals.booked, totals.held) == (3, 3, 1, 0)


def test_only_exceptions_are_lit(season):
    pupil, other, _third = season.pupils
    jo, sam = season.adults[pupil]
    invitation = season.read(select(Invitation.id).where(Invitation.adult_id == jo))[0].id
    season.change(Invitation, invitation, answer=Answer.CALL_ME)
    assert row_of(season, pupil).looks == (Look.CALL_ME,)
    season.change(Invitation, invitation, dealt_with_at=season.now)
    assert row_of(season, pupil).looks == ()
    season.link(pupil, sam, state=ContactState.INVITED)
    assert row_of(season, pupil).looks == (Look.NO_ACCOUNT,)
    takes(season, pupil, sam, season.slots[0])
    assert row_of(season, pupil).looks == (), "the office has a time for this adult"
    season.add_adult(other)
    assert row_of(season, other).looks == (Look.ADULT_ADDED,)
    soon = season.now + timedelta(days=14)
    assert Look.NOT_BOOKED in row_of(season, other, now=soon).looks
    assert Look.NOT_BOOKED not in row_of(season, pupil, now=soon).looks
    after = season.now + timedelta(days=60)
    assert row_of(season, pupil, now=after).looks == (Look.NOT_HELD,)
    assert [row.pupil_id for row in read(season, exceptions=True).rows] == [other]
    assert read(season).totals.lit == 1


def test_an_answer_of_somebody_who_is_kept_out_now_asks_for_nothing(season):
    pupil = season.pupils[0]
    jo = season.adults[pupil][0]
    invitation = season.read(select(Invitation.id).where(Invitation.adult_id == jo))[0].id
    season.change(Invitation, invitation, answer=Answer.CALL_ME)
    season.link(pupil, jo, state=ContactState.SUSPENDED)
    assert row_of(season, pupil).looks == ()


def test_the_filters(season):
    assert {row.pupil_id for row in read(season, search="kit001").rows} == {season.pupils[1]}
    assert len(read(season, class_id=season.class_id).rows) == 3
    assert not read(season, class_id=uuid.uuid4()).rows
    assert len(read(season, stage=Stage.INVITED).rows) == 3
    assert not read(season, stage=Stage.HELD).rows
    assert len(read(season, language="ur").rows) == 3
    assert not read(season, language="so").rows
    page = read(season)
    assert page.languages == ("en", "ur")
    assert page.classes == ((season.class_id, "9 Season"),)
    assert page.stages == (Stage.INVITED,)
    assert read(season, search="kit001").totals == page.totals, "the totals are of the whole round"


def test_a_lead_without_times_is_named(app, ids):
    season = make_season(app.extensions["writing_engine"], ids, children=2)
    add(season, season.pupils)
    page = read(season)
    assert not page.has_times
    assert [(lead.name, lead.children) for lead in page.without_times] == [("Sam Season", 2)]


def test_three_a_year_is_counted(season):
    pupil = season.pupils[0]
    year = row_of(season, pupil).year
    assert (year.expected, year.held, year.planned, year.gaps) == (3, 0, 1, ())
    season.change(Review, season.reviews()[pupil].id, stage=Stage.HELD, held_at=season.now)
    year = row_of(season, pupil).year
    assert (year.held, year.planned) == (1, 0)
    next_year = season.now + timedelta(days=366)
    assert set(row_of(season, season.pupils[1], now=next_year).year.gaps) == set(Season)
    assert row_of(season, pupil, now=next_year).year.held == 1
    assert len(row_of(season, pupil, now=next_year).year.gaps) == 2


def test_other_schools_see_nothing(season, ids):
    from dataclasses import replace

    stranger = replace(season.actor, school_id=ids.school_of(_foreign(ids, season)))
    with season.session() as session, pytest.raises(NotFound):
        board(session, viewer=stranger, round_id=season.round_id, wanted=Wanted(), now=season.now)
    with pytest.raises(NotFound):
        season.do(do_for_many, actor=stranger, round_id=season.round_id, batch=Batch.REMIND, review_ids=[])
    with pytest.raises(NotFound):
        many(season, Batch.REMIND, [ids.review(_foreign(ids, season))])


def _foreign(ids, season):
    return next(name for name, (key, school) in ids.pupils.items() if school != season.school_id and key in ids.reviews)


def test_as_many_statements_for_three_hundred_as_for_ten(app, ids, as_persona, counting):
    season = opened(app, ids, children=10)
    client = as_persona("sendco")
    path = f"/staff/rounds/{season.round_id}"
    assert client.get(path).status_code == 200
    counting.statements.clear()
    client.get(path)
    few = len(counting)
    assert few <= 12
    more = season.add_children(290)
    add(season, more)
    many(season, Batch.INVITE)
    for pupil in more[:3]:
        takes(season, pupil, season.adults[pupil][0], season.slots.pop())
    counting.statements.clear()
    began = time.process_time()
    answer = client.get(path)
    took = time.process_time() - began
    assert len(counting) == few
    assert "300 children" in words(answer)
    assert took < 2, "a second on a quiet machine, and twice that on a busy one"


def test_reminding_those_who_have_no_time(season):
    pupil, other, third = season.pupils
    takes(season, pupil, season.adults[pupil][0], season.slots[0])
    assert many(season, Batch.REMIND) == Done(2, 1)
    sent = season.read(select(OutboxItem).where(OutboxItem.kind == Message.REMINDER, OutboxItem.due_at <= season.now))
    told = {row.OutboxItem.person_id for row in sent} & {a for adults in season.adults.values() for a in adults}
    assert told == {*season.adults[other], *season.adults[third]}
    assert many(season, Batch.REMIND) == Done(2, 1)
    again = season.read(select(OutboxItem).where(OutboxItem.kind == Message.REMINDER, OutboxItem.due_at <= season.now))
    assert len(again) == len(sent), "one reminder a day"


def test_whoever_asked_for_a_call_is_called_not_reminded(season):
    pupil = season.pupils[0]
    for row in season.read(select(Invitation.id).where(Invitation.pupil_id == pupil)):
        season.change(Invitation, row.id, answer=Answer.CALL_ME)
    assert many(season, Batch.REMIND, [season.reviews()[pupil].id]) == Done(0, 1)


def test_inviting_adults_added_since(season):
    pupil = season.pupils[0]
    later = season.add_adult(pupil)
    assert many(season, Batch.INVITE) == Done(1, 2)
    assert season.read(select(Invitation.id).where(Invitation.adult_id == later))
    assert many(season, Batch.INVITE) == Done(0, 3)


def test_cancelling_gives_the_times_back_and_says_why(season):
    pupil = season.pupils[0]
    jo, sam = season.adults[pupil]
    takes(season, pupil, jo, season.slots[0])
    review = season.reviews()[pupil]
    with pytest.raises(Invalid):
        many(season, Batch.CANCEL, [review.id], reason="  ")
    assert many(season, Batch.CANCEL, [review.id], reason="The family moves away.") == Done(1, 0)
    now = season.reviews()[pupil]
    assert (now.stage, now.cancel_reason, now.live_bookings) == (Stage.CANCELLED, "The family moves away.", 0)
    assert not season.read(
        select(TakenSlot.id).where(TakenSlot.slot_id == season.slots[0], TakenSlot.released_at.is_(None))
    )
    booking = season.read(select(Booking).where(Booking.review_id == review.id))[0].Booking
    assert booking.cancelled_at is not None
    told = season.read(select(OutboxItem.person_id).where(OutboxItem.kind == Message.CANCELLED_BY_SCHOOL,
                                                          OutboxItem.about_pupil_id == pupil))  # fmt: skip
    assert [row.person_id for row in told] == [jo], "the other adult does not learn that there was a time"
    waiting = season.read(
        select(OutboxItem.kind, OutboxItem.state).where(OutboxItem.person_id == sam, OutboxItem.about_pupil_id == pupil)
    )
    assert {row.state for row in waiting} == {OutboxState.WITHHELD}
    assert many(season, Batch.CANCEL, [review.id], reason="Again.") == Done(0, 1)
    takes(season, season.pupils[1], season.adults[season.pupils[1]][0], season.slots[0])


def test_held_without_the_family_then_the_record(season):
    pupil, other, _third = season.pupils
    takes(season, other, season.adults[other][0], season.slots[0])
    assert many(season, Batch.HELD_ALONE, reason="We rang three times.") == Done(2, 1)
    review = season.reviews()[pupil]
    assert (review.stage, review.held_without_family) == (Stage.HELD, True)
    step = season.read(
        select(ReviewStep.reason).where(ReviewStep.review_id == review.id, ReviewStep.stage == Stage.HELD)
    )
    assert step[0].reason == "We rang three times."
    assert season.reviews()[other].stage == Stage.BOOKED, "a family with a time is not written off"
    assert not season.reviews()[other].held_without_family
    assert many(season, Batch.RECORD_GIVEN) == Done(2, 1)
    assert season.reviews()[pupil].record_shared_at is not None


def test_nothing_is_sent_from_a_round_that_is_not_open(season):
    season.change(ReviewRound, season.round_id, state=RoundState.CLOSED)
    for batch in (Batch.REMIND, Batch.INVITE):
        with pytest.raises(NotOpen):
            many(season, batch)


def test_the_head_reads_and_does_nothing(season, as_persona):
    head = as_persona("headteacher")
    page = head.get(f"/staff/rounds/{season.round_id}")
    assert page.status_code == 200
    assert not parse(page).xpath("//main//form[@method='post']")
    from dataclasses import replace

    from portal.people.rules import Role

    with pytest.raises(NotAllowed):
        season.do(
            do_for_many, actor=replace(season.actor, roles=frozenset({Role.HEADTEACHER})), round_id=season.round_id,
            batch=Batch.REMIND, review_ids=season.review_ids(),
        )  # fmt: skip


def test_a_batch_is_confirmed_before_it_happens(season, as_persona):
    client = as_persona("sendco")
    path = f"/staff/rounds/{season.round_id}"
    review_ids = [str(key) for key in season.review_ids()]
    nothing = client.post(f"{path}/batch", data={"batch": "cancel"})
    assert nothing.status_code == 303
    assert "Tick the children first" in words(client.get(path))
    page = client.post(f"{path}/batch", data={"batch": "cancel", "review": review_ids[:2], "shown": review_ids})
    assert page.status_code == 200
    assert "It will be done for 2 children" in words(page)
    assert {review.stage for review in season.reviews().values()} == {Stage.INVITED}
    form = parse(page).xpath("//main//form")[0]
    chosen = form.xpath(".//input[@name='review']/@value")
    assert sorted(chosen) == sorted(review_ids[:2])
    sent = {"batch": "cancel", "step": "confirm", "review": chosen}
    bare = client.post(f"{path}/batch", data=sent)
    assert bare.status_code == 422
    assert "Say why" in words(bare)
    assert client.post(f"{path}/batch", data={**sent, "reason": "Snow."}).status_code == 303
    stages = sorted(review.stage for review in season.reviews().values())
    assert stages == [Stage.CANCELLED, Stage.CANCELLED, Stage.INVITED]
    assert "Done for 2 children" in words(client.get(path))
    everybody = client.post(f"{path}/batch", data={"batch": "remind", "all": "1", "shown": review_ids})
    assert "It will be done for 1 child" in words(everybody)
    assert "2 children stay as they are" in words(everybody)
    for nonsense in ({"batch": "explode", "review": review_ids}, {"batch": "remind", "review": ["x"]}):
        assert client.post(f"{path}/batch", data=nonsense).status_code == 303


def test_a_round_is_opened_by_its_page(app, ids, as_persona):
    season = make_season(app.extensions["writing_engine"], ids, children=1)
    client, path = as_persona("sendco"), f"/staff/rounds/{season.round_id}"
    assert "There are no children in this round yet" in words(client.get(f"{path}/open"))
    assert client.post(f"{path}/open").status_code == 422
    add(season, season.pupils)
    page = client.get(f"{path}/open")
    assert "There are no times in this round yet" in words(page)
    assert f"{path}/times" in parse(page).xpath("//main//a/@href")
    refused = client.post(f"{path}/open")
    assert refused.status_code == 422
    assert season.reviews()[season.pupils[0]].stage == Stage.PLANNED
    season.add_times()
    assert client.post(f"{path}/open").status_code == 303
    assert "2 adults are invited" in words(client.get(path))
    assert client.post(f"{path}/open").status_code == 303
    assert "Everybody was invited before" in words(client.get(path))
    assert client.post(f"{path}/close").status_code == 303
    assert "Finished" in words(client.get(path))


def test_the_front_page_counts_what_waits(season):
    def waiting(now=None):
        with season.session() as session:
            return meeting_attention(session, viewer=season.actor, now=now or season.now)

    before = waiting()
    pupil, other, third = season.pupils
    jo = season.adults[pupil][0]
    invitation = season.read(select(Invitation.id).where(Invitation.adult_id == jo))[0].id
    season.change(Invitation, invitation, answer=Answer.CALL_ME)
    assert waiting().calls == before.calls + 1
    season.change(Invitation, invitation, dealt_with_at=season.now)
    assert waiting().calls == before.calls
    season.change(ReviewRound, season.round_id, booking_closes_at=season.now + timedelta(days=6))
    assert waiting().not_booked == before.not_booked + 3
    takes(season, other, season.adults[other][0], season.slots[0])
    assert waiting().not_booked == before.not_booked + 2
    review = season.reviews()[third]
    season.change(Review, review.id, stage=Stage.HELD, held_at=season.now - timedelta(days=15))
    assert waiting().without_record == before.without_record + 1
    season.change(Review, review.id, stage=Stage.RECORD_SHARED)
    assert waiting().without_record == before.without_record
    after = waiting(season.now + timedelta(days=22))
    assert after.without_record >= before.without_record + 1
    assert waiting().open_round_id is not None
