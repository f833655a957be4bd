"""The school's plans as a list with one target in each row, as schools keep them before they have a portal."""

from dataclasses import dataclass
from datetime import date

from portal.intake.formats.source import Source
from portal.intake.formats.tables import Columns, Reading, Row, read_table, reading
from portal.intake.formats.text import Findings
from portal.intake.rules import Problem
from portal.kernel.words import N_

PROFILE = ("people_like", "important_to_me", "how_to_support", "needs_in_plain_words")
TARGET = (
    "outcome",
    "target",
    "now",
    "goal",
    "how_we_will_know",
    "strategies",
    "who",
    "how_often",
    "review_date",
    "help_at_home",
    "pupil_words",
    "responsibility_pupil",
    "responsibility_parent",
    "responsibility_school",
)
COLUMNS = Columns(names=("upn", *PROFILE, *TARGET), needed=frozenset(("upn", "outcome", "target")))
EXAMPLE = {
    "people_like": "Sam is kind and makes others laugh.",
    "important_to_me": "Football, my dog and time to think.",
    "how_to_support": "Show me a picture of what comes next.",
    "needs_in_plain_words": "Sam finds it hard to say longer sentences.",
    "outcome": "Sam joins in when a group talks.",
    "target": "Sam asks a question in group time each day.",
    "now": "Sam asks one question a week.",
    "goal": "Sam asks one question a day.",
    "how_we_will_know": "The teacher ticks each question on a chart.",
    "strategies": "Question cards | A partner to practise with",
    "who": "Class teacher",
    "how_often": "Ten minutes each day",
    "review_date": "01/12/2026",
    "help_at_home": "Ask about the day and wait ten seconds.",
    "pupil_words": "I will ask one question each day.",
    "responsibility_pupil": "Choose a question card.",
    "responsibility_parent": "Talk about the question at home.",
    "responsibility_school": "Plan a time for questions each day.",
}
_NOT_TEXT = ("who", "how_often", "strategies", "review_date")
NEEDED_TO_PUBLISH = ("how_we_will_know", "review_date", "pupil_words", "responsibility_school")
FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True, slots=True)
class PlanTarget:
    """One target under its outcome. Texts are empty where the file has none; `strategies` in the order written."""

    line: int
    outcome: str
    target: str
    now: str
    goal: str
    how_we_will_know: str
    strategies: tuple[str, ...]
    who: str
    how_often: str
    review_date: date | None
    help_at_home: str
    pupil_words: str
    responsibility_pupil: str
    responsibility_parent: str
    responsibility_school: str


@dataclass(frozen=True, slots=True)
class PupilPlan:
    """The profile and the targets of one child; `line` is the first of its rows."""

    line: int
    upn: str
    people_like: str
    important_to_me: str
    how_to_support: str
    needs_in_plain_words: str
    targets: tuple[PlanTarget, ...]


def read_plans(source: Source) -> Reading[PupilPlan]:
    """All rows or none, one entry for each child in the order of the file."""
    table = read_table(source, COLUMNS)
    children, problems = dict[str, _Child](), list[Problem]()
    for row in table.rows:
        found = Findings(row.line)
        upn = found.upn(row.cells["upn"], "upn")
        child = children.setdefault(upn, _Child(row.line, {}, {}))
        child.add(row, found)
        problems.extend(found.problems)
    return reading(table, [child.plan(upn) for upn, child in children.items()], problems)


@dataclass(slots=True)
class _Child:
    """What the rows of one child have said so far."""

    line: int
    profile: dict[str, str]
    targets: dict[tuple[str, str], PlanTarget]

    def add(self, row: Row, found: Findings) -> None:
        for name in PROFILE:
            text = found.paragraphs(row.cells[name], name)
            if text and self.profile.setdefault(name, text) != text:
                message = N_("An earlier row of this child, from line %(first)s on, has another text here.")
                found.refuse(message, name, first=self.line)
        if any(row.cells[name].strip() for name in TARGET):
            target = _target(row, found)
            earlier = self.targets.setdefault((target.outcome, target.target), target)
            if earlier is not target and target.target:
                found.refuse(N_("Line %(other)s has the same target for this child."), "target", other=earlier.line)

    def plan(self, upn: str) -> PupilPlan:
        profile = {name: self.profile.get(name, "") for name in PROFILE}
        return PupilPlan(line=self.line, upn=upn, targets=tuple(self.targets.values()), **profile)


def _target(row: Row, found: Findings) -> PlanTarget:
    _report_gaps({name for name in TARGET if not row.cells[name].strip()}, found)
    one_line = {name: found.single_line(row.cells[name], name) for name in ("who", "how_often")}
    texts = {name: found.paragraphs(row.cells[name], name) for name in TARGET if name not in _NOT_TEXT}
    strategies = (found.paragraphs(part, "strategies") for part in row.cells["strategies"].split("|"))
    return PlanTarget(
        line=row.line,
        strategies=tuple(filter(None, strategies)),
        review_date=_review_date(row.cells["review_date"].strip(), found),
        **one_line,
        **texts,
    )


def _report_gaps(gaps: set[str], found: Findings) -> None:
    for name in ("outcome", "target"):
        if name in gaps:
            found.refuse(N_("This cell is empty, but others of the target are filled."), name)
    if later := [name for name in NEEDED_TO_PUBLISH if name in gaps]:
        message = N_("Empty cells: %(columns)s. You can fill them in the portal before the family sees the plan.")
        found.warn(message, later[0], columns=", ".join(later))


def _review_date(text: str, found: Findings) -> date | None:
    day = found.day(text, "review_date", british=True) if text else None
    if day and not FIRST_YEAR <= day.year <= LAST_YEAR:
        found.refuse(N_("The year %(year)s cannot be right."), "review_date", year=day.year)
    return day
