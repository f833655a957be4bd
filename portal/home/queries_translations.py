"""Which children's families read a language into which some text of the published plan has not been translated."""

import uuid
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from sqlalchemy import and_, bindparam, or_, select

from portal.kernel.scope import PortalSession
from portal.people.models import Person, Pupil, PupilContact
from portal.people.rules import OPEN_ACCESS, OPEN_STATES, Restriction
from portal.profiles.models import Outcome, Plan, PlanVersion, Responsibility, Target, TextTranslation
from portal.profiles.rules import PARTS, VersionState, wording_key
from portal.profiles.rules_content import HELP_TEXTS, TARGET_TEXTS

READERS = (
    select(Pupil.id.label("pupil_id"), PlanVersion.id.label("version_id"), Person.language)
    .join(Plan, and_(Plan.pupil_id == Pupil.id, Plan.closed_on.is_(None)))
    .join(
        PlanVersion,
        and_(
            PlanVersion.plan_id == Plan.id,
            PlanVersion.pupil_id == Pupil.id,
            PlanVersion.state == VersionState.PUBLISHED,
        ),
    )
    .join(PupilContact, PupilContact.pupil_id == Pupil.id)
    .join(Person, Person.id == PupilContact.adult_id)
    .where(
        Pupil.left_on.is_(None),
        PupilContact.access.in_(sorted(OPEN_ACCESS)),
        PupilContact.state.in_(sorted(OPEN_STATES)),
        or_(PupilContact.restriction == Restriction.NONE, PupilContact.restricted_from > bindparam("today")),
        Person.language != PlanVersion.language,
    )
    .distinct()
)
_VERSIONS: Any = bindparam("versions", expanding=True)
PARTS_OF = select(PlanVersion.id, *(getattr(PlanVersion, part) for part in PARTS)).where(PlanVersion.id.in_(_VERSIONS))
GOALS_OF = (
    select(
        Outcome.version_id,
        Outcome.text,
        Target.strategies,
        *(getattr(Target, name) for name in (*TARGET_TEXTS, *HELP_TEXTS)),
    )
    .outerjoin(Target, and_(Target.outcome_id == Outcome.id, Target.pupil_id == Outcome.pupil_id))
    .where(Outcome.version_id.in_(_VERSIONS))
)
LINES_OF = select(Responsibility.version_id, Responsibility.text).where(Responsibility.version_id.in_(_VERSIONS))
KNOWN = select(TextTranslation.pupil_id, TextTranslation.language, TextTranslation.wording).where(
    TextTranslation.pupil_id.in_(bindparam("pupils", expanding=True))
)


def children_without_translation(session: PortalSession, *, today: date) -> int:
    """How many children have a reader for whom something is missing; at most five statements."""
    readers = session.execute(READERS, {"today": today}).all()
    if not readers:
        return 0
    versions = list({reader.version_id for reader in readers})
    keys: dict[uuid.UUID, set[str]] = {version_id: set() for version_id in versions}
    for statement in (PARTS_OF, GOALS_OF, LINES_OF):
        for version_id, *texts in session.execute(statement, {"versions": versions}):
            keys[version_id].update(wording_key(text) for text in _flat(texts))
    known: dict[tuple[uuid.UUID, str], set[str]] = {}
    for pupil_id, language, wording in session.execute(KNOWN, {"pupils": [reader.pupil_id for reader in readers]}):
        known.setdefault((pupil_id, language), set()).add(wording)
    missing = (r.pupil_id for r in readers if keys[r.version_id] - known.get((r.pupil_id, r.language), set()))
    return len(set(missing))


def _flat(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        yield from (text for text in (value if isinstance(value, list) else [value]) if text)
