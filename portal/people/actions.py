"""Decisions about adults and children. They hold from the next click on, everywhere."""

import uuid
from datetime import datetime

from sqlalchemy import select

from portal.kernel import audit, outbox
from portal.kernel.errors import Invalid, NotFound, StaleVersion
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_
from portal.people.actions_apart import sync_apart
from portal.people.actor import Actor
from portal.people.models import Person, Pupil, PupilContact, RightsDecision, School
from portal.people.rules import (
    ACCESS_CHANGED,
    OPEN_STATES,
    ContactState,
    LinkDecision,
    PortalAccess,
    Restriction,
    new_state,
)


def check_decision(decision: LinkDecision) -> None:
    """Raises Invalid at the field that does not fit."""
    if decision.restriction != Restriction.NONE:
        if decision.restricted_from is None:
            raise Invalid(N_("Say from which day the order holds."), field="restricted_from")
        if decision.restricted_until and decision.restricted_until < decision.restricted_from:
            raise Invalid(N_("The last day cannot be before the first day."), field="restricted_until")
        if not decision.order_reference:
            raise Invalid(N_("Say which order you have seen: court, date or number."), field="order_reference")


def decide_link(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    contact_id: uuid.UUID,
    version: int,
    decision: LinkDecision,
    now: datetime,
) -> None:
    """Records the decision and ends every sitting of that adult, so that it holds at once.

    Raises Invalid, NotFound, and StaleVersion when somebody decided in the meantime.
    """
    check_decision(decision)
    contact = session.scalars(
        select(PupilContact).where(PupilContact.id == contact_id, PupilContact.pupil_id == pupil_id)
    ).first()
    if contact is None:
        raise NotFound
    if contact.version != version:
        raise StaleVersion
    order, before = decision.restriction != Restriction.NONE, _opens(contact)
    contact.relationship = decision.relationship
    contact.parental_responsibility = decision.parental_responsibility
    contact.lives_with_pupil = decision.lives_with_pupil
    contact.state = new_state(contact.state, decision)
    contact.access = decision.access
    contact.restriction = decision.restriction
    contact.restricted_from = decision.restricted_from if order else None
    contact.restricted_until = decision.restricted_until if order else None
    contact.order_reference = decision.order_reference if order else ""
    contact.order_seen_by = actor.person_id if order else None
    contact.decided_by = actor.person_id
    contact.decided_at = now
    session.flush()
    sync_apart(session, [pupil_id])
    _end_sittings(session, contact.adult_id)
    _tell(session, contact, before, now)
    audit.record(
        session,
        "decided who may see a child",
        now=now,
        actor_id=actor.person_id,
        school_id=actor.school_id,
        subject_id=contact.adult_id,
        pupil_id=pupil_id,
        access=decision.access.value,
        restriction=decision.restriction.value,
    )


def _tell(session: PortalSession, contact: PupilContact, before: PortalAccess, now: datetime) -> None:
    """Whoever uses the portal is told that it opens more or less than before, never that it closes."""
    if contact.state == ContactState.ACTIVE and _opens(contact) not in (before, PortalAccess.NONE):
        outbox.post(
            session,
            ACCESS_CHANGED,
            event_key=f"{contact.id}:{contact.version}",
            person_id=contact.adult_id,
            pupil_id=contact.pupil_id,
            now=now,
        )


def _opens(contact: PupilContact) -> PortalAccess:
    """What the link opens. An order closes it from the moment it is written down, so that nobody under one is told."""
    closed = contact.restriction != Restriction.NONE or contact.state not in OPEN_STATES
    return PortalAccess.NONE if closed else contact.access


def _end_sittings(session: PortalSession, person_id: uuid.UUID) -> None:
    session.get_one(Person, person_id).epoch += 1
    session.flush()


def add_adult(
    session: PortalSession,
    *,
    actor: Actor,
    pupil_id: uuid.UUID,
    full_name: str,
    relationship: str,
    language: str,
    now: datetime,
) -> uuid.UUID:
    """Adds an adult the school knows of, as a link waiting for a decision; returns the link's id.

    Two clicks add one adult: the same name, waiting already for the same child, is the same form sent again.
    """
    # held, so that two clicks come one after the other
    pupil = session.scalars(select(Pupil).where(Pupil.id == pupil_id).with_for_update(key_share=True, of=Pupil)).first()
    if pupil is None:
        raise NotFound
    known = _waiting(session, pupil_id, relationship, full_name)
    if known is not None:
        return known
    person = Person(trust_id=actor.trust_id, full_name=full_name, language=language)
    session.add(person)
    session.flush()
    contact = PupilContact(
        school_id=pupil.school_id,
        pupil_id=pupil.id,
        adult_id=person.id,
        relationship=relationship,
        state=ContactState.PROPOSED,
    )
    session.add(contact)
    session.flush()
    sync_apart(session, [pupil.id])
    audit.record(
        session,
        "added an adult",
        now=now,
        actor_id=actor.person_id,
        school_id=pupil.school_id,
        subject_id=person.id,
        pupil_id=pupil.id,
    )
    return contact.id


def _waiting(session: PortalSession, pupil_id: uuid.UUID, relationship: str, full_name: str) -> uuid.UUID | None:
    return session.scalars(
        select(PupilContact.id)
        .join(Person, Person.id == PupilContact.adult_id)
        .where(
            PupilContact.pupil_id == pupil_id,
            PupilContact.state == ContactState.PROPOSED,
            PupilContact.relationship == relationship,
            Person.full_name == full_name,
        )
        .order_by(PupilContact.id)
    ).first()


def choose_sharing(session: PortalSession, *, actor: Actor, shares: bool, now: datetime) -> None:
    """A young person decides whether their parents go on reading; effective at once, changeable at any time."""
    pupil = session.scalars(select(Pupil).where(Pupil.id == actor.pupil_id)).first()
    if pupil is None or not actor.holds_own_rights:
        raise NotFound
    pupil.shares_with_parents = shares
    session.add(
        RightsDecision(
            school_id=pupil.school_id,
            pupil_id=pupil.id,
            decided_at=now,
            decided_by=actor.person_id,
            basis="age",
            shares_with_parents=shares,
        )
    )
    audit.record(
        session,
        "chose who may read",
        now=now,
        actor_id=actor.person_id,
        school_id=pupil.school_id,
        pupil_id=pupil.id,
        shares=shares,
    )
    session.flush()


def change_school(session: PortalSession, *, actor: Actor, now: datetime, **facts: str | float | None) -> None:
    """Changes the words and habits of the actor's own school."""
    school = session.get_one(School, actor.school_id)
    for name, value in facts.items():
        setattr(school, name, value)
    audit.record(session, "changed the school's settings", now=now, actor_id=actor.person_id, school_id=school.id)
    session.flush()
