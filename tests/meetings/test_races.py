"""Many at once for the same times, with real connections on both databases; and the same races without the guards,
which shows that these tests would see a time that is promised twice."""

import contextlib
import dataclasses
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select, text

from portal.kernel.db import make_engine
from portal.kernel.outbox import OutboxItem
from portal.meetings import actions_claims, queries_booking
from portal.meetings.actions_booking import book, cancel, move
from portal.meetings.actions_cancel_day import withdraw_day
from portal.meetings.models import Booking, Meeting, Slot, TakenSlot, TimeClaim
from portal.meetings.rules_booking import AlreadyBooked, Booked, BusyThen, NothingBooked, SlotTaken
from portal.meetings.rules_messages import Message
from portal.people.models import StaffRole
from portal.people.rules import Role
from portal.reviews.models import Review
from tests.at_once import at_once
from tests.meetings.arranging import DAY, NOW, WISHES, Fair, make_fair, row_of_times


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A connection for each of fifty."""
    engine = make_engine(database_url, pool_size=60).execution_options(write=True)
    yield engine
    engine.dispose()


@pytest.fixture
def fair(engine: Engine) -> Fair:
    return make_fair(engine, slots=4)


def kinds(outcomes: list[Any]) -> Counter[str]:
    """How often each came out; the text of what nobody should see is kept."""
    known = (Booked, SlotTaken, AlreadyBooked, BusyThen, NothingBooked, int, type(None))
    return Counter(type(o).__name__ if isinstance(o, known) else repr(o)[:300] for o in outcomes)


def booking(fair: Fair, family: Any, slot_id: uuid.UUID, key: str = "", **more: Any) -> Callable[[], Any]:
    actor = fair.actor(family.about["adult_id"])
    facts = {**family.about, "slot_id": slot_id, "wishes": WISHES, "once_key": key or uuid.uuid4().hex, **more}
    return lambda: fair.do(book, actor, **facts)


def held(fair: Fair) -> dict[str, int]:
    """What the database says is promised."""
    with fair.session() as session:
        count = lambda *where: session.scalar(select(func.count()).where(*where))  # noqa: E731
        mine = select(Slot.id).where(Slot.staff_id == fair.staff_id)
        meetings = select(Meeting.id).where(Meeting.staff_id == fair.staff_id)
        return {
            "slots": count(TakenSlot.slot_id.in_(mine), TakenSlot.released_at.is_(None)),
            "bookings": count(Booking.meeting_id.in_(meetings), Booking.cancelled_at.is_(None)),
            "meetings": count(Meeting.staff_id == fair.staff_id, Meeting.released_at.is_(None)),
            "claims": count(TimeClaim.meeting_id.in_(meetings)),
        }


def promised_twice(fair: Fair) -> int:
    """Slots that more than one live meeting has."""
    with fair.session() as session:
        live = select(TakenSlot.slot_id).where(TakenSlot.released_at.is_(None))
        return len(session.execute(live.group_by(TakenSlot.slot_id).having(func.count() > 1)).all())


def drop_the_guard(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("DROP INDEX uq_a_slot_is_taken_once"))


def see_every_slot_free(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody has looked at the same moment, before anybody wrote."""
    as_it_is = queries_booking._offered
    free = {"taken": False}
    monkeypatch.setattr(
        queries_booking, "_offered", lambda row: dataclasses.replace(as_it_is(row), **free), raising=True
    )


@pytest.mark.parametrize("looks_first", [True, False], ids=["as it is", "everybody saw it free"])
def test_fifty_for_one_time_and_one_has_it(fair, monkeypatch, looks_first):
    families = [fair.family() for _ in range(50)]
    if not looks_first:
        see_every_slot_free(monkeypatch)
    outcomes = at_once(*(booking(fair, family, fair.slots[0]) for family in families))
    assert kinds(outcomes) == {"Booked": 1, "SlotTaken": 49}
    assert held(fair) == {"slots": 1, "bookings": 1, "meetings": 1, "claims": 4}


@pytest.mark.parametrize("looks_first", [True, False], ids=["as it is", "by the guard"])
def test_a_refusal_lets_go_while_it_is_still_being_read(fair, monkeypatch, looks_first):
    booking(fair, fair.family(), fair.slots[0])()
    refused, next_one = fair.family(), booking(fair, fair.family(), fair.slots[1])
    if not looks_first:
        see_every_slot_free(monkeypatch)
    actor = fair.actor(refused.adult_id)
    facts = {**refused.about, "slot_id": fair.slots[0], "wishes": WISHES, "once_key": "refused", "now": fair.now}
    with fair.acting(actor) as session:
        with pytest.raises(SlotTaken):
            book(session, actor=actor, **facts)
        assert not session.in_transaction()
        assert next_one()
        assert session.scalars(select(Booking.id)).all() == []


def test_without_the_guard_the_same_race_promises_twice(fair, engine, monkeypatch):
    """The control."""
    families = [fair.family() for _ in range(50)]
    see_every_slot_free(monkeypatch)
    drop_the_guard(engine)
    outcomes = at_once(*(booking(fair, family, fair.slots[0]) for family in families))
    assert kinds(outcomes)["Booked"] > 1
    assert promised_twice(fair) == 1


def test_forty_for_twenty_and_nobody_is_left_while_a_time_is_free(fair, engine):
    slots = [*fair.slots, *fair.slots_at(*row_of_times(16, row_of_times(5)[-1] + timedelta(hours=1)))]
    families = [fair.family() for _ in range(40)]

    def rush(number: int) -> Callable[[], Any]:
        def act() -> Any:
            order = slots[number % 20 :] + slots[: number % 20]
            for slot_id in order:
                try:
                    return booking(fair, families[number], slot_id)()
                except SlotTaken:
                    continue
            return SlotTaken()

        return act

    assert kinds(at_once(*(rush(number) for number in range(40)))) == {"Booked": 20, "SlotTaken": 20}
    assert held(fair)["slots"] == held(fair)["bookings"] == 20
    assert promised_twice(fair) == 0


def test_two_tabs_of_one_adult_are_one_booking(fair):
    family = fair.family()
    outcomes = at_once(*(booking(fair, family, slot_id) for slot_id in fair.slots))
    assert kinds(outcomes) == {"Booked": 1, "AlreadyBooked": 3}
    assert held(fair) == {"slots": 1, "bookings": 1, "meetings": 1, "claims": 4}


def test_one_form_sent_eight_times_is_one_booking_with_one_answer(fair):
    family = fair.family()
    outcomes = at_once(*(booking(fair, family, fair.slots[0], key="the same form") for _ in range(8)))
    assert kinds(outcomes) == {"Booked": 8}
    assert len(set(outcomes)) == 1
    assert held(fair)["bookings"] == 1
    with fair.session() as session:
        told = select(func.count()).where(OutboxItem.person_id == family.adult_id, OutboxItem.kind == Message.BOOKED)
        assert session.scalar(told) == 1


@pytest.mark.parametrize("_again", range(5))
def test_move_against_cancel_leaves_nothing_held(fair, _again):
    family = fair.family()
    booking(fair, family, fair.slots[0])()
    actor = fair.actor(family.adult_id)
    outcomes = at_once(
        lambda: fair.do(move, actor, **family.about, slot_id=fair.slots[1], wishes=WISHES, version=1),
        lambda: fair.do(cancel, actor, **family.about, reason=""),
    )
    assert kinds(outcomes) in ({"Booked": 1, "NoneType": 1}, {"NothingBooked": 1, "NoneType": 1})
    assert held(fair) == {"slots": 0, "bookings": 0, "meetings": 0, "claims": 0}
    with fair.session() as session:
        assert session.get_one(Review, family.review_id).live_bookings == 0


@pytest.mark.parametrize("_again", range(3))
def test_two_who_want_each_others_time_keep_their_own(fair, _again):
    """Each would wait for the other for ever, if they did not queue for both times in one order."""
    families = [fair.family(), fair.family()]
    for number, family in enumerate(families):
        booking(fair, family, fair.slots[number])()
    outcomes = at_once(
        *(
            lambda family=family, other=other: fair.do(
                move,
                fair.actor(family.adult_id),
                **family.about,
                slot_id=fair.slots[other],
                wishes=WISHES,
                version=1,
            )
            for family, other in ((families[0], 1), (families[1], 0))
        )
    )
    assert kinds(outcomes) == {"SlotTaken": 2}
    assert held(fair) == {"slots": 2, "bookings": 2, "meetings": 2, "claims": 8}


def test_a_sick_day_against_bookings_and_moves(fair):
    """Whoever was faster: in the end the day is empty, and who had a time is told."""
    fair.keep(StaffRole(school_id=fair.school_id, person_id=fair.staff_id, role=Role.SENDCO, starts_on=NOW.date()))
    other_day = fair.slots_at(*row_of_times(2, row_of_times(1)[0] + timedelta(days=1)))
    families = [fair.family() for _ in range(6)]
    booking(fair, families[0], fair.slots[0])()
    booking(fair, families[1], other_day[0])()
    mover = fair.actor(families[1].adult_id)
    outcomes = at_once(
        *(booking(fair, family, fair.slots[1 + number % 3]) for number, family in enumerate(families[2:])),
        lambda: fair.do(move, mover, **families[1].about, slot_id=fair.slots[2], wishes=WISHES, version=1),
        lambda: fair.do(withdraw_day, fair.office(), staff_id=fair.staff_id, day=DAY, reason="Ill"),
    )
    assert set(kinds(outcomes)) <= {"Booked", "SlotTaken", "int"}
    with fair.session() as session:
        slots = session.scalars(select(Slot).where(Slot.id.in_(fair.slots))).all()
        assert all(slot.withdrawn_at for slot in slots)
        taken = select(TakenSlot).where(TakenSlot.slot_id.in_(fair.slots), TakenSlot.released_at.is_(None))
        assert session.scalars(taken).all() == []
        assert session.scalars(select(TimeClaim).where(TimeClaim.slot_id.in_(fair.slots))).all() == []
        booked = {o.booking_id for o in outcomes if isinstance(o, Booked) and o.starts_at.date() == DAY}
        live = select(func.count()).where(Booking.id.in_(booked), Booking.cancelled_at.is_(None))
        assert session.scalar(live) == 0
        kind = Message.CANCELLED_BY_SCHOOL
        adults = [family.adult_id for family in families]
        told = select(func.count()).where(OutboxItem.kind == kind, OutboxItem.person_id.in_(adults))
        assert session.scalar(told) == outcomes[-1] == 1 + len(booked)


def test_one_adult_with_two_children_is_in_one_place(fair):
    other_lead = fair.person("Other Lead")
    overlapping = fair.slots_at(row_of_times(1)[0] + timedelta(minutes=10), staff_id=other_lead)
    one = fair.family()
    other = fair.family(adult_ids=one.adults, lead_id=other_lead)
    for _ in range(3):
        outcomes = at_once(booking(fair, one, fair.slots[0]), booking(fair, other, overlapping[0]))
        assert kinds(outcomes) == {"Booked": 1, "BusyThen": 1}
        winner = (one, other)[isinstance(outcomes[1], Booked)]
        fair.do(cancel, fair.actor(one.adult_id), **winner.about, reason="")


def test_without_the_key_of_claims_one_adult_is_promised_two_places(fair, engine):
    """The control."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE time_claim DROP CONSTRAINT pk_time_claim"))
        else:
            connection.execute(text("CREATE TABLE loose AS SELECT * FROM time_claim"))
            connection.execute(text("DROP TABLE time_claim"))
            connection.execute(text("ALTER TABLE loose RENAME TO time_claim"))
    other_lead = fair.person("Other Lead")
    overlapping = fair.slots_at(row_of_times(1)[0] + timedelta(minutes=10), staff_id=other_lead)
    one = fair.family()
    other = fair.family(adult_ids=one.adults, lead_id=other_lead)
    assert kinds(at_once(booking(fair, one, fair.slots[0]), booking(fair, other, overlapping[0]))) == {"Booked": 2}


def meet_in_the_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both look before either writes, if nothing keeps them from looking at the same time."""
    both, looks = threading.Barrier(2), actions_claims.others_near

    def look(*args: Any, **facts: Any) -> Any:
        seen = looks(*args, **facts)
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait(1)
        return seen

    monkeypatch.setattr(actions_claims, "others_near", look)


@pytest.mark.parametrize("gap", [0, 1], ids=["the same minutes", "adjoining"])
def test_two_who_must_not_meet_never_both_get_near_times(fair, monkeypatch, gap):
    leads = fair.staff_id, fair.person("Other Lead")
    slots = fair.slots[0], fair.slots_at(row_of_times(2)[gap], staff_id=leads[1])[0]
    families = [fair.family(lead_id=lead) for lead in leads]
    fair.keep_apart(families[0].adult_id, families[1].adult_id)
    meet_in_the_middle(monkeypatch)
    outcomes = at_once(*(booking(fair, family, slot) for family, slot in zip(families, slots, strict=True)))
    assert kinds(outcomes) == {"Booked": 1, "SlotTaken": 1}


def test_without_waiting_for_each_other_they_would(fair, engine, monkeypatch):
    """The control. SQLite lets in one writer at a time, so there the look itself has to be taken away."""
    leads = fair.staff_id, fair.person("Other Lead")
    slots = fair.slots[0], fair.slots_at(row_of_times(2)[1], staff_id=leads[1])[0]
    families = [fair.family(lead_id=lead) for lead in leads]
    fair.keep_apart(families[0].adult_id, families[1].adult_id)
    meet_in_the_middle(monkeypatch)
    if engine.dialect.name == "postgresql":
        monkeypatch.setattr(actions_claims, "hold_school", lambda _session, _school_id: None)
    else:
        monkeypatch.setattr(actions_claims, "others_near", lambda _session, **_facts: [])
    outcomes = at_once(*(booking(fair, family, slot) for family, slot in zip(families, slots, strict=True)))
    assert kinds(outcomes) == {"Booked": 2}


def test_three_processes_for_six_times(fair, database_url, tmp_path):
    """Connections of one process share more than those of several; gunicorn has several."""
    import json
    import subprocess
    import sys

    from portal.paths import ROOT

    families = [fair.family() for _ in range(18)]
    fair.slots += fair.slots_at(*row_of_times(2, row_of_times(5)[-1] + timedelta(hours=1)))
    told = [
        {
            "url": database_url,
            "families": [[str(f.pupil_id), str(f.review_id), str(f.adult_id)] for f in families[number::3]],
            "slots": [str(slot) for slot in fair.slots],
            "trust": str(fair.trust_id),
        }
        for number in range(3)
    ]
    command = [sys.executable, "-m", "tests.meetings.one_of_many"]
    many = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    for process, facts in zip(many, told, strict=True):
        assert process.stdin
        process.stdin.write(json.dumps(facts) + "\n")
        process.stdin.flush()
    for process in many:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    outcomes = Counter()
    for process in many:
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in many:
        out, _err = process.communicate(timeout=120)
        outcomes.update(json.loads(out))
    assert outcomes == {"Booked": 6, "SlotTaken": 12}
    assert held(fair)["slots"] == held(fair)["bookings"] == 6
    assert promised_twice(fair) == 0
