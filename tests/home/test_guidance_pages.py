"""Help, privacy and accessibility: for everybody, and by name for those who are signed in."""

import pytest

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
