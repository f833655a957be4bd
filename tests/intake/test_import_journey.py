"""The office's whole way with a file in the browser: choose, look, confirm; nothing before, nothing twice."""

import csv
import io
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.intake.formats import CsvKind, template_csv
from portal.intake.models import ImportJob, ImportState
from portal.people.models import Person, Pupil, PupilContact
from tests.intake.importing import BRIDGE, HAZEL, Office, contacts_csv, ctf_for, press_confirm, send
from tests.intake.make_ctf import contact, ctf, small_pupil, upn
from tests.pages import ReadingClient, parse, words

Come = Callable[[str], ReadingClient]
CONTACTS = f"<Contacts>{contact(1, 'PAM', 'Ali', 'Ada')}{contact(2, 'DOC', 'Who', 'Doctor')}</Contacts>"
TWO = (small_pupil(CONTACTS), small_pupil(upn=upn(2), surname="O'Neill", forename="Siân"))


def test_a_first_file_is_shown_then_confirmed_and_never_counts_twice(as_persona: Come, office: Office) -> None:
    client, file = as_persona("office"), ctf_for(HAZEL, *TWO)
    tables = (Pupil, PupilContact, Person)
    before = office.count(*tables)
    url = send(client, "ctf", file)
    page = words(client.get(url))
    assert "What this file would change" in page
    assert "O'Neill" in page
    assert office.count(*tables) == before

    assert "This file has been brought in" in press_confirm(client, url)
    assert office.count(*tables) == (before[0] + 2, before[1] + 1, before[2] + 1)

    assert send(client, "ctf", file) == url
    assert "This very file is here already" in words(client.get(url))
    again = send(client, "ctf", file + b"\n<!-- exported anew -->")
    assert "This file would change nothing." in words(client.get(again))


def test_the_start_page_lists_the_files_and_the_doors(as_persona: Come, office: Office) -> None:
    client = as_persona("sendco")
    assert "No file has been brought yet" in words(client.get("/staff/import"))
    url = send(client, "ctf", ctf_for(HAZEL, *TWO), "../../330_CTF\u202e.xml")
    page = client.get("/staff/import")
    assert url in page.get_data(as_text=True)
    assert "Waits for your decision" in words(page)
    doors = parse(page).xpath("//main//*[@class='cards']//a/@href")
    assert doors == [
        "/staff/import/ctf",
        "/staff/import/contacts",
        "/staff/import/contacts/template",
        "/staff/import/plans",
        "/staff/import/plans/template",
    ]
    for door in doors:
        assert client.get(door).status_code == 200


def test_pages_ask_the_database_little_whatever_the_file_holds(
    as_persona: Come, office: Office, counting: "object"
) -> None:
    client = as_persona("office")
    url = send(client, "ctf", ctf_for(HAZEL, *(small_pupil(CONTACTS, upn=upn(n)) for n in range(1, 120))))
    counting.statements.clear()  # type: ignore[attr-defined]
    page = client.get(url)
    assert len(counting.statements) <= 4  # type: ignore[attr-defined]
    assert "Only the first 50 are shown here." in words(page)
    assert "New: 238" in words(page)


def test_dropping_changes_nothing_and_keeps_nothing(as_persona: Come, office: Office) -> None:
    client = as_persona("office")
    before = office.count(Pupil)
    url = send(client, "ctf", ctf_for(HAZEL, *TWO))
    assert client.post(f"{url}/drop").status_code == 303
    (job,) = office.rows(select(ImportJob.state))
    (content,) = office.rows(select(ImportJob.content))
    assert (job, content, office.count(Pupil)) == (ImportState.DROPPED, None, before)
    assert "O'Neill" not in client.get(url).get_data(as_text=True)
    refused = client.post(f"{url}/confirm", data={"digest": ""})
    assert refused.status_code == 409
    assert send(client, "ctf", ctf_for(HAZEL, *TWO)) != url


def test_two_clicks_on_confirm_are_one_import(as_persona: Come, office: Office) -> None:
    client = as_persona("office")
    before = office.count(Pupil)[0]
    url = send(client, "ctf", ctf_for(HAZEL, *TWO))
    (digest,) = parse(client.get(url)).xpath("//input[@name='digest']/@value")
    for _click in range(2):
        assert client.post(f"{url}/confirm", data={"digest": digest}).status_code == 303
    assert office.count(Pupil)[0] == before + 2


def test_what_changed_meanwhile_is_shown_before_anything_is_written(as_persona: Come, office: Office) -> None:
    client = as_persona("office")
    first = send(client, "ctf", ctf_for(HAZEL, small_pupil(surname="Ali")))
    press_confirm(client, first)
    url = send(client, "ctf", ctf_for(HAZEL, small_pupil(surname="Khan")))
    (digest,) = parse(client.get(url)).xpath("//input[@name='digest']/@value")
    office.change(Pupil, office.pupil(upn(1)).id, staff_confirmed=True)

    assert client.post(f"{url}/confirm", data={"digest": digest}).status_code == 303
    page = words(client.get(url))
    assert "Something has changed since you looked" in page
    assert "In conflict: 1" in page
    assert office.pupil(upn(1)).surname == "Ali"
    assert "This file would change nothing." in page


def test_a_stale_page_confirms_nothing(as_persona: Come, office: Office) -> None:
    client = as_persona("office")
    before = office.count(Pupil)
    url = send(client, "ctf", ctf_for(HAZEL, *TWO))
    client.post(f"{url}/confirm", data={"digest": "0" * 64})
    assert "Something has changed since you looked" in words(client.get(url))
    assert office.count(Pupil) == before


@pytest.mark.parametrize("other", ["sendco-other-school"])
def test_another_school_cannot_see_or_touch_a_file(as_persona: Come, office: Office, other: str) -> None:
    url = send(as_persona("office"), "ctf", ctf_for(HAZEL, *TWO))
    stranger = as_persona(other)
    for answer in (
        stranger.get(url),
        stranger.get(f"{url}/list"),
        stranger.post(f"{url}/confirm", data={"digest": ""}),
        stranger.post(f"{url}/drop"),
    ):
        assert answer.status_code == 404
        assert "O'Neill" not in answer.get_data(as_text=True)
    assert url not in stranger.get("/staff/import").get_data(as_text=True)
    assert office.rows(select(ImportJob.state)) == [ImportState.READ]


@pytest.mark.parametrize("persona", ["class-teacher", "headteacher", "parent", "trust-lead"])
def test_only_the_office_and_the_sendco_bring_files(as_persona: Come, office: Office, persona: str) -> None:
    client = as_persona(persona)
    assert client.get("/staff/import").status_code == 403
    assert client.post("/staff/import/ctf", data={"file": (io.BytesIO(b"x"), "x")}).status_code == 403


def test_a_file_for_another_school_is_refused_with_both_numbers(as_persona: Come, office: Office) -> None:
    client = as_persona("office")
    page = words(client.get(send(client, "ctf", ctf_for(BRIDGE, *TWO))))
    assert "This file is for school 332/9302. Your school is 330/9301." in page
    assert "O'Neill" not in page
    assert "Choose another file" in page
    assert office.rows(select(ImportJob.content)) == [None]


def test_a_file_for_an_unknown_school_is_taken_with_a_warning(as_persona: Come, office: Office) -> None:
    client = as_persona("office")
    file = ctf(*TWO).replace("<LEA>330</LEA><Estab>4998</Estab>", "<LEA>XXX</LEA><Estab>XXXX</Estab>").encode()
    page = words(client.get(send(client, "ctf", file)))
    assert "Make sure that it is for yours." in page
    assert "Bring this in" in page


BAD = {
    "empty": (b"", "The file is empty."),
    "no xml": (b"Name;Date of birth", "This is not an XML file"),
    "cut short": (ctf_for(HAZEL, *TWO)[:-60], "The file stops in the middle"),
    "entities": (b'<!DOCTYPE x [<!ENTITY a "aaaa">]><CTfile>&a;</CTfile>', "entities"),
    "other kind": (b"<Message><Header/></Message>", "another kind of file"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_gets_its_message_and_the_page_goes_on_working(as_persona: Come, office: Office, name: str) -> None:
    client, (content, message) = as_persona("office"), BAD[name]
    page = words(client.get(send(client, "ctf", content)))
    assert "We cannot take this file" in page
    assert message in page
    assert "Bring this in" not in page
    assert "Bring this in" in words(client.get(send(client, "ctf", ctf_for(HAZEL, *TWO))))


def test_no_file_is_a_message_at_the_field(as_persona: Come, office: Office) -> None:
    answer = as_persona("office").post("/staff/import/plans", data={})
    assert answer.status_code == 422
    assert "Choose a file first." in words(answer)


@pytest.mark.parametrize("kind", list(CsvKind))
def test_the_template_comes_as_it_is_and_brings_nothing(as_persona: Come, office: Office, kind: CsvKind) -> None:
    client = as_persona("office")
    answer = client.get(f"/staff/import/{kind}/template")
    assert answer.data == template_csv(kind)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{kind}.csv"'
    page = words(client.get(send(client, kind, answer.data, "template.csv")))
    assert "This is the example row of our template." in page
    assert "This file would change nothing." in page


def test_the_full_list_has_every_line_and_no_formula(as_persona: Come, office: Office) -> None:
    client = as_persona("office")
    evil = "=HYPERLINK(1)"
    pupils = [small_pupil(CONTACTS, upn=upn(n), surname=evil, forename="-2+3") for n in range(1, 62)]
    url = send(client, "ctf", ctf_for(HAZEL, *pupils))
    answer = client.get(f"{url}/list")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert sum("Children" in row and "New" in row for row in rows) == 61
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert any(cell == "'-2+3 =HYPERLINK(1)" for row in rows for cell in row)


def test_one_wrong_row_in_five_hundred_brings_in_nothing(as_persona: Come, office: Office) -> None:
    client = as_persona("office")
    children = [small_pupil(upn=upn(n), surname="Ali", forename="Zoe") for n in range(1, 501)]
    press_confirm(client, send(client, "ctf", ctf_for(HAZEL, *children)))
    before = office.count(Person, PupilContact)
    rows = [
        {
            "upn": upn(n),
            "pupil_surname": "Ali",
            "pupil_forename": "Zoe",
            "adult_forename": f"Ada{n}",
            "adult_surname": "Ali",
            "relationship": "PAM",
        }
        for n in range(1, 501)
    ]
    rows[250]["upn"] = upn(900)
    page = words(client.get(send(client, "contacts", contacts_csv(*rows), "contacts.csv")))
    assert "There is no child with this UPN at your school." in page
    assert "252" in page
    assert "Bring this in" not in page
    assert office.count(Person, PupilContact) == before
    rows[250]["upn"] = upn(251)
    press_confirm(client, send(client, "contacts", contacts_csv(*rows), "contacts.csv"))
    assert office.count(Person, PupilContact) == (before[0] + 500, before[1] + 500)
    assert office.rows(select(func.count()).select_from(Person).where(Person.full_name == "Ada251 Ali")) == [1]


def test_the_app_says_so_when_a_file_is_too_large(app: Flask, as_persona: Come, office: Office) -> None:
    client = as_persona("office")
    answer = client.post(
        "/staff/import/ctf",
        data={"file": (io.BytesIO(b"x"), "x.xml")},
        environ_overrides={"CONTENT_LENGTH": str(65 * 1024 * 1024)},
    )
    assert answer.status_code == 413
