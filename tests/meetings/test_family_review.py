"""The page of a review: what it says, what it costs, and what another household never meets on it."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.kernel import clock
from portal.meetings.models import Booking, Guest, Invitation, JoinOffer, Meeting
from portal.meetings.rules import Answer, Basis
from portal.people.models import KeptApart, Look, PupilContact
from portal.people.rules import PortalAccess
from portal.reviews.models import Review
from portal.reviews.rules import Ask, Stage
from tests.meetings.family import FIRST, booked_by, free_slots, page_of, path_of, post_time, set_link
from tests.pages import parse, words


def test_it_says_why_who_how_long_and_what_was_last_time(app, as_persona, ids, system_session):
    review = system_session.get_one(Review, ids.review("Zara"))
    review.ask, review.ask_words = Ask.PLEASE_COME, "We would like to choose the next step."
    system_session.commit()
    text = page_of(as_persona("parent"), ids)
    for part in (
        "Choose a time",
        "Please come: we would really like to see you.",
        "We would like to choose the next step.",
        "how Zara is getting on",
        "The meeting takes 30 minutes.",
        "Miss Okafor",
        "Class teacher",
        "We met on this day:",
        "Read the plan and the targets",
    ):
        assert part in text, part


def test_no_need_is_said_as_kindly(sqlite_app, as_persona, ids, system_session):
    system_session.get_one(Review, ids.review("Zara")).ask = Ask.NO_NEED
    system_session.commit()
    assert "There is no need to meet this time. You are still welcome." in page_of(as_persona("parent"), ids)


def test_pages_cost_few_statements_and_a_look_is_written(app, as_persona, ids, counting, system_session):
    client = as_persona("parent")
    counting.statements.clear()
    client.get(f"{path_of(ids)}?lang=ur")
    assert len(counting) <= 8, counting.statements
    assert sum(statement.startswith("INSERT INTO look") for statement in counting.statements) == 1
    assert system_session.scalars(select(Look).where(Look.person_id == ids.person("parent"))).one()
    system_session.rollback()
    booked_by(client, ids)
    for path in ("", "/time", "/time?all=1", f"/time?slot={free_slots(client, ids)[0]}", "/cancel", "/wishes"):
        counting.statements.clear()
        assert client.get(path_of(ids) + path).status_code == 200
        assert len(counting) <= (7 if path != "/time?all=1" else 6), (path, counting.statements)


def test_what_one_household_does_changes_nothing_for_the_other(app, as_persona, ids, system_session):
    second = as_persona("second-parent")
    before = {path: page_of(second, ids, path) for path in ("", "/answer")}
    messages = words(second.get("/messages?lang=en"))
    first, slots = as_persona("parent"), free_slots(as_persona("parent"), ids)
    marks = {
        "brings": "MARK-BRINGS",
        "wishes": "MARK-WISHES",
        "need_words": "MARK-NEED",
        "phone": "+447700900555",
        "interpreter": "y",
        "language": "ps",
        "needs": "sign_language",
        "mode": "phone",
    }
    assert post_time(first, ids, slots[0], **marks).status_code == 303
    own = page_of(first, ids)
    assert all(own.count(mark) == 1 for mark in ("MARK-BRINGS", "MARK-WISHES", "MARK-NEED", "+447700900555", "Pashto"))
    system_session.add(
        Guest(
            id=uuid.uuid4(), school_id=ids.school_of("Zara"), pupil_id=ids.pupil("Zara"), review_id=ids.review("Zara"),
            adult_id=ids.person("parent"), basis=Basis.FAMILY, name="MARK-GUEST", invited_by=ids.person("parent"),
            invited_at=clock.now(),
        )
    )  # fmt: skip
    system_session.commit()
    assert "MARK-GUEST" in page_of(first, ids)
    for path, text in before.items():
        assert page_of(second, ids, path) == text
    assert words(second.get("/messages?lang=en")) == messages
    taken = parse(second.get(f"{path_of(ids)}/time?all=1")).xpath("//input[@type='radio']/@value")
    assert str(slots[0]) not in taken
    for path in ("/time", "/time?all=1", f"/time?slot={taken[0]}"):
        html = second.get(path_of(ids) + path).get_data(as_text=True)
        assert not any(mark in html for mark in ("MARK", "900555", "You keep your time"))


def test_the_schools_own_guests_are_known_to_all(app, as_persona, ids, system_session):
    system_session.add(
        Guest(
            id=uuid.uuid4(), school_id=ids.school_of("Zara"), pupil_id=ids.pupil("Zara"), review_id=ids.review("Zara"),
            adult_id=None, basis=Basis.HEALTH, name="Dr Invented", works_as="Speech therapist", organisation="Clinic",
            email="secret@example.org", invited_by=ids.person("sendco"), invited_at=clock.now(),
        )
    )  # fmt: skip
    system_session.commit()
    for slug in ("parent", "second-parent"):
        text = page_of(as_persona(slug), ids)
        assert "Dr Invented" in text
        assert "Speech therapist" in text
        assert "secret@" not in text


def test_who_may_only_read_is_told_whom_to_ask(app, as_persona, ids, system_session):
    set_link(system_session, ids, "second-parent", access=PortalAccess.VIEW)
    client = as_persona("second-parent")
    text = page_of(client, ids)
    assert "You can read about this meeting" in text
    assert "0121 496 0210" in text
    for word in ("Choose a time", "Ask for a call", "No time suits me"):
        assert word not in text
    assert client.get(f"{path_of(ids)}/time").status_code == 302
    slot = free_slots(as_persona("parent"), ids)[0]
    assert post_time(client, ids, slot).status_code == 403
    assert client.post(f"{path_of(ids)}/answer", data={"answer": "call_me"}).status_code == 403
    system_session.rollback()
    assert not system_session.scalars(select(Booking).where(Booking.adult_id == ids.person("second-parent"))).all()


def test_before_school_invites_there_is_no_such_page(app, as_persona, ids, system_session):
    system_session.get_one(Review, ids.review("Zara")).stage = Stage.PLANNED
    system_session.commit()
    for path in ("", "/time", "/answer", "/cancel", "/wishes"):
        assert as_persona("parent").get(path_of(ids) + path).status_code == 404


def test_a_review_of_another_child_is_not_found_under_this_one(app, as_persona, ids):
    other = ids.review("Sagal")
    for path in ("", "/time", "/cancel"):
        assert as_persona("parent").get(f"/children/{ids.pupil('Zara')}/reviews/{other}{path}").status_code == 404


@pytest.mark.parametrize(
    ("stage", "told"),
    [
        (Stage.CANCELLED, "This meeting is cancelled"),
        (Stage.HELD, "This meeting was held"),
        (Stage.CLOSED, "This meeting was held"),
    ],
)
def test_afterwards_it_says_how_it_ended(sqlite_app, as_persona, ids, system_session, stage, told):
    review = system_session.get_one(Review, ids.review("Zara"))
    review.stage, review.held_at = stage, clock.now() - timedelta(days=1)
    system_session.commit()
    text = page_of(as_persona("parent"), ids)
    assert told in text
    assert "Choose a time" not in text


def test_without_an_invitation_nothing_can_be_chosen(sqlite_app, as_persona, ids, system_session):
    for row in system_session.scalars(select(Invitation).where(Invitation.review_id == ids.review("Zara"))):
        system_session.delete(row)
    system_session.commit()
    client = as_persona("parent")
    assert "You have no invitation yet" in page_of(client, ids)
    assert client.get(f"{path_of(ids)}/time").status_code == 302


def test_an_offer_is_told_without_a_name_and_never_to_somebody_kept_apart(app, as_persona, ids, system_session):
    first, second = as_persona("parent"), as_persona("second-parent")
    booked_by(first, ids, others_may_join="y")
    text = page_of(second, ids)
    assert "Another adult who is invited has a time." in text
    assert "Samina" not in text
    since = clock.today() - timedelta(days=9)
    pair = ids.person("parent"), ids.person("second-parent")
    for one, other in (pair, pair[::-1]):
        system_session.add(KeptApart(adult_id=one, from_id=other, since=since))
    offer_id = system_session.scalars(select(JoinOffer.id).where(JoinOffer.review_id == ids.review("Zara"))).one()
    system_session.commit()
    assert "Another adult who is invited" not in page_of(second, ids)
    refused = second.post(f"{path_of(ids)}/join", data={"offer_id": str(offer_id), "once_key": "k"})
    assert refused.status_code == 409
    assert "You cannot join this meeting any more" in words(refused)


def test_two_adults_meet_together_and_apart_again(app, as_persona, ids, system_session):
    first, second = as_persona("parent"), as_persona("second-parent")
    booked_by(first, ids)
    assert "Another adult who is invited" not in page_of(second, ids)
    assert first.post(f"{path_of(ids)}/offer", data={"open": "yes"}).status_code == 303
    form = parse(second.get(path_of(ids))).xpath("//form[contains(@action, '/join')]")[0]
    fields = {field.get("name"): field.get("value") for field in form.xpath(".//input")}
    fields.pop("csrf_token")
    assert second.post(f"{path_of(ids)}/join", data=fields).status_code == 303
    assert second.post(f"{path_of(ids)}/join", data=fields).status_code == 303  # sent twice is one
    system_session.rollback()
    meetings = system_session.scalars(
        select(Booking.meeting_id).where(Booking.review_id == ids.review("Zara"), Booking.cancelled_at.is_(None))
    ).all()
    assert len(meetings) == 2
    assert len(set(meetings)) == 1
    system_session.rollback()
    later = free_slots(second, ids)[3]
    assert post_time(second, ids, later, version=1).status_code == 303
    system_session.rollback()
    assert system_session.get_one(Meeting, meetings[0]).live_bookings == 1


def test_a_booked_review_shows_the_place_and_what_was_said(app, as_persona, ids, system_session):
    client = as_persona("parent")
    answer = post_time(
        client, ids, free_slots(client, ids)[FIRST], wishes="Talk about <b>reading</b>", brings="My sister"
    )
    assert answer.headers["Location"].endswith("?done=booked")
    page = client.get(answer.headers["Location"] + "&lang=en")
    text = words(page)
    for part in ("Your meeting is booked.", "Library corner", "Talk about <b>reading</b>", "My sister", "30 minutes"):
        assert part in text, part
    assert "Others may come too" in text


def test_the_annual_day_that_school_set_can_be_answered(app, as_persona, ids, system_session):
    review = system_session.get_one(Review, ids.review("Zara"))
    review.round_id, review.meets_at, review.stage = None, clock.now() + timedelta(days=30), Stage.INVITED
    system_session.commit()
    client = as_persona("parent")
    assert "School has set this time." in page_of(client, ids)
    assert client.post(f"{path_of(ids)}/answer", data={"answer": "coming", "words": ""}).status_code == 303
    assert "You said: Will come" in page_of(client, ids)
    other = page_of(as_persona("second-parent"), ids)
    assert "Please tell us if you can come." in other
    invited = (Invitation.review_id == ids.review("Zara"), Invitation.adult_id == ids.person("parent"))
    system_session.rollback()
    assert system_session.scalars(select(Invitation.answer).where(*invited)).one() == Answer.COMING


def test_a_young_person_with_their_own_rights_books_for_themselves(app, as_persona, ids, system_session):
    client = as_persona("young-person")
    text = page_of(client, ids, child="Grace")
    assert "Choose a time" in text
    booked_by(client, ids, child="Grace")
    system_session.rollback()
    booking = system_session.scalars(
        select(Booking).where(Booking.review_id == ids.review("Grace"), Booking.cancelled_at.is_(None))
    ).one()
    assert booking.adult_id == ids.person("young-person")
    assert not system_session.scalars(
        select(PupilContact).where(PupilContact.adult_id == ids.person("young-person"))
    ).all()
