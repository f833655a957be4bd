"""Compares the children of a Common Transfer File with those the school has; what staff confirmed stays as it is."""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from portal.intake.actions_compare_adults import AdultsComparison
from portal.intake.codes import NeedType
from portal.intake.formats.ctf_pupil import CtfPupil
from portal.intake.queries_known import KnownAdults, KnownNeed, KnownPeriod, KnownPupil, KnownSen, TheSchool
from portal.intake.rules import Problem, refused, warning
from portal.intake.rules_changes import About, Changes, Difference, Entry, Fate, Weighing
from portal.intake.rules_sen import (
    Need,
    Period,
    leaves_needs_out,
    periods,
    told_needs,
    told_periods,
    usual_year,
)
from portal.kernel.words import N_
from portal.people.models import Pupil
from portal.people.rules import leaving_date
from portal.profiles.models_register import SenNeed, SenStatusPeriod
from portal.profiles.rules import SenProvision

SOURCE = "ctf"
LABELS = {
    "upn": N_("UPN"),
    "forename": N_("Forename"),
    "surname": N_("Surname"),
    "known_as": N_("Known as"),
    "born_on": N_("Date of birth"),
    "nc_year": N_("Year group"),
    "home_language_code": N_("First language (census code)"),
    "looked_after": N_("Looked after"),
}
TWICE = N_("Another child of the file has the former UPN of this one. Correct one of them in your school system.")
SEN_HISTORY, NEEDS = N_("SEN history"), N_("Needs by rank")


@dataclass(frozen=True, slots=True)
class ChildrenKnown:
    """All that children of a file are compared with."""

    school: TheSchool
    pupils: tuple[KnownPupil, ...]
    sen: KnownSen
    adults: KnownAdults


def matched(told: Iterable[CtfPupil], pupils: Iterable[KnownPupil]) -> dict[str, KnownPupil | None]:
    """The known child for a UPN of the file: by it, else by a former one. None: another of the file is that child."""
    told, pupils = tuple(told), tuple(pupils)
    by_upn = {pupil.upn: pupil for pupil in pupils if pupil.upn}
    by_former = {former: pupil for pupil in pupils for former in pupil.former_upns}
    found: dict[str, KnownPupil | None] = {child.upn: by_upn[child.upn] for child in told if child.upn in by_upn}
    taken = {pupil.id for pupil in found.values() if pupil}
    for child in told:
        former = child.former_upn or ""
        same = by_former.get(child.upn) or by_upn.get(former) or by_former.get(former)
        if same is not None and child.upn not in found:
            found[child.upn] = None if same.id in taken else same
            taken.add(same.id)
    return found


def compare_children(changes: Changes, told: tuple[CtfPupil, ...], known: ChildrenKnown, *, today: date) -> None:
    """Adds what the children of the file, their SEN records and their adults would change."""
    found = matched(told, known.pupils)
    adults = AdultsComparison(changes, known.adults, known.school, SOURCE)
    for child in told:
        pupil = found.get(child.upn)
        name = pupil.name if pupil else f"{child.preferred_forename or child.forename} {child.surname}".strip()
        if pupil is None and child.upn in found:
            changes.problems((refused(TWICE, line=child.line, column="UPN"),), About.CHILD, name)
            continue
        changes.problems((*child.problems, *_remarks(child, pupil, today)), About.CHILD, name)
        if pupil is None:
            pupil_id = _new(changes, child, known, name, today)
        else:
            pupil_id = _Known(changes, child, pupil, known, today).weigh(name)
        adults.ctf_contacts(child.contacts, pupil_id, name)


def _remarks(child: CtfPupil, pupil: KnownPupil | None, today: date) -> Iterator[Problem]:
    if leaves_needs_out(child, today):
        yield warning(N_("Needs that do not go with the child's support were left out."), line=child.line)
    if pupil is not None and pupil.left_on:
        yield warning(
            N_("In the portal this child has left the school. The file does not change that."), line=child.line
        )
    if child.nc_year is None and pupil is None:
        message = N_("The file has no year group. By the date of birth it is %(year)s.")
        yield warning(message, line=child.line, year=usual_year(child.dob, today))


def _first_language(child: CtfPupil) -> str:
    return next((language.code for language in child.languages if language.kind == "F"), "")


def _known_as(child: CtfPupil) -> str:
    return child.preferred_forename if child.preferred_forename != child.forename else ""


def _new(changes: Changes, child: CtfPupil, known: ChildrenKnown, name: str, today: date) -> uuid.UUID:
    pupil_id = changes.make(
        Pupil,
        school_id=known.school.id,
        upn=child.upn,
        former_upns=[child.former_upn] if child.former_upn else [],
        forename=child.forename,
        surname=child.surname,
        known_as=_known_as(child),
        born_on=child.dob,
        nc_year=child.nc_year or usual_year(child.dob, today),
        home_language_code=_first_language(child),
        looked_after=child.looked_after or False,
        rights_pass_on=leaving_date(child.dob),
        source=SOURCE,
    )
    about = {"school_id": known.school.id, "pupil_id": pupil_id, "source": SOURCE}
    for period in periods(told_periods(child, today)):
        _make_period(changes, about, period)
    for rank, need in enumerate(told_needs(child, today), 1):
        _make_need(changes, about, Need(need.type, rank, need.start or _support_since(child, today)))
    changes.children.add(pupil_id)
    year = Difference(LABELS["nc_year"], "", child.nc_year or usual_year(child.dob, today))
    changes.entries.append(Entry(Fate.NEW, About.CHILD, child.line, name, "", (year,)))
    return pupil_id


def _support_since(child: CtfPupil, today: date) -> date:
    current = child.provision_on(today)
    return current.start if current else today


def _make_period(changes: Changes, about: dict[str, object], period: Period) -> None:
    values = {name: getattr(period, name) for name in ("provision", "starts_on", "ends_on", "legacy_code")}
    changes.make(SenStatusPeriod, **about, **values)


def _make_need(changes: Changes, about: dict[str, object], need: Need) -> None:
    changes.make(SenNeed, **about, need_type=str(need.need_type), rank=need.rank, starts_on=need.starts_on)


@dataclass(slots=True)
class _Known:
    """One child that the school has already."""

    changes: Changes
    child: CtfPupil
    pupil: KnownPupil
    known: ChildrenKnown
    today: date

    def weigh(self, name: str) -> uuid.UUID:
        """Adds what would change, and returns the child's id."""
        child, pupil = self.child, self.pupil
        found = Weighing(pupil.id, {}, LABELS)
        held = pupil.staff_confirmed
        # An old file may still have the UPN that this child had before.
        upn = None if child.upn in pupil.former_upns else child.upn
        found.weigh("upn", pupil.upn or "", upn, held=held)
        found.weigh("forename", pupil.forename, child.forename, held=held)
        found.weigh("surname", pupil.surname, child.surname, held=held)
        found.weigh("known_as", pupil.known_as, _known_as(child), held=held)
        # The day that rights pass to the young person hangs on this, and with it who may read.
        decided = pupil.id in self.known.adults.decided
        found.weigh("born_on", pupil.born_on, child.dob, held=held or decided)
        found.weigh("nc_year", pupil.nc_year, child.nc_year, held=held)
        found.weigh("home_language_code", pupil.home_language_code, _first_language(child), held=held)
        found.weigh("looked_after", pupil.looked_after, child.looked_after, held=held)
        values = dict(found.values)
        if "upn" in values and pupil.upn:
            values["former_upns"] = [*pupil.former_upns, pupil.upn]
        if "born_on" in values:
            values["rights_pass_on"] = leaving_date(child.dob)
        self.changes.alter(Pupil, pupil.id, **values)
        self._weigh_sen(found, held)
        if found.changed:
            self.changes.children.add(pupil.id)
        self.changes.weighed(found, About.CHILD, child.line, name)
        return pupil.id

    def _weigh_sen(self, found: Weighing, held: bool) -> None:
        stored = self.known.sen.periods.get(self.pupil.id, [])
        needs = self.known.sen.needs.get(self.pupil.id, [])
        # What staff wrote, or ended, is theirs: a file can only say that it has something else.
        by_staff = bool(({p.source for p in stored} | {n.source for n in needs}) - {SOURCE})
        held = bool(stored or needs) and (held or by_staff or bool(stored and stored[-1].ends_on))
        told = told_periods(self.child, self.today)
        if told:
            wanted = periods([*((p.starts_on, p.provision, "") for p in stored), *told])
            self._weigh_periods(found, stored, wanted, held)
        self._weigh_needs(found, needs, bool(told), held)

    def _weigh_periods(
        self, found: Weighing, stored: list[KnownPeriod], wanted: tuple[Period, ...], held: bool
    ) -> None:
        before, after = _history(stored), _history(wanted)
        if before == after:
            return
        (found.held_back if held else found.changed).append(Difference(SEN_HISTORY, before, after))
        if held:
            return
        rows = {period.starts_on: period for period in stored}
        about = {"school_id": self.known.school.id, "pupil_id": self.pupil.id, "source": SOURCE}
        for period in wanted:
            row = rows.get(period.starts_on)
            if row is None:
                _make_period(self.changes, about, period)
            elif (row.provision, row.ends_on) != (period.provision, period.ends_on):
                self.changes.alter(SenStatusPeriod, row.id, provision=period.provision, ends_on=period.ends_on)

    def _weigh_needs(self, found: Weighing, stored: list[KnownNeed], has_history: bool, held: bool) -> None:
        """The file's needs come first, those it does not speak of keep their order behind; no support, no needs."""
        told = told_needs(self.child, self.today)
        over = self._needs_over(has_history) - {need.type for need in told}
        kept = [need for need in stored if need.need_type not in {t.type for t in told} | over]
        wanted = [*(str(need.type) for need in told), *(need.need_type for need in kept)]
        before, after = _ranked([need.need_type for need in stored]), _ranked(wanted)
        if before == after:
            return
        (found.held_back if held else found.changed).append(Difference(NEEDS, before, after))
        if held:
            return
        rows = {need.need_type: need for need in stored}
        starts = {str(need.type): need.start for need in told}
        about = {"school_id": self.known.school.id, "pupil_id": self.pupil.id, "source": SOURCE}
        for rank, kind in enumerate(wanted, 1):
            if kind in rows:
                self.changes.alter(SenNeed, rows[kind].id, rank=rank)
            else:
                start = starts[kind] or _support_since(self.child, self.today)
                _make_need(self.changes, about, Need(kind, rank, start))
        for need in stored:
            if need.need_type not in wanted:
                self.changes.alter(SenNeed, need.id, rank=need.rank, ends_on=self.today)

    def _needs_over(self, has_history: bool) -> set[str]:
        """The types of need that have ended, all of them where the support has."""
        current = self.child.provision_on(self.today)
        if has_history and current is not None and current.provision is SenProvision.NONE:
            return set(NeedType)
        return {need.type for need in self.child.needs if need.end and need.end <= self.today}


def _history(found: Iterable[KnownPeriod | Period]) -> str:
    return ", ".join(f"{period.starts_on.isoformat()} {period.provision.value}" for period in found)


def _ranked(kinds: list[str]) -> str:
    return ", ".join(f"{rank} {kind}" for rank, kind in enumerate(kinds, 1))
