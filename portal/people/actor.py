"""The person behind a request, as the server's own session knows them; nothing in the request can widen it."""

import uuid
from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime

from portal.people.rules import WHOLE_SCHOOL, Audience, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Somebody who is signed in, in one capacity."""

    person_id: uuid.UUID
    sitting_id: uuid.UUID
    name: str
    audience: Audience
    language: str
    trust_id: uuid.UUID
    school_id: uuid.UUID | None = None
    school_name: str = ""
    theme: str = ""
    roles: Set[Role] = frozenset()
    pupil_id: uuid.UUID | None = None
    holds_own_rights: bool = False
    seen_at: datetime | None = None

    # what Flask-Login asks of a user
    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """The sitting, not the person: Flask-Login never learns more."""
        return str(self.sitting_id)

    def has(self, *roles: Role) -> bool:
        """Whether the actor holds one of these roles today."""
        return not self.roles.isdisjoint(roles)

    @property
    def sees_whole_school(self) -> bool:
        """SENDCO, head and office see every child of their school; the others only their class."""
        return self.has(*WHOLE_SCHOOL)
