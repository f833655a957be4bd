"""The adults and the address in a Common Transfer File: proposals for staff, who decide what each adult may see."""

from collections.abc import Iterator
from dataclasses import dataclass

from portal.intake.codes import Relationship, member
from portal.intake.formats.elements import Node
from portal.intake.formats.text import Findings, number_to_99
from portal.intake.rules import any_refused, email, phone, postcode, shown
from portal.kernel.words import N_

_ADDRESS_LINES = tuple(f"AddressLine{number}" for number in range(1, 6))


@dataclass(frozen=True, slots=True)
class CtfAddress:
    """`lines` from the house to the town, without the postcode."""

    lines: tuple[str, ...]
    postcode: str | None


@dataclass(frozen=True, slots=True)
class CtfPhone:
    """`kind` is the file's letter: M mobile, H home, W work, A other, F fax, D minicom. `number` is +44…."""

    kind: str
    number: str


@dataclass(frozen=True, slots=True)
class CtfContact:
    """A proposal only. `responsibility` is None where the file does not say."""

    line: int
    order: int
    title: str
    surname: str
    forename: str
    relationship: Relationship | None
    responsibility: bool | None
    address_as_pupil: bool
    address: CtfAddress | None
    phones: tuple[CtfPhone, ...]
    email: str | None


def read_address(node: Node, found: Findings) -> CtfAddress | None:
    """An `Address` of either kind, BS 7666 or plain lines; None when it is empty or only points to the pupil's."""
    part, bs, plain = Findings(node.line), node.first("BS7666Address"), node.first("AddressLines")
    street = " ".join((bs.said("PAON"), bs.said("Street")))
    town = (bs.said(tag) for tag in ("Locality", "Town", "AdministrativeArea", "PostTown"))
    written = (bs.said("SAON"), street, *town, *(plain.said(tag) for tag in _ADDRESS_LINES), node.said("County"))
    lines = tuple(dict.fromkeys(line for text in written if (line := part.single_line(text, "Address"))))
    code = node.said("PostCode")
    if code and not postcode(code):
        part.warn(N_("“%(value)s” is not a British postcode. It was left out."), "PostCode", value=shown(code))
    found.take_over(part, N_("Part of this address was left out."))
    return CtfAddress(lines, postcode(code)) if lines or postcode(code) else None


def read_contacts(pupil: Node, found: Findings) -> Iterator[CtfContact]:
    """The adults of a `Pupil` in the order of the file; one without a usable name is left out with a warning."""
    for position, node in enumerate(pupil.each("Contacts", "Contact"), 1):
        part = Findings(node.line)
        title, surname, forename = (
            part.single_line(node.said(tag), tag, line=node.first(tag).line) for tag in ("Title", "Surname", "Forename")
        )
        if not surname and not forename and not part.problems:
            part.refuse(N_("The contact has no name."), "Surname")
        if not any_refused(part.problems):
            yield CtfContact(
                line=node.line,
                order=number_to_99(node.said("Order")) or position,
                title=title,
                surname=surname,
                forename=forename,
                relationship=_relationship(node.first("Relationship"), part),
                responsibility=part.boolean(
                    node.said("Responsibility"), "Responsibility", node.first("Responsibility").line
                ),
                address_as_pupil=part.boolean(node.said("Address", "AddressAsPupil"), "AddressAsPupil") or False,
                address=read_address(node.first("Address"), part),
                phones=tuple(_phones(node, part)),
                email=_email(node.first("Email"), part),
            )
        found.take_over(part, N_("This contact was left out."))


def _relationship(node: Node, found: Findings) -> Relationship | None:
    code = node.text.strip().upper()
    known = member(Relationship, code)
    if code and not known:
        found.unknown_code(code, node.tag, node.line)
    return known


def _phones(contact: Node, found: Findings) -> Iterator[CtfPhone]:
    for node in contact.each("Phones", "Phone"):
        text = node.said("PhoneNo")
        if number := phone(text):
            yield CtfPhone(shown(node.said("TelephoneType").upper(), 4), number)
        elif text:
            found.warn(
                N_("“%(value)s” is not a phone number. It was left out."), "PhoneNo", node.line, value=shown(text)
            )


def _email(node: Node, found: Findings) -> str | None:
    address, text = email(node.text), node.text.strip()
    if text and not address:
        found.warn(N_("“%(value)s” is not an e-mail address. It was left out."), "Email", node.line, value=shown(text))
    return address
