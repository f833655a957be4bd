"""One version of a plan in a reader's language, from the rows of the database to what a page shows."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from portal.profiles.queries_around import Around, NoteMark
from portal.profiles.queries_texts import SchoolText, Wordings
from portal.profiles.rules import PARTS, Party, TargetState
from portal.profiles.rules_since import Changes


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRead:
    """One target in the reader's language. `news` is "new", "changed" or nothing."""

    thread: uuid.UUID
    title: SchoolText
    now: SchoolText | None
    goal: SchoolText | None
    how_we_will_know: SchoolText | None
    strategies: tuple[SchoolText, ...]
    who: SchoolText | None
    does_what: SchoolText | None
    how_often: SchoolText | None
    help_at_home: SchoolText | None
    pupil_words: SchoolText | None
    picture: str
    steps_done: int
    steps_total: int
    review_on: date | None
    state: TargetState
    news: str = ""
    new_notes: int = 0
    last_note: NoteMark | None = None

    @property
    def duty(self) -> tuple[SchoolText | None, SchoolText | None, SchoolText | None]:
        """What is done, by whom, how often."""
        return self.does_what, self.who, self.how_often


@dataclass(frozen=True, slots=True)
class OutcomeRead:
    """One outcome with the targets towards it."""

    text: SchoolText
    targets: tuple[TargetRead, ...]


@dataclass(frozen=True, slots=True)
class PartRead:
    """One of the texts of the profile; `part` names it."""

    part: str
    text: SchoolText
    is_changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRead:
    """One version of a plan in the reader's language."""

    number: int
    label: str
    published_at: datetime
    review_due: date | None
    parts: tuple[PartRead, ...]
    need_types: tuple[str, ...]
    outcomes: tuple[OutcomeRead, ...]
    responsibilities: Mapping[Party, tuple[SchoolText, ...]]


def plan_read(row: Any, goals: Iterable[Any], facts: Around, words: Wordings, changes: Changes | None) -> PlanRead:
    """One version with its targets; `row` has the columns of a version and the label of its kind."""
    changed = changes.parts if changes else frozenset()
    texts = ((part, words.text(getattr(row, part), row.language)) for part in PARTS)
    return PlanRead(
        number=row.number,
        label=row.labels.get(words.language) or row.label,
        published_at=row.published_at,
        review_due=row.review_due,
        parts=tuple(PartRead(part, text, part in changed) for part, text in texts if text),
        need_types=facts.need_types,
        outcomes=tuple(_outcomes(goals, row.language, words, changes, facts.notes)),
        responsibilities={party: words.texts(lines, row.language) for party, lines in facts.responsibilities.items()},
    )


def _outcomes(
    goals: Iterable[Any], language: str, words: Wordings, changes: Changes | None, notes: Iterable[NoteMark]
) -> Iterator[OutcomeRead]:
    newest: dict[uuid.UUID, NoteMark] = {}
    for note in notes:
        newest.setdefault(note.thread, note)
    by_outcome: dict[uuid.UUID, tuple[str, list[TargetRead]]] = {}
    for goal in goals:
        _text, targets = by_outcome.setdefault(goal.outcome_id, (goal.outcome, []))
        if goal.thread:
            targets.append(target_read(goal, language, words, changes, newest.get(goal.thread)))
    for text, targets in by_outcome.values():
        if outcome := words.text(text, language):
            yield OutcomeRead(outcome, tuple(targets))


def target_read(
    row: Any, language: str, words: Wordings, changes: Changes | None = None, last_note: NoteMark | None = None
) -> TargetRead:
    """One row of target columns, said in the reader's words."""
    news = ""
    if changes and row.thread in changes.new | changes.changed:
        news = "new" if row.thread in changes.new else "changed"
    return TargetRead(
        thread=row.thread,
        title=words.text(row.title, language) or SchoolText("", "", "auto"),
        now=words.text(row.now, language),
        goal=words.text(row.goal, language),
        how_we_will_know=words.text(row.how_we_will_know, language),
        strategies=words.texts(row.strategies, language),
        who=words.text(row.who, language),
        does_what=words.text(row.does_what, language),
        how_often=words.text(row.how_often, language),
        help_at_home=words.text(row.help_at_home, language),
        pupil_words=words.text(row.pupil_words, language),
        picture=row.picture,
        steps_done=row.steps_done,
        steps_total=row.steps_total,
        review_on=row.review_on,
        state=row.state,
        news=news,
        new_notes=changes.notes.get(row.thread, 0) if changes else 0,
        last_note=last_note,
    )
