"""At the gate and on the phone: the office books, moves and cancels for adults, with an account or without."""

import uuid

import pytest
from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.scope import PortalSession, system
from portal.meetings.models import Booking, Invitation, Meeting
from portal.meetings.queries_free import free_times
from portal.meetings.rules import Answer
from portal.people.models import ContactPoint, KeptApart, Person, Pupil, PupilContact
from portal.people.rules import ContactKind, ContactState, PortalAccess, Restriction, YesNo
from portal.reviews.models import Review, ReviewRound
from portal.reviews.rules import RoundState
from tests.meetings.arranging_times import HAZEL, open_round
from tests.pages import parse, words
from tests.profiles.filling import ask, change, fields, main_form

WISHES = {"mode": "in_person", "phone": "0121 496 0101", "need_words": "A low chair", "brings": "My brother"}


def invited(app, ids, answer=Answer.NONE, skip=0):
    """An invitation of Hazel Lane's open round with this answer."""
    found = ask(
        app,
        select(Invitation)
        .join(Review, Review.id == Invitation.review_id)
        .join(PupilContact, PupilContact.adult_id == Invitation.adult_id)
        .where(
            PupilContact.pupil_id == Invitation.pupil_id,
            PupilContact.restriction == Restriction.NONE,
            Review.round_id == open_round(app, ids).id,
            Invitation.answer == answer,
        )
        .order_by(Invitation.uid),
    )
    return found[skip]


def at(invitation, *more):
    return "/".join(
        (f"/staff/gate/{invitation.pupil_id}/{invitation.review_id}", *map(str, (invitation.adult_id, *more)))
    )


def child_page(invitation):
    return f"/staff/gate/{invitation.pupil_id}/{invitation.review_id}"


def free(app, ids, invitation):
    """The free times of this adult, as booking itself finds them."""
    (lead_id,) = ask(app, select(Review.lead_id).where(Review.id == invitation.review_id))
    round_ = open_round(app, ids)
    with PortalSession(app.extensions["engine"], scope=system("a test looks"), read_only=True) as session:
        return free_times(
            session,
            school_id=round_.school_id,
            round_id=round_.id,
            staff_id=lead_id,
            adult_id=invitation.adult_id,
            minutes_needed=round_.minutes,
            in_building=True,
            now=clock.now(),
        )


def book(client, invitation, slot_id, **more):
    page = client.get(at(invitation))
    sent = fields(main_form(page), **{**WISHES, **more})
    return client.post(at(invitation), data={**sent, "slot": str(slot_id)})


def live(app, invitation):
    """The adult's live bookings of the review with their times."""
    return ask(
        app,
        select(Booking, Meeting)
        .join(Meeting, Meeting.id == Booking.meeting_id)
        .where(
            Booking.review_id == invitation.review_id,
            Booking.adult_id == invitation.adult_id,
            Booking.cancelled_at.is_(None),
        ),
    )


def without_account(app, ids):
    """A mother with parental responsibility who never came in, invited to a review of the open round."""
    like = invited(app, ids)
    mother = Person(
        id=uuid.uuid4(), trust_id=ask(app, select(Person.trust_id))[0], full_name="Bernadette Quill", language="en"
    )
    change(app, mother)
    about = {"school_id": like.school_id, "pupil_id": like.pupil_id, "adult_id": mother.id}
    change(
        app,
        PupilContact(
            id=uuid.uuid4(),
            **about,
            relationship="PAM",
            parental_responsibility=YesNo.YES,
            state=ContactState.CONFIRMED,
            access=PortalAccess.NONE,
            version=1,
        ),
        ContactPoint(id=uuid.uuid4(), adult_id=mother.id, kind=ContactKind.MOBILE, value="+447700900123"),
    )
    invitation = Invitation(
        id=uuid.uuid4(), **about, review_id=like.review_id, uid=f"{uuid.uuid4()}@test", sent_at=clock.now(), version=1
    )
    change(app, invitation)
    return ask(app, select(Invitation).where(Invitation.id == invitation.id))[0]


def test_from_the_name_to_the_booking(app, as_persona, ids):
    invitation = without_account(app, ids)
    (pupil,) = ask(app, select(Pupil).where(Pupil.id == invitation.pupil_id))
    client = as_persona("office")
    found = parse(client.get(f"/staff/gate?search={pupil.surname[:4].upper()}")).xpath("//ul[@class='tasks']//a/@href")
    assert child_page(invitation) in found
    text = words(client.get(child_page(invitation)))
    assert "Bernadette Quill" in text
    assert "Does not use the portal" in text
    assert "07700 900123" in text

    time = free(app, ids, invitation)[1]
    answer = book(client, invitation, time.slot_id)
    assert answer.status_code == 303, words(answer)
    ((booking, meeting),) = live(app, invitation)
    assert meeting.starts_at == time.starts_at
    assert booking.made_by == ids.person("office")
    assert (booking.need_words, booking.brings) == ("A low chair", "My brother")
    after = words(client.get(answer.headers["Location"]))
    assert "Bernadette Quill has a time now." in after
    assert "Cancel the time" in after


def test_a_form_that_is_sent_twice_is_one_booking(app, as_persona, ids):
    invitation, client = invited(app, ids), as_persona("office")
    slot = free(app, ids, invitation)[0].slot_id
    sent = {**fields(main_form(client.get(at(invitation))), **WISHES), "slot": str(slot)}
    assert [client.post(at(invitation), data=sent).status_code for _n in range(2)] == [303, 303]
    assert len(live(app, invitation)) == 1


def test_moving_keeps_the_old_time_until_the_new_is_held(app, as_persona, ids):
    invitation, client = invited(app, ids), as_persona("sendco")
    first, second, *_rest = free(app, ids, invitation)
    book(client, invitation, first.slot_id, wishes="About the holidays")
    page = client.get(at(invitation))
    assert "They keep this time until they have a new one" in words(page)
    assert "About the holidays" not in page.get_data(as_text=True), "what they want to talk about is not for the gate"
    assert book(client, invitation, second.slot_id, phone="0121 496 0199").status_code == 303
    ((booking, meeting),) = live(app, invitation)
    assert meeting.starts_at == second.starts_at
    assert (booking.phone, booking.wishes) == ("0121 496 0199", "About the holidays")
    assert first.slot_id in {time.slot_id for time in free(app, ids, invitation)}


def test_a_time_taken_meanwhile_keeps_everything_and_offers_the_nearest(app, as_persona, ids):
    one, client = invited(app, ids), as_persona("office")
    (lead_id,) = ask(app, select(Review.lead_id).where(Review.id == one.review_id))
    others = ask(
        app,
        select(Invitation)
        .join(Review, Review.id == Invitation.review_id)
        .where(
            Review.lead_id == lead_id,
            Review.round_id == open_round(app, ids).id,
            Invitation.answer.in_([Answer.NONE, Answer.CALL_ME, Answer.NO_TIME_SUITS]),
            Invitation.adult_id != one.adult_id,
        ),
    )
    assert others, "somebody else meets the same teacher"
    other, times = others[0], free(app, ids, one)
    lost = times[len(times) // 2]
    sent = fields(main_form(client.get(at(one))), **WISHES, wishes="Reading at home")
    assert book(client, other, lost.slot_id).status_code == 303

    refused = client.post(at(one), data={**sent, "slot": str(lost.slot_id), "needs": "quiet"})
    assert refused.status_code == 409
    assert live(app, one) == []
    page, text = parse(refused), words(refused)
    assert "Somebody else has just taken this time" in text
    assert "Everything you typed is still here" in text
    for typed in ("A low chair", "My brother", "Reading at home"):
        assert typed in text
    assert page.xpath("//input[@name='phone']/@value") == ["0121 496 0101"]
    assert page.xpath("//input[@name='needs' and @value='quiet']/@checked")
    offered = page.xpath("//input[@name='slot']/@value")
    assert str(lost.slot_id) not in offered
    assert len(offered) == len(set(offered))
    closest = sorted(free(app, ids, one), key=lambda time: abs(time.starts_at - lost.starts_at))[:3]
    assert {str(time.slot_id) for time in closest} <= set(offered[:6])
    key = page.xpath("//input[@name='once_key']/@value")[0]
    again = client.post(at(one), data={**sent, "once_key": key, "slot": offered[0]})
    assert again.status_code == 303
    assert len(live(app, one)) == 1


@pytest.mark.parametrize("slot", ["", "nonsense"])
def test_without_a_time_everything_typed_stays(sqlite_app, as_persona, ids, slot):
    invitation, client = invited(sqlite_app, ids), as_persona("office")
    refused = book(client, invitation, slot)
    assert refused.status_code == 422
    assert "Choose a time." in words(refused)
    assert "A low chair" in words(refused)
    assert client.post(at(invitation), data={"slot": str(uuid.uuid4()), "mode": "in_person"}).status_code == 404
    bad = book(client, invitation, free(sqlite_app, ids, invitation)[0].slot_id, mode="in_person", phone="1" * 40)
    assert bad.status_code == 422
    assert live(sqlite_app, invitation) == []


def test_an_interpreter_leaves_only_times_that_are_long_enough(sqlite_app, as_persona, ids):
    invitation, client = invited(sqlite_app, ids), as_persona("office")
    plain = set(parse(client.get(at(invitation))).xpath("//input[@name='slot']/@value"))
    with PortalSession(sqlite_app.extensions["writing_engine"], scope=system("arranging")) as session:
        person = session.get_one(Person, invitation.adult_id)
        person.interpreter_needed, person.spoken_language = True, "ur"
        session.commit()
    page = parse(client.get(at(invitation)))
    longer = set(page.xpath("//input[@name='slot']/@value"))
    assert longer < plain
    assert page.xpath("//input[@name='interpreter']/@checked")


def test_kept_apart_looks_like_a_taken_time(app, as_persona, ids):
    """The list of the gate is the list of booking: a time near the other adult's is missing and nothing says why."""
    one, two = invited(app, ids), invited(app, ids, skip=1)
    client = as_persona("office")
    time = free(app, ids, two)[0]
    assert book(client, two, time.slot_id).status_code == 303
    change(
        app,
        *(
            KeptApart(id=uuid.uuid4(), adult_id=a.adult_id, from_id=b.adult_id, since=clock.today())
            for a, b in ((one, two), (two, one))
        ),
    )
    page = client.get(at(one))
    offered = parse(page).xpath("//input[@name='slot']/@value")
    assert sorted(offered) == sorted(str(each.slot_id) for each in free(app, ids, one))
    ((_booking, meeting),) = live(app, two)
    for each in free(app, ids, one):
        assert each.ends_at <= meeting.starts_at or each.starts_at >= meeting.ends_at
    assert "apart" not in words(page)


def test_cancelling_and_what_they_say_then(app, as_persona, ids):
    invitation, client = invited(app, ids), as_persona("office")
    book(client, invitation, free(app, ids, invitation)[0].slot_id)
    assert client.post(at(invitation, "cancel"), data={"reason": "Night shift"}).status_code == 303
    assert live(app, invitation) == []
    late = client.post(at(invitation, "cancel"), data={"reason": "again"})
    assert late.status_code == 422
    assert "There is no time to change" in words(late)

    assert client.post(at(invitation, "answer"), data={"answer": "booked"}).status_code == 422
    said = client.post(at(invitation, "answer"), data={"answer": "call_me", "words": "After four, please"})
    assert said.status_code == 303
    listed = words(client.get("/staff/gate"))
    assert "After four, please" in listed
    assert "Please call" in listed
    assert client.post(at(invitation, "dealt-with")).status_code == 303
    assert "After four, please" not in words(client.get("/staff/gate"))
    (kept,) = ask(app, select(Invitation).where(Invitation.id == invitation.id))
    assert kept.dealt_with_by == ids.person("office")
    assert kept.answer == Answer.CALL_ME
    assert client.post(at(invitation, "dealt-with")).status_code == 303
    assert ask(app, select(Invitation.dealt_with_at).where(Invitation.id == invitation.id)) == [kept.dealt_with_at]
    client.post(at(invitation, "answer"), data={"answer": "no_time_suits", "words": "Only Sundays"})
    assert "Only Sundays" in words(client.get("/staff/gate")), "a new question is on the list again"


def test_the_call_list_has_whoever_has_no_time(app, as_persona, ids):
    invitation = without_account(app, ids)
    client = as_persona("office")
    text = words(client.get("/staff/gate/calls"))
    assert "Bernadette Quill" in text
    assert "07700 900123" in text
    assert "Does not use the portal" in text
    before = parse(client.get("/staff/gate/calls")).xpath("count(//tr[contains(., 'Another adult has a time')])")
    book(client, invitation, free(app, ids, invitation)[0].slot_id)
    page = client.get("/staff/gate/calls")
    assert "Bernadette Quill" not in words(page)
    rows = parse(page).xpath("//tbody/tr")
    told = ["Another adult has a time" in row.text_content() for row in rows]
    assert sum(told) > before
    assert told == sorted(told), "children about whom nobody has a time come first"


@pytest.mark.parametrize(
    "decision",
    [
        {"restriction": Restriction.NO_CONTACT, "restricted_from": clock.today(), "order_reference": "x"},
        {"state": ContactState.SUSPENDED},
        {"state": ContactState.ENDED},
    ],
)
def test_an_adult_who_may_no_longer_come_is_on_no_list(app, as_persona, ids, decision):
    invitation = without_account(app, ids)
    slot = free(app, ids, invitation)[0].slot_id
    (contact,) = ask(app, select(PupilContact).where(PupilContact.adult_id == invitation.adult_id))
    for name, value in decision.items():
        setattr(contact, name, value)
    contact.order_seen_by = contact.decided_by = ids.person("sendco")
    change(app, contact)
    client = as_persona("office")
    for path in ("/staff/gate", "/staff/gate/calls", child_page(invitation)):
        assert "Bernadette Quill" not in words(client.get(path))
    assert client.get(at(invitation)).status_code == 404
    assert client.post(at(invitation), data={**WISHES, "slot": str(slot)}).status_code == 404
    assert live(app, invitation) == []


def test_numbers_and_gates_are_for_office_and_sendco(app, as_persona, ids):
    invitation = invited(app, ids)
    paths = ["/staff/gate", "/staff/gate/calls", child_page(invitation), at(invitation), at(invitation, "answer")]
    for persona in ("class-teacher", "teaching-assistant", "headteacher", "parent", "trust-lead"):
        client = as_persona(persona)
        assert {client.get(path).status_code for path in paths} == {403}
    foreign = as_persona("sendco-other-school")
    assert [foreign.get(path).status_code for path in paths] == [200, 200, 404, 404, 404]
    (name,) = ask(app, select(Person.full_name).where(Person.id == invitation.adult_id))
    assert name not in foreign.get("/staff/gate/calls").get_data(as_text=True)
    slot = free(app, ids, invitation)[0].slot_id
    assert foreign.post(at(invitation), data={**WISHES, "slot": str(slot)}).status_code == 404


def test_addresses_that_do_not_fit_together(sqlite_app, as_persona, ids):
    one, two = invited(sqlite_app, ids), invited(sqlite_app, ids, skip=1)
    client = as_persona("office")
    assert client.get(f"/staff/gate/{one.pupil_id}/{two.review_id}").status_code == 404
    assert client.get(f"{child_page(one)}/{ids.person('parent-other-school')}").status_code == 404
    assert client.post(f"{child_page(one)}/{ids.person('parent-other-school')}/dealt-with").status_code == 404
    stranger = f"/staff/gate/{one.pupil_id}/{two.review_id}/{two.adult_id}/dealt-with"
    assert client.post(stranger).status_code == 404


def test_a_round_that_is_not_open_has_no_gate(app, as_persona, ids):
    invitation, round_ = invited(app, ids), open_round(app, ids)
    round_.state = RoundState.CLOSED
    change(app, round_)
    client = as_persona("office")
    assert client.get(child_page(invitation)).status_code == 404
    assert "Every family has a time" in words(client.get("/staff/gate/calls"))
    assert ask(app, select(ReviewRound.state).where(ReviewRound.id == round_.id)) == [RoundState.CLOSED]


def test_names_are_found_as_people_type_them(sqlite_app, as_persona, ids):
    (pupil,) = ask(
        sqlite_app, select(Pupil).join(Review, Review.pupil_id == Pupil.id).where(
            Review.round_id == open_round(sqlite_app, ids).id, Pupil.left_on.is_(None)
        ).order_by(Pupil.surname).limit(1)
    )  # fmt: skip
    client = as_persona("office")
    for typed in (f"{pupil.surname} {pupil.forename[:2]}", pupil.forename.upper()):
        assert pupil.surname in words(client.get("/staff/gate", query_string={"search": typed}))
    assert "No child fits" in words(client.get("/staff/gate?search=Zzzyx"))
    assert "<b>" not in client.get("/staff/gate", query_string={"search": "<b>"}).get_data(as_text=True)


def test_statements_do_not_grow_with_families(sqlite_app, as_persona, ids, counting):
    client, invitation = as_persona("office"), invited(sqlite_app, ids)
    paths = ["/staff/gate?search=a", "/staff/gate/calls", child_page(invitation), at(invitation)]

    def counted():
        found = {}
        for path in paths:
            client.get(path)
            counting.statements.clear()
            assert client.get(path).status_code == 200
            found[path] = len(counting)
        return found

    before = counted()
    for _n in range(5):
        without_account(sqlite_app, ids)
    assert counted() == before
    assert max(before.values()) <= 12
    assert HAZEL in ids.schools
