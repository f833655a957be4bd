"""Words and rules of people and schools that need no database."""

import enum
from dataclasses import dataclass
from datetime import date, timedelta

from portal.kernel.words import N_


class Audience(enum.StrEnum):
    """In which capacity somebody signed in; a teacher who is also a parent signs in as one or the other."""

    FAMILY = "family"
    PUPIL = "pupil"
    STAFF = "staff"
    TRUST = "trust"


class Role(enum.StrEnum):
    """What a member of staff does at a school (domain.md 1.7)."""

    CLASS_TEACHER = "class_teacher"
    TEACHING_ASSISTANT = "teaching_assistant"
    SUPPLY_TEACHER = "supply_teacher"
    SENDCO = "sendco"
    HEADTEACHER = "headteacher"
    OFFICE = "office"


class Side(enum.StrEnum):
    """Who speaks in words about a child."""

    PARENT = "parent"
    PUPIL = "pupil"
    STAFF = "staff"


class Readers(enum.StrEnum):
    """Who may read words about a child; each circle holds the one before it. Teachers are the child's class teachers,
    the SENDCO and the headteacher."""

    ONE_ADULT = "one_adult"
    TEACHERS = "teachers"
    FAMILY = "family"


ROLE_NAMES = {
    Role.CLASS_TEACHER: N_("Class teacher"),
    Role.TEACHING_ASSISTANT: N_("Teaching assistant"),
    Role.SUPPLY_TEACHER: N_("Supply teacher"),
    Role.SENDCO: N_("SENDCO"),
    Role.HEADTEACHER: N_("Headteacher"),
    Role.OFFICE: N_("School office"),
}
WHOLE_SCHOOL = frozenset({Role.SENDCO, Role.HEADTEACHER, Role.OFFICE})
OWN_CLASS = frozenset({Role.CLASS_TEACHER, Role.TEACHING_ASSISTANT, Role.SUPPLY_TEACHER})


class Phase(enum.StrEnum):
    """The kind of school."""

    PRIMARY = "primary"
    SECONDARY = "secondary"


class YesNo(enum.StrEnum):
    """An answer that may not be known yet."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class ContactState(enum.StrEnum):
    """Where the link between an adult and a child stands (domain.md 8)."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    INVITED = "invited"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"


class PortalAccess(enum.StrEnum):
    """What staff decided that an adult may do about a child in the portal."""

    NONE = "none"
    VIEW = "view"
    CONTRIBUTE = "contribute"


class Restriction(enum.StrEnum):
    """What a court order says about an adult and a child. Anything but NONE keeps the adult out."""

    NONE = "none"
    NO_CONTACT = "no_contact"
    NO_INFORMATION = "no_information"
    SUPERVISED = "supervised"
    OTHER = "other"


THEME_COLOURS = {
    "plum": "#6d2c68",
    "forest": "#22593a",
    "navy": "#1f3d70",
    "teal": "#0a5c63",
    "berry": "#9b1d4d",
    "slate": "#3d4c5c",
    "rust": "#8c3d14",
    "indigo": "#423a94",
}


def colour_of(theme: str) -> str:
    """The school's colour for documents, the same as in static/scss/_themes.scss; #rrggbb."""
    return THEME_COLOURS.get(theme, THEME_COLOURS["plum"])


class ContactKind(enum.StrEnum):
    """How an adult can be reached."""

    EMAIL = "email"
    MOBILE = "mobile"


RELATIONSHIPS = {
    "PAM": N_("Mother"),
    "PAF": N_("Father"),
    "STM": N_("Stepmother"),
    "STF": N_("Stepfather"),
    "FOM": N_("Foster mother"),
    "FOF": N_("Foster father"),
    "CAR": N_("Carer"),
    "FAM": N_("Other family member"),
    "REL": N_("Other relative"),
    "OTH": N_("Other"),
}
OPEN_STATES = frozenset({ContactState.CONFIRMED, ContactState.INVITED, ContactState.ACTIVE})
OPEN_ACCESS = frozenset({PortalAccess.VIEW, PortalAccess.CONTRIBUTE})

YEAR_NAMES = {"N1": N_("Nursery"), "N2": N_("Nursery"), "R": N_("Reception")}


def leaving_date(born: date) -> date:
    """The day a child becomes a young person: the last Friday of June of the school year (1 September to 31 August)
    in which they turn 16 (Education Act 1996 s.8; domain.md 2.6). It may fall before the sixteenth birthday."""
    year = born.year + 16
    if (born.month, born.day) >= (9, 1):
        year += 1
    last = date(year, 6, 30)
    return last - timedelta(days=(last.weekday() - 4) % 7)


def school_year_starts(day: date) -> date:
    """The 1 September on or before the day."""
    return date(day.year if day.month >= 9 else day.year - 1, 9, 1)


@dataclass(frozen=True, slots=True)
class Skin:
    """Which of the three faces a pupil's pages wear."""

    name: str


PICTURES, CARDS, WORDS = Skin("pictures"), Skin("cards"), Skin("words")
PICTURE_YEARS = frozenset({"E1", "E2", "N1", "N2", "R", "1", "2", "3"})
CARD_YEARS = frozenset({"4", "5", "6"})


def skin_for(nc_year: str) -> Skin:
    """Pictures up to Year 3, cards and words in Years 4 to 6, words and privacy first from Year 7."""
    if nc_year in PICTURE_YEARS:
        return PICTURES
    return CARDS if nc_year in CARD_YEARS else WORDS


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFacts:
    """What decides whether one adult may open one child's pages."""

    access: PortalAccess
    state: ContactState
    restriction: Restriction = Restriction.NONE
    restricted_from: date | None = None
    rights_pass_on: date
    rights_stay_with_parents: bool = False
    shares_with_parents: bool = False
    left_on: date | None = None


def link_is_open(link: LinkFacts, today: date) -> bool:
    """The rule of people.scopes.open_pupils in plain Python, to show staff the effect of a decision and to check the
    SQL by."""
    decided = link.access in OPEN_ACCESS and link.state in OPEN_STATES
    restricted = link.restriction != Restriction.NONE and (
        link.restricted_from is None or link.restricted_from <= today
    )
    rights = link.rights_pass_on > today or link.rights_stay_with_parents or link.shares_with_parents
    return decided and not restricted and rights and link.left_on is None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkDecision:
    """What staff decided about one adult and one child."""

    relationship: str
    parental_responsibility: YesNo
    lives_with_pupil: YesNo
    access: PortalAccess
    paused: bool = False
    restriction: Restriction = Restriction.NONE
    restricted_from: date | None = None
    restricted_until: date | None = None
    order_reference: str = ""


def new_state(before: ContactState, decision: LinkDecision) -> ContactState:
    """Where the link stands after the decision: a person who already came in stays in, a new one waits for the
    letter."""
    if decision.paused:
        return ContactState.SUSPENDED
    closing = decision.access not in OPEN_ACCESS or decision.restriction != Restriction.NONE
    if before in {ContactState.PROPOSED, ContactState.SUSPENDED, ContactState.ENDED}:
        return ContactState.CONFIRMED
    if before == ContactState.INVITED and closing:
        return ContactState.CONFIRMED  # the letter on its way opens nothing any more, not even after a later opening
    return before


# the outbox's name of the message to an adult for whom the portal opens more or less than before
ACCESS_CHANGED = "access_changed"


YES_NO = {YesNo.YES: N_("Yes"), YesNo.NO: N_("No"), YesNo.UNKNOWN: N_("Not known")}
CONTACT_STATES = {
    ContactState.PROPOSED: N_("Waiting for a decision"),
    ContactState.CONFIRMED: N_("Decided, no letter yet"),
    ContactState.INVITED: N_("Letter printed"),
    ContactState.ACTIVE: N_("Uses the portal"),
    ContactState.SUSPENDED: N_("Paused"),
    ContactState.ENDED: N_("Ended"),
}
ACCESSES = {
    PortalAccess.NONE: N_("May not see this child in the portal"),
    PortalAccess.VIEW: N_("May read"),
    PortalAccess.CONTRIBUTE: N_("May read and take part"),
}
RESTRICTIONS = {
    Restriction.NONE: N_("No court order that we know of"),
    Restriction.NO_CONTACT: N_("Order: no contact with the child"),
    Restriction.NO_INFORMATION: N_("Order: no information about the child"),
    Restriction.SUPERVISED: N_("Order: supervised contact only"),
    Restriction.OTHER: N_("Another order"),
}
