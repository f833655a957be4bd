"""That a child told somebody something, without a word of it: it must not wait for one adult who is away."""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Mapped

from portal.contributions.models import Disclosure
from portal.kernel.db import Base
from portal.kernel.rows import AboutAPupil


class DisclosureStanding(AboutAPupil, Base):
    """Whom a child told something, when, and whether it was opened. These columns hold no words, so they are fenced by
    the child alone. They are only ever read."""

    if TYPE_CHECKING:
        id: Mapped[uuid.UUID]
        one_adult_id: Mapped[uuid.UUID]
        said_at: Mapped[datetime]
        seen_at: Mapped[datetime | None]

    __table__ = Disclosure.__table__
    __mapper_args__ = {
        "include_properties": ["id", "school_id", "pupil_id", "one_adult_id", "said_at", "seen_at"],
    }
