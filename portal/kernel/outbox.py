"""What must leave the building is a row here, written in the same transaction as its reason; the row, not a queue, is
the truth."""

import enum
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import String, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.kernel.db import Base, Keyed


class OutboxState(enum.StrEnum):
    """Where a message stands."""

    QUEUED = "queued"
    LEASED = "leased"
    SENT = "sent"
    FAILED = "failed"
    BOUNCED = "bounced"
    WITHHELD = "withheld"
    TO_PRINT = "to_print"


class Channel(enum.StrEnum):
    """How a message reaches somebody; the first two are kinds of addresses."""

    EMAIL = "email"
    MOBILE = "mobile"
    LETTER = "letter"
    NONE = "none"


class OutboxItem(Keyed, Base):
    """One message for one person by one channel; its words are made at sending, in that person's language.

    `due_at` is when it became true and never moves. Until `leased_until` nobody takes it in hand: somebody has it, or
    it waits for its next try, for the end of the quiet hours, for the hour of the digest. `sent_with` is the message in
    whose mail this one left.
    """

    __tablename__ = "outbox_item"

    event_key: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[str] = mapped_column(String(60))
    person_id: Mapped[uuid.UUID] = mapped_column(index=True)
    about_pupil_id: Mapped[uuid.UUID | None]
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[OutboxState] = mapped_column(default=OutboxState.QUEUED, index=True)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(index=True)
    channel: Mapped[str] = mapped_column(String(10), default="")
    leased_until: Mapped[datetime | None]
    sent_with: Mapped[uuid.UUID | None]
    tries: Mapped[int] = mapped_column(default=0)
    last_trouble: Mapped[str] = mapped_column(String(200), default="")
    sent_at: Mapped[datetime | None]


KNOWN = select(OutboxItem.event_key).where(OutboxItem.event_key.in_(bindparam("keys", expanding=True)))


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail; neither its name nor what is in it may tell a stranger anything."""

    name: str
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    """What sending needs: where to, in which language, in whose name, and the values for the words of this kind."""

    channel: str
    address: str
    language: str
    school_name: str
    values: dict[str, str] = field(default_factory=dict)
    theme: str = ""
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """How a feature's messages are made. `prepare` checks rights again and returns None for what may no longer go;
    `sent` does what follows once the message has left. An `urgent` one waits neither for the end of the quiet hours nor
    for the digest, and asks no wishes."""

    prepare: Callable[[Session, OutboxItem, datetime], Envelope | None]
    sent: Callable[[Session, OutboxItem, datetime], None] | None = None
    urgent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One message to be put into the outbox: to leave at once, or when it is due."""

    kind: str
    event_key: str
    person_id: uuid.UUID
    pupil_id: uuid.UUID | None = None
    due_at: datetime | None = None
    facts: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What makes it one message, however often it is posted."""
        return f"{self.kind}:{self.event_key}:{self.person_id}"


def post(
    session: Session,
    kind: str,
    *,
    event_key: str,
    person_id: uuid.UUID,
    now: datetime,
    due_at: datetime | None = None,
    pupil_id: uuid.UUID | None = None,
    **facts: str,
) -> None:
    """Puts one message into the outbox, to leave at once or when it is due; the same event for the same person is one
    message, however often it is posted."""
    posting = Posting(
        kind=kind, event_key=event_key, person_id=person_id, pupil_id=pupil_id, due_at=due_at, facts=facts
    )
    post_all(session, [posting], now=now)


def post_all(session: Session, postings: Iterable[Posting], *, now: datetime) -> int:
    """The same for many messages, with one look at what was posted before; how many are new."""
    wanted = {posting.key: posting for posting in postings}
    new = wanted.keys() - set(session.scalars(KNOWN, {"keys": list(wanted)}))
    session.add_all(
        OutboxItem(
            kind=posting.kind,
            event_key=key,
            person_id=posting.person_id,
            about_pupil_id=posting.pupil_id,
            facts=posting.facts,
            created_at=now,
            due_at=posting.due_at or now,
        )
        for key, posting in wanted.items()
        if key in new
    )
    return len(new)
