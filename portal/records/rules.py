"""The headings of a record, the kinds of its lines, what may become of a statement and of an action."""

import enum

from portal.kernel.words import N_


class Heading(enum.StrEnum):
    """The seven headings of the review (policy S4, domain.md 7.1)."""

    PROGRESS = "progress"
    ADMIRE = "admire"
    IMPORTANT_NOW = "important_now"
    IMPORTANT_FUTURE = "important_future"
    SUPPORT = "support"
    QUESTIONS = "questions"
    ACTIONS = "actions"


HEADINGS = {
    Heading.PROGRESS: N_("Progress on what we agreed"),
    Heading.ADMIRE: N_("What we like and admire"),
    Heading.IMPORTANT_NOW: N_("What is important now"),
    Heading.IMPORTANT_FUTURE: N_("What is important in the future"),
    Heading.SUPPORT: N_("How best to support"),
    Heading.QUESTIONS: N_("Questions and worries"),
    Heading.ACTIONS: N_("What we do next"),
}
# under which heading the answer to a question is read and taken over
HEADING_OF = {
    "working": Heading.PROGRESS,
    "not_working": Heading.QUESTIONS,
    "advice": Heading.SUPPORT,
    "cards": Heading.IMPORTANT_NOW,
    "school": Heading.IMPORTANT_NOW,
    **dict.fromkeys(("help", "start", "stop", "health"), Heading.SUPPORT),
    **dict.fromkeys(("employment", "independent_living", "community"), Heading.IMPORTANT_FUTURE),
}


def heading_of(question: str) -> Heading:
    """The heading for the answer to a question; a target's is progress, and what has no place is a question."""
    if question.startswith("target:"):
        return Heading.PROGRESS
    return HEADING_OF.get(question) or (Heading(question) if question in tuple(Heading) else Heading.QUESTIONS)


class EntryKind(enum.StrEnum):
    """What a line of a record is."""

    NOTE = "note"
    TAKEN_OVER = "taken_over"
    DISAGREEMENT = "disagreement"
    ADDENDUM = "addendum"


class ActionState(enum.StrEnum):
    """What became of an action. That it is late is not kept but seen from its date."""

    OPEN = "open"
    KEPT = "kept"
    CHANGED = "changed"
    STOPPED = "stopped"


ACTION_STATES = {
    ActionState.OPEN: N_("Agreed"),
    ActionState.KEPT: N_("Done"),
    ActionState.CHANGED: N_("Changed"),
    ActionState.STOPPED: N_("Stopped"),
}


class EndingKind(enum.StrEnum):
    """The five endings of a statement."""

    OUTCOME = "outcome"
    ACTION = "action"
    ANSWERED = "answered"
    DIFFERENTLY = "differently"
    NOTED = "noted"


ENDINGS = {
    EndingKind.OUTCOME: N_("It became something we work towards"),
    EndingKind.ACTION: N_("It became something we do"),
    EndingKind.ANSWERED: N_("School answered it"),
    EndingKind.DIFFERENTLY: N_("We see it differently"),
    EndingKind.NOTED: N_("Thank you. We keep it in mind"),
}


class Reply(enum.StrEnum):
    """What an adult says to a shared record."""

    CONFIRMED = "confirmed"
    COMMENT = "comment"
    DIFFERENTLY = "differently"


REPLIES = {
    Reply.CONFIRMED: N_("This is how it was"),
    Reply.COMMENT: N_("I would like to add something"),
    Reply.DIFFERENTLY: N_("I see it differently"),
}
