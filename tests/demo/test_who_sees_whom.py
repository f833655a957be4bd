"""Exactly whom each person of the demo reaches, through the real scopes; held against the rule written out by hand."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.people.models import Person, Pupil, PupilContact, SchoolClass, StaffRole
from portal.people.rules import Audience, ContactState, PortalAccess, Restriction
from portal.people.scopes import scope_of

SEES = {
    "parent": {"Zara"},
    "second-parent": {"Zara"},
    "parent-barred": set(),
    "parent-of-two": {"Zofia", "Kacper"},
    "parent-other-school": {"Sagal"},
    "pupil-young": {"Zara"},
    "pupil-older": {"Idris"},
    "young-person": {"Grace"},
    "class-teacher": {"Zara", "Hafsa", "Leo", "Maja", "Youssef", "Poppy", "Millie"},
    "teaching-assistant": {"Zara", "Hafsa", "Leo", "Maja", "Youssef", "Poppy", "Millie"},
    "supply-teacher": {"Zara", "Hafsa", "Leo", "Maja", "Youssef", "Poppy", "Millie"},
    "trust-lead": set(),
}
COUNTS = {"sendco": 37, "headteacher": 37, "office": 37, "sendco-other-school": 25}


def audience_of(slug):
    if slug == "trust-lead":
        return Audience.TRUST
    if slug in {"pupil-young", "pupil-older", "young-person"}:
        return Audience.PUPIL
    return Audience.FAMILY if "parent" in slug else Audience.STAFF


def actor_for(demo, person, audience):
    roles = demo.scalars(select(StaffRole).where(StaffRole.person_id == person.id)).all()
    pupil = demo.scalars(select(Pupil).where(Pupil.person_id == person.id)).one_or_none()
    return Actor(
        person_id=person.id,
        sitting_id=uuid.uuid4(),
        name=person.name,
        audience=audience,
        language=person.language,
        trust_id=person.trust_id,
        school_id=roles[0].school_id if roles else None,
        roles=frozenset(role.role for role in roles),
        pupil_id=pupil.id if pupil and audience is Audience.PUPIL else None,
    )


def reached(demo, person, audience, day=None):
    scope = scope_of(actor_for(demo, person, audience), day or clock.today())
    with PortalSession(demo.get_bind(), scope=scope, read_only=True) as session:
        return {pupil.name for pupil in session.scalars(select(Pupil))}


def the_persona(demo, slug):
    return demo.scalars(select(Person).where(Person.demo_slug == slug)).one()


@pytest.mark.parametrize("slug", SEES)
def test_each_persona_reaches_exactly_these(demo, slug):
    assert reached(demo, the_persona(demo, slug), audience_of(slug)) == SEES[slug]


@pytest.mark.parametrize("slug", COUNTS)
def test_the_office_and_the_leaders_reach_their_whole_school_and_no_other(demo, slug):
    person = the_persona(demo, slug)
    school = demo.scalars(select(StaffRole.school_id).where(StaffRole.person_id == person.id)).one()
    own = {pupil.name for pupil in demo.scalars(select(Pupil).where(Pupil.school_id == school))}
    assert reached(demo, person, Audience.STAFF) == own
    assert len(own) == COUNTS[slug]


def test_every_adult_reaches_the_children_that_were_opened_and_no_others(demo):
    """All adults of the demo: the scope's SQL against the rule in plain Python."""
    today, opened = clock.today(), {}
    for link in demo.scalars(select(PupilContact)):
        pupil = demo.get_one(Pupil, link.pupil_id)
        may = (
            link.access is not PortalAccess.NONE
            and link.state in {ContactState.CONFIRMED, ContactState.INVITED, ContactState.ACTIVE}
            and link.restriction is Restriction.NONE
            and (pupil.rights_pass_on > today or pupil.shares_with_parents)
            and pupil.left_on is None
        )
        opened.setdefault(link.adult_id, set()).update({pupil.name} if may else ())
    assert len(opened) > 100
    for adult_id, names in opened.items():
        person = demo.get_one(Person, adult_id)
        assert reached(demo, person, Audience.FAMILY) == names, person.full_name
    shut = {demo.get_one(Person, adult_id).full_name for adult_id, names in opened.items() if not names}
    assert {"Kamran Shah", "Maeve O'Donnell", "Kelly Rudge", "Paweł Nowak", "Declan O'Rourke"} <= shut


def test_the_supply_teacher_reaches_nobody_tomorrow_and_reached_nobody_yesterday(demo):
    person = the_persona(demo, "supply-teacher")
    for days in (-1, 1):
        assert reached(demo, person, Audience.STAFF, clock.today() + timedelta(days=days)) == set()


def test_the_order_against_the_barred_adult_was_seen_by_the_sendco(demo):
    barred = the_persona(demo, "parent-barred")
    link = demo.scalars(select(PupilContact).where(PupilContact.adult_id == barred.id)).one()
    assert (link.state, link.access) == (ContactState.ACTIVE, PortalAccess.VIEW), "only the order keeps this adult out"
    assert link.restriction is Restriction.NO_INFORMATION
    assert link.restricted_from < clock.today() - timedelta(days=80)
    assert link.order_seen_by == the_persona(demo, "sendco").id


def test_the_helpers_of_a_class_are_the_personas(demo):
    kingfisher = demo.scalars(select(SchoolClass).where(SchoolClass.name == "2 Kingfisher")).one()
    staff = set(demo.scalars(select(StaffRole.person_id).where(StaffRole.class_id == kingfisher.id)))
    assert staff == {the_persona(demo, slug).id for slug in ("class-teacher", "teaching-assistant", "supply-teacher")}
