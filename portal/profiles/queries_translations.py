"""Every text that a family reads about a child, beside what there is of it in another language."""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from portal.kernel.errors import NotFound
from portal.kernel.scope import PortalSession
from portal.kernel.words import N_
from portal.people.models import Person, PupilContact
from portal.people.rules import OPEN_ACCESS, OPEN_STATES, Restriction
from portal.profiles.models import ProgressNote, TextTranslation
from portal.profiles.models_register import RegisterEvent
from portal.profiles.queries_file import ChildHead, child_head
from portal.profiles.queries_version import standing_contents
from portal.profiles.rules import VersionState, wording_key
from portal.profiles.rules_content import TRANSLATION, FamilyText, family_texts, fingerprint

NOTES_SHOWN = 30
TRANSLATIONS = (
    select(
        TextTranslation.wording,
        TextTranslation.text,
        TextTranslation.translated_by,
        TextTranslation.checked_by,
    )
    .where(TextTranslation.pupil_id == bindparam("pupil_id"), TextTranslation.language == bindparam("language"))
    .order_by(TextTranslation.wording)
)
KEPT = select(TextTranslation.language, TextTranslation.wording).where(
    TextTranslation.pupil_id == bindparam("pupil_id")
)
REASONS = (
    select(RegisterEvent.reason_for_family)
    .where(RegisterEvent.pupil_id == bindparam("pupil_id"))
    .order_by(RegisterEvent.decided_at.desc(), RegisterEvent.id)
)
NOTES = (
    select(ProgressNote.text)
    .where(ProgressNote.pupil_id == bindparam("pupil_id"), ProgressNote.for_family)
    .order_by(ProgressNote.at.desc(), ProgressNote.id)
    .limit(NOTES_SHOWN)
)
READERS = (
    select(Person.language)
    .join(PupilContact, PupilContact.adult_id == Person.id)
    .where(
        PupilContact.pupil_id == bindparam("pupil_id"),
        PupilContact.access.in_(sorted(OPEN_ACCESS)),
        PupilContact.state.in_(sorted(OPEN_STATES)),
        PupilContact.restriction == Restriction.NONE,
    )
    .distinct()
    .order_by(Person.language)
)


@dataclass(frozen=True, slots=True)
class Translation:
    """What there is in the other language; `seen` marks it for the form."""

    text: str
    translated_by: str
    checked_by: str

    @property
    def seen(self) -> str:
        """The mark that a form carries, so that nobody writes over another's words unseen."""
        return fingerprint(self, TRANSLATION)


@dataclass(frozen=True, slots=True)
class Wording:
    """One text a family reads (`label` is a message id, `about` a target's title) and its translation, if any."""

    key: str
    label: str
    about: str
    text: str
    translation: Translation | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslationsPage:
    """All wordings of one child for one language, missing ones first."""

    head: ChildHead
    language: str
    written_in: str
    readers: tuple[str, ...]
    has_draft: bool
    wordings: tuple[Wording, ...]

    @property
    def done(self) -> int:
        """How many have a translation."""
        return sum(wording.translation is not None for wording in self.wordings)

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self.wordings)

    def wording(self, key: str) -> Wording:
        """One of them. Raises NotFound."""
        found = next((wording for wording in self.wordings if wording.key == key), None)
        if found is None:
            raise NotFound
        return found


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a version there is in one language."""

    language: str
    done: int
    total: int


def translations_page(session: PortalSession, *, pupil_id: uuid.UUID, language: str) -> TranslationsPage:
    """The texts of drafts and of what families have now. Raises NotFound. 8 statements."""
    head = child_head(session, pupil_id=pupil_id)
    given = {"pupil_id": pupil_id}
    contents = standing_contents(session, pupil_id=pupil_id)
    kept = {
        row.wording: Translation(row.text, row.translated_by, row.checked_by)
        for row in session.execute(TRANSLATIONS, {**given, "language": language})
    }
    texts = [
        *(text for content in contents for text in family_texts(content)),
        *(FamilyText(N_("What was said about the register"), "", text) for text in session.scalars(REASONS, given)),
        *(FamilyText(N_("A note about a target"), "", text) for text in session.scalars(NOTES, given)),
    ]
    found = sorted(_wordings(texts, kept), key=lambda wording: wording.translation is not None)
    return TranslationsPage(
        head=head,
        language=language,
        written_in=contents[0].language if contents else "en",
        readers=readers(session, pupil_id=pupil_id),
        has_draft=any(content.state == VersionState.DRAFT for content in contents),
        wordings=tuple(found),
    )


def _wordings(texts: Iterable[FamilyText], kept: dict[str, Translation]) -> Iterator[Wording]:
    known = set()
    for text in texts:
        key = wording_key(text.text)
        if text.text.strip() and key not in known:
            known.add(key)
            yield Wording(key, text.label, text.about, text.text, kept.get(key))


def readers(session: PortalSession, *, pupil_id: uuid.UUID) -> tuple[str, ...]:
    """The languages that the adults with open access read (tags)."""
    return tuple(session.scalars(READERS, {"pupil_id": pupil_id}))


def coverage(
    session: PortalSession, *, pupil_id: uuid.UUID, texts: Iterable[str], written_in: str, languages: Iterable[str]
) -> tuple[Coverage, ...]:
    """How much of these texts each of the languages has; the one they are written in needs nothing. 1 statement."""
    kept: dict[str, set[str]] = {}
    for row in session.execute(KEPT, {"pupil_id": pupil_id}):
        kept.setdefault(row.language, set()).add(row.wording)
    keys = {wording_key(text) for text in texts if text.strip()}
    return tuple(Coverage(tag, len(keys & kept.get(tag, set())), len(keys)) for tag in languages if tag != written_in)
