"""“I want to tell someone now”: on every page of a pupil, to one named adult, at once and once; nobody else learns it."""

import json
import uuid
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import delete, select

from portal.contributions.models import Disclosure
from portal.contributions.queries_mail import kinds
from portal.contributions.rules import LONGEST_ANSWER
from portal.contributions.rules_tell import TELLS, TOLD_NOW, kept_words, read_on
from portal.delivery.mail import write
from portal.kernel import clock
from portal.kernel.audit import AuditEvent
from portal.kernel.once import once
from portal.kernel.outbox import OutboxItem
from portal.kernel.scope import PortalSession, ScopeError
from portal.paths import ROOT
from portal.people.actor import Actor
from portal.people.models import Pupil, School, StaffRole
from portal.people.rules import Audience, ContactKind, Role
from portal.people.scopes import scope_of
from portal.reviews.rules import DayKind, Season
from portal.reviews.rules_calendar import SchoolTerm, SpecialDays, TermCalendar
from tests.pages import parse, words

WORDS = "MARKER the big boys take my bag"
TOLD_LINK = "//main//a[@href='/me/tell/told']"


@pytest.fixture(autouse=True)
def nobody_is_named(request, system_session, ids):
    """The school has named nobody, and no child has told anything yet."""
    if "as_persona" in request.fixturenames:
        system_session.execute(delete(Disclosure))
        system_session.execute(delete(OutboxItem))
        system_session.get_one(School, ids.school_of("Zara")).safeguarding_lead_id = None
        system_session.get_one(School, ids.school_of("Zara")).safeguarding_words = ""
        system_session.commit()


def the_key(client):
    return parse(client.get("/me/tell")).xpath("//main//input[@name='once_key']/@value")[0]


def tell(client, **said):
    answer = client.post("/me/tell", data={"once_key": the_key(client), **said})
    assert answer.status_code == 303, words(answer)
    return client.get(answer.headers["Location"])


def all_told(session):
    """What is kept, read afresh; the session lets go at once, for on SQLite it keeps every writer waiting."""
    session.rollback()
    session.expunge_all()
    found = session.scalars(select(Disclosure).order_by(Disclosure.said_at)).all()
    session.expunge_all()
    session.rollback()
    return found


@pytest.mark.parametrize("nc_year", ["2", "5", "8"])
def test_every_page_of_a_pupil_leads_there_from_the_same_place(sqlite_app, as_persona, ids, system_session, nc_year):
    system_session.get_one(Pupil, ids.pupil("Zara")).nc_year = nc_year
    system_session.commit()
    client, review = as_persona("pupil-young"), ids.review("Zara")
    pages = ["/me", "/me/meeting", "/me/views", f"/me/views/{review}/progress", f"/me/views/{review}/progress/readers"]
    pages += [f"/me/views/{review}/look", "/me/tell", "/help", "/privacy", "/me/meeting/nothing", "/children/nothing"]
    for path in pages:
        (link,) = parse(client.get(path)).xpath("//a[@href='/me/tell']")
        assert " ".join(link.text_content().split()) == "I want to tell someone now"
        assert link.xpath("following::main"), path  # before the main part, wherever that begins
        assert parse(client.get(path)).xpath("//*[contains(@class, 'page')]/*[1]//a/@href") == ["/me/tell"]
    for slug in ("parent", "class-teacher"):
        assert "/me/tell" not in as_persona(slug).get("/help").get_data(as_text=True)


def test_the_page_is_plain_about_who_when_and_whom_to_ring(app, as_persona, ids, system_session):
    page = as_persona("pupil-young").get("/me/tell")
    text = words(page)
    for promise in (
        "If they are away, one other adult here reads it.",
        "I must tell someone who can help",
        "ring 999",
        "Childline",
    ):
        assert promise in text
    numbers = parse(page).xpath("//main//a[starts-with(@href, 'tel:')]/@href")
    school = system_session.get_one(School, ids.school_of("Zara"))
    assert numbers == ["tel:999", "tel:08001111", f"tel:{school.phone.replace(' ', '')}"]
    assert len(parse(page).xpath("//main//input[@name='feeling']")) == len(TELLS)


def test_the_class_teacher_is_told_unless_the_school_named_somebody(app, as_persona, ids, system_session):
    client = as_persona("pupil-young")
    tell(client, feeling="sad")
    school = system_session.get_one(School, ids.school_of("Zara"))
    school.safeguarding_lead_id = ids.person("headteacher")
    system_session.commit()
    tell(client, feeling="scared")
    role = system_session.scalars(
        select(StaffRole).where(StaffRole.person_id == ids.person("headteacher"), StaffRole.role == Role.HEADTEACHER)
    ).one()
    role.ends_on = max(role.starts_on, clock.today() - timedelta(days=1))  # left, and nobody has changed the setting
    system_session.commit()
    tell(client, feeling="hurt")
    assert [row.one_adult_id for row in all_told(system_session)] == [
        ids.person("class-teacher"),
        ids.person("headteacher"),
        ids.person("class-teacher"),
    ]


def test_without_a_class_teacher_the_sendco_is_told_and_without_staff_the_numbers_remain(
    app, as_persona, ids, system_session
):
    client, school = as_persona("pupil-young"), ids.school_of("Zara")
    system_session.execute(delete(StaffRole).where(StaffRole.person_id == ids.person("class-teacher")))
    system_session.commit()
    tell(client, text=WORDS)
    assert all_told(system_session)[0].one_adult_id == ids.person("sendco")
    system_session.execute(delete(StaffRole).where(StaffRole.school_id == school))
    system_session.commit()
    page = client.get("/me/tell")
    assert "Childline" in words(page)
    assert not parse(page).xpath("//main//form[@action='/me/tell']")
    assert client.post("/me/tell", data={"once_key": "x"}).status_code == 404


def test_it_is_kept_once_and_told_at_once_without_a_word_of_it(app, as_persona, ids, system_session):
    client = as_persona("pupil-young")
    key = the_key(client)
    for _twice in range(2):
        answer = client.post("/me/tell", data={"once_key": key, "feeling": "worried", "text": WORDS})
        assert answer.status_code == 303
    (row,) = all_told(system_session)
    assert (row.feeling, row.text, row.readers, row.side) == ("worried", WORDS, "one_adult", "pupil")
    (mail,) = system_session.scalars(select(OutboxItem).where(OutboxItem.kind == TOLD_NOW)).all()
    assert (mail.person_id, mail.about_pupil_id) == (ids.person("class-teacher"), None)
    assert mail.due_at <= clock.now()
    told = json.dumps([mail.facts, mail.event_key])
    events = system_session.scalars(select(AuditEvent).where(AuditEvent.subject_id == row.id)).all()
    assert [event.action for event in events] == ["a child told somebody"]
    for secret in ("MARKER", "worried", "Zara", str(ids.pupil("Zara"))):
        assert secret not in told
        assert secret not in json.dumps(events[0].facts)
    assert WORDS not in client.get("/me/tell/told").get_data(as_text=True)  # somebody may look over a shoulder


def test_the_same_key_from_two_children_is_two(app, as_persona, system_session, ids):
    for slug in ("pupil-young", "pupil-older"):
        as_persona(slug).post("/me/tell", data={"once_key": "the same", "feeling": "sad"})
    assert {row.author_id for row in all_told(system_session)} == {
        ids.person("pupil-young"),
        ids.person("pupil-older"),
    }
    assert once(ids.person("pupil-young"), "x") != once(ids.person("pupil-older"), "x")


def test_nothing_tapped_and_nothing_written_is_told_as_it_was(app, as_persona, system_session):
    page = tell(as_persona("pupil-young"))
    assert "Thank you for telling us" in words(page)
    (row,) = all_told(system_session)
    assert (row.feeling, row.text) == ("", "")
    page = as_persona("class-teacher").post(f"/staff/told/{row.id}", follow_redirects=True)
    told = [" ".join(each.text_content().split()) for each in parse(page).xpath("//main//dd")]
    assert told[:2] == ["nothing", "nothing"]
    assert "I want to talk" not in words(page)


def test_words_for_help_always_arrive(app, as_persona, system_session):
    client, longest = as_persona("pupil-young"), "z" * LONGEST_ANSWER
    said = ["z" * 5_001, "a\x00bc", longest, longest + "y"]
    for text in said:
        tell(client, text=text)
    assert [row.text for row in all_told(system_session)] == [said[0], "abc", longest, longest + "…"]
    assert len(system_session.scalars(select(OutboxItem.id).where(OutboxItem.kind == TOLD_NOW)).all()) == len(said)
    rows = all_told(system_session)
    pages = [as_persona("class-teacher").post(f"/staff/told/{row.id}", follow_redirects=True) for row in rows]
    assert ["wrote more than fits here" in words(page) for page in pages] == [False, False, False, True]
    assert kept_words("a\ud800\u202eb") == "a\u202eb"


def test_the_child_finds_out_later_whether_it_was_read(app, as_persona, system_session):
    child, clean = as_persona("pupil-young"), as_persona("pupil-older")
    friday = clock.now()
    tell(child, feeling="hurt", text=WORDS)
    (row,) = all_told(system_session)

    def line(client):
        return [" ".join(link.text_content().split()) for link in parse(client.get("/me/tell")).xpath(TOLD_LINK)]

    assert ["We have told" in each for each in line(child)] == [True]
    with time_machine.travel(friday + timedelta(days=3), tick=True):
        as_persona("class-teacher").post(f"/staff/told/{row.id}")
        assert ["has read it" in each for each in line(as_persona("pupil-young"))] == [True]
        assert "has read it" in words(as_persona("pupil-young").get("/me/tell/told"))
        front = as_persona("pupil-young").get("/me")
        assert "has read it" not in words(front), "whoever looks over the shoulder learns nothing"
        assert not parse(front).xpath(TOLD_LINK)
        assert line(clean) == []
    with time_machine.travel(friday + timedelta(days=15), tick=True):
        assert line(as_persona("pupil-young")) == []


def test_two_children_are_two_however_often_they_tell(app, as_persona, ids, system_session):
    system_session.get_one(School, ids.school_of("Zara")).safeguarding_lead_id = ids.person("headteacher")
    system_session.commit()
    tell(as_persona("pupil-young"), feeling="sad")
    tell(as_persona("pupil-young"), feeling="hurt")
    assert "1 child wants to tell you something." in words(as_persona("headteacher").get("/staff"))


def test_only_the_named_adult_reads_it_and_what_they_do_is_written_down(app, as_persona, ids, system_session):
    child = as_persona("pupil-young")
    assert "We have told" in words(tell(child, feeling="hurt", text=WORDS))
    (row,) = all_told(system_session)
    one = f"/staff/told/{row.id}"
    for slug in ("sendco", "headteacher", "office", "teaching-assistant", "supply-teacher", "sendco-other-school"):
        client = as_persona(slug)
        assert "Zara" not in words(client.get("/staff/told"))
        assert client.get(one).status_code == client.post(one).status_code == 404
        assert client.post(f"{one}/done", data={"words": "x"}).status_code == 404
        assert "wants to tell you something" not in words(client.get("/staff"))
    for slug in ("parent", "second-parent"):
        assert as_persona(slug).get(one).status_code == 403

    teacher = as_persona("class-teacher")
    assert parse(teacher.get("/staff")).xpath("//ul[@class='tasks']//a[@href='/staff/told']")
    inbox = teacher.get("/staff/told")
    assert "Zara" in words(inbox)
    assert WORDS not in inbox.get_data(as_text=True)
    assert teacher.get(one).headers["Location"] == "/staff/told"  # not without its being written down
    assert teacher.post(f"{one}/done", data={"words": "nothing seen, nothing done"}).status_code == 404
    assert teacher.post(one).headers["Location"] == one
    assert WORDS in words(teacher.get(one))
    assert "has read it" in words(child.get("/me/tell/told"))
    assert teacher.post(f"{one}/done", data={"words": "  "}).status_code == 422
    assert teacher.post(f"{one}/done", data={"words": "Talked to her, rang home."}).status_code == 303
    (row,) = all_told(system_session)
    assert row.seen_at <= row.done_at
    assert (row.seen_by, row.done_words) == (ids.person("class-teacher"), "Talked to her, rang home.")
    assert "wants to tell you something" not in words(teacher.get("/staff"))
    written = system_session.scalars(select(AuditEvent.action).where(AuditEvent.subject_id == row.id)).all()
    assert sorted(written) == ["a child told somebody", "dealt with what a child told", "read what a child told"]


def test_the_scope_itself_keeps_it_from_everybody_else(app, as_persona, ids, system_session):
    tell(as_persona("pupil-young"), text=WORDS)
    school = ids.school_of("Zara")
    readers = {}
    for slug, role in (
        ("class-teacher", Role.CLASS_TEACHER),
        ("teaching-assistant", Role.TEACHING_ASSISTANT),
        ("sendco", Role.SENDCO),
        ("headteacher", Role.HEADTEACHER),
        ("office", Role.OFFICE),
    ):
        readers[slug] = read_by(app, actor_of(ids, slug, Audience.STAFF, school_id=school, roles=frozenset({role})))
    readers["parent"] = read_by(app, actor_of(ids, "parent", Audience.FAMILY))
    assert {slug for slug, found in readers.items() if found} == {"class-teacher"}


def actor_of(ids, slug, audience, **facts):
    return Actor(
        person_id=ids.person(slug), sitting_id=uuid.uuid4(), name="", audience=audience, language="en",
        trust_id=uuid.uuid4(), **facts,
    )  # fmt: skip


def read_by(app, actor):
    with PortalSession(app.extensions["engine"], scope=scope_of(actor, clock.today()), read_only=True) as session:
        return session.scalars(select(Disclosure.text)).all()


def test_nobody_tells_in_another_childs_name(app, ids):
    pupil_id = ids.pupil("Zara")
    actor = actor_of(ids, "pupil-young", Audience.PUPIL, pupil_id=pupil_id)
    now, other = clock.now(), ids.person("pupil-older")
    row = Disclosure(
        school_id=ids.school_of("Zara"), pupil_id=pupil_id, author_id=other, written_by=other, side="pupil",
        readers="one_adult", one_adult_id=ids.person("sendco"), sent_at=now, said_at=now, once_key="x",
    )  # fmt: skip
    with PortalSession(app.extensions["writing_engine"], scope=scope_of(actor, clock.today())) as session:
        session.add(row)
        with pytest.raises(ScopeError):
            session.flush()


def test_the_mail_says_that_something_waits_and_no_more(app, as_persona, ids, system_session):
    tell(as_persona("pupil-young"), feeling="hurt", text=WORDS)
    prepare = kinds(base_url="https://portal.example", reachable=frozenset({ContactKind.EMAIL}))[TOLD_NOW].prepare
    (item,) = system_session.scalars(select(OutboxItem).where(OutboxItem.kind == TOLD_NOW)).all()
    envelope = prepare(system_session, item, clock.now())
    message = write(item.id, TOLD_NOW, envelope, now=clock.now())
    assert "https://portal.example/sign-in/staff" in message.text
    assert "@" in message.address
    for secret in ("Zara", "MARKER", "hurt", "Someone", "child", "pupil", "safeguarding"):
        assert secret not in message.subject + message.text
    system_session.expunge(item)
    (row,) = all_told(system_session)
    as_persona("class-teacher").post(f"/staff/told/{row.id}")
    assert prepare(system_session, item, clock.now()) is None  # read already


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2026-11-18T08:00", None),
        ("2026-11-18T15:59", None),
        ("2026-11-18T07:59", date(2026, 11, 18)),
        ("2026-11-18T16:00", date(2026, 11, 19)),
        ("2026-11-20T16:00", date(2026, 11, 24)),  # Friday; Monday is a training day
        ("2026-11-21T11:00", date(2026, 11, 24)),
        ("2026-12-18T17:00", date(2027, 1, 4)),  # the last day of term
        ("2026-07-01T07:30", None),  # half past eight in London
    ],
)
def test_when_it_is_read(moment, day):
    terms = (
        SchoolTerm(season=Season.SUMMER, starts_on=date(2026, 4, 13), ends_on=date(2026, 7, 21)),
        SchoolTerm(season=Season.AUTUMN, starts_on=date(2026, 9, 1), ends_on=date(2026, 12, 18)),
        SchoolTerm(season=Season.SPRING, starts_on=date(2027, 1, 4), ends_on=date(2027, 3, 26)),
    )
    inset = SpecialDays(kind=DayKind.INSET, first_day=date(2026, 11, 23), last_day=date(2026, 11, 23))
    assert read_on(TermCalendar(terms, (inset,)), datetime.fromisoformat(f"{moment}+00:00")) == day


def test_out_of_hours_the_page_says_when(sqlite_app, as_persona):
    noon = datetime.combine(next_weekday(clock.today(), 6), datetime.min.time(), tzinfo=UTC) + timedelta(hours=12)
    with time_machine.travel(noon, tick=True):
        text = words(as_persona("pupil-young").get("/me/tell"))
        assert "School is closed now." in text
        assert "at 8 in the morning" in text
        assert "School is closed now." in words(tell(as_persona("pupil-young")))


def next_weekday(day, weekday):
    return day + timedelta(days=(weekday - day.weekday()) % 7)


def test_the_school_names_the_adult_and_adds_its_own_words(app, as_persona, ids, system_session):
    office = as_persona("office")
    assert parse(office.get("/staff/school")).xpath("//main//a[@href='/staff/school/safeguarding']")
    page = office.get("/staff/school/safeguarding")
    offered = parse(page).xpath("//select[@name='lead']/option/@value")
    assert set(offered) == {"", str(ids.person("sendco")), str(ids.person("headteacher"))}
    given = {"lead": str(ids.person("sendco")), "words": "My room is next to the <hall>."}
    assert office.post("/staff/school/safeguarding", data=given).status_code == 303
    assert "My room is next to the <hall>." in words(as_persona("pupil-young").get("/me/tell"))
    assert "Some words are in English." not in words(as_persona("pupil-young").get("/me/tell"))
    polish = parse(as_persona("pupil-young").get("/me/tell?lang=pl"))
    assert polish.xpath("//main//p[contains(@class, 'aside--original')]")
    assert polish.xpath("//main//bdi[@lang='en']/text()") == ["My room is next to the <hall>."]
    tell(as_persona("pupil-young"), feeling="sad")
    assert all_told(system_session)[0].one_adult_id == ids.person("sendco")
    for stranger in (ids.person("class-teacher"), ids.person("sendco-other-school"), "x"):
        bad = office.post("/staff/school/safeguarding", data={"lead": str(stranger), "words": ""})
        assert bad.status_code == 422
    assert system_session.get_one(School, ids.school_of("Zara")).safeguarding_lead_id == ids.person("sendco")


def test_pages_are_light_on_the_database(app, as_persona, counting):
    child = as_persona("pupil-young")
    tell(child, feeling="sad")
    for client, path in ((child, "/me/tell"), (child, "/me/tell/told"), (as_persona("class-teacher"), "/staff/told")):
        counting.statements.clear()
        client.get(path)
        assert len(counting) <= 8, (path, counting.statements)


def test_every_picture_is_drawn():
    groups = json.loads((ROOT / "static" / "icons.json").read_text())
    assert {each.picture for each in TELLS} <= {name for names in groups.values() for name in names}
