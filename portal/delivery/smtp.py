"""Mail by SMTP: one connection for many mails, one recipient a mail, the same Message-ID however often it is sent."""

import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.encoders import encode_base64
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import format_datetime, formataddr
from urllib.parse import unquote, urlsplit

from portal.delivery.mail import Message, Send, Verdict
from portal.delivery.rules import AddressRefused, refuses_address
from portal.kernel.outbox import Attachment
from portal.people.rules import ContactKind
from portal.web.i18n import LANGUAGES

ADDRESS = re.compile(r"[^\s@<>()\[\]\\,;:\"]+@[^\s@<>()\[\]\\,;:\"]+", re.ASCII)
# the newer policies take four times as long for a mail; a link in a header stays in one line
WIRE = compat32.clone(linesep="\r\n", max_line_length=900)
SECONDS = 15  # a mail with all its steps takes less than the lease, even from a server that is asleep


class SmtpSender:
    """Mail by SMTP: smtp://user:password@host:port, with ?starttls to encrypt on the way, or smtps://."""

    channels = frozenset({ContactKind.EMAIL})

    def __init__(self, url: str, mail_from: str) -> None:
        self._url, self.mail_from = urlsplit(url), mail_from

    @contextmanager
    def opened(self) -> Iterator[Send]:
        """A connection that is made with the first mail and again after an error; a server that cannot be reached is
        not asked again until the next time."""
        line = _Line(self)
        try:
            yield line.send
        finally:
            line.hang_up()

    def verdicts(self) -> Iterator[Verdict]:
        """None: a mail server says it at once or writes a mail that people read."""
        return iter(())

    def connect(self) -> smtplib.SMTP:
        """A connection, encrypted and signed in as the address of the server says."""
        host, secure = self._url.hostname or "localhost", ssl.create_default_context  # reads a file of authorities
        if self._url.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, self._url.port or 465, timeout=SECONDS, context=secure())
        else:
            server = smtplib.SMTP(host, self._url.port or 25, timeout=SECONDS)
        try:
            if self._url.query == "starttls":
                server.starttls(context=secure())
            if self._url.username:
                server.login(unquote(self._url.username), unquote(self._url.password or ""))
        except BaseException:
            server.close()
            raise
        return server

    def as_mail(self, message: Message) -> MIMEBase:
        """The mail with its headers. Raises AddressRefused for what cannot be an address."""
        if not ADDRESS.fullmatch(message.address):
            raise AddressRefused
        mark = f"={message.id.hex}="  # where a part ends; chosen here, for otherwise all words are searched for it
        mail: MIMEBase = MIMEMultipart("alternative", boundary=f"{mark}words")
        mail.attach(MIMEText(message.text, "plain", "utf-8"))
        mail.attach(MIMEText(message.html, "html", "utf-8"))
        if message.attachments:
            words, mail = mail, MIMEMultipart("mixed", boundary=f"{mark}files")
            for part in (words, *map(_attached, message.attachments)):
                mail.attach(part)
        mail["From"] = _named(message.school_name, self.mail_from)
        mail["To"] = message.address
        mail["Subject"] = _encoded(message.subject)
        mail["Date"] = format_datetime(message.written_at)
        mail["Message-ID"] = f"<{message.id}@{self.mail_from.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        if message.stop:
            mail["List-Unsubscribe"] = f"<{message.stop}>"
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        mail["Content-Language"] = LANGUAGES[message.language].html_tag
        return mail


class _Line:
    """One connection over many mails."""

    def __init__(self, sender: SmtpSender) -> None:
        self._sender = sender
        self._server: smtplib.SMTP | None = None
        self._dead: OSError | None = None

    def send(self, message: Message) -> None:
        mail = self._sender.as_mail(message)
        server = self._ready()
        try:
            server.sendmail(self._sender.mail_from, [message.address], mail.as_bytes(policy=WIRE))
        except smtplib.SMTPRecipientsRefused as refused:
            ((code, words),) = refused.recipients.values()
            if refuses_address(code, words):
                raise AddressRefused from refused
            raise
        except OSError:  # smtplib's own errors among them
            self.hang_up()
            raise

    def _ready(self) -> smtplib.SMTP:
        if self._server is not None:
            try:
                self._server.rset()
                return self._server
            except OSError:
                self.hang_up()  # it was idle for too long, or wants to be greeted anew
        if self._dead is not None:
            raise self._dead
        try:
            self._server = self._sender.connect()
        except OSError as trouble:
            self._dead = trouble
            raise
        return self._server

    def hang_up(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            with suppress(OSError):
                server.quit()


def _encoded(words: str) -> str:
    """As it stands in a header: other letters in words of their own, each short enough (RFC 2047)."""
    return words if words.isascii() else Header(words, "utf-8", maxlinelen=75).encode()


def _named(name: str, address: str) -> str:
    return formataddr((name, address)) if name.isascii() else f"{_encoded(name)} <{address}>"


def _attached(attachment: Attachment) -> MIMEBase:
    media_type, *parameters = (part.strip() for part in attachment.media_type.split(";"))
    part = MIMEBase(*media_type.split("/"))
    for each in parameters:
        name, _is, value = each.partition("=")
        part.set_param(name, value)
    part.set_payload(attachment.body)
    encode_base64(part)
    part.add_header("Content-Disposition", "attachment", filename=attachment.name)
    return part
