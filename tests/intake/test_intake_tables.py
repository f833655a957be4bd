"""CSV as offices save it: nothing may be lost, guessed in silence, or calculated by a spreadsheet."""

import csv
import io
import re
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.intake.formats import contacts_csv, plans_csv
from portal.intake.formats.tables import (
    EXAMPLE_UPN,
    LONGEST_FILE,
    MOST_ROWS,
    Columns,
    Table,
    read_table,
    reading,
    write_table,
)
from portal.intake.rules import Severity, refused, upn_problem, warning

COLUMNS = Columns(("upn", "name", "note"), frozenset(("upn", "name")))
PLAIN = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=30)
LETTERS = st.characters(categories=("Lu", "Ll", "Lo"))


def cells(data: bytes | str) -> list[tuple[int, dict[str, str]]]:
    table = read_table(data.encode() if isinstance(data, str) else data, COLUMNS)
    assert [problem for problem in table.problems if problem.severity is Severity.REFUSED] == []
    return [(row.line, dict(row.cells)) for row in table.rows]


def refusal(data: bytes | str) -> str:
    table = read_table(data.encode() if isinstance(data, str) else data, COLUMNS)
    assert table.rows == ()
    (problem,) = table.problems
    assert problem.severity is Severity.REFUSED
    return problem.said(str)


def dictionary(upn: str, name: str, note: str) -> dict[str, str]:
    return {"upn": upn, "name": name, "note": note}


@given(st.lists(st.builds(dictionary, PLAIN.filter(str.strip), PLAIN, PLAIN), min_size=1, max_size=8))
def test_what_we_write_we_read_again(rows: list[dict[str, str]]) -> None:
    assert [found for _, found in cells(write_table(COLUMNS.names, rows))] == rows


@given(
    rows=st.lists(st.builds(dictionary, st.text(LETTERS, min_size=1), PLAIN, PLAIN), min_size=1, max_size=5),
    separator=st.sampled_from(",;\t"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    ending=st.sampled_from(["\n", "\r\n"]),
)
def test_any_program_may_have_written_it(
    rows: list[dict[str, str]], separator: str, encoding: str, quoting: int, ending: str
) -> None:
    # Excel and its like quote a lone carriage return, Python's writer does not.
    rows = [{key: text.lstrip("'").replace("\r", "") for key, text in row.items()} for row in rows]
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS.names, delimiter=separator, quoting=quoting, lineterminator=ending)
    writer.writeheader()
    writer.writerows(rows)
    text = out.getvalue()
    if encoding == "utf-8" and text.startswith("\ufeff"):
        return
    assert [found for _, found in cells(text.encode(encoding))] == rows


@given(PLAIN.filter(lambda text: text.strip()))
def test_no_cell_of_ours_is_a_formula(text: str) -> None:
    data = write_table(["name"], [{"name": text}]).decode("utf-8-sig")
    (_, (cell,)) = csv.reader(io.StringIO(data, newline=""))
    assert cell[0] not in "=+-@\t\r"


@given(st.binary(max_size=300))
def test_no_bytes_make_it_fall_over(data: bytes) -> None:
    table = read_table(b"upn,name\n" + data, COLUMNS)
    assert table.rows or table.problems
    read_table(data, COLUMNS)


@pytest.mark.parametrize(
    "cell", ["=1+1", "+441214960123", "-5", "@SUM(A1)", '=HYPERLINK("http://x.example")', "'=1", "''+2", "'tis"]
)
def test_formulas_are_plain_text_there_and_back(cell: str) -> None:
    assert cells(write_table(COLUMNS.names, [dictionary("A", cell, "")]))[0][1]["name"] == cell


def test_formulas_of_other_programs_stay_as_they_are() -> None:
    assert cells('upn,name\nA,"=1+1"\n')[0][1]["name"] == "=1+1"


@pytest.mark.parametrize(
    "header",
    ["upn,name", "UPN,Name", " Upn , NAME ", '"upn","name"', "\ufeffupn,name", "name;UPN", '"upn";"name"', "upn\tname"],
)
def test_header_as_people_write_it(header: str) -> None:
    separator = next(mark for mark in (";", "\t", ",") if mark in header)
    first, second = ("Bo", "A") if header.startswith("name") else ("A", "Bo")
    assert cells(f"{header}\n{first}{separator}{second}\n") == [(2, dictionary("A", "Bo", ""))]


def test_header_with_spaces_for_underscores() -> None:
    columns = Columns(("adult_surname",), frozenset(("adult_surname",)))
    assert read_table(b"Adult  Surname\nAli\n", columns).rows[0].cells == {"adult_surname": "Ali"}


def test_a_semicolon_file_keeps_its_commas() -> None:
    assert cells("upn;name;note\nA;Bo;one, two, three, four\n") == [(2, dictionary("A", "Bo", "one, two, three, four"))]


def test_missing_columns_are_named_all_at_once() -> None:
    assert "upn, name" in refusal("surname,note\nAli,x\n")


def test_a_column_twice_is_refused() -> None:
    assert "name" in refusal("upn,name,Name\nA,B,C\n")


def test_columns_we_do_not_know_are_reported() -> None:
    table = read_table(b"upn,name,Colour,,note\nA,Bo,blue,x,y\n", COLUMNS)
    assert table.rows[0].cells == dictionary("A", "Bo", "y")
    (problem,) = table.problems
    assert problem.severity is Severity.WARNING
    assert "Colour, 4" in problem.said(str)


def test_lines_are_those_an_editor_shows() -> None:
    data = 'upn,name,note\r\nA,Bo,"one\r\ntwo\r\nthree"\r\n\r\nB,Cy,x\r\n,,\r\nC,Di,"a\nb"\r\nD,Ed,\r\n'
    assert [line for line, _ in cells(data)] == [2, 6, 8, 10]
    assert cells(data)[0][1]["note"] == "one\r\ntwo\r\nthree"


def test_ragged_rows_are_named() -> None:
    table = read_table(b"upn,name,note\nA,Bo\nB,Cy,x,y\nC,Di,x,,,\nD,Ed,x\n", COLUMNS)
    assert [row.line for row in table.rows] == [4, 5]
    assert [(problem.line, problem.values["found"]) for problem in table.problems] == [(2, 2), (3, 4)]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"\n\n  \n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"upn,name\n", "no rows"),
        (b"upn,name\n,\n\n", "no rows"),
        (b"upn,name\nA,B\x00o\n", "NUL"),
        ("upn,name\nA,Bo\n".encode("utf-16-le"), "NUL"),
        (b'upn,name\nA,"Bo\nB,Cy\n', "quotation marks"),
        (b'upn,name\nA,"B"o\n', "quotation marks"),
        (b"upn,name\nA," + b"x" * 200_000 + b"\n", "quotation marks"),
        (b"upn,name\nA,Zo\xed\xa0\x80\n", "half characters"),
        ("upn,name\nA,Zoë".encode() + b"\xeb\n", "damaged"),
        (b"upn,name\nA,Zo\x81\n", "damaged"),
        (b"\xff\xfeu", "damaged"),
        (b"upn,name\n" + b"A,B\n" * (MOST_ROWS + 1), "20000 rows"),
        (b"x" * (LONGEST_FILE + 1), "10 MB"),
    ],
)
def test_files_that_are_refused_whole(data: bytes, said: str) -> None:
    assert said in refusal(data)


def test_a_broken_quote_names_where_it_began() -> None:
    (problem,) = read_table(b'upn,name\nA,Bo\nB,"Cy\nC,Di\n', COLUMNS).problems
    assert problem.line == 3


def test_windows_1252_is_read_with_a_warning() -> None:
    table = read_table("upn,name\nA,Zoë O\u2019Neill\n".encode("cp1252"), COLUMNS)
    assert table.rows[0].cells["name"] == "Zoë O\u2019Neill"
    (problem,) = table.problems
    assert problem.severity is Severity.WARNING
    assert "Windows-1252" in problem.said(str)


def test_the_example_row_is_left_out() -> None:
    table = read_table(f"upn,name\n{EXAMPLE_UPN},Sam\nA,Bo\n".encode(), COLUMNS)
    assert [row.cells["upn"] for row in table.rows] == ["A"]
    assert [problem.severity for problem in table.problems] == [Severity.WARNING]


def test_no_child_can_have_the_upn_of_the_example() -> None:
    problem = upn_problem(EXAMPLE_UPN)
    assert problem is not None
    assert problem.values["la"] == "000"


def test_one_refusal_keeps_everything_out_and_a_warning_nothing() -> None:
    table = Table("", (), ())
    assert reading(table, ["a", "b"], [warning("w", line=2)]).entries == ("a", "b")
    assert reading(table, ["a", "b"], [warning("w", line=2), refused("r", line=3)]).entries == ()


def test_at_most_two_hundred_problems_are_listed_refusals_first() -> None:
    many = [warning("w", line=line) for line in range(150)] + [refused("r", line=line) for line in range(150)]
    listed = reading(Table("", (), ()), [], many).problems
    assert len(listed) == 201
    assert [problem.line for problem in listed[:151]] == [*range(150), 0]
    assert listed[200].values == {"count": 100}
    assert listed[200].severity is Severity.REFUSED


@pytest.mark.parametrize("table", [contacts_csv, plans_csv])
def test_every_column_is_explained_to_the_office(table: ModuleType) -> None:
    text = (Path(__file__).parents[2] / "docs" / "imports.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (yes)? ?\|", text, re.MULTILINE)
    explained = {name: bool(needed) for name, needed in rows}
    assert set(table.COLUMNS.names) <= set(explained)
    assert {name for name in table.COLUMNS.names if explained[name]} == table.COLUMNS.needed
