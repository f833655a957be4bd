"""Words and rules of plans and of the SEN register that need no database."""

import enum
import hashlib

from portal.kernel.words import N_


class VersionState(enum.StrEnum):
    """A plan is written as a draft, read by families once published, and kept when the next one comes."""

    DRAFT = "draft"
    PUBLISHED = "published"
    EARLIER = "earlier"


PARTS = {
    "people_like": N_("What people like and admire about me"),
    "important_to_me": N_("What is important to me"),
    "how_to_support": N_("How best to support me"),
    "needs_in_plain_words": N_("What I need help with"),
}


class TargetState(enum.StrEnum):
    """How a target stands (domain.md 7.2)."""

    NOT_STARTED = "not_started"
    WORKING = "working"
    ACHIEVED = "achieved"
    PARTLY = "partly"
    NOT_YET = "not_yet"
    CHANGED = "changed"
    STOPPED = "stopped"


TARGET_STATES = {
    TargetState.NOT_STARTED: N_("Not started yet"),
    TargetState.WORKING: N_("Working on it"),
    TargetState.ACHIEVED: N_("Reached"),
    TargetState.PARTLY: N_("Partly reached"),
    TargetState.NOT_YET: N_("Not reached yet"),
    TargetState.CHANGED: N_("Changed"),
    TargetState.STOPPED: N_("Stopped"),
}


class Rating(enum.StrEnum):
    """What a teacher saw, in one word."""

    GOING_WELL = "going_well"
    SOME_STEPS = "some_steps"
    STUCK = "stuck"


RATINGS = {
    Rating.GOING_WELL: N_("Going well"),
    Rating.SOME_STEPS: N_("Small steps"),
    Rating.STUCK: N_("Needs another way"),
}


class Party(enum.StrEnum):
    """Who takes something on (policy: responsibilities of pupil, parent and school)."""

    PUPIL = "pupil"
    PARENT = "parent"
    SCHOOL = "school"


class Opinion(enum.StrEnum):
    """What an adult says to a draft that is shared for comment."""

    AGREE = "agree"
    CHANGES = "changes"


LONGEST_COMMENT = 5_000
OPINIONS = {Opinion.AGREE: N_("I agree with this draft"), Opinion.CHANGES: N_("I would like changes")}


class RegisterKind(enum.StrEnum):
    """What happened on the SEN register."""

    ADDED = "added"
    REMOVED = "removed"
    MONITORING = "moved_to_monitoring"
    RETURNED = "returned"


class SenProvision(enum.StrEnum):
    """School census codes (domain.md 4.2)."""

    NONE = "N"
    SUPPORT = "K"
    PLAN = "E"


PROVISIONS = {
    SenProvision.NONE: N_("No SEN support"),
    SenProvision.SUPPORT: N_("SEN support"),
    SenProvision.PLAN: N_("EHC plan"),
}
NEED_TYPES = {
    "SPLD": N_("Specific learning difficulty, such as dyslexia"),
    "MLD": N_("Moderate learning difficulty"),
    "SLD": N_("Severe learning difficulty"),
    "PMLD": N_("Profound and multiple learning difficulty"),
    "SEMH": N_("Social, emotional and mental health"),
    "SLCN": N_("Speech, language and communication"),
    "ASD": N_("Autism"),
    "HI": N_("Hearing"),
    "VI": N_("Sight"),
    "MSI": N_("Hearing and sight"),
    "PD": N_("Physical disability"),
    "DS": N_("Down syndrome"),
    "OTH": N_("Another difficulty or disability"),
    "NSA": N_("Support while we find out more"),
}


def wording_key(text: str) -> str:
    """The key of one exact wording: a translation belongs to a wording, so a changed text has none until it is made
    anew."""
    return hashlib.sha256(text.strip().encode()).hexdigest()[:32]
