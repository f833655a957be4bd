"""The `portal` command: migrate, run, import, check, and the worker."""

import os
import signal
import subprocess
import sys
import time
from typing import Any

import click
from sqlalchemy import Engine, select

from portal import migrations
from portal.intake.commands import imports
from portal.kernel import clock
from portal.kernel.db import make_engine
from portal.kernel.scope import PortalSession, system
from portal.local_offer.commands import local_offer
from portal.opening import schools, staff
from portal.people.models import Trust
from portal.settings import Settings, UnsafeSettings


def _settings() -> Settings:
    try:
        return Settings.from_environment()
    except UnsafeSettings as problem:
        raise click.ClickException(str(problem)) from None


def _engine(settings: Settings) -> Engine:
    settings.instance.mkdir(parents=True, exist_ok=True)
    return make_engine(settings.database_url)


@click.group()
def main() -> None:
    """The parent and pupil portal."""


imports.add_command(local_offer)
main.add_command(imports)


@main.command()
def migrate() -> None:
    """Bring the database to the newest form."""
    migrations.upgrade(_engine(_settings()))
    click.echo("The database is up to date.")


@main.command()
def check() -> None:
    """Say whether the settings are safe and the database answers."""
    with _engine(_settings()).connect() as connection:
        connection.exec_driver_sql("SELECT 1")
    click.echo("Settings and database are in order.")


@main.command()
@click.option("--workers", default=2, show_default=True, help="Processes that answer pages.")
def run(workers: int) -> None:
    """Start the site with its worker; in demo mode fill the demo school first."""
    settings = _settings()
    engine = _engine(settings)
    migrations.upgrade(engine)
    if settings.demo:
        _fill_demo(engine, settings)
    engine.dispose()
    port = os.environ.get("PORT", "8000")
    command = [sys.executable, "-m", "gunicorn", "-w", str(workers), "-b", f"127.0.0.1:{port}", "--preload", "wsgi:app"]
    processes = [
        subprocess.Popen([*command, "--log-level", "warning"]),  # noqa: S603 - our own command
        subprocess.Popen([sys.executable, "-m", "portal.cli", "worker"]),
    ]
    click.echo(f"\n  {settings.base_url}  is ready in a moment. Press Ctrl+C to stop.")
    if settings.demo:
        click.echo(f"  {settings.base_url}/demo  lets you in as a parent, a pupil or a member of staff.\n")
    _wait_for(processes)


def _wait_for(processes: list[subprocess.Popen[bytes]]) -> None:
    def stop(*_signal: Any) -> None:
        for process in processes:
            process.terminate()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    starter = os.getppid()  # whoever started us may be killed without a word to us: then nobody would stop the site
    while all(process.poll() is None for process in processes) and os.getppid() == starter:
        time.sleep(0.3)
    stop()
    for process in processes:
        process.wait(20)
    failed = [p.returncode for p in processes if p.returncode not in {0, -signal.SIGTERM, -signal.SIGINT}]
    sys.exit(1 if failed else 0)


def _fill_demo(engine: Engine, settings: Settings) -> None:
    from portal.demo.fill import fill

    with PortalSession(engine.execution_options(write=True), scope=system("filling the demo school")) as session:
        if session.execute(select(Trust.id)).first() is None:
            click.echo("Filling the demo school ...")
            fill(session, today=clock.today(), pepper=settings.letter_pepper)
            session.commit()


@main.command()
def worker() -> None:
    """Send what waits in the outbox, until stopped."""
    from portal.jobs import run as run_worker

    run_worker(_settings())


main.add_command(schools)
main.add_command(staff)


if __name__ == "__main__":
    main()
