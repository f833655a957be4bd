"""What the search finds and in which order, the same on both databases; and how many statements that takes."""

from dataclasses import replace
from datetime import date

import pytest

from portal.kernel.scope import NOTHING, PortalSession
from portal.local_offer.page_words import how_far
from portal.local_offer.queries_search import search
from portal.local_offer.rules import (
    AREA_CODES,
    Point,
    Wanted,
    age_on,
    areas_in,
    areas_of,
    box_around,
    miles_between,
    months_between,
    old_before,
)
from portal.local_offer.rules_words import words_asked
from portal.web.i18n import speaking
from tests.local_offer.directory import add, at, empty

TODAY = date(2026, 11, 22)
SCHOOL = Point(52.531, -1.838)


@pytest.fixture
def names(app, sessions):
    """The names that a search finds among these services, by a reader who has not signed in."""

    def find(services, words="", **more):
        with sessions() as session:
            empty(session)
            add(session, *services)
            session.commit()
        with PortalSession(app.extensions["engine"], scope=NOTHING, read_only=True) as session:
            found = search(session, Wanted(words=words_asked(words), **more), today=TODAY)
        assert found.total >= len(found.services)
        return [one.name for one in found.services]

    return find


def named(*names, **more):
    return [{"name": name, **more} for name in names]


def test_every_word_must_be_there_and_the_last_may_be_only_begun(names):
    services = named("Autism Youth Club", "Autism Parents", "Youth Band", "Autobus")
    assert names(services, "autism youth") == ["Autism Youth Club"]
    assert names(services, "youth aut") == ["Autism Youth Club"]
    assert names(services, "aut") == ["Autism Parents", "Autism Youth Club", "Autobus"]
    assert names(services, "aut youth") == [], "only the last word may be a beginning"
    assert names(services, "utism") == []


def test_capitals_accents_and_apostrophes_do_not_matter(names):
    services = named("Children’s CAFÉ", "Łódź Group", "مدد کا گروپ", "বাংলা দল")
    assert names(services, "childrens cafe") == ["Children’s CAFÉ"]
    assert names(services, "CHILDREN'S café") == ["Children’s CAFÉ"]
    assert names(services, "مدد") == ["مدد کا گروپ"]
    assert names(services, "বাং") == ["বাংলা দল"]


def test_signs_of_sql_are_only_signs(names):
    services = named("100% Fun", "A_B")
    for words in ("%", "_", "' OR 1=1 --", "\\", "100%", "a_b"):
        found = names(services, words)
        assert found in ([], ["100% Fun"], ["A_B"], ["100% Fun", "A_B"])
    assert names(services, "100%") == ["100% Fun"]


def test_a_name_counts_before_a_description(names):
    services = [*named("Zebra Dyslexia"), *named("Alpha", description="for dyslexia"), *named("Beta Dyslexia Help")]
    assert names(services, "dyslexia") == ["Beta Dyslexia Help", "Zebra Dyslexia", "Alpha"]
    assert names(services, "help dyslexia") == ["Beta Dyslexia Help"]


def test_towns_and_organisations_are_found_too(names):
    services = named("One", organization={"name": "Spectrum"}, service_at_locations=at(52.5, -1.8, "Aldermead"))
    assert names(services, "spectrum aldermead") == ["One"]


def test_old_entries_lie_below_even_when_the_name_fits_better(names):
    services = [
        *named("Sleep Club", assured_date="2024-01-01"),
        *named("Alpha", description="sleep", assured_date="2026-09-01"),
    ]
    assert names(services, "sleep") == ["Alpha", "Sleep Club"]


def test_what_has_ended_is_never_shown_and_what_is_closed_for_now_is(names):
    services = [
        *named("Open"),
        *named("Ended", status="defunct"),
        *named("Asleep", status="inactive"),
        *named("Odd", status="x"),
        *named("Closed", status="temporarily closed"),
    ]
    assert names(services) == ["Closed", "Open"]


def test_ages(names):
    services = [
        *named("Young", minimum_age=0, maximum_age=5),
        *named("Middle", minimum_age=5, maximum_age=11),
        *named("Older", minimum_age=12),
        *named("All"),
    ]
    assert names(services, age=5) == ["All", "Middle", "Young"]
    assert names(services, age=18) == ["All", "Older"]


def test_need_and_cost(names):
    services = [*named("Speech", fees="Free"), *named("Deaf speech group", fees="£3"), *named("Band")]
    assert names(services, area="CI") == ["Deaf speech group", "Speech"]
    assert names(services, area="SP") == ["Deaf speech group"]
    assert names(services, area="CI", free=True) == ["Speech"]


def test_distance_from_the_nearest_place(names):
    def places(*points):
        return [one for point in points for one in at(*point)]

    services = [
        *named("Far", service_at_locations=places((53.4, -2.2))),
        *named("Near and far", service_at_locations=places((53.4, -2.2), (52.53, -1.84))),
        *named("Two miles", service_at_locations=places((52.56, -1.838))),
        *named("Corner", service_at_locations=places((52.572, -1.772))),
        *named("Nowhere"),
        *named("Impossible", service_at_locations=places((100, -1.838))),
    ]
    assert names(services, near=SCHOOL, miles=3) == ["Near and far", "Two miles"]
    assert names(services, near=SCHOOL, miles=5) == ["Near and far", "Two miles", "Corner"]


def test_pages_hold_each_entry_once_in_one_order(app, sessions):
    with sessions() as session:
        empty(session)
        add(session, *({"name": "Same name", "id": str(n)} for n in range(47)))
        session.commit()
    seen = []
    with PortalSession(app.extensions["engine"], scope=NOTHING, read_only=True) as session:
        wanted = Wanted(words=("same",))
        pages = [search(session, replace(wanted, page=page), today=TODAY) for page in (1, 2, 3)]
        beyond = search(session, replace(wanted, page=9), today=TODAY)
    for page in pages:
        assert page.total == 47
        assert page.pages == 3
        seen += [one.id for one in page.services]
    assert [len(page.services) for page in pages] == [20, 20, 7]
    assert len(set(seen)) == 47
    assert beyond.page == 1, "a page that is not there is the first"


def test_the_search_takes_two_statements_however_many_there_are(sqlite_app, sessions, counting):
    near = {"near": SCHOOL, "miles": 10}
    for count in (10, 2_000):
        with sessions() as session:
            add(
                session, *({"name": f"Autism club {n}", "service_at_locations": at(52.53, -1.84)} for n in range(count))
            )
            session.commit()
        counting.statements.clear()
        with PortalSession(sqlite_app.extensions["engine"], scope=NOTHING, read_only=True) as session:
            found = search(session, Wanted(words=("autism", "cl"), area="CI", age=7, **near), today=TODAY)
        assert found.total >= count
        assert len(counting) == 2


def test_the_page_keeps_to_its_statements(sqlite_app, sessions, counting, as_persona):
    with sessions() as session:
        add(session, *({"name": f"Autism club {n}", "service_at_locations": at(52.53, -1.84)} for n in range(300)))
        session.commit()
    client = as_persona("parent")
    counting.statements.clear()
    assert client.get("/local-help?words=autism+cl&need=CI&age=7").status_code == 200
    assert len(counting) <= 8, "\n".join(counting.statements)


def test_words_find_through_an_index(sqlite_app, sessions):
    """A prefix is a stretch of the index: without it every word of every entry would be looked at."""
    from sqlalchemy import text

    with sqlite_app.extensions["engine"].connect() as connection:
        plan = connection.execute(
            text("EXPLAIN QUERY PLAN SELECT service_id FROM offer_word WHERE word >= 'aut' AND word < 'auu'")
        ).all()
    assert "SEARCH" in plan[0][3], plan


def test_distances_on_the_globe():
    birmingham, london = Point(52.4862, -1.8904), Point(51.5074, -0.1278)
    assert miles_between(birmingham, london) == pytest.approx(100.7, abs=0.5)
    assert miles_between(london, london) == 0
    box = box_around(birmingham, 5)
    assert miles_between(birmingham, Point(box.north, birmingham.longitude)) == pytest.approx(5, rel=0.001)
    assert miles_between(birmingham, Point(birmingham.latitude, box.east)) == pytest.approx(5, rel=0.001)


def test_days_and_ages():
    assert old_before(date(2026, 11, 22)) == date(2025, 5, 22)
    assert old_before(date(2026, 8, 31)) == date(2025, 2, 28)
    assert months_between(date(2026, 8, 23), date(2026, 11, 22)) == 2
    assert months_between(date(2026, 8, 22), date(2026, 11, 22)) == 3
    assert months_between(date(2027, 1, 1), date(2026, 11, 22)) == 0
    assert age_on(date(2018, 11, 23), date(2026, 11, 22)) == 7


def test_areas_of_words_and_of_needs():
    assert areas_in("A group for Autistic children", "and dyslexia") == ("CI", "CL")
    assert areas_in("Feelings", "SEMH") == ("SEMH",)
    assert areas_in("Football") == ()
    assert areas_of(["ASD", "HI", "OTH", "NSA", ""]) == ("CI", "SP")
    assert areas_of(["CL", "SEMH"]) == ("CL", "SEMH")
    assert set(AREA_CODES) == {"CI", "CL", "SEMH", "SP"}


def test_distances_are_written_as_the_language_writes_numbers(sqlite_app):
    for tag, written in (("en", "1.3"), ("pl", "1,3"), ("ro", "1,3"), ("ur", "1.3")):
        with speaking(tag):
            assert written in how_far(1.26)
            assert written.replace("1", "2").replace("3", "0") in how_far(2)
