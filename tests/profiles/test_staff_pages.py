"""A child's file: what each role reads, and that opening it is kept for the family to see."""

import pytest
from sqlalchemy import select

from portal.people.models import Look
from portal.profiles.models import PlanVersion
from portal.profiles.models_register import RegisterEvent
from tests.pages import parse, words
from tests.profiles.filling import ask


def looks(app, pupil_id, person_id):
    return ask(app, select(Look).where(Look.pupil_id == pupil_id, Look.person_id == person_id).order_by(Look.at))


@pytest.mark.parametrize(
    ("persona", "status"),
    [
        ("sendco", 200),
        ("headteacher", 200),
        ("class-teacher", 200),
        ("teaching-assistant", 200),
        ("supply-teacher", 200),
        ("office", 200),
        ("sendco-other-school", 404),
        ("parent", 403),
        ("pupil-young", 403),
        ("trust-lead", 403),
    ],
)
def test_who_opens_the_file(app, as_persona, ids, persona, status):
    answer = as_persona(persona).get(f"/staff/children/{ids.pupil('Zara')}")
    assert answer.status_code == status
    if status != 200:
        assert "Hussain" not in answer.get_data(as_text=True).split("<main")[1]


def test_one_look_a_sitting_and_the_family_sees_it(app, as_persona, ids):
    zara, me = ids.pupil("Zara"), ids.person("headteacher")
    client = as_persona("headteacher")
    for _n in range(3):
        client.get(f"/staff/children/{zara}")
    (look,) = looks(app, zara, me)
    published = ask(
        app, select(PlanVersion.number).where(PlanVersion.pupil_id == zara, PlanVersion.state == "published")
    )
    assert (look.audience, look.role, look.version_number) == ("staff", "headteacher", published[0])
    as_persona("headteacher").get(f"/staff/children/{zara}")
    assert len(looks(app, zara, me)) == 2
    assert "Headteacher" in words(as_persona("parent").get(f"/children/{zara}"))


def test_a_refused_opening_is_no_look(app, as_persona, ids):
    zara = ids.pupil("Zara")
    as_persona("sendco-other-school").get(f"/staff/children/{zara}")
    assert looks(app, zara, ids.person("sendco-other-school")) == []


def test_another_process_may_have_noted_the_look(app, as_persona, ids):
    from portal.people import looks as memory

    zara, client = ids.pupil("Zara"), as_persona("headteacher")
    assert client.get(f"/staff/children/{zara}").status_code == 200
    memory._noted.clear()
    assert client.get(f"/staff/children/{zara}").status_code == 200
    assert len(looks(app, zara, ids.person("headteacher"))) == 1


@pytest.mark.parametrize(
    ("persona", "may"),
    [
        ("sendco", {"note", "draft", "register", "needs", "adults", "translations"}),
        ("class-teacher", {"note"}),
        ("teaching-assistant", {"note"}),
        ("supply-teacher", set()),
        ("headteacher", set()),
        ("office", {"adults"}),
    ],
)
def test_every_role_is_offered_what_it_may_do_and_nothing_else(sqlite_app, as_persona, ids, persona, may):
    zara, client = ids.pupil("Zara"), as_persona(persona)
    page = parse(client.get(f"/staff/children/{zara}"))
    links = {str(href) for href in page.xpath("//main//a/@href | //main//form/@action") if href.startswith("/")}
    offered = {
        name
        for name, mark in (
            ("note", "/note"),
            ("draft", "/drafts"),
            ("register", "/register"),
            ("needs", "/needs"),
            ("adults", "/adults"),
            ("translations", "/translations/"),
        )
        if any(mark in link for link in links)
    }
    assert offered == may
    for link in links - {f"/staff/children/{zara}/drafts"}:
        assert client.get(link).status_code in {200, 303}, link


def test_reasons_for_the_family_are_not_for_assistants(sqlite_app, as_persona, ids):
    zara = ids.pupil("Zara")
    reason = ask(sqlite_app, select(RegisterEvent.reason_for_family).where(RegisterEvent.pupil_id == zara))[0]
    sentence = reason.split(". ")[0]
    for persona, reads in (
        ("sendco", True),
        ("headteacher", True),
        ("class-teacher", True),
        ("teaching-assistant", False),
        ("supply-teacher", False),
        ("office", False),
    ):
        page = words(as_persona(persona).get(f"/staff/children/{zara}"))
        assert (sentence in page) is reads, persona
        assert ("Samina Hussain" in page) is (persona in {"sendco", "headteacher"}), persona


def test_a_barred_adult_is_named_nowhere_a_teacher_looks(sqlite_app, as_persona, ids):
    for persona in ("class-teacher", "teaching-assistant", "supply-teacher"):
        assert "Kamran" not in words(as_persona(persona).get(f"/staff/children/{ids.pupil('Zara')}"))
