"""Which children's families read a language into which some text of the published plan has not been translated."""

import uuid
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from sqlalchemy import and_, bindparam, null, select, union_all

from portal.kernel.scope import PortalSession
from portal.people.models import Person, Pupil, PupilContact
from portal.people.scopes import open_pupils
from portal.profiles.models import Outcome, Plan, PlanVersion, Responsibility, Target, TextTranslation
from portal.profiles.rules import PARTS, VersionState, wording_key
from portal.profiles.rules_content import HELP_TEXTS, TARGET_TEXTS

READERS = (
    select(
        *(Pupil.id.label("pupil_id"), PlanVersion.id.label("version_id"), Person.language),
        *(getattr(PlanVersion, part) for part in PARTS),
    )
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
        Pupil.id.in_(open_pupils(PupilContact.adult_id, bindparam("today"))),
        Person.language != PlanVersion.language,
    )
    .distinct()
)
_VERSIONS: Any = bindparam("versions", expanding=True)
_OF_TARGETS = (*TARGET_TEXTS, *HELP_TEXTS)
_GOALS = (
    select(Outcome.version_id, Outcome.text, Target.strategies, *(getattr(Target, name) for name in _OF_TARGETS))
    .outerjoin(Target, and_(Target.outcome_id == Outcome.id, Target.pupil_id == Outcome.pupil_id))
    .where(Outcome.version_id.in_(_VERSIONS))
)
_LINES = select(
    Responsibility.version_id, Responsibility.text, *(null().label(name) for name in ("strategies", *_OF_TARGETS))
).where(Responsibility.version_id.in_(_VERSIONS))
TEXTS_OF: Any = union_all(_GOALS, _LINES)
KNOWN = select(TextTranslation.pupil_id, TextTranslation.language, TextTranslation.wording).where(
    TextTranslation.pupil_id.in_(bindparam("pupils", expanding=True))
)


def children_without_translation(session: PortalSession, *, today: date) -> int:
    """How many children have a reader for whom something is missing; at most three statements."""
    readers = session.execute(READERS, {"today": today}).all()
    if not readers:
        return 0
    parts = {reader.version_id: [getattr(reader, part) for part in PARTS] for reader in readers}
    keys = {version_id: {wording_key(text) for text in _flat(texts)} for version_id, texts in parts.items()}
    for version_id, *texts in session.execute(TEXTS_OF, {"versions": list(parts)}):
        keys[version_id].update(wording_key(text) for text in _flat(texts))
    known: dict[tuple[uuid.UUID, str], set[str]] = {}
    for pupil_id, language, wording in session.execute(KNOWN, {"pupils": [reader.pupil_id for reader in readers]}):
        known.setdefault((pupil_id, language), set()).add(wording)
    missing = (r.pupil_id for r in readers if keys[r.version_id] - known.get((r.pupil_id, r.language), set()))
    return len(set(missing))


def _flat(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        yield from (text for text in (value if isinstance(value, list) else [value]) if text)
