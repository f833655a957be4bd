"""What can be wrong with a translation without knowing the language, found before a family finds it."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from babel.messages.catalog import Catalog, Message

from portal.web.i18n.languages import Language, counts_by_form, plural_forms
from portal.web.i18n.messages import is_translated

_PLACEHOLDER: Final = re.compile(r"%\((\w+)\)[-#0 +]*\d*(?:\.\d+)?[a-zA-Z]")
_UNNAMED: Final = re.compile(r"(?<!%)(?:%%)*%[sdrif](?![a-zA-Z])")
_TAG: Final = re.compile(r"</?[a-zA-Z][^>]*>")
_BIDI: Final = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_OVERRIDE: Final = re.compile("[\u202d\u202e]")
_OTHER_DIGITS: Final = re.compile("[\u0660-\u0669\u06f0-\u06f9\u09e6-\u09ef\u0a66-\u0a6f]")
# A count may be left out of a form that stands for one number alone: the dual of Arabic says two in the word.
_COUNTS: Final = frozenset({"num", "count"})
# Letters that look right and are not: they break search, spelling and speech for readers of the language.
_WRONG_LETTERS: Final = {
    "ur": re.compile("[\u0643\u0647\u0649\u064a]"),
    "ar": re.compile("[\u06a9\u06be\u06c1\u06cc\u06d2]"),
    "pa": re.compile("[\u0900-\u0963\u0966-\u097f\u0980-\u09ff]"),
    "bn": re.compile("[\u0900-\u0963\u0966-\u097f\u0a00-\u0a7f]"),
    "ro": re.compile("[\u015e\u015f\u0162\u0163]"),
}


def source_problems(source: Catalog) -> Iterator[str]:
    """Tell what is wrong with the English messages themselves."""
    for message in source:
        for text in _texts(message.id):
            if _UNNAMED.search(text):
                yield f"messages.pot: placeholder without a name in {text!r}"
            if text != text.strip():
                yield f"messages.pot: space at an end of {text!r}"


def catalogue_problems(
    language: Language, source: Catalog, catalogue: Catalog, unchanged: Collection[str]
) -> Iterator[str]:
    """Tell what is wrong with one catalogue; `unchanged` are the messages that may read as in English."""
    tag = language.tag
    if catalogue.plural_forms != plural_forms(language)[1]:
        yield f"{tag}: the plural header is {catalogue.plural_forms!r}, not {plural_forms(language)[1]!r}"
    for message in source:
        if not message.id:
            continue
        translation = catalogue.get(_singular(message), message.context)
        if translation is None or translation.id != message.id:
            yield f"{tag}: not in the catalogue, run update: {_singular(message)!r}"
        elif not is_translated(translation):
            yield f"{tag}: {'fuzzy' if translation.fuzzy else 'not translated'}: {_singular(message)!r}"
        else:
            yield from (f"{tag}: {what}" for what in translation_problems(language, translation, unchanged))
    for message in catalogue:
        if message.id and source.get(_singular(message), message.context) is None:
            yield f"{tag}: no longer in the source, run update: {_singular(message)!r}"


def translation_problems(language: Language, message: Message, unchanged: Collection[str]) -> Iterator[str]:
    """Tell what is wrong with one filled message."""
    forms = _texts(message.string)
    if not isinstance(message.id, str):
        counts = counts_by_form(language)
        if len(forms) != len(counts):
            yield f"{len(forms)} plural forms where {len(counts)} are needed: {_singular(message)!r}"
            return
        for form, numbers in zip(forms, counts, strict=True):
            optional = _optional(message.id) if len(numbers) == 1 else frozenset[str]()
            yield from _text_problems(language, message.id[1], form, unchanged, optional)
    else:
        yield from _text_problems(language, message.id, forms[0], unchanged, frozenset())


def _text_problems(
    language: Language, english: str, text: str, unchanged: Collection[str], optional: frozenset[str]
) -> Iterator[str]:
    wanted, found = _placeholders(english), _placeholders(text)
    if found - wanted or any(name not in optional for name, _ in wanted - found):
        yield f"other placeholders than in {english!r}: {text!r}"
    if _PLACEHOLDER.sub("", text).count("%") != _PLACEHOLDER.sub("", english).count("%"):
        yield f"a different number of % signs: {text!r}"
    if Counter(_TAG.findall(text)) != Counter(_TAG.findall(english)):
        yield f"different markup: {text!r}"
    if text[:1].isspace() != english[:1].isspace() or text[-1:].isspace() != english[-1:].isspace():
        yield f"space at an end: {text!r}"
    if text == english and english not in unchanged and _has_words(english):
        yield f"still in English: {text!r}"
    if _OVERRIDE.search(text) or (language.direction == "ltr" and _BIDI.search(text)):
        yield f"hidden direction characters: {text!r}"
    if _OTHER_DIGITS.search(text):
        yield f"digits are to be Latin: {text!r}"
    if (wrong := _WRONG_LETTERS.get(language.tag)) and (letters := wrong.findall(text)):
        points = " ".join(sorted({f"U+{ord(letter):04X}" for letter in letters}))
        yield f"letters of another language ({points}): {text!r}"


def _has_words(text: str) -> bool:
    return re.search("[A-Za-z]", _TAG.sub("", _PLACEHOLDER.sub("", text))) is not None


def _optional(message_id: Sequence[str]) -> frozenset[str]:
    left_out = _placeholders(message_id[1]) - _placeholders(message_id[0])
    return _COUNTS | {name for name, _ in left_out}


def _placeholders(text: str) -> frozenset[tuple[str, str]]:
    return frozenset((found[1], found[0]) for found in _PLACEHOLDER.finditer(text))


def _texts(value: str | Sequence[str] | None) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())


def _singular(message: Message) -> str:
    return _texts(message.id)[0]
