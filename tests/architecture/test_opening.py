"""A real installation begins with an empty database and two commands; then the SENDCO can sign in and set up a phone."""

import re

import pytest
from click.testing import CliRunner

from portal.app import create_app
from portal.cli import main
from tests.conftest import PEPPER, SECRET, make_settings
from tests.pages import ReadingClient


@pytest.fixture
def command(tmp_path, monkeypatch):
    for name, value in {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'school.sqlite3'}",
        "SECRET_KEY": SECRET,
        "LETTER_PEPPER": PEPPER,
        "BASE_URL": "http://127.0.0.1:8000",
        "SMTP_URL": "smtp://127.0.0.1",
        "INSTANCE_FOLDER": str(tmp_path),
    }.items():
        monkeypatch.setenv(name, value)
    return lambda line: CliRunner().invoke(main, line.split("|"))


SCHOOL = "school|add|--trust|T|--name|New School|--urn|123456|--laestab|3301234|--phase|primary|--class|1 Robin"


def test_from_nothing_to_a_first_sign_in(command, tmp_path):
    assert command("migrate").exit_code == 0
    assert command(SCHOOL).exit_code == 0
    added = command("staff|add|--urn|123456|--name|Ada Hill|--sign-in|Ada@new.example|--role|sendco")
    assert added.exit_code == 0, added.output
    password = re.search(r"the password (\S+),", added.output).group(1)
    again = command("staff|add|--urn|123456|--name|Another|--sign-in|ada@new.example|--role|office")
    assert "already" in again.output
    app = create_app(make_settings(f"sqlite:///{tmp_path / 'school.sqlite3'}", tmp_path))
    app.test_client_class = ReadingClient
    client = app.test_client()
    answer = client.post("/sign-in/staff", data={"sign_in_name": "ada@new.example", "password": password})
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("/sign-in/staff/set-up")
    app.extensions["engine"].dispose()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (SCHOOL, "already"),
        (SCHOOL.replace("123456", "12"), "6 digits"),
        ("staff|add|--urn|999999|--name|A|--sign-in|a|--role|sendco", "no school"),
        ("staff|add|--urn|123456|--name|A|--sign-in|a|--role|class_teacher", "--class"),
        ("staff|add|--urn|123456|--name|A|--sign-in|a|--role|class_teacher|--class|9 Owl", "no class"),
        ("staff|add|--urn|123456|--name|A|--sign-in|a|--role|supply_teacher|--class|1 Robin", "last day"),
    ],
)
def test_what_does_not_fit_is_said(command, line, words):
    command("migrate")
    command(SCHOOL)
    answer = command(line)
    assert answer.exit_code != 0
    assert words in answer.output
