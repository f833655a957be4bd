"""From an envelope to a message: words in the recipient's language, and the channels that carry them.

Subjects are the same for every kind and name neither a child nor why the school writes: mail is read by others.
"""

import json
import smtplib
import ssl
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from portal.kernel.outbox import Envelope
from portal.paths import TEMPLATES
from portal.people.rules import ContactKind
from portal.web.i18n import LANGUAGES, gettext, ngettext, speaking

SECONDS = 20

_words = Environment(  # noqa: S701 - plain text: there is nothing to escape
    loader=FileSystemLoader(TEMPLATES / "mail"),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_words.globals.update(_=gettext, ngettext=ngettext)


@dataclass(frozen=True, slots=True)
class Message:
    """A message in its final words. `id` is the same however often it is sent."""

    id: uuid.UUID
    channel: str
    address: str
    language: str
    school_name: str
    subject: str
    text: str
    written_at: datetime


class Sender(Protocol):
    """A way out of the building."""

    channels: frozenset[ContactKind]

    def send(self, message: Message) -> None:
        """Hands the message over, or raises."""


def write(item_id: uuid.UUID, kind: str, envelope: Envelope, *, now: datetime) -> Message:
    """The message in the language of its reader, or in English when that is not offered."""
    with speaking(envelope.language) as language:
        values: Mapping[str, str] = {"school": envelope.school_name, **envelope.values}
        return Message(
            id=item_id,
            channel=envelope.channel,
            address=envelope.address,
            language=language.tag,
            school_name=envelope.school_name,
            subject=gettext("A message from %(school)s", school=envelope.school_name),
            text=_words.get_template(f"{kind}.txt").render(values).strip() + "\n",
            written_at=now,
        )


class SmtpSender:
    """Mail by SMTP: smtp://user:password@host:port, with ?starttls to encrypt on the way, or smtps://."""

    channels = frozenset({ContactKind.EMAIL})

    def __init__(self, url: str, mail_from: str) -> None:
        self._url, self._from = urlsplit(url), mail_from

    def send(self, message: Message) -> None:
        """Hands the mail to the server; raises OSError or SMTPException when it does not take it."""
        if message.channel != ContactKind.EMAIL:
            raise ValueError("this installation cannot send text messages")
        with self._connect() as server:
            if self._url.username:
                server.login(unquote(self._url.username), unquote(self._url.password or ""))
            server.send_message(self._mail(message))

    def _connect(self) -> smtplib.SMTP:
        host, secure = self._url.hostname or "localhost", ssl.create_default_context()
        if self._url.scheme == "smtps":
            return smtplib.SMTP_SSL(host, self._url.port or 465, timeout=SECONDS, context=secure)
        server = smtplib.SMTP(host, self._url.port or 25, timeout=SECONDS)
        if self._url.query == "starttls":
            server.starttls(context=secure)
        return server

    def _mail(self, message: Message) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = Address(message.school_name, addr_spec=self._from)
        mail["To"] = message.address
        mail["Subject"] = message.subject
        mail["Date"] = message.written_at
        mail["Message-ID"] = f"<{message.id}@{self._from.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.text)
        mail["Content-Language"] = LANGUAGES[message.language].html_tag  # set_content drops it if it comes first
        return mail


class DemoSender:
    """The demo sends nothing: it keeps messages in a file, which /demo/messages shows."""

    channels = frozenset(ContactKind)

    def __init__(self, instance: Path) -> None:
        self._file = instance / "demo-messages.jsonl"

    def send(self, message: Message) -> None:
        """Adds the message to the file."""
        line = json.dumps({**asdict(message), "id": str(message.id), "written_at": message.written_at.isoformat()})
        with self._file.open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    def newest(self, count: int = 20) -> list[Message]:
        """What was sent last, the newest first."""
        if not self._file.exists():
            return []
        lines = self._file.read_text(encoding="utf-8").splitlines()[-count:]
        return [_read(json.loads(line)) for line in reversed(lines)]


def _read(told: dict[str, str]) -> Message:
    known = {**told, "id": uuid.UUID(told["id"]), "written_at": datetime.fromisoformat(told["written_at"])}
    return Message(**known)  # type: ignore[arg-type]
