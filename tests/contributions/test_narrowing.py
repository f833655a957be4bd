"""Whoever changes both the words and their readers: the earlier words never reach a reader who was named for the later
ones, and nothing that was typed is lost on the way."""

import pytest

from portal.people.rules import Audience, Role
from tests.access.test_words_for_readers import session_of
from tests.contributions.saying import new_review, path_of, statements
from tests.contributions.test_my_views import forget, grow, version_on
from tests.contributions.test_paper_views import paper, type_in
from tests.contributions.test_tell_now import all_told, the_key
from tests.pages import parse

ASKED = "important_now"


@pytest.fixture
def child(as_persona):
    return as_persona("pupil-young")


@pytest.fixture
def here(ids, system_session):
    """The address of Zara's views in words, of which nothing is said yet."""
    forget(system_session, ids.review("Zara"))
    grow(system_session, ids, "8")
    return f"/me/views/{ids.review('Zara')}"


def write(client, here, text, **more):
    page = client.get(f"{here}/{ASKED}")
    return client.post(f"{here}/{ASKED}", data={"text": text, "version": version_on(page), **more})


def versions(session, ids):
    rows = [row for row in statements(session, ids.review("Zara")) if row.question == ASKED]
    return {row.text: row for row in rows}


def test_words_that_were_replaced_do_not_reach_the_readers_of_the_new_ones(
    sqlite_app, ids, child, system_session, here
):
    teacher = str(ids.person("class-teacher"))
    write(child, here, "SECRET", who=teacher)
    child.post(f"{here}/look")
    write(child, here, "Harmless")
    child.post(f"{here}/{ASKED}/readers", data={"who": "family"})
    rows = versions(system_session, ids)
    assert (rows["SECRET"].readers, str(rows["SECRET"].one_adult_id)) == ("one_adult", teacher)
    assert rows["Harmless"].readers == "family"
    child.post(f"{here}/look")
    rows = versions(system_session, ids)
    assert not rows["SECRET"].current
    assert rows["SECRET"].readers == "one_adult"
    child.post(f"{here}/{ASKED}/readers", data={"who": "teachers"})
    rows = versions(system_session, ids)
    assert (rows["SECRET"].readers, rows["Harmless"].readers) == ("one_adult", "teachers")


def test_words_for_one_adult_do_not_go_to_another_with_the_new_ones(sqlite_app, ids, child, system_session, here):
    teacher, sendco = str(ids.person("class-teacher")), str(ids.person("sendco"))
    write(child, here, "SECRET", who=teacher)
    child.post(f"{here}/look")
    write(child, here, "Something else")
    child.post(f"{here}/{ASKED}/readers", data={"who": sendco})
    rows = versions(system_session, ids)
    assert str(rows["Something else"].one_adult_id) == sendco
    school = {"school_id": ids.school_of("Zara")}
    for slug, role in (("sendco", Role.SENDCO), ("class-teacher", Role.CLASS_TEACHER)):
        with session_of(sqlite_app, ids, slug, Audience.STAFF, roles=frozenset({role}), **school) as session:
            assert "SECRET" not in {row.text for row in statements(session, ids.review("Zara"))}, slug


def test_a_child_who_empties_an_answer_can_write_a_new_one(sqlite_app, ids, child, system_session, here):
    for sent_first in (False, True):
        assert write(child, here, f"First words {sent_first}").status_code == 303
        if sent_first:
            child.post(f"{here}/look")
        assert write(child, here, "").status_code == 303
        assert write(child, here, f"Second thoughts {sent_first}").status_code == 303
        assert f"Second thoughts {sent_first}" in versions(system_session, ids)


def test_a_child_who_goes_back_and_tells_more_has_told_both(sqlite_app, ids, child, system_session):
    key = the_key(child)
    for text in ("The first part", "The first part", "The rest of it"):
        assert child.post("/me/tell", data={"once_key": key, "feeling": "sad", "text": text}).status_code == 303
    told = [row.text for row in all_told(system_session) if row.text.startswith("The ")]
    assert sorted(text for text in told if "part" in text or "rest" in text) == ["The first part", "The rest of it"]


def test_an_open_form_of_the_office_does_not_undo_what_the_parent_narrowed(sqlite_app, ids, as_persona, system_session):
    review, office = new_review(system_session, ids), as_persona("office")
    path = paper(ids, review)
    assert type_in(office, path, text_admire="ON PAPER", readers="family").status_code == 303
    form = parse(office.get(path))
    opened = {f.get("name"): f.get("value", "") for f in form.xpath("//main//input[starts-with(@name, 'version_')]")}
    opened |= {"text_admire": "ON PAPER, again", "language": "en", "readers": "family"}
    assert as_persona("second-parent").post(path_of(ids, review), data={"readers": "teachers"}).status_code == 303
    refused = office.post(path, data=opened)
    assert refused.status_code == 409
    assert "ON PAPER, again" in refused.get_data(as_text=True)
    assert parse(refused).xpath("//main//input[@name='readers'][@checked]/@value") == ["teachers"]
    assert {row.readers for row in statements(system_session, review)} == {"teachers"}
