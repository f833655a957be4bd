"""What readers meet: the search, an entry, and the suggestions for one child, which nobody else may see."""

import uuid

import pytest
from sqlalchemy import select, update

from portal.kernel import clock
from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.local_offer.models import CouncilLink, Service
from portal.local_offer.queries_suggest import suggestions
from portal.people.actor import Actor
from portal.people.models import School
from portal.people.rules import Audience
from portal.people.scopes import scope_of
from portal.profiles.models import Outcome, PlanVersion
from portal.profiles.models_register import SenNeed
from portal.profiles.rules import VersionState
from tests.local_offer.directory import add, at, empty
from tests.pages import parse, words

NASTY = "<img src=x onerror=alert(1)>&lt;script&gt;alert(2)&lt;/script&gt; javascript:alert(3) '\"${7*7}"


def names_on(answer):
    return [" ".join(link.text_content().split()) for link in parse(answer).xpath("//main//h3[@class='card__title']/a")]


def actor_of(person_id):
    facts = {"sitting_id": uuid.uuid4(), "name": "", "language": "en", "trust_id": uuid.uuid4()}
    return Actor(person_id=person_id, audience=Audience.FAMILY, **facts)


def key_of(session, name):
    key = session.scalars(select(Service.id).where(Service.name == name)).one()
    session.rollback()
    return key


def test_the_search_as_anybody(app):
    answer = app.test_client().get("/local-help?words=dysl")
    assert names_on(answer) == ["Dyslexia Workshop", "Reading Rocket"]
    text = words(answer)
    assert "For ages 11 to 18" in text
    assert "Checked 2 months ago" in text
    assert "Free" in text
    for path in ("/local-help", "/local-help?need=CI&age=6"):
        page = words(app.test_client().get(path))
        assert "Chatterbox Corner" in page
        assert "The plan speaks" not in page, "a reason belongs to one child's page"


def test_filters_come_back_as_they_were_asked(sqlite_app, ids):
    school = ids.school_of("Zara")
    answer = sqlite_app.test_client().get(f"/local-help?need=CI&age=6&cost=free&near={school}&miles=3")
    assert names_on(answer)
    chosen = {one.getparent().get("name"): one.get("value") for one in parse(answer).xpath("//option[@selected]")}
    assert chosen == {"need": "CI", "age": "6", "cost": "free", "near": str(school), "miles": "3"}
    assert "miles from school" in words(answer)


@pytest.mark.parametrize(
    "query",
    [
        "page=0", "page=-1", "page=99999999999", "page=x", "age=999", "age=²", "need=XX", "near=x", "miles=7", "words=" + "a" * 5000,
        "words=%00", "words=%F0%9F%98%80", "words=" + "b+" * 100, "cost=all", "near=00000000-0000-0000-0000-000000000000&miles=1",
    ],
)  # fmt: skip
def test_a_spoiled_address_is_still_a_page(app, query):
    assert app.test_client().get(f"/local-help?{query}").status_code == 200


def test_paging_keeps_what_was_asked(sqlite_app, sessions):
    with sessions() as session:
        add(session, *({"name": f"Autism club {n:02}"} for n in range(45)))
        session.commit()
    answer = sqlite_app.test_client().get("/local-help?words=autism+club&page=2")
    links = {link.get("rel"): link.get("href") for link in parse(answer).xpath("//nav[@class='pages']//a")}
    assert "words=autism+club" in links["next"]
    assert "page=3" in links["next"]
    assert "page=1" in links["prev"]


def test_nothing_found_says_what_to_do(sqlite_app):
    answer = sqlite_app.test_client().get("/local-help?words=submarine")
    text = words(answer)
    assert "We found nothing like that" in text
    assert "SENDIASS" in text
    assert "localofferbirmingham.co.uk" in text


def test_without_any_entry_the_councils_pages_are_there(sqlite_app, sessions):
    with sessions() as session:
        empty(session)
        for link in session.scalars(select(CouncilLink)):
            session.delete(link)
        session.commit()
    text = words(sqlite_app.test_client().get("/local-help"))
    assert "There are no entries here yet" in text
    assert "Birmingham's Local Offer" in text
    assert "Dudley's Local Offer" in text


def test_an_entry_says_everything(sqlite_app, system_session):
    key = key_of(system_session, "Sensory Room at Northmoor Centre")
    text = words(sqlite_app.test_client().get(f"/local-help/{key}"))
    for said in (
        "Northmoor Centre",
        "Every day 9 am to 6 pm",
        "£2 for half an hour",
        "0121 496 0788",
        "hoist",
        "B99 1NC",
    ):
        assert said in text
    assert "Birmingham services (made up)" in text
    assert "Checked in the last month" in text


def test_an_old_entry_says_so_and_one_that_nobody_stands_for_says_when_we_saw_it(sqlite_app, system_session):
    old = key_of(system_session, "Water Babies and Beyond")
    unknown = key_of(system_session, "Sleep Clinic for Families")
    client = sqlite_app.test_client()
    assert "Nobody has checked this entry for a long time." in words(client.get(f"/local-help/{old}"))
    assert "We last saw this entry in" in words(client.get(f"/local-help/{unknown}"))


def test_an_entry_of_staff_says_so(sqlite_app, system_session):
    key = key_of(system_session, "Hazel Lane Friday Café")
    assert "Somebody at school wrote it." in words(sqlite_app.test_client().get(f"/local-help/{key}"))


def test_what_is_hidden_or_ended_is_no_page(app, sessions, as_persona):
    with sessions() as session:
        hidden = session.scalars(select(Service).where(Service.name == "Calm Kids")).one()
        hidden.hidden = True
        ended = session.scalars(select(Service).where(Service.name == "Saturday Signers")).one()
        session.commit()
        keys = (hidden.id, ended.id)
    for key in keys:
        for slug in ("parent", "sendco"):
            assert as_persona(slug).get(f"/local-help/{key}").status_code == 404
    assert "Calm Kids" not in words(app.test_client().get("/local-help?words=calm"))


def test_hostile_text_is_only_text(sqlite_app, sessions, as_persona):
    with sessions() as session:
        empty(session)
        place = {"location": {"name": NASTY, "addresses": [{"city": NASTY}], "accessibility": [{"description": NASTY}]}}
        add(
            session,
            {
                "name": f"Autism {NASTY}", "id": NASTY, "description": NASTY, "organization": {"name": NASTY, "website": "javascript:alert(4)"},
                "url": "javascript:alert(5)", "email": "x@x.example?subject=<b>", "fees": NASTY, "phones": [{"number": NASTY}],
                "schedules": [{"description": NASTY}], "service_at_locations": [place],
            },
        )  # fmt: skip
        key = session.scalars(select(Service.id)).one()
        session.commit()
    for client, path in (
        (sqlite_app.test_client(), "/local-help"),
        (sqlite_app.test_client(), f"/local-help/{key}"),
        (as_persona("sendco"), "/staff/local-help"),
        (as_persona("sendco"), f"/staff/local-help/entries/{key}"),
    ):
        page = parse(client.get(path))
        assert not page.xpath("//main//img | //main//script")
        assert not [href for href in page.xpath("//main//@href") if href.lower().startswith("javascript")]


def test_links_that_leave_us_send_no_trace_and_name_the_site(sqlite_app, sessions):
    with sessions() as session:
        empty(session)
        add(session, {"name": "One", "url": "https://www.club.example/a"})
        key = session.scalars(select(Service.id)).one()
        session.commit()
    for path in ("/local-help", f"/local-help/{key}"):
        for link in parse(sqlite_app.test_client().get(path)).xpath("//main//a[starts-with(@href, 'http')]"):
            assert "noreferrer" in link.get("rel", ""), link.get("href")
    assert "club.example" in words(sqlite_app.test_client().get(f"/local-help/{key}"))


def zaras_need(sessions, ids, need_type, area):
    with sessions() as session:
        for need in session.scalars(select(SenNeed).where(SenNeed.pupil_id == ids.pupil("Zara"))):
            need.need_type = need_type
        session.execute(update(Outcome).where(Outcome.pupil_id == ids.pupil("Zara")).values(area=area))
        session.commit()


def test_suggestions_fit_the_childs_need_and_age_and_say_why(app, sessions, ids, as_persona):
    zaras_need(sessions, ids, "SLCN", "CI")
    answer = as_persona("parent").get(f"/children/{ids.pupil('Zara')}/local-help")
    found = names_on(answer)
    assert "Chatterbox Corner" in found, "for ages 2 to 7, and talking"
    assert "Calm Kids" not in found, "another need"
    assert "Stammering Support Group" not in found, "for ages 10 to 18"
    text = words(answer)
    assert "The plan speaks of talking, listening and being with others." in text
    assert "For ages 2 to 7" in text
    assert "miles from school" in text
    zaras_need(sessions, ids, "SEMH", "SEMH")
    changed = names_on(as_persona("parent").get(f"/children/{ids.pupil('Zara')}/local-help"))
    assert "Calm Kids" in changed
    assert "Makaton for Families" not in changed


def test_a_child_without_a_need_that_we_know_gets_no_guess(sqlite_app, sessions, ids, as_persona):
    zaras_need(sessions, ids, "NSA", "")
    text = words(as_persona("parent").get(f"/children/{ids.pupil('Zara')}/local-help"))
    assert "Nothing here fits yet" in text
    assert "SENDIASS" in text


def test_no_name_speaks_of_a_condition_that_nobody_found(app, sessions, ids, as_persona):
    path = f"/children/{ids.pupil('Zara')}/local-help"
    with sessions() as session:
        empty(session)
        for name in ("Autism Family Space", "Down's Play Group", "Autism and ADHD Circle", "Talking Together"):
            add(session, {"name": name, "description": "For speech, learning and autism."})
        session.commit()
    zaras_need(sessions, ids, "SLCN", "CI")
    assert names_on(as_persona("parent").get(path)) == ["Talking Together"]
    zaras_need(sessions, ids, "ASD", "CI")
    assert set(names_on(as_persona("parent").get(path))) == {
        "Autism Family Space",
        "Autism and ADHD Circle",
        "Talking Together",
    }


def test_a_search_in_another_language_is_told_that_entries_are_in_english(sqlite_app):
    client = sqlite_app.test_client()
    told = "The entries are written in English."
    assert client.get("/local-help?words=zzzqqq&lang=en").text.count(told) == 0
    page = client.get("/local-help?words=zzzqqq&lang=ur")
    assert len(parse(page).xpath("//main//div[@class='note']")) == 1


def test_an_address_is_a_way_to_reach_somebody(sqlite_app, sessions):
    with sessions() as session:
        empty(session)
        add(
            session, {"name": "With a place", "service_at_locations": at(52.5, -1.8, "Birmingham")}, {"name": "Nowhere"}
        )
        session.commit()
        found = {row.name: row.id for row in session.query(Service)}
    client = sqlite_app.test_client()
    assert "We do not know how." not in words(client.get(f"/local-help/{found['With a place']}?lang=en"))
    assert "We do not know how." in words(client.get(f"/local-help/{found['Nowhere']}?lang=en"))


def test_what_is_hidden_is_suggested_to_nobody(sqlite_app, sessions, ids, as_persona):
    zaras_need(sessions, ids, "SLCN", "CI")
    path = f"/children/{ids.pupil('Zara')}/local-help"
    assert "Chatterbox Corner" in names_on(as_persona("parent").get(path))
    with sessions() as session:
        session.execute(update(Service).where(Service.name == "Chatterbox Corner").values(hidden=True))
        session.commit()
    assert "Chatterbox Corner" not in names_on(as_persona("parent").get(path))


def test_only_the_published_plan_and_the_needs_of_today_speak(sqlite_app, sessions, ids, as_persona):
    path, child = f"/children/{ids.pupil('Zara')}/local-help", ids.pupil("Zara")
    earlier = select(PlanVersion.id).where(PlanVersion.pupil_id == child, PlanVersion.state == VersionState.EARLIER)
    zaras_need(sessions, ids, "NSA", "")
    with sessions() as session:
        assert session.execute(update(Outcome).where(Outcome.version_id.in_(earlier)).values(area="SEMH")).rowcount
        session.commit()
    assert names_on(as_persona("parent").get(path)) == []
    zaras_need(sessions, ids, "SEMH", "")
    assert "Calm Kids" in names_on(as_persona("parent").get(path))
    with sessions() as session:
        session.execute(update(SenNeed).where(SenNeed.pupil_id == child).values(ends_on=SenNeed.starts_on))
        session.commit()
    assert names_on(as_persona("parent").get(path)) == []


def test_no_address_on_that_page_tells_a_need_or_an_age(sqlite_app, ids, as_persona):
    page = parse(as_persona("parent").get(f"/children/{ids.pupil('Zara')}/local-help"))
    for href in page.xpath("//main//@href"):
        assert "?" not in href, href
        assert href.startswith("http") is False or "Zara" not in href


def test_suggestions_are_for_those_who_may_read_the_plan(app, ids, as_persona):
    path = f"/children/{ids.pupil('Zara')}/local-help"
    assert as_persona("second-parent").get(path).status_code == 200
    for slug, status in (
        ("parent-barred", 404),
        ("parent-other-school", 404),
        ("class-teacher", 403),
        ("trust-lead", 403),
    ):
        assert as_persona(slug).get(path).status_code == status


def test_the_fence_itself_keeps_suggestions_from_others(app, ids):
    """Without the gate: only the scope of whoever reads the child's plan finds the child at all."""
    engine = app.extensions["engine"]
    for slug in ("parent", "parent-barred", "parent-other-school"):
        scope = scope_of(actor_of(ids.person(slug)), clock.today())
        with PortalSession(engine, scope=scope, read_only=True) as session:
            if slug == "parent":
                assert suggestions(session, pupil_id=ids.pupil("Zara"), today=clock.today()).suggestions
                continue
            with pytest.raises(NotFound):
                suggestions(session, pupil_id=ids.pupil("Zara"), today=clock.today())


def test_reading_suggestions_is_a_look_like_any_other(app, ids, as_persona, system_session):
    from portal.people.models import Look

    before = system_session.query(Look).count()
    system_session.rollback()
    as_persona("parent").get(f"/children/{ids.pupil('Zara')}/local-help")
    assert system_session.query(Look).count() == before + 1


def test_suggestions_keep_to_eight_statements(sqlite_app, ids, as_persona, counting):
    client = as_persona("parent")
    path = f"/children/{ids.pupil('Zara')}/local-help"
    client.get(path)
    counting.statements.clear()
    client.get(path)
    assert len(counting) <= 8, "\n".join(counting.statements)


def test_the_childs_page_and_the_help_page_lead_there(sqlite_app, ids, as_persona):
    client = as_persona("parent")
    child = parse(client.get(f"/children/{ids.pupil('Zara')}"))
    assert child.xpath(f"//main//a[@href='/children/{ids.pupil('Zara')}/local-help']")
    assert parse(client.get("/help")).xpath("//main//a[@href='/local-help']")


def test_schools_that_do_not_say_where_they_are_offer_no_distance(sqlite_app, sessions):
    with sessions() as session:
        session.execute(update(School).values(latitude=None, longitude=None))
        session.commit()
    assert not parse(sqlite_app.test_client().get("/local-help")).xpath("//select[@name='near']")
