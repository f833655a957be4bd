"""Reads and writes CSV as offices really save it: any of three separators, three encodings, and all or nothing."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from portal.intake.formats.source import FileRefused, Source, encoding_of, fingerprint, opened, text_of
from portal.intake.rules import Problem, any_refused, refused, shown, warning
from portal.kernel.words import N_

LONGEST_FILE = 10_000_000
MOST_ROWS = 20_000
MOST_PROBLEMS = 200
SEPARATORS = (",", ";", "\t")
# The UPN of the row in our templates. Local authority 000 does not exist, so no child can have it.
EXAMPLE_UPN = "N000000025001"

_FORMULA = re.compile(r"'*[=+\-@\t\r]")

Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class Columns:
    """The column names of one kind of file, in the order of its template. Those in `needed` must be in the header."""

    names: tuple[str, ...]
    needed: frozenset[str]


@dataclass(frozen=True, slots=True)
class Row:
    """`line` is where the row begins in the file; `cells` has every known column, empty where the file has none."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows that have the right shape, and what is wrong with the file or with other rows."""

    fingerprint: str
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Reading(Generic[Entry]):
    """What a CSV file holds. One refused row empties `entries`; `rows` counts what was read all the same."""

    fingerprint: str
    rows: int
    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]


def reading(table: Table, entries: Sequence[Entry], problems: Iterable[Problem]) -> Reading[Entry]:
    """All or nothing: keeps the entries only if no row was refused; names at most 200 problems, refusals first."""
    found = sorted((*table.problems, *problems), key=lambda p: (not any_refused((p,)), p.line or 0))
    kept = () if any_refused(found) else tuple(entries)
    if len(found) > MOST_PROBLEMS:
        count = len(found) - MOST_PROBLEMS
        more = refused if any_refused(found) else warning
        found[MOST_PROBLEMS:] = [more(N_("Further problems that are not listed here: %(count)s."), count=count)]
    return Reading(table.fingerprint, len(table.rows), kept, tuple(found))


def read_table(source: Source, columns: Columns) -> Table:
    """Reads bytes, a path or a binary stream. A file that cannot be read has no rows and one refusal."""
    mark = fingerprint(source)
    try:
        with opened(source, LONGEST_FILE) as stream:
            encoding, problems = encoding_of(stream)
            text = "".join(text_of(stream, encoding))
        if "\0" in text:
            line = text.count("\n", 0, text.index("\0")) + 1
            raise FileRefused(
                refused(N_("The file holds a NUL sign. It is not a CSV file, or it is damaged."), line=line)
            )
        records = _records(text, _separator(text, columns))
        places, remarks = _header(next(records), columns)
        rows, ragged = _rows(records, places, columns)
    except FileRefused as error:
        return Table(mark, (), (error.problem,))
    return Table(mark, rows, (*problems, *remarks, *ragged))


def write_table(names: Sequence[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    """CSV that Excel opens with its letters whole and its formulas asleep; `read_table` gives back the same cells."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(names)
    writer.writerows([_asleep(row.get(name, "")) for name in names] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _asleep(cell: str) -> str:
    """One apostrophe more where a spreadsheet would calculate, or where we would take one away on reading."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _awake(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def _plain(name: str) -> str:
    """A column name as we compare it: `Adult Surname ` is `adult_surname`."""
    return re.sub(r"[\s_-]+", "_", name.strip()).casefold()


def _separator(text: str, columns: Columns) -> str:
    """The one that finds most of our columns in the first row, the comma when none does."""

    def known(separator: str) -> int:
        try:
            return len(set(columns.names) & {_plain(cell) for cell in next(_records(text, separator))[1]})
        except FileRefused:
            return 0

    return max(SEPARATORS, key=known)


def _records(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, each with the line where it begins. Raises FileRefused where quotes do not match."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    begins = 1
    found = False
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found = True
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        message = N_("The quotation marks do not match in the row that begins here, so we cannot read on.")
        raise FileRefused(refused(message, line=begins)) from error
    if not found:
        raise FileRefused(refused(N_("The file is empty.")))


def _header(record: tuple[int, list[str]], columns: Columns) -> tuple[list[str | None], list[Problem]]:
    """The column of each place in a row, None for one we do not read. Raises FileRefused on a bad header."""
    line, cells = record
    names = [_plain(cell) for cell in cells]
    while names and not names[-1]:
        names.pop()
    twice = sorted({name for name in names if name in columns.names and names.count(name) > 1})
    missing = [name for name in columns.names if name in columns.needed and name not in names]
    if missing:
        raise FileRefused(refused(N_("These columns are missing: %(columns)s."), line=line, columns=", ".join(missing)))
    if twice:
        raise FileRefused(
            refused(N_("These columns are there more than once: %(columns)s."), line=line, columns=", ".join(twice))
        )
    places = [name if name in columns.names else None for name in names]
    # A column without a name is called by its place.
    unread = [shown(cells[place]) or str(place + 1) for place, name in enumerate(places) if name is None]
    remarks = [warning(N_("We did not read these columns: %(columns)s."), line=line, columns=", ".join(unread))]
    return places, remarks if unread else []


def _rows(
    records: Iterator[tuple[int, list[str]]], places: Sequence[str | None], columns: Columns
) -> tuple[tuple[Row, ...], list[Problem]]:
    rows, problems = [], list[Problem]()
    for count, (line, cells) in enumerate(records):
        if count == MOST_ROWS:
            raise FileRefused(refused(N_("The file has more than %(most)s rows."), line=line, most=MOST_ROWS))
        while len(cells) > len(places) and not cells[-1].strip():
            cells.pop()
        if len(cells) != len(places):
            message = N_("Cells in this row: %(found)s. Columns in the file: %(expected)s.")
            problems.append(refused(message, line=line, found=len(cells), expected=len(places)))
            continue
        known = {name: _awake(cell) for name, cell in zip(places, cells, strict=True) if name}
        if known.get("upn", "").strip() == EXAMPLE_UPN:
            problems.append(warning(N_("This is the example row of our template. We left it out."), line=line))
            continue
        rows.append(Row(line, {name: known.get(name, "") for name in columns.names}))
    if not rows and not problems:
        raise FileRefused(refused(N_("The file has a header but no rows.")))
    return tuple(rows), problems
