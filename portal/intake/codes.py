"""The code lists of the school census and the Common Transfer File, with the words staff know them by."""

from enum import StrEnum
from functools import cache
from typing import TypeVar

from babel import Locale

from portal.kernel.words import N_
from portal.people.rules import RELATIONSHIPS
from portal.profiles.rules import NEED_TYPES, SenProvision

Code = TypeVar("Code", bound=StrEnum)


def member(codes: type[Code], code: str) -> Code | None:
    """The code itself, or None when the list does not have it."""
    return next((known for known in codes if known.value == code), None)


# Abolished in 2014 yet still in the histories of older pupils: statements, School Action and School Action Plus.
LEGACY_PROVISION = {"S": SenProvision.PLAN, "A": SenProvision.SUPPORT, "P": SenProvision.SUPPORT}


class BroadArea(StrEnum):
    """The four broad areas of need of the SEND Code of Practice (6.28-6.35)."""

    COMMUNICATION = "CI"
    COGNITION = "CL"
    EMOTIONAL = "SEMH"
    SENSORY = "SP"

    @property
    def label(self) -> str:
        """The message id of its name for staff."""
        return _AREA_LABELS[self]


_AREA_LABELS = {
    BroadArea.COMMUNICATION: N_("Communication and interaction"),
    BroadArea.COGNITION: N_("Cognition and learning"),
    BroadArea.EMOTIONAL: N_("Social, emotional and mental health"),
    BroadArea.SENSORY: N_("Sensory and physical needs"),
}


class NeedType(StrEnum):
    """`SENtype` of the school census."""

    SPLD = "SPLD"
    MLD = "MLD"
    SLD = "SLD"
    PMLD = "PMLD"
    SEMH = "SEMH"
    SLCN = "SLCN"
    ASD = "ASD"
    HI = "HI"
    VI = "VI"
    MSI = "MSI"
    PD = "PD"
    DS = "DS"
    OTH = "OTH"
    NSA = "NSA"

    @property
    def label(self) -> str:
        """The message id of its name for staff."""
        return NEED_TYPES[self]

    @property
    def broad_area(self) -> BroadArea | None:
        """None where the code does not tell and staff decide."""
        return _AREAS.get(self)


_AREAS = {
    NeedType.SPLD: BroadArea.COGNITION,
    NeedType.MLD: BroadArea.COGNITION,
    NeedType.SLD: BroadArea.COGNITION,
    NeedType.PMLD: BroadArea.COGNITION,
    NeedType.SEMH: BroadArea.EMOTIONAL,
    NeedType.SLCN: BroadArea.COMMUNICATION,
    NeedType.ASD: BroadArea.COMMUNICATION,
    NeedType.HI: BroadArea.SENSORY,
    NeedType.VI: BroadArea.SENSORY,
    NeedType.MSI: BroadArea.SENSORY,
    NeedType.PD: BroadArea.SENSORY,
}
NEEDS_RENAMED = {"BESD": NeedType.SEMH}


class Relationship(StrEnum):
    """`Relationship` of a CTF contact to the pupil."""

    MOTHER = "PAM"
    FATHER = "PAF"
    STEPMOTHER = "STM"
    STEPFATHER = "STF"
    FOSTER_MOTHER = "FOM"
    FOSTER_FATHER = "FOF"
    CARER = "CAR"
    FAMILY = "FAM"
    RELATIVE = "REL"
    CHILDMINDER = "CHM"
    SOCIAL_WORKER = "SWR"
    DOCTOR = "DOC"
    HEADTEACHER = "HTC"
    TEACHER = "TCH"
    RELIGIOUS = "RLG"
    OTHER = "OTH"

    @property
    def label(self) -> str:
        """The message id of its name for staff."""
        return _RELATIONSHIP_LABELS[self]

    @property
    def portal_use(self) -> "PortalUse":
        """Whether such a person may be proposed for the portal."""
        if self in _FAMILY:
            return PortalUse.PROPOSED
        return PortalUse.STAFF_DECIDE if self in (Relationship.FAMILY, Relationship.RELATIVE) else PortalUse.NEVER


class PortalUse(StrEnum):
    """Whether an import may propose this adult for the portal. Access itself is always a decision of staff."""

    PROPOSED = "proposed"
    STAFF_DECIDE = "staff_decide"
    NEVER = "never"


_FAMILY = frozenset(
    {
        Relationship.MOTHER,
        Relationship.FATHER,
        Relationship.STEPMOTHER,
        Relationship.STEPFATHER,
        Relationship.FOSTER_MOTHER,
        Relationship.FOSTER_FATHER,
        Relationship.CARER,
    }
)
_RELATIONSHIP_LABELS = {
    **RELATIONSHIPS,
    "CHM": N_("Childminder"),
    "SWR": N_("Social worker"),
    "DOC": N_("Doctor"),
    "HTC": N_("Headteacher"),
    "TCH": N_("Teacher"),
    "RLG": N_("Religious contact"),
}

# Local authorities seen in UPNs: census rule 1530, the Welsh pseudo-numbers, and the county councils split since 2021.
LOCAL_AUTHORITIES = frozenset(
    number
    for first, last in (
        *((1, 5), (201, 213), (301, 320), (330, 336), (340, 344), (350, 359), (370, 373), (380, 384), (390, 394)),
        *((420, 420), (660, 681), (701, 708), (800, 803), (805, 808), (810, 813), (815, 816), (820, 823)),
        *((825, 826), (830, 831), (835, 841), (845, 846), (850, 852), (855, 857), (860, 861), (865, 896)),
        *((908, 909), (916, 916), (919, 919), (921, 921), (925, 926), (928, 929), (931, 931), (933, 933)),
        *((935, 938), (940, 943)),
    )
    for number in range(first, last + 1)
)

_LANGUAGES = {
    "ENG": "en",
    "URD": "ur",
    "PNJ": "pa",
    "PHR": "phr",
    "BNG": "bn",
    "POL": "pl",
    "RMN": "ro",
    "ARA": "ar",
    "SOM": "so",
    "GUJ": "gu",
    "PAT": "ps",
    "PRS": "fa",
    "KUR": "ku",
    "POR": "pt-PT",
    "FRN": "fr",
    "SPA": "es",
    "ITA": "it",
    "TAM": "ta",
    "TUR": "tr",
    "CHI": "zh",
    "LIT": "lt",
    "LTV": "lv",
    "HGR": "hu",
    "BUL": "bg",
    "SLO": "sk",
    "CZE": "cs",
    "ALB": "sq",
    "UKR": "uk",
    "RUS": "ru",
    "TGR": "ti",
    "AMR": "am",
    "YOR": "yo",
    "IGB": "ig",
    "HIN": "hi",
    "MLM": "ml",
    "TEL": "te",
    "NEP": "ne",
    "VIE": "vi",
    "SWA": "sw",
    "TGL": "fil",
    "GER": "de",
    "GRE": "el",
    "CYM": "cy",
    "BSL": "bfi",
}
_AMBIGUOUS = frozenset({"PNJ", "CHI", "KUR", "PRS", "BNG", "SCB", "BSL", "SIO", "RMI", "RME", "TMZ"})


def language_of(census_code: str) -> str | None:
    """The BCP 47 tag of a census code of three or four letters; None where it names no language we know."""
    return _LANGUAGES.get(census_code.strip().upper()[:3])


def is_ambiguous_language(census_code: str) -> bool:
    """Whether the code leaves the script or dialect open, so that the family must be asked (as with Panjabi)."""
    return census_code.strip().upper()[:3] in _AMBIGUOUS


def language_named(text: str) -> str | None:
    """The BCP 47 tag of what an office writes: a census code (`PNJ`), a tag (`pa`) or the English name (`Panjabi`)."""
    text = text.strip()
    by_code = language_of(text) if len(text) in (3, 4) else None
    by_name = _tags_by_name().get(text.casefold().replace("_", "-"))
    return by_code or by_name if len(text) == 3 else by_name or by_code


@cache
def _tags_by_name() -> dict[str, str]:
    """Lower-case names and tags; the names schools use come last, so that they win over those of the CLDR."""
    names = {name.casefold(): tag.replace("_", "-") for tag, name in Locale("en").languages.items()}
    tags = {tag.casefold(): tag for tag in names.values()}
    local = {"panjabi": "pa", "farsi": "fa", "bengali": "bn", "sylheti": "bn", "sorani": "ckb"}
    local |= {"mirpuri": "phr", "pahari": "phr", "bsl": "bfi", "british sign language": "bfi"}
    own = {tag.casefold(): tag for tag in _LANGUAGES.values()} | {"portuguese": "pt-PT"}
    scripts = {"pa-guru": "pa-Guru", "pa-arab": "pa-Arab", "zh-hans": "zh-Hans", "zh-hant": "zh-Hant", "fa-af": "fa-AF"}
    return names | tags | own | local | scripts
