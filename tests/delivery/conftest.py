"""A real mail server on loopback that can be as awkward as real ones are, and one round of the worker."""

import asyncio
import socket
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import delete, select

from portal.accounts.rules_wishes import Wishes, held_until
from portal.delivery.actions import send_due
from portal.delivery.smtp import SmtpSender
from portal.jobs import kinds_for
from portal.kernel import clock, outbox
from portal.kernel.outbox import OutboxItem
from portal.kernel.scope import PortalSession, system
from portal.people.models import ContactPoint
from portal.people.rules import ContactKind
from portal.profiles.queries_mail import PLAN_PUBLISHED
from tests.conftest import make_settings

FROM = "portal@school.example"


def by_day(moment=None):
    """Now, or the next morning when families want their quiet or will soon: what is tested at noon works at midnight,
    and the night does not begin in the middle of a test."""
    moment = moment or clock.now()
    soon = moment + timedelta(hours=1)
    return held_until(Wishes(), moment, moment) or held_until(Wishes(), soon, soon) or moment


def text_of(mail):
    """The text of a mail, which is its truth."""
    return mail.get_body(("plain",)).get_content()


class Letterbox:
    """A mail server's inside: keeps what it takes, and answers as it is told to."""

    def __init__(self):
        self.mails, self.connections, self.resets = [], 0, 0
        self.refuse = False  # everything is refused for now, after DATA
        self.refused = {}  # what is answered to RCPT, by address
        self.data_answers = []  # what is answered to the next mails, the first first
        self.drop_after_data = False  # keeps the mail and hangs up instead of answering
        self.asleep = 0  # seconds before an answer

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RSET(self, server, session, envelope):
        self.resets += 1
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        await asyncio.sleep(self.asleep)
        if self.refuse:
            return "451 not now"
        if self.data_answers and not (answer := self.data_answers.pop(0)).startswith("2"):
            return answer
        self.mails.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
        if self.drop_after_data:
            server.transport.close()
        return "250 OK"

    @property
    def recipients(self):
        """To whom the mails went, one each."""
        return [address for to, _mail in self.mails for address in to]


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
def sessions(request):
    """Sessions of the portal's own scope, on a school that has nothing to send yet."""
    app = request.getfixturevalue("app" if "app" in request.fixturenames else "sqlite_app")

    def session():
        return PortalSession(app.extensions["writing_engine"], scope=system("test"))

    with session() as empty:
        empty.execute(delete(OutboxItem))
        empty.commit()
    return session


@pytest.fixture
def deliver(sessions, letterbox, tmp_path):
    """One round of the worker."""
    sender = SmtpSender(letterbox.url, FROM)
    kinds = kinds_for(make_settings("sqlite://", tmp_path), sender)
    return lambda now=None: send_due(sessions, sender, kinds, now=now or clock.now())


@pytest.fixture
def post(sessions, ids):
    """`post("e1")` puts news about Zara into the outbox for her parent, or for somebody else."""

    def posted(event, slug="parent", *, kind=PLAN_PUBLISHED, child="Zara", now=None, due_at=None):
        with sessions() as session:
            about = {"person_id": ids.person(slug), "pupil_id": ids.pupil(child)}
            just_now = now or clock.now() - clock.minutes(1)
            outbox.post(session, kind, event_key=event, now=just_now, due_at=due_at, **about)
            session.commit()

    return posted


@pytest.fixture
def rows(sessions):
    """All rows of the outbox, in the order of their making."""

    def read():
        with sessions() as session:
            return list(session.scalars(select(OutboxItem).order_by(OutboxItem.created_at, OutboxItem.event_key)))

    return read


@pytest.fixture
def addresses(sessions, ids):
    """`addresses("parent", "a@x", "+447…")` are from now on this person's only ones, in this order."""

    def given(slug, *values):
        with sessions() as session:
            session.execute(delete(ContactPoint).where(ContactPoint.adult_id == ids.person(slug)))
            for number, value in enumerate(values):
                kind = ContactKind.EMAIL if "@" in value else ContactKind.MOBILE
                verified_at = clock.now() if number == 0 else None  # the others come after the first
                session.add(ContactPoint(adult_id=ids.person(slug), kind=kind, value=value, verified_at=verified_at))
                session.flush()
            session.commit()

    return given


@pytest.fixture
def points(sessions, ids):
    """`points("parent")` are the addresses of a person with the moment since when nobody is there, or None."""

    def read(slug):
        with sessions() as session:
            mine = select(ContactPoint.value, ContactPoint.bounced_at).where(ContactPoint.adult_id == ids.person(slug))
            return dict(session.execute(mine).all())

    return read
