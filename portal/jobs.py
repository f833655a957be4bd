"""The worker: sends what waits in the outbox and does what is due by the clock. It keeps nothing in memory: the rows
are the truth, so it may be stopped at any moment, and several may run, on one machine or on many."""

import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.accounts import queries_mail as accounts_mail
from portal.accounts.actions import forget_old
from portal.concerns import queries_mail as concerns_mail
from portal.contributions import queries_mail as contributions_mail
from portal.contributions.actions_papers import remind_of_papers
from portal.contributions.actions_unopened import tell_others
from portal.delivery import queries_mail as delivery_mail
from portal.delivery.actions import PostOffice, Sessions
from portal.delivery.actions_verdicts import heed
from portal.delivery.mail import Sender
from portal.delivery.queue import make_huey
from portal.delivery.ways import sender_for
from portal.delivery.worker import make_queue, threads
from portal.intake.actions_worker import work_on_imports
from portal.kernel import clock
from portal.kernel.db import make_engine
from portal.kernel.outbox import Kind
from portal.kernel.scope import PortalSession, system
from portal.local_offer.actions_worker import work_on_feeds
from portal.local_offer.fetching import Fetcher
from portal.meetings import queries_mail as meetings_mail
from portal.meetings.actions_release import release_closed
from portal.notices import queries_mail as notices_mail
from portal.notices import queries_mail_due as due_mail
from portal.notices.actions_due import post_due
from portal.notices.actions_gathering import free_places
from portal.notices.actions_sending import send_notices
from portal.paths import TRANSLATIONS
from portal.profiles import queries_mail as profiles_mail
from portal.settings import Settings
from portal.web import i18n, logs

EVERY_SECONDS = 1.0
ENDING_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Job:
    """What is done again and again; one that fails is tried again at its next time and holds up no other. What may take
    an hour works `alone`, in a thread of its own."""

    every: timedelta
    work: Callable[[Sessions, datetime], object]
    alone: bool = False


def _committed(*works: Callable[..., object]) -> Callable[[Sessions, datetime], None]:
    """A job of one transaction: work(session, now=...) for each."""

    def job(sessions: Sessions, now: datetime) -> None:
        with sessions() as session:
            for work in works:
                work(session, now=now)
            session.commit()

    return job


def timetable(office: PostOffice) -> tuple[Job, ...]:
    """Everything the worker does besides sending, one line each."""
    return (
        Job(timedelta(seconds=1), lambda sessions, now: work_on_imports(sessions, now=now)),
        Job(timedelta(seconds=1), lambda sessions, now: send_notices(sessions, now=now)),
        Job(timedelta(seconds=10), _committed(release_closed)),
        Job(timedelta(minutes=1), _committed(tell_others, remind_of_papers, post_due, free_places)),
        Job(timedelta(hours=1), _committed(forget_old)),
        Job(timedelta(minutes=10), lambda _sessions, now: heed(office, now=now), alone=True),
        Job(timedelta(seconds=5), lambda sessions, now: work_on_feeds(sessions, Fetcher(), now=now), alone=True),
    )


def kinds_for(settings: Settings, sender: Sender) -> dict[str, Kind]:
    """Every kind of message of every feature."""
    return {
        **accounts_mail.kinds(pepper=settings.letter_pepper, base_url=settings.base_url, reachable=sender.channels),
        **profiles_mail.kinds(base_url=settings.base_url, reachable=sender.channels),
        **meetings_mail.kinds(base_url=settings.base_url, reachable=sender.channels, mail_from=settings.mail_from),
        **contributions_mail.kinds(base_url=settings.base_url, reachable=sender.channels),
        **concerns_mail.kinds(base_url=settings.base_url, reachable=sender.channels),
        **notices_mail.kinds(base_url=settings.base_url, reachable=sender.channels),
        **due_mail.kinds(base_url=settings.base_url, reachable=sender.channels),
        **delivery_mail.kinds(base_url=settings.base_url, secret=settings.secret_key),
    }


def run(settings: Settings, stop: threading.Event | None = None) -> None:
    """Works until `stop` is set; without one, until the process is told to end."""
    stop = stop or _stopped_by_signal()
    logs.configure()
    i18n.load(TRANSLATIONS, settings.languages, offer_incomplete=settings.offer_incomplete_languages)
    engine = make_engine(settings.database_url).execution_options(write=True)
    # that a mail has left reaches the disk with the next batch: a cut of the power sends the last of them again
    quick = make_engine(settings.database_url, waits_for_disk=False).execution_options(write=True)

    def sessions() -> PortalSession:
        return PortalSession(engine, scope=system("the worker"))

    def settling() -> PortalSession:
        return PortalSession(quick, scope=system("the worker"))

    sender = sender_for(settings)
    office = PostOffice(sessions, sender, kinds_for(settings, sender), clock.now, settling)
    queue = make_queue(office, make_huey(settings.queue_url, secret=settings.secret_key, folder=settings.instance))
    jobs = timetable(office)
    alone = [threading.Thread(target=_keep_to, args=((job,), sessions, stop), daemon=True) for job in jobs if job.alone]
    for thread in [*(sending := threads(office, queue, stop)), *alone]:
        thread.start()
    _keep_to([job for job in jobs if not job.alone], sessions, stop)
    for thread in sending:
        thread.join(ENDING_SECONDS)
    queue.close()
    quick.dispose()
    engine.dispose()


def _keep_to(jobs: Sequence[Job], sessions: Sessions, stop: threading.Event) -> None:
    next_at = [clock.now()] * len(jobs)
    while not stop.is_set():
        for number, job in enumerate(jobs):
            now = clock.now()
            if now >= next_at[number]:
                next_at[number] = now + job.every
                try:
                    job.work(sessions, now)
                except Exception as trouble:
                    logs.log.error("worker", kind=type(trouble).__name__)
        stop.wait(EVERY_SECONDS)


def _stopped_by_signal() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_told: stop.set())
    return stop
