"""The list of children: who is in it for whom, how it is found, and that its cost does not grow with the school."""

import uuid
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from portal.people.models import Pupil, SchoolClass
from portal.profiles.models import PlanVersion
from portal.profiles.models_register import SenStatusPeriod
from portal.profiles.queries_staff import folded
from portal.profiles.rules import SenProvision
from tests.pages import parse, words
from tests.profiles.filling import ask

URL = "/staff/children"
MOST_STATEMENTS = 12


def names(response):
    return [" ".join(cell.text_content().split()) for cell in parse(response).xpath("//tbody/tr/th")]


def many_more(session, school_id, count):
    """So many further children with SEN support at a school."""
    room = session.scalars(select(SchoolClass.id).where(SchoolClass.school_id == school_id)).first()
    for number in range(count):
        pupil = Pupil(
            id=uuid.uuid4(),
            school_id=school_id,
            forename=f"Child{number:03}",
            surname="Zzz",
            born_on=date(2018, 1, 1),
            nc_year="3",
            class_id=room,
            rights_pass_on=date(2034, 6, 30),
        )
        session.add(pupil)
        session.flush()
        session.add(
            SenStatusPeriod(
                school_id=school_id, pupil_id=pupil.id, provision=SenProvision.SUPPORT, starts_on=date(2025, 9, 1)
            )
        )
    session.commit()


def test_everybody_sees_their_own_children_only(app, as_persona, ids):
    whole = names(as_persona("sendco").get(URL))
    mine = names(as_persona("class-teacher").get(URL))
    assert "Zara Hussain" in mine
    assert set(mine) < set(whole)
    assert mine == names(as_persona("teaching-assistant").get(URL)) == names(as_persona("supply-teacher").get(URL))
    other = names(as_persona("sendco-other-school").get(URL))
    assert not set(whole) & set(other)
    assert "Zara Hussain" not in other


def test_the_office_finds_children_but_reads_no_plan(app, as_persona, ids):
    page = as_persona("office").get(URL)
    assert "Zara Hussain" in names(page)
    assert "Last note" not in words(page)
    file = words(as_persona("office").get(f"{URL}/{ids.pupil('Zara')}"))
    liked = ask(app, select(PlanVersion.people_like).where(PlanVersion.pupil_id == ids.pupil("Zara")))
    assert liked
    assert not any(text in file for text in liked)


@pytest.mark.parametrize(
    ("typed", "found"), [("zofia", "Zofia"), ("WISNIEWSKI", "Kacper"), ("zara hussain", "Zara"), ("o'rourke", "Noah")]
)
def test_names_are_found_without_accents_and_capitals(as_persona, sqlite_app, typed, found):
    for persona in ("sendco", "sendco-other-school"):
        listed = names(as_persona(persona).get(f"{URL}?search={typed}"))
        if listed:
            break
    assert any(found in name for name in listed), listed
    assert len(listed) <= 3


def test_folding():
    assert folded("Łukasz Żółć") == folded("lukasz zolc")
    assert folded("Şahin") == "sahin"
    assert folded("زہرہ") == folded("زہرہ")


def test_filters_by_class_and_status(as_persona, sqlite_app, ids):
    client = as_persona("sendco")
    page = parse(client.get(URL))
    options = {o.text: o.get("value") for o in page.xpath("//select[@name='class']/option")}
    in_class = names(client.get(f"{URL}?class={options['2 Kingfisher']}"))
    assert in_class == names(as_persona("class-teacher").get(URL))
    plans = names(client.get(f"{URL}?status=E"))
    assert any("Zofia" in name for name in plans)
    assert not any("Zara" in name for name in plans)
    left = names(client.get(f"{URL}?status=N"))
    assert any("Tomasz" in name for name in left)
    for nonsense in ("class=x", "status=x", "page=x", "page=-3", "page=999", "search=%00%F0%9F%98%80"):
        assert client.get(f"{URL}?{nonsense}").status_code == 200
    assert "No child fits" in words(client.get(f"{URL}?search=qqqq"))


def test_only_exceptions_are_lit(as_persona, sqlite_app, ids, system_session, today):
    def lit():
        rows = parse(as_persona("sendco").get(URL)).xpath("//tbody/tr[contains(@class, 'calm__lit')]/th")
        return [" ".join(row.text_content().split()) for row in rows]

    assert "Zara Hussain" not in lit()
    version = system_session.scalars(
        select(PlanVersion).where(PlanVersion.pupil_id == ids.pupil("Zara"), PlanVersion.state == "published")
    ).one()
    version.review_due = today - timedelta(days=1)
    system_session.commit()
    assert "Zara Hussain" in lit()


def test_fifty_a_page_and_the_filter_stays(as_persona, sqlite_app, ids, system_session):
    many_more(system_session, ids.school_of("Zara"), 120)
    client = as_persona("sendco")
    first = client.get(f"{URL}?search=zzz")
    assert len(names(first)) == 50
    link = parse(first).xpath("//a[@rel='next']")[0].get("href")
    second = client.get(link)
    third = client.get(parse(second).xpath("//a[@rel='next']")[0].get("href"))
    found = names(first) + names(second) + names(third)
    assert len(found) == len(set(found)) == 120
    assert not parse(third).xpath("//a[@rel='next']")


def test_the_cost_does_not_grow_with_the_school(app, as_persona, ids, system_session, counting):
    def cost(url):
        counting.statements.clear()
        assert client.get(url).status_code == 200
        return len(counting)

    client = as_persona("sendco")
    before = cost(URL)
    many_more(system_session, ids.school_of("Zara"), 200)
    assert cost(URL) == before <= MOST_STATEMENTS
    file = f"{URL}/{ids.pupil('Zara')}"
    version = ask(
        app, select(PlanVersion.id).where(PlanVersion.pupil_id == ids.pupil("Zofia"), PlanVersion.state == "draft")
    )[0]
    zofia = f"{URL}/{ids.pupil('Zofia')}"
    for url in (
        file,
        f"{file}/translations/ur",
        f"{file}/register",
        f"{file}/register?kind=removed",
        f"{file}/needs",
        f"{zofia}/drafts/{version}",
        f"{zofia}/drafts/{version}/profile",
        f"{zofia}/drafts/{version}/publish",
        f"{zofia}/versions/{version}/preview?reader=pl",
        f"{zofia}/translations/pl",
    ):
        assert cost(url) <= MOST_STATEMENTS, (url, counting.statements)
