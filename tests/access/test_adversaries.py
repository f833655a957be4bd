"""What somebody would try who wants in, or wants more than is theirs: found by playing them, kept so that it stays shut."""

import contextlib
import sqlite3
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import OperationalError

from portal.accounts.models import Sitting
from portal.kernel import clock
from portal.kernel.errors import NotAllowed, NotFound
from portal.kernel.scope import NOTHING, PortalSession, Scope, ScopeError, system
from portal.people.actor import Actor
from portal.people.models import Look, Person, Pupil, PupilContact, StaffRole, TrustRole
from portal.people.rules import Audience, Role
from portal.people.scopes import one_pupil, scope_of
from portal.web.unit_of_work import reader
from tests.pages import parse


def link_of(session, ids, slug="second-parent", pupil="Zara"):
    return session.scalars(
        select(PupilContact).where(PupilContact.pupil_id == ids.pupil(pupil), PupilContact.adult_id == ids.person(slug))
    ).one()


def test_every_page_about_a_child_has_a_rule_that_looks_at_the_child(sqlite_app, ids):
    """Not only its query: the rule itself refuses a child outside the scope, even for somebody with every role."""
    app = sqlite_app
    everybody = {"person_id": ids.person("sendco-other-school"), "sitting_id": uuid.uuid4(), "name": "x"}
    school = {"school_id": ids.school_of("Sagal"), "language": "en", "trust_id": uuid.uuid4()}
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "pupil_id" in rule.arguments}
    assert len(pages) > 20
    for endpoint in pages:
        access = app.extensions["access"][endpoint]
        for audience in access.audiences:
            mine = {"pupil_id": ids.pupil("Sagal"), "holds_own_rights": True} if audience == Audience.PUPIL else {}
            actor = Actor(**everybody, **school, **mine, audience=audience, roles=frozenset(Role))
            with app.test_request_context(base_url="http://127.0.0.1:8000"):
                reader().enter(scope_of(actor, clock.today()))
                assert access.rule is not None, endpoint
                with pytest.raises((NotFound, NotAllowed)):
                    access.rule(actor, {"pupil_id": ids.pupil("Zara")})


@pytest.mark.parametrize("scope", [NOTHING, system("test")], ids=["nobody", "everything"])
def test_a_session_of_nobody_or_of_everything_is_never_narrowed(sqlite_app, scope):
    with (
        PortalSession(sqlite_app.extensions["engine"], scope=scope, read_only=True) as session,
        pytest.raises(ScopeError),
    ):
        session.narrow(one_pupil(uuid.uuid4(), uuid.uuid4()))


def test_a_session_that_writes_is_never_narrowed(sqlite_app):
    with PortalSession(sqlite_app.extensions["engine"], scope=Scope("somebody")) as session, pytest.raises(ScopeError):
        session.narrow(one_pupil(uuid.uuid4(), uuid.uuid4()))


@pytest.mark.parametrize("spoiled", ["abc", "", "-1", "9" * 5_000, "٣", "1.0"])
def test_a_spoiled_version_is_a_stale_one(sqlite_app, ids, as_persona, system_session, spoiled):
    contact = link_of(system_session, ids)
    given = {
        "version": spoiled,
        "relationship": contact.relationship,
        "parental_responsibility": "yes",
        "lives_with_pupil": "yes",
        "access": "contribute",
        "restriction": "none",
        "confirmed": "yes",
    }
    page = f"/staff/children/{contact.pupil_id}/adults/{contact.id}"
    system_session.rollback()
    assert as_persona("office").post(page, data=given).status_code == 409


def test_a_year_of_thirty_digits_gets_a_message(sqlite_app, ids, as_persona, system_session):
    contact = link_of(system_session, ids)
    given = {"restriction": "no_contact", "restricted_from-day": "1", "restricted_from-month": "1"}
    page = f"/staff/children/{contact.pupil_id}/adults/{contact.id}"
    system_session.rollback()
    assert as_persona("office").post(page, data=given | {"restricted_from-year": "9" * 30}).status_code == 422


def test_adding_an_adult_twice_adds_one(app, ids, as_persona, system_session):
    client = as_persona("office")
    given = {"full_name": "Wanjiru Oyelaran", "relationship": "REL", "language": "en"}
    page = f"/staff/children/{ids.pupil('Zara')}/adults"
    first, second = client.post(page, data=given), client.post(page, data=given)
    assert first.status_code == second.status_code == 303
    assert first.headers["Location"] == second.headers["Location"]
    count = select(func.count()).select_from(Person).where(Person.full_name == given["full_name"])
    assert system_session.scalars(count).one() == 1
    system_session.rollback()
    other = client.post(f"/staff/children/{ids.pupil('Hafsa')}/adults", data=given)
    assert other.headers["Location"] != first.headers["Location"], "another child's adult may have the same name"


def test_a_trust_lead_who_stops_sees_no_figure_any_more(app, ids, as_persona, system_session):
    client = as_persona("trust-lead")
    assert client.get("/trust").status_code == 200
    system_session.execute(delete(TrustRole).where(TrustRole.person_id == ids.person("trust-lead")))
    system_session.commit()
    assert client.get("/trust").status_code == 302


def test_a_look_that_could_not_be_kept_is_kept_the_next_time(sqlite_app, sqlite_url, ids, as_persona, system_session):
    """Nobody reads a child's page unseen because the first try met a busy database."""
    engine = sqlite_app.extensions["writing_engine"]
    client, path = as_persona("sendco"), f"/staff/children/{ids.pupil('Zara')}"
    looks = (
        select(func.count())
        .select_from(Look)
        .where(Look.person_id == ids.person("sendco"), Look.pupil_id == ids.pupil("Zara"))
    )
    before = system_session.scalars(looks).one()
    system_session.rollback()
    engine.pool.dispose()
    busy = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
    busy.execute("CREATE TRIGGER no_looks BEFORE INSERT ON look BEGIN SELECT no_such_function(); END")
    with contextlib.suppress(OperationalError):
        client.get(path)
    busy.execute("DROP TRIGGER no_looks")
    busy.close()
    assert client.get(path).status_code == 200
    assert system_session.scalars(looks).one() == before + 1


def test_a_child_without_a_class_can_be_given_pictures(sqlite_app, ids, as_persona, system_session):
    system_session.execute(update(Pupil).where(Pupil.id == ids.pupil("Zara")).values(class_id=None))
    system_session.commit()
    client, page = as_persona("sendco"), f"/staff/lesson/pupil/{ids.pupil('Zara')}"
    offered = parse(client.get(page)).xpath("//input[@name='picture']/@value")
    given = {"picture": offered[0], "secret": offered[1]}
    assert client.post(page, data=given).status_code == 303


def test_a_supply_teacher_booked_for_tomorrow_has_no_page_today(app, ids, as_persona, system_session):
    client = as_persona("supply-teacher")
    assert client.get("/staff/children").status_code == 200
    day = clock.today() + timedelta(days=1)
    system_session.execute(
        update(StaffRole).where(StaffRole.person_id == ids.person("supply-teacher")).values(starts_on=day, ends_on=day)
    )
    system_session.commit()
    assert client.get("/staff/children").status_code == 302
    system_session.execute(
        update(StaffRole)
        .where(StaffRole.person_id == ids.person("supply-teacher"))
        .values(starts_on=day - timedelta(days=9), ends_on=day - timedelta(days=2))
    )
    system_session.commit()
    assert client.get("/staff/children").status_code == 302


@pytest.mark.parametrize(
    "change",
    [
        {"ended_at": clock.now()},
        {"ends_at": clock.now() - timedelta(seconds=1)},
        {"seen_at": clock.now() - timedelta(minutes=31)},
    ],
    ids=["signed out", "too long", "idle"],
)
def test_a_sitting_that_is_over_opens_nothing(app, ids, as_persona, system_session, change):
    client, path = as_persona("parent"), f"/children/{ids.pupil('Zara')}"
    assert client.get(path).status_code == 200
    system_session.execute(update(Sitting).where(Sitting.person_id == ids.person("parent")).values(**change))
    system_session.commit()
    assert client.get(path).status_code == 302


def test_a_role_at_another_school_opens_nothing_at_this_one(app, ids, as_persona, system_session):
    client = as_persona("sendco")
    assert client.get("/staff/children").status_code == 200
    system_session.execute(
        update(StaffRole).where(StaffRole.person_id == ids.person("sendco")).values(school_id=ids.school_of("Sagal"))
    )
    system_session.commit()
    assert client.get("/staff/children").status_code == 302


def test_new_pictures_end_what_the_old_ones_opened(app, ids, as_persona):
    """Somebody knew a child's secret picture: the sitting that it opened ends with it."""
    intruder, sendco = as_persona("pupil-young"), as_persona("sendco")
    assert intruder.get("/me").status_code == 200
    page = f"/staff/lesson/pupil/{ids.pupil('Zara')}"
    offered = parse(sendco.get(page)).xpath("//input[@name='picture']/@value")
    assert sendco.post(page, data={"picture": offered[-1], "secret": offered[-2]}).status_code == 303
    assert intruder.get("/me").status_code == 302
