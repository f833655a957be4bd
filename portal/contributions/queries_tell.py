"""Whom a child tells, when it will be read, and what waits for an adult who was told."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, case, or_, select

from portal.contributions.models import Disclosure
from portal.contributions.rules import Feeling
from portal.contributions.rules_tell import LEADS, TELL, read_on, was_cut
from portal.kernel.clock import LONDON
from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.people.models import Person, Pupil, School, SchoolClass, StaffRole
from portal.people.rules import Role, Skin, skin_for
from portal.reviews.queries_calendar import calendar_of

WORKS_TODAY = and_(
    StaffRole.starts_on <= bindparam("today"), or_(StaffRole.ends_on.is_(None), StaffRole.ends_on >= bindparam("today"))
)
_IS_LEAD = and_(StaffRole.person_id == School.safeguarding_lead_id, StaffRole.role.in_(LEADS))
_TEACHES = and_(StaffRole.class_id == Pupil.class_id, StaffRole.role == Role.CLASS_TEACHER)
WHOM = (
    select(
        *(Pupil.school_id, Pupil.nc_year, School.name.label("school"), School.theme, School.phone),
        *(School.safeguarding_words, StaffRole.person_id, StaffRole.role, Person.known_as, Person.full_name),
    )
    .select_from(Pupil)
    .join(School, School.id == Pupil.school_id)
    .outerjoin(StaffRole, and_(StaffRole.school_id == School.id, or_(_TEACHES, StaffRole.role.in_(LEADS)), WORKS_TODAY))
    .outerjoin(Person, Person.id == StaffRole.person_id)
    .where(Pupil.id == bindparam("pupil_id"))
    .order_by(
        case((_IS_LEAD, 0), (_TEACHES, 1), (StaffRole.role == Role.SENDCO, 2), else_=3),
        Person.full_name,
        StaffRole.id,
    )
)
LAST = (
    select(Disclosure.seen_at, Person.known_as, Person.full_name)
    .join(Person, Person.id == Disclosure.one_adult_id)
    .where(
        Disclosure.pupil_id == bindparam("pupil_id"),
        Disclosure.author_id == bindparam("me"),
        Disclosure.said_at >= bindparam("since"),
    )
    .order_by(Disclosure.said_at.desc(), Disclosure.id)
    .limit(1)
)
_CHILD = (
    *(Disclosure.id, Disclosure.pupil_id, Disclosure.said_at, Disclosure.seen_at, Disclosure.done_at),
    *(Pupil.forename, Pupil.surname, Pupil.known_as, SchoolClass.name.label("class_name")),
)
INBOX = (
    select(*_CHILD)
    .join(Pupil, Pupil.id == Disclosure.pupil_id)
    .outerjoin(SchoolClass, SchoolClass.id == Pupil.class_id)
    .where(Disclosure.one_adult_id == bindparam("me"))
    .order_by(Disclosure.done_at.is_not(None), Disclosure.said_at.desc(), Disclosure.id)
    .limit(200)
)
ONE = (
    select(*_CHILD, Disclosure.feeling, Disclosure.text, Disclosure.done_words)
    .join(Pupil, Pupil.id == Disclosure.pupil_id)
    .outerjoin(SchoolClass, SchoolClass.id == Pupil.class_id)
    .where(Disclosure.one_adult_id == bindparam("me"), Disclosure.id == bindparam("told_id"))
)
WHO_MAY_LEAD = (
    select(Person.id, Person.full_name)
    .where(
        select(StaffRole.id)
        .where(
            StaffRole.person_id == Person.id,
            StaffRole.school_id == bindparam("school_id"),
            StaffRole.role.in_(LEADS),
            WORKS_TODAY,
        )
        .exists()
    )
    .order_by(Person.full_name, Person.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TellPage:
    """Who will read what a child tells now. `adult_id` is None at a school without any staff, `has_another`
    whether somebody can open it in their place; `read_on` is the school day at whose start it will be read, None during
    school."""

    skin: Skin
    school_id: uuid.UUID
    school_name: str
    theme: str
    phone: str
    words: str
    adult_id: uuid.UUID | None
    adult: str
    has_another: bool
    read_on: date | None


@dataclass(frozen=True, slots=True)
class LastTold:
    """What a child told last: to whom, and whether it was read. Not the words: somebody may look over a shoulder."""

    adult: str
    seen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Something a child told, for the adult it was told. `feeling` and the words are there once it was opened; `is_cut`
    when the child had told more than is kept."""

    told_id: uuid.UUID
    pupil_id: uuid.UUID
    child: str
    class_name: str
    said_at: datetime
    seen_at: datetime | None
    done_at: datetime | None
    feeling: Feeling | None = None
    text: str = ""
    is_cut: bool = False
    done_words: str = ""


@dataclass(frozen=True, slots=True)
class Safeguarding:
    """The school's setting: who is told, what children read about it, and who can be chosen."""

    lead_id: uuid.UUID | None
    words: str
    choices: tuple[tuple[uuid.UUID, str], ...]


def tell_page(session: PortalSession, *, pupil_id: uuid.UUID | None, now: datetime) -> TellPage:
    """The page of a pupil: the school's named adult, else the class teacher, else the SENDCO. Raises NotFound."""
    today = now.astimezone(LONDON).date()
    rows = session.execute(WHOM, {"pupil_id": pupil_id, "today": today}).all() if pupil_id else []
    if not rows:
        raise NotFound
    row = rows[0]
    return TellPage(
        skin=skin_for(row.nc_year),
        school_id=row.school_id,
        school_name=row.school,
        theme=row.theme,
        phone=row.phone,
        words=row.safeguarding_words,
        adult_id=row.person_id,
        adult=row.known_as or row.full_name or "",
        has_another=any(other.role in LEADS and other.person_id != row.person_id for other in rows),
        read_on=read_on(calendar_of(session, row.school_id, today), now),
    )


def last_told(session: PortalSession, *, viewer: Actor, since: datetime) -> LastTold | None:
    """What this pupil told last since then."""
    asked = {"pupil_id": viewer.pupil_id, "me": viewer.person_id, "since": since}
    row = session.execute(LAST, asked).first()
    return LastTold(row.known_as or row.full_name, row.seen_at is not None) if row else None


def inbox(session: PortalSession, *, viewer: Actor) -> list[Told]:
    """What children told this adult, what is open first; without their words."""
    return [_told(row) for row in session.execute(INBOX, {"me": viewer.person_id})]


def told(session: PortalSession, *, viewer: Actor, told_id: uuid.UUID) -> Told:
    """One of them with the words, once this adult has opened it. Raises NotFound for somebody else's."""
    row = session.execute(ONE, {"me": viewer.person_id, "told_id": told_id}).first()
    if row is None:
        raise NotFound
    if row.seen_at is None:
        return _told(row)
    return _told(row, feeling=TELL.get(row.feeling), text=row.text, is_cut=was_cut(row.text), done_words=row.done_words)


def safeguarding(session: PortalSession, *, school_id: uuid.UUID, today: date) -> Safeguarding:
    """The setting of a school, and who may be its named adult today. Raises NotFound."""
    row = session.execute(
        select(School.safeguarding_lead_id, School.safeguarding_words).where(School.id == school_id)
    ).first()
    if row is None:
        raise NotFound
    found = session.execute(WHO_MAY_LEAD, {"school_id": school_id, "today": today})
    return Safeguarding(row.safeguarding_lead_id, row.safeguarding_words, tuple((key, name) for key, name in found))


def _told(row: Any, **words: Any) -> Told:
    return Told(
        told_id=row.id,
        pupil_id=row.pupil_id,
        child=f"{row.known_as or row.forename} {row.surname}",
        class_name=row.class_name or "",
        said_at=row.said_at,
        seen_at=row.seen_at,
        done_at=row.done_at,
        **words,
    )
