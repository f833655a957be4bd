"""`portal import` says what the page says, and exits with 1 when a file is refused."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from portal.cli import main
from portal.intake.formats import CsvKind, template_csv
from portal.intake.models import ImportJob, ImportState
from portal.people.models import Pupil, PupilContact
from tests.intake.importing import BRIDGE, HAZEL, Office, ctf_for
from tests.intake.make_ctf import contact, small_pupil, upn

CONTACTS = f"<Contacts>{contact(1, 'PAM', 'Ali', 'Ada')}</Contacts>"
HAZEL_URN = "199301"


@pytest.fixture
def command(office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database_url: str):
    """Runs `portal import` on the test's database."""
    for name, value in {
        "DATABASE_URL": database_url,
        "SECRET_KEY": "a secret key of a test, forty characters or more",
        "LETTER_PEPPER": "a pepper of a test, forty characters or more",
        "BASE_URL": "http://127.0.0.1:8000",
        "SMTP_URL": "smtp://127.0.0.1",
    }.items():
        monkeypatch.setenv(name, value)

    def run(kind: str, content: bytes, *options: str, school: str = HAZEL_URN) -> Result:
        file = tmp_path / "file"
        file.write_bytes(content)
        return CliRunner().invoke(main, ["import", kind, str(file), "--school", school, *options])

    return run


def test_a_dry_run_says_what_would_change_and_changes_nothing(office: Office, command) -> None:
    before = office.count(Pupil, PupilContact, ImportJob)
    result = command("ctf", ctf_for(HAZEL, small_pupil(CONTACTS)), "--dry-run")
    assert result.exit_code == 0
    assert "Children: new 1, changed 0" in result.output
    assert "Adults: new 1" in result.output
    assert office.count(Pupil, PupilContact, ImportJob) == before


def test_a_file_is_brought_in_once(office: Office, command) -> None:
    before = office.count(Pupil)[0]
    file = ctf_for(HAZEL, small_pupil(CONTACTS), small_pupil(upn="X1", forename="Bo"))
    first, second = command("ctf", file), command("ctf", file)
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "Done." in first.output
    assert "Bo Ali" in first.output
    assert "has been brought in already" in second.output
    assert office.count(Pupil)[0] == before + 1
    (job,) = office.rows(select(ImportJob))
    assert (job.state, job.uploaded_by, job.school_id) == (ImportState.DONE, None, office.actor.school_id)


def test_a_refused_file_exits_with_one(office: Office, command) -> None:
    result = command("ctf", ctf_for(BRIDGE, small_pupil()))
    assert result.exit_code == 1
    assert "332/9302" in result.output
    assert command("contacts", b"nothing").exit_code == 1
    assert office.count(ImportJob) == (0,)


def test_an_unknown_school_is_said(office: Office, command) -> None:
    result = command("ctf", ctf_for(HAZEL, small_pupil()), school="000000")
    assert result.exit_code == 1
    assert "no school with the URN 000000" in result.output


@pytest.mark.parametrize("kind", list(CsvKind))
def test_templates_bring_nothing(office: Office, command, kind: CsvKind) -> None:
    before = office.count(Pupil, PupilContact)
    assert command(kind, template_csv(kind)).exit_code == 0
    assert office.count(Pupil, PupilContact) == before
    assert upn(1) not in [row.upn for row in office.rows(select(Pupil))]
