"""Words in the language of whoever is spoken to, with or without a request: pages, mails, letters, commands."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import LazyProxy

from portal.web.i18n.languages import LANGUAGES, Language

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Voice:
    language: Language
    words: NullTranslations


@dataclass(frozen=True)
class _Catalogue:
    stamp: tuple[int, int]
    all: frozenset[tuple[str | None, Any]]
    translated: frozenset[tuple[str | None, Any]]
    words: GNUTranslations


_ENGLISH = _Voice(LANGUAGES["en"], NullTranslations())
_voices: dict[str, _Voice] = {"en": _ENGLISH}
_catalogues: dict[Path, _Catalogue] = {}
_speaking: ContextVar[_Voice] = ContextVar("speaking", default=_ENGLISH)


def load(folder: Path, wanted: Sequence[str], offer_incomplete: bool = False) -> tuple[Language, ...]:
    """Make the complete ones of the wanted languages ready for this process and return what is offered, in that order.

    Raises ValueError when English is not wanted, a tag is unknown, or the folder has no `messages.pot` to measure by.
    """
    source = _read(folder / "messages.pot")
    if source is None:
        raise ValueError(f"There is no messages.pot in {folder}: the languages cannot be checked.")
    if unknown := [tag for tag in wanted if tag not in LANGUAGES]:
        raise ValueError(f"Languages the portal does not know: {', '.join(unknown)}.")
    if "en" not in wanted:
        raise ValueError("English must be among the languages: every other one falls back to it.")
    voices: dict[str, _Voice] = {}
    for tag in dict.fromkeys(wanted):
        if tag == "en":
            voices[tag] = _ENGLISH
        elif (catalogue := _read(folder / tag / "LC_MESSAGES" / "messages.po")) is None:
            _log.warning("Language %s is left out: no file", tag)
        elif (missing := len(source.all - catalogue.translated)) and not offer_incomplete:
            _log.warning("Language %s is left out: %d messages missing", tag, missing)
        else:
            voices[tag] = _Voice(LANGUAGES[tag], catalogue.words)
    _voices.clear()
    _voices.update(voices)
    return offered()


def offered() -> tuple[Language, ...]:
    """The languages a person may choose, in the order of the settings."""
    return tuple(voice.language for voice in _voices.values())


def current() -> Language:
    """The language being spoken here and now; English where nobody has chosen."""
    return _speaking.get().language


@contextmanager
def speaking(tag: str) -> Iterator[Language]:
    """Speak this language inside the block, English if it is not offered: for mails, letters and commands."""
    token = enter(tag)
    try:
        yield current()
    finally:
        leave(token)


def enter(tag: str) -> Token[Any]:
    """Speak this language until `leave` is called with the token; `speaking` is the safer way where a block will do."""
    return _speaking.set(_voices.get(tag, _ENGLISH))


def leave(token: Token[Any]) -> None:
    """Go back to the language that was spoken before `enter`."""
    _speaking.reset(token)


def gettext(message: str, /, **values: object) -> str:
    """Translate; `%(name)s` is filled from the values, and without values a `%` stays as it is."""
    text = _speaking.get().words.gettext(message)
    return filled(text, message, values) if values else text


say = gettext
"""Translate a message id that stands in a variable, as `N_` marks them: a domain error, the label of an enum."""


def pgettext(context: str, message: str, /, **values: object) -> str:
    """Translate a word whose meaning depends on where it stands."""
    text = _speaking.get().words.pgettext(context, message)
    return filled(text, message, values) if values else text


def ngettext(singular: str, plural: str, num: int, /, **values: object) -> str:
    """Translate in the plural form the number needs; `%(num)s` is always among the values."""
    text = translated_plural(singular, plural, num)
    values.setdefault("num", num)
    return filled(text, singular if num == 1 else plural, values)


def translated_plural(singular: str, plural: str, num: int, /) -> str:
    """The translation in the plural form the number needs, its placeholders still to be filled."""
    return _speaking.get().words.ngettext(singular, plural, num)


def lazy_gettext(message: str, /, **values: object) -> LazyProxy:
    """Translate at the moment the text is shown: for labels written at class level, long before any request."""
    return LazyProxy(gettext, message, enable_cache=False, **values)


def filled(text: str, english: str, values: dict[str, object]) -> str:
    """Put the values in; a translation with a wrong placeholder is passed over for the English sentence."""
    try:
        return text % values
    except (KeyError, TypeError, ValueError):
        if text == english:
            raise
        _log.warning("Translation with a wrong placeholder in %s: %r", current().tag, str(english))
        return english % values


def is_translated(message: Message) -> bool:
    """Whether every form of the message is filled and none is a mere guess (fuzzy)."""
    forms = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return bool(forms) and all(forms) and not message.fuzzy


def read_catalogue(path: Path) -> Catalog:
    """Read a `.po` or `.pot` file."""
    with path.open("rb") as file:
        return read_po(file)


def _key(message: Message) -> tuple[str | None, Any]:
    return message.context, message.id


def _read(path: Path) -> _Catalogue | None:
    """Read and compile a catalogue once a process, and again when the file has changed; None when there is no file."""
    if not path.is_file():
        return None
    status = path.stat()
    stamp = (status.st_mtime_ns, status.st_size)
    if (known := _catalogues.get(path)) and known.stamp == stamp:
        return known
    messages = read_catalogue(path)
    # In memory, because .mo files get lost on the way into a wheel and go stale in a checkout.
    compiled = BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    named = [message for message in messages if message.id]
    read = _Catalogue(
        stamp=stamp,
        all=frozenset(_key(message) for message in named),
        translated=frozenset(_key(message) for message in named if is_translated(message)),
        words=GNUTranslations(compiled),
    )
    _catalogues[path] = read
    return read
