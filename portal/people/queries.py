"""Adults and the children they may see, as staff with that duty read them."""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, func, select

from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.people.models import ContactPoint, Person, Pupil, PupilContact, School, SchoolClass
from portal.people.rules import (
    ContactKind,
    ContactState,
    LinkDecision,
    LinkFacts,
    PortalAccess,
    Restriction,
    YesNo,
    link_is_open,
    new_state,
)

PAGE = 50
RIGHTS = ("rights_pass_on", "rights_stay_with_parents", "shares_with_parents", "left_on")


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """One adult and one child, in a list for staff."""

    contact_id: uuid.UUID
    pupil_id: uuid.UUID
    adult_id: uuid.UUID
    adult_name: str
    pupil_name: str
    class_name: str
    relationship: str
    parental_responsibility: YesNo
    state: ContactState
    access: PortalAccess
    restriction: Restriction
    language: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class LinkList:
    """A page of links, and how many there are in all."""

    rows: tuple[LinkRow, ...]
    total: int
    waiting: int
    page: int
    pages: int


LINKS = (
    select(
        PupilContact.id,
        PupilContact.pupil_id,
        PupilContact.adult_id,
        Person.full_name.label("adult_name"),
        Person.language,
        Pupil.forename,
        Pupil.surname,
        Pupil.known_as,
        SchoolClass.name.label("class_name"),
        PupilContact.relationship,
        PupilContact.parental_responsibility,
        PupilContact.state,
        PupilContact.access,
        PupilContact.restriction,
        PupilContact.restricted_from,
        Pupil.rights_pass_on,
        Pupil.rights_stay_with_parents,
        Pupil.shares_with_parents,
        Pupil.left_on,
    )
    .join(Person, Person.id == PupilContact.adult_id)
    .join(Pupil, Pupil.id == PupilContact.pupil_id)
    .outerjoin(SchoolClass, SchoolClass.id == Pupil.class_id)
    .where(Pupil.school_id == bindparam("school_id"))
)
ORDER = (
    *SchoolClass.in_order(),
    *(Pupil.surname, Pupil.forename, PupilContact.priority, Person.full_name, PupilContact.id),
)


def _link_row(row: object, today: date) -> LinkRow:
    values = row._asdict()  # type: ignore[attr-defined]
    facts = {name: values.pop(name) for name in RIGHTS}
    restricted_from = values.pop("restricted_from")
    forename, surname, known_as = values.pop("forename"), values.pop("surname"), values.pop("known_as")
    link = LinkFacts(
        access=values["access"],
        state=values["state"],
        restriction=values["restriction"],
        restricted_from=restricted_from,
        **facts,
    )
    values["class_name"] = values["class_name"] or ""
    return LinkRow(
        contact_id=values.pop("id"),
        pupil_name=f"{known_as or forename} {surname}",
        is_open=link_is_open(link, today),
        **values,
    )


def links(session: PortalSession, *, viewer: Actor, today: date, waiting_only: bool, page: int = 1) -> LinkList:
    """The adults of the school's children, those waiting for a decision first if asked for; 3 statements."""
    given = {"school_id": viewer.school_id}
    chosen = LINKS.where(PupilContact.state == ContactState.PROPOSED) if waiting_only else LINKS
    counts = session.execute(
        select(PupilContact.state, func.count())
        .where(PupilContact.school_id == viewer.school_id)
        .group_by(PupilContact.state)
    )
    by_state = {state: number for state, number in counts}
    waiting = by_state.get(ContactState.PROPOSED, 0)
    total = waiting if waiting_only else sum(by_state.values())
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    rows = session.execute(chosen.order_by(*ORDER).limit(PAGE).offset((page - 1) * PAGE), given).all()
    return LinkList(tuple(_link_row(row, today) for row in rows), total, waiting, page, pages)


@dataclass(frozen=True, slots=True)
class ContactLine:
    """How one adult can be reached."""

    kind: ContactKind
    value: str
    verified: bool


@dataclass(frozen=True, slots=True)
class AdultsPage:
    """Everybody linked to one child."""

    pupil_id: uuid.UUID
    pupil_name: str
    rows: tuple[LinkRow, ...]


def adults_of(session: PortalSession, *, viewer: Actor, pupil_id: uuid.UUID, today: date) -> AdultsPage:
    """The adults of one child. Raises NotFound outside the viewer's scope."""
    pupil = session.execute(select(Pupil.forename, Pupil.surname, Pupil.known_as).where(Pupil.id == pupil_id)).first()
    if pupil is None:
        raise NotFound
    rows = session.execute(LINKS.where(Pupil.id == pupil_id).order_by(*ORDER), {"school_id": viewer.school_id}).all()
    name = f"{pupil.known_as or pupil.forename} {pupil.surname}"
    return AdultsPage(pupil_id, name, tuple(_link_row(row, today) for row in rows))


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPage:
    """One link with all its facts, for the decision."""

    link: LinkRow
    lives_with_pupil: YesNo
    priority: int
    restricted_from: date | None
    restricted_until: date | None
    order_reference: str
    order_seen_by: str
    decided_by: str
    version: int
    reach: tuple[ContactLine, ...]
    other_children: tuple[str, ...]
    rights_with_young_person: bool
    rights: dict[str, Any]


def link_page(
    session: PortalSession, *, viewer: Actor, pupil_id: uuid.UUID, contact_id: uuid.UUID, today: date
) -> LinkPage:
    """One adult and one child in full. Raises NotFound outside the viewer's scope."""
    given = {"school_id": viewer.school_id}
    row = session.execute(LINKS.where(PupilContact.id == contact_id, Pupil.id == pupil_id), given).first()
    contact = session.scalars(
        select(PupilContact).where(PupilContact.id == contact_id, PupilContact.pupil_id == pupil_id)
    ).first()
    if row is None or contact is None:
        raise NotFound
    reach = session.execute(
        select(ContactPoint.kind, ContactPoint.value, ContactPoint.verified_at)
        .where(ContactPoint.adult_id == contact.adult_id)
        .order_by(ContactPoint.kind, ContactPoint.value)
    )
    others = session.execute(
        LINKS.where(PupilContact.adult_id == contact.adult_id, PupilContact.id != contact_id).order_by(*ORDER), given
    ).all()
    names = _names(session, {contact.order_seen_by, contact.decided_by} - {None})
    link = _link_row(row, today)
    return LinkPage(
        link=link,
        lives_with_pupil=contact.lives_with_pupil,
        priority=contact.priority,
        restricted_from=contact.restricted_from,
        restricted_until=contact.restricted_until,
        order_reference=contact.order_reference,
        order_seen_by=names.get(contact.order_seen_by, ""),
        decided_by=names.get(contact.decided_by, ""),
        version=contact.version,
        reach=tuple(ContactLine(kind, value, verified is not None) for kind, value, verified in reach),
        other_children=tuple(other.pupil_name for other in (_link_row(r, today) for r in others) if other.is_open),
        rights_with_young_person=row.rights_pass_on <= today and not row.rights_stay_with_parents,
        rights={name: getattr(row, name) for name in RIGHTS},
    )


def _names(session: PortalSession, people: set[uuid.UUID | None]) -> dict[uuid.UUID | None, str]:
    found = session.execute(select(Person.id, Person.full_name).where(Person.id.in_(people)))
    return {key: name for key, name in found}


@dataclass(frozen=True, slots=True)
class RightsPage:
    """What a young person sees about their own rights: since when, and what they chose."""

    pupil_id: uuid.UUID
    since: date
    shares: bool


def rights_page(session: PortalSession, *, pupil_id: uuid.UUID) -> RightsPage:
    """The young person's choice."""
    pupil = session.execute(select(Pupil.rights_pass_on, Pupil.shares_with_parents).where(Pupil.id == pupil_id)).one()
    return RightsPage(pupil_id, pupil.rights_pass_on, pupil.shares_with_parents)


@dataclass(frozen=True, slots=True)
class SchoolFacts:
    """The words and habits of one school that staff may change."""

    name: str
    phone: str
    email: str
    address: str
    theme: str
    sendco_word: str
    plan_name: str
    reviews_a_year: int
    slot_minutes: int
    latitude: float | None
    longitude: float | None

    @property
    def point(self) -> str:
        """Where the school is, as a map on the web writes it."""
        return "" if self.latitude is None else f"{self.latitude:g}, {self.longitude:g}"


def school_facts(session: PortalSession, *, school_id: uuid.UUID) -> SchoolFacts:
    """The settings of a school. Raises NotFound."""
    row = session.execute(
        select(
            School.name,
            School.phone,
            School.email,
            School.address,
            School.theme,
            School.sendco_word,
            School.plan_name,
            School.reviews_a_year,
            School.slot_minutes,
            School.latitude,
            School.longitude,
        ).where(School.id == school_id)
    ).first()
    if row is None:
        raise NotFound
    return SchoolFacts(*row)


@dataclass(frozen=True, slots=True)
class Effect:
    """What an adult would see after a decision, and whether that differs from now."""

    opens: bool
    was_open: bool
    other_children: tuple[str, ...]
    rights_with_young_person: bool


def effect_of(page: LinkPage, decision: LinkDecision, today: date) -> Effect:
    """The rehearsal: the rule of the fence itself, applied to the decision before it is saved."""
    link = LinkFacts(
        access=decision.access,
        state=new_state(page.link.state, decision),
        restriction=decision.restriction,
        restricted_from=decision.restricted_from,
        **page.rights,
    )
    return Effect(link_is_open(link, today), page.link.is_open, page.other_children, page.rights_with_young_person)
