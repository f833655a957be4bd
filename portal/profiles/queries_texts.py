"""A school's words in the reader's language: the translation of that exact wording, else the words themselves."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from markupsafe import Markup, escape
from sqlalchemy import bindparam, select

from portal.kernel.scope import PortalSession
from portal.profiles.models import TextTranslation
from portal.profiles.rules import wording_key
from portal.web.i18n.languages import LANGUAGES

TRANSLATIONS = select(
    TextTranslation.wording, TextTranslation.text, TextTranslation.translated_by, TextTranslation.checked_by
).where(TextTranslation.pupil_id == bindparam("pupil_id"), TextTranslation.language == bindparam("language"))


@dataclass(frozen=True, slots=True)
class SchoolText:
    """Words with their language. `is_original`: nobody has put them into the reader's language."""

    text: str
    lang: str
    direction: str
    is_original: bool = False
    translated_by: str = ""
    checked_by: str = ""

    def __html__(self) -> Markup:
        """The words in a line of any page; a list of targets has too many of them for a macro each."""
        opening = (
            f'<bdi class="said" lang="{self.lang}" dir="{self.direction}">'  # both from our own table of languages
        )
        return Markup(f"{opening}{escape(self.text)}</bdi>")  # noqa: S704

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True, order=True)
class Credit:
    """Who translated what stands on a page, and who checked it, if anybody has."""

    translated_by: str
    checked_by: str


@dataclass(slots=True)
class Wordings:
    """What is translated for one child into one language; notes which of it was used and whether any was missing."""

    language: str
    known: dict[str, tuple[str, str, str]]
    used: set[Credit] = field(default_factory=set)
    has_original: bool = False

    def text(self, source: str, language: str) -> SchoolText | None:
        """These words for the reader; None when there are none."""
        if not source:
            return None
        if language == self.language:
            return _text(source, language)
        found = self.known.get(wording_key(source))
        if found is None:
            self.has_original = True
            return _text(source, language, True)
        self.used.add(Credit(found[1], found[2]))
        return _text(found[0], self.language, False, found[1], found[2])

    def texts(self, sources: Iterable[str], language: str) -> tuple[SchoolText, ...]:
        """The same for a list."""
        return tuple(text for source in sources if (text := self.text(source, language)))

    @property
    def credits(self) -> tuple[Credit, ...]:
        """Who is to be named at the foot of the page."""
        return tuple(sorted(self.used))


def wordings(session: PortalSession, *, pupil_id: uuid.UUID, language: str, written_in: Iterable[str]) -> Wordings:
    """Everything translated for this child into the reader's language; asks nothing when all was written in it."""
    if all(tag == language for tag in written_in):
        return Wordings(language, {})
    rows = session.execute(TRANSLATIONS, {"pupil_id": pupil_id, "language": language})
    return Wordings(language, {row.wording: (row.text, row.translated_by, row.checked_by) for row in rows})


def _text(text: str, tag: str, is_original: bool = False, translated_by: str = "", checked_by: str = "") -> SchoolText:
    language = LANGUAGES.get(tag)
    lang, direction = (language.html_tag, language.direction) if language else ("", "auto")
    return SchoolText(text, lang, direction, is_original, translated_by, checked_by)
