"""Lessons as staff see them, and the picture cards as a tablet in the room shows them."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select

from portal.accounts.models import LessonWindow, PictureCard, PupilPassword, Sitting
from portal.accounts.rules import peppered, printed, read_code, room_code
from portal.accounts.rules_pictures import nine_pictures
from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.people.models import Pupil, SchoolClass, StaffRole
from portal.people.rules import OWN_CLASS, PICTURES, Role, skin_for

KNOWN_AS = func.coalesce(func.nullif(Pupil.known_as, ""), Pupil.forename)


@dataclass(frozen=True, slots=True)
class LessonClass:
    """A class that the viewer may open a lesson for."""

    class_id: uuid.UUID
    name: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson that is open, with its room code as it is read out, and the children who came in so far."""

    window_id: uuid.UUID
    class_name: str
    code: str
    closes_at: datetime
    came_in: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WayIn:
    """How one child comes in: by pictures, by name and password, or not yet."""

    pupil_id: uuid.UUID
    class_id: uuid.UUID | None
    name: str
    by_picture: bool
    picture: str
    secret: str
    sign_in_name: str


@dataclass(frozen=True, slots=True)
class Card:
    """One child's tile on the tablet: never a surname."""

    card_id: uuid.UUID
    name: str
    picture: str


@dataclass(frozen=True, slots=True)
class Room:
    """An open lesson as the tablet knows it."""

    window_id: uuid.UUID
    class_id: uuid.UUID
    closes_at: datetime


def lesson_classes(session: PortalSession, *, viewer: Actor, today: date) -> list[LessonClass]:
    """The SENDCO's: every class of the school; otherwise the classes somebody teaches or helps today."""
    classes = select(SchoolClass.id, SchoolClass.name).where(SchoolClass.school_id == viewer.school_id)
    if not viewer.has(Role.SENDCO):
        classes = classes.where(
            SchoolClass.id.in_(
                select(StaffRole.class_id).where(
                    StaffRole.person_id == viewer.person_id,
                    StaffRole.school_id == viewer.school_id,
                    StaffRole.role.in_(OWN_CLASS),
                    StaffRole.starts_on <= today,
                    or_(StaffRole.ends_on.is_(None), StaffRole.ends_on >= today),
                )
            )
        )
    return [
        LessonClass(row.id, row.name)
        for row in session.execute(classes.order_by(*SchoolClass.in_order(), SchoolClass.id))
    ]


def open_lessons(
    session: PortalSession, *, viewer: Actor, classes: list[LessonClass], pepper: str, now: datetime
) -> list[Lesson]:
    """The lessons of these classes that are open now, the newest first."""
    windows = session.execute(
        select(LessonWindow.id, LessonWindow.class_id, LessonWindow.opened_at, LessonWindow.closes_at)
        .where(
            LessonWindow.school_id == viewer.school_id,
            LessonWindow.class_id.in_([each.class_id for each in classes]),
            LessonWindow.closes_at > now,
        )
        .order_by(LessonWindow.opened_at.desc(), LessonWindow.id)
    ).all()
    if not windows:
        return []
    came_in = session.execute(
        select(Pupil.id, KNOWN_AS.label("name"), Pupil.class_id, Sitting.started_at)
        .join(Sitting, Sitting.own_pupil_id == Pupil.id)
        .where(
            Pupil.class_id.in_([window.class_id for window in windows]),
            Sitting.started_at >= min(window.opened_at for window in windows),
        )
        .order_by(KNOWN_AS, Pupil.id)
    ).all()
    names = {each.class_id: each.name for each in classes}
    return [
        Lesson(
            window.id,
            names[window.class_id],
            printed(room_code(window.id, pepper)),
            window.closes_at,
            tuple(
                {
                    row.id: row.name
                    for row in came_in
                    if row.class_id == window.class_id and row.started_at >= window.opened_at
                }.values()
            ),
        )
        for window in windows
    ]


def ways_in(session: PortalSession, *, class_id: uuid.UUID, viewer: Actor) -> list[WayIn]:
    """How each child of a class comes in, by name."""
    return _ways(session, Pupil.class_id == class_id, Pupil.school_id == viewer.school_id)


def way_in(session: PortalSession, *, pupil_id: uuid.UUID) -> WayIn:
    """How one child comes in. Raises NotFound."""
    found = _ways(session, Pupil.id == pupil_id)
    if not found:
        raise NotFound
    return found[0]


def _ways(session: PortalSession, *conditions: object) -> list[WayIn]:
    rows = session.execute(
        select(
            Pupil.id,
            Pupil.class_id,
            KNOWN_AS.label("name"),
            Pupil.nc_year,
            PictureCard.picture,
            PictureCard.secret_picture,
            PupilPassword.sign_in_name,
        )
        .outerjoin(PictureCard, PictureCard.pupil_id == Pupil.id)
        .outerjoin(PupilPassword, PupilPassword.pupil_id == Pupil.id)
        .where(*conditions, Pupil.left_on.is_(None))  # type: ignore[arg-type]
        .order_by(KNOWN_AS, Pupil.id)
    )
    return [
        WayIn(
            row.id,
            row.class_id,
            row.name,
            skin_for(row.nc_year) is PICTURES,
            row.picture or "",
            row.secret_picture or "",
            row.sign_in_name or "",
        )
        for row in rows
    ]


def room_of(session: PortalSession, *, typed: str, pepper: str, now: datetime) -> Room | None:
    """The open lesson with this room code."""
    return _room(session, LessonWindow.room_code_hash == peppered(read_code(typed), pepper), now)


def room_by_id(session: PortalSession, window_id: uuid.UUID | None, *, now: datetime) -> Room | None:
    """The lesson while it is open."""
    return _room(session, LessonWindow.id == window_id, now)


def _room(session: PortalSession, condition: object, now: datetime) -> Room | None:
    row = session.execute(
        select(LessonWindow.id, LessonWindow.class_id, LessonWindow.closes_at).where(
            condition,  # type: ignore[arg-type]
            LessonWindow.closes_at > now,
        )
    ).first()
    return Room(row.id, row.class_id, row.closes_at) if row else None


def cards_of(session: PortalSession, room: Room) -> list[Card]:
    """The tiles of the class in the room, by name."""
    rows = session.execute(
        select(PictureCard.id, KNOWN_AS.label("name"), PictureCard.picture)
        .join(Pupil, Pupil.id == PictureCard.pupil_id)
        .where(Pupil.class_id == room.class_id, Pupil.left_on.is_(None))
        .order_by(KNOWN_AS, Pupil.id)
    )
    return [Card(row.id, row.name, row.picture) for row in rows]


@dataclass(frozen=True, slots=True)
class SecretChoice:
    """A child's own tile and the nine pictures to choose from; `pupil_id` never reaches the page."""

    card: Card
    pupil_id: uuid.UUID
    nine: tuple[str, ...]


def secret_choice(session: PortalSession, room: Room, card_id: uuid.UUID, *, pepper: str) -> SecretChoice:
    """The choice for a child of the class in the room. Raises NotFound for any other child."""
    row = session.execute(
        select(
            PictureCard.id,
            KNOWN_AS.label("name"),
            PictureCard.picture,
            PictureCard.secret_picture,
            Pupil.id.label("pupil_id"),
        )
        .join(Pupil, Pupil.id == PictureCard.pupil_id)
        .where(PictureCard.id == card_id, Pupil.class_id == room.class_id, Pupil.left_on.is_(None))
    ).first()
    if row is None:
        raise NotFound
    return SecretChoice(
        Card(row.id, row.name, row.picture), row.pupil_id, nine_pictures(row.id, row.secret_picture, pepper)
    )
