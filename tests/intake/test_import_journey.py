"""The office's whole way with a file in the browser: choose, look, confirm; nothing before, nothing twice."""

import io
import uuid
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.intake.models import ImportJob, ImportState
from portal.kernel.scope import PortalSession
from portal.people.models import Person, Pupil, PupilContact
from tests.conftest import Ids
from tests.intake.make_ctf import contact, ctf, small_pupil, upn
from tests.pages import ReadingClient, words

Come = Callable[[str], ReadingClient]
HAZEL = "Hazel Lane Primary School"


def for_hazel(text: str) -> bytes:
    return text.replace(
        "<DestSchool><LEA>330</LEA><Estab>4998</Estab></DestSchool>",
        "<DestSchool><LEA>330</LEA><Estab>9301</Estab></DestSchool>",
    ).encode()


def send(client: ReadingClient, kind: str, content: bytes, name: str = "file.xml") -> str:
    """Uploads a file and returns the address of its page."""
    answer = client.post(f"/staff/import/{kind}", data={"file": (io.BytesIO(content), name)})
    assert answer.status_code == 303, words(answer)
    return str(answer.headers["Location"])


def confirm(client: ReadingClient, url: str) -> str:
    """Presses the button of the page and returns the words of the next."""
    from tests.pages import parse

    page = parse(client.get(url))
    (digest,) = page.xpath("//input[@name='digest']/@value")
    answer = client.post(f"{url}/confirm", data={"digest": digest})
    assert answer.status_code == 303
    return words(client.get(url))


def count(session: PortalSession, table: type) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(table))


def test_a_first_file_is_shown_then_confirmed_and_never_counts_twice(
    app: Flask, as_persona: Come, ids: Ids, system_session: PortalSession
) -> None:
    office = as_persona("office")
    contacts = f"<Contacts>{contact(1, 'PAM', 'Ali', 'Ada')}{contact(2, 'DOC', 'Who', 'Doctor')}</Contacts>"
    file = for_hazel(ctf(small_pupil(contacts), small_pupil(upn=upn(2), surname="O'Neill", forename="Siân")))
    before = count(system_session, Pupil), count(system_session, PupilContact)
    url = send(office, "ctf", file)
    page = words(office.get(url))
    assert "What this file would change" in page
    assert (count(system_session, Pupil), count(system_session, PupilContact)) == before

    assert "This file has been brought in" in confirm(office, url)
    assert (count(system_session, Pupil), count(system_session, PupilContact)) == (before[0] + 2, before[1] + 1)

    assert send(office, "ctf", file) == url
    assert "This very file is here already" in words(office.get(url))
    again = send(office, "ctf", file + b"\n<!-- exported anew -->")
    assert "This file would change nothing." in words(office.get(again))
