"""One child of a Common Transfer File: only what the portal has a use for is read, everything else is never kept."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from operator import attrgetter

from portal.intake.codes import NeedType
from portal.intake.formats.ctf_contact import CtfAddress, CtfContact, read_address, read_contacts
from portal.intake.formats.elements import Node
from portal.intake.formats.text import Findings, number_to_99
from portal.intake.rules import (
    Problem,
    Severity,
    any_refused,
    need_type,
    normal_upn,
    sen_problems,
    sen_provision,
    shown,
    upn_problem,
    year_group,
)
from portal.kernel.words import N_
from portal.profiles.rules import SenProvision

CHILDREN = frozenset(
    (
        "UPN",
        "Surname",
        "Forename",
        "DOB",
        "Sex",
        "Gender",
        "BasicDetails",
        "LookedAfter",
        "SENhistory",
        "Address",
        "Contacts",
    )
)
OLDEST = 26


@dataclass(frozen=True, slots=True)
class CtfLanguage:
    """`kind` F is the first language; `code` is the census code as written."""

    kind: str
    code: str


@dataclass(frozen=True, slots=True)
class CtfProvision:
    """From `start` on; `code` is what the file said, `needs_review` when that code was abolished."""

    start: date
    provision: SenProvision
    code: str
    needs_review: bool


@dataclass(frozen=True, slots=True)
class CtfNeed:
    """`rank` 1 is the main need; `needs_review` when the file used an abolished code, kept in `code`."""

    type: NeedType
    code: str
    needs_review: bool
    rank: int | None
    start: date | None
    end: date | None


@dataclass(frozen=True, slots=True)
class CtfPupil:
    """A child that can be taken; `problems` holds warnings only."""

    line: int
    upn: str
    former_upn: str | None
    surname: str
    forename: str
    middle_names: str
    preferred_surname: str
    preferred_forename: str
    dob: date
    sex: str | None
    nc_year: str | None
    languages: tuple[CtfLanguage, ...]
    looked_after: bool | None
    care_authority: str
    sen_history: tuple[CtfProvision, ...]
    needs: tuple[CtfNeed, ...]
    address: CtfAddress | None
    contacts: tuple[CtfContact, ...]
    problems: tuple[Problem, ...] = ()

    def provision_on(self, day: date) -> CtfProvision | None:
        """The latest entry that had begun by that day."""
        return next((entry for entry in reversed(self.sen_history) if entry.start <= day), None)

    def needs_on(self, day: date) -> tuple[CtfNeed, ...]:
        """The needs open on that day, in the order of their ranks."""
        return tuple(n for n in self.needs if (not n.start or n.start <= day) and (not n.end or n.end > day))


@dataclass(frozen=True, slots=True)
class RefusedPupil:
    """A child that is not taken, with what the file calls it so that the office can find it."""

    line: int
    upn: str
    name: str
    problems: tuple[Problem, ...]


def read_pupil(node: Node, today: date) -> CtfPupil | RefusedPupil:
    """Reads one `Pupil`. A wrong UPN, name or date of birth refuses the child; else what is wrong is left out."""
    found = Findings(node.line)
    basic = node.first("BasicDetails")
    upn = found.upn(node.said("UPN"), "UPN", node.first("UPN").line)
    dob = _dob(node.first("DOB"), found, today)
    surname, forename = (_name(node, tag, found) for tag in ("Surname", "Forename"))
    if not surname and not forename and not any_refused(found.problems):
        found.refuse(N_("The child has no name."), "Surname")
    middle, *preferred = (_name(basic, tag, found) for tag in ("MiddleNames", "PreferredSurname", "PreferredForename"))
    if any_refused(found.problems) or dob is None:
        return RefusedPupil(node.line, shown(node.said("UPN")), _name_shown(node), tuple(found.problems))
    pupil = CtfPupil(
        line=node.line,
        upn=upn,
        former_upn=_former_upn(basic.first("FormerUPN"), found),
        surname=surname,
        forename=forename,
        middle_names=middle,
        preferred_surname=preferred[0],
        preferred_forename=preferred[1],
        dob=dob,
        sex=_sex(node, found),
        nc_year=_nc_year(basic.first("NCyearActual"), found),
        languages=tuple(_languages(basic, found)),
        looked_after=found.boolean(node.said("LookedAfter", "InCare"), "InCare"),
        care_authority=shown(node.said("LookedAfter", "CareAuthority")),
        sen_history=tuple(sorted(_sen_history(node, found), key=attrgetter("start"))),
        needs=tuple(sorted(_needs(node, found), key=lambda need: need.rank or 100)),
        address=read_address(node.first("Address"), found),
        contacts=tuple(sorted(read_contacts(node, found), key=attrgetter("order", "line"))),
    )
    return replace(pupil, problems=(*found.problems, *_sen_problems(pupil, node.first("SENhistory").line, today)))


def _name(node: Node, tag: str, found: Findings) -> str:
    return found.single_line(node.said(tag), tag, line=node.first(tag).line)


def _name_shown(node: Node) -> str:
    return shown(" ".join(f"{node.said('Forename')} {node.said('Surname')}".split()))


def _former_upn(node: Node, found: Findings) -> str | None:
    upn = normal_upn(node.text)
    problem = upn_problem(upn) if upn else None
    if problem and problem.severity is Severity.REFUSED:
        found.warn(problem.message, "FormerUPN", node.line, **problem.values)
        return None
    return upn or None


def _dob(node: Node, found: Findings, today: date) -> date | None:
    day = found.day(node.text.strip(), "DOB", line=node.line)
    if day and day > today:
        found.refuse(N_("The date of birth %(date)s is in the future."), "DOB", node.line, date=day.isoformat())
    elif day and today.year - day.year > OLDEST:
        found.warn(N_("By the date of birth %(date)s this is not a pupil."), "DOB", node.line, date=day.isoformat())
    return day


def _sex(node: Node, found: Findings) -> str | None:
    code = (node.said("Sex") or node.said("Gender")).upper()
    if code and code not in ("F", "M"):
        found.unknown_code(code, "Sex", node.first("Sex").line)
    return code if code in ("F", "M") else None


def _nc_year(node: Node, found: Findings) -> str | None:
    code = year_group(node.text)
    if node.text.strip() and code is None:
        found.unknown_code(node.text, node.tag, node.line)
    return code


def _sen_problems(pupil: CtfPupil, line: int, today: date) -> Iterator[Problem]:
    current = pupil.provision_on(today)
    for problem in sen_problems(
        current.provision if current else None, ((n.type, n.rank) for n in pupil.needs_on(today))
    ):
        yield replace(problem, line=line, column="SENhistory")


def _languages(basic: Node, found: Findings) -> Iterator[CtfLanguage]:
    for node in basic.each("Languages", "Type"):
        code = node.said("Language").upper()
        if re.fullmatch(r"[A-Z]{3,4}", code):
            yield CtfLanguage(shown(node.said("LanguageType").upper(), 4), code)
        elif code:
            found.unknown_code(code, "Language", node.line)


def _sen_history(pupil: Node, found: Findings) -> Iterator[CtfProvision]:
    for node in pupil.each("SENhistory", "SEN"):
        code, part = node.said("SENprovision"), Findings(node.line)
        start, provision = part.day(node.said("StartDate"), "StartDate"), sen_provision(code)
        if provision is None:
            part.refuse(N_("“%(code)s” is not a code we know."), "SENprovision", code=shown(code))
        elif provision[1]:
            part.warn(
                N_("The code %(code)s is no longer in use. Check this child's support."), "SENprovision", code=code
            )
        if start and provision:
            yield CtfProvision(start, provision[0], shown(code, 4), provision[1])
        found.take_over(part, N_("This line of the SEN history was left out."))


def _needs(pupil: Node, found: Findings) -> Iterator[CtfNeed]:
    for node in pupil.each("SENhistory", "SENneeds", "SENneed"):
        code, part = node.said("SENtype"), Findings(node.line)
        kind, rank = need_type(code), node.said("SENtypeRank")
        start, end = (part.day(node.said(t), t) if node.said(t) else None for t in ("NeedStartDate", "NeedEndDate"))
        if kind is None:
            part.refuse(N_("“%(code)s” is not a code we know."), "SENtype", code=shown(code))
        elif kind[1]:
            part.warn(
                N_("The code %(code)s is no longer in use. Check this child's support."), "SENtype", code=shown(code)
            )
        if kind and not any_refused(part.problems):
            yield CtfNeed(kind[0], shown(code, 8), kind[1], number_to_99(rank), start, end)
        found.take_over(part, N_("This need was left out."))
