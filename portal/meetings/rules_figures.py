"""How many families came to their reviews, told so that nobody can work out a number under five.

A review counts as attended when at least one invited adult was present or online; "sent views" are the others from
whom at least views came (domain.md 8, invariant 16). Each table divides the same reviews, so that each gives the same
total and together they give away no more than each alone: which kinds were held in which term is told nowhere.

A row is told whole or not at all, and a row that is not told hides its number of reviews as well. With one hidden row
its numbers would be the total less the others; so further rows are hidden, the smallest first, until what is hidden is
at least two rows and large enough together. If the school's year is too small for that, nothing of it is told.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

SMALLEST = 5  # fewer reviews than this could be recognised
Table = Mapping[str, "Counts"]


@dataclass(frozen=True, slots=True)
class Counts:
    """Reviews that were held; those at which somebody of the family took part; those with views and nobody there."""

    held: int = 0
    came: int = 0
    sent: int = 0

    @property
    def missed(self) -> int:
        """Reviews at which nobody of the family took part."""
        return self.held - self.came

    @property
    def silent(self) -> int:
        """Reviews with nobody there and no views."""
        return self.missed - self.sent

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.held + other.held, self.came + other.came, self.sent + other.sent)


@dataclass(frozen=True, slots=True)
class Line:
    """One row as it may be told. None is a number that stays hidden; a row of no reviews has zeros."""

    held: int | None = None
    came: int | None = None
    sent: int | None = None

    @property
    def percent(self) -> int | None:
        """Of the reviews that were held, those at which somebody of the family took part; whole percents."""
        return percent(self.came, self.held)

    @property
    def percent_sent(self) -> int | None:
        """Of the reviews that were held, those with views and nobody there; whole percents."""
        return percent(self.sent, self.held)


@dataclass(frozen=True, slots=True)
class Told:
    """All tables as they may be told, rows by the same keys, and the total that they share."""

    total: Line
    tables: Mapping[str, Mapping[str, Line]]


def percent(part: int | None, whole: int | None) -> int | None:
    """Whole percents, halves up; None where a number is hidden or nothing was held."""
    if part is None or not whole:
        return None
    return (200 * part + whole) // (2 * whole)


def tell(tables: Mapping[str, Table], smallest: int = SMALLEST) -> Told:
    """Tables of the same reviews, with every number hidden that is too small or would give a small one away."""
    total = _sum(next(iter(tables.values()), {}).values())
    rows = max((sum(1 for row in table.values() if row.held) for table in tables.values()), default=0)
    if not (_is_large(total.came, total.missed, smallest) and total.held >= rows + smallest):
        return Told(_nothing(total), {name: _hide(table, set(table), set()) for name, table in tables.items()})
    views_told = _is_large(total.sent, total.silent, smallest)
    told = {name: _tell_table(table, smallest, views_told) for name, table in tables.items()}
    return Told(Line(total.held, total.came, total.sent if views_told else None), told)


def _tell_table(table: Table, smallest: int, views_told: bool) -> Mapping[str, Line]:
    came = _hidden(table, set(), lambda row: _is_large(row.came, row.missed, smallest), smallest)
    if not views_told:
        return _hide(table, came, set(table))
    return _hide(table, came, _hidden(table, came, lambda row: _is_large(row.sent, row.silent, smallest), smallest))


def _hidden(table: Table, already: set[str], is_large: Callable[[Counts], bool], smallest: int) -> set[str]:
    """The rows that stay hidden: those that are small, and as many more as keep these from being worked out."""
    rows = {name: row for name, row in table.items() if row.held}
    hidden = already | {name for name, row in rows.items() if not is_large(row)}
    for name in sorted(rows, key=lambda name: rows[name].held):
        if not hidden or _is_safe([rows[one] for one in hidden], is_large, smallest):
            break
        hidden.add(name)
    return hidden


def _is_safe(rows: Sequence[Counts], is_large: Callable[[Counts], bool], smallest: int) -> bool:
    """Whether the sum of hidden rows, which anybody can work out, says nothing about one of them."""
    together = _sum(rows)
    return len(rows) > 1 and is_large(together) and together.held >= len(rows) + smallest


def _is_large(one: int, other: int, smallest: int) -> bool:
    return one >= smallest and other >= smallest


def _hide(table: Table, came: set[str], sent: set[str]) -> dict[str, Line]:
    return {
        name: Line(0, 0, 0)
        if not row.held
        else Line()
        if name in came
        else Line(row.held, row.came, None if name in sent else row.sent)
        for name, row in table.items()
    }


def _nothing(total: Counts) -> Line:
    return Line() if total.held else Line(0, 0, 0)


def _sum(rows: Iterable[Counts]) -> Counts:
    total = Counts()
    for row in rows:
        total += row
    return total
