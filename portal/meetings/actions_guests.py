"""Who else is invited: by school for everybody to see, by one adult of the family for staff alone; and the link that
shows a guest one meeting and nothing else."""

import uuid
from datetime import datetime

from sqlalchemy import func, select

from portal.accounts.rules import fast_hash, token
from portal.kernel import audit
from portal.kernel.clock import LONDON
from portal.kernel.errors import Conflict, Invalid, NotFound
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_
from portal.meetings.models import Guest
from portal.meetings.rules import Answer, Basis
from portal.meetings.rules_annual import GUEST_ANSWERS, OWN_GUESTS, GuestFacts, check_may_go, link_ends_on
from portal.meetings.rules_booking import ReadOnlyLink, ReviewOver
from portal.people.actor import Actor
from portal.people.models import PupilContact
from portal.people.rules import Audience, PortalAccess
from portal.reviews.models import Review
from portal.reviews.rules import BEFORE_THE_MEETING

Place = tuple[uuid.UUID, uuid.UUID]  # pupil and review


def add_guest(session: PortalSession, *, actor: Actor, place: Place, facts: GuestFacts, now: datetime) -> uuid.UUID:
    """Staff write somebody down, seen by every adult of the child. Raises Invalid at `name`, Conflict, NotFound."""
    review = _review(session, place)
    guest = _new(review, actor, facts.basis, facts.name, now)
    _fill(guest, facts)
    session.add(guest)
    _record(session, "invited a guest", guest, actor, now)
    return guest.id


def change_guest(
    session: PortalSession, *, actor: Actor, place: Place, guest_id: uuid.UUID, facts: GuestFacts, now: datetime
) -> None:
    """Staff correct a guest, or note when advice was asked for and came. Raises Invalid at a field, NotFound."""
    review = _review(session, place)
    guest = _guest(session, place, guest_id)
    if facts.basis != guest.basis:
        check_may_go(guest.basis, _other_bases(session, guest), review.stage)
    _fill(guest, facts)
    _record(session, "changed a guest", guest, actor, now)


def remove_guest(session: PortalSession, *, actor: Actor, place: Place, guest_id: uuid.UUID, now: datetime) -> None:
    """Takes a guest off the list and their link with them. Raises Conflict for the last one of a kind that the law
    names, once the date is announced; NotFound."""
    review = _review(session, place)
    guest = _guest(session, place, guest_id)
    check_may_go(guest.basis, _other_bases(session, guest), review.stage)
    _record(session, "removed a guest", guest, actor, now)
    session.delete(guest)
    session.flush()


def name_own_guest(
    session: PortalSession, *, actor: Actor, place: Place, name: str, works_as: str, now: datetime
) -> uuid.UUID:
    """An adult of the family, or the young person, names somebody: only they and staff will see it.

    Raises Invalid at `name`, ReadOnlyLink for an adult who may only read, Conflict, NotFound.
    """
    review = _review(session, place)
    _check_takes_part(session, actor, place[0])
    mine = (
        select(func.count()).select_from(Guest).where(Guest.review_id == review.id, Guest.adult_id == actor.person_id)
    )
    if (session.scalar(mine) or 0) >= OWN_GUESTS:
        raise Conflict(N_("You have named many people already. Please talk to school about more."))
    basis = Basis.PUPIL if actor.audience == Audience.PUPIL else Basis.FAMILY
    guest = _new(review, actor, basis, name, now)
    guest.adult_id, guest.works_as = actor.person_id, works_as
    session.add(guest)
    _record(session, "named a guest", guest, actor, now)
    return guest.id


def remove_own_guest(session: PortalSession, *, actor: Actor, place: Place, guest_id: uuid.UUID, now: datetime) -> None:
    """Takes an own guest back. Raises NotFound for anybody else's, ReadOnlyLink, Conflict."""
    _review(session, place)
    _check_takes_part(session, actor, place[0])
    guest = _guest(session, place, guest_id)
    if guest.adult_id != actor.person_id:
        raise NotFound
    _record(session, "took a guest back", guest, actor, now)
    session.delete(guest)
    session.flush()


def make_link(session: PortalSession, *, actor: Actor, place: Place, guest_id: uuid.UUID, now: datetime) -> str:
    """A new secret of 256 bits for one guest, until the day after the meeting; an earlier link stops working. Raises
    Conflict while no day is set, NotFound."""
    review = _review(session, place)
    guest = _guest(session, place, guest_id)
    if review.meets_at is None:
        raise Conflict(N_("Set the day and time of the meeting first."))
    secret = token()
    guest.link_hash = fast_hash(secret)
    guest.link_ends_on = link_ends_on(review.meets_at.astimezone(LONDON).date())
    _record(session, "made a guest link", guest, actor, now)
    return secret


def stop_link(session: PortalSession, *, actor: Actor, place: Place, guest_id: uuid.UUID, now: datetime) -> None:
    """From the next click on the link leads nowhere."""
    guest = _guest(session, place, guest_id)
    guest.link_hash = guest.link_ends_on = None
    _record(session, "stopped a guest link", guest, actor, now)


def answer_as_guest(session: PortalSession, *, guest_id: uuid.UUID, answer: str, now: datetime) -> None:
    """Whoever holds the link says whether they come. Needs the portal's own scope. Raises Invalid at `answer`."""
    if answer not in GUEST_ANSWERS:
        raise Invalid(N_("Choose one of the answers."), field="answer")
    guest = session.get_one(Guest, guest_id)
    guest.answer = Answer(answer)
    audit.record(
        session,
        "guest answered",
        now=now,
        actor_id=None,
        school_id=guest.school_id,
        subject_id=guest.id,
        pupil_id=guest.pupil_id,
        answer=answer,
    )
    session.flush()


def _new(review: Review, actor: Actor, basis: Basis, name: str, now: datetime) -> Guest:
    _check_name(name)
    return Guest(
        id=uuid.uuid4(),
        school_id=review.school_id,
        pupil_id=review.pupil_id,
        review_id=review.id,
        basis=basis,
        name=name,
        invited_by=actor.person_id,
        invited_at=now,
    )


def _fill(guest: Guest, facts: GuestFacts) -> None:
    _check_name(facts.name)
    asked, received = facts.advice_asked_on, facts.advice_received_on
    if asked and received and received < asked:
        raise Invalid(N_("Advice cannot come before it was asked for."), field="advice_received_on")
    if facts.email and "@" not in facts.email:
        raise Invalid(N_("This is not an e-mail address."), field="email")
    guest.basis, guest.name = facts.basis, facts.name
    guest.works_as, guest.organisation, guest.email = facts.works_as, facts.organisation, facts.email
    guest.advice_asked_on, guest.advice_received_on = asked, received


def _check_name(name: str) -> None:
    if not name:
        raise Invalid(N_("Write the name. If you do not know it yet, write what this person does."), field="name")


def _check_takes_part(session: PortalSession, actor: Actor, pupil_id: uuid.UUID) -> None:
    if actor.audience == Audience.PUPIL:
        return  # the gate lets in only those whose rights are their own
    access = select(PupilContact.access).where(
        PupilContact.pupil_id == pupil_id, PupilContact.adult_id == actor.person_id
    )
    if session.scalars(access).first() != PortalAccess.CONTRIBUTE:
        raise ReadOnlyLink


def _review(session: PortalSession, place: Place) -> Review:
    pupil_id, review_id = place
    review = session.scalars(select(Review).where(Review.pupil_id == pupil_id, Review.id == review_id)).first()
    if review is None:
        raise NotFound
    if review.stage not in BEFORE_THE_MEETING:
        raise ReviewOver
    return review


def _guest(session: PortalSession, place: Place, guest_id: uuid.UUID) -> Guest:
    pupil_id, review_id = place
    guest = session.scalars(
        select(Guest).where(Guest.pupil_id == pupil_id, Guest.review_id == review_id, Guest.id == guest_id)
    ).first()
    if guest is None:
        raise NotFound
    return guest


def _other_bases(session: PortalSession, guest: Guest) -> set[Basis]:
    return set(session.scalars(select(Guest.basis).where(Guest.review_id == guest.review_id, Guest.id != guest.id)))


def _record(session: PortalSession, action: str, guest: Guest, actor: Actor, now: datetime) -> None:
    audit.record(
        session,
        action,
        now=now,
        actor_id=actor.person_id,
        school_id=guest.school_id,
        subject_id=guest.id,
        pupil_id=guest.pupil_id,
        basis=guest.basis.value,
    )
    session.flush()
