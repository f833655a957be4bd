"""After the meeting: who came is written down, never too early, never over somebody else's words, and what changed
stays."""

import uuid
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.audit import AuditEvent
from portal.kernel.clock import LONDON
from portal.kernel.errors import Conflict, Invalid
from portal.kernel.outbox import OutboxItem
from portal.meetings.models import Booking, Guest, Invitation, Meeting, Participation
from portal.meetings.rules import Attendance, Basis
from portal.meetings.rules_attendance import Happened, Seat, TooEarly, check_day, check_written, earliest_day
from portal.meetings.rules_messages import Message
from portal.people.models import Pupil
from portal.reviews.models import Review, ReviewRound, ReviewStep
from portal.reviews.rules import ReviewKind, Stage
from tests.meetings.test_my_meeting import book
from tests.pages import parse, words

TODAY = date(2026, 11, 3)
YESTERDAY = timedelta(days=1)


@pytest.fixture
def review(system_session, ids):
    """Zara's open review, its round moved so that meetings may have been, and a booking of yesterday by `parent`."""
    session = system_session
    row = session.scalars(
        select(Review).where(Review.pupil_id == ids.pupil("Zara"), Review.stage.in_((Stage.INVITED, Stage.BOOKED)))
    ).one()
    window = session.get(ReviewRound, row.round_id)
    window.first_day = clock.today() - timedelta(days=5)
    for booking in session.scalars(select(Booking).where(Booking.review_id == row.id)):
        booking.cancelled_at = clock.now()
    row.live_bookings = 0
    session.commit()
    book(session, row, ids.person("parent"), at=clock.now() - YESTERDAY)
    return row


def path_of(review):
    return f"/staff/children/{review.pupil_id}/reviews/{review.id}/came"


def invited(session, review):
    """Invitations by adult, read afresh; the session lets go at once."""
    session.rollback()
    session.expire_all()
    rows = session.scalars(select(Invitation).where(Invitation.review_id == review.id)).all()
    session.refresh(review)
    session.commit()
    return {row.adult_id: row for row in rows}


def filled(page, review, **more):
    """The form as the page gave it, with what a person changes."""
    form = parse(page).xpath("//main//form[@method='post']")[0]
    values = {name: value for name, value in form.form_values() if name != "csrf_token"}
    return {**values, **more}


def who(invitation):
    return f"who_{invitation.id.hex}"


def write(client, review, **more):
    return client.post(path_of(review), data=filled(client.get(path_of(review)), review, **more))


def test_in_a_minute_on_a_phone(app, as_persona, system_session, ids, review):
    parent, other = (invited(system_session, review)[ids.person(slug)] for slug in ("parent", "second-parent"))
    guest = Guest(
        school_id=review.school_id, pupil_id=review.pupil_id, review_id=review.id, basis=Basis.SCHOOL,
        name="Ines Ortega", invited_by=review.lead_id, invited_at=clock.now(),
    )  # fmt: skip
    system_session.add(guest)
    system_session.commit()
    client = as_persona("class-teacher")
    page = client.get(path_of(review))
    assert not parse(page).xpath("//main//textarea | //main//input[@type='text'][not(contains(@name, 'held_on'))]")
    sent = write(
        client,
        review,
        **{who(parent): "present", who(other): "sent_views", who(guest): "online"},
        happened="with_family",
        pupil="present",
    )
    assert sent.status_code == 303
    rows = invited(system_session, review)
    assert rows[ids.person("parent")].attendance == Attendance.PRESENT
    assert rows[ids.person("second-parent")].attendance == Attendance.SENT_VIEWS
    assert review.stage == Stage.HELD
    assert review.held_at.astimezone(LONDON).date() == clock.today() - YESTERDAY
    assert system_session.get(Guest, guest.id).attendance == Attendance.ONLINE
    row = system_session.scalars(select(Participation).where(Participation.review_id == review.id)).one()
    assert row.attendance == Attendance.PRESENT
    step = system_session.scalars(
        select(ReviewStep).where(ReviewStep.review_id == review.id, ReviewStep.stage == Stage.HELD)
    ).one()
    assert step.on_day == clock.today() - YESTERDAY


def test_a_correction_keeps_what_was_written_before(app, as_persona, system_session, ids, review):
    parent = invited(system_session, review)[ids.person("parent")]
    client = as_persona("class-teacher")
    write(client, review, **{who(parent): "present"}, happened="with_family")
    assert write(as_persona("sendco"), review, **{who(parent): "online"}, happened="with_family").status_code == 303
    page = words(client.get(path_of(review)))
    assert "Not written down yet → Was there" in page
    assert "Was there → Took part by video or phone" in page
    events = system_session.scalars(
        select(AuditEvent).where(AuditEvent.action == "attendance written", AuditEvent.subject_id == review.id)
    ).all()
    assert [event.facts["happened"] for event in events] == ["with_family", "with_family"]
    assert {event.actor_id for event in events} == {ids.person("class-teacher"), ids.person("sendco")}
    system_session.commit()


def test_a_family_that_did_not_come_is_offered_new_times(app, as_persona, system_session, ids, review):
    before = invited(system_session, review)[ids.person("parent")]
    sent = write(as_persona("class-teacher"), review, **{who(before): "absent"}, happened="not_held")
    assert sent.status_code == 303
    rows = invited(system_session, review)
    assert (review.stage, review.held_at, review.live_bookings) == (Stage.NOT_ATTENDED, None, 0)
    assert rows[ids.person("parent")].answer == "none"
    assert rows[ids.person("parent")].sequence > before.sequence - 1
    booking = system_session.scalars(
        select(Booking).where(Booking.review_id == review.id).order_by(Booking.made_at.desc())
    ).first()
    assert booking.cancelled_at is not None
    assert system_session.get(Meeting, booking.meeting_id).live_bookings == 0
    told = system_session.scalars(
        select(OutboxItem).where(
            OutboxItem.kind == Message.BOOKING_OPEN, OutboxItem.event_key.contains(f"{review.id}:again")
        )
    ).all()
    assert {item.person_id for item in told} == set(rows)
    system_session.commit()
    page = as_persona("parent").get(f"/children/{review.pupil_id}/reviews/{review.id}/time")
    assert page.status_code == 200
    again = write(as_persona("class-teacher"), review, **{who(before): "apologies"}, happened="not_held")
    assert again.status_code == 303
    count = select(OutboxItem.id).where(OutboxItem.event_key.contains(f"{review.id}:again"))
    assert len(system_session.execute(count).all()) == len(told)


def test_without_an_open_round_the_school_calls(app, as_persona, system_session, ids, review):
    window = system_session.get(ReviewRound, review.round_id)
    window.state = "closed"
    system_session.commit()
    write(as_persona("sendco"), review, happened="not_held")
    kinds = system_session.scalars(
        select(OutboxItem.kind).where(OutboxItem.event_key.contains(f"{review.id}:again")).distinct()
    ).all()
    assert kinds == [Message.WILL_CALL]


def test_after_a_new_offer_the_meeting_that_was_missed_can_still_be_held(app, as_persona, system_session, ids, review):
    parent = invited(system_session, review)[ids.person("parent")]
    client = as_persona("class-teacher")
    write(client, review, **{who(parent): "absent"}, happened="not_held")
    assert write(client, review, **{who(parent): "present"}, happened="with_family").status_code == 303
    invited(system_session, review)
    assert review.stage == Stage.HELD


def test_a_slip_of_the_thumb_can_be_taken_back_until_the_record_is_shared(app, as_persona, system_session, ids, review):
    parent = invited(system_session, review)[ids.person("parent")]
    client = as_persona("class-teacher")
    write(client, review, **{who(parent): "present"}, happened="with_family")
    assert write(client, review, **{who(parent): "absent"}, happened="not_held").status_code == 303
    invited(system_session, review)
    assert (review.stage, review.held_at, review.live_bookings) == (Stage.NOT_ATTENDED, None, 0)
    write(client, review, **{who(parent): "present"}, happened="with_family")
    invited(system_session, review)
    review.stage = Stage.RECORD_SHARED
    system_session.commit()
    assert write(client, review, **{who(parent): "absent"}, happened="not_held").status_code == 409
    assert write(client, review, **{who(parent): "online"}, happened="with_family").status_code == 303
    invited(system_session, review)
    assert review.stage == Stage.RECORD_SHARED


def test_held_without_the_family(app, as_persona, system_session, ids, review):
    parent = invited(system_session, review)[ids.person("parent")]
    client = as_persona("sendco")
    refused = write(client, review, **{who(parent): "present"}, happened="without_family")
    assert refused.status_code == 422
    assert write(client, review, **{who(parent): "sent_views"}, happened="without_family").status_code == 303
    invited(system_session, review)
    assert (review.stage, review.held_without_family) == (Stage.HELD, True)


def test_a_pupil_without_an_account_can_have_been_there(app, as_persona, system_session, ids, review):
    pupil = system_session.get(Pupil, review.pupil_id)
    pupil.person_id = None
    for row in system_session.scalars(select(Participation).where(Participation.review_id == review.id)):
        system_session.delete(row)
    system_session.commit()
    parent = invited(system_session, review)[ids.person("parent")]
    sent = write(
        as_persona("class-teacher"), review, **{who(parent): "present"}, happened="with_family", pupil="online"
    )
    assert sent.status_code == 303
    row = system_session.scalars(select(Participation).where(Participation.review_id == review.id)).one()
    assert (row.adult_id, row.said_at, row.attendance) == (None, None, Attendance.ONLINE)


def test_nothing_is_written_before_the_day(app, as_persona, system_session, ids, review):
    for meeting in system_session.scalars(select(Meeting).join(Booking, Booking.meeting_id == Meeting.id).where(
        Booking.review_id == review.id, Booking.cancelled_at.is_(None)
    )):  # fmt: skip
        meeting.starts_at = clock.now() + timedelta(days=2)
        meeting.ends_at = meeting.starts_at + clock.minutes(20)
    system_session.commit()
    client = as_persona("class-teacher")
    page = client.get(path_of(review))
    assert "You can write down who came from this day on" in words(page)
    assert not parse(page).xpath("//main//form[@method='post']")
    day = clock.today() + timedelta(days=2)
    sent = client.post(
        path_of(review),
        data={
            "version": str(review.version), "happened": "without_family",
            "held_on-day": day.day, "held_on-month": day.month, "held_on-year": day.year,
        },
    )  # fmt: skip
    assert sent.status_code == 409
    invited(system_session, review)
    assert review.held_at is None


def test_two_people_at_once_lose_nothing(app, as_persona, system_session, ids, review):
    parent = invited(system_session, review)[ids.person("parent")]
    teacher, sendco = as_persona("class-teacher"), as_persona("sendco")
    form = filled(teacher.get(path_of(review)), review)
    write(sendco, review, **{who(parent): "online"}, happened="with_family")
    late = teacher.post(path_of(review), data={**form, who(parent): "present", "happened": "with_family"})
    assert late.status_code == 409
    page = parse(late)
    assert "Took part by video or phone" in page.xpath("string(//main//div[@class='note'])")
    assert page.xpath(f"//select[@name='{who(parent)}']/option[@selected]/@value") == ["present"]
    assert invited(system_session, review)[ids.person("parent")].attendance == Attendance.ONLINE
    again = {
        **form,
        who(parent): "present",
        "happened": "with_family",
        "version": page.xpath("//input[@name='version']/@value")[0],
    }
    assert teacher.post(path_of(review), data=again).status_code == 303
    assert invited(system_session, review)[ids.person("parent")].attendance == Attendance.PRESENT


def test_the_head_reads_and_is_not_told_what_the_child_said(app, as_persona, system_session, ids, review):
    said = system_session.scalars(select(Participation).where(Participation.review_id == review.id)).first()
    if said is not None:
        system_session.delete(said)
    system_session.flush()
    system_session.add(
        Participation(
            school_id=review.school_id, pupil_id=review.pupil_id, review_id=review.id,
            adult_id=ids.person("pupil-young"), message="MARKER-THE-CHILDS-WORDS", said_at=clock.now(),
        )
    )  # fmt: skip
    system_session.commit()
    for slug, reads in (("class-teacher", True), ("sendco", True), ("headteacher", False)):
        page = as_persona(slug).get(path_of(review))
        assert ("MARKER-THE-CHILDS-WORDS" in words(page)) is reads
        assert bool(parse(page).xpath("//main//form[@method='post']")) is reads
    assert as_persona("headteacher").post(path_of(review), data={}).status_code == 403


def test_another_childs_review_and_another_school_are_no_page(app, as_persona, system_session, ids, review):
    other = system_session.scalars(
        select(Review).where(Review.school_id == review.school_id, Review.pupil_id != review.pupil_id)
    ).first()
    system_session.commit()
    crossed = f"/staff/children/{review.pupil_id}/reviews/{other.id}/came"
    for slug in ("class-teacher", "sendco"):
        assert as_persona(slug).get(crossed).status_code == 404
        assert as_persona(slug).post(crossed, data={"happened": "with_family"}).status_code == 404
    assert as_persona("sendco-other-school").get(path_of(review)).status_code == 404
    assert as_persona("parent").get(path_of(review)).status_code == 403
    assert (
        as_persona("class-teacher").get(f"/staff/children/{review.pupil_id}/reviews/{uuid.uuid4()}/came").status_code
        == 404
    )


@pytest.mark.parametrize(
    "bad",
    [
        {"happened": "perhaps"},
        {"happened": "with_family"},
        {"held_on-day": "31", "held_on-month": "2"},
        {"held_on-day": "", "held_on-month": "", "held_on-year": "", "happened": "without_family"},
        {"pupil": "asleep"},
        {"held_on-year": "1999", "happened": "without_family"},
    ],
)
def test_what_cannot_be_is_said_at_its_field(sqlite_app, as_persona, system_session, ids, bad):
    review = system_session.scalars(
        select(Review).where(Review.pupil_id == ids.pupil("Zara"), Review.stage == Stage.INVITED)
    ).one()
    system_session.get(ReviewRound, review.round_id).first_day = clock.today() - timedelta(days=3)
    system_session.commit()
    answer = write(as_persona("class-teacher"), review, **bad)
    assert answer.status_code == 422
    assert parse(answer).xpath("//*[contains(@class, 'govuk-error-summary')]//a")


def test_the_pages_ask_little_of_the_database(app, as_persona, review, counting):
    client = as_persona("class-teacher")
    counting.statements.clear()
    assert client.get(path_of(review)).status_code == 200
    assert len(counting) <= 12, counting.statements


def moment(day):
    return datetime.combine(day, time(15, 30), LONDON)


def test_the_earliest_day_is_that_of_the_first_meeting():
    made = moment(TODAY - timedelta(days=60))
    booked = {uuid.uuid4(): TODAY, uuid.uuid4(): TODAY - YESTERDAY}
    facts = {"meets_at": moment(TODAY + YESTERDAY), "first_day": TODAY - timedelta(days=9), "made_at": made}
    assert earliest_day(booked=booked, **facts) == TODAY - YESTERDAY
    assert earliest_day(booked={}, **facts) == TODAY + YESTERDAY
    assert earliest_day(booked={}, **{**facts, "meets_at": None}) == TODAY - timedelta(days=9)
    assert earliest_day(booked={}, meets_at=None, first_day=None, made_at=made) == TODAY - timedelta(days=60)


def test_days_out_of_order_are_refused():
    assert check_day(TODAY, earliest=TODAY, today=TODAY) == TODAY
    with pytest.raises(TooEarly):
        check_day(TODAY, earliest=TODAY + YESTERDAY, today=TODAY)
    for day in (None, TODAY + YESTERDAY, TODAY - timedelta(days=3)):
        with pytest.raises(Invalid) as refused:
            check_day(day, earliest=TODAY - YESTERDAY, today=TODAY)
        assert refused.value.field == "held_on"


def seat(attendance, booked_for=None):
    return Seat(uuid.uuid4(), booked_for, attendance)


@pytest.mark.parametrize(
    ("happened", "seats", "kind"),
    [
        (Happened.WITH_FAMILY, [seat(Attendance.SENT_VIEWS)], ReviewKind.SEN_SUPPORT),
        (Happened.WITHOUT_FAMILY, [seat(Attendance.ONLINE)], ReviewKind.SEN_SUPPORT),
        (Happened.NOT_HELD, [seat(Attendance.PRESENT)], ReviewKind.SEN_SUPPORT),
        (Happened.NOT_HELD, [seat(Attendance.ABSENT)], ReviewKind.ANNUAL),
        (
            Happened.WITH_FAMILY,
            [seat(Attendance.PRESENT), seat(Attendance.ABSENT, TODAY + YESTERDAY)],
            ReviewKind.SEN_SUPPORT,
        ),
    ],
)
def test_what_contradicts_itself_is_refused(happened, seats, kind):
    with pytest.raises(Invalid):
        check_written(happened, seats, kind, TODAY)


def test_the_second_household_may_have_its_own_later_meeting():
    seats = [seat(Attendance.PRESENT, TODAY), seat(Attendance.UNKNOWN, TODAY + YESTERDAY)]
    check_written(Happened.WITH_FAMILY, seats, ReviewKind.SEN_SUPPORT, TODAY)
    assert issubclass(TooEarly, Conflict)
