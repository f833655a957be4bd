"""The SENDCO writes a school year down, in the pages; the year 2041 is one that no demo has set."""

import threading
from datetime import date

import pytest
from sqlalchemy import func, select

from portal.kernel import clock
from portal.kernel.audit import AuditEvent
from portal.kernel.errors import PortalError, StaleVersion
from portal.kernel.scope import PortalSession, system
from portal.people.actor import Actor
from portal.people.rules import Audience, Role
from portal.reviews import actions_year
from portal.reviews.models import AcademicYear, SchoolDayException, Term
from portal.reviews.queries_calendar import calendar_of
from portal.reviews.rules import DayKind, Season
from portal.reviews.rules_calendar import NO_YEAR
from portal.reviews.rules_year import TermFacts
from tests.pages import parse, words

START = 2041
TERMS = {
    Season.AUTUMN: (date(2041, 9, 2), date(2041, 12, 20), date(2041, 10, 28), date(2041, 11, 1)),
    Season.SPRING: (date(2042, 1, 6), date(2042, 3, 28), date(2042, 2, 17), date(2042, 2, 21)),
    Season.SUMMER: (date(2042, 4, 14), date(2042, 7, 22), date(2042, 5, 26), date(2042, 5, 30)),
}
FACTS = tuple(
    TermFacts(season=s, starts_on=a, ends_on=z, half_term_from=f, half_term_until=u)
    for s, (a, z, f, u) in TERMS.items()
)
NAMES = ("starts_on", "ends_on", "half_term_from", "half_term_until")


def boxes(name, day):
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def typed(version=0, **changes):
    data = {"version": str(version)}
    for season, days in TERMS.items():
        for name, day in zip(NAMES, days, strict=True):
            data |= boxes(f"{season}_{name}", day)
    return data | changes


def special(kind="closure", first=date(2041, 9, 10), last=None, label="Snow"):
    data = {"kind": kind, "label": label, **boxes("first_day", first)}
    return data | (boxes("last_day", last) if last else {"last_day-day": "", "last_day-month": "", "last_day-year": ""})


def stored_terms(session, school):
    statement = (
        select(Term.season, Term.starts_on, Term.ends_on, Term.half_term_from, Term.half_term_until)
        .join(AcademicYear, AcademicYear.id == Term.year_id)
        .where(AcademicYear.school_id == school, AcademicYear.starts_on == date(START, 9, 1))
        .order_by(Term.starts_on)
    )
    found = session.execute(statement).all()
    session.rollback()  # the session may write, and SQLite lets in one such session at a time
    return found


def is_open(session, school, day):
    calendar = calendar_of(session, school, day)
    session.rollback()
    return calendar.is_school_day(day)


@pytest.fixture
def school(ids):
    return ids.school_of("Zara")


@pytest.fixture
def sendco(as_persona):
    return as_persona("sendco")


@pytest.fixture
def written(sendco):
    """The SENDCO's client, with the year written down."""
    assert sendco.post(f"/staff/year/{START}/terms", data=typed()).status_code == 303
    return sendco


def test_a_year_is_written_down_and_read(app, sendco, school, system_session, as_persona):
    empty = words(sendco.get(f"/staff/year/{START}"))
    assert "This year is not written down yet" in empty
    assert "Wednesday 25 December 2041: Christmas Day" in empty
    answer = sendco.post(f"/staff/year/{START}/terms", data=typed())
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith(f"/staff/year/{START}")
    assert [tuple(row)[1:] for row in stored_terms(system_session, school)] == [
        (a, z, f, u) for a, z, f, u in TERMS.values()
    ]
    for slug in ("sendco", "headteacher", "office"):
        page = as_persona(slug).get(f"/staff/year/{START}")
        assert "Autumn term" in words(page)
        assert "Monday 2 September 2041" in words(page)
        assert "Half term" in words(page)
        assert ("Change the terms" in words(page)) is (slug == "sendco")
        assert ("Add a day" in words(page)) is (slug == "sendco")
    event = system_session.scalars(select(AuditEvent).where(AuditEvent.action == "set the school year")).one()
    assert event.school_id == school
    assert event.facts == {"what": "2041"}


def test_today_leads_to_the_year_of_today(sendco):
    from portal.people.rules import school_year_starts

    assert sendco.get("/staff/year").headers["Location"].endswith(f"/{school_year_starts(clock.today()).year}")


@pytest.mark.parametrize("start", [0, 1999, 2101, 9999])
def test_a_year_out_of_reach_is_no_page(sendco, start):
    for path in ("", "/terms", "/days"):
        assert sendco.get(f"/staff/year/{start}{path}").status_code == 404
    assert sendco.post(f"/staff/year/{start}/terms", data=typed()).status_code == 404


def test_the_same_terms_sent_twice_are_one_year(app, written, school, system_session):
    assert written.post(f"/staff/year/{START}/terms", data=typed()).status_code == 303
    assert len(stored_terms(system_session, school)) == 3
    years = select(AcademicYear.version).where(
        AcademicYear.school_id == school, AcademicYear.starts_on == date(START, 9, 1)
    )
    assert system_session.scalars(years).all() == [1]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (boxes("autumn_ends_on", date(2041, 9, 1)), "The last day must be after the first day."),
        (boxes("autumn_half_term_from", date(2041, 8, 30)), "The half-term break must lie within its term."),
        (boxes("spring_starts_on", date(2041, 12, 20)), "This term must begin after the last one has ended."),
        (boxes("summer_ends_on", date(2042, 9, 1)), "This day is not in this school year."),
        ({"summer_ends_on-day": "31", "summer_ends_on-month": "6"}, "This is not a real date."),
        ({f"summer_ends_on-{part}": "" for part in ("day", "month", "year")}, "Write the last day of the term."),
        ({"spring_half_term_from-year": "9" * 30}, "This is not a real date."),
    ],
)
def test_what_cannot_be_is_said_and_what_was_typed_stays(sendco, school, system_session, changes, message):
    answer = sendco.post(f"/staff/year/{START}/terms", data=typed(**changes))
    assert answer.status_code == 422
    page = parse(answer)
    assert message in page.xpath("string(//div[contains(@class, 'govuk-error-summary')])")
    for link in page.xpath("//div[contains(@class, 'govuk-error-summary')]//a/@href"):
        assert page.xpath(f"//*[@id='{link[1:]}']"), link
    for name, value in typed(**changes).items():
        (box,) = page.xpath(f"//input[@name='{name}']")
        assert (box.get("value") or "") == value, name
    assert stored_terms(system_session, school) == []


def test_a_stale_form_shows_both_and_loses_nothing(app, written, as_persona, school, system_session):
    """Two tabs: the second saver sees what the first has stored, and may put the own dates in its place."""
    first, second = boxes("summer_ends_on", date(2042, 7, 23)), boxes("summer_ends_on", date(2042, 7, 24))
    assert written.post(f"/staff/year/{START}/terms", data=typed(version=1, **first)).status_code == 303
    answer = written.post(f"/staff/year/{START}/terms", data=typed(version=1, **second))
    assert answer.status_code == 409
    page = parse(answer)
    assert "Somebody else changed this while you were writing." in words(answer)
    assert "Wednesday 23 July 2042" in words(answer)
    assert page.xpath("//input[@name='summer_ends_on-day']/@value") == ["24"]
    assert page.xpath("//input[@name='version']/@value") == ["2"]
    assert stored_terms(system_session, school)[-1].ends_on == date(2042, 7, 23)
    assert written.post(f"/staff/year/{START}/terms", data=typed(version=2, **second)).status_code == 303
    assert stored_terms(system_session, school)[-1].ends_on == date(2042, 7, 24)


@pytest.mark.parametrize("version", ["", "-1", "x", "0", "9" * 40])
def test_a_spoiled_version_stores_nothing(written, school, system_session, version):
    changed = typed(**boxes("summer_ends_on", date(2042, 7, 24))) | {"version": version}
    assert written.post(f"/staff/year/{START}/terms", data=changed).status_code == 409
    assert stored_terms(system_session, school)[-1].ends_on == date(2042, 7, 22)


def test_terms_keep_their_rows_when_their_dates_change(app, written, school, system_session):
    """Rounds hold on to a term by its id."""
    kept = select(Term.id).where(Term.school_id == school).order_by(Term.id)
    before = system_session.scalars(kept).all()
    system_session.rollback()
    data = typed(version=1, **boxes("summer_ends_on", date(2042, 7, 24)))
    assert written.post(f"/staff/year/{START}/terms", data=data).status_code == 303
    assert system_session.scalars(kept).all() == before


def test_the_next_year_is_offered_as_a_suggestion_and_stored_only_on_saving(written, school, system_session):
    answer = written.get(f"/staff/year/{START + 1}/terms")
    assert "This is only a suggestion." in words(answer)
    page = parse(answer)
    assert page.xpath("//input[starts-with(@name, 'autumn_starts_on')]/@value") == ["1", "9", "2042"]
    assert page.xpath("//input[starts-with(@name, 'spring_starts_on')]/@value") == ["5", "1", "2043"]
    years = select(func.count()).select_from(AcademicYear).where(AcademicYear.starts_on == date(START + 1, 9, 1))
    assert system_session.scalar(years) == 0
    assert "This is only a suggestion." not in words(written.get(f"/staff/year/{START}/terms"))


def test_special_days_are_added_told_and_removed_after_a_question(app, written, school, system_session):
    days = f"/staff/year/{START}/days"
    assert written.post(days, data=special(last=date(2041, 9, 11))).status_code == 303
    page = written.get(f"/staff/year/{START}")
    assert "From: Tuesday 10 September 2041. Until: Wednesday 11 September 2041" in words(page)
    assert "Snow" in words(page)
    assert "10–11 Closed" in words(page)
    assert not is_open(system_session, school, date(2041, 9, 11))
    (remove,) = (link for link in parse(page).xpath("//a/@href") if link.endswith("/remove"))
    asked = written.get(remove)
    assert "Remove these days?" in words(asked)
    assert not is_open(system_session, school, date(2041, 9, 11)), "asking is no removal"
    assert written.post(remove).status_code == 303
    assert is_open(system_session, school, date(2041, 9, 11))
    assert written.post(remove).status_code == 404


def test_training_days_are_counted_and_an_open_saturday_is_drawn(written):
    for kind, day in (("inset", date(2041, 9, 2)), ("inset", date(2042, 1, 6)), ("open", date(2041, 9, 14))):
        assert written.post(f"/staff/year/{START}/days", data=special(kind, day, label="")).status_code == 303
    page = written.get(f"/staff/year/{START}")
    assert "There are 2 days for staff training (INSET)." in words(page)
    assert "The usual is 190 days and 5 training days." in words(page)
    assert "14 Open" in words(page)
    assert len(parse(page).xpath("(//table[@class='month'])[1]//th")) == 7


def test_a_form_sent_twice_adds_one_row(app, written, school, system_session):
    for _ in range(2):
        assert written.post(f"/staff/year/{START}/days", data=special()).status_code == 303
    rows = select(func.count()).select_from(SchoolDayException).where(SchoolDayException.first_day == date(2041, 9, 10))
    assert system_session.scalar(rows) == 1


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (special(first=date(2041, 9, 11), last=date(2041, 9, 10)), "The last day cannot be before the first day."),
        (special(first=date(2043, 1, 5)), "This day is not in this school year."),
        (special(last=date(2042, 9, 1)), "This day is not in this school year."),
        (special("open"), "School is open on these days anyway."),
        (special(first=date(2041, 12, 25)), "School is closed on these days anyway."),
        (special() | {"first_day-day": ""}, "This is not a real date."),
        (special() | {f"first_day-{part}": "" for part in ("day", "month", "year")}, "Write the day."),
        (special("party"), "Choose one of the answers."),
        (special(label="x" * 81), "This is too long. Please use at most 80 letters."),
    ],
)
def test_special_days_that_cannot_be(written, system_session, data, message):
    before = system_session.scalar(select(func.count()).select_from(SchoolDayException))
    system_session.rollback()
    answer = written.post(f"/staff/year/{START}/days", data=data)
    assert answer.status_code == 422
    assert message in parse(answer).xpath("string(//div[contains(@class, 'govuk-error-summary')])")
    assert parse(answer).xpath("//input[@name='label']/@value") == [data["label"]]
    assert system_session.scalar(select(func.count()).select_from(SchoolDayException)) == before


def test_a_year_without_terms_has_no_special_days(sendco):
    assert sendco.get(f"/staff/year/{START}/days").headers["Location"].endswith("/terms")
    assert sendco.post(f"/staff/year/{START}/days", data=special()).headers["Location"].endswith("/terms")


def test_another_school_has_its_own_year(app, written, as_persona, school, system_session):
    assert written.post(f"/staff/year/{START}/days", data=special(label="Boiler of Kingfisher")).status_code == 303
    row = system_session.scalars(
        select(SchoolDayException.id).where(SchoolDayException.label == "Boiler of Kingfisher")
    ).one()
    system_session.rollback()
    other = as_persona("sendco-other-school")
    page = words(other.get(f"/staff/year/{START}"))
    assert "This year is not written down yet" in page
    assert "Boiler of Kingfisher" not in page
    assert "suggestion" not in words(other.get(f"/staff/year/{START + 1}/terms"))
    remove = f"/staff/year/{START}/days/{row}/remove"
    assert other.get(remove).status_code == other.post(remove).status_code == 404
    assert system_session.get(SchoolDayException, row) is not None


def test_what_staff_call_a_day_is_shown_as_words(written):
    assert written.post(f"/staff/year/{START}/days", data=special(label="<b>Snow</b>")).status_code == 303
    html = written.get(f"/staff/year/{START}").get_data(as_text=True)
    assert "&lt;b&gt;Snow&lt;/b&gt;" in html
    assert "<b>Snow" not in html


def test_the_year_costs_few_statements(written, counting):
    written.post(f"/staff/year/{START}/days", data=special())
    counting.statements.clear()
    written.get(f"/staff/year/{START}")
    assert len(counting) <= 5, counting.statements


def test_the_calendar_is_two_statements_and_empty_without_a_year(app, school, system_session, counting):
    counting.statements.clear()
    calendar = calendar_of(system_session, school, date(START, 10, 1))
    assert len(counting) == 2
    assert calendar == NO_YEAR
    assert calendar.is_school_day(date(START, 8, 1))


def test_the_calendar_knows_the_neighbouring_year(app, written, school, system_session):
    """Counting from the summer lands in the next September."""
    following = {
        f"{season}_{name}-year": str(day.year + 1)
        for season, days in TERMS.items()
        for name, day in zip(NAMES, days, strict=True)
    }
    assert written.post(f"/staff/year/{START + 1}/terms", data=typed(**following)).status_code == 303
    calendar = calendar_of(system_session, school, date(2042, 7, 22))
    assert calendar.school_days_after(date(2042, 7, 22), 1) == date(2042, 9, 2)
    assert calendar.school_days_before(date(2042, 9, 2), 1) == date(2042, 7, 22)


def test_two_who_write_the_year_down_at_once_make_one(app, ids, school, system_session):
    """Threads of their own at the action itself: one year is stored, the other saver is told."""
    both, results = threading.Barrier(2), []

    def save(days):
        actor = Actor(
            person_id=ids.person("sendco"),
            audience=Audience.STAFF,
            trust_id=ids.person("sendco"),
            school_id=school,
            roles=frozenset({Role.SENDCO}),
            sitting_id=ids.person("sendco"),
            name="S",
            language="en",
        )
        terms = (*FACTS[:2], TermFacts(season=Season.SUMMER, starts_on=date(2042, 4, 14), ends_on=date(2042, 7, days)))
        with PortalSession(app.extensions["writing_engine"], scope=system("test")) as session:
            both.wait()
            try:
                actions_year.save_terms(session, actor=actor, start=START, version=0, terms=terms, now=clock.now())
                session.commit()
                results.append("saved")
            except PortalError as error:
                session.rollback()
                results.append(type(error).__name__)

    threads = [threading.Thread(target=save, args=(day,)) for day in (22, 23)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [StaleVersion.__name__, "saved"]
    assert len(stored_terms(system_session, school)) == 3


def test_a_term_of_another_year_is_not_touched(app, written, school, system_session):
    others = (
        select(Term.id, Term.starts_on, Term.ends_on)
        .join(AcademicYear, AcademicYear.id == Term.year_id)
        .where(AcademicYear.starts_on != date(START, 9, 1))
        .order_by(Term.id)
    )
    before = system_session.execute(others).all()
    system_session.rollback()
    data = typed(version=1, **boxes("summer_ends_on", date(2042, 7, 24)))
    assert written.post(f"/staff/year/{START}/terms", data=data).status_code == 303
    assert system_session.execute(others).all() == before


@pytest.mark.parametrize("kind", DayKind)
def test_every_kind_of_special_day_is_kept(app, written, school, system_session, kind):
    day = date(2041, 9, 14) if kind == DayKind.OPEN else date(2041, 9, 10)
    assert written.post(f"/staff/year/{START}/days", data=special(kind.value, day)).status_code == 303
    (kept,) = calendar_of(system_session, school, day).exceptions
    assert (kept.kind, kept.first_day, kept.last_day, kept.label) == (kind, day, day, "Snow")
