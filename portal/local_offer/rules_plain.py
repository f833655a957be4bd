"""What strangers write into feeds, made harmless: plain text of a bounded length, web addresses that are web addresses,
numbers and dates that can be true."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

LONGEST_NAME, LONGEST_TEXT, LONGEST_URL = 200, 5_000, 500

_BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
_SPACES = re.compile(r"[^\S\n]+")
_MANY_LINES = re.compile(r"\s*\n\s*\n\s*")
_BARE_HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/\S*)?", re.ASCII | re.IGNORECASE)
_EMAIL = re.compile(r"[A-Za-z0-9._%+'-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}", re.ASCII)
_NOT_PHONE = re.compile(r"[^0-9+() -]")
_FREE = re.compile(
    r"(?:this (?:service )?is )?"
    r"(?:free\b(?! (?:for|to|if|when|with|under|place))|no (?:charge|cost|fee)|none$|£?0(?:\.00)?$)"
)


class _Words(HTMLParser):
    """Collects the text of markup; what is no text at all, such as a script, is left out with its words."""

    SILENT, BLOCKS = (
        frozenset({"script", "style", "template"}),
        frozenset({"p", "br", "div", "li", "tr", "h1", "h2", "h3"}),
    )

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:  # noqa: ARG002
        self.silent += tag in self.SILENT
        self.parts.append("\n" if tag in self.BLOCKS else " ")

    def handle_endtag(self, tag: str) -> None:
        self.silent = max(0, self.silent - (tag in self.SILENT))
        self.parts.append("\n" if tag in self.BLOCKS else " ")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(data)


def plain(value: object, longest: int = LONGEST_TEXT) -> str:
    """Text without markup, without signs that turn or hide letters, cut to a length."""
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return ""
    text = str(value)[: 4 * longest]
    if "<" in text or "&" in text:
        reader = _Words()
        reader.feed(text)
        reader.close()
        text = "".join(reader.parts)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(c for c in text if c in "\n\t" or (unicodedata.category(c) not in {"Cc", "Cs"} and c not in _BIDI))
    return _MANY_LINES.sub("\n\n", _SPACES.sub(" ", kept)).strip()[:longest].strip()


def line(value: object, longest: int = LONGEST_NAME) -> str:
    """The same in one line."""
    return " ".join(plain(value, longest).split())


def link(value: object) -> str:
    """An address on the web, http or https alone; empty when it is none."""
    text = line(value, 2 * LONGEST_URL)
    if _BARE_HOST.fullmatch(text):
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        fits = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return ""
    tricky = parts.username is not None or parts.password is not None or " " in text or "\\" in text
    return text if fits and not tricky and len(text) <= LONGEST_URL else ""


def email(value: object) -> str:
    """One e-mail address, or nothing."""
    text = line(value, 254)
    return text if _EMAIL.fullmatch(text) else ""


def phone(value: object) -> str:
    """A number as people write it, or nothing."""
    text = " ".join(_NOT_PHONE.sub("", line(value, 60)).split())
    return text if sum(sign.isdigit() for sign in text) >= 3 else ""


def years(value: object, oldest: int) -> int | None:
    """An age; none when it cannot be one."""
    number = decimal(value)
    return int(number) if number is not None and 0 <= number <= oldest else None


def decimal(value: object) -> float | None:
    """A finite number, or nothing."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) < 1e9 else None


def moment(value: object, now: datetime) -> datetime | None:
    """A time of the past, such as 2023-03-15T10:30:45.0Z, with or without a zone; a time to come cannot be one."""
    try:
        read = datetime.fromisoformat(line(value, 40))
        known = read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return known if known <= now + timedelta(days=1) else None


def day(value: object, now: datetime) -> date | None:
    """A day of the past."""
    read = moment(value, now)
    return read.date() if read else None


def says_free(fees: str) -> bool:
    """Whether a line about costs says that there are none, for everybody."""
    return _FREE.match(fees.casefold().strip()) is not None


def table(value: object) -> Mapping[str, Any]:
    """An object of a feed, empty when it is something else."""
    return value if isinstance(value, Mapping) else {}


def tables(value: object) -> Sequence[Mapping[str, Any]]:
    """A list of objects; what is no object is passed over."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list | tuple) else ()
