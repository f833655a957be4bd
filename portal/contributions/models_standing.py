"""That something was said, without a word of it: what a child told must not wait for one adult who is away, and what
one clerk typed in another need not type in again."""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Mapped

from portal.contributions.models import Contribution, Disclosure
from portal.contributions.rules import How
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


class ContributionStanding(AboutAPupil, Base):
    """For which review, from whom and in which way views came, fenced by the child alone. Only ever read."""

    if TYPE_CHECKING:
        id: Mapped[uuid.UUID]
        review_id: Mapped[uuid.UUID]
        author_id: Mapped[uuid.UUID]
        how: Mapped[How]
        started_at: Mapped[datetime]

    __table__ = Contribution.__table__
    __mapper_args__ = {
        "include_properties": ["id", "school_id", "pupil_id", "review_id", "author_id", "how", "started_at"],
    }
