"""`portal import`: brings a school's file in from the command line, with the same comparison as in the browser."""

import sys
from pathlib import Path

import click
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from portal.intake.actions import expected_children, finish, new_job, report_on, same_file
from portal.intake.actions_compare import FileRead, read_file
from portal.intake.formats.source import fingerprint
from portal.intake.models import ImportState
from portal.intake.queries import COUNTED
from portal.intake.queries_known import school_with_urn
from portal.intake.rules_changes import ABOUTS, FATES, About, Changes, Fate, Kind
from portal.kernel import clock
from portal.kernel.db import make_engine
from portal.kernel.scope import PortalSession, system
from portal.settings import Settings, UnsafeSettings
from portal.web.i18n import say

MOST_LINES = 200


@click.group("import")
def imports() -> None:
    """Bring a school's data in from a file."""


HELP = {
    Kind.CTF: "A Common Transfer File: children, SEN support and needs, adults.",
    Kind.CONTACTS: "A table of adults, with their languages.",
    Kind.PLANS: "A table of plans; they arrive as drafts.",
}
PARAMETERS: tuple[click.Parameter, ...] = (
    click.Argument(["file"], type=click.Path(exists=True, dir_okay=False, path_type=Path)),
    click.Option(["--school"], required=True, help="The school's URN."),
    click.Option(["--dry-run"], is_flag=True, help="Say what would change, and change nothing."),
)


def bring(kind: Kind, path: Path, urn: str, dry_run: bool) -> None:
    """Reads, compares, and unless it is a dry run writes all of it or nothing. Exits with 1 for a refused file."""
    engine = _engine()
    file = _read(kind, path)
    now, mark = clock.now(), fingerprint(path)
    with PortalSession(engine, scope=system("import from the command line")) as session:
        session.serially()
        school_id = school_with_urn(session, urn=urn)
        if school_id is None:
            raise click.ClickException(f"There is no school with the URN {urn}.")
        if same_file(session, school_id=school_id, kind=kind, mark=mark, states=(ImportState.DONE,)):
            click.echo("This very file has been brought in already. Nothing was changed.")
            return
        job = new_job(session, school_id=school_id, kind=kind, file_name=path.name, mark=mark, now=now)
        changes = report_on(session, job, file, now=now, today=clock.today())
        _tell(changes)
        if changes.refused_whole:
            click.echo("The file is refused. Nothing was changed.")
            sys.exit(1)
        if dry_run:
            click.echo("This was a dry run. Nothing was changed.")
            return
        rows = sum(map(len, changes.made.values())) + sum(map(len, changes.altered.values()))
        with click.progressbar(length=rows, label="Writing", file=sys.stderr) as bar:
            try:
                finish(session, job, changes, actor_id=None, now=now, watch=lambda done: bar.update(done - bar.pos))
            except IntegrityError:
                raise click.ClickException("Somebody changed the same data. Nothing was changed. Try again.") from None
        session.commit()
    click.echo("Done. The file has been brought in.")


def _engine() -> Engine:
    try:
        return make_engine(Settings.from_environment().database_url).execution_options(write=True)
    except UnsafeSettings as problem:
        raise click.ClickException(str(problem)) from None


def _read(kind: Kind, path: Path) -> FileRead:
    children = expected_children(kind, path.read_bytes())
    with click.progressbar(length=children or 1, label="Reading", file=sys.stderr) as bar:
        return read_file(kind, path, today=clock.today(), watch=lambda _done: bar.update(1))


def _tell(changes: Changes) -> None:
    counts = changes.counts()
    for about in (About.CHILD, About.ADULT, About.PLAN):
        if about in counts:
            numbers = (f"{say(FATES[fate]).lower()} {counts[about].get(fate, 0)}" for fate in COUNTED)
            click.echo(f"{say(ABOUTS[about])}: {', '.join(numbers)}")
    told = [entry for entry in changes.entries if entry.fate in (Fate.REFUSED, Fate.CONFLICT)]
    for entry in told[:MOST_LINES]:
        reason = entry.problem.said(say) if entry.problem else ", ".join(say(d.label) for d in entry.differences)
        click.echo(f"  line {entry.line or '-'}: {say(FATES[entry.fate])}: {entry.name} {reason}".rstrip())
    if len(told) > MOST_LINES:
        click.echo(f"  and {len(told) - MOST_LINES} more")


def _command(kind: Kind) -> click.Command:
    def callback(file: Path, school: str, dry_run: bool) -> None:
        bring(kind, file, school, dry_run)

    return click.Command(kind.value, callback=callback, params=list(PARAMETERS), help=HELP[kind])


for each in Kind:
    imports.add_command(_command(each))
