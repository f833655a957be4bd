"""The whole report of an import as a table that a spreadsheet can open without calculating anything."""

from collections.abc import Callable, Iterable, Iterator

from portal.intake.formats.tables import write_table
from portal.intake.rules_changes import ABOUTS, FATES, Difference, Entry, Shown
from portal.kernel.words import N_

COLUMNS = {
    "fate": N_("What happens"),
    "about": N_("About"),
    "line": N_("Line in the file"),
    "place": N_("Column"),
    "name": N_("Name"),
    "child": N_("Child of this adult"),
    "field": N_("What"),
    "stored": N_("In the portal"),
    "brought": N_("In the file"),
    "reason": N_("Reason"),
}


def report_csv(entries: Iterable[Entry], translate: Callable[[str], str]) -> bytes:
    """One row for each difference, and one for each entry without any; words in the reader's language."""
    titles = {key: translate(title) for key, title in COLUMNS.items()}
    rows = ({titles[key]: cell for key, cell in row.items()} for entry in entries for row in _rows(entry, translate))
    return write_table(tuple(titles.values()), rows)


def _rows(entry: Entry, translate: Callable[[str], str]) -> Iterator[dict[str, str]]:
    row = {
        "fate": translate(FATES[entry.fate]),
        "about": translate(ABOUTS[entry.about]),
        "line": str(entry.line or ""),
        "place": entry.problem.column or "" if entry.problem else "",
        "name": entry.name,
        "child": entry.child,
        "reason": entry.problem.said(translate) if entry.problem else "",
    }
    for difference in entry.differences or (None,):
        yield row | (_difference(difference, translate) if difference else {})


def _difference(found: Difference, translate: Callable[[str], str]) -> dict[str, str]:
    stored, brought = (
        translate(value) if value and found.shown is Shown.WORD else value for value in (found.stored, found.brought)
    )
    return {"field": translate(found.label), "stored": stored, "brought": brought}
