"""Nobody can work out a number under five: shown by trying, over every small school there can be."""

import itertools
from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.meetings.rules_figures import SMALLEST, Counts, Line, percent, tell

NUMBERS = ("held", "came", "sent")
counts = st.builds(
    lambda came, sent, silent: Counts(came + sent + silent, came, sent),
    *(st.integers(0, limit) for limit in (60, 20, 20)),
)
tables = st.dictionaries(st.sampled_from("abcdefg"), counts, max_size=7)


def shares(number, rows):
    """Every way to divide a number among rows."""
    if rows == 1:
        yield (number,)
        return
    for first in range(number + 1):
        for rest in shares(number - first, rows - 1):
            yield (first, *rest)


def schools(rows, came, sent, silent):
    """Every table of so many rows with these totals."""
    for divided in itertools.product(*(list(shares(total, rows)) for total in (came, sent, silent))):
        yield {
            str(row): Counts(divided[0][row] + divided[1][row] + divided[2][row], divided[0][row], divided[1][row])
            for row in range(rows)
        }


def suspects(worlds, smallest):
    """What somebody who knows the rule itself may believe about each hidden number, for each answer they can get."""
    believed = defaultdict(lambda: defaultdict(set))
    for tables in worlds:
        told = tell(tables, smallest)
        answer = (told.total, tuple((name, tuple(table.items())) for name, table in told.tables.items()))
        for name, table in tables.items():
            for row, true in table.items():
                for number in NUMBERS:
                    if getattr(told.tables[name][row], number) is None:
                        believed[answer][name, row, number].add(getattr(true, number))
    return [values for numbers in believed.values() for values in numbers.values()]


@pytest.mark.parametrize(("rows", "most"), [(2, 6), (3, 3)])
def test_no_hidden_number_can_be_worked_out_even_by_somebody_who_knows_the_rule(rows, most):
    totals = itertools.product(range(most + 1), repeat=3)
    worlds = [{"t": table} for total in totals for table in schools(rows, *total)]
    found = suspects(worlds, smallest=2)
    assert len(found) > 100
    assert all(len(values) > 1 for values in found)


def test_the_control_finds_a_school_that_hides_only_the_small_number():
    """The same search against hiding without a second row: it must see through that."""

    def naive(table):
        return {row: Line() if min(c.came, c.missed) < 2 else Line(c.held, c.came) for row, c in table.items()}

    believed = defaultdict(set)
    for table in schools(2, 4, 0, 5):
        told = naive(table)
        if sum(line.held is None for line in told.values()) == 1:
            hidden = next(row for row, line in told.items() if line.held is None)
            believed[tuple(told.items())].add(table[hidden].came)
    assert believed
    assert all(len(values) == 1 for values in believed.values())


def test_a_hidden_number_may_be_any_of_five():
    """With the school's own five: whatever is hidden in a table of two rows might be five different numbers."""
    worlds = [
        {"t": table}
        for came, missed in itertools.product(range(5, 13), repeat=2)
        for table in schools(2, came, 0, missed)
    ]
    told = [values for values in suspects(worlds, SMALLEST) if values != {0}]
    assert told
    assert min(len(values) for values in told) >= SMALLEST


def test_two_tables_of_the_same_reviews_give_away_no_more_than_each():
    """Kind and term together: every way in which nine reviews can lie in four cells."""
    worlds = []
    for came, missed in ((3, 3), (4, 3), (4, 5)):
        for a, m in itertools.product(list(shares(came, 4)), list(shares(missed, 4))):
            cells = [Counts(a[i] + m[i], a[i]) for i in range(4)]
            worlds.append(
                {
                    "kind": {"x": cells[0] + cells[1], "y": cells[2] + cells[3]},
                    "term": {"p": cells[0] + cells[2], "q": cells[1] + cells[3]},
                }
            )
    found = [values for values in suspects(worlds, smallest=2) if values != {0}]
    assert len(found) > 50
    assert all(len(values) > 1 for values in found)


@given(tables)
def test_what_is_told_is_true_and_large_enough(table):
    told = tell({"t": table})
    for row, line in told.tables["t"].items():
        true = table[row]
        for number in NUMBERS:
            assert getattr(line, number) in (None, getattr(true, number))
        if line.held:
            assert min(line.came, line.held - line.came) >= SMALLEST
        if line.sent:
            assert min(line.sent, true.silent) >= SMALLEST
        assert (line.percent is None) == (line.held is None or not true.held)


@given(tables)
def test_what_the_total_leaves_over_is_large_and_of_several(table):
    """The number that anybody gets by taking the told rows from the total is itself one that might be told."""
    told = tell({"t": table})
    for number, complement in (("came", "missed"), ("sent", "silent")):
        hidden = [row for row, line in told.tables["t"].items() if getattr(line, number) is None]
        if getattr(told.total, number) is None or not hidden:
            continue
        assert len(hidden) > 1
        assert sum(getattr(table[row], number) for row in hidden) >= SMALLEST
        assert sum(getattr(table[row], complement) for row in hidden) >= SMALLEST
        assert sum(table[row].held for row in hidden) >= len(hidden) + SMALLEST


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.integers(0, 2)), max_size=80))
def test_no_row_of_one_table_brings_back_a_total_that_is_hidden(reviews):
    found = {"kind": {}, "term": {}}
    for kind, term, how in reviews:
        one = Counts(1, int(how == 0), int(how == 1))
        found["kind"][kind] = found["kind"].get(kind, Counts()) + one
        found["term"][term] = found["term"].get(term, Counts()) + one
    told = tell(found)
    for number in NUMBERS:
        if getattr(told.total, number) is None:
            for name, table in told.tables.items():
                hidden = [row for row, line in table.items() if getattr(line, number) is None]
                assert hidden == [row for row, true in found[name].items() if true.held]


def test_a_year_without_reviews_says_so():
    told = tell({"kind": {}, "term": {"autumn": Counts()}})
    assert told.total == Line(0, 0, 0)
    assert told.tables["term"] == {"autumn": Line(0, 0, 0)}
    assert told.total.percent is None


def test_an_ordinary_school_is_told_what_it_needs():
    told = tell(
        {"t": {"en": Counts(60, 50, 5), "ur": Counts(30, 20, 5), "pl": Counts(3, 1, 1), "so": Counts(14, 8, 1)}}
    )
    assert told.total == Line(107, 79, 12)
    assert told.tables["t"]["en"] == Line(60, 50, 5)
    assert told.tables["t"]["ur"] == Line(30, 20)  # its views would give those of the two small ones away
    assert told.tables["t"]["pl"] == told.tables["t"]["so"] == Line()


@pytest.mark.parametrize(("part", "whole", "said"), [(1, 2, 50), (1, 8, 13), (2, 3, 67), (5, 5, 100), (None, 9, None)])
def test_percents_are_whole_and_halves_go_up(part, whole, said):
    assert percent(part, whole) == said
