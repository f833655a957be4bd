"""What was uploaded, what it would change, and what became of it."""

import enum
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.db import Base, Keyed, Short


class ImportState(enum.StrEnum):
    """An import is read first, and changes something only when a person has confirmed it."""

    WAITING = "waiting"
    READ = "read"
    CONFIRMED = "confirmed"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    DROPPED = "dropped"


class ImportJob(Keyed, Base):
    """One uploaded file with the report of its dry run. The file itself is dropped once nothing more can come of it.

    WAITING and CONFIRMED are the worker's: it holds a job until `leased_until`, and another may take it up after that.
    """

    __tablename__ = "import_job"

    school_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("school.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    file_name: Mapped[Short]
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    report: Mapped[dict[str, Any]] = mapped_column(default=dict, deferred=True)
    state: Mapped[ImportState] = mapped_column(default=ImportState.READ)
    uploaded_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    uploaded_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    read_so_far: Mapped[int] = mapped_column(default=0)
    expected: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
