"""Reads the Common Transfer File, which every school system in England writes (CTF 24 and 25, no namespace)."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from portal.intake.formats.ctf_pupil import CHILDREN, CtfPupil, RefusedPupil, read_pupil
from portal.intake.formats.elements import Node, Wanted, elements
from portal.intake.formats.source import FileRefused, Source, encoding_of, fingerprint, opened
from portal.intake.rules import Laestab, Problem, laestab, refused, shown
from portal.kernel.words import N_

LONGEST_FILE = 60_000_000
MOST_PUPILS = 20_000
MOST_PROBLEMS = 100_000
VERSIONS = (24, 25)

_HEADER = frozenset(("CTFversion", "DateTime", "DocumentQualifier", "SourceSchool", "DestSchool"))
_WANTED = {"Header": Wanted(2, _HEADER), "Pupil": Wanted(3, CHILDREN)}


@dataclass(frozen=True, slots=True)
class CtfHeader:
    """Who sent the file to whom. A school is None where the file has a placeholder; `…_text` is what it said.

    `created` and `academic_year` are as written: systems switch the year in August or in September.
    """

    version: str
    qualifier: str
    created: str
    source: Laestab | None
    source_text: str
    source_name: str
    destination: Laestab | None
    destination_text: str
    academic_year: str


@dataclass(frozen=True, slots=True)
class CtfFile:
    """What a file holds. A file refused as a whole has no header and no pupils, and one refusal in `problems`."""

    fingerprint: str
    header: CtfHeader | None
    pupils: tuple[CtfPupil, ...]
    refused: tuple[RefusedPupil, ...]
    problems: tuple[Problem, ...]


def read_ctf(source: Source, *, today: date, watch: Callable[[int], object] = lambda _children: None) -> CtfFile:
    """Reads bytes, a path or a binary stream; never raises for what a file may hold.

    One wrong child is refused alone. A file that is cut short or unsafe is refused whole: a part of it could mislead.
    `today` decides which support and needs are current; `watch` is told after each child how many were read.
    """
    mark = fingerprint(source)
    try:
        with opened(source, LONGEST_FILE) as stream:
            return _read(stream, mark, today, watch)
    except FileRefused as error:
        return CtfFile(mark, None, (), (), (error.problem,))


def _read(stream: BinaryIO, mark: str, today: date, watch: Callable[[int], object]) -> CtfFile:
    encoding, problems = encoding_of(stream)
    header, read, troubles = None, list[CtfPupil | RefusedPupil](), 0
    for node in elements(stream, encoding, root="CTfile", wanted=_WANTED):
        if node.tag == "Header":
            header = _header(node)
        elif header is None:
            break
        elif len(read) == MOST_PUPILS:
            raise FileRefused(
                refused(N_("The file has more than %(most)s children."), line=node.line, most=MOST_PUPILS)
            )
        else:
            read.append(read_pupil(node, today))
            troubles += len(read[-1].problems)
            watch(len(read))
        if troubles > MOST_PROBLEMS:
            raise FileRefused(
                refused(N_("The file has more than %(most)s problems."), line=node.line, most=MOST_PROBLEMS)
            )
    if header is None:
        raise FileRefused(refused(N_("The file has no header that names the sending school.")))
    if not read:
        raise FileRefused(refused(N_("The file has no children in it.")))
    once = list(_one_child_each(read))
    pupils = tuple(pupil for pupil in once if isinstance(pupil, CtfPupil))
    return CtfFile(mark, header, pupils, tuple(p for p in once if isinstance(p, RefusedPupil)), problems)


def _header(node: Node) -> CtfHeader:
    version = node.said("CTFversion")
    major = int(version.partition(".")[0]) if version.partition(".")[0] in map(str, range(100)) else None
    if major not in VERSIONS:
        raise FileRefused(_wrong_version(major, version, node.first("CTFversion").line))
    source, destination = (
        node.said(school, "LEA") + node.said(school, "Estab") for school in ("SourceSchool", "DestSchool")
    )
    return CtfHeader(
        version=version[:20],
        qualifier=shown(node.said("DocumentQualifier")),
        created=shown(node.said("DateTime")),
        source=laestab(source),
        source_text=shown(source),
        source_name=shown(node.said("SourceSchool", "SchoolName"), 200),
        destination=laestab(destination),
        destination_text=shown(destination),
        academic_year=shown(node.said("SourceSchool", "AcademicYear")),
    )


def _wrong_version(major: int | None, version: str, line: int) -> Problem:
    if major is None:
        return refused(N_("The header does not say which version of the Common Transfer File this is."), line=line)
    if major < VERSIONS[0]:
        message = N_("The file is of version %(version)s, which is too old. We read versions %(first)s and %(last)s.")
    else:
        message = N_("The file is of version %(version)s, which is newer than we know. We read %(first)s and %(last)s.")
    return refused(message, line=line, version=shown(version), first=VERSIONS[0], last=VERSIONS[-1])


def _one_child_each(read: list[CtfPupil | RefusedPupil]) -> Iterator[CtfPupil | RefusedPupil]:
    """Refuses every child whose UPN another child of the file has too: we cannot know whose it is."""
    times = Counter(pupil.upn for pupil in read if isinstance(pupil, CtfPupil))
    for pupil in read:
        if isinstance(pupil, RefusedPupil) or times[pupil.upn] == 1:
            yield pupil
        else:
            twice = refused(
                N_("The UPN %(upn)s is in this file more than once."), line=pupil.line, column="UPN", upn=pupil.upn
            )
            name = shown(f"{pupil.forename} {pupil.surname}".strip())
            yield RefusedPupil(pupil.line, pupil.upn, name, (*pupil.problems, twice))
