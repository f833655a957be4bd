"""Staff say when they can meet families, look at what would be made, and make it: pages and database."""

import threading
import uuid
from datetime import time, timedelta

import pytest
from sqlalchemy import delete, select

from portal.kernel import clock
from portal.kernel.clock import LONDON
from portal.kernel.errors import PortalError
from portal.kernel.scope import PortalSession, system
from portal.meetings.actions_booking import book
from portal.meetings.actions_times import SomebodyBusy, add_time, make_slots
from portal.meetings.models import Meeting, Room, Slot, StaffAbsence, StaffTime, TakenSlot, TimeClaim
from portal.meetings.rules import Mode
from portal.meetings.rules_times import Availability, Weekday, days_between
from portal.people.actor import Actor
from portal.people.models import Person
from portal.people.rules import Audience, Role
from portal.people.scopes import scope_of
from portal.reviews.models import ReviewRound, SchoolDayException
from portal.reviews.rules import DayKind, RoundState
from tests.meetings.arranging import WISHES, make_fair
from tests.meetings.arranging_times import (
    HAZEL,
    a_room,
    claims_of,
    live_slots,
    open_round,
    other_school,
    planned_round,
    school_days,
)
from tests.pages import parse, words
from tests.profiles.filling import ask, change, send

MORNING = {"weekday": "0", "starts": "9:00", "ends": "11:00", "modes": "in_person"}


def address(round_, person_id, *more):
    return "/".join((f"/staff/rounds/{round_.id}/times", str(person_id), *more))


def enter(client, round_, person_id, **facts):
    return client.post(
        address(round_, person_id, "add"), data={**MORNING, "pause_minutes": "5", "room_id": "", **facts}
    )


def make(client, round_, person_id, **facts):
    return client.post(address(round_, person_id, "make"), data=facts)


def acting(app, ids, slug="sendco"):
    """An actor of Hazel Lane and a writing session in that actor's scope."""
    roles = {"sendco": Role.SENDCO, "class-teacher": Role.CLASS_TEACHER}
    actor = Actor(
        person_id=ids.person(slug),
        sitting_id=uuid.uuid4(),
        name="",
        audience=Audience.STAFF,
        language="en",
        trust_id=uuid.uuid4(),
        school_id=ids.schools[HAZEL],
        roles=frozenset({roles[slug]}),
    )
    return actor, PortalSession(app.extensions["writing_engine"], scope=scope_of(actor, clock.today()))


def stretch(person_id, **facts):
    return Availability(
        **{"person_id": person_id, "weekday": Weekday.MONDAY, "starts": time(9), "ends": time(11), **facts}
    )


def test_a_teacher_enters_looks_and_makes(app, as_persona, ids):
    round_, me, room = planned_round(app, ids), ids.person("class-teacher"), a_room(app, ids)
    client = as_persona("class-teacher")
    assert "No times yet" in words(client.get(address(round_, me)))
    assert client.get(f"/staff/rounds/{round_.id}/times").headers["Location"].endswith(str(me))
    helper = str(ids.person("teaching-assistant"))
    assert enter(client, round_, me, room_id=str(room), with_ids=helper).status_code == 303
    assert "Every Monday, 9.00 am to 11.00 am" in words(client.get(address(round_, me)))

    mondays = [day for day in school_days(app, round_) if day.weekday() == 0]
    assert mondays, "the demo's round has a Monday"
    preview = words(client.get(address(round_, me, "make")))
    assert f"{3 * len(mondays)} new times" in preview
    assert live_slots(app, round_.id, me) == []
    assert make(client, round_, me).status_code == 303
    slots = live_slots(app, round_.id, me)
    assert [slot.starts_at.astimezone(LONDON).time() for slot in slots[:3]] == [time(9), time(9, 35), time(10, 10)]
    assert {slot.starts_at.astimezone(LONDON).date() for slot in slots} == set(mondays)
    held = claims_of(app, slots[0].id)
    assert held == {me: 7, ids.person("teaching-assistant"): 7, room: 7}  # 30 minutes and the pause, in fives

    assert "Everything is made" in words(client.get(address(round_, me, "make")))
    assert "0 new times" in words(client.get(make(client, round_, me).headers["Location"]))
    assert [slot.id for slot in live_slots(app, round_.id, me)] == [slot.id for slot in slots]


def test_the_demos_own_times_are_as_they_would_be_made(app, as_persona, ids):
    round_ = open_round(app, ids)
    client = as_persona("sendco")
    for person_id in set(ask(app, select(StaffTime.person_id).where(StaffTime.round_id == round_.id))):
        text = words(client.get(address(round_, person_id, "make")))
        assert "Everything is made" in text, text


def test_only_what_is_new_is_added_and_taken_times_stay(app, as_persona, ids):
    round_, me = planned_round(app, ids), ids.person("class-teacher")
    client = as_persona("class-teacher")
    enter(client, round_, me)
    make(client, round_, me)
    slots = live_slots(app, round_.id, me)
    taken, untaken = slots[1], [slots[0], *slots[2:]]
    a_family_takes(app, taken)
    (time_id,) = ask(app, select(StaffTime.id).where(StaffTime.round_id == round_.id))
    assert client.post(address(round_, me, str(time_id), "remove")).status_code == 303
    assert enter(client, round_, me, starts="9:20", ends="10:25").status_code == 303

    preview = words(client.get(address(round_, me, "make")))
    mondays = len(slots) // 3
    assert "Times that a family has" in preview
    assert "They stay. Talk to the family first." in preview
    # 9:20 meets the taken 9:35 of the first Monday, so that one is left out there; 9:55 meets it too
    assert make(client, round_, me).status_code == 303
    now = live_slots(app, round_.id, me)
    assert taken.id in {slot.id for slot in now}
    assert not {slot.id for slot in untaken} & {slot.id for slot in now}
    assert all(claims_of(app, slot.id) == {} for slot in untaken)
    assert len(now) == 1 + 2 * (mondays - 1)


def a_family_takes(app, slot):
    meeting = Meeting(
        id=uuid.uuid4(),
        school_id=slot.school_id,
        staff_id=slot.staff_id,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        mode=Mode.IN_PERSON,
        live_bookings=1,
    )
    change(app, meeting)
    change(app, TakenSlot(id=uuid.uuid4(), slot_id=slot.id, meeting_id=meeting.id))


def test_another_room_makes_the_times_anew(app, as_persona, ids):
    round_, me, room = planned_round(app, ids), ids.person("class-teacher"), a_room(app, ids)
    client = as_persona("class-teacher")
    enter(client, round_, me)
    make(client, round_, me)
    before = live_slots(app, round_.id, me)
    (time_id,) = ask(app, select(StaffTime.id).where(StaffTime.round_id == round_.id))
    client.post(address(round_, me, str(time_id), "remove"))
    enter(client, round_, me, room_id=str(room))
    make(client, round_, me)
    after = live_slots(app, round_.id, me)
    assert len(after) == len(before)
    assert {slot.room_id for slot in after} == {room}
    assert not {slot.id for slot in before} & {slot.id for slot in after}


def test_an_absence_and_a_day_without_school_have_no_times(app, as_persona, ids):
    round_, me = planned_round(app, ids), ids.person("class-teacher")
    day = school_days(app, round_)[0]
    facts = {"school_id": round_.school_id, "person_id": me, "day": day, "noted_by": me, "noted_at": clock.now()}
    change(app, StaffAbsence(id=uuid.uuid4(), reason="", **facts))
    client = as_persona("class-teacher")
    enter(client, round_, me, weekday=str(day.weekday()))
    assert "Away, so no times" in words(client.get(address(round_, me, "make")))
    make(client, round_, me)
    days = {slot.starts_at.astimezone(LONDON).date() for slot in live_slots(app, round_.id, me)}
    assert days == {other for other in school_days(app, round_) if other.weekday() == day.weekday() and other != day}


@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        ({"ends": "8:00"}, "The end must be after the start"),
        ({"ends": "9:00"}, "The end must be after the start"),
        ({"ends": "9:20"}, "Not even one meeting fits. A meeting takes 30 minutes"),
        ({"starts": "soon"}, "Write a time such as 15:30"),
        ({"starts": "9:02"}, "Meetings start and end on five minutes"),
        ({"modes": []}, "Choose at least one way to meet"),
        ({"modes": "video"}, "Give the link for the video meeting"),
        ({"modes": "video", "join_link": "meet.example.org"}, "The link starts with https://"),
        ({"weekday": "day"}, "Say which day it is"),
        ({"weekday": "day", "day-day": "31", "day-month": "2", "day-year": "2026"}, "This is not a real date"),
        ({"weekday": "day", "day-day": "1", "day-month": "2", "day-year": "2031"}, "This day is outside the round"),
    ],
)
def test_bad_input_keeps_what_was_typed(sqlite_app, as_persona, ids, facts, problem):
    round_, me = planned_round(sqlite_app, ids), ids.person("class-teacher")
    answer = enter(as_persona("class-teacher"), round_, me, **facts)
    assert answer.status_code == 422
    assert problem in words(answer)
    page = parse(answer)
    assert page.xpath("//input[@name='starts']/@value") == [facts.get("starts", "9:00")]
    assert ask(sqlite_app, select(StaffTime.id).where(StaffTime.round_id == round_.id)) == []


def test_the_missing_and_the_doubled_hour(sqlite_app, as_persona, ids):
    """A round that holds the last Sunday of March, on which the school is open for once."""
    year = clock.today().year + 1
    for month, problem in ((3, "The clocks go forward that night"), (10, "The clocks go back that night")):
        first = clock.today().replace(year=year, month=month, day=20)
        day = [each for each in days_between(first, first.replace(day=31)) if each.weekday() == 6][-1]
        round_ = planned_round(sqlite_app, ids, first_day=first, last_day=first.replace(day=31))
        change(
            sqlite_app,
            SchoolDayException(
                id=uuid.uuid4(),
                school_id=round_.school_id,
                kind=DayKind.OPEN,
                first_day=day,
                last_day=day,
                label="",
            ),
        )
        parts = {"day-day": str(day.day), "day-month": str(day.month), "day-year": str(day.year)}
        answer = enter(
            as_persona("sendco"), round_, ids.person("sendco"), weekday="day", starts="01:00", ends="01:55", **parts
        )
        assert answer.status_code == 422
        assert problem in words(answer)


def test_overlaps_say_with_what(app, as_persona, ids):
    round_, room = planned_round(app, ids), a_room(app, ids)
    teacher, helper, sendco = (ids.person(slug) for slug in ("class-teacher", "teaching-assistant", "sendco"))
    client = as_persona("sendco")
    assert enter(client, round_, teacher, room_id=str(room), with_ids=str(helper)).status_code == 303
    same = enter(client, round_, teacher, room_id=str(room), with_ids=str(helper))
    assert same.status_code == 303, "the same page sent twice is one time"
    assert len(ask(app, select(StaffTime.id).where(StaffTime.round_id == round_.id))) == 1

    own = enter(client, round_, teacher, starts="10:30", ends="12:00")
    assert own.status_code == 422
    assert "Miss Okafor has a time to meet families then: Every Monday, 9.00 am to 11.00 am." in words(own)
    partner = enter(client, round_, sendco, with_ids=str(helper))
    assert "Mrs Begum has a time to meet families then" in words(partner)
    in_the_room = enter(client, round_, sendco, room_id=str(room))
    assert "The room is used then: The Nest, Every Monday" in words(in_the_room)
    assert enter(client, round_, sendco).status_code == 303
    assert enter(client, round_, teacher, starts="11:00", ends="12:00").status_code == 303


def test_somebody_who_is_busy_in_another_round(app, as_persona, ids):
    """The afternoons belong to the demo's open round: the key of the claims refuses them here, with day and time."""
    round_, me = planned_round(app, ids), ids.person("class-teacher")
    client = as_persona("class-teacher")
    enter(client, round_, me, starts="14:45", ends="16:30")  # 14:45, 15:20, 15:55: the last two are claimed
    preview = words(client.get(address(round_, me, "make")))
    assert "cannot be made" in preview
    assert "Miss Okafor is busy then: Monday" in preview
    refused = make(client, round_, me)
    assert refused.status_code == 422
    assert "Miss Okafor is busy then: Monday" in words(refused)
    assert "at 2.45 pm" in words(refused) or "at 3.20 pm" in words(refused)
    assert live_slots(app, round_.id, me) == []
    assert make(client, round_, me, leave_out_busy="y").status_code == 303
    made = {slot.starts_at.astimezone(LONDON).time() for slot in live_slots(app, round_.id, me)}
    assert made == {time(14, 45)} or made == set()


def test_a_room_that_another_round_uses(app, as_persona, ids):
    first, second = planned_round(app, ids), planned_round(app, ids)
    room, teacher, sendco = a_room(app, ids), ids.person("class-teacher"), ids.person("sendco")
    client = as_persona("sendco")
    enter(client, first, teacher, room_id=str(room))
    make(client, first, teacher)
    enter(client, second, sendco, room_id=str(room))
    refused = make(client, second, sendco)
    assert refused.status_code == 422
    assert "The room is taken then. Room: The Nest" in words(refused)


def test_two_who_want_the_same_colleague_at_once(app, ids):
    """Both look before either has written; the database lets one of them have her."""
    first, second = planned_round(app, ids), planned_round(app, ids)
    helper = ids.person("teaching-assistant")
    (colleague,) = ask(app, select(Person.id).where(Person.full_name == "Tom Hadley"))
    who = ((first, ids.person("class-teacher")), (second, colleague))
    for round_, person_id in who:
        actor, session = acting(app, ids)
        with session:
            given = stretch(person_id, with_ids=(helper,))
            add_time(session, actor=actor, round_id=round_.id, availability=given, now=clock.now())
            session.commit()
    outcomes, ready = [], threading.Barrier(2)

    def run(round_, person_id):
        actor, session = acting(app, ids)
        with session:
            ready.wait()
            try:
                made = make_slots(session, actor=actor, round_id=round_.id, staff_id=person_id, now=clock.now())
                session.commit()
                outcomes.append(made)
            except PortalError as error:
                session.rollback()
                outcomes.append(error)

    threads = [threading.Thread(target=run, args=each) for each in who]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    made = [each for each in outcomes if isinstance(each, int)]
    refused = [each for each in outcomes if isinstance(each, SomebodyBusy)]
    assert len(made) == len(refused) == 1, outcomes
    assert made[0] > 0
    assert refused[0].values["name"] == "Mrs Begum"


def test_a_withdrawn_time_cannot_be_taken_and_a_taken_one_is_not_withdrawn(app, ids):
    """Making the times holds the slots: a family that takes one meanwhile either wins or finds it gone."""
    round_, me = planned_round(app, ids), ids.person("class-teacher")
    actor, session = acting(app, ids)
    with session:
        add_time(session, actor=actor, round_id=round_.id, availability=stretch(me), now=clock.now())
        make_slots(session, actor=actor, round_id=round_.id, staff_id=me, now=clock.now())
        session.commit()
    slot = live_slots(app, round_.id, me)[0]
    a_family_takes(app, slot)
    with PortalSession(app.extensions["writing_engine"], scope=system("arranging")) as other:
        other.execute(delete(StaffTime).where(StaffTime.round_id == round_.id))
        other.commit()
    actor, session = acting(app, ids)
    with session:
        assert make_slots(session, actor=actor, round_id=round_.id, staff_id=me, now=clock.now()) == 0
        session.commit()
    assert [each.id for each in live_slots(app, round_.id, me)] == [slot.id]
    assert claims_of(app, slot.id) == {me: 7}


def test_times_that_have_passed_are_left_alone(app, ids):
    round_, me = planned_round(app, ids), ids.person("class-teacher")
    actor, session = acting(app, ids)
    later = max(school_days(app, round_)) + timedelta(days=1)
    with session:
        add_time(session, actor=actor, round_id=round_.id, availability=stretch(me), now=clock.now())
        assert make_slots(session, actor=actor, round_id=round_.id, staff_id=me, now=clock.now()) > 0
        session.commit()
    before = live_slots(app, round_.id, me)
    actor, session = acting(app, ids)
    with session:
        after = clock.now() + timedelta(days=(later - clock.today()).days + 1)
        assert make_slots(session, actor=actor, round_id=round_.id, staff_id=me, now=after) == 0
        session.commit()
    assert [slot.id for slot in live_slots(app, round_.id, me)] == [slot.id for slot in before]


def test_a_finished_round_cannot_be_changed(app, as_persona, ids):
    round_ = planned_round(app, ids, state=RoundState.CLOSED)
    client, me = as_persona("class-teacher"), ids.person("class-teacher")
    assert "This round is finished" in words(enter(client, round_, me))
    assert "This round is finished" in words(make(client, round_, me))
    assert "Add a time" not in words(client.get(address(round_, me)))


def test_whose_times(app, as_persona, ids):
    round_ = planned_round(app, ids)
    teacher, sendco = ids.person("class-teacher"), ids.person("sendco")
    assert as_persona("class-teacher").get(address(round_, sendco)).status_code == 403
    assert enter(as_persona("class-teacher"), round_, sendco).status_code == 403
    assert as_persona("office").get(address(round_, teacher)).status_code == 403
    assert as_persona("sendco-other-school").get(address(round_, teacher)).status_code == 404
    assert enter(as_persona("sendco-other-school"), round_, ids.person("sendco-other-school")).status_code == 404
    assert as_persona("sendco").get(address(round_, ids.person("sendco-other-school"))).status_code == 404
    assert as_persona("sendco").get(address(round_, ids.person("parent"))).status_code == 404
    foreign = ask(app, select(Room.id).where(Room.school_id == other_school(ids)))
    if foreign:
        refused = enter(as_persona("sendco"), round_, teacher, room_id=str(foreign[0]))
        assert refused.status_code == 422
    stranger = enter(as_persona("sendco"), round_, teacher, with_ids=str(ids.person("sendco-other-school")))
    assert stranger.status_code == 422
    assert ask(app, select(StaffTime.id).where(StaffTime.round_id == round_.id)) == []


def test_the_overview_lights_who_has_too_few(sqlite_app, as_persona, ids):
    round_ = open_round(sqlite_app, ids)
    me = ids.person("class-teacher")
    before = parse(as_persona("sendco").get(f"/staff/rounds/{round_.id}/times"))
    lit = {row.xpath("string(./th/a)") for row in before.xpath("//tr[contains(@class, 'calm__lit')]")}
    assert "Miss Okafor" not in lit
    with PortalSession(sqlite_app.extensions["writing_engine"], scope=system("arranging")) as session:
        for slot in session.scalars(select(Slot).where(Slot.staff_id == me, Slot.round_id == round_.id)):
            slot.withdrawn_at = clock.now()
        session.commit()
    after = parse(as_persona("sendco").get(f"/staff/rounds/{round_.id}/times"))
    lit = {row.xpath("string(./th/a)") for row in after.xpath("//tr[contains(@class, 'calm__lit')]")}
    assert "Miss Okafor" in lit


def test_statements_do_not_grow_with_times(sqlite_app, as_persona, ids, counting):
    round_, me = planned_round(sqlite_app, ids), ids.person("class-teacher")
    client = as_persona("sendco")

    def counted(path):
        client.get(path)
        counting.statements.clear()
        assert client.get(path).status_code == 200
        return len(counting)

    paths = [f"/staff/rounds/{round_.id}/times", address(round_, me), address(round_, me, "add"), "/staff/rooms"]
    paths.append(address(round_, me, "make"))
    few = {path: counted(path) for path in paths}
    for weekday in range(5):
        a_room(sqlite_app, ids, name=f"Room {weekday}")
        enter(client, round_, me, weekday=str(weekday), ends="13:00")
    many = {path: counted(path) for path in paths}
    make(client, round_, me)
    full = {path: counted(path) for path in paths}
    for path in paths:
        assert max(full[path], many[path]) <= min(12, few[path] + 1), path


def test_rooms_are_added_renamed_and_closed(app, as_persona, ids):
    client = as_persona("office")
    send(client, "/staff/rooms", name="Sunshine room", step_free="y")
    assert "Sunshine room" in words(client.get("/staff/rooms"))
    again = client.post("/staff/rooms", data={"name": "Sunshine room"})
    assert again.status_code == 422
    assert "There is a room of this name" in words(again)
    assert client.post("/staff/rooms", data={"name": " "}).status_code == 422
    (room_id,) = ask(app, select(Room.id).where(Room.name == "Sunshine room"))
    send(client, f"/staff/rooms/{room_id}", name="Moon room")
    assert ask(app, select(Room.name, Room.step_free).where(Room.id == room_id)) == [("Moon room", True)]

    round_, me = planned_round(app, ids), ids.person("class-teacher")
    sendco = as_persona("sendco")
    enter(sendco, round_, me, room_id=str(room_id))
    refused = client.post(f"/staff/rooms/{room_id}", data={"name": "Moon room", "closed": "y"})
    assert refused.status_code == 422
    assert "Times are planned in this room" in words(refused)
    (time_id,) = ask(app, select(StaffTime.id).where(StaffTime.round_id == round_.id))
    sendco.post(address(round_, me, str(time_id), "remove"))
    assert client.post(f"/staff/rooms/{room_id}", data={"name": "Moon room", "closed": "y"}).status_code == 303
    assert "Moon room" not in words(sendco.get(address(round_, me, "add")))
    assert enter(sendco, round_, me, room_id=str(room_id)).status_code == 422
    foreign = as_persona("sendco-other-school")
    assert foreign.get(f"/staff/rooms/{room_id}").status_code == 404
    assert foreign.post(f"/staff/rooms/{room_id}", data={"name": "Mine"}).status_code == 404
    assert "Moon room" not in words(foreign.get("/staff/rooms"))


def test_claims_go_with_their_slots(app, as_persona, ids):
    """Nothing of a withdrawn time keeps anybody busy."""
    round_, me = planned_round(app, ids), ids.person("class-teacher")
    client = as_persona("class-teacher")
    enter(client, round_, me)
    make(client, round_, me)
    (time_id,) = ask(app, select(StaffTime.id).where(StaffTime.round_id == round_.id))
    client.post(address(round_, me, str(time_id), "remove"))
    make(client, round_, me)
    mine = select(TimeClaim.at).join(Slot, Slot.id == TimeClaim.slot_id).where(Slot.round_id == round_.id)
    assert ask(app, mine) == []
    assert live_slots(app, round_.id, me) == []
    assert ask(app, select(ReviewRound.state).where(ReviewRound.id == round_.id)) == [RoundState.PLANNED]


def test_making_the_times_against_families_who_book(app):
    """Her times are taken out of the pattern while six families choose them: each gets a time that stays, or a refusal."""
    fair = make_fair(app.extensions["writing_engine"], slots=6)
    families = [fair.family() for _n in range(6)]
    outcomes, ready = [], threading.Barrier(7)

    def choose(family, slot_id):
        ready.wait()
        facts = {**family.about, "slot_id": slot_id, "wishes": WISHES, "once_key": uuid.uuid4().hex}
        try:
            outcomes.append(fair.do(book, fair.actor(family.adult_id), **facts))
        except PortalError as error:
            outcomes.append(error)

    def withdraw():
        ready.wait()
        fair.do(make_slots, fair.office(), round_id=fair.round_id, staff_id=fair.staff_id)

    threads = [threading.Thread(target=choose, args=each) for each in zip(families, fair.slots, strict=True)]
    threads.append(threading.Thread(target=withdraw))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(outcomes) == 6
    held = ask(
        app,
        select(Slot.withdrawn_at)
        .join(TakenSlot, TakenSlot.slot_id == Slot.id)
        .where(Slot.round_id == fair.round_id, TakenSlot.released_at.is_(None)),
    )
    assert len(held) == sum(not isinstance(each, PortalError) for each in outcomes)
    assert set(held) <= {None}, "a family holds a time that was withdrawn"
    free = ask(
        app,
        select(TimeClaim.at)
        .join(Slot, Slot.id == TimeClaim.slot_id)
        .where(Slot.round_id == fair.round_id, Slot.withdrawn_at.is_not(None)),
    )
    assert free == [], "nobody is kept busy by what was withdrawn"
