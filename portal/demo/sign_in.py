"""What lets the demo people in: passwords of staff and pupils, family PINs, picture cards, and letters on their way."""

from datetime import timedelta

from portal.accounts.models import FamilyPin, LetterCode, PictureCard, PupilPassword, StaffPassword
from portal.accounts.rules import LETTER_DAYS, LETTERS, hash_secret, peppered
from portal.demo.known import (
    DEMO_PASSWORD,
    DEMO_PIN,
    DEMO_TOTP_SECRET,
    KNOWN_LETTER_CODE,
    PUPIL_PASSWORD,
    PUPIL_SIGN_IN,
)
from portal.demo.world import Child, World, plain
from portal.people.models import PupilContact
from portal.people.rules import ContactState

CARDS = ("cat", "dog", "butterfly", "owl", "rocket", "boat", "train", "kite")
SECRETS = ("sun", "moon", "fish", "balloon", "cake", "umbrella", "teddy", "rainbow")
BATCH = "DEMO0001"


def make_sign_in(world: World) -> None:
    """Each secret is hashed once and shared: a slow hash for each of 170 people would take longer than all the rest."""
    _staff(world)
    _families(world)
    _pupils(world)
    _letters(world)


def _staff(world: World) -> None:
    hashed = hash_secret(DEMO_PASSWORD)
    domains = {school.id: school.email.split("@")[1] for school in world.schools.values()}
    members = {person.id: domains[row.school_id] for row, person in world.staff}
    lead = world.people["trust-lead"]
    for person in world.people.values():
        if domain := members.get(person.id, "willow-and-bridge.example.org" if person is lead else ""):
            world.keep(
                StaffPassword(
                    person_id=person.id,
                    sign_in_name=f"{plain(person.full_name)}@{domain}",
                    password_hash=hashed,
                    totp_secret="" if person.demo_slug == "supply-teacher" else DEMO_TOTP_SECRET,
                )
            )


def _families(world: World) -> None:
    hashed, done = hash_secret(DEMO_PIN), set()
    for link in (link for child in world.children.values() for link in child.links):
        if link.state is ContactState.ACTIVE and link.adult_id not in done:
            done.add(link.adult_id)
            world.keep(FamilyPin(person_id=link.adult_id, pin_hash=hashed, chosen_at=world.at(180, 18, 20)))


def _pupils(world: World) -> None:
    hashed = hash_secret(PUPIL_PASSWORD)
    with_person = [child for child in world.children.values() if child.pupil.person_id]
    for number, child in enumerate(with_person):
        if child.pupil.nc_year == "2":
            world.keep(PictureCard(**child.about, picture=CARDS[number], secret_picture=SECRETS[number]))
        else:
            initial = child.pupil.surname[:1] or "x"
            name = PUPIL_SIGN_IN.get(child.told.get("slug", ""), f"{plain(child.pupil.name)}.{initial}".casefold())
            world.keep(PupilPassword(**child.about, sign_in_name=name, password_hash=hashed))


def _letters(world: World) -> None:
    known = KNOWN_LETTER_CODE
    for child in world.children.values():
        for link in child.links:
            if link.state is ContactState.INVITED:
                _letter(world, child, link, known or "".join(world.chance.choices(LETTERS, k=11)))
                known = ""


def _letter(world: World, child: Child, link: PupilContact, code: str) -> None:
    made_at = world.at(3, 15, 40)
    world.keep(
        LetterCode(
            **child.about,
            adult_id=link.adult_id,
            contact_id=link.id,
            batch=BATCH,
            finder=code[:3],
            secret_hash=peppered(code[3:], world.pepper),
            made_at=made_at,
            expires_at=made_at + timedelta(days=LETTER_DAYS),
        )
    )
