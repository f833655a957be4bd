"""The demo world is the world of all tests, so here it is held to what it promises: complete, lawful and invented."""

import json
import re
from collections import Counter, defaultdict
from itertools import pairwise

import pytest
from sqlalchemy import func, select

from portal.accounts.models import FamilyPin, LetterCode, PictureCard, PupilPassword, StaffPassword
from portal.accounts.queries import PERSONAS, demo_personas
from portal.accounts.rules import LETTERS, check_pin, peppered, secret_fits
from portal.demo.calendar import is_school_day
from portal.demo.fill import fill
from portal.demo.known import DEMO_PASSWORD, DEMO_PIN, KNOWN_LETTER_CODE, PUPIL_PASSWORD, PUPIL_SIGN_IN
from portal.intake.rules import email, phone, upn_problem
from portal.kernel import clock
from portal.kernel.db import Base
from portal.paths import STATIC
from portal.people.models import ContactPoint, Person, Pupil, PupilContact, School, SchoolClass, StaffRole, Trust
from portal.people.rules import ContactState, PortalAccess, Restriction, Role, school_year_starts
from portal.profiles.models import Plan, PlanVersion, ProgressNote, Responsibility, Target
from portal.profiles.models_register import RegisterEvent, RegisterWord, SenNeed, SenStatusPeriod
from portal.profiles.rules import NEED_TYPES, Party, RegisterKind, SenProvision, VersionState
from tests.demo.conftest import PEPPER, filled_on


def by_pupil(session, model):
    grouped = defaultdict(list)
    for row in session.scalars(select(model)):
        grouped[row.pupil_id].append(row)
    return grouped


def persona(session, slug):
    return session.scalars(select(Person).where(Person.demo_slug == slug)).one()


def count(session, model):
    return session.scalar(select(func.count()).select_from(model))


def test_every_persona_is_there_with_a_school_for_staff(demo):
    groups = {group.audience: group.people for group in demo_personas(demo)}
    assert {audience: tuple(p.slug for p in people) for audience, people in groups.items()} == PERSONAS
    assert all(person.school_id for person in groups["staff"])


def test_the_world_has_the_size_that_was_promised(demo):
    families = set(demo.scalars(select(PupilContact.adult_id)))
    assert (count(demo, Trust), count(demo, School), count(demo, Pupil)) == (1, 2, 62)
    assert 100 <= len(families) <= 120
    assert {1, 2, 3} <= set(Counter(demo.scalars(select(PupilContact.pupil_id))).values())
    spoken = set(demo.scalars(select(Person.language).where(Person.id.in_(families))))
    assert spoken == {"en", "ur", "pa", "bn", "pl", "ro", "ar", "so"}
    relationships = set(demo.scalars(select(PupilContact.relationship)))
    assert {"PAM", "PAF", "STF", "FOM", "FAM", "REL"} <= relationships
    assert {ContactState.PROPOSED, ContactState.INVITED, ContactState.ACTIVE, ContactState.SUSPENDED} == set(
        demo.scalars(select(PupilContact.state))
    )


def test_names_are_as_awkward_as_in_birmingham(demo):
    names = [f"{p.forename} {p.surname}" for p in demo.scalars(select(Pupil))]
    names += demo.scalars(select(Person.full_name))
    assert any("'" in name for name in names)
    assert any(not name.isascii() for name in names)
    assert any(" " not in name.strip() for name in names)
    assert max(len(name) for name in names) > 45


def test_zara_is_where_everybody_looks_for_her(demo):
    zara = demo.scalars(select(Pupil).where(Pupil.known_as == "Zara")).one()
    assert demo.get_one(SchoolClass, zara.class_id).name == "2 Kingfisher"
    assert zara.person_id == persona(demo, "pupil-young").id
    adults = set(demo.scalars(select(PupilContact.adult_id).where(PupilContact.pupil_id == zara.id)))
    assert adults == {persona(demo, slug).id for slug in ("parent", "second-parent", "parent-barred")}
    versions = demo.execute(
        select(PlanVersion.number, PlanVersion.state)
        .where(PlanVersion.pupil_id == zara.id)
        .order_by(PlanVersion.number)
    ).all()
    assert [tuple(row) for row in versions] == [(1, "earlier"), (2, "earlier"), (3, "published")]


def test_filling_again_adds_nothing(demo):
    before = {table: demo.scalar(select(func.count()).select_from(table)) for table in Base.metadata.sorted_tables}
    fill(demo, today=clock.today(), pepper=PEPPER)
    assert not demo.new
    assert before == {
        table: demo.scalar(select(func.count()).select_from(table)) for table in Base.metadata.sorted_tables
    }


def test_the_same_day_makes_the_same_world(demo, tmp_path):
    said = select(ProgressNote.id, ProgressNote.pupil_id, ProgressNote.text, ProgressNote.at).order_by(ProgressNote.id)
    born = select(Pupil.id, Pupil.upn, Pupil.born_on).order_by(Pupil.id)
    with filled_on(clock.today(), f"sqlite:///{tmp_path / 'other.sqlite3'}") as other:
        assert other.execute(said).all() == demo.execute(said).all()
        assert other.execute(born).all() == demo.execute(born).all()


# --- what must hold on every day of the year -----------------------------------------------------------------------


def test_sen_periods_and_needs_fit_each_other(any_day):
    """domain.md section 8, invariant 2."""
    periods, needs = by_pupil(any_day, SenStatusPeriod), by_pupil(any_day, SenNeed)
    for pupil in any_day.scalars(select(Pupil)):
        line = sorted(periods[pupil.id], key=lambda period: period.starts_on)
        assert [period.ends_on is None for period in line] == [False] * (len(line) - 1) + [True], pupil.name
        assert all(one.ends_on < next_.starts_on for one, next_ in pairwise(line)), pupil.name
        now, still = line[-1].provision, [need for need in needs[pupil.id] if need.ends_on is None]
        assert bool(still) == (now is not SenProvision.NONE), pupil.name
        assert sorted(need.rank for need in still) == list(range(1, len(still) + 1)), pupil.name
        assert {need.need_type for need in needs[pupil.id]} <= set(NEED_TYPES)
        assert now is SenProvision.SUPPORT or "NSA" not in {need.need_type for need in still}
        assert line[-1].starts_on <= any_day.info["today"]
    kinds = Counter(line.provision for lines in periods.values() for line in lines if line.ends_on is None)
    assert kinds["E"] >= 10
    assert kinds["N"] == 3
    assert kinds["K"] >= 40


def test_what_families_read_is_a_complete_plan(any_day):
    """domain.md section 8, invariant 5."""
    targets, lines = defaultdict(list), defaultdict(set)
    for target in any_day.scalars(select(Target)):
        targets[target.version_id].append(target)
    for line in any_day.scalars(select(Responsibility)):
        lines[line.version_id].add(line.party)
    versions = any_day.scalars(select(PlanVersion).where(PlanVersion.state == VersionState.PUBLISHED)).all()
    assert len(versions) == 59, "all but the three who need no plan any more"
    for version in versions:
        assert version.starts_on < version.review_due <= version.ends_on
        assert is_school_day(version.review_due)
        assert version.published_at.date() <= any_day.info["today"]
        assert version.written_at < version.published_at
        assert lines[version.id] == set(Party)
        assert 2 <= len(targets[version.id]) <= 4
        for target in targets[version.id]:
            assert all((target.title, target.now, target.goal, target.how_we_will_know, target.pupil_words))
            assert all((target.who, target.does_what, target.how_often, target.help_at_home, target.strategies))
            assert target.review_on == version.review_due


def test_versions_and_notes_come_in_their_order(any_day):
    versions, notes = by_pupil(any_day, PlanVersion), by_pupil(any_day, ProgressNote)
    threads = by_pupil(any_day, Target)
    for pupil_id, line in versions.items():
        out = [v.published_at for v in sorted(line, key=lambda v: v.number) if v.published_at]
        assert out == sorted(set(out))
        known = {target.thread for target in threads[pupil_id]}
        for note in notes[pupil_id]:
            assert note.target_thread in known
            assert out[0] < note.at
            assert note.at.date() <= any_day.info["today"]
    drafts = any_day.scalars(select(PlanVersion.pupil_id).where(PlanVersion.state == VersionState.DRAFT)).all()
    assert len(drafts) == 4


def test_plans_of_the_three_who_caught_up_are_closed(any_day):
    closed = select(Plan.pupil_id).where(Plan.closed_on.is_not(None))
    without = select(SenStatusPeriod.pupil_id).where(SenStatusPeriod.provision == SenProvision.NONE)
    assert set(any_day.scalars(closed)) == set(any_day.scalars(without))


def test_no_import_opened_anything(any_day):
    """domain.md section 8, invariant 15: what came from a file is a proposal until the office decides."""
    office = dict(
        any_day.execute(select(StaffRole.person_id, StaffRole.school_id).where(StaffRole.role == Role.OFFICE)).all()
    )
    for link in any_day.scalars(select(PupilContact)):
        proposed = link.state is ContactState.PROPOSED
        assert proposed == (link.source == "ctf") == (link.access is PortalAccess.NONE)
        assert proposed == (link.decided_by is None)
        assert proposed or office[link.decided_by] == link.school_id


def test_children_have_the_age_of_their_year(any_day):
    first = school_year_starts(any_day.info["today"]).year
    for pupil in any_day.scalars(select(Pupil)):
        year = int(pupil.nc_year.replace("R", "0"))
        assert school_year_starts(pupil.born_on).year == first - 5 - year, pupil.name
    grace, idris = (
        any_day.scalars(select(Pupil).where(Pupil.person_id == persona(any_day, slug).id)).one()
        for slug in ("young-person", "pupil-older")
    )
    assert grace.rights_pass_on <= any_day.info["today"] < idris.rights_pass_on
    assert not grace.shares_with_parents


def test_every_family_was_told_about_the_register(any_day):
    events, words, links = (by_pupil(any_day, model) for model in (RegisterEvent, RegisterWord, PupilContact))
    for pupil in any_day.scalars(select(Pupil)):
        kinds = Counter(event.kind for event in events[pupil.id])
        assert kinds[RegisterKind.ADDED] == 1, pupil.name
        told = {(word.event_id, word.adult_id) for word in words[pupil.id]}
        assert told == {
            (event.id, link.adult_id)
            for event in events[pupil.id]
            for link in links[pupil.id]
            if link.access is not PortalAccess.NONE
            and link.state is not ContactState.SUSPENDED
            and link.restriction is Restriction.NONE
        }
    unread = set(any_day.scalars(select(RegisterWord.adult_id).where(RegisterWord.read_at.is_(None))))
    invited = any_day.scalars(select(PupilContact.adult_id).where(PupilContact.state == ContactState.INVITED))
    assert unread == {persona(any_day, "parent-of-two").id, *invited}


# --- invented, and safe to show ------------------------------------------------------------------------------------


def test_nobody_in_it_is_real(demo):
    for point in demo.scalars(select(ContactPoint)):
        if point.kind == "email":
            assert email(point.value) == point.value
            assert point.value.endswith("@example.org")
        else:
            assert phone(point.value) == point.value
            assert point.value.startswith("+447700900"), "Ofcom's numbers for drama"
    for school in demo.scalars(select(School)):
        assert re.fullmatch(r"0121 496 0\d{3}", school.phone), "Ofcom's numbers for drama"
        assert school.email.endswith(".example.org")
        assert re.fullmatch(r"199\d{3}", school.urn)
    assert all(row.sign_in_name.endswith(".example.org") for row in demo.scalars(select(StaffPassword)))
    shared = Counter(point.value for point in demo.scalars(select(ContactPoint)))
    assert sum(times > 1 for times in shared.values()) == 2, "two couples share an address, nobody shares more"


def test_every_upn_is_valid_and_used_once(demo):
    upns = list(demo.scalars(select(Pupil.upn)))
    assert len(set(upns)) == len(upns)
    assert [upn_problem(upn) for upn in upns] == [None] * len(upns)


def test_every_picture_exists(demo):
    icons = json.loads((STATIC / "icons.json").read_text())
    drawn = set(icons["icons"]) | set(icons["pictures"])
    cards = demo.scalars(select(PictureCard)).all()
    assert set(demo.scalars(select(Target.picture))) <= drawn
    assert {card.picture for card in cards} | {card.secret_picture for card in cards} <= drawn
    assert len({card.picture for card in cards}) == len(cards) == 7


def test_the_known_secrets_let_people_in_and_no_others_do(demo):
    parent, sendco = persona(demo, "parent"), persona(demo, "sendco")
    assert secret_fits(DEMO_PIN, demo.get_one(FamilyPin, parent.id).pin_hash)
    assert secret_fits(DEMO_PASSWORD, demo.get_one(StaffPassword, sendco.id).password_hash)
    for slug, name in PUPIL_SIGN_IN.items():
        pupil = demo.scalars(select(Pupil).where(Pupil.person_id == persona(demo, slug).id)).one()
        row = demo.scalars(select(PupilPassword).where(PupilPassword.pupil_id == pupil.id)).one()
        assert row.sign_in_name == name
        assert secret_fits(PUPIL_PASSWORD, row.password_hash)
    assert check_pin(DEMO_PIN) == DEMO_PIN
    pins = set(demo.scalars(select(FamilyPin.person_id)))
    waiting = demo.scalars(select(PupilContact.adult_id).where(PupilContact.state == ContactState.INVITED))
    assert pins.isdisjoint(waiting)


def test_two_letters_are_on_their_way_and_one_code_is_known(demo):
    letters = demo.scalars(select(LetterCode)).all()
    assert set(KNOWN_LETTER_CODE) <= set(LETTERS)
    assert len(letters) == 2
    [known] = [row for row in letters if row.finder == KNOWN_LETTER_CODE[:3]]
    assert known.secret_hash == peppered(KNOWN_LETTER_CODE[3:], PEPPER)
    assert demo.get_one(Person, known.adult_id).full_name == "Rahima Begum"
    for row in letters:
        link = demo.get_one(PupilContact, row.contact_id)
        assert (link.adult_id, link.pupil_id) == (row.adult_id, row.pupil_id)
        assert link.state is ContactState.INVITED
        assert row.expires_at > clock.now()


@pytest.mark.parametrize("model", [PlanVersion, Target, ProgressNote, Responsibility])
def test_each_child_has_its_own_pronouns(demo, model):
    """No girl is he in her plan, no boy she; and no placeholder was left standing."""
    girls = {"Zara", "Hafsa", "Zofia", "Sagal", "Grace", "Harleen", "Freya", "Poppy", "Esme", "Anaya", "Khadija"}
    boys = {"Kacper", "Idris", "Leo", "Youssef", "Eesa", "Finley", "Zubair", "Aaron", "Bogdan", "Callum", "Luca"}
    names = {pupil.id: pupil.name for pupil in demo.scalars(select(Pupil))}
    assert girls | boys <= set(names.values())
    for row in demo.scalars(select(model)):
        text = " ".join(str(value) for value in vars(row).values() if isinstance(value, str | list)).lower()
        assert "{" not in text
        if names[row.pupil_id] in girls:
            assert not re.search(r"\b(he|him|his|himself)\b", text), text
        if names[row.pupil_id] in boys:
            assert not re.search(r"\b(she|her|hers|herself)\b", text), text
