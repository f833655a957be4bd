"""Places at a gathering: never more than there are, in real races on both databases, and with the guard off they show
it; the reminder goes the school day before at 16:00, and only to those who still come."""

import threading
import uuid
from datetime import time, timedelta

import pytest
from sqlalchemy import func, select, text

from portal.kernel import clock
from portal.kernel.clock import LONDON
from portal.kernel.db import make_engine
from portal.kernel.outbox import OutboxItem
from portal.kernel.scope import PortalSession, system
from portal.meetings.rules import instant
from portal.notices import actions_gathering
from portal.notices.actions_gathering import NoPlaceLeft, come, stay_away
from portal.notices.models import Notice, NoticeCopy
from portal.notices.rules import Asks, Reply, Told
from portal.reviews.queries_calendar import calendar_of
from tests.notices.staff import actor_of, copies_of, many_families, sent
from tests.notices.test_staff_sending import about, leaves

PLACES = 5


@pytest.fixture
def engine(app, database_url):
    """A connection for each of the families."""
    engine = make_engine(database_url, pool_size=40).execution_options(write=True)
    yield engine
    engine.dispose()


@pytest.fixture
def gathering(app, ids):
    """A coffee morning with five places, to which thirty families are invited."""
    day = clock.today() + timedelta(days=10)
    while day.weekday() > 4:
        day += timedelta(days=1)
    asked = {"asks": Asks.COME, "day": day, "starts": time(9), "ends": time(10, 30), "place": "Hall", "places": PLACES}
    return sent(app, actor_of(app, "sendco"), audience=many_families(app, 30), **asked)


def answer(engine, notice_id, copy_id, reply=Reply.COME):
    with PortalSession(engine, scope=system("a family answers")) as session:
        copy, notice = session.get_one(NoticeCopy, copy_id), session.get_one(Notice, notice_id)
        if reply == Reply.COME:
            come(session, notice, copy, now=clock.now())
        else:
            stay_away(copy, reply, now=clock.now())
        session.commit()


def at_once(acts):
    gate, outcomes = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number, act):
        gate.wait()
        try:
            act()
        except Exception as error:
            outcomes[number] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes


def places(app, notice_id):
    return sorted(copy.place for copy in copies_of(app, notice_id) if copy.place is not None)


def race(app, engine, notice_id):
    copies = copies_of(app, notice_id)
    return at_once([lambda key=copy.id: answer(engine, notice_id, key) for copy in copies])


def test_thirty_families_for_five_places(app, engine, gathering):
    outcomes = race(app, engine, gathering)
    assert places(app, gathering) == [1, 2, 3, 4, 5]
    assert [type(each) for each in outcomes if each] == [NoPlaceLeft] * 25
    coming = [copy for copy in copies_of(app, gathering) if copy.reply == Reply.COME]
    assert len(coming) == PLACES


def test_the_database_itself_refuses_a_place_that_is_taken(app, engine, gathering, monkeypatch):
    """Everybody looked at the same moment, before anybody wrote."""
    monkeypatch.setattr(
        actions_gathering,
        "TAKEN",
        select(Notice.id, actions_gathering.COPY.place)
        .where(Notice.id == uuid.uuid4())
        .join(NoticeCopy.__table__, actions_gathering.COPY.notice_id == Notice.id),
    )
    outcomes = race(app, engine, gathering)
    assert places(app, gathering) == [1]
    assert [type(each) for each in outcomes if each] == [NoPlaceLeft] * 29


def test_without_the_guard_the_same_race_gives_a_place_twice(app, engine, gathering, monkeypatch):
    """The control."""
    test = test_the_database_itself_refuses_a_place_that_is_taken
    with engine.begin() as connection:
        connection.execute(text("DROP INDEX uq_a_place_is_taken_once"))
    with pytest.raises(AssertionError):
        test(app, engine, gathering, monkeypatch)
    assert places(app, gathering) == [1] * 30


def test_a_place_that_is_given_back_is_free_again(app, engine, gathering):
    race(app, engine, gathering)
    first = next(copy for copy in copies_of(app, gathering) if copy.place == 3)
    last = next(copy for copy in copies_of(app, gathering) if copy.place is None)
    answer(engine, gathering, first.id, Reply.CANNOT)
    answer(engine, gathering, last.id)
    assert next(copy.place for copy in copies_of(app, gathering) if copy.id == last.id) == 3


def test_said_twice_is_one_place(app, engine, gathering):
    copy = copies_of(app, gathering)[0]
    at_once([lambda: answer(engine, gathering, copy.id)] * 6)
    assert places(app, gathering) == [1]


def test_the_reminder_goes_the_school_day_before_at_four(app, engine, ids, gathering, system_session):
    one, other = copies_of(app, gathering)[:2]
    for copy in (one, other):
        answer(engine, gathering, copy.id)
    reminders = about(app, gathering, Told.TOMORROW)
    assert {item.person_id for item in reminders} == {one.adult_id, other.adult_id}
    notice = system_session.get_one(Notice, gathering)
    day = notice.happens_at.astimezone(LONDON).date()
    before = calendar_of(system_session, notice.school_id, day).school_days_before(day, 1)
    system_session.rollback()
    assert {item.due_at for item in reminders} == {instant(before, time(16))}
    answer(engine, gathering, other.id, Reply.CANNOT)
    by_person = {item.person_id: item for item in reminders}
    due = instant(before, time(16))
    assert leaves(app, by_person[one.adult_id], due)
    assert not leaves(app, by_person[other.adult_id], due), "the answer was changed"
    answer(engine, gathering, other.id)
    with system_session.begin():
        again = system_session.scalar(
            select(func.count()).where(OutboxItem.kind == Told.TOMORROW.value, OutboxItem.person_id == other.adult_id)
        )
    assert again == 1, "said anew it is the same reminder"
    assert leaves(app, by_person[other.adult_id], due)
