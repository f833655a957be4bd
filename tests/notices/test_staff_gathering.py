"""Places at a gathering: never more than there are, in real races on both databases, and with the guard off they show
it; the reminder goes the school day before at 16:00, and only to those who still come."""

import uuid
from datetime import time, timedelta
from functools import partial

import pytest
from sqlalchemy import func, select, text, update

from portal.kernel import clock
from portal.kernel.clock import LONDON
from portal.kernel.db import make_engine
from portal.kernel.outbox import OutboxItem
from portal.kernel.scope import PortalSession, system
from portal.meetings.rules import instant
from portal.notices import actions_gathering
from portal.notices.actions_gathering import NoPlaceLeft, come, free_places, stay_away
from portal.notices.models import Notice, NoticeCopy
from portal.notices.rules import Asks, Reply, Told
from portal.people.models import PupilContact
from portal.people.rules import PortalAccess
from portal.reviews.queries_calendar import calendar_of
from tests.at_once import at_once
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


def places(app, notice_id):
    return sorted(copy.place for copy in copies_of(app, notice_id) if copy.place is not None)


def race(app, engine, notice_id):
    copies = copies_of(app, notice_id)
    return at_once(*(partial(answer, engine, notice_id, copy.id) for copy in copies))


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
    at_once(*[partial(answer, engine, gathering, copy.id)] * 6)
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


def close(session, adult_id, pupil_id, access=PortalAccess.NONE):
    about = PupilContact.adult_id == adult_id, PupilContact.pupil_id == pupil_id
    session.execute(update(PupilContact).where(*about).values(access=access))
    session.commit()


def freed(app):
    with PortalSession(app.extensions["writing_engine"], scope=system("test")) as session:
        count = free_places(session, now=clock.now())
        session.commit()
        return count


def test_whoever_lost_access_gives_the_place_back(app, engine, gathering, system_session):
    race(app, engine, gathering)
    gone = next(copy for copy in copies_of(app, gathering) if copy.place == 2)
    assert freed(app) == 0
    close(system_session, gone.adult_id, gone.pupil_id)
    reminder = next(item for item in about(app, gathering, Told.TOMORROW) if item.person_id == gone.adult_id)
    assert freed(app) == 1
    assert freed(app) == 0
    assert places(app, gathering) == [1, 3, 4, 5]
    then = next(copy for copy in copies_of(app, gathering) if copy.id == gone.id)
    assert (then.reply, then.place) == (Reply.NONE, None)
    close(system_session, gone.adult_id, gone.pupil_id, PortalAccess.VIEW)
    assert not leaves(app, reminder, reminder.due_at), "with the right the place does not come back"
    last = next(copy for copy in copies_of(app, gathering) if copy.place is None and copy.id != gone.id)
    answer(engine, gathering, last.id)
    assert places(app, gathering) == [1, 2, 3, 4, 5]


def test_with_another_child_an_adult_keeps_the_place(app, engine, gathering, system_session):
    first, second = copies_of(app, gathering)[:2]
    system_session.execute(update(NoticeCopy).where(NoticeCopy.id == second.id).values(adult_id=first.adult_id))
    links = PupilContact.pupil_id == second.pupil_id
    system_session.execute(update(PupilContact).where(links).values(adult_id=first.adult_id))
    system_session.commit()
    answer(engine, gathering, first.id)
    system_session.execute(update(NoticeCopy).where(NoticeCopy.id == second.id).values(reply=Reply.COME))
    system_session.commit()
    close(system_session, first.adult_id, first.pupil_id)
    assert freed(app) == 1
    held = {copy.id: (copy.reply, copy.place) for copy in copies_of(app, gathering)}
    assert (held[first.id], held[second.id]) == ((Reply.NONE, None), (Reply.COME, 1))


def test_who_was_there_stays_written_down(app, engine, gathering, system_session):
    one = copies_of(app, gathering)[0]
    answer(engine, gathering, one.id)
    close(system_session, one.adult_id, one.pupil_id)
    yesterday = clock.now() - timedelta(days=1)
    system_session.execute(update(Notice).where(Notice.id == gathering).values(happens_at=yesterday, ends_at=None))
    system_session.commit()
    assert freed(app) == 0
    assert places(app, gathering) == [1]
