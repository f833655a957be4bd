"""Files propose adults. They never open anything, never decide, and never change what staff decided."""

import uuid
from datetime import date

import pytest
from sqlalchemy import select

from portal.intake.models import ImportState
from portal.intake.rules_changes import Fate, Kind
from portal.kernel import clock
from portal.kernel.scope import PortalSession, system
from portal.people.models import ContactPoint, Person, Pupil, PupilContact
from portal.people.rules import ContactState, PortalAccess, Restriction, YesNo
from portal.people.scopes import open_pupils
from tests.intake.importing import HAZEL, Office, contacts_csv, ctf_for, differences, fates
from tests.intake.make_ctf import contact, small_pupil, upn
from tests.intake.test_import_children import everything


def family(*contacts: str, **facts: str) -> str:
    return small_pupil(f"<Contacts>{''.join(contacts)}</Contacts>", **facts)


def adult(forename: str, relationship: str = "PAM", *, mail: str = "", mobile: str = "", responsible: str = "") -> str:
    phones = f"<Phones><Phone><TelephoneType>M</TelephoneType><PhoneNo>{mobile}</PhoneNo></Phone></Phones>"
    return (
        f"<Contact><Order>1</Order><Surname>Ali</Surname><Forename>{forename}</Forename>"
        f"<Relationship>{relationship}</Relationship><Responsibility>{responsible}</Responsibility>"
        f"{phones if mobile else ''}<Email>{mail}</Email></Contact>"
    )


def row(**cells: str) -> dict[str, str]:
    return {
        "upn": upn(1),
        "pupil_surname": "Ali",
        "pupil_forename": "Zoe",
        "adult_forename": "Ada",
        "adult_surname": "Ali",
        "relationship": "PAM",
        **cells,
    }


def links(office: Office, number: int = 1) -> list[PupilContact]:
    return list(
        office.rows(
            select(PupilContact).where(PupilContact.pupil_id == office.pupil(upn(number)).id).order_by(PupilContact.id)
        )
    )


def only_link(office: Office, number: int = 1) -> PupilContact:
    (link,) = links(office, number)
    return link


def person(office: Office, key: uuid.UUID) -> Person:
    return office.rows(select(Person).where(Person.id == key))[0]


def points(office: Office, key: uuid.UUID) -> list[str]:
    return sorted(office.rows(select(ContactPoint.value).where(ContactPoint.adult_id == key)))


def decide(office: Office, link: PupilContact, **facts: object) -> None:
    values = {
        "state": ContactState.ACTIVE,
        "access": PortalAccess.VIEW,
        "decided_by": office.actor.person_id,
        "decided_at": clock.now(),
        "parental_responsibility": YesNo.NO,
        **facts,
    }
    office.change(PupilContact, link.id, **values)


def may_open(office: Office, adult_id: uuid.UUID) -> list[uuid.UUID]:
    with PortalSession(office.app.extensions["engine"], scope=system("test"), read_only=True) as session:
        return list(session.scalars(open_pupils(adult_id, clock.today())))


def test_an_adult_is_proposed_and_opens_nothing(office: Office) -> None:
    office.bring(Kind.CTF, ctf_for(HAZEL, family(contact(1, "PAM", "Ali", "Ada"))))
    link = only_link(office)
    assert (link.state, link.access, link.decided_by, link.source) == (
        ContactState.PROPOSED,
        PortalAccess.NONE,
        None,
        "ctf",
    )
    assert (link.parental_responsibility, link.lives_with_pupil) == (YesNo.YES, YesNo.YES)
    assert points(office, link.adult_id) == ["+447700900001", "family1@example.org"]
    assert may_open(office, link.adult_id) == []
    assert office.rows(select(ContactPoint.verified_at).where(ContactPoint.adult_id == link.adult_id)) == [None, None]


@pytest.mark.parametrize("relationship", ["DOC", "SWR", "CHM", "OTH", "", "ZZZ"])
def test_helpers_and_unknown_adults_are_left_out_and_said(office: Office, relationship: str) -> None:
    entries = office.bring(Kind.CTF, ctf_for(HAZEL, family(contact(1, relationship, "Ali", "Ada"))))
    assert (Fate.REMARK, "Ada Ali") in fates(entries)
    assert links(office) == []


def test_two_adults_with_one_address_stay_two(office: Office) -> None:
    mail = "home@example.org"
    file = ctf_for(HAZEL, family(adult("Ada", mail=mail), adult("Ben", "PAF", mail=mail)))
    office.bring(Kind.CTF, file)
    assert len({link.adult_id for link in links(office)}) == 2
    assert office.page(office.upload(Kind.CTF, file + b"\n")).changes_nothing


def test_one_adult_of_two_children_is_one_when_name_and_address_are_the_same(office: Office) -> None:
    file = ctf_for(
        HAZEL,
        family(adult("Ada", mail="ada@example.org")),
        family(adult("ADA", mail="ADA@example.org", mobile="07700 900111"), upn=upn(2), forename="Bo"),
    )
    office.bring(Kind.CTF, file)
    assert only_link(office, 1).adult_id == only_link(office, 2).adult_id
    assert points(office, only_link(office).adult_id) == ["+447700900111", "ada@example.org"]
    later = ctf_for(HAZEL, family(adult("Ada", mail="ada@example.org"), upn=upn(3), forename="Cy"))
    entries = office.bring(Kind.CTF, later)
    assert only_link(office, 3).adult_id == only_link(office, 1).adult_id
    assert "Known already as an adult of another child" in differences(entries, Fate.NEW)


def test_the_same_name_without_the_same_address_is_another_adult(office: Office) -> None:
    file = ctf_for(
        HAZEL,
        family(adult("Ada", mail="ada@example.org")),
        family(adult("Ada", mail="other@example.org"), upn=upn(2), forename="Bo"),
    )
    office.bring(Kind.CTF, file)
    assert only_link(office, 1).adult_id != only_link(office, 2).adult_id


def test_a_proposal_nobody_decided_yet_follows_the_file(office: Office) -> None:
    office.bring(Kind.CTF, ctf_for(HAZEL, family(adult("Ada", responsible="false"))))
    entries = office.bring(Kind.CTF, ctf_for(HAZEL, family(adult("Ada", responsible="true", mail="ada@example.org"))))
    assert differences(entries, Fate.CHANGED) == {
        "Parental responsibility": ("No", "Yes"),
        "E-mail": ("", "ada@example.org"),
    }
    link = only_link(office)
    assert (link.parental_responsibility, link.state) == (YesNo.YES, ContactState.PROPOSED)
    assert points(office, link.adult_id) == ["ada@example.org"]


def test_a_decided_link_is_untouched(office: Office) -> None:
    office.bring(Kind.CTF, ctf_for(HAZEL, family(adult("Ada", mail="ada@example.org"))))
    decide(
        office,
        only_link(office),
        restriction=Restriction.NO_CONTACT,
        restricted_from=date(2024, 1, 1),
        order_seen_by=office.actor.person_id,
    )
    before = everything(office)
    entries = office.bring(Kind.CTF, ctf_for(HAZEL, family(adult("Ada", responsible="true", mail="new@example.org"))))
    assert differences(entries, Fate.CONFLICT) == {
        "Parental responsibility": ("No", "Yes"),
        "E-mail": ("ada@example.org", "new@example.org"),
    }
    assert everything(office) == before


def test_an_adult_decided_at_another_school_gets_no_new_address(office: Office) -> None:
    office.bring(Kind.CTF, ctf_for(HAZEL, family(adult("Ada", mail="ada@example.org"))))
    office.change(Person, only_link(office).adult_id, epoch=1)
    entries = office.bring(Kind.CTF, ctf_for(HAZEL, family(adult("Ada", mail="new@example.org"))))
    assert differences(entries, Fate.CONFLICT) == {"E-mail": ("ada@example.org", "new@example.org")}
    assert points(office, only_link(office).adult_id) == ["ada@example.org"]


def test_an_adult_missing_from_the_file_stays(office: Office) -> None:
    office.bring(Kind.CTF, ctf_for(HAZEL, family(adult("Ada"), adult("Ben", "PAF"))))
    office.bring(Kind.CTF, ctf_for(HAZEL, family(adult("Ada"))))
    assert len(links(office)) == 2


def test_a_child_with_a_decided_adult_keeps_the_day_its_rights_pass(office: Office) -> None:
    office.bring(Kind.CTF, ctf_for(HAZEL, family(adult("Ada"))))
    decide(office, only_link(office))
    entries = office.bring(Kind.CTF, ctf_for(HAZEL, family(adult("Ada"), dob="2012-01-01")))
    assert "Date of birth" in differences(entries, Fate.CONFLICT)
    assert office.pupil(upn(1)).born_on == date(2016, 2, 29)


def test_nothing_from_another_school_is_recognised(office: Office) -> None:
    """That a name and an address are known at another school of the trust is not told by a file."""
    theirs = office.rows(
        select(ContactPoint.value)
        .join(PupilContact, PupilContact.adult_id == ContactPoint.adult_id)
        .where(PupilContact.school_id != office.actor.school_id, ContactPoint.kind == "email")
        .order_by(ContactPoint.value)
    )
    if not theirs:
        pytest.skip("the demo's other school has no e-mail address")
    (name,) = office.rows(
        select(Person.full_name)
        .join(ContactPoint, ContactPoint.adult_id == Person.id)
        .where(ContactPoint.value == theirs[0])
    )
    forename, surname = name.rsplit(" ", 1)
    same = adult(forename, mail=theirs[0]).replace("<Surname>Ali<", f"<Surname>{surname}<")
    entries = office.dry(Kind.CTF, ctf_for(HAZEL, family(same)))
    assert "Known already as an adult of another child" not in differences(entries, Fate.NEW)


# --- The contacts table ---------------------------------------------------------------------------------------------


def test_the_table_adds_languages_to_a_proposed_adult(office: Office) -> None:
    office.bring(Kind.CTF, ctf_for(HAZEL, family(adult("Ada", mail="ada@example.org"))))
    entries = office.bring(
        Kind.CONTACTS,
        contacts_csv(row(spoken_language="Panjabi", written_language="Urdu", interpreter="yes", lives_with_pupil="no")),
    )
    found = person(office, only_link(office).adult_id)
    assert (found.language, found.spoken_language, found.interpreter_needed) == ("ur", "pa", True)
    assert only_link(office).lives_with_pupil is YesNo.NO
    assert differences(entries, Fate.CHANGED)["Language for reading"] == ("en", "ur")


def test_the_table_does_not_touch_the_languages_of_a_decided_adult(office: Office) -> None:
    office.bring(Kind.CTF, ctf_for(HAZEL, family(adult("Ada"))))
    decide(office, only_link(office))
    entries = office.bring(Kind.CONTACTS, contacts_csv(row(written_language="Urdu", mobile="07700 900123")))
    assert set(differences(entries, Fate.CONFLICT)) == {"Language for reading", "Mobile"}
    assert person(office, only_link(office).adult_id).language == "en"


def test_a_language_the_portal_does_not_speak_is_said(office: Office) -> None:
    office.bring(Kind.CTF, ctf_for(HAZEL, small_pupil()))
    entries = office.bring(Kind.CONTACTS, contacts_csv(row(written_language="Gujarati")))
    assert any(e.problem and "does not speak" in e.problem.message for e in entries)
    assert person(office, only_link(office).adult_id).language == "en"


def test_two_rows_that_disagree_about_one_adult_do_not_take_turns(office: Office) -> None:
    office.bring(Kind.CTF, ctf_for(HAZEL, small_pupil(), small_pupil(upn=upn(2), forename="Bo")))
    same = {"email": "ada@example.org"}
    file = contacts_csv(
        row(**same, written_language="Urdu"), row(**same, upn=upn(2), pupil_forename="Bo", written_language="Polish")
    )
    entries = office.bring(Kind.CONTACTS, file)
    assert differences(entries, Fate.CONFLICT) == {"Language for reading": ("ur", "pl")}
    assert person(office, only_link(office).adult_id).language == "ur"
    assert office.page(office.upload(Kind.CONTACTS, file + b"\r\n")).changes_nothing


@pytest.mark.parametrize("cells", [{"upn": upn(9)}, {"pupil_surname": "Khan"}, {"pupil_forename": "Zara"}])
def test_a_row_about_no_child_of_the_school_refuses_the_file_and_tells_nothing(
    office: Office, cells: dict[str, str]
) -> None:
    office.bring(Kind.CTF, ctf_for(HAZEL, small_pupil(), small_pupil(upn=upn(2), surname="Secret")))
    job_id = office.upload(Kind.CONTACTS, contacts_csv(row(upn=upn(2), pupil_surname="Secret"), row(**cells)))
    page = office.page(job_id)
    assert page.job.state is ImportState.REFUSED
    assert [(e.line, e.name) for e in page.whole_file] == [(3, "")]
    assert "Secret" not in str(page)
    assert links(office) == []


def test_a_child_of_the_other_school_is_as_unknown_as_any(office: Office) -> None:
    theirs = office.rows(select(Pupil).where(Pupil.school_id != office.actor.school_id).order_by(Pupil.id))[0]
    cells = {"upn": theirs.upn, "pupil_surname": theirs.surname, "pupil_forename": theirs.forename}
    page = office.page(office.upload(Kind.CONTACTS, contacts_csv(row(**cells))))
    assert page.job.state is ImportState.REFUSED
    assert theirs.surname not in str(page.whole_file)


def test_a_name_too_long_for_one_line_is_left_out(office: Office) -> None:
    long = adult("A" * 150).replace("<Surname>Ali<", f"<Surname>{'B' * 150}<")
    entries = office.bring(Kind.CTF, ctf_for(HAZEL, family(long)))
    assert any(e.problem and "together have more than" in e.problem.message for e in entries)
    assert links(office) == []
