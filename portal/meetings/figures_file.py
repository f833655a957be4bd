"""The figures as a file for a spreadsheet: the very numbers of the page, hidden ones as hidden as there."""

import csv
import io
import re
from collections.abc import Callable

from portal.kernel.words import N_
from portal.meetings.queries_figures import Figures
from portal.meetings.rules_figures import Line

COLUMNS = (
    N_("School year"),
    N_("Table"),
    N_("Row"),
    N_("Reviews held"),
    N_("Family took part"),
    N_("Family took part, in percent"),
    N_("Only sent views"),
    N_("Only sent views, in percent"),
)
TABLES = {"total": N_("All reviews"), "kind": N_("By kind"), "term": N_("By term"), "language": N_("By language")}
HIDDEN = N_("Too few to tell")
_FORMULA = re.compile(r"[=+\-@\t\r]")


def figures_csv(
    figures: Figures, label: Callable[[str, str], str], school_year: str, translate: Callable[[str], str]
) -> bytes:
    """UTF-8 with a BOM, so that Excel opens it with its letters whole; words in the reader's language. `label` names a
    row by its table and code."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([translate(title) for title in COLUMNS])
    lines = [("total", "", figures.told.total)]
    lines += [(name, code, line) for name, table in figures.told.tables.items() for code, line in table.items()]
    for name, code, line in lines:
        words = [school_year, translate(TABLES[name]), label(name, code), *_numbers(line, translate)]
        writer.writerow([_asleep(cell) for cell in words])
    return out.getvalue().encode("utf-8-sig")


def _numbers(line: Line, translate: Callable[[str], str]) -> list[str]:
    hidden = translate(HIDDEN)
    if line.held == 0:
        return ["0", "0", "", "0", ""]
    numbers = (line.held, line.came, line.percent, line.sent, line.percent_sent)
    return [hidden if number is None else str(number) for number in numbers]


def _asleep(cell: str) -> str:
    """One apostrophe more where a spreadsheet would calculate."""
    return f"'{cell}" if _FORMULA.match(cell) else cell
