"""What a child told and the named adult has not opened within one hour of school: others learn that it is there, without
a word of it, and one of them opens it and becomes the adult it was told."""

import json
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from portal.contributions.actions_unopened import tell_others
from portal.contributions.models import Disclosure
from portal.contributions.queries_mail import kinds
from portal.contributions.rules_tell import TOLD_UNOPENED, read_by
from portal.delivery.mail import write
from portal.kernel import clock
from portal.kernel.audit import AuditEvent
from portal.kernel.clock import LONDON
from portal.kernel.outbox import OutboxItem
from portal.kernel.scope import PortalSession, system
from portal.people.models import StaffRole
from portal.people.rules import ContactKind, Role
from portal.reviews.queries_calendar import calendar_of
from portal.reviews.rules import DayKind, Season
from portal.reviews.rules_calendar import SchoolTerm, SpecialDays, TermCalendar
from tests.contributions.test_tell_now import WORDS, all_told, nobody_is_named, tell
from tests.pages import parse, words

__all__ = ["nobody_is_named"]
LEADS = ("sendco", "headteacher")


@pytest.fixture
def told(app, as_persona, ids, system_session):
    """What Zara told her class teacher some days ago; its id."""
    tell(as_persona("pupil-young"), feeling="hurt", text=WORDS)
    row = system_session.scalars(select(Disclosure)).one()
    row.said_at = clock.now() - timedelta(days=30)
    told_id = row.id
    system_session.commit()
    return told_id


def tell_all(app, now=None):
    with PortalSession(app.extensions["writing_engine"], scope=system("the worker")) as session:
        new = tell_others(session, now=now or clock.now())
        session.commit()
    return new


def posted(session):
    session.rollback()
    items = session.scalars(select(OutboxItem).where(OutboxItem.kind == TOLD_UNOPENED)).all()
    session.expunge_all()
    session.rollback()
    return items


def test_the_others_and_the_named_adult_get_one_message_without_a_word_of_it(app, told, ids, system_session):
    assert (tell_all(app), tell_all(app)) == (3, 0)
    items = posted(system_session)
    assert {item.person_id for item in items} == {ids.person(slug) for slug in ("class-teacher", *LEADS)}
    prepare = kinds(base_url="https://portal.example", reachable=frozenset({ContactKind.EMAIL}))[TOLD_UNOPENED].prepare
    for item in items:
        envelope = prepare(system_session, item, clock.now())
        message = write(item.id, TOLD_UNOPENED, envelope, now=clock.now())
        assert "was not opened in time" in message.text
        seen = json.dumps([item.facts, item.event_key, str(item.about_pupil_id)]) + message.subject + message.text
        for secret in ("Zara", "MARKER", "hurt", "child", "pupil", str(ids.pupil("Zara"))):
            assert secret not in seen
    gone = system_session.scalars(
        select(StaffRole).where(StaffRole.person_id == ids.person("headteacher"), StaffRole.role == Role.HEADTEACHER)
    ).one()
    system_session.delete(gone)
    system_session.flush()
    still = {item.person_id for item in items if prepare(system_session, item, clock.now())}
    system_session.rollback()
    assert still == {ids.person("class-teacher"), ids.person("sendco")}


@pytest.mark.parametrize("at", [time(11), time(20)])
def test_nothing_is_posted_before_the_hour_is_over(app, told, ids, system_session, at):
    day = (clock.now() - timedelta(days=30)).date()
    system_session.get_one(Disclosure, told).said_at = datetime.combine(day, at, LONDON)
    system_session.commit()
    calendar = calendar_of(system_session, ids.school_of("Zara"), clock.today())
    system_session.rollback()
    due = read_by(calendar, all_told(system_session)[0].said_at)
    assert tell_all(app, due - timedelta(seconds=1)) == 0
    assert tell_all(app, due) == 3


def test_another_opens_it_and_is_then_the_adult_it_was_told(app, told, as_persona, ids, system_session):
    teacher, sendco, one = as_persona("class-teacher"), as_persona("sendco"), f"/staff/told/{told}"
    assert sendco.post(f"{one}/instead").status_code == 404  # not before they were told that it waits
    assert "not opened" not in words(sendco.get("/staff"))
    tell_all(app)
    for slug in LEADS:
        assert "1 child told somebody something that is not opened." in words(as_persona(slug).get("/staff"))
    for slug in ("class-teacher", "teaching-assistant", "office", "sendco-other-school"):
        client = as_persona(slug)
        assert "that is not opened" not in words(client.get("/staff"))
        assert not parse(client.get("/staff/told")).xpath(f"//form[@action='{one}/instead']")
        assert client.post(f"{one}/instead").status_code in (403, 404)
    inbox = sendco.get("/staff/told")
    assert "Something a child told Miss Okafor has not been opened." in words(inbox)
    for secret in ("Zara", "MARKER"):
        assert secret not in inbox.get_data(as_text=True)
    assert sendco.get(one).status_code == 404  # not without taking it over

    for _twice in range(2):
        assert sendco.post(f"{one}/instead").headers["Location"] == one
    assert WORDS in words(sendco.get(one))
    (row,) = all_told(system_session)
    assert (row.one_adult_id, row.seen_by) == (ids.person("sendco"), ids.person("sendco"))
    assert as_persona("headteacher").post(f"{one}/instead").status_code == 404
    assert "has not been opened" not in words(as_persona("headteacher").get("/staff/told"))
    assert teacher.get(one).status_code == 404
    theirs = words(teacher.get("/staff/told"))
    assert "opened in your place what a child told you" in theirs
    assert "Zara" not in theirs
    for slug in ("sendco", "headteacher", "teaching-assistant"):
        assert "opened in your place" not in words(as_persona(slug).get("/staff/told")), slug
    system_session.scalars(select(Disclosure)).one().said_at = clock.now()  # the child looks on the same day
    system_session.commit()
    assert "has read it" in words(as_persona("pupil-young").get("/me/tell/told"))
    events = system_session.scalars(select(AuditEvent).where(AuditEvent.subject_id == ids.person("class-teacher")))
    (event,) = [event for event in events if event.facts.get("told_id") == str(told)]
    assert (event.actor_id, event.about_pupil_id) == (ids.person("sendco"), ids.pupil("Zara"))
    assert "MARKER" not in json.dumps(event.facts)


def test_whoever_was_told_opens_it_as_ever_and_not_in_their_own_place(app, told, as_persona, ids, system_session):
    system_session.get_one(Disclosure, told).one_adult_id = ids.person("sendco")
    system_session.commit()
    tell_all(app)
    for slug, offered in (("sendco", False), ("headteacher", True)):
        found = parse(as_persona(slug).get("/staff/told")).xpath(f"//form[@action='/staff/told/{told}/instead']")
        assert bool(found) is offered, slug
    assert "that is not opened" not in words(as_persona("sendco").get("/staff"))
    assert as_persona("sendco").post(f"/staff/told/{told}").status_code == 303


def test_whoever_leads_no_longer_is_offered_nothing(app, told, as_persona, ids, system_session):
    tell_all(app)
    role = system_session.scalars(select(StaffRole).where(StaffRole.person_id == ids.person("headteacher"))).one()
    role.role = Role.OFFICE
    system_session.commit()
    head = as_persona("headteacher")
    assert "not opened" not in words(head.get("/staff"))
    assert "has not been opened" not in words(head.get("/staff/told"))
    assert head.post(f"/staff/told/{told}/instead").status_code == 403


@pytest.mark.parametrize("what", ["I rang home.", "x" * 6000])
def test_nobody_deals_with_what_they_have_not_read(app, told, as_persona, what):
    answer = as_persona("class-teacher").post(f"/staff/told/{told}/done", data={"words": what})
    assert answer.status_code == 404
    assert what in words(answer), "what was typed is not lost"
    assert WORDS not in words(answer)


def test_whoever_leads_another_school_by_now_opens_nothing(app, told, as_persona, ids, system_session):
    tell_all(app)
    role = system_session.scalars(select(StaffRole).where(StaffRole.person_id == ids.person("headteacher"))).one()
    role.school_id = ids.school_of("Sagal")
    system_session.commit()
    head = as_persona("headteacher")
    assert "not opened" not in words(head.get("/staff"))
    assert head.post(f"/staff/told/{told}/instead").status_code == 404
    assert all_told(system_session)[0].seen_at is None, "it waits for those who reach the child"
    assert as_persona("sendco").post(f"/staff/told/{told}/instead").status_code == 303


def test_what_was_opened_in_time_is_nobody_elses(app, told, as_persona):
    tell_all(app)
    assert as_persona("class-teacher").post(f"/staff/told/{told}").status_code == 303
    assert tell_all(app) == 0
    assert as_persona("sendco").post(f"/staff/told/{told}/instead").status_code == 404
    assert "not opened" not in words(as_persona("sendco").get("/staff"))


def test_the_pages_stay_light(app, told, as_persona, counting):
    tell_all(app)
    sendco = as_persona("sendco")
    for path in ("/staff", "/staff/told"):
        counting.statements.clear()
        sendco.get(path)
        assert len(counting) <= 12, (path, counting.statements)


@pytest.mark.parametrize(
    ("said", "due"),
    [
        ("2026-11-18T09:00", "2026-11-18T10:00"),
        ("2026-11-18T15:00", "2026-11-18T16:00"),
        ("2026-11-18T15:30", "2026-11-19T08:30"),
        ("2026-11-18T06:00", "2026-11-18T09:00"),
        ("2026-11-18T16:00", "2026-11-19T09:00"),
        ("2026-11-20T15:45", "2026-11-24T08:45"),  # Friday; Monday is a training day
        ("2026-12-18T17:00", "2027-01-04T09:00"),  # the last day of term
    ],
)
def test_an_hour_of_school(said, due):
    terms = (
        SchoolTerm(season=Season.AUTUMN, starts_on=date(2026, 9, 1), ends_on=date(2026, 12, 18)),
        SchoolTerm(season=Season.SPRING, starts_on=date(2027, 1, 4), ends_on=date(2027, 3, 26)),
    )
    inset = SpecialDays(kind=DayKind.INSET, first_day=date(2026, 11, 23), last_day=date(2026, 11, 23))
    moment = datetime.fromisoformat(said).replace(tzinfo=LONDON)
    assert read_by(TermCalendar(terms, (inset,)), moment) == datetime.fromisoformat(due).replace(tzinfo=LONDON)
    assert time(8) <= read_by(TermCalendar(terms, (inset,)), moment).time() <= time(16)
