"""What people of the demo said before reviews, in their own words and languages, and what two children told at once."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from portal.contributions.models import Contribution, Disclosure, Statement, StatementTranslation, WantedCall
from portal.contributions.rules import How
from portal.demo.calendar import DAY, school_day_from, school_day_until
from portal.demo.world import HERE, Child, World, told
from portal.kernel.clock import LONDON, minutes
from portal.meetings.rules import instant
from portal.people.models import Person
from portal.people.rules import Readers, Side
from portal.reviews.models import Review
from portal.reviews.rules import BEFORE_THE_MEETING

CYCLES = {path.stem: told(f"cycles/{path.name}") for path in sorted((HERE / "cycles").glob("*.toml"))}
SENT_AT = {Side.PARENT: time(19, 10), Side.PUPIL: time(10, 40), Side.STAFF: time(15, 50)}
FIRST_VIEWS = {Side.PARENT: "family_views_at", Side.PUPIL: "pupil_views_at", Side.STAFF: "staff_views_at"}
BY_DEFAULT = {Side.PARENT: Readers.FAMILY, Side.PUPIL: Readers.ONE_ADULT, Side.STAFF: Readers.FAMILY}


@dataclass(slots=True)
class Answer:
    """One answer as it was written, with what the text file tells of its future."""

    row: Statement
    told: dict[str, Any]


@dataclass(slots=True)
class Cycle:
    """One review with what was said for it."""

    child: Child
    review: Review
    told: dict[str, Any]
    answers: list[Answer]


def make_views(world: World) -> list[Cycle]:
    """What the text files say for each child's last review that was held, and for the one to come."""
    held, coming = _reviews(world)
    cycles = []
    for key, words in CYCLES.items():
        child = world.children[key]
        if "said" in words and (review := held.get(child.pupil.id)):
            cycles.append(Cycle(child, review, words, _before(world, child, review, words)))
        if "now" in words and (review := coming.get(child.pupil.id)):
            for voice in words["now"]:
                _Voice(world, child, review, voice, words).speak(_lately(world, review, voice))
        for number, facts in enumerate(words.get("tells", ())):
            _tell_now(world, child, facts, number)
    return cycles


def person_of(world: World, child: Child, name: str) -> Person | None:
    """Somebody by the name that the text files use; None for a child without an account."""
    return world.people.get(f"pupil {child.told['key']}" if name == "child" else name)


def _reviews(world: World) -> tuple[dict[uuid.UUID, Review], dict[uuid.UUID, Review]]:
    """The last review that was held and the one that comes, by pupil."""
    held: dict[uuid.UUID, Review] = {}
    coming: dict[uuid.UUID, Review] = {}
    for row in (row for row in world.rows if isinstance(row, Review)):
        if row.held_at is None and row.stage in BEFORE_THE_MEETING:
            coming[row.pupil_id] = row
        before = held.get(row.pupil_id)
        if row.held_at and (before is None or before.held_at is None or before.held_at < row.held_at):
            held[row.pupil_id] = row
    return held, coming


def _before(world: World, child: Child, review: Review, words: dict[str, Any]) -> list[Answer]:
    met_on = (review.held_at or review.made_at).astimezone(LONDON).date()
    answers = []
    for voice in words["said"]:
        day = _school_day(met_on, voice["days_before"])
        answers += _Voice(world, child, review, voice, words).speak(instant(day, time(9)))
    return answers


def _school_day(met_on: date, before: int) -> date:
    return school_day_until(met_on - before * DAY) if before > 0 else school_day_from(met_on - before * DAY)


def _lately(world: World, review: Review, voice: dict[str, Any]) -> datetime:
    at = world.at(voice["ago"])
    return max(at, review.invited_at + minutes(45)) if review.invited_at else at


class _Voice:
    """One person who says something for one review."""

    def __init__(
        self, world: World, child: Child, review: Review, voice: dict[str, Any], words: dict[str, Any]
    ) -> None:
        self.world, self.child, self.review, self.voice, self.words = world, child, review, voice, words
        person = person_of(world, child, voice["by"])
        self.author_id = person.id if person else child.pupil.id
        adults = {link.adult_id for link in child.links}
        self.side = Side.PUPIL if voice["by"] == "child" else Side.PARENT if self.author_id in adults else Side.STAFF
        typed_by = voice.get("typed_by")
        self.written_by = world.people[typed_by].id if typed_by else self.author_id

    def speak(self, day: datetime) -> list[Answer]:
        """Everything this person says, sent at the hour when such people write."""
        at = max(day, instant(day.astimezone(LONDON).date(), SENT_AT[self.side]))
        if "call" in self.voice:
            wanted = WantedCall(**self.child.about, review_id=self.review.id, adult_id=self.author_id, wanted_at=at)
            wanted.words = self.voice["call"]
            self.world.keep(wanted)
        answers = self.voice.get("answer", [])
        sent_at = None if self.voice.get("draft") or not answers else at
        said = list(self._say(answers, at, sent_at)) if answers else []
        if sent_at:
            self._mark(sent_at)
        return said

    def _say(self, answers: list[dict[str, Any]], at: datetime, sent_at: datetime | None) -> Iterator[Answer]:
        circles = [Readers(answer.get("readers", BY_DEFAULT[self.side])) for answer in answers]
        contribution = Contribution(**self.facts(sent_at), review_id=self.review.id, started_at=at - minutes(20))
        contribution.readers = Readers.FAMILY if Readers.FAMILY in circles else Readers.TEACHERS
        contribution.how = How(self.voice.get("how", "self"))
        contribution.helped_by = self.voice.get("helped_by", "")
        self.world.keep(contribution)
        for answer, readers in zip(answers, circles, strict=True):
            row = Statement(**self.facts(sent_at), review_id=self.review.id, contribution_id=contribution.id)
            row.question, row.picks = self._question(answer["to"]), answer.get("picks", {})
            row.text, row.language = answer.get("text", ""), self.voice.get("language", "en")
            row.readers, row.written_at = readers, at - minutes(5)
            row.one_adult_id = self.world.people[answer["adult"]].id if readers is Readers.ONE_ADULT else None
            row.late = bool(self.review.held_at and sent_at and sent_at > self.review.held_at)
            self.world.keep(row)
            if "english" in answer:
                self._translate(row, answer["english"])
            yield Answer(row, answer)

    def facts(self, sent_at: datetime | None) -> dict[str, Any]:
        """Whose words they are, as every row of them says."""
        mine = {"author_id": self.author_id, "written_by": self.written_by, "side": self.side.value}
        return {**self.child.about, **mine, "sent_at": sent_at}

    def _question(self, asked: str) -> str:
        """The key of a question; the text files call a target by its name in the plan's words."""
        kind, _, name = asked.partition(":")
        return f"{kind}:{self.child.threads[name]}" if name else kind

    def _translate(self, row: Statement, english: str) -> None:
        made = StatementTranslation(**self.facts(row.sent_at), statement_id=row.id, language="en", text=english)
        made.readers, made.one_adult_id, made.written_by = row.readers, row.one_adult_id, self.review.lead_id
        made.translated_by, made.at = self.words["translated_by"], row.written_at + minutes(60)
        self.world.keep(made)

    def _mark(self, sent_at: datetime) -> None:
        names = [FIRST_VIEWS[self.side], *(["views_in_at"] if self.side is not Side.STAFF else [])]
        for name in names:
            setattr(self.review, name, min(filter(None, (getattr(self.review, name), sent_at))))


def _tell_now(world: World, child: Child, facts: dict[str, Any], number: int) -> None:
    author_id, lead_id = child.pupil.person_id or child.pupil.id, child.school.safeguarding_lead_id
    row = Disclosure(**child.about, author_id=author_id, written_by=author_id, side=Side.PUPIL)
    row.readers, row.one_adult_id = Readers.ONE_ADULT, lead_id
    row.said_at = row.sent_at = world.at(facts["ago"], 13, 5)
    row.feeling, row.text, row.once_key = facts["feeling"], facts["text"], f"demo {child.told['key']} {number}"
    if "done" in facts:
        row.seen_at, row.seen_by = row.said_at + minutes(6), lead_id
        row.done_at, row.done_words = row.said_at + minutes(75), facts["done"]
    world.keep(row)
