"""Feeds with the faults they are known for, from a real server to the database, on SQLite and PostgreSQL."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from portal.local_offer.actions_crawl import Crawl
from portal.local_offer.actions_import import feed_at, fetch_feed
from portal.local_offer.actions_worker import work_on_feeds
from portal.local_offer.models import Feed, Service, ServicePlace, ServiceWord
from portal.local_offer.page_words import trouble_words
from tests.local_offer.feed_server import Reply, envelope, paged, service, thin

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


@pytest.fixture
def bring(app, sessions, feed, fetcher):
    """Reads the feed of the test server, as often as it is called."""

    def fetch(now=NOW, path="/services"):
        with sessions() as session:
            feed_id = feed_at(session, feed.url + path, name="Test", now=now).id
            session.commit()
        return fetch_feed(sessions, fetcher, feed_id, now=now)

    return fetch


@pytest.fixture
def kept(sessions):
    """The services of the feed under test, by their ids there."""

    def read():
        with sessions() as session:
            feed_id = select(Feed.id).where(Feed.name == "Test").scalar_subquery()
            return {row.external_id: row for row in session.scalars(select(Service).where(Service.feed_id == feed_id))}

    return read


def troubles(report):
    return [trouble_words(one) for one in report.troubles]


def test_three_pages(bring, kept, feed):
    feed.answers["/services"] = paged([[service(1), service(2)], [service(3), service(4)], [service(5)]], total_items=5)
    report = bring()
    assert (report.pages, report.found, report.added, report.complete) == (3, 5, 5, True)
    assert len(kept()) == 5
    assert not report.troubles
    again = bring(LATER)
    assert (again.added, again.changed, again.same) == (0, 0, 5)
    assert {row.last_seen_at for row in kept().values()} == {LATER}


def test_a_front_page_leads_to_the_list(bring, feed):
    feed.answers["/api"] = Reply({"version": "HSDS-UK-3.0", "profile": "x", "openapi_url": "y"})
    feed.answers["/api/services"] = paged([[service(1)]])
    assert bring(path="/api").found == 1


def test_thin_lists_are_read_in_full(bring, kept, feed):
    feed.answers["/services"] = paged([[thin(1), thin(2)]])
    place = {"location": {"name": "Hall", "latitude": 52.5, "longitude": -1.9, "addresses": [{"city": "Northmoor"}]}}
    feed.answers["/services/service-1"] = Reply(service(1, service_at_locations=[place], fees="Free"))
    feed.answers["/services/service-2"] = Reply(status=404)
    report = bring()
    assert report.found == 2
    assert kept()["service-1"].is_free
    assert not kept()["service-2"].is_whole, "what the list says is better than nothing"
    assert troubles(report) == ["service-2: the details could not be read: The server answers with the error 404."]


def test_details_are_asked_for_again_only_when_the_list_says_that_they_changed(bring, kept, feed):
    lists = [[thin(1, last_modified="2026-03-15T10:30:45.123Z"), thin(2)]]
    feed.answers["/services"] = paged(lists)
    feed.answers["/services/service-1"] = Reply(service(1, last_modified="2026-03-15T10:30:45.123Z"))
    feed.answers["/services/service-2"] = Reply(service(2))
    bring()
    bring(LATER)
    assert feed.times["/services/service-1"] == 1
    assert feed.times["/services/service-2"] == 2, "this list does not say when it changed"
    lists[0][0]["last_modified"] = "2026-04-01T00:00:00.0Z"
    bring(LATER)
    assert feed.times["/services/service-1"] == 2


def test_a_short_form_never_empties_what_was_read_in_full(bring, kept, feed):
    feed.answers["/services"] = paged([[thin(1)]])
    feed.answers["/services/service-1"] = Reply(service(1, fees="Free", phones=[{"number": "0121 496 0001"}]))
    bring()
    feed.answers["/services/service-1"] = Reply(status=410)
    bring(LATER)
    row = kept()["service-1"]
    assert (row.phone, row.is_free, row.description) == ("0121 496 0001", True, "Games and snacks.")


def test_a_server_that_gives_no_details_is_not_asked_thousands_of_times(bring, feed):
    feed.answers["/services"] = paged([[thin(number) for number in range(60)]])
    report = bring()
    assert report.found == 60
    assert len([path for path in feed.paths() if path != "/services"]) == 5


def test_totals_that_are_wrong_are_told(bring, feed):
    feed.answers["/services"] = Reply(envelope([service(n) for n in range(12)], 1, 1, total_items=31))
    assert troubles(bring()) == ["The feed says that it has 31 services. We found 12."]


def test_a_service_that_comes_twice_is_one(bring, kept, feed):
    feed.answers["/services"] = paged([[service(1), service(1, name="Other")], [service(1), service(2)]])
    report = bring()
    assert (report.found, report.twice) == (2, 2)
    assert kept()["service-1"].name == "Club 1"


def test_pages_without_an_end_that_say_the_same_again(bring, feed):
    feed.answers["/services"] = lambda asked: Reply(envelope([service(1), service(2)], 1, 99))
    report = bring()
    assert (report.pages, report.found) == (2, 2)
    assert troubles(report)[0].startswith("The feed gives the same services again and again.")


def test_pages_without_an_end_that_are_always_new(app, sessions, feed, fetcher):
    feed.answers["/services"] = lambda asked: Reply(
        envelope([service(int(asked.query["page"]))], int(asked.query["page"]), 10**9)
    )
    with sessions() as session:
        feed_id = feed_at(session, feed.url + "/services", name="Test", now=NOW).id
        session.commit()
    report = Crawl(sessions, fetcher, feed_id, f"{feed.url}/services", {}, NOW, most_pages=7).run()
    assert (report.pages, report.complete) == (7, False)
    assert troubles(report) == ["The feed has more than 7 pages. We stopped there."]


def test_an_empty_page_is_the_end_whatever_else_it_says(bring, feed):
    pages = {"1": envelope([service(1)], 1, 50), "2": envelope([], 2, 50)}
    feed.answers["/services"] = lambda asked: Reply(pages[asked.query["page"]])
    assert bring().pages == 2


@pytest.mark.parametrize("bad", [b"<html>", b"{", b"[[[", b'{"contents": 7}', b'{"contents": {"a": 1}}', b"null"])
def test_a_bad_page_is_told_and_passed_over(bring, kept, feed, bad):
    good = paged([[service(1)], [], [service(3)]], total_items=2)
    feed.answers["/services"] = lambda asked: Reply(bad) if asked.query["page"] == "2" else good(asked)
    report = bring()
    assert sorted(kept()) == ["service-1", "service-3"]
    assert not report.complete
    assert troubles(report)[0].startswith("Page 2 was left out: ")


def test_three_bad_pages_in_a_row_are_enough(bring, feed):
    good = paged([[service(1)], *([] for _page in range(50))])
    feed.answers["/services"] = lambda asked: good(asked) if asked.query["page"] == "1" else Reply(b"<html>")
    report = bring()
    assert len(feed.asked) == 4
    assert not report.complete


def test_what_is_no_service_is_left_out(bring, kept, feed):
    feed.answers["/services"] = paged([[None, "x", {}, {"name": "no id"}, service(1), [service(2)]]])
    report = bring()
    assert sorted(kept()) == ["service-1"]
    assert report.left_out == 5


def test_a_feed_that_cannot_be_read_at_all_says_why_and_keeps_what_was_there(bring, kept, feed, sessions):
    feed.answers["/services"] = paged([[service(1)]])
    bring()
    feed.answers["/services"] = Reply(b"<html>", headers={"Content-Type": "text/html"})
    report = bring(LATER)
    assert not report.complete
    assert troubles(report) == ["There is a web page at this address, and no data."]
    with sessions() as session:
        row = session.scalars(select(Feed).where(Feed.name == "Test")).one()
        assert row.last_trouble == "There is a web page at this address, and no data."
    assert kept()["service-1"].last_seen_at == NOW


def with_etags(pages):
    def answer(asked):
        number = int(asked.query["page"])
        tag = f'"{number}-{len(pages[number - 1])}"'
        if asked.headers.get("if-none-match") == tag:
            return Reply(status=304)
        return Reply(envelope(pages[number - 1], number, len(pages)), headers={"ETag": tag})

    return answer


def test_unchanged_pages_are_not_read_again(bring, kept, feed):
    pages = [[service(1), service(2)], [service(3)]]
    feed.answers["/services"] = with_etags(pages)
    bring()
    again = bring(LATER)
    assert (again.unchanged_pages, again.same, again.complete) == (2, 3, True)
    assert {row.last_seen_at for row in kept().values()} == {LATER}
    pages[1].append(service(4))
    third = bring(LATER)
    assert (third.unchanged_pages, third.added) == (1, 1)


def test_an_unchanged_list_of_short_forms_says_nothing_about_the_services(bring, kept, feed):
    feed.answers["/services"] = with_etags([[thin(1)]])
    feed.answers["/services/service-1"] = Reply(service(1))
    bring()
    feed.answers["/services/service-1"] = Reply(service(1, fees="Free"))
    bring(LATER)
    assert kept()["service-1"].is_free


def test_what_a_person_edited_no_import_touches(bring, kept, feed, sessions):
    feed.answers["/services"] = paged(
        [[service(1, phones=[{"number": "0121 496 0001"}], fees="£3", minimum_age=5, maximum_age=9)]]
    )
    bring()
    with sessions() as session:
        row = session.scalars(select(Service).where(Service.external_id == "service-1")).one()
        row.phone, row.hidden = "0121 496 9999", True
        row.edited = ["phone", "maximum_age", "minimum_age"]
        session.commit()
    feed.answers["/services"] = paged(
        [[service(1, phones=[{"number": "0121 496 0002"}], fees="£4", minimum_age=12, maximum_age=19)]]
    )
    assert bring(LATER).changed == 1
    row = kept()["service-1"]
    assert (row.phone, row.costs, row.hidden) == ("0121 496 9999", "£4", True)
    assert (row.minimum_age, row.maximum_age) == (5, 9)


def test_places_and_words_follow_the_feed(bring, kept, feed, sessions):
    def at(city):
        return service(1, service_at_locations=[{"location": {"addresses": [{"city": city}]}}])

    feed.answers["/services"] = paged([[at("Aldermead")]])
    bring()
    feed.answers["/services"] = paged([[at("Erdbrook")]])
    bring(LATER)
    key = kept()["service-1"].id
    with sessions() as session:
        assert list(session.scalars(select(ServicePlace.city).where(ServicePlace.service_id == key))) == ["Erdbrook"]
        words = set(session.scalars(select(ServiceWord.word).where(ServiceWord.service_id == key)))
    assert "erdbrook" in words
    assert "aldermead" not in words


def test_nothing_disappears_because_a_feed_no_longer_names_it(bring, kept, feed):
    feed.answers["/services"] = paged([[service(1), service(2)]])
    bring()
    feed.answers["/services"] = paged([[service(1)]])
    bring(LATER)
    assert kept()["service-2"].last_seen_at == NOW


def test_hostile_text_is_kept_as_text(bring, kept, feed):
    nasty = "<img src=x onerror=alert(1)>'; DROP TABLE offer_service; -- \u202e{{7*7}}"
    feed.answers["/services"] = paged(
        [[service(1, name=nasty, description="\x00" + nasty * 500, url="javascript:x", email="a@b\nc")]]
    )
    assert bring().added == 1
    row = kept()["service-1"]
    assert (row.url, row.email) == ("", "")
    assert "<img" not in row.name
    assert len(row.description) <= 5_000


def test_the_worker_reads_what_is_due_and_nothing_else(app, sessions, feed, fetcher):
    feed.answers["/services"] = paged([[service(1)]])
    noon, night = NOW.replace(hour=12), NOW.replace(hour=3) + timedelta(days=1)
    with sessions() as session:
        row = feed_at(session, feed.url + "/services", name="Test", now=noon)
        session.commit()
    assert work_on_feeds(sessions, fetcher, now=noon) == 1, "a new one is read at once"
    assert work_on_feeds(sessions, fetcher, now=noon + timedelta(hours=1)) == 0
    assert work_on_feeds(sessions, fetcher, now=night) == 1
    assert work_on_feeds(sessions, fetcher, now=night + timedelta(minutes=5)) == 0
    with sessions() as session:
        session.get_one(Feed, row.id).wanted_at = noon
        session.commit()
    assert work_on_feeds(sessions, fetcher, now=night + timedelta(minutes=6)) == 1, "somebody asked for it"
    with sessions() as session:
        session.get_one(Feed, row.id).stopped = True
        session.commit()
    assert work_on_feeds(sessions, fetcher, now=night + timedelta(days=9)) == 0


def test_a_feed_that_another_worker_reads_is_left_alone(app, sessions, feed, fetcher):
    with sessions() as session:
        row = feed_at(session, feed.url + "/services", name="Test", now=NOW)
        row.leased_until = NOW + timedelta(hours=1)
        session.commit()
    assert work_on_feeds(sessions, fetcher, now=NOW) == 0
    feed.answers["/services"] = paged([[service(1)]])
    assert work_on_feeds(sessions, fetcher, now=NOW + timedelta(hours=2)) == 1, "that worker died"
