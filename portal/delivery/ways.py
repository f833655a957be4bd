"""Which ways out of the building this installation has."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import chain

from portal.delivery.demo_file import DemoSender
from portal.delivery.mail import Message, Send, Sender, Verdict
from portal.delivery.notify import NotifySender
from portal.delivery.smtp import SmtpSender
from portal.people.rules import ContactKind
from portal.settings import Settings


class Ways:
    """Several senders as one; the first that has a message's channel carries it."""

    def __init__(self, senders: Sequence[Sender]) -> None:
        self._senders = {kind: sender for sender in reversed(senders) for kind in sender.channels}
        self.channels = frozenset(self._senders)

    @contextmanager
    def opened(self) -> Iterator[Send]:
        """All of them, kept open."""
        with ExitStack() as stack:
            opened = {kind: stack.enter_context(sender.opened()) for kind, sender in self._senders.items()}

            def send(message: Message) -> None:
                opened[ContactKind(message.channel)](message)

            yield send

    def verdicts(self) -> Iterator[Verdict]:
        """Those of each."""
        return chain.from_iterable(sender.verdicts() for sender in set(self._senders.values()))


def sender_for(settings: Settings) -> Sender:
    """Mail by SMTP or else by GOV.UK Notify, text messages by GOV.UK Notify; a file in the demo."""
    senders: list[Sender] = []
    if settings.smtp_url:
        senders.append(SmtpSender(settings.smtp_url, settings.mail_from))
    if settings.notify_api_key:
        senders.append(
            NotifySender(
                api_key=settings.notify_api_key,
                email_template="" if settings.smtp_url else settings.notify_email_template,
                sms_template=settings.notify_sms_template,
                url=settings.notify_url,
            )
        )
    if not senders:
        return DemoSender(settings.instance)
    return senders[0] if len(senders) == 1 else Ways(senders)
