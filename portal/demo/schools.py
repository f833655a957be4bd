"""The trust, its two schools, their classes and everybody who works there."""

from datetime import date
from typing import Any

from portal.demo.world import World, told
from portal.people.models import Person, School, SchoolClass, StaffRole, Trust, TrustRole
from portal.people.rules import Phase, Role
from portal.profiles.models import PlanKind

LANGUAGES = ["en", "ur", "pa", "bn", "pl", "ro", "ar", "so"]
COPIED = (
    *("name", "urn", "laestab", "theme", "address", "phone", "email"),
    *("sendco_word", "plan_name", "slot_minutes", "complaint_ladder", "links", "latitude", "longitude"),
)
SINCE = date(2019, 9, 1)


def make_schools(world: World) -> None:
    """Makes the trust with all that does not depend on children."""
    words = told("schools.toml")
    trust = world.keep(Trust(name=words["trust"]))
    for lead in words["trust_lead"]:
        person = world.keep(Person(trust_id=trust.id, full_name=lead["name"], demo_slug=lead["slug"]))
        world.people[lead["slug"]] = person
        world.keep(TrustRole(trust_id=trust.id, person_id=person.id))
    for facts in words["school"]:
        _school(world, trust, facts)


def _school(world: World, trust: Trust, facts: dict[str, Any]) -> None:
    copied = {name: facts[name] for name in COPIED}
    school = world.keep(School(trust_id=trust.id, phase=Phase(facts["phase"]), languages=LANGUAGES, **copied))
    world.schools[facts["key"]] = school
    world.keep(PlanKind(school_id=school.id, code="support_plan", label=facts["plan_name"], labels=facts["plan_names"]))
    for name in facts["classes"]:
        world.classes[name] = world.keep(SchoolClass(school_id=school.id, name=name))
    for member in facts["staff"]:
        _member(world, school, member)
    school.safeguarding_lead_id = world.people[facts["children_tell"]].id
    school.safeguarding_words = facts["children_are_told"]


def _member(world: World, school: School, member: dict[str, str]) -> None:
    slug, known_as = member.get("slug"), member["known"]
    person = Person(trust_id=school.trust_id, full_name=member["name"], known_as=known_as, demo_slug=slug)
    world.people[slug or known_as] = world.keep(person)
    today_only = member["role"] == Role.SUPPLY_TEACHER
    in_class = world.classes.get(member.get("class", ""))
    role = StaffRole(
        school_id=school.id,
        person_id=person.id,
        role=Role(member["role"]),
        class_id=in_class.id if in_class else None,
        starts_on=world.today if today_only else SINCE,
        ends_on=world.today if today_only else None,
    )
    world.staff.append((world.keep(role), person))
