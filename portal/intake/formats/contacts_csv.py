"""The school's own list of each child's adults, with what the Common Transfer File leaves out: languages."""

from collections.abc import Iterator
from dataclasses import dataclass

from portal.intake.codes import Relationship, language_named, member
from portal.intake.formats.source import Source
from portal.intake.formats.tables import Columns, Reading, Row, read_table, reading
from portal.intake.formats.text import Findings, number_to_99
from portal.intake.rules import Problem, can_receive_texts, email, phone, refused, shown, warning
from portal.kernel.words import N_

COLUMNS = Columns(
    names=(
        "upn",
        "pupil_surname",
        "pupil_forename",
        "title",
        "adult_forename",
        "adult_surname",
        "relationship",
        "parental_responsibility",
        "lives_with_pupil",
        "priority",
        "email",
        "mobile",
        "spoken_language",
        "written_language",
        "interpreter",
    ),
    needed=frozenset(("upn", "pupil_surname", "pupil_forename", "adult_forename", "adult_surname", "relationship")),
)
EXAMPLE = {
    "pupil_surname": "Example",
    "pupil_forename": "Sam",
    "title": "Ms",
    "adult_forename": "Alex",
    "adult_surname": "Example",
    "relationship": "PAM",
    "parental_responsibility": "yes",
    "lives_with_pupil": "yes",
    "priority": "1",
    "email": "alex@example.org",
    "mobile": "07700 900123",
    "spoken_language": "Urdu",
    "written_language": "English",
    "interpreter": "no",
}
_ANSWERS = {"yes": True, "y": True, "true": True, "1": True, "no": False, "n": False, "false": False, "0": False}
_UNKNOWN = ("", "unknown", "not known", "?")
_WORDS = {label.label.casefold(): label for label in Relationship} | {
    "mum": Relationship.MOTHER,
    "dad": Relationship.FATHER,
    "step-mother": Relationship.STEPMOTHER,
    "step-father": Relationship.STEPFATHER,
}


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One adult of one child: a proposal. None means that the file does not say.

    The pupil's names are for a check against the child with this UPN, never to find a child by.
    """

    line: int
    upn: str
    pupil_surname: str
    pupil_forename: str
    title: str
    adult_forename: str
    adult_surname: str
    relationship: Relationship
    parental_responsibility: bool | None
    lives_with_pupil: bool | None
    priority: int | None
    email: str | None
    mobile: str | None
    spoken_language: str | None
    written_language: str | None
    interpreter: bool | None


def read_contacts(source: Source) -> Reading[ContactRow]:
    """All rows or none. Languages are BCP 47 tags, mobiles +44…; an unknown language is left out with a warning."""
    table = read_table(source, COLUMNS)
    contacts, problems = list[ContactRow](), list[Problem]()
    for row in table.rows:
        found = Findings(row.line)
        contacts.append(_contact(row, found))
        problems.extend(found.problems)
    return reading(table, contacts, (*problems, *_clashes(contacts), *_shared_addresses(contacts)))


def _contact(row: Row, found: Findings) -> ContactRow:
    cells = row.cells
    if not cells["adult_forename"].strip() and not cells["adult_surname"].strip():
        found.refuse(N_("The adult has no name."), "adult_surname")
    return ContactRow(
        line=row.line,
        upn=found.upn(cells["upn"], "upn"),
        pupil_surname=found.single_line(cells["pupil_surname"], "pupil_surname"),
        pupil_forename=found.single_line(cells["pupil_forename"], "pupil_forename"),
        title=found.single_line(cells["title"], "title"),
        adult_forename=found.single_line(cells["adult_forename"], "adult_forename"),
        adult_surname=found.single_line(cells["adult_surname"], "adult_surname"),
        relationship=_relationship(cells["relationship"].strip(), found),
        parental_responsibility=_answer(cells["parental_responsibility"], "parental_responsibility", found),
        lives_with_pupil=_answer(cells["lives_with_pupil"], "lives_with_pupil", found),
        priority=_priority(cells["priority"].strip(), found),
        email=_email(cells["email"].strip(), found),
        mobile=_mobile(cells["mobile"].strip(), found),
        spoken_language=_language(cells["spoken_language"].strip(), "spoken_language", found),
        written_language=_language(cells["written_language"].strip(), "written_language", found),
        interpreter=_answer(cells["interpreter"], "interpreter", found),
    )


def _relationship(text: str, found: Findings) -> Relationship:
    if known := member(Relationship, text.upper()) or _WORDS.get(text.casefold()):
        return known
    found.refuse(
        N_("“%(value)s” is not a relationship we know. Write a code, such as PAM or PAF, or a word, such as Mother."),
        "relationship",
        value=shown(text),
    )
    return Relationship.OTHER


def _answer(text: str, column: str, found: Findings) -> bool | None:
    word = text.strip().casefold()
    if word not in _ANSWERS and word not in _UNKNOWN:
        found.refuse(N_("“%(value)s” is not an answer. Write yes, no or unknown."), column, value=shown(text))
    return _ANSWERS.get(word)


def _priority(text: str, found: Findings) -> int | None:
    number = number_to_99(text)
    if text and number is None:
        found.refuse(N_("“%(value)s” is not a number from 1 to 99."), "priority", value=shown(text))
    return number


def _email(text: str, found: Findings) -> str | None:
    address = email(text)
    if text and not address:
        found.refuse(N_("“%(value)s” is not an e-mail address."), "email", value=shown(text))
    return address


def _mobile(text: str, found: Findings) -> str | None:
    number = phone(text) if text else None
    if text and not number:
        found.refuse(N_("“%(value)s” is not a phone number."), "mobile", value=shown(text))
    elif number and not can_receive_texts(number):
        found.refuse(
            N_("%(value)s is not a mobile number, so it cannot get text messages."), "mobile", value=shown(text)
        )
    return number


def _language(text: str, column: str, found: Findings) -> str | None:
    tag = language_named(text)
    if text and not tag:
        found.warn(
            N_("We do not know the language “%(value)s”. It was left out. Ask the family."), column, value=shown(text)
        )
    return tag


def _clashes(contacts: list[ContactRow]) -> Iterator[Problem]:
    """Rows that cannot both be meant: one UPN with two names, or one adult twice for one child."""
    children, adults = dict[str, ContactRow](), dict[tuple[str, ...], ContactRow]()
    for contact in contacts:
        child = children.setdefault(contact.upn, contact)
        if _pupil(child) != _pupil(contact):
            message = N_("Line %(other)s has the same UPN with the name of another child.")
            yield refused(message, line=contact.line, column="upn", other=child.line)
        adult = adults.setdefault((contact.upn, *_adult(contact), contact.email or "", contact.mobile or ""), contact)
        if adult is not contact:
            message = N_("Line %(other)s has the same adult for the same child.")
            yield refused(message, line=contact.line, column="adult_surname", other=adult.line)


def _shared_addresses(contacts: list[ContactRow]) -> Iterator[Problem]:
    """One address for two adults: allowed in a file, yet neither can then have a private way in through it."""
    for column in ("email", "mobile"):
        first = dict[str, ContactRow]()
        for contact in contacts:
            address = getattr(contact, column)
            if address and _adult(first.setdefault(address.casefold(), contact)) != _adult(contact):
                message = N_("Line %(other)s gives the same address or number to another adult. Each needs their own.")
                other = first[address.casefold()].line
                yield warning(message, line=contact.line, column=column, other=other)


def _pupil(contact: ContactRow) -> tuple[str, str]:
    return contact.pupil_surname.casefold(), contact.pupil_forename.casefold()


def _adult(contact: ContactRow) -> tuple[str, str]:
    return contact.adult_surname.casefold(), contact.adult_forename.casefold()
