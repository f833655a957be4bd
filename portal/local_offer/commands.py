"""`portal import local-offer`: brings services in from an address or a file, from the command line."""

import sys
from pathlib import Path

import click

from portal.kernel import clock
from portal.kernel.db import make_engine
from portal.kernel.errors import PortalError
from portal.kernel.scope import PortalSession, system
from portal.local_offer.actions_crawl import Sessions
from portal.local_offer.actions_import import feed_at, fetch_feed, import_file
from portal.local_offer.fetching import Fetcher
from portal.local_offer.page_words import trouble_words
from portal.local_offer.rules_report import Report
from portal.settings import Settings, UnsafeSettings
from portal.web.i18n import say

WEB = ("http://", "https://")


@click.command("local-offer")
@click.argument("source", metavar="URL|FILE")
@click.option("--name", default="", help="What the feed is called on the pages of staff.")
@click.option("--allow-host", "allowed", multiple=True, help="host:port that may be inside this network; for trials.")
def local_offer(source: str, name: str, allowed: tuple[str, ...]) -> None:
    """Services near home: an Open Referral UK feed, a JSON file, a CSV, or a folder or zip of HSDS tables."""
    sessions = _sessions()
    try:
        report = _bring(sessions, source, name, Fetcher(allowed=frozenset(allowed)))
    except PortalError as error:
        raise click.ClickException(say(error.message, **error.values)) from None
    _tell(report)
    if not report.complete:
        click.echo("Not everything could be read. What was read is in.")
        sys.exit(1)
    click.echo("Done.")


def _sessions() -> Sessions:
    try:
        engine = make_engine(Settings.from_environment().database_url).execution_options(write=True)
    except UnsafeSettings as problem:
        raise click.ClickException(str(problem)) from None
    return lambda: PortalSession(engine, scope=system("import of the local offer"))


def _bring(sessions: Sessions, source: str, name: str, fetcher: Fetcher) -> Report:
    now = clock.now()
    if not source.startswith(WEB):
        path = Path(source)
        if not path.exists():
            raise click.ClickException(f"There is no file {source}.")
        return import_file(sessions, path, name=name, now=now)
    with sessions() as session:
        feed_id = feed_at(session, source, name=name, now=now).id
        session.commit()
    return fetch_feed(sessions, fetcher, feed_id, now=now)


def _tell(report: Report) -> None:
    click.echo(f"Pages read: {report.pages}, of these unchanged: {report.unchanged_pages}")
    click.echo(f"Services: {report.found}, new {report.added}, changed {report.changed}, as before {report.same}")
    if report.twice or report.left_out:
        click.echo(f"In the feed twice: {report.twice}, left out: {report.left_out}")
    for trouble in report.troubles:
        click.echo(f"  {trouble_words(trouble)}")
