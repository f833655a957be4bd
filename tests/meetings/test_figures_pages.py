"""The head's figures: counted as they are defined, the same on the page and in the file, and for nobody else."""

import csv
import io
import uuid
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.audit import AuditEvent
from portal.meetings.figures_file import figures_csv
from portal.meetings.models import Invitation
from portal.meetings.queries_figures import Figures, figures
from portal.meetings.rules import Attendance
from portal.meetings.rules_figures import Counts, Line, Told
from portal.people.actor import Actor
from portal.people.models import Person, Pupil
from portal.people.rules import Audience, Role
from portal.reviews.models import AcademicYear, Review, Term
from portal.reviews.rules import ReviewKind, Stage
from tests.pages import parse, words

YEAR = 2019  # before the demo's own reviews


def head(ids):
    return Actor(
        person_id=ids.person("headteacher"), sitting_id=uuid.uuid4(), name="", audience=Audience.STAFF, language="en",
        trust_id=uuid.uuid4(), school_id=ids.school_of("Zara"), roles=frozenset({Role.HEADTEACHER}),
    )  # fmt: skip


def adult(session, language):
    trust_id = session.scalars(select(Person.trust_id)).first()
    person = Person(trust_id=trust_id, full_name="Somebody Invited", language=language)
    session.add(person)
    session.flush()
    return person.id


def held(session, ids, on, *ways, kind=ReviewKind.CONCERN, school="Zara", stage=Stage.CLOSED):
    """A review that was held on a day; `ways` are the adults' languages and how they took part."""
    school_id = ids.school_of(school)
    pupil_id = session.scalars(select(Pupil.id).where(Pupil.school_id == school_id)).first()
    about = {"pupil_id": pupil_id, "school_id": school_id}
    moment = datetime(*on, 12, tzinfo=UTC)
    review = Review(
        **about, kind=kind, stage=stage, lead_id=ids.person("class-teacher"), made_at=moment, held_at=moment,
        due_on=moment.date(),
    )  # fmt: skip
    session.add(review)
    session.flush()
    for language, way in ways:
        session.add(
            Invitation(
                **about, review_id=review.id, adult_id=adult(session, language), uid=uuid.uuid4().hex, sent_at=moment,
                attendance=way,
            )
        )  # fmt: skip


CAME, VIDEO, VIEWS, SORRY = Attendance.PRESENT, Attendance.ONLINE, Attendance.SENT_VIEWS, Attendance.APOLOGIES


@pytest.fixture
def a_year(system_session, ids):
    """Two large groups in one old school year: 14 reviews of English readers in autumn, 16 of others in spring."""
    session = system_session
    for _ in range(7):
        held(session, ids, (YEAR, 11, 5), ("en", CAME), ("en", SORRY))
        held(session, ids, (YEAR + 1, 2, 5), ("en", SORRY), ("ur", VIDEO), kind=ReviewKind.ANNUAL)
    for _ in range(7):
        held(session, ids, (YEAR, 11, 6), ("en", SORRY))
    for _ in range(9):
        held(session, ids, (YEAR + 1, 2, 6), ("ur", VIEWS), ("en", SORRY), kind=ReviewKind.ANNUAL)
    held(session, ids, (YEAR, 11, 7), ("en", CAME), stage=Stage.CANCELLED)
    held(session, ids, (YEAR, 11, 7), ("en", CAME), school=other_child(ids))
    session.commit()
    return session


def other_child(ids):
    return next(name for name, (_key, school) in ids.pupils.items() if school != ids.school_of("Zara"))


def test_a_review_counts_as_it_is_defined(app, a_year, ids):
    with_school = figures(a_year, viewer=head(ids), year=YEAR, today=clock.today())
    a_year.commit()
    assert with_school.year == YEAR
    assert with_school.told.total == Line(30, 14, 9)
    assert with_school.told.total.percent == 47
    assert with_school.told.tables["kind"] == {"annual": Line(16, 7), "concern": Line(14, 7)}
    assert with_school.told.tables["language"] == {"en": Line(14, 7), "ur": Line(16, 7)}
    # no term was set in that year
    assert with_school.told.tables["term"][""] == Line(30, 14, 9)


def test_terms_are_those_that_the_school_set(app, a_year, ids):
    school = ids.school_of("Zara")
    year = AcademicYear(school_id=school, starts_on=date(YEAR, 9, 2), ends_on=date(YEAR + 1, 7, 20))
    a_year.add(year)
    a_year.flush()
    days = {
        "autumn": ((YEAR, 9, 2), (YEAR, 12, 20)),
        "spring": ((YEAR + 1, 1, 6), (YEAR + 1, 4, 3)),
        "summer": ((YEAR + 1, 4, 20), (YEAR + 1, 7, 20)),
    }
    for season, (first, last) in days.items():
        a_year.add(Term(year_id=year.id, school_id=school, season=season, starts_on=date(*first), ends_on=date(*last)))
    a_year.commit()
    told = figures(a_year, viewer=head(ids), year=YEAR, today=clock.today()).told
    a_year.commit()
    assert list(told.tables["term"]) == ["autumn", "spring", "summer"]
    assert told.tables["term"]["summer"] == Line(0, 0, 0)
    assert told.tables["term"]["spring"] == Line(16, 7)


def test_page_and_file_tell_the_same(app, a_year, as_persona):
    client = as_persona("headteacher")
    page = parse(client.get(f"/staff/figures?year={YEAR}"))
    shown = {
        row.xpath("string(th)").strip(): [cell.xpath("string(div)").strip() for cell in row.xpath("td")]
        for row in page.xpath("//tbody/tr")
    }
    answer = client.post("/staff/figures.csv", data={"year": str(YEAR)})
    assert answer.mimetype == "text/csv"
    assert answer.get_data()[:3] == b"\xef\xbb\xbf"
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Disposition"] == f'attachment; filename="attendance-{YEAR}.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert rows[0]["Reviews held"] == "30"
    for row in rows[1:]:
        cells = shown[row["Row"]]
        if row["Reviews held"] == "Too few to tell":
            assert cells == ["Too few to tell", "–", "–"]
            assert row["Family took part"] == row["Only sent views"] == "Too few to tell"
        else:
            assert cells[0] == row["Reviews held"]
            assert cells[1].split(" · ")[0] == row["Family took part"]
            assert cells[2].split(" · ")[0] == row["Only sent views"]


def test_each_number_has_its_bar_and_words(sqlite_app, a_year, as_persona):
    page = parse(as_persona("headteacher").get(f"/staff/figures?year={YEAR}"))
    bars = page.xpath("//main//svg[@aria-hidden='true'][rect]")
    assert bars
    for bar in bars:
        filled = bar.xpath("rect/@width")[1]
        assert f"{filled}%" in bar.getparent().text_content()
    urdu = as_persona("headteacher").get(f"/staff/figures?year={YEAR}&lang=ur").get_data(as_text=True)
    assert urdu.count('transform="scale(-1 1)"') == len(bars)


def test_a_small_school_tells_nothing(app, as_persona, system_session, ids):
    held(system_session, ids, (YEAR, 11, 5), ("en", CAME))
    held(system_session, ids, (YEAR, 11, 5), ("so", SORRY))
    system_session.commit()
    client = as_persona("sendco")
    page = words(client.get(f"/staff/figures?year={YEAR}"))
    assert "Too few reviews were held so far" in page
    body = client.post("/staff/figures.csv", data={"year": str(YEAR)}).get_data(as_text=True)
    numbers = [cell for row in csv.reader(io.StringIO(body)) for cell in row[3:] if cell.isdigit()]
    assert set(numbers) <= {"0"}


def test_the_export_is_written_down_and_looking_is_not(app, as_persona, system_session, ids):
    client = as_persona("headteacher")
    exported = select(AuditEvent).where(AuditEvent.action == "figures exported")
    client.get("/staff/figures")
    assert system_session.scalars(exported).all() == []
    system_session.commit()
    client.post("/staff/figures.csv", data={"year": "2025"})
    (event,) = system_session.scalars(exported).all()
    assert event.actor_id == ids.person("headteacher")
    assert event.school_id == ids.school_of("Zara")
    system_session.commit()


@pytest.mark.parametrize("year", ["", "x", "-1", "99999", "1900"])
def test_a_year_that_is_not_there_is_the_last_one(sqlite_app, as_persona, year):
    client = as_persona("headteacher")
    assert client.get(f"/staff/figures?year={year}").status_code == 200
    assert client.post("/staff/figures.csv", data={"year": year}).status_code == 200


def test_only_head_and_sendco_come_in(sqlite_app, as_persona):
    for slug in ("class-teacher", "office", "parent", "pupil-older", "trust-lead"):
        assert as_persona(slug).get("/staff/figures").status_code == 403
        assert as_persona(slug).post("/staff/figures.csv").status_code == 403


def test_it_asks_little_of_the_database_however_many_reviews_there_are(app, a_year, as_persona, counting):
    client = as_persona("headteacher")
    counting.statements.clear()
    client.get(f"/staff/figures?year={YEAR}")
    few = len(counting)
    counting.statements.clear()
    client.get("/staff/figures")
    assert few == len(counting) <= 12


def test_cells_that_a_spreadsheet_would_calculate_sleep():
    told = Told(Line(10, 5, 5), {"language": {"=1+1": Line(10, 5, 5)}})
    body = figures_csv(Figures(2025, (2025,), told), lambda _table, code: code, "2025/26", str)
    assert b"'=1+1" in body
    assert b",=1+1" not in body


def test_counts_add_up():
    assert Counts(5, 3, 1) + Counts(2, 0, 2) == Counts(7, 3, 3)
    assert (Counts(7, 3, 3).missed, Counts(7, 3, 3).silent) == (4, 1)
