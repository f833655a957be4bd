"""Codes and formats that schools exchange, kept free of files and database so that every importer judges alike."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import phonenumbers
from phonenumbers import PhoneNumberType

from portal.intake.codes import LEGACY_PROVISION, LOCAL_AUTHORITIES, NEEDS_RENAMED, NeedType, member
from portal.kernel.words import N_
from portal.profiles.rules import SenProvision


class Severity(StrEnum):
    """Refused: this line, child or file is not taken. Warning: taken, but somebody should look."""

    REFUSED = "refused"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing staff are told about a file. `message` is a message id, `column` the file's own name for the place."""

    message: str
    severity: Severity
    line: int | None = None
    column: str | None = None
    values: Mapping[str, str | int] = field(default_factory=dict)

    def said(self, translate: Callable[[str], str]) -> str:
        """The reason as a sentence in the reader's language."""
        return translate(self.message) % self.values


def refused(message: str, *, line: int | None = None, column: str | None = None, **values: str | int) -> Problem:
    """A problem that keeps its line, child or file out."""
    return Problem(message, Severity.REFUSED, line, column, values)


def warning(message: str, *, line: int | None = None, column: str | None = None, **values: str | int) -> Problem:
    """A problem that is only reported."""
    return Problem(message, Severity.WARNING, line, column, values)


def any_refused(problems: Iterable[Problem]) -> bool:
    """Whether one of them keeps something out."""
    return any(problem.severity is Severity.REFUSED for problem in problems)


def shown(value: str, longest: int = 60) -> str:
    """A value as a reason may quote it: short, and without signs that are invisible or turn the sentence around."""
    visible = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in value)
    return visible if len(visible) <= longest else visible[: longest - 1] + "\N{HORIZONTAL ELLIPSIS}"


# --- Unique pupil numbers -----------------------------------------------------------------------------------------

CHECK_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_UPN = re.compile(rf"[{CHECK_LETTERS}][0-9]{{11}}[0-9{CHECK_LETTERS}]")


def upn_check_letter(body: str) -> str:
    """The letter for characters 2-13 of a UPN (DfE UPN guide: weights 2-13, modulo 23)."""
    values = (int(c) if c.isdigit() else CHECK_LETTERS.index(c) for c in body)
    return CHECK_LETTERS[sum(weight * value for weight, value in enumerate(values, 2)) % 23]


def normal_upn(text: str) -> str:
    """Without spaces, in capitals, as school systems print it."""
    return "".join(text.split()).upper()


def upn_problem(upn: str) -> Problem | None:
    """What is wrong with a UPN; an unknown local authority is only a warning, because the list of them changes."""
    if not _UPN.fullmatch(upn):
        return refused(
            N_("“%(upn)s” is not a UPN. A UPN is a letter, eleven digits, and a last digit or letter."), upn=shown(upn)
        )
    if upn_check_letter(upn[1:]) != upn[0]:
        message = N_("The first letter of the UPN %(upn)s does not fit its digits. Something is mistyped.")
        return refused(message, upn=upn)
    if int(upn[1:4]) not in LOCAL_AUTHORITIES:
        return warning(N_("We do not know local authority %(la)s in the UPN %(upn)s."), upn=upn, la=upn[1:4])
    return None


# --- Schools ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Laestab:
    """A school's DfE number: three digits of the local authority, four of the school."""

    la: str
    estab: str

    def __str__(self) -> str:
        return f"{self.la}{self.estab}"


def laestab(text: str) -> Laestab | None:
    """Reads 330/2001, 330-2001, 330 2001 or 3302001; else None, as for the placeholders XXXXXXX and LLLL."""
    match = re.fullmatch(r"([0-9]{3})[ /-]?([0-9]{4})", text.strip())
    return Laestab(*match.groups()) if match else None


# --- Special educational needs ------------------------------------------------------------------------------------


def sen_provision(code: str) -> tuple[SenProvision, bool] | None:
    """The provision of a census code, and whether staff must look as it was abolished in 2014. None: unknown."""
    code = code.strip().upper()
    if known := member(SenProvision, code):
        return known, False
    new = LEGACY_PROVISION.get(code)
    return (new, True) if new else None


def need_type(code: str) -> tuple[NeedType, bool] | None:
    """The type of need of a census code, and whether staff must look because it was renamed. None: unknown."""
    code = code.strip().rstrip("*").upper()
    if known := member(NeedType, code):
        return known, False
    new = NEEDS_RENAMED.get(code)
    return (new, True) if new else None


def sen_problems(provision: SenProvision | None, needs: Iterable[tuple[NeedType, int | None]]) -> tuple[Problem, ...]:
    """Census rules 2125, 2160, 2170 and 2175 for a child's present provision and needs (type, rank): all warnings."""
    kinds = tuple(needs)
    ranks = [rank for _, rank in kinds if rank is not None]
    found = []
    if kinds and provision in (SenProvision.NONE, None):
        found.append(warning(N_("There is a type of need, but no SEN support and no plan.")))
    if not kinds and provision in (SenProvision.SUPPORT, SenProvision.PLAN):
        found.append(warning(N_("There is SEN support or a plan, but no type of need.")))
    if provision is not SenProvision.SUPPORT and any(kind is NeedType.NSA for kind, _ in kinds):
        found.append(warning(N_("NSA (not yet assessed) goes only with SEN support.")))
    if kinds and (len(ranks) < len(kinds) or len(set(ranks)) < len(ranks) or min(ranks) != 1):
        found.append(warning(N_("The needs must be ranked 1, 2 and so on, each number once.")))
    return tuple(found)


# --- Year groups --------------------------------------------------------------------------------------------------

YEAR_GROUPS = ("E1", "E2", "N1", "N2", "R", *(str(year) for year in range(1, 15)), "M", "X")


def year_group(text: str) -> str | None:
    """The census code (E1 E2 N1 N2 R 1-14 M X) of `2`, `02`, `Y2`, `Year 2` or `Reception`; else None."""
    bare = re.sub(r"^(YEAR|YR|Y)?[\s.]*0*(?=[0-9])", "", text.strip().upper())
    code = {"RECEPTION": "R", "REC": "R", "YR": "R", "YEAR R": "R"}.get(bare, bare)
    return code if code in YEAR_GROUPS else None


# --- Ways to reach a person ---------------------------------------------------------------------------------------

_POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][0-9A-Z]?)([0-9][ABD-HJLNP-UW-Z]{2})")
_EMAIL = re.compile(
    r"[^\s@<>(),;:\\\"\[\]]+@[^\s@<>(),;:\\\"\[\]._-][^\s@<>(),;:\\\"\[\]]*\.(?:[^\W\d_]{2,}|xn--[a-z0-9-]+)"
)
# Ofcom keeps these for drama, so no directory calls them valid; demo and training files are full of them.
_DRAMA_MOBILE = re.compile(r"\+447700900[0-9]{3}")
_DRAMA_LANDLINE = re.compile(r"\+441632960[0-9]{3}")
_TEXTS = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)


def phone(text: str) -> str | None:
    """The number as +44…, read as British unless it begins with another country; None when it cannot be one."""
    try:
        number = phonenumbers.parse(text, "GB")
    except phonenumbers.NumberParseException:
        return None
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    drama = _DRAMA_MOBILE.fullmatch(written) or _DRAMA_LANDLINE.fullmatch(written)
    return written if drama or phonenumbers.is_valid_number(number) else None


def can_receive_texts(number: str) -> bool:
    """Whether a number from `phone` is a mobile."""
    kind = phonenumbers.number_type(phonenumbers.parse(number))
    return kind in _TEXTS or bool(_DRAMA_MOBILE.fullmatch(number))


def email(text: str) -> str | None:
    """The address with its domain in small letters, if it has the shape of one. Only a mail that arrives proves it."""
    text = text.strip()
    if len(text) > 254 or ".." in text or not text.isprintable() or not _EMAIL.fullmatch(text):
        return None
    local, _, domain = text.rpartition("@")
    return f"{local}@{domain.lower()}" if len(local) <= 64 else None


def postcode(text: str) -> str | None:
    """A British postcode with its one space; None when it has not the shape of one."""
    match = _POSTCODE.fullmatch("".join(text.split()).upper())
    return " ".join(match.groups()) if match else None
