"""What people type, kept as typed; and the one place that cleans HTML, so that the sanitiser is one edit from its
successor."""

import re
import unicodedata

import bleach

from portal.kernel.errors import Invalid
from portal.kernel.words import N_

ALLOWED_TAGS = frozenset({"h2", "h3", "p", "ul", "ol", "li", "strong", "em", "b", "i", "a", "br"})
ALLOWED_PROTOCOLS = frozenset({"https", "http", "mailto", "tel"})
LONGEST_HTML = 100_000

_CONTROLS = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_LINK = re.compile(r"(https?|mailto|tel):[^\s\\]+", re.ASCII | re.IGNORECASE)
_SPACES = re.compile(r"\s+")


def _refuse_unreadable(value: str) -> None:
    if "\x00" in value or _SURROGATES.search(value):
        raise Invalid(N_("This text has a hidden character that we cannot keep. Please type it again."))


def readable(value: str) -> str:
    """The text without the signs for which it would be refused."""
    return _SURROGATES.sub("", value.replace("\x00", ""))


def one_line(value: str, *, longest: int = 200) -> str:
    """A name or title: no line breaks, no direction marks that could turn the words around it. Raises Invalid."""
    _refuse_unreadable(value)
    if _BIDI.search(value):
        raise Invalid(N_("This text has a hidden sign that turns letters around. Please type it again without it."))
    clean = _SPACES.sub(" ", _CONTROLS.sub("", unicodedata.normalize("NFC", value))).strip()
    if len(clean) > longest:
        raise Invalid(N_("This is too long. Please use at most %(longest)s letters."), longest=longest)
    return clean


def many_lines(value: str, *, longest: int = 20_000) -> str:
    """A longer text as typed: line breaks, direction and emoji stay; only unreadable bytes are refused. Raises
    Invalid."""
    _refuse_unreadable(value)
    clean = _CONTROLS.sub("", value.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if len(clean) > longest:
        raise Invalid(N_("This is too long. Please use at most %(longest)s letters."), longest=longest)
    return clean


def _is_safe_link(tag: str, name: str, value: str) -> bool:
    # bleach takes "javascript:1" for a host with a port, so the scheme is asked for by name as well
    return (tag, name) == ("a", "href") and _LINK.fullmatch(value) is not None


def clean_html(value: str) -> str:
    """Staff's formatted text with nothing but headings, emphasis, lists and links left in it. Raises Invalid."""
    _refuse_unreadable(value)
    if len(value) > LONGEST_HTML:
        raise Invalid(N_("This is too long. Please use at most %(longest)s letters."), longest=LONGEST_HTML)
    return bleach.clean(
        value,
        tags=ALLOWED_TAGS,
        attributes=_is_safe_link,
        protocols=ALLOWED_PROTOCOLS,
        strip=True,
        strip_comments=True,
    )
