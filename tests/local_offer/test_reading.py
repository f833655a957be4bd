"""A stranger's text becomes plain text, a link a link, and a service what a family can use; the rest is dropped."""

import json
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.local_offer.formats.hsds import read_service
from portal.local_offer.rules import ServiceState
from portal.local_offer.rules_pages import page_of
from portal.local_offer.rules_plain import day, email, line, link, moment, phone, plain, says_free
from portal.local_offer.rules_words import folded, words_of
from tests.local_offer.feed_server import service, thin

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
FULL = json.loads((Path(__file__).parent / "data" / "service_full.json").read_text())
EXAMPLES = os.environ.get("LOCAL_OFFER_EXAMPLES", "")


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("<b>Hello</b> you", "Hello you"),
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("a<script>alert(1)</script>b", "a b"),
        ("&lt;script&gt;", "<script>"),
        ("Fish &amp; chips", "Fish & chips"),
        ("2 < 3", "2 < 3"),
        ("a\x00b\x07c", "abc"),
        ("\u202eevil", "evil"),
        ("  a \r\n\r\n\r\n b ", "a\n\nb"),
        (None, ""),
        ({"a": 1}, ""),
        (True, ""),
        (12, "12"),
        ("Café ☕", "Café ☕"),
    ],
)
def test_text_is_plain(raw, kept):
    assert plain(raw) == kept


@given(st.text())
def test_any_text_can_be_kept_by_the_database(raw):
    kept = plain(raw, 50)
    assert len(kept) <= 50
    assert "\x00" not in kept
    kept.encode()
    assert "\n" not in line(raw)


@pytest.mark.parametrize(
    "raw",
    [
        *(
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "data:text/html,x",
            "ftp://x.example",
            "mailto:a@b.example",
            "//x.example",
        ),
        *(
            "http://",
            "https://a:b@x.example/",
            "http://x.example/a b",
            "https://x\\y.example",
            "http://[",
            "x",
            "",
            None,
            7,
        ),
        "https://x.example/" + "a" * 600,
    ],
)
def test_what_is_no_web_address_is_no_link(raw):
    assert link(raw) == ""


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("https://club.example/a?b=c#d", "https://club.example/a?b=c#d"),
        (" http://club.example ", "http://club.example"),
        ("www.club.example/times", "https://www.club.example/times"),
    ],
)
def test_a_web_address_is_kept(raw, kept):
    assert link(raw) == kept


def test_other_ways_to_reach_somebody():
    assert email("ann@club.example") == "ann@club.example"
    assert email("ann@club.example\nBcc: all@x.example") == ""
    assert email("not one") == ""
    assert phone('"+44 1234 234567"') == "+44 1234 234567"
    assert phone("ring <b>0121</b> 496 0000") == "0121 496 0000"
    assert phone("none") == ""


@pytest.mark.parametrize("raw", ["2023-03-15T10:30:45.0Z", "2023-03-15T10:30:45.000Z", "2023-03-15T11:30:45+01:00"])
def test_times_come_in_several_forms(raw):
    assert moment(raw, NOW) == datetime(2023, 3, 15, 10, 30, 45, tzinfo=UTC)


def test_a_time_to_come_or_no_time_is_not_believed():
    assert moment((NOW + timedelta(days=30)).isoformat(), NOW) is None
    assert moment("yesterday", NOW) is None
    assert moment("9999-99-99", NOW) is None
    assert day("2024-02-29", NOW) == date(2024, 2, 29)


@pytest.mark.parametrize("fees", ["Free", "free of charge", "No charge", "This service is free.", "£0", "0.00", "None"])
def test_free_is_free(fees):
    assert says_free(fees)


@pytest.mark.parametrize(
    "fees", ["", "Free for under fives, others £3", "free with a card", "£5", "Ask", "Not free", "Carefree"]
)
def test_what_is_not_free_for_everybody_is_not_free(fees):
    assert not says_free(fees)


def test_a_full_service():
    found = read_service(FULL, NOW)
    assert found is not None
    assert (found.name, found.organisation) == ("Talking Together", "Northmoor Voices")
    assert found.is_whole
    assert (found.minimum_age, found.maximum_age) == (5, None), "100 years mean that there is no end"
    assert found.areas == ("CI",)
    assert found.schedules == "Tuesday, Thursday 10:00 to 12:30\nNot in the holidays."
    assert found.costs == "Under 18s: £3.50 a session"
    assert not found.is_free
    assert found.phone == "0121 496 0001"
    assert found.email == "desk@voices.example"
    assert found.url == "", "javascript: is no link"
    assert found.access == "A ramp at the side door."
    assert found.assured_on == date(2026, 1, 5)
    first, second = found.places
    assert (first.name, first.postal_code, first.latitude) == ("Northmoor Hall", "B99 1AA", 52.53)
    assert (second.name, second.latitude, second.longitude) == ("Nowhere", None, None), "latitude 100 is nowhere"


def test_a_thin_service():
    found = read_service(thin(1), NOW)
    assert found is not None
    assert not found.is_whole
    assert found.name == "Club 1"
    assert found.state == ServiceState.ACTIVE


@pytest.mark.parametrize(
    "raw", [{}, {"id": "1"}, {"name": "x"}, {"id": "", "name": "x"}, None, [], "x", 3, {"id": [], "name": {}}]
)
def test_without_id_or_name_it_is_none(raw):
    assert read_service(raw, NOW) is None


def test_ages_that_cannot_be_are_no_ages():
    for youngest, oldest in ((12, 4), (-1, 400), ("x", None), (True, [])):
        found = read_service(service(1, minimum_age=youngest, maximum_age=oldest), NOW)
        assert found is not None
        assert (found.minimum_age, found.maximum_age) == (None, None)


def test_an_unknown_state_is_not_shown_and_a_closed_one_is_said():
    states = {"temporarily closed": "temporarily closed", "DEFUNCT": "defunct", "who knows": "inactive", "": "active"}
    for raw, state in states.items():
        found = read_service(service(1, status=raw), NOW)
        assert found is not None
        assert found.state == state


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*FULL, "location", "addresses"]), inner, max_size=6)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(list(FULL)), JSON))
def test_no_shape_of_data_breaks_the_reader(raw):
    read_service({"id": "1", "name": "x", **raw}, NOW)


def test_words_are_compared_without_capitals_accents_and_apostrophes():
    assert folded("Café ÉCOLE") == "cafe ecole"
    assert words_of("Children's Café for the Café") == ["childrens", "cafe"]
    assert words_of("مدد کا گروپ") == ["مدد", "کا", "گروپ"]


@pytest.mark.skipif(not EXAMPLES, reason="LOCAL_OFFER_EXAMPLES names no folder")
@pytest.mark.parametrize("name", ["service_full.json", "service_list.json"])
def test_the_examples_of_the_specification_can_be_read(name):
    page = page_of(json.loads((Path(EXAMPLES) / name).read_text()), 1)
    assert page.services
    assert all(read_service(raw, NOW) for raw in page.services)
