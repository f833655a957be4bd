"""Plans in all their versions, with targets, responsibilities and notes, from the words in words/*.toml."""

import uuid
from datetime import date, timedelta
from functools import cache
from typing import Any

from portal.demo.calendar import school_day_from, school_day_until
from portal.demo.world import Child, World, told
from portal.people.models import Person
from portal.people.rules import Role
from portal.profiles.models import Outcome, Plan, PlanKind, PlanVersion, ProgressNote, Responsibility, Target
from portal.profiles.rules import Party, Rating, TargetState, VersionState

VERSION_EVERY = timedelta(days=84)
PUBLISHED_AGO = 20
LONG_ENOUGH = 110  # days on the register after which a child has an earlier version too
PROFILE = ("people_like", "important_to_me", "how_to_support", "needs_in_plain_words")
TARGET = ("title", "now", "goal", "how_we_will_know", "who", "does_what", "how_often", "help_at_home", "pupil_words")
words_of = cache(lambda name: told(f"words/{name}.toml"))


def make_plans(world: World) -> None:
    """Gives each child a plan of its school's kind."""
    kinds = {row.school_id: row.id for row in world.rows if isinstance(row, PlanKind)}
    for child in world.children.values():
        _Writer(world, child).write(kinds[child.school.id])


def before(words: dict[str, Any]) -> dict[str, Any]:
    """The version that came before, where the words do not tell it: the first target of each outcome, at its start."""
    first = [[{**o["target"][0], "steps": [0, o["target"][0]["steps"][1]]}] for o in words["outcome"]]
    outcomes = [{**outcome, "target": targets} for outcome, targets in zip(words["outcome"], first, strict=True)]
    return {**words, "outcome": outcomes, "note": []}


def capital(text: str) -> str:
    """The text with a capital letter at its start."""
    return text[0].upper() + text[1:]


class _Writer:
    """Writes one child's plan: the words of its kind of need, with the child's name, pronouns and interests in them."""

    def __init__(self, world: World, child: Child) -> None:
        self.world, self.child = world, child
        self.words: dict[str, Any] = words_of(child.told["words"])
        self.teacher, self.sendco = world.head_of(Role.CLASS_TEACHER, child), world.head_of(Role.SENDCO, child)
        self.helper = world.holder(Role.TEACHING_ASSISTANT, child) or self.teacher
        self.threads = child.threads
        he, him, his, himself = (
            ("she", "her", "her", "herself") if child.told["she"] else ("he", "him", "his", "himself")
        )
        like, like2 = child.told["likes"]
        self.values = {
            **{"name": child.pupil.name, "friend": child.told["friend"], "like": like, "like2": like2},
            **{"he": he, "him": him, "his": his, "himself": himself, "He": he.title(), "His": his.title()},
            **{
                "Like": capital(like),
                "Like2": capital(like2),
                "teacher": self.teacher.name,
                "helper": self.helper.name,
            },
            "sendco": self.sendco.name,
        }

    def fitted(self, text: str) -> str:
        """The text with this child in it."""
        return capital(text.strip().format_map(self.values))

    def thread(self, name: str) -> uuid.UUID:
        """The id that ties an outcome, a target and its notes together through all versions."""
        return self.threads.setdefault(name, self.world.new_id())

    def write(self, kind_id: uuid.UUID) -> None:
        """Writes the plan, its versions and the notes about its targets."""
        since, until = self.child.since, self.child.told.get("until")
        earlier = self.words.get("earlier") or ([before(self.words)] if since > LONG_ENOUGH else [])
        pages = [*earlier, self.words]
        closed = self.world.day(until) if until is not None else None
        newest = self.world.day(min(since - 2, PUBLISHED_AGO) + (until or 0))
        opened = school_day_until(newest - VERSION_EVERY * len(earlier))
        plan = self.world.keep(Plan(**self.child.about, kind_id=kind_id, opened_on=opened, closed_on=closed))
        for number, page in enumerate(pages, 1):
            day = school_day_until(newest - VERSION_EVERY * (len(pages) - number))
            is_last = page is self.words and closed is None
            self.version(plan, number, page, VersionState.PUBLISHED if is_last else VersionState.EARLIER, day)
        self.child.published = len(pages)
        if self.child.told.get("draft"):
            changed = {**self.words, **self.words["next"]}
            self.version(plan, len(pages) + 1, changed, VersionState.DRAFT, self.world.day(1))
        for note in (note for page in pages for note in page.get("note", ())):
            self.note(note, later=until or 0)

    def version(self, plan: Plan, number: int, page: dict[str, Any], state: VersionState, day: date) -> None:
        """Writes one version that was published (or drafted) on a day."""
        draft, ago = state is VersionState.DRAFT, (self.world.today - day).days
        version = PlanVersion(**self.child.about, plan_id=plan.id, number=number, state=state)
        for name in PROFILE:
            setattr(version, name, self.say(state, name, page[name]))
        version.starts_on = school_day_from(day)
        version.review_due = school_day_from(version.starts_on + VERSION_EVERY - timedelta(days=14))
        version.ends_on = school_day_from(version.starts_on + VERSION_EVERY - timedelta(days=7))
        version.written_by, version.written_at = self.teacher.id, self.world.at(ago + 1, 16, 5)
        if not draft:
            version.published_by, version.published_at = self.sendco.id, self.world.at(ago, 8, 30)
        self.world.keep(version)
        position = 0
        for place, outcome in enumerate(page["outcome"], 1):
            row = self.outcome(version, place, outcome)
            for target in outcome["target"]:
                position += 1
                self.target(version, row, position, target)
        for party in Party:
            for place, text in enumerate(page["does"][party.value], 1):
                line = Responsibility(**self.child.about, version_id=version.id, party=party, position=place)
                line.text = self.say(state, f"{party}.{place}", text)
                self.world.keep(line)

    def say(self, state: VersionState, path: str, text: str) -> str:
        """The fitted text, remembered by its path when it is in the version the family reads now."""
        fitted = self.fitted(text)
        if state is VersionState.PUBLISHED:
            self.child.said[path] = fitted
        return fitted

    def outcome(self, version: PlanVersion, position: int, words: dict[str, Any]) -> Outcome:
        """Writes one outcome."""
        path = f"outcome.{position}"
        row = Outcome(**self.child.about, version_id=version.id, thread=self.thread(path), position=position)
        row.text, row.area = self.say(version.state, path, words["text"]), words["area"]
        return self.world.keep(row)

    def target(self, version: PlanVersion, outcome: Outcome, position: int, words: dict[str, Any]) -> None:
        """Writes one target."""
        path = words["thread"]
        row = Target(**self.child.about, version_id=version.id, outcome_id=outcome.id, thread=self.thread(path))
        row.position, row.picture, row.review_on = position, words["picture"], version.review_due
        row.steps_done, row.steps_total = words["steps"]
        row.state = TargetState(words.get("state", "working"))
        for name in TARGET:
            setattr(row, name, self.say(version.state, f"{path}.{name}", words[name]))
        strategies = enumerate(words["strategies"], 1)
        row.strategies = [self.say(version.state, f"{path}.strategy.{place}", text) for place, text in strategies]
        self.world.keep(row)

    def note(self, words: dict[str, Any], later: int) -> None:
        """Writes one progress note; `later` moves it back to the days when a closed plan was still open."""
        writer, role = self.writer_of(words)
        path, for_family, ago = words["thread"], words.get("for_family", True), words["ago"] + later
        row = ProgressNote(**self.child.about, target_thread=self.thread(path), written_by=writer.id, writer_role=role)
        row.at, row.rating, row.steps_done = self.world.at(ago, 15, 35), Rating(words["rating"]), words.get("steps")
        row.text, row.for_family = self.fitted(words["text"]), for_family
        row.once_key = f"demo {self.child.told['key']} {path} {words['ago']}"
        self.world.keep(row)
        if for_family:
            self.child.said[f"note.{path}.{words['ago']}"] = row.text

    def writer_of(self, words: dict[str, Any]) -> tuple[Person, Role]:
        """Who saw it: the class teacher, unless the words name the helper."""
        if words.get("by") == "helper" and self.helper is not self.teacher:
            return self.helper, Role.TEACHING_ASSISTANT
        return self.teacher, Role.CLASS_TEACHER
