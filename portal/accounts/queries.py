"""Who a cookie stands for, and what signing in must look up."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, or_, select

from portal.accounts.models import KeptText, Sitting
from portal.accounts.rules import fast_hash
from portal.kernel import clock
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.people.models import Person, School, StaffRole, TrustRole
from portal.people.rules import Audience, Role

SITTING = (
    select(
        Sitting.id,
        Sitting.audience,
        Sitting.school_id,
        Sitting.own_pupil_id,
        Sitting.holds_own_rights,
        Sitting.seen_at,
        Sitting.idle_minutes,
        Person.id.label("person_id"),
        Person.full_name,
        Person.known_as,
        Person.language,
        Person.trust_id,
        School.name.label("school_name"),
        School.theme,
    )
    .join(Person, Person.id == Sitting.person_id)
    .outerjoin(School, School.id == Sitting.school_id)
    .where(
        Sitting.token_hash == bindparam("token_hash"),
        Sitting.ended_at.is_(None),
        Sitting.ends_at > bindparam("now"),
        Sitting.epoch == Person.epoch,
    )
)
ROLES = select(StaffRole.role).where(
    StaffRole.person_id == bindparam("person_id"),
    StaffRole.school_id == bindparam("school_id"),
    StaffRole.starts_on <= bindparam("today"),
    or_(StaffRole.ends_on.is_(None), StaffRole.ends_on >= bindparam("today")),
)
TRUST_ROLE = select(TrustRole.id).where(TrustRole.person_id == bindparam("person_id"))


def actor_of(session: PortalSession, token: str) -> Actor | None:
    """The actor whose sitting the token opens now, or None: ended, idle too long, rights changed, never known."""
    now = clock.now()
    row = session.execute(SITTING, {"token_hash": fast_hash(token), "now": now}).first()
    if row is None or row.seen_at + timedelta(minutes=row.idle_minutes) < now:
        return None
    roles: frozenset[Role] = frozenset()
    if row.audience == Audience.STAFF:
        roles = live_roles(session, row.person_id, row.school_id, clock.today())
        if not roles:
            return None  # the last role ended: the sitting of yesterday opens nothing today
    if row.audience == Audience.TRUST and session.execute(TRUST_ROLE, {"person_id": row.person_id}).first() is None:
        return None
    return Actor(
        person_id=row.person_id,
        sitting_id=row.id,
        name=row.known_as or row.full_name,
        audience=row.audience,
        language=row.language,
        trust_id=row.trust_id,
        school_id=row.school_id,
        school_name=row.school_name or "",
        theme=row.theme or "",
        roles=roles,
        pupil_id=row.own_pupil_id,
        holds_own_rights=row.holds_own_rights,
        seen_at=row.seen_at,
    )


def live_roles(session: PortalSession, person_id: uuid.UUID, school_id: uuid.UUID, today: date) -> frozenset[Role]:
    """What somebody does at a school on a day."""
    return frozenset(session.scalars(ROLES, {"person_id": person_id, "school_id": school_id, "today": today}))


def person_of_ended_sitting(session: PortalSession, token: str, not_before: datetime) -> uuid.UUID | None:
    """Whose sitting this was, if it ended a short while ago: what was typed there can be given back."""
    row = select(Sitting.person_id).where(Sitting.token_hash == fast_hash(token), Sitting.seen_at > not_before)
    return session.scalars(row).first()


@dataclass(frozen=True, slots=True)
class SchoolName:
    """A school as a pupil chooses it before signing in."""

    school_id: uuid.UUID
    name: str


def schools(session: PortalSession) -> list[SchoolName]:
    """The schools of this installation, by name."""
    return [
        SchoolName(*row) for row in session.execute(select(School.id, School.name).order_by(School.name, School.id))
    ]


@dataclass(frozen=True, slots=True)
class KeptPage:
    """What somebody had typed on one page: the page's path and the fields' words."""

    kept_id: uuid.UUID
    path: str
    kept_at: datetime
    words: tuple[str, ...]


def kept_texts(session: PortalSession, *, person_id: uuid.UUID, not_before: datetime) -> list[KeptPage]:
    """What a person wrote into sittings that had ended, the newest first."""
    rows = session.execute(
        select(KeptText.id, KeptText.path, KeptText.kept_at, KeptText.fields)
        .where(KeptText.person_id == person_id, KeptText.kept_at > not_before)
        .order_by(KeptText.kept_at.desc(), KeptText.id)
    )
    return [KeptPage(row.id, row.path, row.kept_at, tuple(str(words) for words in row.fields.values())) for row in rows]


@dataclass(frozen=True, slots=True)
class Persona:
    """One button of the demo page."""

    slug: str
    person_id: uuid.UUID
    name: str
    audience: Audience
    school_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class PersonaGroup:
    """The personas that come in as families, as pupils, or as staff."""

    audience: Audience
    people: tuple[Persona, ...]


PERSONAS = {
    Audience.FAMILY: ("parent", "second-parent", "parent-of-two", "parent-barred", "parent-other-school"),
    Audience.PUPIL: ("pupil-young", "pupil-older", "young-person"),
    Audience.STAFF: (
        "class-teacher",
        "teaching-assistant",
        "sendco",
        "headteacher",
        "office",
        "supply-teacher",
        "sendco-other-school",
    ),
    Audience.TRUST: ("trust-lead",),
}


def demo_personas(session: PortalSession) -> list[PersonaGroup]:
    """The demo's people in the order of the list above; needs the portal's own scope."""
    people = session.execute(select(Person.demo_slug, Person.id, Person.full_name).where(Person.demo_slug.is_not(None)))
    schools = dict(session.execute(select(StaffRole.person_id, StaffRole.school_id)).all())
    known = {slug: (person_id, name, schools.get(person_id)) for slug, person_id, name in people}
    return [
        PersonaGroup(
            audience,
            tuple(
                Persona(slug, known[slug][0], known[slug][1], audience, known[slug][2])
                for slug in slugs
                if slug in known
            ),
        )
        for audience, slugs in PERSONAS.items()
    ]
