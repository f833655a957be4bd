"""Help, privacy and accessibility: for everybody, and by name for those who are signed in."""

import pytest

from portal.people.models import Pupil
from tests.pages import parse, words


@pytest.mark.parametrize("path", ["/help", "/privacy", "/accessibility"])
@pytest.mark.parametrize("tag", ["en", "ur"])
def test_anybody_may_read_them(sqlite_app, path, tag):
    page = parse(sqlite_app.test_client().get(f"{path}?lang={tag}"))
    for link in page.xpath("//main//a[starts-with(@href, 'http')]"):
        assert link.get("rel") == "noreferrer"


def test_help_names_the_people_of_each_child(app, as_persona, counting):
    client = as_persona("parent-of-two")
    client.get("/help?lang=en")
    counting.statements.clear()
    text = words(client.get("/help"))
    assert len(counting) <= 8
    for expected in ("Kacper", "Mr Rahman", "Zofia", "Ms Doyle", "Hazel Lane Primary School", "SENDCO"):
        assert expected in text
    assert "Bridgefield Academy" not in text


def test_help_names_the_people_of_each_school_where_a_family_has_children_at_two(app, client_of):
    client = client_of("Ayesha Iqbal")
    text = words(client.get("/help?lang=en"))
    for expected in ("Eesa", "Hazel Lane Primary School", "SENDCO", "Aleena", "Bridgefield Academy", "SENCO"):
        assert expected in text


def test_help_names_no_child_to_an_adult_who_is_kept_out(app, as_persona):
    text = words(as_persona("parent-barred").get("/help?lang=en"))
    assert "Zara" not in text
    assert "Okafor" not in text


def test_a_pupil_is_told_whom_to_tell_first(sqlite_app, as_persona):
    text = words(as_persona("pupil-young").get("/help?lang=en"))
    assert "Tell a grown-up you trust." in text
    assert "0800 1111" in text
    assert "Miss Okafor" in text


def skin_of(page):
    return [each for each in parse(page).xpath("//body/@class")[0].split() if each.startswith("skin-")]


@pytest.mark.parametrize(("nc_year", "skin"), [("2", "skin-pictures"), ("5", "skin-cards"), ("8", "skin-words")])
def test_pages_for_everybody_wear_the_skin_of_the_pupil_who_reads(
    app, as_persona, ids, system_session, counting, nc_year, skin
):
    system_session.get_one(Pupil, ids.pupil("Zara")).nc_year = nc_year
    system_session.commit()
    client = as_persona("pupil-young")
    for path in ("/help", "/help/children", "/privacy", "/accessibility", "/children/nothing"):
        assert skin_of(client.get(path)) == [skin], path
        counting.statements.clear()
        client.get(path)
        assert len(counting) <= 8, path
    for path in ("/help", "/help/children"):
        page = parse(client.get(path))
        assert page.xpath("//main//*[@data-read-aloud]"), path
        assert page.xpath("//main//*[@data-aloud]"), path
        assert not skin_of(as_persona("parent").get(path))
        assert not skin_of(app.test_client().get(path))


def test_a_young_person_wears_it_in_messages_and_rights_too(sqlite_app, as_persona):
    for path in ("/messages", "/me/rights"):
        assert skin_of(as_persona("young-person").get(path)) == ["skin-words"], path


def test_privacy_begins_for_a_pupil_in_words_for_children(sqlite_app, as_persona):
    links = "//footer//ul//a/@href"
    page = parse(as_persona("pupil-young").get("/help"))
    assert page.xpath(links) == ["/help/children", "/accessibility"]
    assert parse(as_persona("pupil-young").get("/help/children")).xpath("//main//a[@href='/privacy']")
    assert parse(as_persona("parent").get("/help")).xpath(links) == ["/privacy", "/accessibility"]
