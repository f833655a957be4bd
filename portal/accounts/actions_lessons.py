"""Lessons in which a class may come in by pictures: opened and closed by an adult in the room."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import select, update

from portal.accounts.models import LessonWindow, Sitting
from portal.accounts.queries_lessons import lesson_classes
from portal.accounts.rules import LESSON_MINUTES, peppered, room_code
from portal.kernel import audit, clock
from portal.kernel.errors import Invalid, NotFound
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_
from portal.people.actor import Actor
from portal.people.models import Pupil, SchoolClass

A_DOUBLE_CLICK = timedelta(seconds=30)
NO_CLASS = N_("Choose one of your classes.")


def open_lesson(session: PortalSession, *, actor: Actor, class_id: uuid.UUID, pepper: str, now: datetime) -> uuid.UUID:
    """Opens a lesson for half an hour; its room code follows from the id it returns. Two clicks open one lesson.

    Raises Invalid at `class_id`.
    """
    if class_id not in {each.class_id for each in lesson_classes(session, viewer=actor, today=clock.today())}:
        raise Invalid(NO_CLASS, field="class_id")
    just_opened = session.scalars(
        select(LessonWindow.id).where(
            LessonWindow.class_id == class_id,
            LessonWindow.opened_by == actor.person_id,
            LessonWindow.opened_at > now - A_DOUBLE_CLICK,
            LessonWindow.closes_at > now,
        )
    ).first()
    if just_opened is not None:
        return just_opened
    window_id = uuid.uuid4()
    session.add(
        LessonWindow(
            id=window_id,
            school_id=session.get_one(SchoolClass, class_id).school_id,
            class_id=class_id,
            room_code_hash=peppered(room_code(window_id, pepper), pepper),
            opened_by=actor.person_id,
            opened_at=now,
            closes_at=now + timedelta(minutes=LESSON_MINUTES),
        )
    )
    audit.record(
        session, "opened a lesson", now=now, actor_id=actor.person_id, school_id=actor.school_id, subject_id=window_id
    )
    session.flush()
    return window_id


def close_lesson(session: PortalSession, *, actor: Actor, window_id: uuid.UUID, now: datetime) -> None:
    """Ends the lesson and the sittings that were to end with it. Raises NotFound for somebody else's class."""
    window = session.get(LessonWindow, window_id)
    if window is None or window.class_id not in {
        each.class_id for each in lesson_classes(session, viewer=actor, today=clock.today())
    }:
        raise NotFound
    if window.closes_at <= now:
        return
    children = session.scalars(select(Pupil.id).where(Pupil.class_id == window.class_id)).all()
    session.execute(
        update(Sitting)
        .where(
            Sitting.own_pupil_id.in_(children),
            Sitting.started_at >= window.opened_at,
            Sitting.ends_at <= window.closes_at,
        )
        .values(ended_at=now)
    )
    window.closes_at = max(now, window.opened_at + timedelta(microseconds=1))
    audit.record(
        session, "closed a lesson", now=now, actor_id=actor.person_id, school_id=actor.school_id, subject_id=window_id
    )
    session.flush()
