"""Reads a file and says what it would change, whichever kind it is. Nothing is written here."""

from collections.abc import Iterable
from datetime import date

from portal.intake.actions_compare_adults import AdultsComparison, unfit_names
from portal.intake.actions_compare_children import ChildrenKnown, compare_children
from portal.intake.actions_compare_plans import PlansComparison
from portal.intake.formats.contacts_csv import ContactRow, read_contacts
from portal.intake.formats.ctf import CtfFile, read_ctf
from portal.intake.formats.plans_csv import PupilPlan, read_plans
from portal.intake.formats.source import Source
from portal.intake.formats.tables import Reading
from portal.intake.queries_known import KnownPupil, TheSchool, adults_of, pupils_of, sen_of
from portal.intake.queries_plans_known import MAIN_KIND, main_kind, plans_of
from portal.intake.rules import Problem, any_refused, refused, warning
from portal.intake.rules_changes import About, Changes, Kind, Watch
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_
from portal.profiles.models import PlanKind

CSV = "csv"
UNKNOWN_CHILD = N_("There is no child with this UPN at your school.")
OTHER_NAMES = N_("The child with this UPN has another name. Check the UPN.")

FileRead = CtfFile | Reading[ContactRow] | Reading[PupilPlan]


def read_file(kind: Kind, source: Source, *, today: date, watch: Watch = lambda _children: None) -> FileRead:
    """What the file holds; it never raises for what a file may hold."""
    match kind:
        case Kind.CTF:
            return read_ctf(source, today=today, watch=watch)
        case Kind.CONTACTS:
            return read_contacts(source)
        case Kind.PLANS:
            return read_plans(source)


def compare(session: PortalSession, *, school: TheSchool, file: FileRead, today: date) -> Changes:
    """The plan of changes; the same file and the same database give the same one. At most 7 statements."""
    changes = Changes()
    if isinstance(file, CtfFile):
        _compare_ctf(session, changes, school, file, today)
    else:
        changes.problems(file.problems, About.FILE)
        changes.refused_whole = any_refused(file.problems)
        if not changes.refused_whole:
            _compare_rows(session, changes, school, file.entries, today)
    if changes.refused_whole:
        changes.made.clear()
        changes.altered.clear()
        changes.same.clear()
        changes.entries = [entry for entry in changes.entries if entry.problem]
    return changes


def _compare_ctf(session: PortalSession, changes: Changes, school: TheSchool, file: CtfFile, today: date) -> None:
    changes.problems(file.problems, About.FILE)
    if file.header is None:
        changes.refused_whole = True
        return
    ours, theirs = f"{school.laestab[:3]}/{school.laestab[3:]}", file.header.destination
    if theirs is None:
        message = N_("The file does not say which school it is for. Make sure that it is for yours.")
        changes.problems((warning(message),), About.FILE)
    elif str(theirs) != school.laestab:
        message = N_("This file is for school %(theirs)s. Your school is %(ours)s. Nothing of it is taken.")
        changes.refuse_whole(refused(message, theirs=f"{theirs.la}/{theirs.estab}", ours=ours))
        return
    for child in file.refused:
        changes.problems(child.problems, About.CHILD, child.name)
    known = ChildrenKnown(
        school,
        pupils_of(session, school_id=school.id),
        sen_of(session, school_id=school.id),
        adults_of(session, school=school),
    )
    compare_children(changes, file.pupils, known, today=today)


def _compare_rows(
    session: PortalSession,
    changes: Changes,
    school: TheSchool,
    entries: Iterable[ContactRow] | Iterable[PupilPlan],
    today: date,
) -> None:
    pupils = {pupil.upn: pupil for pupil in pupils_of(session, school_id=school.id) if pupil.upn and not pupil.left_on}
    rows = [(entry, pupils.get(entry.upn)) for entry in entries]
    strange = [problem for entry, pupil in rows if (problem := _stranger(entry, pupil))]
    if strange:
        changes.problems(strange, About.FILE)
        changes.refused_whole = True
        return
    adults = plans = None
    for entry, pupil in rows:
        if pupil is not None and isinstance(entry, ContactRow):
            adults = adults or AdultsComparison(changes, adults_of(session, school=school), school, CSV)
            adults.row(entry, pupil)
        elif pupil is not None and isinstance(entry, PupilPlan):
            plans = plans or _plans(session, changes, school, today)
            plans.weigh(entry, pupil)


def _stranger(entry: ContactRow | PupilPlan, pupil: KnownPupil | None) -> Problem | None:
    """Why a row is about no child of this school; it tells nothing about any child."""
    if pupil is None:
        return refused(UNKNOWN_CHILD, line=entry.line, column="upn")
    if isinstance(entry, ContactRow) and unfit_names(entry, pupil):
        return refused(OTHER_NAMES, line=entry.line, column="pupil_surname")
    return None


def _plans(session: PortalSession, changes: Changes, school: TheSchool, today: date) -> PlansComparison:
    kind_id = main_kind(session, school_id=school.id)
    if kind_id is None:
        kind_id = changes.make(PlanKind, school_id=school.id, code=MAIN_KIND, label=school.plan_name)
    plans = plans_of(session, school_id=school.id, kind_id=kind_id)
    return PlansComparison(changes, school, kind_id, plans, today)
