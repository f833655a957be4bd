"""The Common Transfer File, good and bad: what is read, what is left out, and what is said about it."""

import hashlib
import io
from datetime import date
from pathlib import Path

import pytest

from portal.intake.codes import NeedType, Relationship
from portal.intake.formats.ctf import LONGEST_FILE, CtfFile, CtfPupil, read_ctf
from portal.intake.formats.ctf_contact import CtfAddress, CtfPhone
from portal.intake.rules import Laestab, Severity
from portal.profiles.rules import SenProvision
from tests.intake.make_ctf import ctf, small_pupil, upn

TODAY = date(2026, 11, 21)
SAMPLE = Path(__file__).parent / "files" / "3302999_CTF_3304998_001.xml"


def read(text: str | bytes) -> CtfFile:
    return read_ctf(text.encode() if isinstance(text, str) else text, today=TODAY)


def only(text: str | bytes) -> CtfPupil:
    file = read(text)
    assert (file.problems, file.refused) == ((), ())
    (pupil,) = file.pupils
    return pupil


def why_refused(data: str | bytes) -> str:
    """The one reason why a whole file was kept out."""
    file = read(data)
    assert (file.header, file.pupils, file.refused) == (None, (), ())
    (problem,) = file.problems
    assert problem.severity is Severity.REFUSED
    return problem.said(str)


def test_header_names_both_schools() -> None:
    header = read_ctf(SAMPLE, today=TODAY).header
    assert header is not None
    assert (header.version, header.qualifier) == ("24.0", "full")
    assert (header.source, header.source_name) == (Laestab("330", "2999"), "Invented Primary School")
    assert (header.destination, header.destination_text) == (None, "XXXXXXX")
    assert header.academic_year == "2026"


def test_a_child_is_read_whole() -> None:
    (pupil,) = read_ctf(SAMPLE, today=TODAY).pupils
    assert (pupil.line, pupil.upn, pupil.former_upn) == (22, upn(1), upn(25001))
    assert (pupil.surname, pupil.forename, pupil.middle_names) == ("O'Neill Brown", "Siân", "Mary Ann")
    assert (pupil.preferred_surname, pupil.preferred_forename) == ("Brown", "Sia")
    assert (pupil.dob, pupil.sex, pupil.nc_year) == (date(2017, 3, 4), "F", "4")
    assert [(language.kind, language.code) for language in pupil.languages] == [("F", "PNJG"), ("H", "ENG")]
    assert (pupil.looked_after, pupil.care_authority) == (True, "330")
    assert pupil.address == CtfAddress(("Flat 2", "14 Invented Road", "Birmingham"), "B1 1AA")


def test_support_and_needs_are_in_their_order() -> None:
    (pupil,) = read_ctf(SAMPLE, today=TODAY).pupils
    assert [(entry.provision, entry.code, entry.needs_review) for entry in pupil.sen_history] == [
        (SenProvision.SUPPORT, "A", True),
        (SenProvision.PLAN, "E", False),
    ]
    before, between, now = (pupil.provision_on(day) for day in (date(2021, 9, 5), date(2021, 9, 6), TODAY))
    assert (before, between, now) == (None, *pupil.sen_history)
    assert [need.type for need in pupil.needs_on(TODAY)] == [NeedType.SLCN, NeedType.SPLD]
    assert [need.type for need in pupil.needs_on(date(2021, 9, 4))] == [NeedType.SEMH]
    assert [problem.line for problem in pupil.problems] == [44, 48]
    assert all(
        problem.severity is Severity.WARNING and "no longer in use" in problem.said(str) for problem in pupil.problems
    )


def test_contacts_come_in_the_order_of_the_school() -> None:
    (pupil,) = read_ctf(SAMPLE, today=TODAY).pupils
    mother, father, surgery = pupil.contacts
    assert (mother.title, mother.forename, mother.surname) == ("Ms", "Mair", "O'Neill")
    assert (mother.relationship, mother.responsibility, mother.address_as_pupil) == (Relationship.MOTHER, True, True)
    assert mother.phones == (CtfPhone("M", "+447700900123"), CtfPhone("W", "+441214960123"))
    assert mother.email == "Mair@example.org"
    assert (father.responsibility, father.address_as_pupil) == (False, False)
    assert father.address == CtfAddress(("3 Other Street", "Dudley"), "DY1 1AA")
    assert (surgery.relationship, surgery.responsibility, surgery.forename) == (Relationship.DOCTOR, None, "")


def test_bytes_path_and_stream_are_the_same_file() -> None:
    data = SAMPLE.read_bytes()
    with SAMPLE.open("rb") as stream:
        assert read_ctf(SAMPLE, today=TODAY) == read_ctf(data, today=TODAY) == read_ctf(stream, today=TODAY)
    assert read_ctf(io.BytesIO(data), today=TODAY).fingerprint == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("element", ["Sex", "Gender"])
def test_both_names_of_the_sex_element(element: str) -> None:
    assert only(ctf(small_pupil(f"<{element}>F</{element}>"))).sex == "F"


@pytest.mark.parametrize("version", ["24", "24.0", "24.1", "25.0"])
def test_versions_we_read(version: str) -> None:
    assert only(ctf(small_pupil(), version=version))


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("23.0", "23.0, which is too old"),
        ("26.0", "26.0, which is newer"),
        ("", "which version"),
        ("two", "which version"),
        ("99999.0", "which version"),
    ],
)
def test_versions_we_do_not_read(version: str, said: str) -> None:
    assert said in why_refused(ctf(small_pupil(), version=version))


@pytest.mark.parametrize(
    ("prolog", "said"),
    [
        ('<!DOCTYPE CTfile [<!ENTITY name "Ali">]>', "entities"),
        ('<!DOCTYPE CTfile SYSTEM "file:///etc/passwd">', "entities"),
        ('<!DOCTYPE CTfile SYSTEM "http://127.0.0.1:1/x.dtd">', "entities"),
        ('<!DOCTYPE CTfile [<!ENTITY secret SYSTEM "file:///etc/passwd">]>', "entities"),
        ('<!DOCTYPE CTfile [<!ENTITY % more SYSTEM "http://127.0.0.1:1/x"> %more;]>', "entities"),
        (
            '<!DOCTYPE CTfile [<!ENTITY a "ha">'
            + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True))
            + "]>",
            "entities",
        ),
        ('<!DOCTYPE CTfile [<!ENTITY a "' + "x" * 100_000 + '">]>', "entities"),
    ],
)
def test_entities_and_document_types_are_refused(prolog: str, said: str) -> None:
    text = ctf(small_pupil(surname="&a;&secret;&name;")).replace("<CTfile>", f"{prolog}<CTfile>")
    assert said in why_refused(text)


def test_an_entity_nobody_defined_is_refused() -> None:
    assert "broken here" in why_refused(ctf(small_pupil(surname="&name;")))


@pytest.mark.parametrize("part", [0.3, 0.6, 0.9, 0.999])
def test_a_file_cut_short_is_refused_whole(part: float) -> None:
    text = ctf(*(small_pupil(upn=upn(number)) for number in range(1, 40)))
    assert "stops in the middle" in why_refused(text[: int(len(text) * part)])


def test_a_broken_file_names_the_line() -> None:
    text = ctf(small_pupil(), "<Pupil></Surname></Pupil>")
    (problem,) = read(text).problems
    assert "broken here" in problem.said(str)
    assert problem.line == text[: text.index("</Surname></Pupil>")].count("\n") + 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"   \n ", "not an XML file"),
        (b"PK\x03\x04rest of a spreadsheet", "control character"),
        (b"upn,surname\nA,B\n", "not an XML file"),
        (b"<Message><Header/></Message>", "“Message”"),
        (b"<html><body>Please log in</body></html>", "“html”"),
        (b"<CTfile/>", "no header"),
        (ctf().encode(), "no children"),
        ("<CTfile><CTFpupilData>" + small_pupil() + "</CTFpupilData></CTfile>", "no header"),
        (ctf(small_pupil(forename="Zo\x00e")), "control character"),
        (ctf(small_pupil(forename="Zo\x0be")), "control character"),
        (ctf(small_pupil(forename="Zo&#0;e")), "broken here"),
        (ctf(small_pupil(forename="Zo&#xD800;e")), "broken here"),
        (ctf(small_pupil(forename="Zo@@e")).encode().replace(b"@@", b"\xed\xa0\x80"), "half characters"),
        ((ctf(small_pupil(forename="Zoë")) + "<!--@-->").encode().replace(b"@", b"\xeb"), "damaged"),
        (ctf(small_pupil("<A>" * 40 + "</A>" * 40)), "not built like"),
        (ctf(small_pupil("<Contacts>" + "<Contact/>" * 6000 + "</Contacts>")), "not built like"),
    ],
)
def test_files_that_are_refused_whole(data: str | bytes, said: str) -> None:
    assert said in why_refused(data)


def test_a_file_that_is_too_large_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.xml"
    with path.open("wb") as out:
        out.truncate(LONGEST_FILE + 1)
    (problem,) = read_ctf(path, today=TODAY).problems
    assert "60 MB" in problem.said(str)


def test_too_many_children_are_refused() -> None:
    assert "20000 children" in why_refused(ctf("<Pupil/>" * 20_001))


@pytest.mark.parametrize("declaration", ['<?xml version="1.0" encoding="UTF-8"?>', '<?xml version="1.0"?>', ""])
def test_undeclared_windows_1252_is_read_with_a_warning(declaration: str) -> None:
    text = ctf(small_pupil(surname="O\u2019Neill", forename="Zoë")).replace(
        '<?xml version="1.0" encoding="UTF-8"?>\n', declaration
    )
    file = read(text.encode("cp1252"))
    assert [(pupil.surname, pupil.forename) for pupil in file.pupils] == [("O\u2019Neill", "Zoë")]
    (problem,) = file.problems
    assert problem.severity is Severity.WARNING
    assert "Windows-1252" in problem.said(str)


@pytest.mark.parametrize("encoding", ["windows-1252", "iso-8859-1"])
def test_declared_single_byte_encodings_are_read(encoding: str) -> None:
    text = ctf(small_pupil(forename="Zoë")).replace("UTF-8", encoding)
    (pupil,) = read(text.encode(encoding)).pupils
    assert pupil.forename == "Zoë"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_byte_order_marks_are_read(encoding: str) -> None:
    assert only(ctf(small_pupil(forename="Zoë")).encode(encoding)).forename == "Zoë"


def test_a_character_across_two_pieces_is_not_cut() -> None:
    for shift in range(4):
        text = ctf("<!--" + "x" * shift + "ë" * 70_000 + "-->", small_pupil(forename="محمد"))
        assert only(text).forename == "محمد"


def test_a_namespace_does_no_harm() -> None:
    assert only(ctf(small_pupil()).replace("<CTfile>", '<CTfile xmlns="urn:example">')).surname == "Ali"


BAD = {
    "no UPN": small_pupil(upn=""),
    "wrong check letter": small_pupil(upn="A" + upn(2)[1:] if upn(2)[0] != "A" else "B" + upn(2)[1:]),
    "not a UPN": small_pupil(upn="12345"),
    "no name": small_pupil(surname="", forename=" "),
    "a turned name": small_pupil(surname="Ali\u202eilA"),
    "a turned name in a reference": small_pupil(surname="Ali&#x202E;ilA"),
    "an isolated name": small_pupil(forename="Z\u2066oe"),
    "a name of 201": small_pupil(surname="x" * 201),
    "a name of 100,000": small_pupil(surname="x" * 100_000),
    "a turned preferred name": small_pupil(
        "<BasicDetails><PreferredForename>Z\u202eo</PreferredForename></BasicDetails>"
    ),
    "no date of birth": small_pupil(dob=""),
    "an English date": small_pupil(dob="29/02/2016"),
    "no such day": small_pupil(dob="2017-02-29"),
    "born tomorrow": small_pupil(dob="2026-11-22"),
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_one_wrong_child_is_refused_alone(bad: str) -> None:
    file = read(ctf(small_pupil(upn=upn(7)), bad, small_pupil(upn=upn(8))))
    assert file.problems == ()
    assert [pupil.upn for pupil in file.pupils] == [upn(7), upn(8)]
    (refused,) = file.refused
    assert refused.line == file.pupils[0].line + 1 + bad.count("\n")
    assert [problem.line for problem in refused.problems] == [refused.line]
    assert refused.problems[0].severity is Severity.REFUSED
    assert "\u202e" not in refused.name
    assert refused.problems[0].said(str)


def test_every_reason_of_a_refused_child_is_named() -> None:
    (refused,) = read(ctf(small_pupil(upn="1", surname="x" * 201, dob="never"))).refused
    assert [problem.column for problem in refused.problems] == ["UPN", "DOB", "Surname"]


def test_the_line_is_that_of_the_wrong_element() -> None:
    text = ctf("<Pupil>\n\n<UPN>" + upn(1) + "</UPN>\n<Surname>Ali</Surname>\n<DOB>soon</DOB></Pupil>")
    (refused,) = read(text).refused
    assert refused.problems[0].line == refused.line + 4


def test_children_who_share_a_upn_are_all_refused() -> None:
    file = read(ctf(small_pupil(upn=upn(1)), small_pupil(upn=upn(2)), small_pupil(upn=upn(1), surname="Other")))
    assert [pupil.upn for pupil in file.pupils] == [upn(2)]
    assert [refused.name for refused in file.refused] == ["Zoe Ali", "Zoe Other"]
    assert all("more than once" in refused.problems[0].said(str) for refused in file.refused)


@pytest.mark.parametrize(
    "name", ["O'Neill", "Ó Briain", "محمد", "ਸਿੰਘ", "x" * 200, "Nuñez-O\u2019Shea", "李", "&lt;b&gt;"]
)
def test_names_of_all_kinds_are_kept(name: str) -> None:
    assert only(ctf(small_pupil(surname=name))).surname == name.replace("&lt;", "<").replace("&gt;", ">")


def test_one_name_is_enough() -> None:
    assert (only(ctf(small_pupil(forename=""))).forename, only(ctf(small_pupil(surname=""))).surname) == ("", "")


LEFT_OUT = {
    "year": "<BasicDetails><NCyearActual>99</NCyearActual></BasicDetails>",
    "language": "<BasicDetails><Languages><Type><Language>URDUX</Language></Type></Languages></BasicDetails>",
    "sex": "<Sex>Q</Sex>",
    "former UPN": "<BasicDetails><FormerUPN>1</FormerUPN></BasicDetails>",
    "provision": "<SENhistory><SEN><StartDate>2024-01-01</StartDate><SENprovision>Z</SENprovision></SEN></SENhistory>",
    "its date": "<SENhistory><SEN><StartDate>1/1/24</StartDate><SENprovision>N</SENprovision></SEN></SENhistory>",
    "need": "<SENhistory><SENneeds><SENneed><SENtype>PLD</SENtype></SENneed></SENneeds></SENhistory>",
    "postcode": "<Address><PostCode>Birmingham</PostCode></Address>",
    "address": "<Address><AddressLines><AddressLine1>1\u202e2</AddressLine1></AddressLines></Address>",
    "looked after": "<LookedAfter><InCare>perhaps</InCare></LookedAfter>",
    "nameless contact": "<Contacts><Contact><Relationship>PAM</Relationship></Contact></Contacts>",
    "turned contact": "<Contacts><Contact><Surname>A\u202eb</Surname></Contact></Contacts>",
    "relationship": "<Contacts><Contact><Surname>B</Surname><Relationship>MUM</Relationship></Contact></Contacts>",
    "e-mail": "<Contacts><Contact><Surname>B</Surname><Email>b at example</Email></Contact></Contacts>",
    "phone": "<Contacts><Contact><Surname>B</Surname><Phones><Phone><PhoneNo>1</PhoneNo></Phone></Phones>"
    "</Contact></Contacts>",
}


@pytest.mark.parametrize("inside", LEFT_OUT.values(), ids=LEFT_OUT.keys())
def test_what_we_cannot_read_is_left_out_with_a_warning(inside: str) -> None:
    problems = only(ctf(small_pupil(inside))).problems
    assert problems
    assert {problem.severity for problem in problems} == {Severity.WARNING}
    assert any("left out" in problem.said(str) or "not a UPN" in problem.said(str) for problem in problems)


def test_a_wrong_contact_does_not_take_the_others_along() -> None:
    inside = (
        "<Contacts><Contact><Surname>A\u202eb</Surname></Contact><Contact><Surname>Bo</Surname></Contact></Contacts>"
    )
    assert [contact.surname for contact in only(ctf(small_pupil(inside))).contacts] == ["Bo"]


def test_what_the_portal_has_no_use_for_is_not_kept() -> None:
    secret = "ZQX-secret"
    inside = f"<FSMhistory><A>{secret}</A></FSMhistory><BasicDetails><Ethnicity>{secret}</Ethnicity></BasicDetails>"
    assert secret not in repr(read(ctf(small_pupil(inside))))
