"""The day list: who comes when and where, what each role reads of it, and a whole day that is cancelled."""

from datetime import date

import pytest
from sqlalchemy import select, update

from portal.kernel import clock
from portal.kernel.clock import LONDON
from portal.kernel.scope import PortalSession, system
from portal.meetings.models import Booking, Guest, Invitation, Meeting, Participation, Slot, StaffAbsence, TakenSlot
from portal.meetings.rules import Answer, Basis, Mode, Need, Part
from portal.people.models import Pupil
from portal.reviews.models import Review
from tests.meetings.arranging_times import HAZEL, open_round
from tests.pages import parse, words
from tests.profiles.filling import ask, change, main_form

PHONE = "+441214960999"


def booked(app, ids, staff_id=None, mode=Mode.IN_PERSON):
    """A booking of Hazel Lane that is still to come, with its meeting: with this member of staff, or any."""
    statement = (
        select(Booking, Meeting)
        .join(Meeting, Meeting.id == Booking.meeting_id)
        .where(
            Meeting.school_id == ids.schools[HAZEL],
            Meeting.mode == mode,
            Meeting.starts_at > clock.now(),
            Booking.cancelled_at.is_(None),
        )
        .order_by(Meeting.starts_at)
    )
    found = ask(app, statement.where(Meeting.staff_id == staff_id) if staff_id else statement)
    return found[0]


def day_of(meeting) -> date:
    return meeting.starts_at.astimezone(LONDON).date()


def tell(app, booking, **facts):
    with PortalSession(app.extensions["writing_engine"], scope=system("arranging")) as session:
        row = session.get_one(Booking, booking.id)
        for name, value in facts.items():
            setattr(row, name, value)
        session.commit()


@pytest.fixture
def with_my_teacher(app, ids):
    """A meeting of the class teacher with everything that a family may ask for."""
    booking, meeting = booked(app, ids, ids.person("class-teacher"))
    tell(
        app,
        booking,
        interpreter=True,
        language="ur",
        needs=[Need.STEP_FREE.value, Need.SIGN_LANGUAGE.value],
        need_words="A chair with arms",
        brings="My sister Samina",
        wishes="The words at bedtime",
        phone=PHONE,
    )
    return booking, meeting


def test_the_teachers_day_has_all_that_helps_and_no_number(app, as_persona, ids, with_my_teacher):
    _booking, meeting = with_my_teacher
    client = as_persona("class-teacher")
    listed = words(client.get("/staff/meetings"))
    assert "My meetings" in listed
    assert "All meetings" not in listed
    page = client.get(f"/staff/meetings/{day_of(meeting)}")
    text = words(page)
    for said in ("A chair with arms", "My sister Samina", "The words at bedtime", "Interpreter: Urdu"):
        assert said in text
    assert "A way in without steps" in text
    assert "A sign language interpreter (BSL)" in text
    assert "Interpreters for this day" in text
    assert PHONE not in page.get_data(as_text=True)
    assert "Cancel the day" not in text


@pytest.mark.parametrize(
    ("persona", "phone", "topics", "cancels"),
    [("sendco", True, True, True), ("office", True, False, True), ("headteacher", False, True, False)],
)
def test_each_role_reads_what_it_needs(app, as_persona, with_my_teacher, persona, phone, topics, cancels):
    _booking, meeting = with_my_teacher
    page = as_persona(persona).get(f"/staff/meetings/{day_of(meeting)}").get_data(as_text=True)
    assert (PHONE in page, "The words at bedtime" in page, "Cancel the day of" in page) == (phone, topics, cancels)
    assert "A chair with arms" in page
    assert "Interpreter: Urdu" in page


def test_only_ones_own_meetings(app, as_persona, ids, with_my_teacher):
    _booking, meeting = with_my_teacher
    day = day_of(meeting)
    others = ask(
        app,
        select(Pupil.surname)
        .join(Booking, Booking.pupil_id == Pupil.id)
        .join(Meeting, Meeting.id == Booking.meeting_id)
        .where(
            Meeting.staff_id != ids.person("class-teacher"),
            Meeting.school_id == ids.schools[HAZEL],
            Booking.cancelled_at.is_(None),
            Meeting.starts_at > clock.now(),
        ),
    )
    assert others
    text = words(as_persona("class-teacher").get(f"/staff/meetings/{day}"))
    mine = words(as_persona("sendco").get(f"/staff/meetings/{day}?whose=mine"))
    assert "The words at bedtime" not in mine
    everything = words(as_persona("sendco").get(f"/staff/meetings/{day}"))
    assert "The words at bedtime" in everything
    assert text.count("bedtime") == 1
    foreign = as_persona("sendco-other-school").get(f"/staff/meetings/{day}").get_data(as_text=True)
    assert "bedtime" not in foreign
    assert "Okafor" not in foreign
    for persona in ("parent", "pupil-young", "trust-lead"):
        assert as_persona(persona).get(f"/staff/meetings/{day}").status_code == 403


def test_who_sits_in_has_the_meeting_too(app, as_persona, ids, with_my_teacher):
    _booking, meeting = with_my_teacher
    helper = ids.person("teaching-assistant")
    day = day_of(meeting)
    before = as_persona("teaching-assistant").get(f"/staff/meetings/{day}").get_data(as_text=True)
    assert "bedtime" not in before
    (slot,) = ask(
        app,
        select(Slot)
        .join(TakenSlot, TakenSlot.slot_id == Slot.id)
        .where(TakenSlot.meeting_id == meeting.id, TakenSlot.released_at.is_(None))
        .limit(1),
    )
    slot.with_ids = [str(helper)]
    change(app, slot)
    after = words(as_persona("teaching-assistant").get(f"/staff/meetings/{day}"))
    assert "bedtime" in after
    assert "Mrs Begum" in after


def test_guests_of_this_adult_and_of_the_school(app, as_persona, ids, with_my_teacher):
    booking, meeting = with_my_teacher
    about = {"school_id": booking.school_id, "pupil_id": booking.pupil_id, "review_id": booking.review_id}
    asked = {"invited_by": ids.person("sendco"), "invited_at": clock.now(), "email": "", "works_as": ""}
    guest = {**about, **asked, "answer": Answer.NONE, "attendance": "", "organisation": ""}
    change(app, Guest(basis=Basis.FAMILY, name="Aunt Rukhsana", adult_id=booking.adult_id, **guest))
    change(app, Guest(basis=Basis.SCHOOL, name="Ms Speech", adult_id=None, **guest))
    change(app, Guest(basis=Basis.FAMILY, name="Of Somebody Else", adult_id=ids.person("sendco"), **guest))
    text = words(as_persona("class-teacher").get(f"/staff/meetings/{day_of(meeting)}"))
    assert "Aunt Rukhsana" in text
    assert "Ms Speech" in text
    assert "Of Somebody Else" not in text


def test_an_annual_review_stands_on_its_day(app, as_persona, ids):
    (review,) = ask(
        app,
        select(Review)
        .where(Review.round_id.is_(None), Review.school_id == ids.schools[HAZEL], Review.meets_at > clock.now())
        .order_by(Review.meets_at)
        .limit(1),
    )
    (name,) = ask(app, select(Pupil.surname).where(Pupil.id == review.pupil_id))
    day = day_of_review = review.meets_at.astimezone(LONDON).date()
    assert name in words(as_persona("sendco").get(f"/staff/meetings/{day}"))
    listed = parse(as_persona("sendco").get("/staff/meetings")).xpath("//a/@href")
    assert f"/staff/meetings/{day_of_review}" in listed


@pytest.mark.parametrize("day", ["tomorrow", "2026-13-01", "1066-10-14", "9999-12-31"])
def test_what_is_no_day(sqlite_app, as_persona, day):
    assert as_persona("sendco").get(f"/staff/meetings/{day}").status_code == 404


def test_a_day_without_meetings(sqlite_app, as_persona):
    assert "No meetings on this day" in words(as_persona("sendco").get("/staff/meetings/2031-01-01"))


def test_a_whole_day_is_cancelled(app, as_persona, ids, with_my_teacher):
    booking, meeting = with_my_teacher
    teacher, day = ids.person("class-teacher"), day_of(meeting)
    client = as_persona("office")
    address = f"/staff/meetings/{day}/cancel/{teacher}"
    page = client.get(address)
    text = words(page)
    assert "Cancel the day of Miss Okafor" in text
    assert "other free time" in text
    assert client.post(address, data={"reason": "  "}).status_code == 422
    assert ask(app, select(StaffAbsence.id).where(StaffAbsence.person_id == teacher)) == []
    free_before = [int(word) for word in text.split("Families can choose from ")[1].split()[:1]]
    families = int(text.split("Cancel the day of Miss Okafor")[-1].split(" famil")[0].split()[-1])

    answer = client.post(address, data={"reason": "Miss Okafor is not in school that day."})
    assert answer.status_code == 303
    assert f"Cancelled. {families} famil" in words(client.get(answer.headers["Location"]))
    assert ask(app, select(Booking.cancelled_at).where(Booking.id == booking.id))[0] is not None
    assert "bedtime" not in words(client.get(f"/staff/meetings/{day}"))
    live = ask(app, select(Slot.starts_at).where(Slot.staff_id == teacher, Slot.withdrawn_at.is_(None)))
    assert day not in {at.astimezone(LONDON).date() for at in live if at > clock.now()}
    again = client.get(address)
    assert "0 families" in words(again)
    assert "0 times of that day" in words(again)
    assert free_before == [int(words(again).split("Families can choose from ")[1].split()[0])]
    assert "0 families are told" in words(client.get(client.post(address, data={"reason": "x"}).headers["Location"]))
    # and making her times again does not bring the day back
    round_ = open_round(app, ids)
    sendco = as_persona("sendco")
    make = f"/staff/rounds/{round_.id}/times/{teacher}/make"
    assert "Away, so no times" in words(sendco.get(make))


def test_who_may_cancel_a_day(app, as_persona, ids, with_my_teacher):
    _booking, meeting = with_my_teacher
    address = f"/staff/meetings/{day_of(meeting)}/cancel/{ids.person('class-teacher')}"
    for persona, status in (("class-teacher", 403), ("headteacher", 403), ("sendco-other-school", 404)):
        assert as_persona(persona).get(address).status_code == status
        assert as_persona(persona).post(address, data={"reason": "x"}).status_code == status
    stranger = f"/staff/meetings/{day_of(meeting)}/cancel/{ids.person('parent')}"
    assert as_persona("office").get(stranger).status_code == 404
    past = f"/staff/meetings/2020-01-06/cancel/{ids.person('class-teacher')}"
    assert as_persona("office").get(past).status_code == 404


def test_statements_stay_the_same_with_more_meetings(sqlite_app, as_persona, ids, counting):
    """The day with the most meetings costs no more than the one with the fewest."""
    per_day: dict[date, int] = {}
    rows = ask(
        sqlite_app,
        select(Meeting.starts_at).where(
            Meeting.school_id == ids.schools[HAZEL], Meeting.released_at.is_(None), Meeting.starts_at > clock.now()
        ),
    )
    for at in rows:
        per_day[at.astimezone(LONDON).date()] = per_day.get(at.astimezone(LONDON).date(), 0) + 1
    full, few = max(per_day, key=per_day.__getitem__), min(per_day, key=per_day.__getitem__)
    assert per_day[full] > per_day[few]
    client = as_persona("sendco")
    counts = []
    for path in (f"/staff/meetings/{few}", f"/staff/meetings/{full}", "/staff/meetings"):
        client.get(path)
        counting.statements.clear()
        assert client.get(path).status_code == 200
        counts.append(len(counting))
    assert counts[0] == counts[1]
    assert max(counts) <= 12
    address = f"/staff/meetings/{full}/cancel/{ids.person('class-teacher')}"
    counting.statements.clear()
    assert main_form(client.get(address)) is not None
    assert len(counting) <= 12


def test_the_other_parents_answer_changes_nothing_in_a_teachers_list(app, as_persona, ids, with_my_teacher):
    """An adult who is invited and has no time stands in no day list."""
    booking, meeting = with_my_teacher
    with PortalSession(app.extensions["writing_engine"], scope=system("arranging")) as session:
        session.execute(
            update(Invitation).where(Invitation.review_id == booking.review_id).values(answer_words="Not at night")
        )
        session.commit()
    assert "Not at night" not in words(as_persona("class-teacher").get(f"/staff/meetings/{day_of(meeting)}"))


def test_what_a_pupil_says_is_shown_to_those_the_pupil_was_told_of(app, as_persona, ids, with_my_teacher):
    booking, meeting = with_my_teacher
    with PortalSession(app.extensions["writing_engine"], scope=system("a pupil says something")) as session:
        said = session.scalars(select(Participation).where(Participation.review_id == booking.review_id)).first()
        if said is None:
            about = {"school_id": booking.school_id, "pupil_id": booking.pupil_id, "review_id": booking.review_id}
            said = Participation(**about, said_at=clock.now())
            session.add(said)
        said.part = Part.NONE
        session.commit()
    for slug, reads in (("sendco", True), ("class-teacher", True), ("headteacher", False), ("office", False)):
        assert ("The child says" in words(as_persona(slug).get(f"/staff/meetings/{day_of(meeting)}"))) is reads, slug
