"""A family chooses a time, loses one to somebody else, moves, cancels, asks for a call; and two children in one go."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal.kernel import clock
from portal.kernel.outbox import OutboxItem
from portal.meetings.models import Booking, Invitation, Meeting, Slot
from portal.meetings.queries_choose import ELSEWHERE, NEAREST
from portal.meetings.rules import Answer
from portal.people.models import Person
from portal.reviews.models import Review, ReviewRound
from tests.meetings.family import booked_by, free_slots, page_of, path_of, post_time, set_link
from tests.pages import parse, words

RADIOS = "//input[@type='radio' and @name='slot']/@value"


def live(session, ids, slug="parent", child="Zara"):
    """The bookings in force, read and let go of: on SQLite the session of a test would keep everybody else waiting."""
    session.rollback()
    mine = Booking.review_id == ids.review(child), Booking.adult_id == ids.person(slug)
    found = session.scalars(select(Booking).where(*mine, Booking.cancelled_at.is_(None))).all()
    session.expunge_all()
    session.rollback()
    return found


def test_the_day_comes_first_then_its_times_then_how(app, as_persona, ids):
    client = as_persona("parent")
    days = client.get(f"{path_of(ids)}/time?lang=en")
    first = parse(days).xpath("//main//ul[@class='tasks']//a")[0]
    assert "time free" in first.text_content() or "times free" in first.text_content()
    count = int(first.text_content().split(":")[1].split()[0])
    times = client.get(first.get("href"))
    offered = parse(times).xpath(RADIOS)
    assert len(offered) == count
    legends = [" ".join(each.text_content().split()) for each in parse(times).xpath("//legend")]
    assert all(legend.startswith(("Morning, ", "Afternoon, ")) for legend in legends)
    form = parse(times).xpath("//main//form[.//input[@name='slot']]")[0]
    assert form.get("method") == "get"
    hidden = {field.get("name"): field.get("value") for field in form.xpath(".//input[@type='hidden']")}
    assert "Choose a time." in words(client.get(form.get("action"), query_string=hidden))
    details = client.get(form.get("action"), query_string={**hidden, "slot": offered[0]})
    assert "Book your meeting" in words(details)
    posted = parse(details).xpath("//main//form[@method='post']")[0]
    data = {field.get("name"): field.get("value") for field in posted.xpath(".//input[@type='hidden']")}
    checked = {field.get("name"): field.get("value") for field in posted.xpath(".//input[@type='radio'][@checked]")}
    data.pop("csrf_token")
    assert checked == {"mode": "in_person"}
    assert client.post(posted.get("action"), data={**data, **checked}).status_code == 303


def test_the_list_filters_by_way_and_by_interpreter(app, as_persona, ids, system_session):
    client, path = as_persona("parent"), f"{path_of(ids)}/time?all=1"
    every = parse(client.get(path)).xpath(RADIOS)
    slots = system_session.scalars(select(Slot).where(Slot.id.in_([uuid.UUID(slot) for slot in every])))
    by_video = {slot.id.hex for slot in slots if "video" in slot.modes}
    system_session.rollback()
    assert set(parse(client.get(f"{path}&mode=video")).xpath(RADIOS)) == by_video
    longer = client.get(f"{path}&interpreter=1&lang=en")
    assert len(parse(longer).xpath(RADIOS)) < len(every)
    assert "The meeting takes 45 minutes." in words(longer)
    assert client.get(f"{path_of(ids)}/time?day=nonsense&mode=nonsense&interpreter=x&slot=y").status_code == 200


def test_an_interpreter_asked_for_once_and_for_all_is_filled_in(app, as_persona, ids, system_session):
    person = system_session.get_one(Person, ids.person("parent"))
    person.interpreter_needed, person.spoken_language = True, "ur"
    system_session.commit()
    client = as_persona("parent")
    slot = free_slots(client, ids)[0]
    page = parse(client.get(f"{path_of(ids)}/time?slot={slot}"))
    assert page.xpath("//input[@name='interpreter']/@checked")
    assert page.xpath("//select[@name='language']/option[@selected]/@value") == ["ur"]
    assert post_time(client, ids, slot, interpreter="y", language="ur").status_code == 303
    (booking,) = live(system_session, ids)
    meeting = system_session.get_one(Meeting, booking.meeting_id)
    assert (meeting.ends_at - meeting.starts_at).total_seconds() >= 45 * 60
    system_session.rollback()
    assert "Urdu" in page_of(client, ids)


def test_a_time_taken_while_typing_keeps_every_word_and_offers_the_nearest(app, as_persona, ids, system_session):
    first, second = as_persona("parent"), as_persona("second-parent")
    slots = free_slots(second, ids)
    lost = slots[len(slots) // 2]
    assert post_time(first, ids, lost).status_code == 303
    typed = {
        "wishes": "Ist <i>das</i> möglich؟",
        "brings": "Aunt Rubina",
        "need_words": "A chair with arms",
        "needs": "quiet",
        "language": "pa",
        "phone": "07700 900123",
        "mode": "phone",
    }
    answer = post_time(second, ids, lost, **typed)
    assert answer.status_code == 409
    page = parse(answer)
    assert "Somebody else has just taken this time." in words(answer)
    for name in ("wishes", "brings", "need_words"):
        assert page.xpath(f"//textarea[@name='{name}']")[0].text_content().strip() == typed[name]
    assert page.xpath("//input[@name='phone']/@value") == [typed["phone"]]
    assert page.xpath("//input[@name='needs']/@value") == ["quiet"]
    assert page.xpath("//input[@name='mode']/@value") == ["phone"]
    assert page.xpath("//input[@name='language']/@value") == ["pa"]
    near = [uuid.UUID(slot) for slot in page.xpath(RADIOS)]
    assert 0 < len(near) <= NEAREST + ELSEWHERE
    assert lost not in near
    starts = {slot.id: slot.starts_at for slot in system_session.scalars(select(Slot).where(Slot.id.in_(slots)))}
    assert [starts[slot] for slot in near] == sorted(starts[slot] for slot in near)
    by_phone = [uuid.UUID(s) for s in parse(second.get(f"{path_of(ids)}/time?all=1&mode=phone")).xpath(RADIOS)]
    assert set(sorted(by_phone, key=lambda slot: abs(starts[slot] - starts[lost]))[:NEAREST]) <= set(near)
    assert set(near) <= set(by_phone)
    system_session.rollback()
    once = page.xpath("//input[@name='once_key']/@value")[0]
    assert post_time(second, ids, near[0], **{**typed, "once_key": once}).status_code == 303
    (booking,) = live(system_session, ids, "second-parent")
    assert (booking.wishes, booking.brings, booking.needs) == (typed["wishes"], typed["brings"], ["quiet"])
    assert second.get(f"{path_of(ids)}/time?slot={lost}").status_code == 409


def test_the_same_form_sent_twice_is_one_booking(app, as_persona, ids, system_session):
    client = as_persona("parent")
    slot, key = free_slots(client, ids)[0], uuid.uuid4().hex
    for _time in range(2):
        assert post_time(client, ids, slot, once_key=key).status_code == 303
    assert len(live(system_session, ids)) == 1


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"slot": ""}, 422),
        ({"slot": "nonsense"}, 422),
        ({"mode": ""}, 422),
        ({"mode": "telepathy"}, 422),
        ({"wishes": "x" * 2001}, 422),
        ({"phone": "1" * 31}, 422),
        ({"language": "x" * 13}, 422),
        ({"version": "99999999999999"}, 409),
        ({"version": "7"}, 409),
    ],
)
def test_a_spoiled_form_is_no_booking(sqlite_app, as_persona, ids, system_session, sent, status):
    client = as_persona("parent")
    slot = free_slots(client, ids)[0]
    answer = post_time(client, ids, slot, **{"wishes": "KEPT", **sent})
    if sent.get("version") == "99999999999999":  # no number that a row can have: as if there were none
        assert answer.status_code == 303
        return
    assert answer.status_code == status
    assert not live(system_session, ids)
    if "wishes" not in sent:
        assert "KEPT" in answer.get_data(as_text=True)


def test_times_that_are_nobodys_to_take(app, as_persona, ids, system_session):
    client = as_persona("parent")
    slot = free_slots(client, ids)[0]
    lead = system_session.scalars(select(Slot.staff_id).where(Slot.id == slot)).one()
    other = system_session.scalars(select(Slot.id).where(Slot.staff_id != lead)).first()
    system_session.rollback()
    assert post_time(client, ids, other).status_code == 404
    assert post_time(client, ids, uuid.uuid4()).status_code == 404
    withdrawn = system_session.get_one(Slot, slot)
    withdrawn.withdrawn_at = clock.now()
    system_session.commit()
    assert post_time(client, ids, slot).status_code == 409
    rounds = update(ReviewRound).values(booking_closes_at=clock.now() - timedelta(minutes=1))
    system_session.execute(rounds)
    system_session.commit()
    answer = post_time(client, ids, slot, wishes="KEPT AS TYPED")
    assert answer.status_code == 409
    assert "KEPT AS TYPED" in words(answer)
    assert not live(system_session, ids)
    assert client.get(f"{path_of(ids)}/time").status_code == 302
    assert "Ask for a call" in page_of(client, ids)


def test_a_move_keeps_the_old_time_until_the_new_one_is_held(app, as_persona, ids, system_session):
    client, other = as_persona("parent"), as_persona("second-parent")
    old = booked_by(client, ids, wishes="About reading")
    (booking,) = live(system_session, ids)
    version, invitation = booking.version, booking.invitation_id
    sequence = system_session.get_one(Invitation, invitation).sequence
    system_session.rollback()
    page = client.get(f"{path_of(ids)}/time?lang=en")
    assert "You keep your time until you have a new one" in words(page)
    slots = free_slots(client, ids)
    post_time(other, ids, slots[0])
    lost = post_time(client, ids, slots[0], version=version)
    assert lost.status_code == 409
    (still,) = live(system_session, ids)
    assert str(old) not in parse(client.get(f"{path_of(ids)}/time?all=1")).xpath(RADIOS)
    assert still.version == version
    system_session.rollback()
    details = parse(client.get(f"{path_of(ids)}/time?slot={slots[1]}"))
    assert details.xpath("//textarea[@name='wishes']")[0].text_content().strip() == "About reading"
    assert details.xpath("//input[@name='version']/@value") == [str(version)]
    moved = post_time(client, ids, slots[1], version=version, wishes="About reading")
    assert moved.headers["Location"].endswith("done=moved")
    assert post_time(client, ids, slots[1], version=version, wishes="About reading").status_code == 303
    (booking,) = live(system_session, ids)
    assert (
        system_session.get_one(Meeting, booking.meeting_id).starts_at
        == system_session.get_one(Slot, slots[1]).starts_at
    )
    assert system_session.get_one(Invitation, invitation).sequence == sequence + 1
    system_session.rollback()
    assert old in free_slots(client, ids)
    stale = post_time(client, ids, slots[2], version=version, wishes="Second tab")
    assert stale.status_code == 409
    assert "Second tab" in stale.get_data(as_text=True)


def test_what_was_said_can_be_changed_without_losing_the_time(app, as_persona, ids, system_session):
    client = as_persona("parent")
    slot = booked_by(client, ids, brings="Nobody", others_may_join="y")
    page = parse(client.get(f"{path_of(ids)}/wishes"))
    assert page.xpath("//input[@name='others_may_join']/@checked")
    version = page.xpath("//input[@name='version']/@value")[0]
    data = {"mode": "in_person", "brings": "Aunt Rubina", "others_may_join": "y", "version": version}
    assert client.post(f"{path_of(ids)}/wishes", data=data).status_code == 303
    (booking,) = live(system_session, ids)
    assert booking.brings == "Aunt Rubina"
    assert system_session.get_one(Meeting, booking.meeting_id).starts_at == system_session.get_one(Slot, slot).starts_at
    system_session.rollback()
    stale = client.post(f"{path_of(ids)}/wishes", data={**data, "brings": "Uncle Tariq"})
    assert stale.status_code == 409
    assert "Uncle Tariq" in stale.get_data(as_text=True)
    again = parse(stale).xpath("//input[@name='version']/@value")[0]
    assert client.post(f"{path_of(ids)}/wishes", data={**data, "version": again}).status_code == 303


def test_cancelling_asks_once_more_and_frees_the_time(app, as_persona, ids, system_session):
    client = as_persona("parent")
    slot = booked_by(client, ids)
    assert "Cancel your meeting?" in page_of(client, ids, "/cancel")
    assert len(live(system_session, ids)) == 1
    system_session.rollback()
    assert client.post(f"{path_of(ids)}/cancel", data={"reason": "We are ill"}).status_code == 303
    assert not live(system_session, ids)
    assert slot in free_slots(client, ids)
    assert "Choose a time" in page_of(client, ids)
    assert client.post(f"{path_of(ids)}/cancel", data={"reason": ""}).status_code == 302  # nothing is left to cancel


@pytest.mark.parametrize("said", [Answer.CALL_ME, Answer.NO_TIME_SUITS])
def test_asking_for_a_call_or_saying_that_no_time_suits(app, as_persona, ids, system_session, said):
    client = as_persona("parent")
    page = client.get(f"{path_of(ids)}/answer?say={said}")
    assert parse(page).xpath("//input[@name='answer'][@checked]/@value") == [said]
    assert client.post(f"{path_of(ids)}/answer", data={"answer": "booked"}).status_code == 422
    sent = {"answer": str(said), "words": "Only after six"}
    assert client.post(f"{path_of(ids)}/answer", data=sent).status_code == 303
    text = page_of(client, ids)
    assert "School will call you" in text
    assert "Choose a time after all" in text
    invitation = system_session.scalars(
        select(Invitation).where(
            Invitation.review_id == ids.review("Zara"), Invitation.adult_id == ids.person("parent")
        )
    ).one()
    assert (invitation.answer, invitation.answer_words) == (said, "Only after six")
    system_session.rollback()
    booked_by(client, ids)
    assert len(live(system_session, ids)) == 1


def test_other_families_and_other_schools_cannot_touch_it(app, as_persona, ids, system_session):
    slot = free_slots(as_persona("parent"), ids)[0]
    for slug in ("parent-barred", "parent-other-school", "young-person", "parent-of-two"):
        client = as_persona(slug)
        assert post_time(client, ids, slot).status_code == 404
        for path in ("answer", "cancel", "wishes", "offer", "join"):
            assert client.post(f"{path_of(ids)}/{path}", data={"answer": "call_me"}).status_code == 404
    assert not live(system_session, ids)
    assert not system_session.scalars(
        select(Invitation).where(Invitation.review_id == ids.review("Zara"), Invitation.answer != Answer.NONE)
    ).all()


def same_lead(session, ids):
    """Kacper and Zofia are met by one and the same member of staff."""
    zofia, kacper = (session.get_one(Review, ids.review(name)) for name in ("Zofia", "Kacper"))
    kacper.lead_id = zofia.lead_id
    session.commit()


def together(client, ids, system_session, way):
    page = client.get("/meetings/together?lang=en")
    (link,) = (href for href in parse(page).xpath("//main//a/@href") if href.endswith(f"way={way}"))
    form = parse(client.get(link)).xpath("//main//form")[0]
    data = {field.get("name"): field.get("value") for field in form.xpath(".//input[@type='hidden']")}
    data.pop("csrf_token")
    values = form.xpath(".//input[@name='slot']/@value")
    answer = client.post(form.get("action"), data={**data, "slot": values[0], "mode": "in_person"})
    assert answer.status_code == 303, words(answer)
    first, second = (live(system_session, ids, "parent-of-two", name)[0] for name in ("Zofia", "Kacper"))
    meetings = [system_session.get_one(Meeting, one.meeting_id) for one in (first, second)]
    system_session.expunge_all()
    system_session.rollback()
    return (*meetings, {**data, "slot": values[0], "mode": "in_person"})


def test_two_children_in_one_meeting(app, as_persona, ids, system_session):
    same_lead(system_session, ids)
    one, other, _sent = together(as_persona("parent-of-two"), ids, system_session, "together")
    assert one.id == other.id
    assert (one.ends_at - one.starts_at).total_seconds() >= 60 * 60
    assert one.live_bookings == 2


def test_two_children_one_after_the_other_with_two_leads(app, as_persona, ids, system_session):
    client = as_persona("parent-of-two")
    one, other, sent = together(client, ids, system_session, "after")
    early, late = sorted((one, other), key=lambda meeting: meeting.starts_at)
    assert early.ends_at <= late.starts_at <= early.ends_at + timedelta(minutes=20)
    assert client.post("/meetings/together", data=sent).status_code == 303  # sent twice is one
    assert len(live(system_session, ids, "parent-of-two", "Zofia")) == 1
    system_session.rollback()
    assert "There is nothing to choose here now" in words(client.get("/meetings/together?lang=en"))


def test_choosing_for_two_costs_few_statements_and_refuses_nonsense(app, as_persona, ids, counting, system_session):
    client = as_persona("parent-of-two")
    links = parse(client.get("/meetings/together")).xpath("//main//a/@href")
    link = next(href for href in links if "way=after" in href)
    counting.statements.clear()
    page = client.get(link)
    assert len(counting) <= 8, counting.statements
    value = parse(page).xpath("//input[@name='slot']/@value")[0]
    parts = value.split()
    query = {"mode": "in_person", "way": "after"}
    for slot in ("", "x", "a:b:c d:e:f", parts[0]):
        assert client.post("/meetings/together", data={**query, "slot": slot}).status_code == 422, slot
    stranger = f"{ids.pupil('Zara')}:{ids.review('Zara')}:{parts[1].split(':')[2]}"
    assert client.post("/meetings/together", data={**query, "slot": f"{parts[0]} {stranger}"}).status_code == 404
    backwards = " ".join(reversed(parts))
    assert client.post("/meetings/together", data={"slot": backwards, "mode": "in_person"}).status_code == 409
    assert not live(system_session, ids, "parent-of-two", "Zofia")
    set_link(system_session, ids, "parent-of-two", "Zofia", access="view")
    assert "There is nothing to choose here now" in words(client.get("/meetings/together?lang=en"))


def test_a_booking_is_told_in_messages(app, as_persona, ids, system_session):
    client = as_persona("parent")
    booked_by(client, ids)
    kinds = system_session.scalars(select(OutboxItem.kind).where(OutboxItem.person_id == ids.person("parent"))).all()
    system_session.rollback()  # lets go of the lock
    assert "meeting_booked" in kinds
    assert "Your meeting is booked" in words(client.get("/messages?lang=en"))
