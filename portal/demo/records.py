"""What became of the reviews of the demo: records, what was agreed, the answer to every word, and what families say."""

import uuid
from datetime import date, datetime, time
from typing import Any

from portal.demo.calendar import DAY, school_day_until
from portal.demo.said import Answer, Cycle, person_of
from portal.demo.world import World, told
from portal.kernel.clock import LONDON, minutes
from portal.meetings.rules import instant
from portal.people.models import Person
from portal.people.rules import Readers, Role, Side
from portal.profiles.rules import Party
from portal.records.models import (
    Action,
    ActionStep,
    CardLine,
    Ending,
    FamilyReply,
    NotHappening,
    Record,
    RecordEntry,
)
from portal.records.rules import ActionState, EndingKind, EntryKind, Heading, Reply, heading_of
from portal.reviews.models import Review
from portal.reviews.rules import ReviewKind

WRITTEN_AT, ENDED_AT = time(13, 10), time(16, 50)
SOON = 25  # days from today, where the text file does not say
words_of_records = told("records.toml")


def make_records(world: World, cycles: list[Cycle]) -> None:
    """The whole record of each cycle, and a short one for every other review whose record was shared."""
    by_review = {cycle.review.id: cycle for cycle in cycles}
    children = {child.pupil.id: child for child in world.children.values()}
    for review in [row for row in world.rows if isinstance(row, Review) and row.held_at]:
        cycle = by_review.get(review.id) or Cycle(children[review.pupil_id], review, {}, [])
        if cycle.told or review.record_shared_at:
            _Record(world, cycle).write()


class _Record:
    """One record with everything that hangs on it."""

    def __init__(self, world: World, cycle: Cycle) -> None:
        self.world, self.cycle, self.child, self.review = world, cycle, cycle.child, cycle.review
        met_on = (self.review.held_at or self.review.made_at).astimezone(LONDON).date()
        self.at, self.ended_at = instant(met_on, WRITTEN_AT), instant(met_on, ENDED_AT)
        self.shared_at = self.review.record_shared_at
        annual = self.review.kind is ReviewKind.ANNUAL
        self.writer = world.head_of(Role.SENDCO, self.child) if annual else world.persons[self.review.lead_id]
        self.told = cycle.told or self.in_short()
        self.actions: list[Action] = []
        self.record = world.keep(
            Record(**self.of_review, started_by=self.writer.id, started_at=self.at, shared_at=self.shared_at, lines=0)
        )
        self.record.shared_by = self.writer.id if self.shared_at else None

    @property
    def of_review(self) -> dict[str, uuid.UUID]:
        """The three keys of every row about this review."""
        return {**self.child.about, "review_id": self.review.id}

    def in_short(self) -> dict[str, Any]:
        """The words of a record that tells nothing special, with this child's name in them."""
        fit = {"name": self.child.pupil.name}
        lines = [{**line, "text": line["text"].format_map(fit)} for line in words_of_records["line"]]
        goes_on = {**words_of_records["action"], "text": words_of_records["action"]["text"].format_map(fit)}
        return {"line": lines, "action": [goes_on]}

    def write(self) -> None:
        """Lines, actions, endings, and after that what families and staff added."""
        for position, facts in enumerate(self.told["action"], 1):
            self.actions.append(self.action(position, facts))
        taken = [(heading_of(answer.row.question), answer) for answer in self.cycle.answers if "line" in answer.told]
        for heading in Heading:
            for answer in (answer for under, answer in taken if under is heading):
                self.line(heading, EntryKind.TAKEN_OVER, answer.row.text, answer=answer)
            for facts in (facts for facts in self.told["line"] if facts["heading"] == heading):
                self.line(heading, EntryKind(facts.get("kind", "note")), facts["text"], facts=facts)
        for answer in (answer for answer in self.cycle.answers if "ends" in answer.told):
            self.end(answer)
        if self.shared_at:
            self.card()
            self.afterwards(self.shared_at)

    def staff(self, by: Person) -> dict[str, Any]:
        """Words of somebody at school, about this child."""
        return {**self.child.about, "author_id": by.id, "written_by": by.id, "side": Side.STAFF.value}

    def whose(self, answer: Answer | None, *, for_family: bool) -> dict[str, Any]:
        """Author, side and readers of what is made of an answer, or of the writer's own words."""
        if answer is None:
            wide = Readers.FAMILY if for_family and self.shared_at else Readers.TEACHERS
            return {**self.staff(self.writer), "readers": wide}
        row = answer.row
        wide = Readers(row.readers) if self.shared_at or row.readers == Readers.ONE_ADULT else Readers.TEACHERS
        mine = {"author_id": row.author_id, "written_by": self.writer.id, "side": row.side, "readers": wide}
        return {**self.child.about, **mine, "one_adult_id": row.one_adult_id, "statement_id": row.id}

    def line(
        self,
        heading: Heading,
        kind: EntryKind,
        text: str,
        *,
        answer: Answer | None = None,
        facts: dict[str, Any] | None = None,
    ) -> RecordEntry:
        """The next line of the record."""
        for_family = (facts or {}).get("for_family", True)
        self.record.lines += 1
        written_at = self.at + minutes(self.record.lines)
        row = RecordEntry(**self.whose(answer, for_family=for_family), record_id=self.record.id, heading=heading)
        row.kind, row.position, row.text, row.for_family = kind, self.record.lines, text, for_family
        row.language = answer.row.language if answer else "en"
        row.written_at = row.sent_at = written_at
        return self.world.keep(row)

    def action(self, position: int, facts: dict[str, Any]) -> Action:
        """One thing that was agreed; the first answer that it came from is whose it is."""
        answer = next((one for one in self.cycle.answers if one.told.get("action") == position), None)
        for_family = facts.get("for_family", True)
        row = Action(**self.whose(answer, for_family=for_family), review_id=self.review.id, position=position)
        row.party = Party(facts.get("party", "school"))
        row.text, row.how_we_will_know = facts["text"], facts.get("know", "")
        row.owner_id, row.owner_words = self.owner(row.party, facts)
        row.pupil_words, row.picture = facts.get("for_child", ""), facts.get("picture", "star")
        row.for_family, row.sent_at = for_family, self.at + minutes(40 + position)
        row.due_on, row.state = self.day(facts.get("due", SOON)), ActionState(facts.get("state", "open"))
        self.world.keep(row)
        if row.state is not ActionState.OPEN:
            self.step(row, facts)
        return row

    def owner(self, party: Party, facts: dict[str, Any]) -> tuple[uuid.UUID | None, str]:
        """A member of staff by id, anybody else by their words."""
        if "owner" not in facts:
            words = facts.get("owner_words", "")
            return (None, words) if words else (self.review.lead_id, "")
        person = person_of(self.world, self.child, facts["owner"])
        if party is Party.SCHOOL and person:
            return person.id, ""
        return None, person.name if person and party is Party.PARENT else self.child.pupil.name

    def day(self, days: int) -> date:
        """So many days from today, or before it, when school is open."""
        return school_day_until(self.world.today + days * DAY)

    def step(self, row: Action, facts: dict[str, Any]) -> None:
        """What became of an action, and why."""
        row.state_at = self.world.at(facts["ago"], 15, 25)
        row.due_on = self.day(facts["new_due"]) if "new_due" in facts else row.due_on
        whose = {name: getattr(row, name) for name in ("author_id", "side", "readers", "one_adult_id", "statement_id")}
        made = ActionStep(**self.child.about, **whose, action_id=row.id, state=row.state, words=facts.get("why", ""))
        made.written_by, made.for_family, made.sent_at = row.owner_id or self.writer.id, row.for_family, row.state_at
        made.noted_by, made.noted_at = row.owner_id or self.writer.id, row.state_at
        made.due_on = row.due_on if row.state is ActionState.CHANGED else None
        self.world.keep(made)

    def end(self, answer: Answer) -> None:
        """The answer to one statement."""
        row, facts = answer.row, answer.told
        ending = Ending(**self.of_review, statement_id=row.id, kind=EndingKind(facts["ends"]))
        ending.author_id, ending.side, ending.written_by = row.author_id, row.side, self.writer.id
        ending.readers, ending.one_adult_id = row.readers, row.one_adult_id
        ending.words, ending.ended_by, ending.ended_at = facts.get("ends_words", ""), self.writer.id, self.ended_at
        ending.action_id = self.actions[facts["action"] - 1].id if "action" in facts else None
        ending.sent_at = self.ended_at
        self.world.keep(ending)

    def card(self) -> None:
        """The child's own card, as it was when the record was shared: "you said, we will"."""
        told = [action for action in self.actions if action.pupil_words]
        author_id = self.child.pupil.person_id or self.child.pupil.id
        said = {one.row.id: one.row for one in self.cycle.answers if one.row.side == Side.PUPIL}
        for position, action in enumerate(told, 1):
            statement = said.get(action.statement_id) if action.statement_id else None
            line = CardLine(**self.of_review, position=position, action_id=action.id, we_will=action.pupil_words)
            line.author_id, line.written_by, line.side = author_id, self.writer.id, Side.PUPIL
            line.readers, line.one_adult_id = action.readers, action.one_adult_id
            line.statement_id, line.said = (statement.id, statement.text) if statement else (None, "")
            line.picture, line.sent_at = action.picture, self.shared_at
            self.world.keep(line)

    def afterwards(self, shared_at: datetime) -> None:
        """What was added, what the adults replied, and what they say is not happening."""
        for facts in self.told.get("addendum", ()):
            by = self.world.people[facts["by"]]
            row = RecordEntry(**self.staff(by), record_id=self.record.id, heading=Heading(facts["heading"]))
            self.record.lines += 1
            row.kind, row.position, row.text = EntryKind.ADDENDUM, self.record.lines, facts["text"]
            row.readers, row.written_at = Readers.FAMILY, self.world.at(facts["ago"], 12, 15)
            row.sent_at = row.written_at
            self.world.keep(row)
        for facts in self.told.get("reply", ()):
            self.reply(facts, shared_at)
        for facts in self.told.get("not_happening", ()):
            self.not_happening(facts)

    def reply(self, facts: dict[str, Any], shared_at: datetime) -> None:
        """What one adult says to the record."""
        row = FamilyReply(**self.child.about, record_id=self.record.id, reply=Reply(facts["reply"]))
        row.adult_id, row.said_at = self.world.people[facts["by"]].id, shared_at + minutes(26 * 60)
        row.words, row.language = facts.get("text", ""), facts.get("language", "en")
        row.once_key = f"demo {self.record.id} {facts['by']}"
        self.world.keep(row)

    def not_happening(self, facts: dict[str, Any]) -> None:
        """One adult says so, and perhaps the SENDCO has answered."""
        action = self.actions[facts["action"] - 1]
        row = NotHappening(**self.child.about, action_id=action.id, adult_id=self.world.people[facts["by"]].id)
        row.words, row.said_at = facts["text"], self.world.at(facts["ago"], 19, 20)
        row.once_key = f"demo {action.id} {facts['by']}"
        if "answer" in facts:
            row.answer, row.answered_at = facts["answer"], self.world.at(facts["ago"] - 2, 12, 40)
            row.answered_by = self.world.head_of(Role.SENDCO, self.child).id
        self.world.keep(row)
