"""Which adults a file proposes for a child. It finds people again, and never decides, overwrites or opens anything."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from portal.intake.codes import PortalUse, Relationship, member
from portal.intake.formats.contacts_csv import ContactRow
from portal.intake.formats.ctf_contact import CtfContact
from portal.intake.queries_known import KnownAdult, KnownAdults, KnownLink, KnownPupil, TheSchool, Way, folded
from portal.intake.rules import can_receive_texts, warning
from portal.intake.rules_changes import About, Changes, Claims, Difference, Entry, Fate, Shown, Weighing, said
from portal.kernel.words import N_
from portal.people.models import ContactPoint, Person, PupilContact
from portal.people.rules import ContactKind, YesNo
from portal.web.i18n import LANGUAGES

LABELS = {
    "relationship": N_("Who the adult is to the child"),
    "parental_responsibility": N_("Parental responsibility"),
    "lives_with_pupil": N_("Lives with the child"),
    "language": N_("Language for reading"),
    "spoken_language": N_("Language for speaking"),
    "interpreter_needed": N_("Needs an interpreter"),
    ContactKind.EMAIL: N_("E-mail"),
    ContactKind.MOBILE: N_("Mobile"),
}
LAST_PRIORITY = 9
LONGEST_NAME = 200
NAME_TOO_LONG = N_("This adult was left out: forename and surname together have more than %(longest)s letters.")


@dataclass(frozen=True, slots=True)
class Proposal:
    """One adult of one child as a file tells it. None: the file does not say."""

    line: int
    full_name: str
    relationship: Relationship
    priority: int
    parental_responsibility: YesNo | None
    lives_with_pupil: YesNo | None
    ways: tuple[tuple[ContactKind, str], ...]
    language: str | None = None
    spoken_language: str | None = None
    interpreter_needed: bool | None = None


def _answer(value: bool | None) -> YesNo | None:
    return None if value is None else YesNo.YES if value else YesNo.NO


def from_ctf(contact: CtfContact, relationship: Relationship) -> Proposal:
    """The proposal in a contact of a Common Transfer File."""
    mobiles = dict.fromkeys(phone.number for phone in contact.phones if can_receive_texts(phone.number))
    return Proposal(
        line=contact.line,
        full_name=f"{contact.forename} {contact.surname}".strip(),
        relationship=relationship,
        priority=min(contact.order, LAST_PRIORITY),
        parental_responsibility=_answer(contact.responsibility),
        lives_with_pupil=YesNo.YES if contact.address_as_pupil else None,
        ways=(
            *(((ContactKind.EMAIL, contact.email),) if contact.email else ()),
            *((ContactKind.MOBILE, number) for number in mobiles),
        ),
    )


def from_row(row: ContactRow) -> Proposal:
    """The proposal in a row of the contacts table."""
    written = (row.written_language or "").partition("-")[0]
    ways = ((ContactKind.EMAIL, row.email), (ContactKind.MOBILE, row.mobile))
    return Proposal(
        line=row.line,
        full_name=f"{row.adult_forename} {row.adult_surname}".strip(),
        relationship=row.relationship,
        priority=min(row.priority or LAST_PRIORITY, LAST_PRIORITY),
        parental_responsibility=_answer(row.parental_responsibility),
        lives_with_pupil=_answer(row.lives_with_pupil),
        ways=tuple((kind, value) for kind, value in ways if value),
        language=written if written in LANGUAGES else None,
        spoken_language=row.spoken_language,
        interpreter_needed=row.interpreter,
    )


class AdultsComparison:
    """Weighs the adults of one file against those the school knows; remembers what earlier lines said."""

    def __init__(self, changes: Changes, known: KnownAdults, school: TheSchool, source: str) -> None:
        self._changes, self._known, self._school, self._source = changes, known, school, source
        self._claims: Claims = {}

    def ctf_contacts(self, contacts: Iterable[CtfContact], pupil_id: uuid.UUID, child: str) -> None:
        """The adults of one child of a Common Transfer File; helpers by profession are left out."""
        for contact in contacts:
            name = f"{contact.forename} {contact.surname}".strip()
            relationship = contact.relationship
            if relationship is None or relationship.portal_use is PortalUse.NEVER:
                self._leave_out(relationship, contact.line, name, child)
            else:
                self.propose(from_ctf(contact, relationship), pupil_id, child)

    def row(self, row: ContactRow, pupil: KnownPupil) -> None:
        """One row of the contacts table."""
        proposal = from_row(row)
        if row.relationship.portal_use is PortalUse.NEVER:
            return self._leave_out(row.relationship, row.line, proposal.full_name, pupil.name)
        if row.written_language and proposal.language is None:
            problem = warning(
                N_("The portal does not speak %(language)s yet. This adult's letters will be in English."),
                line=row.line,
                column="written_language",
                language=row.written_language,
            )
            self._changes.note(Fate.REMARK, About.ADULT, row.line, proposal.full_name, pupil.name, problem=problem)
        return self.propose(proposal, pupil.id, pupil.name)

    def _leave_out(self, relationship: Relationship | None, line: int, name: str, child: str) -> None:
        """Notes why an adult is not proposed."""
        message = N_("This adult was left out: the file does not say who they are to the child.")
        if relationship is not None:
            message = N_("This adult was left out: only family and carers can have a place in the portal.")
        self._changes.note(Fate.REMARK, About.ADULT, line, name, child, problem=warning(message, line=line))

    def propose(self, proposal: Proposal, pupil_id: uuid.UUID, child: str) -> None:
        """Compares one adult of one child with what is known, or makes the link, and the person if need be."""
        if len(proposal.full_name) > LONGEST_NAME:
            problem = warning(NAME_TOO_LONG, line=proposal.line, longest=LONGEST_NAME)
            return self._changes.note(Fate.REMARK, About.ADULT, proposal.line, "", child, problem=problem)
        link = self._link(proposal, pupil_id)
        if link is None:
            return self._new_link(proposal, pupil_id, child)
        adult = self._known.adults[link.adult_id]
        found = Weighing(link.id, self._claims, LABELS)
        stored = member(Relationship, link.relationship) or link.relationship
        found.weigh("relationship", stored, proposal.relationship, held=link.decided)
        for name in ("parental_responsibility", "lives_with_pupil"):
            found.weigh(name, getattr(link, name), getattr(proposal, name), held=link.decided)
        if found.values:
            self._changes.alter(PupilContact, link.id, **_plain(found.values))
            self._changes.children.add(pupil_id)
            for name, value in found.values.items():
                setattr(link, name, value)
        self._weigh_adult(proposal, adult, found)
        return self._changes.weighed(found, About.ADULT, proposal.line, adult.full_name, child)

    def _link(self, proposal: Proposal, pupil_id: uuid.UUID) -> KnownLink | None:
        """The link this proposal speaks of: the same name, with the same relationship or the same address."""
        ways = _folded_ways(proposal)
        namesakes = self._known.links.get((pupil_id, folded(proposal.full_name)), ())
        reached = [link for link in namesakes if ways & self._known.adults[link.adult_id].ways.keys()]
        related = [link for link in namesakes if link.relationship == proposal.relationship]
        both = [link for link in related if link in reached]
        return next(iter((*both, *related, *reached)), None)

    def _new_link(self, proposal: Proposal, pupil_id: uuid.UUID, child: str) -> None:
        name = folded(proposal.full_name)
        ways = sorted(_folded_ways(proposal))
        adult_id = next((self._known.by_way[name, way] for way in ways if (name, way) in self._known.by_way), None)
        differences = [Difference(LABELS["relationship"], "", said(proposal.relationship), Shown.WORD)]
        found = Weighing(adult_id, self._claims, LABELS) if adult_id else None
        if adult_id is None:
            adult = self._new_adult(proposal)
        else:
            adult = self._known.adults[adult_id]
            differences.append(Difference(N_("Known already as an adult of another child"), "", said(True), Shown.WORD))
        values: dict[str, Any] = {
            "relationship": proposal.relationship.value,
            "parental_responsibility": proposal.parental_responsibility or YesNo.UNKNOWN,
            "lives_with_pupil": proposal.lives_with_pupil or YesNo.UNKNOWN,
        }
        link_id = self._changes.make(
            PupilContact,
            school_id=self._school.id,
            pupil_id=pupil_id,
            adult_id=adult.id,
            priority=proposal.priority,
            source=self._source,
            **values,
        )
        self._known.add_link(pupil_id, KnownLink(link_id, adult.id, **values, decided=False))
        self._changes.children.add(pupil_id)
        for field in ("relationship", "parental_responsibility", "lives_with_pupil"):
            if getattr(proposal, field) is not None:
                self._claims[(link_id, field)] = getattr(proposal, field)
        entry = Entry(Fate.NEW, About.ADULT, proposal.line, adult.full_name, child, tuple(differences))
        self._changes.entries.append(entry)
        if found:
            self._weigh_adult(proposal, adult, found)
            if found.changed or found.held_back:
                self._changes.weighed(found, About.ADULT, proposal.line, adult.full_name, child)

    def _new_adult(self, proposal: Proposal) -> KnownAdult:
        values: dict[str, Any] = {
            "full_name": proposal.full_name,
            "language": proposal.language or "en",
            "spoken_language": proposal.spoken_language or "",
            "interpreter_needed": proposal.interpreter_needed or False,
        }
        adult_id = self._changes.make(Person, trust_id=self._school.trust_id, **values)
        adult = self._known.adults[adult_id] = KnownAdult(adult_id, **values)
        for name in ("language", "spoken_language", "interpreter_needed"):
            if (value := getattr(proposal, name)) is not None:
                self._claims[(adult_id, name)] = value
        for kind, written in proposal.ways:
            self._add_way(adult, kind, written)
        return adult

    def _add_way(self, adult: KnownAdult, kind: ContactKind, written: str) -> None:
        self._changes.make(ContactPoint, adult_id=adult.id, kind=kind, value=written)
        self._known.add_way(adult, (kind, folded(written)), written)

    def _weigh_adult(self, proposal: Proposal, adult: KnownAdult, found: Weighing) -> None:
        """What the file says of the person, whichever child it says it at."""
        own = Weighing(adult.id, self._claims, LABELS, found.changed, found.held_back)
        for name in ("language", "spoken_language", "interpreter_needed"):
            own.weigh(name, getattr(adult, name), getattr(proposal, name), held=adult.settled)
        for name, value in own.values.items():
            setattr(adult, name, value)
        self._changes.alter(Person, adult.id, **own.values)
        for kind, written in proposal.ways:
            if (kind, folded(written)) not in adult.ways:
                stored = ", ".join(known for (its_kind, _), known in adult.ways.items() if its_kind is kind)
                (found.held_back if adult.settled else found.changed).append(Difference(LABELS[kind], stored, written))
                if not adult.settled:
                    self._add_way(adult, kind, written)


def _folded_ways(proposal: Proposal) -> set[Way]:
    return {(kind, folded(written)) for kind, written in proposal.ways}


def _plain(values: dict[str, object]) -> dict[str, object]:
    return {name: value.value if isinstance(value, Relationship) else value for name, value in values.items()}


def unfit_names(row: ContactRow, pupil: KnownPupil) -> bool:
    """Whether the child's names in the row are not those of the child with this UPN."""
    surname = folded(row.pupil_surname) == folded(pupil.surname)
    return not surname or folded(row.pupil_forename) not in {folded(pupil.forename), folded(pupil.known_as)} - {""}
