"""Who must never meet follows from orders, and only staff's next decision lifts it."""

import uuid
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.scope import PortalSession
from portal.people.actions import add_adult, decide_link
from portal.people.actor import Actor
from portal.people.models import KeptApart, PupilContact, School
from portal.people.rules import Audience, LinkDecision, PortalAccess, Restriction, Role, YesNo
from portal.people.scopes import scope_of


@pytest.fixture
def sendco(app, ids, system_session):
    trust_id = system_session.get_one(School, ids.school_of("Zara")).trust_id
    system_session.rollback()
    return Actor(
        person_id=ids.person("sendco"), sitting_id=uuid.uuid4(), name="", audience=Audience.STAFF, language="en",
        trust_id=trust_id, school_id=ids.school_of("Zara"), roles=frozenset({Role.SENDCO}),
    )  # fmt: skip


@pytest.fixture
def decide(app, ids, sendco):
    def decide(slug, restriction, **more):
        with PortalSession(app.extensions["writing_engine"], scope=scope_of(sendco, clock.today())) as session:
            where = PupilContact.pupil_id == ids.pupil("Zara"), PupilContact.adult_id == ids.person(slug)
            contact = session.scalars(select(PupilContact).where(*where)).one()
            order = restriction != Restriction.NONE
            decision = LinkDecision(
                relationship="PAF", parental_responsibility=YesNo.YES, lives_with_pupil=YesNo.NO,
                access=PortalAccess.NONE if order else PortalAccess.VIEW, restriction=restriction,
                restricted_from=clock.today() if order else None, order_reference="Order 1" if order else "", **more,
            )  # fmt: skip
            decide_link(
                session, actor=sendco, pupil_id=ids.pupil("Zara"), contact_id=contact.id, version=contact.version,
                decision=decision, now=clock.now(),
            )  # fmt: skip
            session.commit()

    return decide


def pairs(session, *people):
    rows = session.execute(select(KeptApart.adult_id, KeptApart.from_id, KeptApart.since).order_by(KeptApart.id))
    return {(adult, other, since) for adult, other, since in rows if not people or {adult, other} & set(people)}


def test_an_order_keeps_an_adult_from_every_other_and_its_end_lifts_it(app, ids, decide, system_session):
    second, parent = ids.person("second-parent"), ids.person("parent")
    before = pairs(system_session)
    system_session.rollback()
    decide("second-parent", Restriction.NO_CONTACT, restricted_until=clock.today() + timedelta(days=1))
    today = clock.today()
    found = pairs(system_session, second)
    others = select(PupilContact.adult_id).where(PupilContact.pupil_id == ids.pupil("Zara"))
    everybody = set(system_session.scalars(others)) - {second}
    assert parent in everybody
    assert {(second, other, today) for other in everybody} <= found
    assert {(other, second, today) for other in everybody} <= found
    system_session.rollback()
    decide("second-parent", Restriction.NONE)
    assert pairs(system_session) == before


def test_the_last_day_of_an_order_lifts_nothing(app, ids, decide, system_session):
    decide("second-parent", Restriction.SUPERVISED, restricted_until=clock.today())
    where = PupilContact.adult_id == ids.person("second-parent"), PupilContact.pupil_id == ids.pupil("Zara")
    contact = system_session.scalars(select(PupilContact).where(*where)).one()
    contact.restricted_from, contact.restricted_until = date(2024, 1, 1), date(2024, 2, 1)
    system_session.commit()
    decide("parent", Restriction.NONE)
    assert (ids.person("parent"), ids.person("second-parent"), date(2024, 1, 1)) in pairs(system_session)


def test_an_adult_who_is_added_later_is_kept_apart_too(app, ids, decide, sendco, system_session):
    decide("second-parent", Restriction.NO_CONTACT)
    with PortalSession(app.extensions["writing_engine"], scope=scope_of(sendco, clock.today())) as session:
        contact_id = add_adult(
            session, actor=sendco, pupil_id=ids.pupil("Zara"), full_name="Gran Test", relationship="REL",
            language="en", now=clock.now(),
        )  # fmt: skip
        session.commit()
    gran = system_session.get_one(PupilContact, contact_id).adult_id
    second = ids.person("second-parent")
    assert {(gran, second, clock.today()), (second, gran, clock.today())} <= pairs(system_session, gran)
