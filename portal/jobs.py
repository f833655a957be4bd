"""The worker: a loop that sends what waits in the outbox and forgets what is no longer needed. It keeps nothing in
memory: the rows are the truth, so it may be stopped at any moment, and several may run."""

import signal
import threading
from datetime import datetime, timedelta

from portal.accounts import queries_mail as accounts_mail
from portal.accounts.actions import forget_old
from portal.contributions import queries_mail as contributions_mail
from portal.delivery.actions import Sessions, send_due
from portal.delivery.mail import DemoSender, Sender, SmtpSender
from portal.intake.actions_worker import work_on_imports
from portal.kernel import clock
from portal.kernel.db import make_engine
from portal.kernel.outbox import Kind
from portal.kernel.scope import PortalSession, system
from portal.meetings import queries_mail as meetings_mail
from portal.meetings.actions_release import release_closed
from portal.paths import TRANSLATIONS
from portal.profiles import queries_mail as profiles_mail
from portal.settings import Settings
from portal.web import i18n, logs

EVERY_SECONDS = 1.0
TIDY_EVERY = timedelta(hours=1)
RELEASE_EVERY = timedelta(seconds=10)


def sender_for(settings: Settings) -> Sender:
    """Mail in a school; a file in the demo."""
    if settings.smtp_url:
        return SmtpSender(settings.smtp_url, settings.mail_from)
    return DemoSender(settings.instance)


def kinds_for(settings: Settings, sender: Sender) -> dict[str, Kind]:
    """Every kind of message of every feature."""
    return {
        **accounts_mail.kinds(pepper=settings.letter_pepper, base_url=settings.base_url, reachable=sender.channels),
        **profiles_mail.kinds(base_url=settings.base_url, reachable=sender.channels),
        **meetings_mail.kinds(base_url=settings.base_url, reachable=sender.channels),
        **contributions_mail.kinds(base_url=settings.base_url, reachable=sender.channels),
    }


def run(settings: Settings, stop: threading.Event | None = None) -> None:
    """Works until `stop` is set; without one, until the process is told to end."""
    stop = stop or _stopped_by_signal()
    logs.configure()
    i18n.load(TRANSLATIONS, settings.languages, offer_incomplete=settings.offer_incomplete_languages)
    engine = make_engine(settings.database_url).execution_options(write=True)
    sender = sender_for(settings)
    kinds = kinds_for(settings, sender)

    def sessions() -> PortalSession:
        return PortalSession(engine, scope=system("the worker"))

    tidied: datetime | None = None
    released: datetime | None = None
    while not stop.is_set():
        now = clock.now()
        try:
            send_due(sessions, sender, kinds, now=now)
            work_on_imports(sessions, now=now)
            if released is None or now - released > RELEASE_EVERY:
                _release(sessions, now)
                released = now
            if tidied is None or now - tidied > TIDY_EVERY:
                _tidy(sessions, now)
                tidied = now
        except Exception as trouble:
            logs.log.error("worker", kind=type(trouble).__name__)
        stop.wait(EVERY_SECONDS)
    engine.dispose()


def _tidy(sessions: Sessions, now: datetime) -> None:
    with sessions() as session:
        forget_old(session, now=now)
        session.commit()


def _release(sessions: Sessions, now: datetime) -> None:
    with sessions() as session:
        release_closed(session, now=now)
        session.commit()


def _stopped_by_signal() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_told: stop.set())
    return stop
