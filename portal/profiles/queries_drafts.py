"""What the plan editor and the pages before publishing show: the draft, what is out, and what stands in the way."""

import uuid
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from portal.kernel.scope import PortalSession
from portal.people.actor import Actor
from portal.profiles.models import PlanKind
from portal.profiles.queries_sharing import Heard, heard
from portal.profiles.queries_told import ToTell, to_tell
from portal.profiles.queries_translations import Coverage, coverage
from portal.profiles.queries_version import and_what_is_out, version_content
from portal.profiles.rules import VersionState
from portal.profiles.rules_content import VersionContent, family_texts
from portal.profiles.rules_differences import Change, changes
from portal.profiles.rules_quality import Hint, hints, obstacles


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPage:
    """A draft with what is still missing and what could be better."""

    pupil_id: uuid.UUID
    child: str
    content: VersionContent
    obstacles: tuple[Hint, ...]
    hints: tuple[Hint, ...]

    @property
    def is_draft(self) -> bool:
        """False once it has been published."""
        return self.content.state == VersionState.DRAFT

    def hints_of(self, thread: uuid.UUID) -> tuple[Hint, ...]:
        """What is said about one target, the serious first."""
        return tuple(hint for hint in (*self.obstacles, *self.hints) if hint.thread == thread)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishPage:
    """Everything to read before the draft goes out: what changes, who is told, what they said to it, and in which
    language there are gaps."""

    draft: DraftPage
    changes: tuple[Change, ...]
    told: ToTell
    heard: Heard
    coverage: tuple[Coverage, ...]


@dataclass(frozen=True, slots=True)
class KindChoice:
    """A kind of plan that a child can have."""

    id: uuid.UUID
    label: str


def draft_page(session: PortalSession, *, pupil_id: uuid.UUID, version_id: uuid.UUID, today: date) -> DraftPage:
    """One draft of the pupil. Raises NotFound. 3 statements."""
    return _draft(version_content(session, pupil_id=pupil_id, version_id=version_id), pupil_id, today)


def _draft(content: VersionContent, pupil_id: uuid.UUID, today: date) -> DraftPage:
    return DraftPage(
        pupil_id=pupil_id,
        child=content.child,
        content=content,
        obstacles=obstacles(content, today),
        hints=hints(content, today),
    )


def publish_page(
    session: PortalSession, *, viewer: Actor, pupil_id: uuid.UUID, version_id: uuid.UUID, today: date
) -> PublishPage:
    """The page before the draft goes out. Raises NotFound. 8 statements."""
    content, before = and_what_is_out(session, pupil_id=pupil_id, version_id=version_id)
    draft = _draft(content, pupil_id, today)
    told = to_tell(session, viewer=viewer, pupil_id=pupil_id, today=today)
    languages = sorted({adult.language for adult in told.adults})
    return PublishPage(
        draft=draft,
        changes=changes(before, content),
        told=told,
        heard=heard(session, pupil_id=pupil_id, content=content, told=told),
        coverage=coverage(
            session,
            pupil_id=pupil_id,
            texts=[text.text for text in family_texts(content)],
            written_in=content.language,
            languages=languages,
        ),
    )


def kinds(session: PortalSession, *, viewer: Actor) -> tuple[KindChoice, ...]:
    """The kinds of plan that the viewer's school uses."""
    rows = session.execute(
        select(PlanKind.id, PlanKind.label)
        .where(PlanKind.school_id == viewer.school_id, PlanKind.in_use)
        .order_by(PlanKind.label, PlanKind.id)
    )
    return tuple(KindChoice(row.id, row.label) for row in rows)
