"""Plans in all their versions, with targets, responsibilities, notes and translations, from the words in words/*.toml."""

import uuid
from datetime import timedelta
from functools import cache
from typing import Any

from portal.demo.calendar import school_day_from, school_day_until
from portal.demo.world import Child, World, told
from portal.people.models import Person
from portal.profiles.models import Outcome, Plan, PlanKind, PlanVersion, ProgressNote, Responsibility, Target
from portal.profiles.rules import Party, Rating, TargetState, VersionState

VERSION_EVERY = 84  # days: three or four plans a year
PROFILE = ("people_like", "important_to_me", "how_to_support", "needs_in_plain_words")
TARGET = ("title", "now", "goal", "how_we_will_know", "who", "does_what", "how_often", "help_at_home", "pupil_words")
words_of = cache(lambda name: told(f"words/{name}.toml"))


def make_plans(world: World) -> None:
    """Gives each child a plan of its school's kind."""
    kinds = {row.school_id: row.id for row in world.rows if isinstance(row, PlanKind)}
    for child in world.children.values():
        _Writer(world, child).write(kinds[child.school.id])


class _Writer:
    """Writes one child's plan: the archetype's words with the child's name, pronouns and interests in them."""

    def __init__(self, world: World, child: Child) -> None:
        self.world, self.child = world, child
        self.about = {"school_id": child.school.id, "pupil_id": child.pupil.id}
        self.words = words_of(child.told["words"])
        self.teacher = world.holder("class_teacher", child.school, child.pupil.class_id)
        self.sendco = world.holder("sendco", child.school)
        self.threads: dict[str, uuid.UUID] = {}
        she = child.told["she"]
        he, him, his, himself = ("she", "her", "her", "herself") if she else ("he", "him", "his", "himself")
        likes = child.told["likes"]
        self.values = {"name": child.pupil.name, "he": he, "him": him, "his": his, "himself": himself, "like": likes[0]}
        self.values |= {"He": he.title(), "His": his.title(), "like2": likes[1], "teacher": self.teacher.name}
        self.values |= {"sendco": self.sendco.name}

    def said(self, text: str) -> str:
        return text.strip().format_map(self.values)

    def thread(self, name: str) -> uuid.UUID:
        return self.threads.setdefault(name, self.world.new_id())

    def write(self, kind_id: uuid.UUID) -> None:
        pages = [*self.words.get("earlier", ()), self.words]
        first = 20 + VERSION_EVERY * (len(pages) - 1)
        until = self.child.told.get("until")
        closed = self.world.day(until) if until is not None else None
        plan = Plan(**self.about, kind_id=kind_id, opened_on=self.world.day(max(first, until or 0) + 10), closed_on=closed)
        self.world.keep(plan)
        for number, page in enumerate(pages, 1):
            ago = 20 + VERSION_EVERY * (len(pages) - number)
            self.version(plan, number, page, VersionState.PUBLISHED if page is self.words else VersionState.EARLIER, ago)
        if self.child.told.get("draft"):
            self.version(plan, len(pages) + 1, self.words, VersionState.DRAFT, 1)
        for note in (note for page in pages for note in page.get("note", ())):
            self.note(note)

    def version(self, plan: Plan, number: int, page: dict[str, Any], state: VersionState, ago: int) -> None:
        begun, draft = self.world.day(ago), state is VersionState.DRAFT
        ends = school_day_until(begun + timedelta(days=VERSION_EVERY - 7))
        due = school_day_until(begun + timedelta(days=VERSION_EVERY - 14))
        version = self.world.keep(
            PlanVersion(
                **self.about,
                plan_id=plan.id,
                number=number,
                state=state,
                **{name: self.said(page[name]) for name in PROFILE},
                starts_on=school_day_from(begun),
                ends_on=ends,
                review_due=due,
                written_by=self.teacher.id,
                written_at=self.world.at(ago + 3, 16, 5),
                published_by=None if draft else self.sendco.id,
                published_at=None if draft else self.world.at(ago, 8, 30),
            )
        )
        place = 0
        for position, outcome in enumerate(page["outcome"], 1):
            row = self.outcome(version, position, outcome)
            for target in outcome["target"]:
                place += 1
                self.target(version, row, place, target)
        for party in Party:
            for position, text in enumerate(page["does"][party.value], 1):
                line = Responsibility(**self.about, version_id=version.id, party=party, position=position, text=self.said(text))
                self.world.keep(line)

    def outcome(self, version: PlanVersion, position: int, words: dict[str, Any]) -> Outcome:
        return self.world.keep(
            Outcome(
                **self.about,
                version_id=version.id,
                thread=self.thread(words["area"] + str(position)),
                position=position,
                text=self.said(words["text"]),
                area=words["area"],
            )
        )

    def target(self, version: PlanVersion, outcome: Outcome, position: int, words: dict[str, Any]) -> None:
        done, total = words["steps"]
        self.world.keep(
            Target(
                **self.about,
                version_id=version.id,
                outcome_id=outcome.id,
                thread=self.thread(words["thread"]),
                position=position,
                **{name: self.said(words[name]) for name in TARGET},
                strategies=[self.said(line) for line in words["strategies"]],
                picture=words["picture"],
                steps_done=done,
                steps_total=total,
                review_on=version.review_due,
                state=TargetState(words.get("state", "working")),
            )
        )

    def note(self, words: dict[str, Any]) -> None:
        writer, role = self._writer_of(words)
        note_id = self.world.new_id()
        self.world.keep(
            ProgressNote(
                **self.about,
                target_thread=self.thread(words["thread"]),
                written_by=writer.id,
                writer_role=role,
                at=self.world.at(words["ago"], 15, 35),
                rating=Rating(words["rating"]),
                text=self.said(words["text"]),
                steps_done=words.get("steps"),
                for_family=words.get("for_family", True),
                once_key=note_id.hex,
            )
        )

    def _writer_of(self, words: dict[str, Any]) -> tuple[Person, str]:
        if words.get("by") == "sendco":
            return self.sendco, "sendco"
        return self.teacher, "class_teacher"
