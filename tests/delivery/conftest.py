"""A real mail server on loopback, and one round of the worker."""

import socket
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import delete

from portal.delivery.actions import send_due
from portal.delivery.mail import SmtpSender
from portal.jobs import kinds_for
from portal.kernel import clock
from portal.kernel.outbox import OutboxItem
from portal.kernel.scope import PortalSession, system
from tests.conftest import make_settings


class Letterbox:
    """A mail server's inside: keeps what it takes, refuses while `refuse` is set."""

    def __init__(self):
        self.mails, self.refuse = [], False

    async def handle_DATA(self, server, session, envelope):
        if self.refuse:
            return "451 not now"
        self.mails.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 OK"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def letterbox():
    box, port = Letterbox(), free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    box.url = f"smtp://127.0.0.1:{port}"
    yield box
    controller.stop()


@pytest.fixture
def sessions(app):
    """Sessions of the portal's own scope, on a school that has nothing to send yet."""

    def session():
        return PortalSession(app.extensions["writing_engine"], scope=system("test"))

    with session() as empty:
        empty.execute(delete(OutboxItem))
        empty.commit()
    return session


@pytest.fixture
def deliver(sessions, letterbox, tmp_path):
    """One round of the worker."""
    sender = SmtpSender(letterbox.url, "portal@school.example")
    kinds = kinds_for(make_settings("sqlite://", tmp_path), sender)
    return lambda now=None: send_due(sessions, sender, kinds, now=now or clock.now())
