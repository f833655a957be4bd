"""The demo sends nothing: it keeps messages in a file, which /demo/messages shows."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from portal.delivery.mail import Message, Send, Verdict
from portal.delivery.rules_text import sms_parts
from portal.kernel.outbox import Channel
from portal.people.rules import ContactKind


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as the demo shows it: its files by name, and how many text messages it would be, none for mail."""

    channel: str
    address: str
    language: str
    subject: str
    text: str
    written_at: str
    files: list[str]

    @property
    def at(self) -> datetime:
        """When it would have left."""
        return datetime.fromisoformat(self.written_at)

    @property
    def parts(self) -> int:
        """How many text messages; 0 for a mail."""
        return sms_parts(self.text).parts if self.channel == Channel.MOBILE else 0


class DemoSender:
    """Both channels, into a file."""

    channels = frozenset(ContactKind)

    def __init__(self, instance: Path) -> None:
        self._file = instance / "demo-outbox.jsonl"

    @contextmanager
    def opened(self) -> Iterator[Send]:
        """Adds messages to the file, a line for each."""
        with self._file.open("a", encoding="utf-8", buffering=1) as file:

            def send(message: Message) -> None:
                shown = Shown(
                    channel=message.channel,
                    address=message.address,
                    language=message.language,
                    subject=message.subject,
                    text=message.text,
                    written_at=message.written_at.isoformat(),
                    files=[attachment.name for attachment in message.attachments],
                )
                file.write(json.dumps(asdict(shown)) + "\n")

            yield send

    def verdicts(self) -> Iterator[Verdict]:
        """None: everything arrives."""
        return iter(())

    def newest(self, count: int = 20) -> list[Shown]:
        """What was sent last, the newest first."""
        if not self._file.exists():
            return []
        lines = self._file.read_text(encoding="utf-8").splitlines()[-count:]
        return [Shown(**json.loads(line)) for line in reversed(lines)]
