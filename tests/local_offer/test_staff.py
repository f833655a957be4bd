"""Staff keep the directory: by hand, by feeds, and with the councils' own pages."""

import uuid

import pytest
from sqlalchemy import func, select

from portal.kernel import clock
from portal.kernel.audit import AuditEvent
from portal.local_offer.models import CouncilLink, Feed, Service, ServicePlace
from portal.people.models import School
from tests.local_offer.directory import add
from tests.pages import parse, words

ENTRY = {
    "name": "Tea and Talk", "organisation": "Our school", "description": "Tea for parents.", "minimum_age": "", "maximum_age": "",
    "schedules": "Mondays", "costs": "", "is_free": "y", "areas": ["CI", "SP"], "place": "Hall", "address_1": "1 Mill Lane",
    "city": "Northmoor", "postal_code": "B99 1AA", "access": "", "phone": "", "email": "", "url": "", "token": "",
}  # fmt: skip


def path_of(key):
    return f"/staff/local-help/entries/{key}"


def entry(session, name):
    row = session.scalars(select(Service).where(Service.name == name)).one()
    session.expunge(row)  # the rollback lets others write, and would empty the row
    session.rollback()
    return row


def form_of(client, key):
    """What the form of an entry would send unchanged."""
    page = parse(client.get(path_of(key)))
    form = page.xpath("//main//form[@method='post'][.//*[@name='description']]")[0]
    values = {name: [] for name in ("areas",)}
    for field in form.xpath(".//input | .//textarea"):
        name, kind = field.get("name"), field.get("type")
        if kind == "checkbox":
            if field.get("checked") is not None and name == "areas":
                values["areas"].append(field.get("value"))
            elif field.get("checked") is not None:
                values[name] = field.get("value")
        elif kind != "submit" and name != "csrf_token":
            values[name] = (field.text or "").removeprefix("\n") if field.tag == "textarea" else field.get("value", "")
    return values


def test_an_entry_by_hand(app, as_persona, system_session):
    client = as_persona("office")
    key = client.get("/staff/local-help/new").headers["Location"].rsplit("/", 1)[1]
    assert client.post(path_of(key), data=ENTRY).status_code == 303
    row = entry(system_session, "Tea and Talk")
    assert (str(row.id), row.is_free, row.areas, row.source) == (key, True, "CI SP", "manual")
    assert "Tea and Talk" in words(app.test_client().get("/local-help?words=tea+northm"))
    assert "Somebody at school wrote it." in words(app.test_client().get(f"/local-help/{key}"))


def test_sent_twice_it_is_one_entry(app, as_persona, system_session):
    client, key = as_persona("office"), uuid.uuid4()
    for _time in range(2):
        assert client.post(path_of(key), data=ENTRY).status_code == 303
    assert system_session.scalar(select(func.count()).where(Service.name == "Tea and Talk")) == 1
    assert system_session.scalar(select(func.count()).where(ServicePlace.service_id == key)) == 1


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"name": ""}, "Write a name."),
        ({"url": "javascript:alert(1)"}, "This is not a web address."),
        ({"email": "nobody"}, "This is not an e-mail address."),
        ({"minimum_age": "x"}, "Write an age in years, such as 7."),
        ({"minimum_age": "900"}, "Write an age in years, such as 7."),
        ({"minimum_age": "12", "maximum_age": "4"}, "The youngest age cannot be above the oldest."),
        ({"postal_code": "x" * 40}, "This is too long."),
    ],
)
def test_what_does_not_fit_is_said_at_its_field_and_nothing_is_lost(
    sqlite_app, as_persona, system_session, changed, message
):
    answer = as_persona("sendco").post(path_of(uuid.uuid4()), data={**ENTRY, **changed})
    assert answer.status_code == 422
    assert message in words(answer)
    assert "Tea for parents." in answer.get_data(as_text=True)
    assert not system_session.scalars(select(Service).where(Service.name == "Tea and Talk")).first()


def test_a_correction_stays_when_the_feed_speaks_again(app, as_persona, sessions):
    raw = {
        "name": "Feed Club",
        "phones": [{"number": "0121 496 0001"}],
        "fees": "£3",
        "description": "Line one.\n\nLine two.",
    }
    with sessions() as session:
        add(session, raw)
        session.commit()
        key = session.scalars(select(Service.id).where(Service.name == "Feed Club")).one()
    client = as_persona("sendco")
    form = form_of(client, key)
    assert client.post(path_of(key), data=form).status_code == 303
    with sessions() as session:
        assert session.get_one(Service, key).edited == [], "nothing was different, so nothing is ours"
    assert client.post(path_of(key), data={**form, "phone": "0121 496 9999", "city": "Erdbrook"}).status_code == 303
    with sessions() as session:
        assert session.get_one(Service, key).edited == ["phone", "places"]
        add(session, {**raw, "phones": [{"number": "0121 496 0002"}], "fees": "£5"})
        session.commit()
        row = session.get_one(Service, key)
        assert (row.phone, row.costs) == ("0121 496 9999", "£5")
    assert "Feed Club" in words(app.test_client().get("/local-help?words=feed+erdbrook"))
    assert "Somebody at school has corrected it." in words(app.test_client().get(f"/local-help/{key}"))


def test_each_correction_stays_beside_those_before_it(sqlite_app, as_persona, sessions):
    """And what is decided together stays together: whoever corrected one age has looked at the other."""
    raw = {"name": "Feed Club", "minimum_age": 5, "maximum_age": 9, "fees": "£3"}
    with sessions() as session:
        add(session, raw)
        session.commit()
        key = session.scalars(select(Service.id).where(Service.name == "Feed Club")).one()
    client = as_persona("sendco")
    for change in ({"phone": "0121 496 9999"}, {"minimum_age": "4"}, {"is_free": "y"}):
        assert client.post(path_of(key), data={**form_of(client, key), **change}).status_code == 303
    with sessions() as session:
        add(session, {**raw, "minimum_age": 12, "maximum_age": 15, "fees": "£5", "phones": [{"number": "0121 496 1"}]})
        session.commit()
        row = session.get_one(Service, key)
        assert (row.phone, row.minimum_age, row.maximum_age) == ("0121 496 9999", 4, 9)
        assert (row.is_free, row.costs) == (True, "£3")
        assert row.edited == ["costs", "is_free", "maximum_age", "minimum_age", "phone"]


def test_two_who_correct_at_once_both_see_it(app, as_persona, system_session):
    key = entry(system_session, "Calm Kids").id
    first, second = as_persona("sendco"), as_persona("sendco-other-school")
    one, other = form_of(first, key), form_of(second, key)
    assert first.post(path_of(key), data={**one, "phone": "0121 496 1111"}).status_code == 303
    answer = second.post(path_of(key), data={**other, "phone": "0121 496 2222"})
    assert answer.status_code == 409
    assert "0121 496 2222" in answer.get_data(as_text=True)
    assert "0121 496 1111" in words(answer)
    token = parse(answer).xpath("//input[@name='token']")[0].get("value")
    assert second.post(path_of(key), data={**other, "phone": "0121 496 2222", "token": token}).status_code == 303


def test_hide_and_show_again(app, as_persona, system_session):
    key = entry(system_session, "Calm Kids").id
    client = as_persona("office")
    assert client.post(f"{path_of(key)}/hide").status_code == 303
    assert app.test_client().get(f"/local-help/{key}").status_code == 404
    assert "Calm Kids" in words(client.get("/staff/local-help?show=hidden"))
    assert client.post(f"{path_of(key)}/show").status_code == 303
    assert app.test_client().get(f"/local-help/{key}").status_code == 200
    assert client.post(f"{path_of(uuid.uuid4())}/hide").status_code == 404


def test_a_page_that_is_no_longer_there_is_the_first(sqlite_app, as_persona):
    page = as_persona("office").get("/staff/local-help?page=4000")
    assert parse(page).xpath("//main//table//tbody/tr")


def test_what_staff_did_is_written_down(sqlite_app, as_persona, system_session):
    key = entry(system_session, "Calm Kids").id
    as_persona("office").post(f"{path_of(key)}/hide")
    acts = set(system_session.scalars(select(AuditEvent.action).where(AuditEvent.subject_id == key)))
    assert acts == {"hid a service in the local directory"}


def test_councils_pages_of_a_school(app, as_persona, system_session, ids):
    client = as_persona("office")
    today = clock.today()
    data = {"name": "Our council", "url": "https://council.example/offer", "checked_on-day": today.day, "checked_on-month": today.month, "checked_on-year": today.year}  # fmt: skip
    assert client.post("/staff/local-help/councils", data={**data, "url": "javascript:x"}).status_code == 422
    assert client.post("/staff/local-help/councils", data=data).status_code == 303
    assert client.post("/staff/local-help/councils", data={**data, "name": "Renamed"}).status_code == 303
    mine = select(CouncilLink).where(CouncilLink.school_id == ids.school_of("Zara"))
    rows = {row.url: row for row in system_session.scalars(mine)}
    assert rows["https://council.example/offer"].name == "Renamed"
    key = rows["https://council.example/offer"].id
    system_session.rollback()
    assert "council.example" in words(app.test_client().get("/local-help"))
    other = as_persona("sendco-other-school")
    assert other.post(f"/staff/local-help/councils/{key}/remove").status_code == 404
    assert client.post(f"/staff/local-help/councils/{key}/remove").status_code == 303
    assert not system_session.scalars(select(CouncilLink).where(CouncilLink.id == key)).first()


def test_a_feed_is_added_read_again_and_stopped(app, as_persona, system_session):
    client = as_persona("trust-lead")
    data = {"url": "https://feed.example/services", "name": "Council feed"}
    assert client.post("/staff/local-help/feeds", data={"url": "file:///etc/passwd", "name": ""}).status_code == 422
    for _twice in range(2):
        assert client.post("/staff/local-help/feeds", data=data).status_code == 303
    feed = system_session.scalars(select(Feed).where(Feed.url == data["url"])).one()
    assert feed.wanted_at is not None
    key = feed.id
    system_session.rollback()
    assert as_persona("sendco").post(f"/staff/local-help/feeds/{key}/stop").status_code == 303
    assert "Stopped" in words(client.get("/staff/local-help/feeds"))
    assert client.post(f"/staff/local-help/feeds/{key}/again").status_code == 303
    assert client.post(f"/staff/local-help/feeds/{uuid.uuid4()}/again").status_code == 404


def test_a_report_can_be_read_in_any_language(sqlite_app, as_persona, sessions, feed, fetcher):
    from portal.local_offer.actions_import import feed_at, fetch_feed
    from tests.local_offer.feed_server import Reply, envelope, service

    feed.answers["/services"] = Reply(envelope([service(1), {}], 1, 1, total_items=9))
    with sessions() as session:
        key = feed_at(session, f"{feed.url}/services", name="Told", now=clock.now()).id
        session.commit()
    fetch_feed(sessions, fetcher, key, now=clock.now())
    text = words(as_persona("sendco").get("/staff/local-help/feeds"))
    assert "The feed says that it has 9 services. We found 1." in text
    assert "a service without a name or a number was left out" in text


def test_where_a_school_is_stands_among_its_settings(app, as_persona, system_session, ids):
    client = as_persona("office")
    page = parse(client.get("/staff/school"))
    form = page.xpath("//main//form[@method='post']")[0]
    values = {f.get("name"): f.get("value", "") for f in form.xpath(".//input[@type!='radio'] | .//input[not(@type)]")}
    values |= {f.get("name"): f.get("value") for f in form.xpath(".//input[@type='radio'][@checked]")}
    values |= {f.getparent().get("name"): f.get("value") for f in form.xpath(".//option[@selected]")}
    values |= {f.get("name"): (f.text or "").removeprefix("\n") for f in form.xpath(".//textarea")}
    values.pop("csrf_token")
    assert values["point"] == "52.531, -1.838"
    for point in ("x", "91, 0", "1", "1, 2, 3", "nan, 1"):
        assert client.post("/staff/school", data={**values, "point": point}).status_code == 422, point
    for point, stored in (("52.5, -1.9", (52.5, -1.9)), ("", (None, None))):
        assert client.post("/staff/school", data={**values, "point": point}).status_code == 303
        school = system_session.get_one(School, ids.school_of("Zara"))
        assert (school.latitude, school.longitude) == stored
        system_session.rollback()
        system_session.expire_all()
