"""Who did what about which child and when: facts and ids only, never the words that were written."""

import uuid
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.kernel.db import Base, Keyed


class AuditEvent(Keyed, Base):
    """One recorded act. No foreign keys: the record outlives what it speaks of."""

    __tablename__ = "audit_event"

    at: Mapped[datetime] = mapped_column(index=True)
    school_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    actor_id: Mapped[uuid.UUID | None]
    action: Mapped[str] = mapped_column(String(60))
    subject_id: Mapped[uuid.UUID | None]
    about_pupil_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)


def record(
    session: Session,
    action: str,
    *,
    now: datetime,
    actor_id: uuid.UUID | None,
    school_id: uuid.UUID | None = None,
    subject_id: uuid.UUID | None = None,
    pupil_id: uuid.UUID | None = None,
    **facts: str | int | bool | None,
) -> None:
    """Adds the event to the transaction that does the act, so that neither exists without the other."""
    session.add(
        AuditEvent(
            at=now,
            school_id=school_id,
            actor_id=actor_id,
            action=action,
            subject_id=subject_id,
            about_pupil_id=pupil_id,
            facts=facts,
        )
    )


class OfAPupil(Protocol):
    """A row that is about one pupil."""

    id: Any
    school_id: Any
    pupil_id: Any


def record_about(
    session: Session, action: str, row: OfAPupil, *, actor_id: uuid.UUID, now: datetime, **facts: str | int | bool
) -> None:
    """The same for what was done to one row about a pupil, and writes both down."""
    about: dict[str, Any] = {"school_id": row.school_id, "subject_id": row.id, "pupil_id": row.pupil_id, **facts}
    record(session, action, now=now, actor_id=actor_id, **about)
    session.flush()
