"""What makes a plan worth reading, by rules: a few things stop it going out, the rest is said gently to its writer."""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from portal.kernel.words import N_
from portal.profiles.rules_content import TargetContent, VersionContent, family_texts

LONGEST_SENTENCE = 25  # words; more than that and many readers lose the beginning
_SENTENCES = re.compile(r"[.!?…\n]+")
_COUNTED = re.compile(
    r"\d|\b(one|two|three|four|five|six|seven|eight|nine|ten|once|twice|half|every|each|daily|always|alone|herself|himself)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Hint:
    """One remark (message id); `about` names the target or text, `thread` is the target's, if it is about one."""

    message: str
    about: str = ""
    thread: uuid.UUID | None = None


def obstacles(content: VersionContent, today: date) -> tuple[Hint, ...]:
    """What must be mended before a family may get this version (domain.md 7.2 and invariant 5)."""
    return tuple(_obstacles(content, today))


def _obstacles(content: VersionContent, today: date) -> Iterator[Hint]:
    if not content.outcomes:
        yield Hint(N_("The plan needs at least one outcome."))
    if not content.targets:
        yield Hint(N_("The plan needs at least one target."))
    if not content.school_lines:
        yield Hint(N_("Say at least one thing that the school does."))
    for target in content.targets:
        for missing, message in (
            (not target.goal, N_("Say what the goal is.")),
            (not target.how_we_will_know, N_("Say how we will know that the goal is reached.")),
            (target.review_on is None, N_("Give a day to look at it again.")),
            (target.review_on is not None and target.review_on <= today, N_("The day to look at it again is over.")),
        ):
            if missing:
                yield Hint(message, target.title, target.thread)


def hints(content: VersionContent, today: date) -> tuple[Hint, ...]:
    """What would make the plan better to read; nobody is held up by these."""
    return tuple(_hints(content, today))


def _hints(content: VersionContent, today: date) -> Iterator[Hint]:
    if content.review_due is None:
        yield Hint(N_("There is no day for the next review yet."))
    elif content.review_due <= today:
        yield Hint(N_("The day of the next review is over."))
    if not content.parent_lines:
        yield Hint(N_("Nothing is agreed yet about what the family does. It may stay empty."))
    if not content.pupil_lines:
        yield Hint(N_("Nothing is agreed yet about what the child does. It may stay empty."))
    for target in content.targets:
        yield from _about(target)
    for text in family_texts(content):
        if longest_sentence(text.text) > LONGEST_SENTENCE:
            yield Hint(
                N_("One sentence has more than 25 words. Two short ones are easier."), text.about or text.text[:60]
            )


def _about(target: TargetContent) -> Iterator[Hint]:
    measured = any(_COUNTED.search(getattr(target, name)) for name in ("goal", "how_we_will_know"))
    for missing, message in (
        (not target.now, N_("Say where things are now.")),
        (not measured, N_("There is no number in it. How many, how often, or how long?")),
        (not target.does_what, N_("Say what the grown-ups in school do.")),
        (not target.how_often, N_("Say how often the help happens.")),
        (not target.pupil_words, N_("Say it in words the child would use.")),
        (not target.help_at_home, N_("Give the family one idea to help at home.")),
    ):
        if missing:
            yield Hint(message, target.title, target.thread)


def longest_sentence(text: str) -> int:
    """The number of words of the longest sentence."""
    return max((len(sentence.split()) for sentence in _SENTENCES.split(text)), default=0)
