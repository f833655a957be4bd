"""Attempts to learn, keep or lose what must not be: each of these once succeeded."""

import re
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.clock import LONDON
from portal.kernel.errors import NotFound
from portal.meetings.actions_booking import book as take_time
from portal.meetings.actions_booking import change_wishes, move
from portal.meetings.actions_invite import close_round, open_round
from portal.meetings.actions_release import release_closed
from portal.meetings.actions_together import book_children, join
from portal.meetings.models import Booking, Guest, JoinOffer, Slot, StaffTime, TakenSlot, TimeClaim
from portal.meetings.rules_booking import BookingNotOpen, NoLongerOffered, SeveralChildren
from portal.people.models import Person, PupilContact, StaffRole
from portal.people.rules import Audience, Restriction, Role
from portal.reviews.actions_rounds import add_children
from portal.reviews.actions_year import remove_special
from portal.reviews.models import Review, ReviewRound, SchoolDayException
from portal.reviews.rules import RoundState, Stage
from tests.meetings.arranging import WISHES, make_fair
from tests.meetings.family import booked_by, free_slots, page_of, path_of, post_time
from tests.meetings.test_annual import planned, sendco  # noqa: F401 -- fixtures
from tests.meetings.test_attendance import invited, review, who, write  # noqa: F401 -- fixtures
from tests.meetings.test_my_meeting import book
from tests.pages import parse, words

TO_COME = timedelta(days=9)


def live(session, review_id, adult_id):
    session.rollback()
    mine = Booking.review_id == review_id, Booking.adult_id == adult_id, Booking.cancelled_at.is_(None)
    found = session.scalars(select(Booking.id).where(*mine)).all()
    session.rollback()
    return found


def bar(session, ids, slug, child="Zara"):
    """An order that staff have seen, from today on."""
    session.rollback()
    where = PupilContact.pupil_id == ids.pupil(child), PupilContact.adult_id == ids.person(slug)
    link = session.scalars(select(PupilContact).where(*where)).one()
    link.restriction, link.restricted_from = Restriction.NO_CONTACT, clock.today()
    link.order_seen_by, link.order_reference = ids.person("sendco"), "Seen"
    session.commit()


def release(session):
    session.rollback()
    freed = release_closed(session, now=clock.now())
    session.commit()
    return freed


# --- two households, two meetings ---


@pytest.fixture
def two_meetings(system_session, ids, review):  # noqa: F811
    """`parent` met school yesterday, `second-parent` has a time of their own to come."""
    book(system_session, review, ids.person("second-parent"), at=clock.now() + TO_COME)
    return review


def test_a_meeting_that_was_held_says_nothing_to_the_household_whose_own_is_to_come(
    app, as_persona, system_session, ids, two_meetings
):
    seats = invited(system_session, two_meetings)
    first = seats[ids.person("parent")]
    assert write(as_persona("class-teacher"), two_meetings, **{who(first): "present"}, happened="with_family")
    invited(system_session, two_meetings)
    assert two_meetings.stage == Stage.HELD
    other = as_persona("second-parent")
    text = page_of(other, ids)
    assert "This meeting was held" not in text
    assert "This is your meeting." in text
    assert "This meeting was held" not in words(other.get("/home?lang=en"))
    wishes = other.post(f"{path_of(ids)}/wishes", data={"mode": "in_person", "version": "1", "wishes": "About reading"})
    assert wishes.status_code == 303, words(wishes)
    [free, *_more] = free_slots(other, ids)
    assert post_time(other, ids, free, version=2).status_code == 303
    assert other.post(f"{path_of(ids)}/cancel", data={"reason": ""}).status_code == 303
    assert not live(system_session, two_meetings.id, ids.person("second-parent"))
    invited(system_session, two_meetings)
    assert (two_meetings.stage, two_meetings.live_bookings) == (Stage.HELD, 1)


def test_a_time_to_come_outlives_that_another_household_did_not_come(
    app, as_persona, system_session, ids, two_meetings
):
    first = invited(system_session, two_meetings)[ids.person("parent")]
    sent = write(as_persona("class-teacher"), two_meetings, **{who(first): "absent"}, happened="not_held")
    assert sent.status_code == 303
    assert not live(system_session, two_meetings.id, ids.person("parent"))
    assert len(live(system_session, two_meetings.id, ids.person("second-parent"))) == 1
    other = as_persona("second-parent")
    assert "This is your meeting." in page_of(other, ids)
    assert "is open again" not in words(other.get("/messages?lang=en"))


# --- who may join ---


def open_offers(session, review_id):
    session.rollback()
    found = session.scalars(
        select(JoinOffer.id).where(JoinOffer.review_id == review_id, JoinOffer.withdrawn_at.is_(None))
    ).all()
    session.rollback()
    return found


def test_taking_the_tick_back_takes_the_offer_back(app, as_persona, system_session, ids):
    parent = as_persona("parent")
    booked_by(parent, ids, others_may_join="y")
    assert len(open_offers(system_session, ids.review("Zara"))) == 1
    form = parse(parent.get(f"{path_of(ids)}/wishes")).xpath("//main//form[@method='post']")[0]
    sent = {name: value for name, value in form.form_values() if name not in ("csrf_token", "others_may_join")}
    assert parent.post(f"{path_of(ids)}/wishes", data=sent).status_code == 303
    assert open_offers(system_session, ids.review("Zara")) == []


def test_a_meeting_about_two_children_cannot_be_opened_by_way_of_the_wishes(app):
    fair = make_fair(app.extensions["writing_engine"])
    one = fair.family()
    second = fair.family(adult_ids=one.adults)
    pairs = [(each.pupil_id, each.review_id) for each in (one, second)]
    actor = fair.actor(one.adult_id)
    fair.do(
        book_children, actor, adult_id=one.adult_id, reviews=pairs, slot_ids=fair.slots[:1], wishes=WISHES,
        once_key=uuid.uuid4().hex,
    )  # fmt: skip
    with pytest.raises(SeveralChildren):
        fair.do(change_wishes, actor, **one.about, wishes=replace(WISHES, others_may_join=True), version=1)
    with fair.session() as session:
        assert open_offers(session, one.review_id) == []


# --- an order, a pause ---


@pytest.fixture
def announced(planned):  # noqa: F811
    assert planned.step(Stage.NOTICE_SENT).status_code == 303
    return planned


def test_the_guest_of_a_barred_adult_learns_no_more(announced, app, as_persona, ids, system_session):
    review_id = announced.review().id
    other = as_persona("second-parent")
    at = f"/children/{ids.pupil('Zara')}/reviews/{review_id}/guests"
    assert other.post(at, data={"name": "A new partner", "works_as": "friend"}).status_code == 303
    named = announced.rows(select(Guest).where(Guest.review_id == review_id, Guest.name == "A new partner"))[0]
    page = announced.post(f"/guests/{named.id}/link")
    link = next(
        part.rstrip("<\"'") for part in page.get_data(as_text=True).replace('"', " ").split() if "/guest/" in part
    )
    path = "/guest/" + link.split("/guest/")[1].split("<")[0]
    guest = app.test_client()
    assert guest.get(path).status_code == 200
    bar(system_session, ids, "second-parent")
    assert guest.get(path).status_code == 404
    assert guest.post(path, data={"answer": "coming"}).status_code == 404


def test_a_barred_adult_is_not_on_the_list_at_the_door(announced, as_persona, ids, system_session):
    day = announced.on.isoformat()
    office = as_persona("office")
    person_id = ids.person("second-parent")
    name = announced.rows(select(Person).where(Person.id == person_id))[0].full_name
    assert name in words(office.get(f"/staff/meetings/{day}?lang=en"))
    bar(system_session, ids, "second-parent")
    assert name not in words(office.get(f"/staff/meetings/{day}?lang=en"))


def claims(sendco_, person_id):
    return sendco_.rows(
        select(TimeClaim)
        .join(Slot, Slot.id == TimeClaim.slot_id)
        .where(Slot.round_id.is_(None), TimeClaim.holder_id == person_id)
    )


def test_the_time_of_an_annual_review_lets_a_barred_adult_go(announced, ids, system_session):
    barred, other = ids.person("second-parent"), ids.person("parent")
    assert claims(announced, barred)
    bar(system_session, ids, "second-parent")
    release(system_session)
    assert not claims(announced, barred), "or their other child's page tells of a meeting at that time"
    assert claims(announced, other)
    assert announced.meet(announced.on, at="15:00", reason="The room is needed.").status_code == 303
    assert not claims(announced, barred)
    assert claims(announced, other)


# --- nothing typed is lost ---


def test_a_reason_that_is_too_long_stays_in_the_form(app, as_persona, ids):
    reason = "We are so sorry. " * 40
    data = {"batch": "cancel", "step": "confirm", "review": str(ids.review("Zara")), "reason": reason}
    answer = as_persona("sendco").post(f"/staff/rounds/{ids.round('primary')}/batch", data=data)
    assert answer.status_code == 422
    assert reason.strip() in answer.get_data(as_text=True)


# --- ids that do not belong together ---


@pytest.fixture
def siblings(app):
    """Two children of the same two adults, each with a review of their own."""
    fair = make_fair(app.extensions["writing_engine"])
    one = fair.family(adults=2)
    return fair, one, fair.family(adult_ids=one.adults)


def taking(fair, **more):
    return {"slot_id": fair.slots[0], "wishes": WISHES, "once_key": uuid.uuid4().hex, **more}


def test_a_review_is_not_booked_under_a_brother_or_sister(siblings):
    fair, one, other = siblings
    mixed = {**one.about, "review_id": other.review_id}
    with pytest.raises(NotFound):
        fair.do(take_time, fair.actor(one.adult_id), **mixed, **taking(fair))


def test_an_offer_about_one_child_leads_to_no_meeting_about_another(siblings):
    fair, one, other = siblings
    first, second = one.adults
    fair.do(take_time, fair.actor(first), **other.about, **taking(fair, wishes=replace(WISHES, others_may_join=True)))
    with fair.session() as session:
        [offer_id] = open_offers(session, other.review_id)
    facts = {**one.about, "adult_id": second, "offer_id": offer_id, "wishes": WISHES, "once_key": uuid.uuid4().hex}
    with pytest.raises(NoLongerOffered):
        fair.do(join, fair.actor(second), **facts)
    fair.do(join, fair.actor(second), **{**facts, **other.about, "adult_id": second})


# --- two parents, two schools: what a filter holds back ---


def test_a_day_that_school_took_from_one_parent_is_no_calendar_file_for_the_other(app, as_persona, system_session, ids):
    parent, other, office = as_persona("parent"), as_persona("second-parent"), as_persona("office")
    for client, slug in ((parent, "parent"), (other, "second-parent")):
        if live(system_session, ids.review("Zara"), ids.person(slug)):
            assert client.post(f"{path_of(ids)}/cancel", data={"reason": ""}).status_code == 303
    for row in system_session.scalars(select(Booking).where(Booking.adult_id == ids.person("second-parent"))).all():
        system_session.delete(row)  # the other has never had a time
    system_session.commit()
    booked_by(parent, ids)
    slot = system_session.scalars(
        select(Slot)
        .join(TakenSlot, TakenSlot.slot_id == Slot.id)
        .join(Booking, Booking.meeting_id == TakenSlot.meeting_id)
        .where(Booking.adult_id == ids.person("parent"), Booking.cancelled_at.is_(None))
        .where(Booking.review_id == ids.review("Zara"))
    ).first()
    day, lead = slot.starts_at.astimezone(LONDON).date(), slot.staff_id
    system_session.rollback()
    sent = office.post(f"/staff/meetings/{day}/cancel/{lead}", data={"reason": "Not in school that day."})
    assert sent.status_code == 303
    assert parent.get(f"{path_of(ids)}/meeting.ics").status_code == 200
    assert other.get(f"{path_of(ids)}/meeting.ics").status_code == 404


def test_whoever_left_one_school_for_another_reads_no_more_of_the_first(app, as_persona, system_session, ids):
    teacher = as_persona("class-teacher")
    found = re.search(r"(/calendar/[\w-]+\.ics)", teacher.post("/my-calendar/new").get_data(as_text=True))
    nobody = app.test_client()
    assert "BEGIN:VEVENT" in nobody.get(found[1]).get_data(as_text=True)
    mine = StaffRole.person_id == ids.person("class-teacher")
    for role in system_session.scalars(select(StaffRole).where(mine)).all():
        role.starts_on, role.ends_on = clock.today() - timedelta(days=30), clock.today() - timedelta(days=1)
    elsewhere = next(key for key in ids.schools.values() if key != ids.school_of("Zara"))
    system_session.add(
        StaffRole(
            school_id=elsewhere,
            person_id=ids.person("class-teacher"),
            role=Role.SENDCO,
            starts_on=clock.today(),
        )
    )
    system_session.commit()
    assert "BEGIN:VEVENT" not in nobody.get(found[1]).get_data(as_text=True)


def test_the_staff_of_another_school_are_not_on_the_office_s_day(app, as_persona, system_session, ids):
    elsewhere = Slot.school_id != ids.school_of("Zara"), Slot.withdrawn_at.is_(None), Slot.starts_at > clock.now()
    slot = system_session.scalars(select(Slot).where(*elsewhere).order_by(Slot.starts_at)).first()
    day, staff_id = slot.starts_at.astimezone(LONDON).date(), slot.staff_id
    system_session.rollback()
    page = as_persona("office").get(f"/staff/meetings/{day}")
    assert page.status_code == 200
    assert str(staff_id) not in page.get_data(as_text=True)


def test_a_teacher_takes_away_no_stretch_of_a_colleague(app, as_persona, system_session, ids):
    me = ids.person("class-teacher")
    theirs = system_session.scalars(
        select(StaffTime).where(StaffTime.round_id == ids.round("primary"), StaffTime.person_id != me)
    ).first()
    time_id, person_id = theirs.id, theirs.person_id
    system_session.rollback()
    at = f"/staff/rounds/{ids.round('primary')}/times"
    teacher = as_persona("class-teacher")
    assert teacher.post(f"{at}/{me}/{time_id}/remove").status_code == 404
    assert teacher.post(f"{at}/{person_id}/{time_id}/remove").status_code == 403
    assert system_session.scalars(select(StaffTime.id).where(StaffTime.id == time_id)).all() == [time_id]


def test_a_batch_reaches_no_review_of_another_round(app, as_persona, system_session, ids):
    mine = Review.school_id == ids.school_of("Zara"), Review.round_id.is_not(None)
    other = system_session.scalars(select(Review.id).where(*mine, Review.round_id != ids.round("primary"))).first()
    before = system_session.get(Review, other).version
    system_session.rollback()
    data = {"batch": "cancel", "step": "confirm", "review": str(other), "reason": "Not this one."}
    assert as_persona("sendco").post(f"/staff/rounds/{ids.round('primary')}/batch", data=data).status_code == 404
    assert system_session.scalars(select(Review.version).where(Review.id == other)).one() == before


def test_the_sendco_of_another_school_changes_no_round(app, ids):
    fair = make_fair(app.extensions["writing_engine"])
    elsewhere = next(key for key in ids.schools.values() if key != fair.school_id)
    actor = fair.actor(fair.staff_id, Audience.STAFF, school_id=elsewhere, roles=frozenset({Role.SENDCO}))
    for act, facts in ((add_children, {"choices": []}), (open_round, {}), (close_round, {})):
        with pytest.raises(NotFound):
            fair.do(act, actor, round_id=fair.round_id, **facts)


def test_the_sendco_of_another_school_takes_no_special_day_away(app, system_session, ids):
    ours = system_session.scalars(
        select(SchoolDayException).where(SchoolDayException.school_id == ids.school_of("Zara"))
    ).first()
    special_id = ours.id
    system_session.rollback()
    fair = make_fair(app.extensions["writing_engine"])
    elsewhere = next(key for key in ids.schools.values() if key != ids.school_of("Zara"))
    actor = fair.actor(fair.staff_id, Audience.STAFF, school_id=elsewhere, roles=frozenset({Role.SENDCO}))
    with pytest.raises(NotFound):
        fair.do(remove_special, actor, special_id=special_id)


def test_after_the_last_day_to_choose_no_family_moves_its_time(siblings):
    fair, family, _other = siblings
    actor = fair.actor(family.adult_id)
    fair.do(take_time, actor, **family.about, **taking(fair))
    fair.change(ReviewRound, fair.round_id, state=RoundState.CLOSED)
    with pytest.raises(BookingNotOpen):
        fair.do(move, actor, **family.about, slot_id=fair.slots[2], wishes=WISHES, version=1)
