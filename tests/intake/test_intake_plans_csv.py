"""Plans as a list: rows of one child become one plan, and nothing of it is cut, joined or guessed."""

from datetime import date

import pytest

from portal.intake.formats import CsvKind, template_csv
from portal.intake.formats.plans_csv import COLUMNS, EXAMPLE, PROFILE, TARGET, PupilPlan, read_plans
from portal.intake.formats.tables import Reading, write_table
from portal.intake.rules import Severity
from tests.intake.make_ctf import upn


def row(number: int = 1, **cells: str) -> dict[str, str]:
    return {**EXAMPLE, "upn": upn(number), **cells}


def read(*rows: dict[str, str]) -> Reading[PupilPlan]:
    return read_plans(write_table(COLUMNS.names, rows))


def test_a_row_is_read_whole() -> None:
    (plan,) = read(row()).entries
    assert (plan.line, plan.upn, plan.people_like) == (2, upn(1), EXAMPLE["people_like"])
    (target,) = plan.targets
    assert target.strategies == ("Question cards", "A partner to practise with")
    assert target.review_date == date(2026, 12, 1)
    texts = [name for name in TARGET if name not in ("strategies", "review_date")]
    assert {name: getattr(target, name) for name in texts} == {name: EXAMPLE[name] for name in texts}


def test_rows_of_one_child_are_one_plan_in_the_order_of_the_file() -> None:
    blank = dict.fromkeys(PROFILE, "")
    found = read(row(1, target="One"), row(2), row(1, target="Two", **blank), row(1, target="Three"))
    assert [(plan.upn, plan.line) for plan in found.entries] == [(upn(1), 2), (upn(2), 3)]
    assert [(target.target, target.line) for target in found.entries[0].targets] == [
        ("One", 2),
        ("Two", 4),
        ("Three", 5),
    ]
    assert found.entries[0].people_like == EXAMPLE["people_like"]


def test_a_profile_may_come_without_a_target() -> None:
    found = read(row(**dict.fromkeys(TARGET, "")))
    assert found.problems == ()
    assert found.entries[0].targets == ()


def test_two_texts_for_one_profile_are_refused() -> None:
    found = read(row(1), row(1, target="Two", people_like="Something else"))
    assert found.entries == ()
    assert [(problem.line, problem.column) for problem in found.problems] == [(3, "people_like")]


def test_one_target_twice_is_refused() -> None:
    found = read(row(1), row(1))
    assert (found.entries, [(problem.line, problem.column) for problem in found.problems]) == ((), [(3, "target")])


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("upn", ""),
        ("upn", "B207000016049"),
        ("outcome", ""),
        ("target", " "),
        ("review_date", "soon"),
        ("review_date", "12/31/2026"),
        ("review_date", "01/12/1026"),
        ("who", "x" * 201),
        ("how_often", "a\u2067b"),
        ("goal", "x" * 4001),
    ],
)
def test_one_wrong_cell_refuses_the_file(column: str, text: str) -> None:
    found = read(row(2), row(1, **{column: text}))
    assert found.entries == ()
    assert [(problem.severity, problem.line, problem.column) for problem in found.problems] == [
        (Severity.REFUSED, 3, column)
    ]


def test_gaps_that_can_be_filled_later_are_pointed_out() -> None:
    found = read(row(review_date="", pupil_words="", who=""))
    assert found.entries[0].targets[0].review_date is None
    (problem,) = found.problems
    assert (problem.severity, problem.line) == (Severity.WARNING, 2)
    assert "review_date, pupil_words." in problem.said(str)


def test_texts_keep_lines_direction_and_signs() -> None:
    text = "محمد likes <3\n\nand \u2067نور\u2069 = 5 < 6"
    assert read(row(people_like=text)).entries[0].people_like == text


def test_empty_strategies_are_not_strategies() -> None:
    assert read(row(strategies=" | One||two \n lines | ")).entries[0].targets[0].strategies == ("One", "two\nlines")


def test_one_bad_row_in_five_hundred() -> None:
    rows = [row(number) for number in range(1, 501)]
    assert len(read(*rows).entries) == 500
    found = read(*rows[:250], row(251, upn="1"), *rows[251:])
    assert (found.entries, [problem.line for problem in found.problems]) == ((), [252])


def test_the_template_reads_as_an_example_only() -> None:
    data = template_csv(CsvKind.PLANS)
    found = read_plans(data)
    assert (found.entries, [problem.severity for problem in found.problems]) == ((), [Severity.WARNING])
    (plan,) = read_plans(data.replace(b"N000000025001", upn(1).encode())).entries
    assert plan.targets[0].target == EXAMPLE["target"]
