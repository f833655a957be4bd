"""Pupils' own pages: three skins, their own words, and nothing that is for adults."""

import uuid

import pytest
from sqlalchemy import select

from portal.people.models import Pupil
from portal.profiles.models import PlanVersion, Target
from portal.profiles.rules import NEED_TYPES, VersionState
from tests.pages import parse, words


def test_a_young_pupil_reads_in_pictures(app, as_persona, ids):
    page = as_persona("pupil-young").get("/me?lang=en")
    tree = parse(page)
    assert "skin-pictures" in tree.xpath("//body/@class")[0]
    ideas = tree.xpath("//li[@class='idea']")
    assert len(ideas) == 4
    for idea in ideas:
        assert len(idea.xpath(".//svg")) == 1  # one picture for one idea
    assert "3 of 4 steps" in words(page)
    assert "I did it" in words(page)


def test_an_older_pupil_reads_words_first(app, as_persona):
    page = as_persona("pupil-older").get("/me?lang=en")
    assert "skin-words" in parse(page).xpath("//body/@class")[0]
    for heading in ("My targets", "What helps me", "What I am asked to do", "Who helps me"):
        assert heading in words(page)
    assert "Read my whole plan" not in words(page)


def test_years_four_to_six_have_cards(sqlite_app, as_persona, ids, system_session):
    system_session.get_one(Pupil, ids.pupil("Zara")).nc_year = "5"
    system_session.commit()
    assert "skin-cards" in parse(as_persona("pupil-young").get("/me")).xpath("//body/@class")[0]


@pytest.mark.parametrize(("slug", "name"), [("pupil-young", "Zara"), ("pupil-older", "Idris")])
def test_pupils_meet_no_words_that_are_for_adults(app, as_persona, ids, system_session, slug, name):
    version = system_session.scalars(
        select(PlanVersion).where(PlanVersion.pupil_id == ids.pupil(name), PlanVersion.state == VersionState.PUBLISHED)
    ).one()
    targets = system_session.scalars(select(Target).where(Target.version_id == version.id)).all()
    for_adults = [version.needs_in_plain_words, "SEN register", *NEED_TYPES.values()]
    for target in targets:
        for_adults += [target.how_we_will_know, target.help_at_home, target.does_what, *target.strategies]
    system_session.rollback()
    client = as_persona(slug)
    home = client.get("/me?lang=en")
    links = parse(home).xpath("//main//a[contains(@href, '/me/targets/')]/@href")
    assert len(links) == len(targets)
    for page in (home, *(client.get(link) for link in links)):
        text = words(page)
        assert not [word for word in for_adults if word and " ".join(word.split()) in text]
        for absent in ("0121", "@", "looked at", "mailto:"):
            assert absent not in text


def test_without_own_words_the_goal_is_said(app, as_persona, ids, system_session):
    target = system_session.scalars(
        select(Target)
        .join(PlanVersion, PlanVersion.id == Target.version_id)
        .where(Target.pupil_id == ids.pupil("Zara"), PlanVersion.state == VersionState.PUBLISHED)
        .order_by(Target.position)
    ).first()
    target.pupil_words = ""
    goal = target.goal
    system_session.commit()
    assert goal in words(as_persona("pupil-young").get("/me?lang=en"))


def test_one_target_and_the_way_out(app, as_persona, ids):
    client = as_persona("pupil-young")
    link = parse(client.get("/me?lang=en")).xpath("//main//a[contains(@href, '/me/targets/')]/@href")[0]
    page = client.get(link)
    assert "I can say who, what and where." in words(page)
    assert parse(page).xpath("//main//form[@action='/sign-out']//button")
    assert client.get(f"/me/targets/{uuid.uuid4()}").status_code == 404


def test_another_pupils_target_is_not_there(app, as_persona, ids, system_session):
    thread = system_session.scalars(select(Target.thread).where(Target.pupil_id == ids.pupil("Idris"))).first()
    system_session.rollback()
    assert as_persona("pupil-young").get(f"/me/targets/{thread}").status_code == 404


def test_a_pupil_without_a_plan_is_told_kindly(app, as_persona, ids, system_session):
    for version in system_session.scalars(select(PlanVersion).where(PlanVersion.pupil_id == ids.pupil("Zara"))):
        version.state = VersionState.EARLIER
    system_session.commit()
    assert "Your page is not ready yet" in words(as_persona("pupil-young").get("/me?lang=en"))


def test_pupil_pages_cost_few_statements(app, as_persona, counting):
    for slug in ("pupil-young", "pupil-older"):
        client = as_persona(slug)
        link = parse(client.get("/me?lang=ur")).xpath("//main//a[contains(@href, '/me/targets/')]/@href")[0]
        for path in ("/me", link):
            counting.statements.clear()
            assert client.get(path).status_code == 200
            assert len(counting) <= 8, counting.statements
