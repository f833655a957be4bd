"""The record and the child's card to keep: in every language, with nothing that the reader may not read. How long they
take is a figure of `make bench`."""

import io

import pikepdf
import pytest

from portal.web.i18n import LANGUAGES
from tests.records.writing import Meeting


@pytest.fixture
def meeting(system_session, ids, as_persona):
    made = Meeting(system_session, ids)
    client = as_persona("class-teacher")
    client.post(made.path)
    for name in ("mum for school", "mum for family", "dad for family", "child for one", "child for family"):
        made.take(client, name)
    made.write(client, "Mum sees it differently \U0001f600 اچھا", heading="questions", differs="y")
    made.write(client, "For school alone", for_family=None)
    made.agree("Teach the signs", pupil_words="We learn signs", how_we_will_know="Zara signs at lunch")
    return made


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_record_in_every_language(sqlite_app, as_persona, meeting, tag):
    meeting.share(as_persona("class-teacher"))
    client = as_persona("parent")
    for name in ("copy.pdf", "card.pdf"):
        answer = client.get(f"{meeting.family_path}/{name}?lang={tag}")
        assert answer.headers["Content-Disposition"] == 'attachment; filename="school-copy.pdf"'
        assert answer.headers["Cache-Control"] == "no-store"
        with pikepdf.open(io.BytesIO(answer.data)) as pdf:
            assert str(pdf.Root.Lang) == LANGUAGES[tag].html_tag
            assert "Zara" not in str(pdf.docinfo.get("/Title", ""))


def test_each_reader_gets_what_they_may_read(app, as_persona, meeting, read_pdf):
    draft = read_pdf(as_persona("sendco").get(f"{meeting.path}/copy.pdf?lang=en").data)
    assert "Draft" in draft
    assert "For school alone" in draft
    assert "child for one" not in draft
    assert as_persona("parent").get(f"{meeting.family_path}/copy.pdf").status_code == 404
    meeting.share(as_persona("class-teacher"))
    mum, dad = (
        read_pdf(as_persona(slug).get(f"{meeting.family_path}/copy.pdf?lang=en").data)
        for slug in ("parent", "second-parent")
    )
    assert "mum for school" in mum
    assert "mum for school" not in dad
    for copy in (mum, dad):
        for text in ("mum for family", "dad for family", "child for family", "Teach the signs", "Zara signs at lunch"):
            assert text in copy
        assert "People see this differently" in copy
        assert "For school alone" not in copy
        assert "child for one" not in copy
    assert "child for one" in read_pdf(as_persona("class-teacher").get(f"{meeting.path}/copy.pdf?lang=en").data)


def test_no_record_no_copy(sqlite_app, as_persona, ids, system_session):
    other = Meeting(system_session, ids)
    for path in ("copy.pdf", "card.pdf"):
        assert as_persona("sendco").get(f"{other.path}/{path}").status_code == 404
