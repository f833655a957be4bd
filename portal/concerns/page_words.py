"""What the pages of this part share: names for kinds, steps and standings."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from portal.concerns.queries_family import AskPage
from portal.concerns.queries_thread import Thread
from portal.concerns.rules import OUTSIDE, STANDINGS, STEP_NAMES, STEPS, TURNS, Step
from portal.concerns.rules_consent import AGREED_WORDS, SPECIALISTS, WAYS
from portal.meetings.forms_family import language_words
from portal.web.i18n import gettext as _
from portal.web.i18n import list_of, say

FILE_NAME = "school-letter.pdf"  # it names no child and nothing that a child is helped with


def step_name(step: Step, sendco_word: str) -> str:
    """Who answers a step, in the reader's language and the school's own word."""
    return sendco_word if step == Step.SENDCO else say(STEP_NAMES[step])


def readers_of(thread: Thread) -> str:
    """Who at school reads one question, in the reader's language."""
    if not thread.alone:
        return _("School only: the class teacher, the SENDCO and the headteacher")
    office = Step.HEAD if thread.step in OUTSIDE else thread.step
    role = step_name(office, thread.sendco_word)
    return _("Only %(name)s", name=f"{thread.only} · {role}" if thread.only else role)


def who_answers_now(thread: Thread, page: AskPage) -> str:
    """The names of those for whom it waits; the name of the step where nobody is known."""
    if thread.alone and thread.step not in OUTSIDE:
        return thread.only or step_name(thread.step, thread.sendco_word)
    return at_step(thread.step, page)


def at_step(step: Step, page: AskPage) -> str:
    """The names of those who stand at a step today; the name of the step where nobody does."""
    return list_of([one.name for one in page.at(step)]) or step_name(step, page.sendco_word)


WORDS: Mapping[str, Any] = {
    "readers_of": readers_of,
    "who_answers_now": who_answers_now,
    "at_step": at_step,
    "standings": STANDINGS,
    "step_name": step_name,
    "steps": STEPS,
    "turns": TURNS,
    "outside": OUTSIDE,
    "specialists": SPECIALISTS,
    "ways": WAYS,
    "agreed_words": AGREED_WORDS,
    "language_words": language_words,
}


def document(pdf: bytes) -> Response:
    """The letter as a file to keep."""
    disposition = f'attachment; filename="{FILE_NAME}"'
    return Response(pdf, mimetype="application/pdf", headers={"Content-Disposition": disposition})
