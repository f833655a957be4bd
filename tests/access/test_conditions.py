"""Each condition of the scopes by itself: with all else in order, one fact opens or closes a child, on its very day."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from portal.kernel import clock
from portal.kernel.scope import PortalSession
from portal.people.access import OWN_PUPIL
from portal.people.actor import Actor
from portal.people.models import ContactPoint, Person, Pupil, PupilContact, SchoolClass, StaffRole
from portal.people.rules import Audience, ContactState, PortalAccess, Restriction, Role
from portal.people.scopes import one_pupil, scope_of
from portal.web.unit_of_work import db, reader

TODAY = clock.today()
DAY = timedelta(days=1)
ORDER = {"restriction": Restriction.NO_CONTACT, "restricted_until": None}
PASSED = {"rights_pass_on": TODAY}


def scope_for(ids, slug, audience=Audience.FAMILY, **more):
    about = {"sitting_id": uuid.uuid4(), "name": slug, "language": "en", "trust_id": uuid.uuid4()}
    return scope_of(Actor(person_id=ids.person(slug), audience=audience, **about, **more), TODAY)


def sees(session, scope, wanted=None):
    wanted = select(Pupil.id) if wanted is None else wanted
    with PortalSession(session.get_bind(), scope=scope, read_only=True) as reading:
        return set(reading.scalars(wanted))


@pytest.mark.parametrize(
    ("link", "child", "opens"),
    [
        ({}, {}, True),
        *(({"access": access}, {}, access != PortalAccess.NONE) for access in PortalAccess),
        *(
            ({"state": state}, {}, state in {ContactState.CONFIRMED, ContactState.INVITED, ContactState.ACTIVE})
            for state in ContactState
            if state != ContactState.PROPOSED
        ),
        *(({**ORDER, "restriction": kind, "restricted_from": TODAY}, {}, False) for kind in list(Restriction)[1:]),
        ({**ORDER, "restricted_from": TODAY + DAY}, {}, True),
        ({**ORDER, "restricted_from": TODAY - 9 * DAY, "restricted_until": TODAY - DAY}, {}, False),
        ({}, {"rights_pass_on": TODAY + DAY}, True),
        ({}, PASSED, False),
        ({}, {**PASSED, "rights_stay_with_parents": True}, True),
        ({}, {**PASSED, "shares_with_parents": True}, True),
        ({}, {"left_on": TODAY}, False),
    ],
)
def test_one_fact_opens_or_closes_a_family(sqlite_app, ids, system_session, link, child, opens):
    zara, adult = ids.pupil("Zara"), ids.person("second-parent")
    facts = {**link, "order_seen_by": ids.person("sendco")} if "restriction" in link else link
    mine = (PupilContact.pupil_id == zara, PupilContact.adult_id == adult)
    if facts:
        system_session.execute(update(PupilContact).where(*mine).values(**facts))
    if child:
        system_session.execute(update(Pupil).where(Pupil.id == zara).values(**child))
    system_session.commit()
    assert (zara in sees(system_session, scope_for(ids, "second-parent"))) is opens


@pytest.mark.parametrize(
    ("first", "last", "opens"), [(0, 0, True), (-9, 0, True), (-9, -1, False), (1, 1, False), (-9, 9, True)]
)
def test_a_class_opens_and_closes_by_the_day(sqlite_app, ids, system_session, first, last, opens):
    system_session.execute(
        update(StaffRole)
        .where(StaffRole.person_id == ids.person("supply-teacher"))
        .values(starts_on=TODAY + first * DAY, ends_on=TODAY + last * DAY)
    )
    system_session.commit()
    assert bool(sees(system_session, supply(ids))) is opens


def supply(ids):
    roles = frozenset({Role.SUPPLY_TEACHER})
    return scope_for(ids, "supply-teacher", Audience.STAFF, school_id=ids.school_of("Zara"), roles=roles)


def test_a_child_who_left_or_changed_class_leaves_the_teachers_list(sqlite_app, ids, system_session):
    zara, hafsa = ids.pupil("Zara"), ids.pupil("Hafsa")
    another = system_session.scalars(
        select(SchoolClass.id).where(SchoolClass.school_id == ids.school_of("Zara"), SchoolClass.name != "2 Kingfisher")
    ).first()
    system_session.rollback()
    assert {zara, hafsa} <= sees(system_session, supply(ids))
    system_session.execute(update(Pupil).where(Pupil.id == zara).values(left_on=TODAY))
    system_session.execute(update(Pupil).where(Pupil.id == hafsa).values(class_id=another))
    system_session.commit()
    assert not {zara, hafsa} & sees(system_session, supply(ids))


def test_how_an_adult_is_reached_is_for_the_adult_and_the_offices_of_their_childrens_schools(
    sqlite_app, ids, system_session
):
    whose = select(ContactPoint.adult_id)
    theirs = ids.person("parent-other-school")
    everybody = set(system_session.scalars(whose))
    assert {theirs, ids.person("parent"), ids.person("second-parent")} <= everybody
    system_session.rollback()
    zara = ids.pupil("Zara")
    assert sees(system_session, one_pupil(zara, ids.person("parent")), whose) == {ids.person("parent")}
    assert not sees(system_session, supply(ids), whose)
    assert not sees(system_session, supply(ids), select(PupilContact.adult_id))
    school = {"school_id": ids.school_of("Zara"), "roles": frozenset({Role.OFFICE})}
    seen = sees(system_session, scope_for(ids, "office", Audience.STAFF, **school), whose)
    assert ids.person("parent") in seen
    assert theirs not in seen


def test_one_pupil_is_one_pupil(sqlite_app, ids, system_session):
    family = {ids.pupil("Zofia"), ids.pupil("Kacper")}
    me = ids.person("parent-of-two")
    assert sees(system_session, scope_for(ids, "parent-of-two")) == family
    alone = one_pupil(ids.pupil("Zofia"), me)
    assert sees(system_session, alone) == {ids.pupil("Zofia")}
    assert sees(system_session, alone, select(PupilContact.pupil_id)) == {ids.pupil("Zofia")}


def test_a_page_about_a_child_reads_within_that_child_alone(sqlite_app, ids):
    """The gate narrows what the page may read, so that a forgotten filter would not show a brother or sister."""
    about = {"sitting_id": uuid.uuid4(), "name": "x", "language": "en", "trust_id": uuid.uuid4()}
    actor = Actor(person_id=ids.person("parent-of-two"), audience=Audience.FAMILY, **about)
    with sqlite_app.test_request_context(base_url="http://127.0.0.1:8000"):
        reader().enter(scope_of(actor, TODAY))
        OWN_PUPIL.rule(actor, {"pupil_id": ids.pupil("Zofia")})
        assert set(db().scalars(select(Pupil.id))) == {ids.pupil("Zofia")}


@pytest.mark.parametrize("audience", [Audience.TRUST, Audience.PUPIL])
def test_who_fits_nowhere_sees_nothing(sqlite_app, ids, system_session, audience):
    """A trust lead, and a pupil's account without a pupil; even with a school in the actor by mistake."""
    scope = scope_for(ids, "trust-lead", audience, school_id=ids.school_of("Zara"), roles=frozenset(Role))
    assert not sees(system_session, scope)
    assert not sees(system_session, scope, select(PupilContact.id))
    assert sees(system_session, scope, select(Person.id)), "names of staff are no secret"
