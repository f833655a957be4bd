"""From an envelope to a message: words in the recipient's language, for each channel that carries them.

Subjects are the same for every kind and name neither a child nor why the school writes: mail is read by others. The
text is the truth; the HTML of a mail shows the same lines in the school's colour.
"""

import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from portal.kernel.outbox import Attachment, Channel, Envelope
from portal.paths import TEMPLATES
from portal.people.rules import ContactKind, colour_of
from portal.web.i18n import Language, gettext, ngettext, speaking

_BREAKS_A_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_TURNS_WORDS = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
_words = Environment(
    loader=FileSystemLoader(TEMPLATES / "mail"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_words.globals.update(_=gettext, ngettext=ngettext)


@dataclass(frozen=True, slots=True)
class Message:
    """A message in its final words. `id` is the same however often it is sent; `stop` is the address that ends such
    mails, for those that come of themselves day by day."""

    id: uuid.UUID
    channel: str
    address: str
    language: str
    school_name: str
    subject: str
    text: str
    html: str
    written_at: datetime
    attachments: tuple[Attachment, ...] = ()
    stop: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What the readers of one language will get by mail and by text message."""

    subject: str
    text: str
    html: str
    sms: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a carrier says later about a message that it took at `taken_at` for an address: it did not arrive.
    `for_good`: nobody is at the address."""

    item_id: uuid.UUID
    address: str
    taken_at: datetime
    for_good: bool


Send = Callable[[Message], None]


class Sender(Protocol):
    """A way out of the building."""

    channels: frozenset[ContactKind]

    def opened(self) -> AbstractContextManager[Send]:
        """The way kept open for many messages. Sending raises AddressRefused when nobody is at the address, and any
        other error when it may be tried again."""

    def verdicts(self) -> Iterator[Verdict]:
        """What did not arrive after all, as far as this way still knows it; the same may be said again and again."""


def write(item_id: uuid.UUID, kind: str, envelope: Envelope, *, now: datetime) -> Message:
    """The message in the language of its reader, or in English when that is not offered."""
    with speaking(envelope.language) as language:
        values = _values(envelope.school_name, envelope.values)
        mailed = envelope.channel != Channel.MOBILE
        text = _text(kind, values) if mailed else _sms(kind, values)
        return Message(
            id=item_id,
            channel=envelope.channel,
            address=envelope.address,
            language=language.tag,
            school_name=values["school"],
            subject=_subject(values),
            text=text,
            html=_html(text, values, language, envelope.theme) if mailed else "",
            written_at=now,
            attachments=envelope.attachments if mailed else (),
            stop=values.get("stop", ""),
        )


def preview(kind: str, values: Mapping[str, str], language: str, *, theme: str = "") -> Preview:
    """A message of this kind with these values (`school` among them) as it would leave in this language."""
    with speaking(language) as spoken:
        known = _values(values["school"], values)
        text = _text(kind, known)
        return Preview(_subject(known), text, _html(text, known, spoken, theme), _sms(kind, known))


def _values(school_name: str, values: Mapping[str, str]) -> dict[str, str]:
    return {name: one_line(value) for name, value in {"school": school_name, **values}.items()}


def one_line(value: str) -> str:
    """A name in its place: it ends no line, opens no header, and turns no words around it."""
    return _TURNS_WORDS.sub("", _BREAKS_A_LINE.sub(" ", value)).strip()


def _subject(values: Mapping[str, str]) -> str:
    return gettext("A message from %(school)s", school=values["school"])


def _text(kind: str, values: Mapping[str, str]) -> str:
    return _words.get_template(f"{kind}.txt").render(values).strip() + "\n"


def _sms(kind: str, values: Mapping[str, str]) -> str:
    return _words.select_template([f"sms/{kind}.txt", "sms/_news.txt"]).render(values).strip()


def _html(text: str, values: Mapping[str, str], language: Language, theme: str) -> str:
    return _words.get_template("_letter.html").render(
        language=language,
        subject=_subject(values),
        school=values["school"],
        colour=colour_of(theme),
        paragraphs=[paragraph.splitlines() for paragraph in text.strip().split("\n\n")],
        code=values.get("code"),
        addresses={values[name] for name in ("link", "stop") if name in values},
    )
