"""What staff say before a review in two minutes, and the advice for an annual review that is asked of them by a day."""

import uuid
from datetime import date, datetime, timedelta

from portal.contributions.rules import ADVICE, STAFF_QUESTIONS
from portal.kernel.clock import LONDON
from portal.kernel.errors import Invalid
from portal.kernel.words import N_
from portal.people.rules import Readers, Role
from portal.profiles.rules import RATINGS
from portal.reviews.rules_deadlines import papers_by

ABOUT_A_TARGET = "target:"
RATING = "rating"  # the one pick of a statement about a target
LONGEST_VIEW = 4000
MAY_ADVISE = (Role.CLASS_TEACHER, Role.TEACHING_ASSISTANT, Role.SENDCO)
READ_BEFORE = timedelta(days=7)  # so long before the papers go round advice should be in

STAFF_READER_NAMES = {
    Readers.FAMILY: N_("The family, the class teacher, the SENDCO and the headteacher"),
    Readers.TEACHERS: N_("School only: the class teacher, the SENDCO and the headteacher"),
}
WRITTEN = {question.key: question.label for question in (*STAFF_QUESTIONS, ADVICE)}


def about_target(thread: uuid.UUID) -> str:
    """The question about one target."""
    return f"{ABOUT_A_TARGET}{thread}"


def thread_of(question: str) -> uuid.UUID | None:
    """The target that a question is about."""
    try:
        return uuid.UUID(question.removeprefix(ABOUT_A_TARGET)) if question.startswith(ABOUT_A_TARGET) else None
    except ValueError:
        return None


def is_rating(value: str) -> bool:
    """Whether this is one of the words for how a target stands."""
    return value in RATINGS


def advice_due(meets_on: date, today: date) -> date:
    """The day that is offered for advice: a week before the papers go round, or tomorrow when that has passed."""
    return max(papers_by(meets_on).on - READ_BEFORE, today + timedelta(days=1))


def check_advice_day(due_on: date | None, meets_on: date, today: date) -> date:
    """Advice goes round two weeks before the meeting (reg 20(4)); once that day has passed, any day before the meeting
    will do. Returns the day; raises Invalid at `due_on`."""
    if due_on is None or due_on <= today:
        raise Invalid(N_("Choose a day in the future."), field="due_on")
    papers = papers_by(meets_on).on
    if papers > today and due_on > papers:
        raise Invalid(N_("Everybody gets the advice two weeks before the meeting. Ask for it by then."), field="due_on")
    if due_on >= meets_on:
        raise Invalid(N_("Choose a day before the meeting."), field="due_on")
    return due_on


def is_advice_late(question: str, due_on: date | None, sent_at: datetime) -> bool:
    """Whether advice came after the day for which it was asked."""
    return question == ADVICE.key and due_on is not None and sent_at.astimezone(LONDON).date() > due_on
