"""Whom no message reaches waits for a letter; the office prints them all at once."""

import subprocess

import pytest
from sqlalchemy import select, update

from portal.delivery.rules import OWN_LETTER
from portal.kernel import clock
from portal.kernel.outbox import OutboxItem, OutboxState
from portal.notices.rules import Told
from portal.people.models import ContactPoint, Person, PupilContact, School
from portal.people.rules import PortalAccess
from tests.delivery.conftest import by_day
from tests.notices.sent import a_notice
from tests.pages import parse, words


def pages_of(answer):
    """The words of each page of a PDF."""
    read = subprocess.run(["pdftotext", "-layout", "-", "-"], input=answer.data, capture_output=True, check=True)
    return read.stdout.decode().split("\f")[:-1]


@pytest.fixture
def unreached(post, deliver, addresses, sessions, ids):
    """News for both of Zara's parents, who have no address, and for a family of the other school."""
    for slug in ("parent", "second-parent", "parent-other-school"):
        addresses(slug)
    post("a")
    post("b")
    post("c", "second-parent")
    with sessions() as session:
        mine = select(PupilContact.pupil_id).where(PupilContact.adult_id == ids.person("parent-other-school"))
        elsewhere = session.scalars(mine.order_by(PupilContact.id)).first()
        row = OutboxItem(
            event_key="plan_published:x", kind="plan_published", person_id=ids.person("parent-other-school"),
            about_pupil_id=elsewhere, created_at=clock.now(), due_at=clock.now(), facts={},
        )  # fmt: skip
        session.add(row)
        session.commit()
    deliver(by_day())


def name_of(sessions, ids, slug):
    with sessions() as session:
        return session.get_one(Person, ids.person(slug)).full_name


def test_the_page_lists_the_adults_of_the_own_school(app, ids, sessions, as_persona, unreached):
    page = words(as_persona("office").get("/staff/delivery"))
    assert name_of(sessions, ids, "parent") in page
    assert name_of(sessions, ids, "second-parent") in page
    assert name_of(sessions, ids, "parent-other-school") not in page
    other = words(as_persona("sendco-other-school").get("/staff/delivery"))
    assert name_of(sessions, ids, "parent-other-school") in other
    assert name_of(sessions, ids, "parent") not in other
    assert "2 letters wait to be printed" in as_persona("office").get("/staff").get_data(as_text=True)


def test_one_pdf_has_a_letter_for_each_adult_and_then_nothing_waits(app, ids, sessions, as_persona, unreached, rows):
    with sessions() as session:
        session.get_one(Person, ids.person("second-parent")).language = "ur"
        session.commit()
    client = as_persona("office")
    answer = client.post("/staff/delivery/letters")
    assert answer.mimetype == "application/pdf"
    pages = pages_of(answer)
    assert len(pages) == 2
    assert any(name_of(sessions, ids, "parent") in page for page in pages)
    for page in pages:
        assert "127.0.0.1:8000/sign-in" in page
        for tell_tale in ("Zara", "SEN", "plan"):
            assert tell_tale not in page
    states = {row.person_id: (row.state, row.channel) for row in rows()}
    assert states[ids.person("parent")] == (OutboxState.SENT, "letter")
    assert states[ids.person("parent-other-school")] == (OutboxState.TO_PRINT, "letter")
    assert client.post("/staff/delivery/letters").status_code == 303
    assert "No letter waits" in words(client.get("/staff/delivery"))


def test_letters_can_be_printed_again_and_are_marked_once(app, ids, sessions, as_persona, unreached, rows):
    client = as_persona("office")
    first = pages_of(client.post("/staff/delivery/letters"))
    marked = {row.id: (row.state, row.sent_at) for row in rows()}
    (run,) = parse(client.get("/staff/delivery")).xpath("//main//input[@name='at']/@value")
    again = client.post("/staff/delivery/letters", data={"at": run})
    assert again.headers["Content-Disposition"] == 'attachment; filename="letters.pdf"'
    assert pages_of(again) == first
    assert {row.id: (row.state, row.sent_at) for row in rows()} == marked
    elsewhere = as_persona("sendco-other-school")
    assert parse(elsewhere.get("/staff/delivery")).xpath("//main//input[@name='at']") == []
    assert elsewhere.post("/staff/delivery/letters", data={"at": run}).status_code == 303
    with sessions() as session:
        session.execute(
            update(PupilContact).where(PupilContact.adult_id == ids.person("parent")).values(access=PortalAccess.NONE)
        )
        session.commit()
    assert len(pages_of(client.post("/staff/delivery/letters", data={"at": run}))) == 1, "the right was lost since"


@pytest.mark.parametrize("at", ["", "x", "2026-01-01T10:00:00", "2026-01-01T10:00:00+00:00"])
def test_a_run_that_never_was_prints_and_marks_nothing(sqlite_app, as_persona, unreached, rows, at):
    before = {row.id: row.state for row in rows()}
    assert as_persona("office").post("/staff/delivery/letters", data={"at": at}).status_code == 303
    assert {row.id: row.state for row in rows()} == before


def test_who_gets_the_notice_itself_on_paper_gets_no_letter_that_something_is_new(
    app, ids, sessions, as_persona, addresses, deliver
):
    addresses("parent")
    with sessions() as session:
        notice_id = a_notice(session, ids)
        row = session.scalars(select(OutboxItem).where(OutboxItem.person_id == ids.person("parent"))).one()
        row.state, row.tries = OutboxState.QUEUED, 0
        session.commit()
    deliver(by_day())
    with sessions() as session:
        assert session.get(OutboxItem, row.id).state == OutboxState.TO_PRINT
        parent = session.get_one(Person, ids.person("parent")).full_name
    office = as_persona("office")
    assert "No letter waits" in words(office.get("/staff/delivery"))
    assert "waits to be printed" not in office.get("/staff").get_data(as_text=True)
    assert parent in words(as_persona("sendco").get(f"/staff/notices/{notice_id}/letters"))
    assert set(OWN_LETTER) <= set(Told)


def test_a_right_that_was_lost_prints_nothing(app, ids, sessions, as_persona, unreached):
    with sessions() as session:
        mine = select(PupilContact).where(PupilContact.adult_id == ids.person("parent"))
        for link in session.scalars(mine):
            link.access = PortalAccess.NONE
        session.commit()
    page = words(as_persona("office").get("/staff/delivery"))
    assert name_of(sessions, ids, "parent") not in page
    assert name_of(sessions, ids, "second-parent") in page
    assert "1 letter waits to be printed" in as_persona("office").get("/staff").get_data(as_text=True)


def test_addresses_that_lead_nowhere_stand_on_the_page(app, ids, sessions, as_persona, addresses):
    addresses("parent", "gone@x.example")
    addresses("parent-other-school", "else@x.example")
    with sessions() as session:
        for point in session.scalars(
            select(ContactPoint).where(ContactPoint.value.in_(["gone@x.example", "else@x.example"]))
        ):
            point.bounced_at = clock.now()
        session.commit()
    page = words(as_persona("sendco").get("/staff/delivery"))
    assert "gone@x.example" in page
    assert "else@x.example" not in page


def test_the_page_asks_few_questions(sqlite_app, as_persona, unreached, counting):
    client = as_persona("office")
    counting.statements.clear()
    client.get("/staff/delivery")
    assert len(counting) <= 12, counting.statements


def test_hostile_words_stay_words_in_a_letter(sqlite_app, ids, sessions, as_persona, unreached):
    with sessions() as session:
        session.get_one(Person, ids.person("parent")).full_name = '#import "x" $x$ \\ *_`<b>'
        session.get_one(Person, ids.person("parent")).known_as = ""
        session.get_one(School, ids.school_of("Zara")).name = "Oak ‮ #pagebreak() School"
        session.commit()
    answer = as_persona("office").post("/staff/delivery/letters")
    text = "".join(pages_of(answer))
    assert '#import "x"' in text
    assert "#pagebreak()" in text
