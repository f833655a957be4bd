"""What may be booked, by whom and when; what follows; and what each refusal leaves untouched."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from portal.kernel.clock import LONDON
from portal.kernel.errors import Invalid, NotAllowed, NotFound, PortalError, StaleVersion
from portal.kernel.outbox import OutboxItem, OutboxState
from portal.meetings.actions_booking import answer, book, cancel, change_wishes, move
from portal.meetings.actions_messages import tell
from portal.meetings.actions_places import check_actor
from portal.meetings.models import Booking, Invitation, Meeting, Slot, TakenSlot, TimeClaim
from portal.meetings.queries_free import free_times
from portal.meetings.rules import Answer, Mode, cells
from portal.meetings.rules_booking import (
    LONGEST_WORDS,
    AlreadyBooked,
    AlreadySent,
    BookingNotOpen,
    ModeNotOffered,
    NothingBooked,
    NotInvited,
    ReadOnlyLink,
    ReviewOver,
    SlotPast,
    SlotTaken,
    TooShort,
    Wishes,
)
from portal.meetings.rules_messages import Message
from portal.people.models import Pupil
from portal.people.rules import Audience, ContactState, PortalAccess, Restriction, Role
from portal.reviews.models import Review, ReviewRound, ReviewStep
from portal.reviews.rules import RoundState, Stage
from tests.meetings.arranging import DAY, MINUTES, WISHES, make_fair, row_of_times


@pytest.fixture
def fair(app):
    return make_fair(app.extensions["writing_engine"])


@pytest.fixture
def family(fair):
    return fair.family()


def take(fair, family, slot=0, actor=None, wishes=WISHES, key=None, **more):
    facts = {**family.about, "slot_id": fair.slots[slot], "wishes": wishes, "once_key": key or uuid.uuid4().hex}
    return fair.do(book, actor or fair.actor(family.about["adult_id"]), **{**facts, **more})


def free(fair, family, minutes=MINUTES, in_building=True):
    with fair.acting(fair.actor(family.adult_id)) as session:
        times = free_times(
            session, school_id=fair.school_id, round_id=fair.round_id, staff_id=fair.staff_id,
            adult_id=family.adult_id, minutes_needed=minutes, in_building=in_building, now=fair.now,
        )  # fmt: skip
    return [fair.slots.index(time.slot_id) for time in times]


def look(fair, statement):
    with fair.session() as session:
        return session.scalars(statement).all()


def messages(fair, family, state=OutboxState.QUEUED):
    where = OutboxItem.person_id == family.adult_id, OutboxItem.state == state
    return sorted(look(fair, select(OutboxItem.kind).where(*where)))


def one(fair, row, **where):
    return look(fair, select(row).filter_by(**where))[0]


def claims(fair, adult_id):
    return sorted(look(fair, select(TimeClaim.at).where(TimeClaim.holder_id == adult_id)))


# --- taking a time ---


def test_a_family_takes_a_time_and_everything_follows(fair, family):
    answer = take(fair, family, wishes=Wishes(Mode.PHONE, phone="07700 900123", needs=["quiet", "nonsense"]))
    start = row_of_times(1)[0]
    assert (answer.starts_at, answer.ends_at) == (start, start + timedelta(minutes=MINUTES))
    booking = one(fair, Booking, id=answer.booking_id)
    assert (booking.phone, booking.needs, booking.made_by) == ("07700 900123", ["quiet"], family.adult_id)
    meeting = one(fair, Meeting, id=answer.meeting_id)
    assert (meeting.mode, meeting.live_bookings) == (Mode.PHONE, 1)
    assert claims(fair, family.adult_id) == cells(answer.starts_at, answer.ends_at)
    assert not any(look(fair, select(TimeClaim.in_building).where(TimeClaim.holder_id == family.adult_id)))
    review = one(fair, Review, id=family.review_id)
    assert (review.stage, review.live_bookings, review.booked_at) == (Stage.BOOKED, 1, fair.now)
    invitation = one(fair, Invitation, review_id=family.review_id)
    assert (invitation.answer, invitation.sequence) == (Answer.BOOKED, 0)
    assert look(fair, select(ReviewStep.stage).where(ReviewStep.review_id == family.review_id)) == [Stage.BOOKED]
    assert messages(fair, family) == [Message.BOOKED, Message.TOMORROW]
    due = one(fair, OutboxItem, person_id=family.adult_id, kind=Message.TOMORROW.value).due_at.astimezone(LONDON)
    assert (due.date(), due.hour, due.minute) == (DAY - timedelta(days=1), 9, 0)
    assert free(fair, family) == [1, 2, 3, 4, 5]


def test_it_takes_few_statements(fair, family, counting):
    counting.statements.clear()
    take(fair, family)
    assert len(counting) <= 13


def test_reminders_to_choose_are_withheld_once_there_is_a_time(fair, family):
    with fair.session() as session:
        for message in (Message.REMINDER, Message.LAST_CALL):
            tell(session, message, **family.about, event="open", now=fair.now, due_at=fair.now + timedelta(days=2))
        session.commit()
    take(fair, family)
    assert messages(fair, family) == [Message.BOOKED, Message.TOMORROW]
    assert messages(fair, family, OutboxState.WITHHELD) == [Message.LAST_CALL, Message.REMINDER]


def test_the_same_form_again_is_the_same_answer_even_after_the_round_has_closed(fair, family):
    first = take(fair, family, key="form")
    fair.now += timedelta(days=7)
    assert take(fair, family, key="form") == first
    assert len(look(fair, select(Booking).where(Booking.review_id == family.review_id))) == 1


def test_another_form_for_the_same_review_is_told_that_there_is_a_time(fair, family):
    take(fair, family)
    with pytest.raises(AlreadyBooked):
        take(fair, family, slot=1)


def test_a_form_whose_time_was_cancelled_books_nothing_again(fair, family):
    take(fair, family, key="form")
    fair.do(cancel, fair.actor(family.adult_id), **family.about, reason="")
    with pytest.raises(AlreadySent):
        take(fair, family, key="form")
    assert free(fair, family) == [0, 1, 2, 3, 4, 5]


def test_a_taken_time_is_refused_and_not_offered(fair, family):
    other = fair.family()
    take(fair, other)
    with pytest.raises(SlotTaken):
        take(fair, family)
    assert free(fair, family) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda fair: setattr(fair, "now", row_of_times(1)[0]), SlotPast),
        (lambda fair: fair.change(Slot, fair.slots[0], withdrawn_at=fair.now), SlotTaken),
        (lambda fair: fair.change(Slot, fair.slots[0], modes=["video"]), ModeNotOffered),
        (lambda fair: fair.change(ReviewRound, fair.round_id, state=RoundState.CLOSED), BookingNotOpen),
        (lambda fair: fair.change(ReviewRound, fair.round_id, state=RoundState.PLANNED), BookingNotOpen),
        (lambda fair: fair.change(ReviewRound, fair.round_id, booking_closes_at=fair.now), BookingNotOpen),
        (
            lambda fair: fair.change(ReviewRound, fair.round_id, booking_opens_at=fair.now + timedelta(seconds=1)),
            BookingNotOpen,
        ),
        (lambda fair: fair.change(Slot, fair.slots[0], staff_id=fair.person()), NotFound),
        (lambda fair: fair.change(Slot, fair.slots[0], round_id=None), NotFound),
    ],
    ids=["past", "withdrawn", "other way", "closed", "planned", "over", "not yet", "other staff", "no round"],
)
def test_what_is_not_to_be_had(fair, family, change, error):
    fair.change(ReviewRound, fair.round_id, booking_closes_at=fair.now + timedelta(days=30))
    change(fair)
    with pytest.raises(error):
        take(fair, family)
    assert claims(fair, family.adult_id) == []
    assert one(fair, Review, id=family.review_id).stage == Stage.INVITED


@pytest.mark.parametrize("stage", [Stage.HELD, Stage.RECORD_SHARED, Stage.CLOSED, Stage.CANCELLED])
def test_a_review_past_its_meeting_takes_no_time(fair, family, stage):
    fair.change(Review, family.review_id, stage=stage)
    with pytest.raises(ReviewOver):
        take(fair, family)


def test_who_did_not_come_chooses_again(fair, family):
    take(fair, family)
    fair.change(ReviewRound, fair.round_id, booking_closes_at=fair.now + timedelta(days=30))
    later = fair.slots_at(row_of_times(1)[0] + timedelta(days=3))
    fair.now = row_of_times(1)[0] + timedelta(days=1)
    fair.change(Review, family.review_id, stage=Stage.NOT_ATTENDED)
    fair.slots += later
    again = take(fair, family, slot=-1)
    review = one(fair, Review, id=family.review_id)
    assert (review.stage, review.live_bookings) == (Stage.BOOKED, 1)
    live = look(fair, select(Booking.id).where(Booking.review_id == family.review_id, Booking.cancelled_at.is_(None)))
    assert live == [again.booking_id]


@pytest.mark.parametrize("field", ["need_words", "brings"])
def test_words_that_are_too_long_are_said_at_their_field(fair, family, field):
    with pytest.raises(Invalid) as refused:
        take(fair, family, wishes=replace(WISHES, **{field: "x" * (LONGEST_WORDS + 1)}))
    assert refused.value.field == field


@pytest.mark.parametrize("key", ["", "x" * 71, "a\x00b"])
def test_a_form_without_a_proper_key_is_refused(fair, family, key):
    with pytest.raises(PortalError):
        take(fair, family, once_key=key)


# --- an interpreter ---


def test_an_interpreter_takes_the_next_slot_too(fair, family):
    answer = take(fair, family, wishes=Wishes(Mode.IN_PERSON, language="pl", interpreter=True))
    assert answer.ends_at - answer.starts_at == timedelta(minutes=MINUTES + 15)
    taken = select(TakenSlot.slot_id).where(TakenSlot.meeting_id == answer.meeting_id)
    assert set(look(fair, taken)) == set(fair.slots[:2])
    assert claims(fair, family.adult_id) == cells(answer.starts_at, answer.ends_at)
    other = fair.family()
    assert free(fair, other) == [2, 3, 4, 5]
    assert free(fair, other, minutes=MINUTES + 15) == [2, 3, 4], "the last time has no neighbour"
    with pytest.raises(SlotTaken):
        take(fair, other, slot=1)
    fair.do(cancel, fair.actor(family.adult_id), **family.about, reason="")
    assert free(fair, other) == [0, 1, 2, 3, 4, 5]


def test_an_interpreter_needs_a_free_neighbour(fair, family):
    take(fair, fair.family(), slot=1)
    through_interpreter = Wishes(Mode.IN_PERSON, interpreter=True)
    with pytest.raises(SlotTaken):
        take(fair, family, slot=0, wishes=through_interpreter)
    with pytest.raises(TooShort):
        take(fair, family, slot=5, wishes=through_interpreter)
    assert claims(fair, family.adult_id) == []


def test_a_break_in_the_row_is_no_neighbour(fair, family):
    fair.slots += fair.slots_at(row_of_times(6)[-1] + timedelta(minutes=MINUTES + 30))
    with pytest.raises(TooShort):
        take(fair, family, slot=5, wishes=Wishes(Mode.IN_PERSON, interpreter=True))


def test_asking_for_an_interpreter_later_makes_the_meeting_longer_and_back(fair, family):
    first = take(fair, family, slot=2)
    actor = fair.actor(family.adult_id)
    wishes = Wishes(Mode.IN_PERSON, interpreter=True, language="ur")
    fair.do(change_wishes, actor, **family.about, wishes=wishes, version=1)
    assert free(fair, fair.family()) == [0, 1, 4, 5]
    booking = one(fair, Booking, id=first.booking_id)
    assert (booking.interpreter, booking.version) == (True, 2)
    fair.do(change_wishes, actor, **family.about, wishes=WISHES, version=2)
    assert free(fair, fair.family()) == [0, 1, 3, 4, 5]
    take(fair, fair.family(), slot=3)
    with pytest.raises(SlotTaken):
        fair.do(change_wishes, actor, **family.about, wishes=wishes, version=3)
    assert one(fair, Booking, id=first.booking_id).interpreter is False
    assert len(claims(fair, family.adult_id)) == MINUTES // 5


# --- moving, cancelling, changing ---


def test_moving_lets_the_old_time_go_and_calendars_follow(fair, family):
    take(fair, family)
    moved = fair.do(move, fair.actor(family.adult_id), **family.about, slot_id=fair.slots[3], wishes=WISHES, version=1)
    assert free(fair, family) == [0, 1, 2, 4, 5]
    assert claims(fair, family.adult_id) == cells(moved.starts_at, moved.ends_at)
    invitation = one(fair, Invitation, review_id=family.review_id)
    assert (invitation.sequence, invitation.answer) == (1, Answer.BOOKED)
    assert messages(fair, family) == [Message.BOOKED, Message.MOVED, Message.TOMORROW]
    assert messages(fair, family, OutboxState.WITHHELD) == [Message.TOMORROW]
    assert one(fair, Review, id=family.review_id).live_bookings == 1


def test_the_old_time_is_kept_when_the_new_one_is_gone(fair, family):
    first = take(fair, family)
    take(fair, fair.family(), slot=1)
    with pytest.raises(SlotTaken):
        fair.do(move, fair.actor(family.adult_id), **family.about, slot_id=fair.slots[1], wishes=WISHES, version=1)
    assert one(fair, Booking, review_id=family.review_id).meeting_id == first.meeting_id
    assert claims(fair, family.adult_id) == cells(first.starts_at, first.ends_at)
    assert one(fair, Invitation, review_id=family.review_id).sequence == 0


def test_a_meeting_moves_over_its_own_time(fair, family):
    wishes = Wishes(Mode.IN_PERSON, interpreter=True)
    take(fair, family, slot=1, wishes=wishes)
    fair.do(move, fair.actor(family.adult_id), **family.about, slot_id=fair.slots[2], wishes=wishes, version=1)
    assert free(fair, family) == [0, 1, 4, 5]


def test_a_move_sent_twice_is_one_move_and_an_old_page_is_stale(fair, family):
    take(fair, family)
    facts = {**family.about, "wishes": WISHES, "version": 1}
    actor = fair.actor(family.adult_id)
    moved = fair.do(move, actor, **facts, slot_id=fair.slots[3])
    assert fair.do(move, actor, **facts, slot_id=fair.slots[3]) == moved
    with pytest.raises(StaleVersion):
        fair.do(move, actor, **facts, slot_id=fair.slots[4])


def test_cancelling_asks_the_family_anew_and_a_later_time_has_a_later_number(fair, family):
    take(fair, family)
    actor = fair.actor(family.adult_id)
    fair.do(cancel, actor, **family.about, reason="We are ill")
    assert claims(fair, family.adult_id) == []
    review = one(fair, Review, id=family.review_id)
    assert (review.stage, review.live_bookings) == (Stage.INVITED, 0)
    invitation = one(fair, Invitation, review_id=family.review_id)
    assert (invitation.answer, invitation.sequence) == (Answer.NONE, 1)
    assert messages(fair, family) == [Message.BOOKED, Message.CANCELLED]
    assert one(fair, Booking, review_id=family.review_id).cancel_reason == "We are ill"
    with pytest.raises(NothingBooked):
        fair.do(cancel, actor, **family.about, reason="")
    take(fair, family)
    assert one(fair, Invitation, review_id=family.review_id).sequence == 2
    assert one(fair, Review, id=family.review_id).stage == Stage.BOOKED


def test_what_has_begun_is_neither_moved_nor_cancelled(fair, family):
    take(fair, family)
    fair.now = row_of_times(1)[0]
    actor = fair.actor(family.adult_id)
    with pytest.raises(SlotPast):
        fair.do(cancel, actor, **family.about, reason="")
    with pytest.raises(SlotPast):
        fair.do(move, actor, **family.about, slot_id=fair.slots[3], wishes=WISHES, version=1)


def test_words_change_without_moving_anything(fair, family):
    first = take(fair, family)
    wishes = replace(WISHES, wishes="Please talk about reading.", brings="My sister")
    fair.do(change_wishes, fair.actor(family.adult_id), **family.about, wishes=wishes, version=1)
    booking = one(fair, Booking, id=first.booking_id)
    assert (booking.wishes, booking.brings, booking.meeting_id) == (wishes.wishes, "My sister", first.meeting_id)
    assert one(fair, Invitation, review_id=family.review_id).sequence == 0
    with pytest.raises(StaleVersion):
        fair.do(change_wishes, fair.actor(family.adult_id), **family.about, wishes=wishes, version=1)


def test_another_way_of_meeting_changes_whether_one_is_in_the_building(fair, family):
    take(fair, family)
    fair.do(change_wishes, fair.actor(family.adult_id), **family.about, wishes=Wishes(Mode.VIDEO), version=1)
    assert not any(look(fair, select(TimeClaim.in_building).where(TimeClaim.holder_id == family.adult_id)))
    assert free(fair, family) == [1, 2, 3, 4, 5]


# --- other answers ---


def test_answers_of_those_who_take_no_time(fair, family):
    actor = fair.actor(family.adult_id)
    fair.do(answer, actor, **family.about, answer=Answer.CALL_ME, words="After six, please")
    invitation = one(fair, Invitation, review_id=family.review_id)
    assert (invitation.answer, invitation.answer_words) == (Answer.CALL_ME, "After six, please")
    for wrong in (Answer.NONE, Answer.BOOKED, Answer.COMING):
        with pytest.raises(Invalid):
            fair.do(answer, actor, **family.about, answer=wrong, words="")
    take(fair, family)
    assert one(fair, Invitation, review_id=family.review_id).answer_words == ""
    with pytest.raises(AlreadyBooked):
        fair.do(answer, actor, **family.about, answer=Answer.CALL_ME, words="")


def test_whoever_is_asked_to_a_set_day_says_whether_they_come(fair, family):
    fair.change(Review, family.review_id, round_id=None, meets_at=fair.now + timedelta(days=9))
    fair.do(answer, fair.actor(family.adult_id), **family.about, answer=Answer.COMING, words="")
    assert one(fair, Invitation, review_id=family.review_id).answer == Answer.COMING
    with pytest.raises(NotFound):
        take(fair, family)


# --- who may ---


def everything(fair, family, actor):
    """Every act, none of which may go through."""
    facts = {**family.about, "wishes": WISHES}
    yield lambda: fair.do(book, actor, **facts, slot_id=fair.slots[0], once_key=uuid.uuid4().hex)
    yield lambda: fair.do(move, actor, **facts, slot_id=fair.slots[0], version=1)
    yield lambda: fair.do(cancel, actor, **family.about, reason="")
    yield lambda: fair.do(change_wishes, actor, **facts, version=1)
    yield lambda: fair.do(answer, actor, **family.about, answer=Answer.CALL_ME, words="")


def test_another_family_finds_nothing(fair, family):
    stranger = fair.family()
    for actor in (fair.actor(stranger.adult_id), fair.actor(stranger.adult_id, Audience.PUPIL)):
        for about in ({}, {"adult_id": stranger.adult_id}):
            theirs = replace(family, about={**family.about, **about})
            for act in everything(fair, theirs, actor):
                with pytest.raises(NotFound):
                    act()
    mixed = replace(family, about={**stranger.about, "review_id": family.review_id})
    for act in everything(fair, mixed, fair.actor(stranger.adult_id)):
        with pytest.raises(NotFound):
            act()


def test_one_parent_does_not_act_for_the_other(fair):
    family = fair.family(adults=2)
    take(fair, family)
    for act in everything(fair, family, fair.actor(family.adults[1])):
        with pytest.raises(NotFound):
            act()


def test_who_may_only_read_takes_no_part(fair):
    family = fair.family(access=PortalAccess.VIEW)
    for act in everything(fair, family, fair.actor(family.adult_id)):
        with pytest.raises(ReadOnlyLink):
            act()


def test_staff_of_a_class_do_not_book_for_families(fair, family):
    for roles in ({Role.CLASS_TEACHER}, {Role.HEADTEACHER}, set()):
        actor = fair.actor(fair.staff_id, Audience.STAFF, school_id=fair.school_id, roles=frozenset(roles))
        for act in everything(fair, family, actor):
            with pytest.raises(NotAllowed):
                act()


def test_staff_of_another_school_find_nothing(fair, family, ids):
    other = next(school for school in ids.schools.values() if school != fair.school_id)
    actor = fair.actor(fair.staff_id, Audience.STAFF, school_id=other, roles=frozenset({Role.OFFICE, Role.SENDCO}))
    for act in everything(fair, family, actor):
        with pytest.raises(NotFound):
            act()


@pytest.mark.parametrize(
    "decision",
    [
        {"restriction": Restriction.NO_CONTACT},
        {"restriction": Restriction.SUPERVISED, "until": -5},
        {"state": ContactState.SUSPENDED},
        {"state": ContactState.ENDED},
    ],
    ids=["order", "order whose last day has passed", "paused", "ended"],
)
def test_nobody_books_for_an_adult_who_may_not_come(fair, family, decision):
    until = decision.pop("until", None)
    if "restriction" in decision:
        decision |= {"restricted_from": fair.now.date(), "order_seen_by": fair.staff_id}
    if until:
        decision["restricted_until"] = fair.now.date() + timedelta(days=until)
    fair.link(family, **decision)
    for act in everything(fair, family, fair.office()):
        with pytest.raises(NotInvited):
            act()
    for act in everything(fair, family, fair.actor(family.adult_id)):
        with pytest.raises(NotFound):
            act()


def test_a_child_that_left_is_not_booked_for(fair, family):
    fair.change(Pupil, family.pupil_id, left_on=fair.now.date())
    for act in everything(fair, family, fair.office()):
        with pytest.raises(NotInvited):
            act()
    for act in everything(fair, family, fair.actor(family.adult_id)):
        with pytest.raises(NotFound):
            act()


def test_at_the_gate_the_office_books_after_closing_for_an_adult_without_an_account(fair):
    family = fair.family(access=PortalAccess.NONE)
    fair.link(family, state=ContactState.CONFIRMED)
    fair.change(ReviewRound, fair.round_id, booking_closes_at=fair.now)
    with pytest.raises(NotFound):
        take(fair, family)
    booked = take(fair, family, actor=fair.office())
    assert one(fair, Booking, id=booked.booking_id).made_by == fair.staff_id
    fair.now = row_of_times(2)[1]
    other = fair.family()
    with pytest.raises(SlotPast):
        take(fair, other, slot=1, actor=fair.office())


def test_a_young_person_books_for_themselves_and_the_parent_no_longer(fair, family):
    me = fair.person("Kit Test")
    fair.change(Pupil, family.pupil_id, person_id=me, rights_pass_on=fair.now.date())
    pupil = {"pupil_id": family.pupil_id, "school_id": fair.school_id}
    fair.keep(Invitation(**pupil, review_id=family.review_id, adult_id=me, uid=str(uuid.uuid4()), sent_at=fair.now))
    about = {**family.about, "adult_id": me}
    own = replace(family, about=about)
    for holds in (False, True):
        actor = fair.actor(
            me, Audience.PUPIL, pupil_id=family.pupil_id, school_id=fair.school_id, holds_own_rights=holds
        )
        if not holds:
            with pytest.raises(NotFound):
                take(fair, own, actor=actor)
    assert take(fair, own, actor=actor).meeting_id
    with pytest.raises(NotFound):
        take(fair, family, slot=1)
    with pytest.raises(NotInvited):
        take(fair, family, slot=1, actor=fair.office())
    assert one(fair, Review, id=family.review_id).live_bookings == 1


# --- the clock ---


@pytest.mark.parametrize(
    ("day", "now", "utc_hour"),
    [
        (datetime(2026, 10, 26, 9, 0, tzinfo=LONDON), datetime(2026, 10, 23, 9, 0, tzinfo=LONDON), 9),
        (datetime(2027, 3, 29, 9, 0, tzinfo=LONDON), datetime(2027, 3, 26, 9, 0, tzinfo=LONDON), 8),
    ],
    ids=["the clocks go back", "the clocks go forward"],
)
def test_over_a_change_of_the_clocks_nine_stays_nine(app, day, now, utc_hour):
    fair = make_fair(app.extensions["writing_engine"], slots=0, now=now)
    fair.slots = fair.slots_at(day)
    family = fair.family()
    booked = take(fair, family)
    assert booked.starts_at.astimezone(UTC).hour == utc_hour
    assert booked.starts_at.astimezone(LONDON).hour == 9
    due = one(fair, OutboxItem, person_id=family.adult_id, kind=Message.TOMORROW.value).due_at.astimezone(LONDON)
    assert (due.date(), due.hour) == (day.date() - timedelta(days=1), 9), "on the Sunday of the change itself"
    assert claims(fair, family.adult_id) == cells(booked.starts_at, booked.ends_at)


def test_the_counters_of_the_test_world_agree_with_its_bookings(system_session):
    live = select(Booking.review_id, func.count()).where(Booking.cancelled_at.is_(None)).group_by(Booking.review_id)
    counted = dict(system_session.execute(live).all())
    for review_id, said in system_session.execute(select(Review.id, Review.live_bookings)):
        assert said == counted.get(review_id, 0)
    at_table = select(Booking.meeting_id, func.count()).where(Booking.cancelled_at.is_(None))
    counted = dict(system_session.execute(at_table.group_by(Booking.meeting_id)).all())
    for meeting_id, said in system_session.execute(select(Meeting.id, Meeting.live_bookings)):
        assert said == counted.get(meeting_id, 0)


def test_a_family_is_refused_for_another_adult_before_the_fence_is_asked(fair, family):
    """The scope would find nothing either; this is the first of the two."""
    for audience in (Audience.FAMILY, Audience.PUPIL, Audience.TRUST):
        actor = fair.actor(family.adult_id, audience, pupil_id=family.pupil_id, holds_own_rights=True)
        with pytest.raises(NotFound):
            check_actor(actor, family.pupil_id, uuid.uuid4())
