"""The children of the demo, the adults around them, and what the office decided about each adult and child."""

from datetime import date, timedelta
from typing import Any

from portal.demo.world import Child, World, plain, told
from portal.intake.rules import upn_check_letter
from portal.people.models import ContactPoint, KeptApart, Person, Pupil, PupilContact, School
from portal.people.rules import (
    ContactKind,
    ContactState,
    PortalAccess,
    Restriction,
    Role,
    YesNo,
    leaving_date,
    school_year_starts,
)

MOBILE = "+447700900"  # Ofcom keeps these numbers for drama
FILES = {"hazel": ("hazel_infants", "hazel_juniors"), "bridge": ("bridge_lower", "bridge_upper")}
PICTURE_CLASS = "2 Kingfisher"


def make_families(world: World) -> None:
    """Makes every child of the text files with its adults."""
    for key, names in FILES.items():
        for facts in (facts for name in names for facts in told(f"children/{name}.toml")["child"]):
            _child(world, world.schools[key], facts)


def _child(world: World, school: School, facts: dict[str, Any]) -> None:
    forename, surname, known_as = (*facts["name"], "")[:3]
    year = facts["class"].split()[0]
    born = _born(world, year, facts.get("birthday"))
    pupil = world.keep(
        Pupil(
            school_id=school.id,
            upn=_upn(world, school, year),
            forename=forename,
            surname=surname,
            known_as=known_as,
            born_on=born,
            nc_year=year,
            class_id=world.classes[facts["class"]].id,
            home_language_code=facts.get("home", "ENG"),
            looked_after=facts.get("looked_after", False),
            rights_pass_on=leaving_date(born),
            shares_with_parents=facts.get("shares", False),
            left_on=world.day(facts["left"]) if "left" in facts else None,
            staff_confirmed=True,
            source="ctf",
        )
    )
    child = world.children[facts["key"]] = Child(pupil, facts, school)
    if int(pupil.nc_year.replace("R", "0")) >= 7 or facts["class"] == PICTURE_CLASS:
        full_name = f"{forename} {surname}".strip()
        own = Person(trust_id=school.trust_id, full_name=full_name, known_as=known_as, demo_slug=facts.get("slug"))
        world.people[f"pupil {facts['key']}"] = world.keep(own)
        pupil.person_id = own.id
    for rank, adult in enumerate(facts["adults"], 1):
        child.links.append(_link(world, child, _adult(world, school, adult), adult, rank))
    _keep_apart(world, child)


def _born(world: World, year: str, birthday: list[int] | None) -> date:
    """A birthday that belongs into the year group: 1 September to 31 August."""
    first = date(school_year_starts(world.today).year - 5 - int(year.replace("R", "0")), 9, 1)
    if birthday is None:
        return first + timedelta(days=world.chance.randrange(365))
    month, day = birthday
    return date(first.year if month >= 9 else first.year + 1, month, day)


def _upn(world: World, school: School, year: str) -> str:
    allotted = school_year_starts(world.today).year - int(year.replace("R", "0"))
    body = f"{school.laestab}{allotted % 100:02}{len(world.children) + 1:03}"
    return upn_check_letter(body) + body


def _adult(world: World, school: School, facts: dict[str, Any]) -> Person:
    if "same" in facts:
        return world.people[facts["same"]]
    person = world.keep(
        Person(
            trust_id=school.trust_id,
            full_name=facts["name"],
            known_as=facts.get("known", ""),
            language=facts.get("reads", "en"),
            spoken_language=facts.get("speaks", facts.get("reads", "en")),
            interpreter_needed=facts.get("interpreter", False),
            easy_read=facts.get("easy_read", False),
            demo_slug=facts.get("slug"),
        )
    )
    world.people[facts.get("slug", facts["name"])] = person
    mobile = f"{MOBILE}{100 + len(world.people):03}"
    email = facts.get("email", f"{plain(person.full_name)}@example.org")
    for kind, value in ((ContactKind.EMAIL, email), (ContactKind.MOBILE, mobile)):
        if value:
            world.keep(ContactPoint(adult_id=person.id, kind=kind, value=value, verified_at=world.at(200)))
    return person


def _link(world: World, child: Child, adult: Person, facts: dict[str, Any], rank: int) -> PupilContact:
    state = ContactState(facts.get("state", "active"))
    decided = state is not ContactState.PROPOSED
    office, sendco = (world.head_of(role, child) for role in (Role.OFFICE, Role.SENDCO))
    link = PupilContact(
        **child.about,
        adult_id=adult.id,
        relationship=facts["is"],
        parental_responsibility=YesNo(facts.get("responsible", "yes")),
        lives_with_pupil=YesNo(facts.get("lives_with", "yes")),
        priority=rank,
        state=state,
        access=PortalAccess(facts.get("access", "contribute" if decided else "none")),
        restriction=Restriction(facts.get("restriction", "none")),
        decided_by=office.id if decided else None,
        decided_at=world.at(facts.get("decided", 190), 10, 15) if decided else None,
        source="staff" if decided else "ctf",
    )
    if "restriction" in facts:
        link.restricted_from = world.today - timedelta(days=facts["restricted_since"])
        link.order_reference = facts["order"]
        link.order_seen_by = sendco.id
    return world.keep(link)


def _keep_apart(world: World, child: Child) -> None:
    """An order about one adult keeps that adult apart from all others of the child: two rows for each pair."""
    for link in (link for link in child.links if link.restriction is not Restriction.NONE):
        for other in (other for other in child.links if other is not link):
            for one, two in ((link.adult_id, other.adult_id), (other.adult_id, link.adult_id)):
                apart = KeptApart(adult_id=one, from_id=two, contact_id=link.id)
                apart.since = link.restricted_from or world.today
                world.keep(apart)
