"""Whose agreement school needs before somebody from outside works with a child (domain.md 1.2 N6-N8), and when it
holds: given by an adult with parental responsibility, or by the young person whose rights are their own; in date; not
taken back (domain.md 8, invariant 11)."""

import enum
from datetime import datetime, timedelta

from portal.kernel.errors import Conflict
from portal.kernel.words import N_

LASTS = timedelta(days=365)
REMINDED_BEFORE = timedelta(days=30)
LONGEST_WHY = 5_000
LONGEST_REASON = 2_000
# the words that an adult agrees to; whoever changes one of them counts the version up (tests hold its fingerprint)
WORDING_VERSION = "1"
AGREED_WORDS = (
    N_("I agree that school asks this specialist for help."),
    N_("School may share what is named here with them, and nothing else."),
    N_("My agreement lasts for one year. I can take it back at any time."),
)


class Specialist(enum.StrEnum):
    """Who is asked from outside."""

    EDUCATIONAL_PSYCHOLOGIST = "educational_psychologist"
    SPEECH = "speech"
    OCCUPATIONAL = "occupational"
    PHYSIOTHERAPIST = "physiotherapist"
    ADVISORY_TEACHER = "advisory_teacher"
    MENTAL_HEALTH = "mental_health"
    PAEDIATRICIAN = "paediatrician"
    OTHER = "other"


SPECIALISTS = {
    Specialist.EDUCATIONAL_PSYCHOLOGIST: N_("Educational psychologist"),
    Specialist.SPEECH: N_("Speech and language therapist"),
    Specialist.OCCUPATIONAL: N_("Occupational therapist"),
    Specialist.PHYSIOTHERAPIST: N_("Physiotherapist"),
    Specialist.ADVISORY_TEACHER: N_("Advisory teacher"),
    Specialist.MENTAL_HEALTH: N_("Mental health worker"),
    Specialist.PAEDIATRICIAN: N_("Children's doctor"),
    Specialist.OTHER: N_("Other"),
}


class Basis(enum.StrEnum):
    """By which right somebody agrees."""

    RESPONSIBILITY = "responsibility"
    OWN_RIGHTS = "own_rights"


class ConsentState(enum.StrEnum):
    """Where one adult's answer stands; a new answer is a new row."""

    ASKED = "asked"
    GIVEN = "given"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Way(enum.StrEnum):
    """How the answer came."""

    PORTAL = "portal"
    PAPER = "paper"
    PHONE = "phone"


STATES = {
    ConsentState.ASKED: (N_("Waiting for an answer"), "wait"),
    ConsentState.GIVEN: (N_("Agreement given"), "good"),
    ConsentState.DECLINED: (N_("Did not agree"), "warn"),
    ConsentState.WITHDRAWN: (N_("Taken back"), "warn"),
}
OVER = (N_("No longer in date"), "warn")
WAYS = {
    Way.PORTAL: N_("In the portal"),
    Way.PAPER: N_("On paper, typed in by school"),
    Way.PHONE: N_("On the phone, typed in by school"),
}


class NoConsent(Conflict):
    """Something was to be shared and nobody's agreement holds."""

    message = N_("Nothing can be shared: nobody who may agree has done so, or the agreement was taken back.")


class AlreadyOver(Conflict):
    """The matter is finished."""

    message = N_("This is finished. Start a new one.")


def holds(state: ConsentState, ends_at: datetime | None, now: datetime) -> bool:
    """Whether an answer is an agreement that is in date."""
    return state == ConsentState.GIVEN and ends_at is not None and now < ends_at


def shown_as(state: ConsentState, ends_at: datetime | None, now: datetime) -> tuple[str, str]:
    """The words for an answer (a message id) and the kind of its badge."""
    return OVER if state == ConsentState.GIVEN and not holds(state, ends_at, now) else STATES[state]
