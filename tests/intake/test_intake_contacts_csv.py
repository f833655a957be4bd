"""The list of adults: everything in it is a proposal, and one wrong row keeps the whole file out."""

from collections.abc import Callable

import pytest

from portal.intake.codes import Relationship
from portal.intake.formats import CsvKind, template_csv
from portal.intake.formats.contacts_csv import COLUMNS, EXAMPLE, ContactRow, read_contacts
from portal.intake.formats.tables import Reading, write_table
from portal.intake.rules import Severity
from tests.intake.make_ctf import upn


def row(number: int = 1, **cells: str) -> dict[str, str]:
    return {**EXAMPLE, "upn": upn(number), "email": "", "mobile": "", **cells}


def read(*rows: dict[str, str]) -> Reading[ContactRow]:
    return read_contacts(write_table(COLUMNS.names, rows))


def only(**cells: str) -> ContactRow:
    (contact,) = read(row(**cells)).entries
    return contact


def test_a_row_is_read_whole() -> None:
    assert only(email="Alex@Example.org", mobile="07700 900123") == ContactRow(
        line=2,
        upn=upn(1),
        pupil_surname="Example",
        pupil_forename="Sam",
        title="Ms",
        adult_forename="Alex",
        adult_surname="Example",
        relationship=Relationship.MOTHER,
        parental_responsibility=True,
        lives_with_pupil=True,
        priority=1,
        email="Alex@example.org",
        mobile="+447700900123",
        spoken_language="ur",
        written_language="en",
        interpreter=False,
    )


def test_what_is_not_said_is_not_guessed() -> None:
    gaps = (
        "title",
        "parental_responsibility",
        "lives_with_pupil",
        "priority",
        "spoken_language",
        "written_language",
        "interpreter",
    )
    contact = only(**dict.fromkeys(gaps, ""))
    assert [getattr(contact, name) for name in gaps] == ["", None, None, None, None, None, None]


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [
        ("relationship", "paf", Relationship.FATHER),
        ("relationship", "Foster mother", Relationship.FOSTER_MOTHER),
        ("relationship", "Mum", Relationship.MOTHER),
        ("parental_responsibility", "Unknown", None),
        ("parental_responsibility", "N", False),
        ("interpreter", "YES", True),
        ("mobile", "+44 7700 900123", "+447700900123"),
        ("mobile", "'+447700900123", "+447700900123"),
        ("written_language", "Punjabi", "pa"),
        ("adult_surname", "O'Neill", "O'Neill"),
        ("adult_forename", "", ""),
        ("adult_surname", "محمد", "محمد"),
        ("upn", upn(1).lower(), upn(1)),
    ],
)
def test_as_people_write_it(column: str, text: str, value: object) -> None:
    assert getattr(only(**{column: text}), column) == value


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("upn", ""),
        ("upn", "A801200005001"),
        ("relationship", ""),
        ("relationship", "friend"),
        ("parental_responsibility", "maybe"),
        ("lives_with_pupil", "weekends"),
        ("interpreter", "sometimes"),
        ("priority", "0"),
        ("priority", "first"),
        ("email", "alex at example.org"),
        ("mobile", "0121 496 0123"),
        ("mobile", "4.47701E+11"),
        ("adult_surname", "A\u202eli"),
        ("pupil_surname", "x" * 201),
    ],
)
def test_one_wrong_cell_refuses_the_file(column: str, text: str) -> None:
    found = read(row(2), row(1, **{column: text}))
    assert found.entries == ()
    (problem,) = found.problems
    assert (problem.severity, problem.line, problem.column) == (Severity.REFUSED, 3, column)
    assert problem.said(str)


def test_an_adult_needs_a_name() -> None:
    (problem,) = read(row(adult_forename="", adult_surname=" ")).problems
    assert "no name" in problem.said(str)


def test_a_language_we_do_not_know_is_only_a_warning() -> None:
    found = read(row(spoken_language="Klingonese"))
    assert [entry.spoken_language for entry in found.entries] == [None]
    assert [problem.severity for problem in found.problems] == [Severity.WARNING]


def test_one_bad_row_in_five_hundred() -> None:
    rows = [row(number) for number in range(1, 501)]
    assert len(read(*rows).entries) == 500
    rows[321] = row(322, relationship="?")
    found = read(*rows)
    assert (found.rows, found.entries) == (500, ())
    assert [problem.line for problem in found.problems] == [323]


def test_every_bad_row_is_named_up_to_two_hundred() -> None:
    found = read(*(row(number, relationship="?") for number in range(1, 251)))
    assert [problem.line for problem in found.problems[:200]] == list(range(2, 202))
    assert found.problems[200].values == {"count": 50}


def test_ragged_rows_keep_the_good_ones_out_too() -> None:
    data = write_table(COLUMNS.names, [row(1)]) + b"only,two\r\n"
    found = read_contacts(data)
    assert found.entries == ()
    assert [problem.line for problem in found.problems] == [3]


def test_one_upn_cannot_be_two_children() -> None:
    found = read(
        row(1), row(1, adult_forename="Kim", pupil_forename="SAM"), row(1, adult_forename="Lee", pupil_forename="Jo")
    )
    assert found.entries == ()
    assert [(problem.line, problem.values["other"]) for problem in found.problems] == [(4, 2)]


def test_one_adult_twice_for_one_child_is_refused_but_not_for_two_children() -> None:
    assert len(read(row(1), row(2)).entries) == 2
    found = read(row(1), row(1))
    assert (found.entries, [problem.line for problem in found.problems]) == ((), [3])


@pytest.mark.parametrize(("column", "text"), [("email", "home@example.org"), ("mobile", "07700900123")])
def test_two_adults_with_one_address_are_pointed_out(column: str, text: str) -> None:
    found = read(row(1, **{column: text}), row(1, adult_forename="Kim", **{column: text.upper()}))
    assert len(found.entries) == 2
    (problem,) = found.problems
    assert (problem.severity, problem.line, problem.column, problem.values["other"]) == (Severity.WARNING, 3, column, 2)


def test_one_adult_of_two_children_has_one_address() -> None:
    assert read(row(1, email="a@example.org"), row(2, email="a@example.org")).problems == ()


@pytest.mark.parametrize("change", [lambda text: text.replace(",", ";"), lambda text: text.replace(",", "\t")])
def test_other_separators(change: Callable[[str], str]) -> None:
    text = write_table(COLUMNS.names, [row(1)]).decode("utf-8-sig")
    assert len(read_contacts(change(text).encode()).entries) == 1


def test_the_template_reads_as_an_example_only() -> None:
    data = template_csv(CsvKind.CONTACTS)
    assert data.startswith(b"\xef\xbb\xbfupn,pupil_surname,")
    found = read_contacts(data)
    assert found.entries == ()
    assert [problem.severity for problem in found.problems] == [Severity.WARNING]
    assert len(read_contacts(data.replace(b"N000000025001", upn(1).encode())).entries) == 1
